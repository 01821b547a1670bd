use std::fs;
use std::path::Path;

use super::EvaluateError;
use super::line_plot::{LinePlot, PlotAxis, PlotLine, PlotMark};
use super::picture::SCALE;
use super::plot_axis::AxisScale;
use crate::drawing::{PlotColor, svg_png};
use crate::files::{Existing, write_file};
use crate::imaging::own_png;
use crate::train::{CurveChoices, CurveKind, CurvedRun, RunCurve, RunCurves, curves_csv};

/// Width and height between the axes.
const PLOT_PX: [f64; 2] = [440.0, 240.0];
/// The axis of AUCs begins below chance.
const AUC_SPAN: [f64; 2] = [0.45, 1.0];
/// The files that [`save_curves`] writes.
const FILES: [&str; 5] = ["curves.csv", "auc.svg", "auc.png", "loss.svg", "loss.png"];

/// Writes the curves of runs into a folder, made if need be: all figures as `curves.csv`, the plots that
/// the window shows as SVG and PNG. Nothing is written if one file that is to be kept is in the way.
pub fn save_curves(
    runs: &[CurvedRun<'_>],
    choices: &CurveChoices,
    folder: &Path,
    existing: Existing,
) -> Result<(), EvaluateError> {
    let failed = |path: &Path, source| EvaluateError::Write {
        path: path.to_owned(),
        source,
    };
    fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
    for name in FILES {
        let path = folder.join(name);
        existing
            .check(&path)
            .map_err(|source| failed(&path, source))?;
    }
    let [auc, loss] = run_plots(runs, choices);
    let [table, auc_svg, auc_png, loss_svg, loss_png] = FILES;
    let files = [
        (table, curves_csv(runs).into_bytes()),
        (auc_png, own_png(&svg_png(&auc, SCALE)?)),
        (auc_svg, auc.into_bytes()),
        (loss_png, own_png(&svg_png(&loss, SCALE)?)),
        (loss_svg, loss.into_bytes()),
    ];
    for (name, bytes) in files {
        let path = folder.join(name);
        write_file(&path, &bytes, existing).map_err(|source| failed(&path, source))?;
    }
    Ok(())
}

/// AUC and loss by epoch as SVG, as the window shows them.
fn run_plots(runs: &[CurvedRun<'_>], choices: &CurveChoices) -> [String; 2] {
    let curves = RunCurves::new(runs, choices);
    let name = runs.first().map_or("", |run| run.name.as_str());
    let smoothed = match choices.smoothing {
        0.0 => String::new(),
        past => format!(", smoothed by {past:.2}"),
    };
    let plot = |figure: &str, curves: &[RunCurve], y: PlotAxis<'_>, marks| {
        let title = format!("{name}: {figure}{smoothed}");
        LinePlot {
            title: &title,
            x: PlotAxis {
                name: "epoch",
                scale: AxisScale::Whole,
                spans: &[0.0, 1.0],
            },
            y: PlotAxis { name: figure, ..y },
            size_px: PLOT_PX,
            lines: curves.iter().map(line).collect(),
            marks,
            ..LinePlot::default()
        }
        .svg()
    };
    let best = curves.best.map(|[epoch, auc]| {
        let name = format!("best epoch: {epoch}, {auc:.3} on validation");
        (name, PlotMark::Ring([epoch, auc]))
    });
    let best = best.into_iter().collect();
    let of_auc = PlotAxis {
        spans: &AUC_SPAN,
        ..PlotAxis::default()
    };
    let of_loss = PlotAxis {
        scale: if choices.log_loss {
            AxisScale::Log
        } else {
            AxisScale::Linear
        },
        ..PlotAxis::default()
    };
    [
        plot("AUC", &curves.auc, of_auc, best),
        plot("loss", &curves.loss, of_loss, Vec::new()),
    ]
}

fn line(curve: &RunCurve) -> PlotLine {
    let CurveLook { color, dashed } = curve_look(curve);
    let edges = |end: fn(&[f64; 2]) -> f64| curve.band.iter().map(end).collect();
    let xs = curve.points.iter().take(curve.band.len());
    PlotLine {
        name: curve.name.clone(),
        points: curve.points.clone(),
        band: [
            xs.map(|[x, _]| *x).collect(),
            edges(|[low, _]| *low),
            edges(|[_, high]| *high),
        ],
        color,
        dashed,
        dotted: false,
    }
}

/// How a curve of a run is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurveLook {
    /// By part for the first run, by run for the others.
    pub color: PlotColor,
    /// One finding, or the training part of a compared run.
    pub dashed: bool,
}

/// How the window and files draw a curve.
pub fn curve_look(curve: &RunCurve) -> CurveLook {
    if let Some(over) = curve.run_idx.checked_sub(1) {
        let is_main = matches!(curve.kind, CurveKind::ValidAuc | CurveKind::ValidLoss);
        return CurveLook {
            color: PlotColor::Series(over),
            dashed: !is_main,
        };
    }
    let (color, dashed) = match curve.kind {
        CurveKind::StepLoss => (PlotColor::Behind, false),
        CurveKind::TrainLoss | CurveKind::TrainAuc => (PlotColor::Train, false),
        CurveKind::ValidLoss | CurveKind::ValidAuc => (PlotColor::Valid, false),
        CurveKind::FindingTrainAuc => (PlotColor::Train, true),
        CurveKind::FindingValidAuc => (PlotColor::Valid, true),
    };
    CurveLook { color, dashed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::{AucTable, EpochMetrics, LabelAuc, TrainConfig};

    fn epoch(number: usize, auc: f64) -> EpochMetrics {
        let label = LabelAuc {
            auc,
            low: None,
            high: None,
            n_pos: 5,
            n_neg: 5,
        };
        let table = AucTable {
            labels: vec![("Mass".to_owned(), Some(label))],
        };
        EpochMetrics {
            epoch: number,
            train_loss: 0.5,
            penalty: 0.0,
            train_auc: table.clone(),
            valid_loss: Some(0.6),
            valid_auc: table,
            learning_rate: 1e-3,
            films_per_s: 1.0,
            elapsed_secs: 1.0,
            is_best: true,
            patience_left: None,
        }
    }

    #[test]
    fn curves_are_a_table_and_two_plots_and_nothing_is_replaced_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("curves");
        let config = TrainConfig::default();
        let epochs = [epoch(1, 0.6), epoch(2, 0.8)];
        let runs = [CurvedRun {
            name: "r1".to_owned(),
            config: &config,
            epochs: &epochs,
            steps: &[[0.5, 0.7], [1.0, 0.6]],
        }];
        let choices = CurveChoices::default();
        save_curves(&runs, &choices, &to, Existing::Keep).unwrap();
        let read = |name: &str| fs::read_to_string(to.join(name)).unwrap();
        assert!(read("curves.csv").contains("r1,valid_auc,Mass,2,0.8"));
        assert!(read("auc.svg").contains("best epoch: 2, 0.800 on validation"));
        assert!(read("loss.svg").contains("Steps"));
        // Over the range and at the epochs of the window.
        for mark in [">0.5<", ">1<", ">2<"] {
            assert!(read("auc.svg").contains(mark), "{mark}");
        }
        let picture = image::open(to.join("loss.png")).unwrap();
        assert_eq!(picture.width(), 1560);
        let again = save_curves(&runs, &choices, &to, Existing::Keep);
        assert!(matches!(again, Err(EvaluateError::Write { .. })));
        save_curves(&runs, &choices, &to, Existing::Replace).unwrap();
    }
}

use std::fs;
use std::path::Path;

use super::EvaluateError;
use super::line_plot::{LinePlot, PlotLine};
use super::picture::SCALE;
use crate::drawing::svg_png;
use crate::files::{Existing, write_file};
use crate::imaging::own_png;
use crate::train::{CurveChoices, CurveKind, CurvedRun, RunCurve, RunCurves, curves_csv};

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
    let plot = |figure: &str, curves: &[RunCurve], log_y, marks| {
        let title = format!("{name}: {figure}{smoothed}");
        LinePlot {
            title: &title,
            x: "epoch",
            y: figure,
            log_y,
            lines: curves.iter().map(line).collect(),
            marks,
        }
        .svg()
    };
    let best = curves.best.map(|[epoch, auc]| {
        let name = format!("best epoch: {epoch}, {auc:.3} on validation");
        (name, [epoch, auc])
    });
    let best = best.into_iter().collect();
    [
        plot("AUC", &curves.auc, false, best),
        plot("loss", &curves.loss, choices.log_loss, Vec::new()),
    ]
}

fn line(curve: &RunCurve) -> PlotLine {
    let is_training = matches!(
        curve.kind,
        CurveKind::TrainAuc | CurveKind::TrainLoss | CurveKind::FindingTrainAuc
    );
    PlotLine {
        name: curve.name.clone(),
        points: curve.points.clone(),
        band: curve.band.clone(),
        dashed: is_training,
        faint: curve.kind == CurveKind::StepLoss,
    }
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
        let picture = image::open(to.join("loss.png")).unwrap();
        assert_eq!(picture.width(), 1560);
        let again = save_curves(&runs, &choices, &to, Existing::Keep);
        assert!(matches!(again, Err(EvaluateError::Write { .. })));
        save_curves(&runs, &choices, &to, Existing::Replace).unwrap();
    }
}

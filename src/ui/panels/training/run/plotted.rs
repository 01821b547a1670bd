use egui_plot::PlotPoint;

use crate::state::RunRecord;
use crate::train::{CurveChoices, RunCurve, RunCurves, SettingRow};

/// The curves and settings of the run in view and the compared ones, ready to be drawn.
#[derive(Clone, Debug, Default)]
pub struct PlottedRuns {
    /// AUC of training and validation.
    pub auc: Vec<PlottedCurve>,
    /// Loss of steps, training and validation.
    pub loss: Vec<PlottedCurve>,
    /// The best epoch and its macro AUC of validation.
    pub best: Option<[f64; 2]>,
    /// The place of the curves that show each run, as in [`RunCurves::shown_as`].
    pub shown_as: Vec<usize>,
    /// All settings, those that differ first.
    pub settings: Vec<SettingRow>,
}

/// One curve with its points as a plot takes them.
#[derive(Clone, Debug)]
pub struct PlottedCurve {
    /// The curve.
    pub curve: RunCurve,
    /// Its points; on a logarithmic axis, those that have a logarithm.
    pub points: Vec<PlotPoint>,
    /// Places of the band, its lower and its upper edge.
    pub band: [Vec<f64>; 3],
}

impl PlottedRuns {
    /// Of the run in view, the first, and of those compared with it.
    pub fn new(records: &[&RunRecord], choices: &CurveChoices) -> Self {
        let runs: Vec<_> = records.iter().map(|record| record.curved()).collect();
        let configs: Vec<_> = records.iter().map(|record| &record.config).collect();
        let curves = RunCurves::new(&runs, choices);
        let plotted = |curves: Vec<RunCurve>, log| {
            let plotted = curves
                .into_iter()
                .map(|curve| PlottedCurve::new(curve, log));
            plotted.collect()
        };
        Self {
            auc: plotted(curves.auc, false),
            loss: plotted(curves.loss, choices.log_loss),
            best: curves.best,
            shown_as: curves.shown_as,
            settings: SettingRow::all(&configs),
        }
    }
}

impl PlottedCurve {
    fn new(curve: RunCurve, log: bool) -> Self {
        let up = |y: f64| if log { y.log10() } else { y };
        let points = curve.points.iter().map(|&[x, y]| PlotPoint::new(x, up(y)));
        let mut band = [Vec::new(), Vec::new(), Vec::new()];
        let [xs, lows, highs] = &mut band;
        for ([x, _], [low, high]) in curve.points.iter().zip(&curve.band) {
            let edges = [up(*low), up(*high)];
            if edges.iter().all(|edge| edge.is_finite()) {
                xs.push(*x);
                lows.push(edges[0]);
                highs.push(edges[1]);
            }
        }
        Self {
            points: points.filter(|point| point.y.is_finite()).collect(),
            band,
            curve,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::CurveKind;

    #[test]
    fn a_logarithmic_axis_has_no_place_for_a_loss_of_nothing() {
        let curve = RunCurve {
            name: String::new(),
            kind: CurveKind::ValidLoss,
            run_idx: 1,
            points: vec![[1.0, 100.0], [2.0, 0.0]],
            band: vec![[10.0, 1000.0], [0.0, 1.0]],
        };
        let plotted = PlottedCurve::new(curve.clone(), true);
        assert_eq!(plotted.points.len(), 1);
        assert!((plotted.points[0].y - 2.0).abs() < 1e-12);
        assert_eq!(plotted.band[0], [1.0]);
        let plotted = PlottedCurve::new(curve, false);
        assert_eq!((plotted.points.len(), plotted.band[2].len()), (2, 2));
    }
}

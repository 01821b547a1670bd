use std::sync::Arc;

use egui_plot::PlotPoint;

use super::EvaluationView;
use crate::evaluate::{Figure, LabelFigures, Prevalence, curves_behind};
use crate::metrics::RankedScores;
use crate::model::ModelCard;
use crate::scores::{BandedCurve, LabelCurves, ScoredSet};
use crate::state::EvaluationState;
use crate::ui::panels::small_films::SmallFilms;

/// Cached views, rebuilt only when their source changes.
#[derive(Default)]
pub struct EvaluationViews {
    /// Small films of the strip.
    pub small_films: SmallFilms,
    curves: Option<(CurvesKey, Arc<EvaluationCurves>)>,
}

/// The inputs of the curves: two sets, a label, the model whose calibration is shown.
type CurvesKey = (usize, usize, usize, bool, usize);

/// All curves of one label, independent of the threshold.
#[derive(Clone, Debug, Default)]
pub struct EvaluationCurves {
    /// 1 - specificity and sensitivity; empty where one class is missing.
    pub roc: Vec<PlotPoint>,
    /// 95 % of the sensitivity at each point (Wilson): x, low, high.
    pub roc_band: [Vec<f64>; 3],
    /// Sensitivity and PPV.
    pub precision_recall: Vec<PlotPoint>,
    /// 95 % of the PPV at each point (Wilson).
    pub precision_band: [Vec<f64>; 3],
    /// Middle of a bar of scores and the share of negative films in it.
    pub negatives: Vec<[f64; 2]>,
    /// The same of positive films.
    pub positives: Vec<[f64; 2]>,
    /// PPV, sensitivity, specificity and F1 by threshold.
    pub rates: [(&'static str, Vec<PlotPoint>); 4],
    /// Predicted against observed: scores, weights undone, Platt; with the error of each.
    pub reliability: Vec<(String, Vec<PlotPoint>)>,
    /// ROC and precision-recall of the other labels, by name, where they are asked for.
    pub behind: Vec<(String, Vec<PlotPoint>, Vec<PlotPoint>)>,
    /// Curves of the other scores.
    pub other_roc: Vec<PlotPoint>,
    /// Likewise.
    pub other_precision_recall: Vec<PlotPoint>,
}

impl EvaluationViews {
    /// The curves of the label in view.
    pub fn curves(&mut self, view: &EvaluationView<'_>) -> Arc<EvaluationCurves> {
        let evaluation = view.evaluation;
        let place = |set: Option<&Arc<ScoredSet>>| set.map_or(0, |set| Arc::as_ptr(set).addr());
        let other = evaluation.comparison.done().map(|other| &other.set);
        // Calibration belongs to the model that made the scores.
        let author = evaluation.author();
        let id = author.map_or(0, |author| Arc::as_ptr(author).addr());
        let key = (
            place(evaluation.scored()),
            place(other),
            evaluation.chosen.label_idx(),
            evaluation.all_labels,
            id,
        );
        match &self.curves {
            Some((known, curves)) if *known == key => Arc::clone(curves),
            _ => {
                let curves = Arc::new(EvaluationCurves::of(evaluation, evaluation.author_card()));
                self.curves = Some((key, Arc::clone(&curves)));
                curves
            }
        }
    }
}

impl EvaluationCurves {
    /// Makes the curves of the label in view; calibration is that of `card`.
    pub fn of(evaluation: &EvaluationState, card: Option<&ModelCard>) -> Self {
        let Some(column) = evaluation.column() else {
            return Self::default();
        };
        let other = evaluation.comparison.done();
        let other = other.and_then(|other| {
            let place = other.set.position(&column.name).ok()?;
            other.set.columns.get(place)
        });
        let curves = LabelCurves::of(column, card);
        let other_curves = other.map(|other| both_curves(&other.ranked));
        let (other_roc, other_precision_recall) = other_curves.unwrap_or_default();
        let reliability = curves.reliability.into_iter();
        Self {
            roc: plot_points(&curves.roc.points),
            roc_band: curves.roc.band,
            precision_recall: plot_points(&curves.precision_recall.points),
            precision_band: curves.precision_recall.band,
            negatives: curves.negatives,
            positives: curves.positives,
            rates: curves
                .rates
                .map(|(name, points)| (name, plot_points(&points))),
            reliability: reliability
                .map(|(name, points)| (name, plot_points(&points)))
                .collect(),
            behind: evaluation
                .scored()
                .filter(|_| evaluation.all_labels)
                .map(|set| points_behind(set, evaluation.chosen.label_idx()))
                .unwrap_or_default(),
            other_roc,
            other_precision_recall,
        }
    }
}

/// Curves of the labels that are not in view.
fn points_behind(
    set: &ScoredSet,
    label_idx: usize,
) -> Vec<(String, Vec<PlotPoint>, Vec<PlotPoint>)> {
    let curves = curves_behind(set, label_idx).into_iter();
    let points = curves.map(|curves| {
        let precision_recall = plot_points(&curves.precision_recall);
        (curves.name, plot_points(&curves.roc), precision_recall)
    });
    points.collect()
}

/// ROC and precision-recall.
fn both_curves(ranked: &RankedScores) -> (Vec<PlotPoint>, Vec<PlotPoint>) {
    let precision_recall = BandedCurve::precision_recall(ranked);
    (
        plot_points(&BandedCurve::roc(ranked).points),
        plot_points(&precision_recall.points),
    )
}

fn plot_points(points: &[[f64; 2]]) -> Vec<PlotPoint> {
    points.iter().map(|&point| point.into()).collect()
}

/// One figure at the operating point.
#[derive(Clone, Debug, PartialEq)]
pub struct RateRow {
    /// In the field's words.
    pub name: &'static str,
    /// On the set in view; `None` is undefined.
    pub value: Option<f64>,
    /// 95 % by Wilson, where it is a share of films.
    pub interval: Option<(f64, f64)>,
    /// On the set that the thresholds were chosen on, while they are locked.
    pub where_chosen: Option<f64>,
}

/// The figures of the label in view at its threshold.
pub fn rate_rows(evaluation: &EvaluationState) -> Vec<RateRow> {
    let Some(column) = evaluation.column() else {
        return Vec::new();
    };
    let locked = evaluation.chosen.locked().and_then(|locked| {
        let mut labels = locked.figures.labels.iter();
        labels.find(|label| label.name == column.name)
    });
    let here = LabelFigures::of(column, evaluation.chosen.threshold());
    // What differs is the films, not how many of them are positive.
    let prevalence = evaluation.prevalence_of(column);
    let prevalence = prevalence.map_or(evaluation.prevalence, Prevalence::Stated);
    let row = |figure: Figure| RateRow {
        name: figure.name(),
        value: figure.of(&here, evaluation.prevalence),
        interval: figure.interval(&here),
        where_chosen: locked.and_then(|label| figure.of(label, prevalence)),
    };
    Figure::RATES.map(row).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Threshold;
    use crate::evaluate::{Choices, Evaluation, OpenedSet, Written, html_report, label_plots};
    use crate::scores::{FilmPrediction, Predictions};

    /// More distinct scores than a curve has points.
    const N_FILMS: usize = 4000;

    fn set() -> ScoredSet {
        let film = |place: usize| FilmPrediction {
            path: format!("{place}.png").into(),
            patient_id: place.to_string(),
            scores: vec![(place * 2741 % N_FILMS) as f64 / N_FILMS as f64],
            truth: vec![Some(place.is_multiple_of(7))],
        };
        let predictions = Predictions {
            labels: vec!["Mass".to_owned()],
            films: (0..N_FILMS).map(film).collect(),
            model: None,
        };
        ScoredSet::new("set".to_owned(), predictions).unwrap()
    }

    /// The path of a curve in a picture, whose plot is 220 wide at (54, 26) and ends at `top`.
    fn path(points: impl IntoIterator<Item = [f64; 2]>, top: f64) -> String {
        let places = points.into_iter().enumerate().map(|(place, [x, y])| {
            let order = if place == 0 { 'M' } else { 'L' };
            format!(
                "{order}{:.2} {:.2}",
                54.0 + x * 220.0,
                26.0 + (1.0 - y / top) * 220.0
            )
        });
        format!("\"{}\"", places.collect::<String>())
    }

    #[test]
    fn window_picture_and_report_draw_the_same_points() {
        let set = set();
        let mut evaluation = EvaluationState::new(Arc::new(|| {}));
        let opened = OpenedSet {
            set: Arc::new(set.clone()),
            warnings: Vec::new(),
            leak: None,
            author: None,
            test_table: None,
            films: None,
        };
        let choices = Choices {
            thresholds: &[Threshold::unset()],
            ..Choices::default()
        };
        let whole = Evaluation::of(&opened, choices, &crate::work::Unwatched).unwrap();
        let written = Written::now();
        let report = html_report(&whole, None, &written);
        evaluation.set = Some(opened);
        let panel = EvaluationCurves::of(&evaluation, None);
        assert!(panel.roc.len() > 1000 && panel.roc.len() < N_FILMS);
        let curve = |points: &[PlotPoint]| path(points.iter().map(|point| [point.x, point.y]), 1.0);
        let all_bars = panel.negatives.iter().chain(&panel.positives);
        let top = all_bars.map(|[_, y]| *y).fold(0.0, f64::max);
        let bars = |bars: &[[f64; 2]]| {
            let half = 0.5 / bars.len() as f64;
            let edges = bars.iter().map(|&[x, y]| [[x - half, y], [x + half, y]]);
            path(edges.flatten(), top)
        };
        let drawn = [
            vec![curve(&panel.roc)],
            vec![curve(&panel.precision_recall)],
            vec![bars(&panel.negatives), bars(&panel.positives)],
            panel.rates.iter().map(|(_, rate)| curve(rate)).collect(),
            panel.reliability.iter().map(|(_, of)| curve(of)).collect(),
        ];
        let plots = label_plots(&whole, 0, None, &written);
        assert_eq!(plots.len(), drawn.len());
        for (plot, paths) in plots.iter().zip(&drawn) {
            for path in paths {
                assert!(plot.svg.contains(path), "{}: {path}", plot.name);
            }
            assert!(report.contains(&plot.svg), "{}", plot.name);
        }
    }
}

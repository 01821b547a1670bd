use std::sync::Arc;

use egui_plot::PlotPoint;

use crate::metrics::{Bins, Confusion, RankedScores, wilson_interval};
use crate::model::ModelCard;
use crate::scores::{CalibrationView, LabelColumn, ProbabilityRule, ScoredSet};
use crate::state::{AppState, EvaluationState};
use crate::ui::panels::small_films::SmallFilms;

/// Points of a curve that are drawn at most; numbers are of all.
const MAX_POINTS: usize = 1500;
const N_BARS: usize = 40;
const N_BINS: usize = 10;
const LEVEL: f64 = 0.95;

/// Cached views, rebuilt only when their source changes.
#[derive(Default)]
pub struct EvaluationViews {
    /// Small films of the strip.
    pub small_films: SmallFilms,
    curves: Option<(CurvesKey, Arc<EvaluationCurves>)>,
}

/// The inputs of the curves: two sets, a label, the model whose calibration is shown.
type CurvesKey = (usize, usize, usize, bool, String);

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
    pub fn curves(&mut self, state: &AppState) -> Arc<EvaluationCurves> {
        let desk = &state.evaluation;
        let place = |set: Option<&Arc<ScoredSet>>| set.map_or(0, |set| Arc::as_ptr(set).addr());
        let other = desk.comparison.done().map(|other| &other.set);
        // Calibration belongs to the model that made the scores.
        let card = state.model.loaded.as_ref();
        let card = card.filter(|_| !state.scores_are_of_another_model());
        let id = card.map_or_else(String::new, |loaded| loaded.classifier.id().to_owned());
        let key = (
            place(desk.scored()),
            place(other),
            desk.label_idx,
            desk.all_labels,
            id,
        );
        match &self.curves {
            Some((known, curves)) if *known == key => Arc::clone(curves),
            _ => {
                let card = card.map(|loaded| loaded.classifier.card());
                let curves = Arc::new(EvaluationCurves::of(desk, card));
                self.curves = Some((key, Arc::clone(&curves)));
                curves
            }
        }
    }
}

impl EvaluationCurves {
    /// Makes the curves of the label in view; calibration is that of `card`.
    pub fn of(desk: &EvaluationState, card: Option<&ModelCard>) -> Self {
        let Some(column) = desk.column() else {
            return Self::default();
        };
        let other = desk.comparison.done();
        let other = other.and_then(|other| {
            let place = other.set.position(&column.name).ok()?;
            other.set.columns.get(place)
        });
        let ranked = &column.ranked;
        let (roc, roc_band) = roc_curve(ranked);
        let (precision_recall, precision_band) = precision_recall_curve(ranked);
        let other_curves = other.map(|other| {
            (
                roc_curve(&other.ranked).0,
                precision_recall_curve(&other.ranked).0,
            )
        });
        let (other_roc, other_precision_recall) = other_curves.unwrap_or_default();
        Self {
            roc,
            roc_band,
            precision_recall,
            precision_band,
            negatives: histogram(column, false),
            positives: histogram(column, true),
            rates: rate_curves(ranked),
            reliability: reliability_curves(column, card),
            behind: if desk.all_labels {
                curves_behind(desk)
            } else {
                Vec::new()
            },
            other_roc,
            other_precision_recall,
        }
    }
}

/// Curves of the labels that are not in view.
fn curves_behind(desk: &EvaluationState) -> Vec<(String, Vec<PlotPoint>, Vec<PlotPoint>)> {
    let columns = desk.scored().map(|set| set.columns.as_slice());
    let columns = columns.unwrap_or_default().iter().enumerate();
    let others = columns.filter(|(label_idx, _)| *label_idx != desk.label_idx);
    let curves = others.map(|(_, column)| {
        let name = column.name.replace('_', " ");
        let (roc, _) = roc_curve(&column.ranked);
        (name, roc, precision_recall_curve(&column.ranked).0)
    });
    curves.collect()
}

/// Evenly spaced indices of `n`, including the last.
fn thinned(n: usize) -> impl Iterator<Item = usize> {
    let step = n.div_ceil(MAX_POINTS).max(1);
    let last = n.checked_sub(1).filter(|last| last % step != 0);
    (0..n).step_by(step).chain(last)
}

fn roc_curve(ranked: &RankedScores) -> (Vec<PlotPoint>, [Vec<f64>; 3]) {
    let Ok(points) = ranked.roc() else {
        return Default::default();
    };
    let mut curve = Vec::new();
    let mut band: [Vec<f64>; 3] = Default::default();
    for place in thinned(points.len()) {
        let Some(point) = points.get(place) else {
            continue;
        };
        curve.push(PlotPoint::new(
            point.false_positive_rate,
            point.true_positive_rate,
        ));
        let counts = ranked.at(point.threshold);
        let found = wilson_interval(counts.true_positives, counts.n_pos(), LEVEL);
        push_band(&mut band, point.false_positive_rate, found);
    }
    (curve, band)
}

fn precision_recall_curve(ranked: &RankedScores) -> (Vec<PlotPoint>, [Vec<f64>; 3]) {
    if ranked.n_neg() == 0 {
        return Default::default();
    }
    let points = ranked.precision_recall().unwrap_or_default();
    let mut curve = Vec::new();
    let mut band: [Vec<f64>; 3] = Default::default();
    for place in thinned(points.len()) {
        let Some(point) = points.get(place) else {
            continue;
        };
        curve.push(PlotPoint::new(point.recall, point.precision));
        let counts = ranked.at(point.threshold);
        let found = wilson_interval(counts.true_positives, counts.n_flagged(), LEVEL);
        push_band(&mut band, point.recall, found);
    }
    // From left to right, as a filled area wants it.
    for values in &mut band {
        values.reverse();
    }
    (curve, band)
}

fn push_band(band: &mut [Vec<f64>; 3], x: f64, interval: Option<(f64, f64)>) {
    let [xs, lows, highs] = band;
    if let Some((low, high)) = interval {
        xs.push(x);
        lows.push(low);
        highs.push(high);
    }
}

/// Shares of the films of one side in bars of equal width over the scores.
fn histogram(column: &LabelColumn, side: bool) -> Vec<[f64; 2]> {
    let mut counts = [0_u32; N_BARS];
    let films = column.scores.iter().zip(&column.positives);
    for (score, _) in films.filter(|(_, positive)| **positive == side) {
        let bar = ((score * N_BARS as f64) as usize).min(N_BARS - 1);
        if let Some(count) = counts.get_mut(bar) {
            *count += 1;
        }
    }
    let n_films: u32 = counts.iter().sum();
    let bar = |(place, count): (usize, &u32)| {
        let middle = (place as f64 + 0.5) / N_BARS as f64;
        [middle, f64::from(*count) / f64::from(n_films.max(1))]
    };
    counts.iter().enumerate().map(bar).collect()
}

fn rate_curves(ranked: &RankedScores) -> [(&'static str, Vec<PlotPoint>); 4] {
    let cuts = ranked.cuts();
    let curve = |rate: fn(&Confusion) -> Option<f64>| -> Vec<PlotPoint> {
        let places = thinned(cuts.len());
        let points = places.filter_map(|place| {
            let threshold = cuts.get(place)?.threshold;
            Some(PlotPoint::new(threshold, rate(&ranked.at(threshold))?))
        });
        points.collect()
    };
    [
        ("PPV", curve(Confusion::ppv)),
        ("sensitivity", curve(Confusion::sensitivity)),
        ("specificity", curve(Confusion::specificity)),
        ("F1", curve(Confusion::f1)),
    ]
}

fn reliability_curves(
    column: &LabelColumn,
    card: Option<&ModelCard>,
) -> Vec<(String, Vec<PlotPoint>)> {
    let rules = card.map_or_else(
        || vec![ProbabilityRule::Score],
        |card| ProbabilityRule::of_card(card, &column.name),
    );
    let curve = |rule| {
        let view = CalibrationView::of(column, rule, Bins::EqualWidth(N_BINS));
        let error = view.expected_error;
        let error = error.map_or_else(|| "n/a".to_owned(), |error| format!("{error:.3}"));
        let points = view.bins.iter();
        let points = points.map(|bin| PlotPoint::new(bin.mean_predicted, bin.observed()));
        (format!("{rule}, ECE {error}"), points.collect())
    };
    rules.into_iter().map(curve).collect()
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
pub fn rate_rows(desk: &EvaluationState) -> Vec<RateRow> {
    let (Some(column), Some(counts)) = (desk.column(), desk.counts()) else {
        return Vec::new();
    };
    let frozen = desk.frozen.as_ref().and_then(|frozen| {
        let mut labels = frozen.figures.labels.iter();
        labels.find(|label| label.name == column.name)
    });
    let prevalence = desk.prevalence_of(column);
    let row =
        |name, rate: &dyn Fn(&Confusion) -> Option<f64>, share: Option<(usize, usize)>| RateRow {
            name,
            value: rate(&counts),
            interval: share.and_then(|(hits, of)| wilson_interval(hits, of, LEVEL)),
            where_chosen: frozen.and_then(|label| rate(&label.counts)),
        };
    let at = |rate: fn(&Confusion, f64) -> Option<f64>| {
        move |counts: &Confusion| rate(counts, prevalence?)
    };
    vec![
        row(
            "Sensitivity",
            &Confusion::sensitivity,
            Some((counts.true_positives, counts.n_pos())),
        ),
        row(
            "Specificity",
            &Confusion::specificity,
            Some((counts.true_negatives, counts.n_neg())),
        ),
        row("PPV", &at(Confusion::ppv_at), None),
        row("NPV", &at(Confusion::npv_at), None),
        row("F1", &Confusion::f1, None),
        row(
            "Flagged",
            &Confusion::flagged_share,
            Some((counts.n_flagged(), counts.n_films())),
        ),
        row("Accuracy", &Confusion::accuracy, None),
        row("Balanced acc.", &Confusion::balanced_accuracy, None),
        row("MCC", &Confusion::matthews_correlation, None),
        row("Youden", &Confusion::youden_index, None),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_of_many_films_are_thinned_and_keep_their_ends() {
        for n in [0, 1, 1500, 1501, 25_596] {
            let places: Vec<usize> = thinned(n).collect();
            assert!(places.len() <= MAX_POINTS + 1);
            assert_eq!(places.last().copied(), n.checked_sub(1));
            assert!(places.is_sorted());
        }
    }
}

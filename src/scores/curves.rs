use super::{CalibrationView, LabelColumn, ProbabilityRule};
use crate::metrics::{Bins, Confusion, RankedScores, wilson_interval};
use crate::model::ModelCard;

/// Maximum number of points of a curve, and one for its end; figures are of all films.
const MAX_POINTS: usize = 1500;
/// Bars of the histogram of scores.
const N_BARS: usize = 40;
/// Bins of reliability curves, of equal width.
const N_BINS: usize = 10;
/// Confidence level of the bands.
const LEVEL: f64 = 0.95;

/// All curves of one label as plain points `[x, y]`: the window and the report draw these.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelCurves {
    /// Sensitivity over 1 - specificity.
    pub roc: BandedCurve,
    /// PPV over sensitivity.
    pub precision_recall: BandedCurve,
    /// Middle of a bar of scores and the share of negative films in it.
    pub negatives: Vec<[f64; 2]>,
    /// The same of positive films.
    pub positives: Vec<[f64; 2]>,
    /// PPV, sensitivity, specificity and F1 over the threshold, by name.
    pub rates: [(&'static str, Vec<[f64; 2]>); 4],
    /// Observed over predicted: of scores, then of what the model card brings, named with its error.
    pub reliability: Vec<(String, Vec<[f64; 2]>)>,
}

/// A curve with an interval at its points; empty where it is undefined.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BandedCurve {
    /// In the order of thresholds.
    pub points: Vec<[f64; 2]>,
    /// 95 % of y by Wilson from left to right, where it is defined: x, low, high.
    pub band: [Vec<f64>; 3],
}

impl LabelCurves {
    /// Makes the curves of a label; calibration is that of `card`.
    pub fn of(column: &LabelColumn, card: Option<&ModelCard>) -> Self {
        let rules = card.map_or_else(
            || vec![ProbabilityRule::Score],
            |card| ProbabilityRule::of_card(card, &column.name),
        );
        let reliability = |rule| reliability_curve(column, rule);
        Self {
            roc: BandedCurve::roc(&column.ranked),
            precision_recall: BandedCurve::precision_recall(&column.ranked),
            negatives: histogram(column, false),
            positives: histogram(column, true),
            rates: rate_curves(&column.ranked),
            reliability: rules.into_iter().map(reliability).collect(),
        }
    }
}

impl BandedCurve {
    /// The ROC curve; empty where one class is missing.
    pub fn roc(ranked: &RankedScores) -> Self {
        let points = ranked.roc().unwrap_or_default();
        let mut curve = Self::default();
        for point in thinned(&points) {
            let counts = ranked.at(point.threshold);
            curve.push(
                [point.false_positive_rate, point.true_positive_rate],
                wilson_interval(counts.true_positives, counts.n_pos(), LEVEL),
            );
        }
        curve
    }

    /// The precision-recall curve; empty where one class is missing.
    pub fn precision_recall(ranked: &RankedScores) -> Self {
        let points = ranked.precision_recall().filter(|_| ranked.n_neg() > 0);
        let points = points.unwrap_or_default();
        let mut curve = Self::default();
        for point in thinned(&points) {
            let counts = ranked.at(point.threshold);
            curve.push(
                [point.recall, point.precision],
                wilson_interval(counts.true_positives, counts.n_flagged(), LEVEL),
            );
        }
        // Its points run from right to left.
        curve.band.iter_mut().for_each(|values| values.reverse());
        curve
    }

    fn push(&mut self, point: [f64; 2], interval: Option<(f64, f64)>) {
        self.points.push(point);
        let ([x, _], [xs, lows, highs]) = (point, &mut self.band);
        if let Some((low, high)) = interval {
            xs.push(x);
            lows.push(low);
            highs.push(high);
        }
    }
}

/// Evenly spaced points, including the last.
fn thinned<T>(points: &[T]) -> impl Iterator<Item = &T> {
    let step = points.len().div_ceil(MAX_POINTS).max(1);
    let is_left_out = points.len().checked_sub(1).is_some_and(|n| n % step != 0);
    let last = points.last().filter(|_| is_left_out);
    points.iter().step_by(step).chain(last)
}

/// Shares of the films of one side in bars of equal width over the scores.
fn histogram(column: &LabelColumn, side: bool) -> Vec<[f64; 2]> {
    let mut counts = [0_u32; N_BARS];
    for (_, score, _) in column.known().filter(|(.., positive)| *positive == side) {
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

fn rate_curves(ranked: &RankedScores) -> [(&'static str, Vec<[f64; 2]>); 4] {
    let curve = |rate: fn(&Confusion) -> Option<f64>| {
        let steps = thinned(ranked.steps());
        let points = steps.filter_map(|step| {
            let counts = ranked.at(step.threshold);
            Some([step.threshold, rate(&counts)?])
        });
        points.collect()
    };
    [
        ("PPV", curve(Confusion::ppv)),
        ("Sensitivity", curve(Confusion::sensitivity)),
        ("Specificity", curve(Confusion::specificity)),
        ("F1", curve(Confusion::f1)),
    ]
}

fn reliability_curve(column: &LabelColumn, rule: ProbabilityRule) -> (String, Vec<[f64; 2]>) {
    let view = CalibrationView::of(column, rule, Bins::EqualWidth(N_BINS));
    let error = view.expected_error;
    let error = error.map_or_else(|| "n/a".to_owned(), |error| format!("{error:.3}"));
    let points = view.bins.iter();
    let points = points.map(|bin| [bin.mean_predicted, bin.observed()]);
    (format!("{rule}, ECE {error}"), points.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_of_many_films_are_thinned_and_keep_their_ends() {
        for n in [0, 1, 2, 1499, 1500, 1501, 25_001, 25_596] {
            let all: Vec<usize> = (0..n).collect();
            let drawn: Vec<&usize> = thinned(&all).collect();
            assert!(drawn.len() <= MAX_POINTS + 1, "{n}: {}", drawn.len());
            assert_eq!(drawn.first().copied(), all.first());
            assert_eq!(drawn.last().copied(), all.last());
            assert!(drawn.is_sorted_by(|a, b| a < b), "{n}");
        }
    }

    #[test]
    fn a_curve_of_few_films_has_a_point_for_each_distinct_score() {
        let scores = vec![0.1, 0.4, 0.4, 0.9];
        let positives = vec![false, true, false, true];
        let column = LabelColumn::new("Mass".to_owned(), scores, positives).unwrap();
        let curves = LabelCurves::of(&column, None);
        let roc = [[0.0, 0.0], [0.0, 0.5], [0.5, 1.0], [1.0, 1.0]];
        assert_eq!(curves.roc.points, roc);
        let precision_recall = [[1.0, 0.5], [1.0, 2.0 / 3.0], [0.5, 1.0], [0.0, 1.0]];
        assert_eq!(curves.precision_recall.points, precision_recall);
        let [(_, ppv), ..] = &curves.rates;
        assert_eq!(ppv, &[[0.9, 1.0], [0.4, 2.0 / 3.0], [0.1, 0.5]]);
        assert_eq!(curves.positives.iter().map(|[_, y]| y).sum::<f64>(), 1.0);
    }

    #[test]
    fn one_class_has_a_histogram_but_no_curve() {
        for positive in [false, true] {
            let column = LabelColumn::new("Mass".to_owned(), vec![0.2, 0.8], vec![positive; 2]);
            let curves = LabelCurves::of(&column.unwrap(), None);
            assert_eq!(curves.roc, BandedCurve::default());
            assert_eq!(curves.precision_recall, BandedCurve::default());
            let bars = [curves.negatives, curves.positives];
            assert!(bars.iter().all(|bars| bars.len() == N_BARS));
        }
    }
}

use super::{Confusion, RocError};

/// Sorted scores of one label, with cumulative counts: every curve and count follows from them.
///
/// Sorted once, O(n log n); a 2x2 table at any threshold is then a binary search.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedScores {
    /// One for each distinct score, highest first.
    steps: Vec<ScoreStep>,
    n_pos: usize,
    n_neg: usize,
}

/// A distinct score as a threshold, and what it flags.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreStep {
    /// Positive iff score >= this.
    pub threshold: f64,
    /// Films with the finding at or above it.
    pub true_positives: usize,
    /// Films without it at or above it.
    pub false_positives: usize,
}

/// A point of the ROC curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RocPoint {
    /// +infinity at the first point, which flags nothing.
    pub threshold: f64,
    /// 1 - specificity, in `[0, 1]`.
    pub false_positive_rate: f64,
    /// Sensitivity, in `[0, 1]`.
    pub true_positive_rate: f64,
}

/// A point of the precision-recall curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PrecisionRecallPoint {
    /// +infinity at the last point, which flags nothing.
    pub threshold: f64,
    /// PPV, in `[0, 1]`; 1 by convention where nothing is flagged.
    pub precision: f64,
    /// Sensitivity, in `[0, 1]`.
    pub recall: f64,
}

impl RankedScores {
    /// Ranks scores; `positives` says of each whether its film has the finding. One class alone is
    /// no error here, since counts are defined without curves.
    pub fn of(scores: &[f64], positives: &[bool]) -> Result<Self, RocError> {
        if scores.len() != positives.len() {
            let (n_scores, n_labels) = (scores.len(), positives.len());
            return Err(RocError::Length { n_scores, n_labels });
        }
        if let Some((index, &value)) = scores.iter().enumerate().find(|(_, s)| !s.is_finite()) {
            return Err(RocError::NotFinite { index, value });
        }
        // Apart and as integers of the same order: several times as fast as pairs of both.
        let keys = |side: bool| {
            let films = scores.iter().zip(positives);
            let mut keys: Vec<u64> = films
                .filter(|(_, positive)| **positive == side)
                .map(|(&score, _)| descending_key(score))
                .collect();
            keys.sort_unstable();
            keys
        };
        let (of_positives, of_negatives) = (keys(true), keys(false));
        let (mut positives, mut negatives) = (of_positives.as_slice(), of_negatives.as_slice());
        let mut steps = Vec::with_capacity(scores.len());
        let (n_pos, n_neg) = (positives.len(), negatives.len());
        while let Some(key) = positives.first().into_iter().chain(negatives.first()).min() {
            let key = *key;
            positives = past(positives, key);
            negatives = past(negatives, key);
            steps.push(ScoreStep {
                threshold: score_of_key(key),
                true_positives: n_pos - positives.len(),
                false_positives: n_neg - negatives.len(),
            });
        }
        Ok(Self {
            steps,
            n_pos,
            n_neg,
        })
    }

    /// One for each distinct score, highest first.
    pub fn steps(&self) -> &[ScoreStep] {
        &self.steps
    }

    /// Films with the finding.
    pub fn n_pos(&self) -> usize {
        self.n_pos
    }

    /// Films without it.
    pub fn n_neg(&self) -> usize {
        self.n_neg
    }

    /// The 2x2 table at a threshold; O(log n).
    pub fn at(&self, threshold: f64) -> Confusion {
        let n_above = self.n_steps_from(threshold);
        let step = n_above.checked_sub(1).and_then(|last| self.steps.get(last));
        self.confusion(step)
    }

    /// The lowest distinct score above `threshold`.
    pub fn next_above(&self, threshold: f64) -> Option<f64> {
        let n_above = self
            .steps
            .partition_point(|step| step.threshold > threshold);
        Some(self.steps.get(n_above.checked_sub(1)?)?.threshold)
    }

    /// The highest distinct score below `threshold`.
    pub fn next_below(&self, threshold: f64) -> Option<f64> {
        let step = self.steps.get(self.n_steps_from(threshold))?;
        Some(step.threshold)
    }

    /// One point for each distinct score, after one at +infinity.
    pub fn roc(&self) -> Result<Vec<RocPoint>, RocError> {
        self.check_classes()?;
        let (n_pos, n_neg) = (self.n_pos as f64, self.n_neg as f64);
        let first = RocPoint {
            threshold: f64::INFINITY,
            false_positive_rate: 0.0,
            true_positive_rate: 0.0,
        };
        let points = self.steps.iter().map(|step| RocPoint {
            threshold: step.threshold,
            false_positive_rate: step.false_positives as f64 / n_neg,
            true_positive_rate: step.true_positives as f64 / n_pos,
        });
        Ok(std::iter::once(first).chain(points).collect())
    }

    /// Area under the ROC curve in `[0, 1]`, ties half.
    pub fn auc(&self) -> Result<f64, RocError> {
        self.check_classes()?;
        let (mut twice_area, mut before) = (0.0, (0, 0));
        for step in &self.steps {
            let width = (step.false_positives - before.1) as f64;
            twice_area += width * (step.true_positives + before.0) as f64;
            before = (step.true_positives, step.false_positives);
        }
        Ok(twice_area / 2.0 / (self.n_pos as f64 * self.n_neg as f64))
    }

    /// One point for each distinct score from the lowest, and a last one at recall 0; `None`
    /// without positive films.
    pub fn precision_recall(&self) -> Option<Vec<PrecisionRecallPoint>> {
        if self.n_pos == 0 {
            return None;
        }
        let last = PrecisionRecallPoint {
            threshold: f64::INFINITY,
            precision: 1.0,
            recall: 0.0,
        };
        let points = self.steps.iter().rev().map(|step| PrecisionRecallPoint {
            threshold: step.threshold,
            precision: precision(step),
            recall: step.true_positives as f64 / self.n_pos as f64,
        });
        Some(points.chain(std::iter::once(last)).collect())
    }

    /// Mean precision over the steps of recall, films of one score together (as scikit-learn's
    /// `average_precision_score`); `None` without positive films.
    pub fn average_precision(&self) -> Option<f64> {
        if self.n_pos == 0 {
            return None;
        }
        let (mut sum, mut before) = (0.0, 0);
        for step in &self.steps {
            sum += (step.true_positives - before) as f64 * precision(step);
            before = step.true_positives;
        }
        Some(sum / self.n_pos as f64)
    }

    /// The confusion counts at a threshold; nothing is flagged without one.
    pub(super) fn confusion(&self, step: Option<&ScoreStep>) -> Confusion {
        let (true_positives, false_positives) =
            step.map_or((0, 0), |step| (step.true_positives, step.false_positives));
        Confusion {
            true_positives,
            false_positives,
            true_negatives: self.n_neg - false_positives,
            false_negatives: self.n_pos - true_positives,
        }
    }

    /// Distinct scores at or above `threshold`.
    fn n_steps_from(&self, threshold: f64) -> usize {
        self.steps
            .partition_point(|step| step.threshold >= threshold)
    }

    fn check_classes(&self) -> Result<(), RocError> {
        let (n_pos, n_neg) = (self.n_pos, self.n_neg);
        if n_pos == 0 || n_neg == 0 {
            return Err(RocError::OneClass { n_pos, n_neg });
        }
        Ok(())
    }
}

fn precision(step: &ScoreStep) -> f64 {
    step.true_positives as f64 / (step.true_positives + step.false_positives) as f64
}

/// The part after all of `key`, which is the minimum of `keys`.
fn past(keys: &[u64], key: u64) -> &[u64] {
    let n_equal = keys.iter().take_while(|&&other| other == key).count();
    keys.get(n_equal..).unwrap_or_default()
}

const SIGN: u64 = 1 << 63;

/// Of two finite scores the higher one has the smaller key; 0 and -0 have one.
fn descending_key(score: f64) -> u64 {
    let bits = (score + 0.0).to_bits();
    // Negative numbers are in order of their size already.
    if bits & SIGN == 0 {
        SIGN - 1 - bits
    } else {
        bits
    }
}

fn score_of_key(key: u64) -> f64 {
    f64::from_bits(if key & SIGN == 0 { SIGN - 1 - key } else { key })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::roc_auc;

    #[test]
    fn keys_order_scores_and_give_them_back() {
        let scores = [1e300, 2.5, 0.1, 5e-324, 0.0, -5e-324, -0.1, -7.0, -1e300];
        let keys = scores.map(descending_key);
        assert!(keys.is_sorted());
        assert_eq!(keys.map(score_of_key), scores);
        assert_eq!(descending_key(-0.0), descending_key(0.0));
    }

    #[test]
    fn one_class_has_counts_but_no_curve() {
        let ranked = RankedScores::of(&[0.2, 0.4], &[false, false]).unwrap();
        assert_eq!(ranked.at(0.3).false_positives, 1);
        assert!(ranked.roc().is_err() && ranked.auc().is_err());
        assert_eq!(ranked.average_precision(), None);
        assert!(RankedScores::of(&[f64::NAN], &[true]).is_err());
    }

    #[test]
    fn neighbors_are_distinct_scores() {
        let ranked = RankedScores::of(&[0.2, 0.4, 0.4, 0.9], &[false, true, false, true]).unwrap();
        assert_eq!(ranked.next_above(0.4), Some(0.9));
        assert_eq!(ranked.next_above(0.9), None);
        assert_eq!(ranked.next_below(0.4), Some(0.2));
        assert_eq!(ranked.next_below(0.3), Some(0.2));
        assert_eq!(ranked.next_below(0.2), None);
    }

    proptest! {
        #[test]
        fn every_table_and_area_is_that_of_counting(
            films in prop::collection::vec((-6_i8..12, any::<bool>()), 1..60),
            threshold in -1.0_f64..1.0,
        ) {
            let scores: Vec<f64> = films.iter().map(|(s, _)| f64::from(*s) / 12.0).collect();
            let positives: Vec<bool> = films.iter().map(|(_, p)| *p).collect();
            let ranked = RankedScores::of(&scores, &positives).unwrap();
            for threshold in scores.iter().copied().chain([threshold]) {
                let counted = Confusion::count(&scores, &positives, threshold);
                prop_assert_eq!(ranked.at(threshold), counted);
            }
            match (ranked.auc(), roc_auc(&scores, &positives)) {
                (Ok(area), Ok(by_ranks)) => prop_assert!((area - by_ranks).abs() < 1e-12),
                (area, by_ranks) => prop_assert_eq!(area, by_ranks),
            }
            // A strictly rising map, and another order of the films, change nothing but thresholds.
            let mapped: Vec<f64> = scores.iter().rev().map(|s| (3.0 * s).exp()).collect();
            let turned: Vec<bool> = positives.iter().rev().copied().collect();
            let mapped = RankedScores::of(&mapped, &turned).unwrap();
            prop_assert_eq!(mapped.average_precision(), ranked.average_precision());
            prop_assert_eq!(mapped.auc(), ranked.auc());
        }
    }
}

use thiserror::Error;

/// Why the ROC curve and its AUC are undefined.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum RocError {
    #[error("expected films with and without the finding, got {n_pos} with and {n_neg} without")]
    OneClass { n_pos: usize, n_neg: usize },
    #[error("expected finite scores, got {value} at index {index}")]
    NotFinite { index: usize, value: f64 },
    #[error("expected one label per score, got {n_labels} labels and {n_scores} scores")]
    Length { n_scores: usize, n_labels: usize },
}

/// Area under the ROC curve in `[0, 1]`: how often a positive scores above a negative, ties half.
///
/// `positives` says of each score whether its film has the finding. Sorts once: O(n log n).
pub fn roc_auc(scores: &[f64], positives: &[bool]) -> Result<f64, RocError> {
    let classes = Classes::check(scores, positives)?;
    let (n_pos, n_neg) = (classes.n_pos as f64, classes.n_neg as f64);
    let ranks = midranks(scores);
    let ranked = ranks.iter().zip(positives);
    let rank_sum: f64 = ranked.filter(|(_, pos)| **pos).map(|(rank, _)| rank).sum();
    // Mann and Whitney (1947): the rank sum less what the positives have among themselves.
    Ok((rank_sum - n_pos * (n_pos + 1.0) / 2.0) / (n_pos * n_neg))
}

/// How many of each class there are: at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Classes {
    pub n_pos: usize,
    pub n_neg: usize,
}

impl Classes {
    /// Counts, after the checks that every figure of the ROC curve needs.
    pub fn check(scores: &[f64], positives: &[bool]) -> Result<Self, RocError> {
        if scores.len() != positives.len() {
            let (n_scores, n_labels) = (scores.len(), positives.len());
            return Err(RocError::Length { n_scores, n_labels });
        }
        if let Some((index, value)) = scores.iter().enumerate().find(|(_, s)| !s.is_finite()) {
            let value = *value;
            return Err(RocError::NotFinite { index, value });
        }
        let n_pos = positives.iter().filter(|positive| **positive).count();
        let n_neg = positives.len() - n_pos;
        if n_pos == 0 || n_neg == 0 {
            return Err(RocError::OneClass { n_pos, n_neg });
        }
        Ok(Self { n_pos, n_neg })
    }
}

/// The place of each score in ascending order, from 1; ties share the mean of their places.
///
/// Scores must be finite. Ranks are multiples of one half, so sums of them are exact.
pub(super) fn midranks(scores: &[f64]) -> Vec<f64> {
    let mut order: Vec<(f64, usize)> = scores.iter().copied().zip(0..).collect();
    // Not by `total_cmp`: 0 and -0 are a tie.
    order.sort_by(|(a, _), (b, _)| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    let mut ranks = vec![0.0; scores.len()];
    let mut n_before = 0;
    for ties in order.chunk_by(|(a, _), (b, _)| a == b) {
        let rank = n_before as f64 + f64::midpoint(1.0, ties.len() as f64);
        for (_, index) in ties {
            if let Some(slot) = ranks.get_mut(*index) {
                *slot = rank;
            }
        }
        n_before += ties.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition: all pairs, one by one.
    fn brute_force(scores: &[f64], positives: &[bool]) -> f64 {
        let (mut wins, mut n_pairs) = (0.0, 0.0);
        for (a, _) in scores.iter().zip(positives).filter(|(_, pos)| **pos) {
            for (b, _) in scores.iter().zip(positives).filter(|(_, pos)| !**pos) {
                n_pairs += 1.0;
                if a > b {
                    wins += 1.0;
                } else if a == b {
                    wins += 0.5;
                }
            }
        }
        wins / n_pairs
    }

    #[test]
    fn order_alone_decides() {
        let labels = [false, false, true, true];
        assert_eq!(roc_auc(&[0.1, 0.2, 0.3, 0.4], &labels), Ok(1.0));
        assert_eq!(roc_auc(&[0.4, 0.3, 0.2, 0.1], &labels), Ok(0.0));
        assert_eq!(roc_auc(&[0.1, 0.3, 0.2, 0.4], &labels), Ok(0.75));
        assert_eq!(roc_auc(&[0.0, -0.0, 0.0, -0.0], &labels), Ok(0.5));
    }

    #[test]
    fn one_class_nothing_at_all_and_odd_scores_have_no_area() {
        let one = RocError::OneClass { n_pos: 2, n_neg: 0 };
        assert_eq!(roc_auc(&[0.1, 0.2], &[true, true]), Err(one));
        let none = RocError::OneClass { n_pos: 0, n_neg: 0 };
        assert_eq!(roc_auc(&[], &[]), Err(none));
        let (index, value) = (1, f64::INFINITY);
        let infinite = RocError::NotFinite { index, value };
        assert_eq!(roc_auc(&[0.1, value], &[true, false]), Err(infinite));
        assert!(roc_auc(&[f64::NAN, 0.0], &[true, false]).is_err());
        let (n_scores, n_labels) = (1, 2);
        let length = RocError::Length { n_scores, n_labels };
        assert_eq!(roc_auc(&[0.1], &[true, false]), Err(length));
    }

    #[test]
    fn ties_share_the_mean_of_their_places() {
        assert_eq!(
            midranks(&[3.0, 1.0, 3.0, 2.0, 3.0]),
            [4.0, 1.0, 4.0, 2.0, 4.0]
        );
        assert_eq!(midranks(&[1.0, 1.0]), [1.5, 1.5]);
    }

    proptest! {
        #[test]
        fn the_area_is_the_share_of_pairs_in_order(
            films in prop::collection::vec((0_u8..12, any::<bool>()), 2..60),
        ) {
            let scores: Vec<f64> = films.iter().map(|(s, _)| f64::from(*s) / 7.0).collect();
            let positives: Vec<bool> = films.iter().map(|(_, positive)| *positive).collect();
            prop_assume!(positives.contains(&true) && positives.contains(&false));
            let auc = roc_auc(&scores, &positives).unwrap();
            prop_assert!((auc - brute_force(&scores, &positives)).abs() < 1e-12);
            // A monotone map changes nothing; the other class' area is the rest.
            let logits: Vec<f64> = scores.iter().map(|s| (3.0 * s).exp()).collect();
            prop_assert_eq!(roc_auc(&logits, &positives).unwrap(), auc);
            let negatives: Vec<bool> = positives.iter().map(|positive| !positive).collect();
            prop_assert!((roc_auc(&scores, &negatives).unwrap() + auc - 1.0).abs() < 1e-12);
        }
    }
}

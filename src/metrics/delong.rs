use super::RocError;
use super::normal::normal_quantile;
use super::roc::{Classes, midranks};

/// An area under the ROC curve with how far it may be off by chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AucEstimate {
    /// The area in `[0, 1]`, ties half.
    pub auc: f64,
    /// `DeLong`'s variance of the area; `None` with fewer than two films of either class.
    ///
    /// It is 0 where the classes do not overlap: the sample then shows no spread to estimate from.
    pub variance: Option<f64>,
    /// Films with the finding, at least 1.
    pub n_pos: usize,
    /// Films without it, at least 1.
    pub n_neg: usize,
}

impl AucEstimate {
    /// Estimates area and variance from scores and whether each score's film has the finding.
    pub fn of(scores: &[f64], positives: &[bool]) -> Result<Self, RocError> {
        let Classes { n_pos, n_neg } = Classes::check(scores, positives)?;
        // DeLong, DeLong and Clarke-Pearson (1988) by midranks, after Sun and Xu (2014): a film's
        // rank among all less its rank in its own class counts the films of the other class below.
        let placements = |positive: bool, n_other: usize| -> Vec<f64> {
            let pairs = scores.iter().zip(positives).zip(midranks(scores));
            let (own, overall): (Vec<f64>, Vec<f64>) = pairs
                .filter(|((_, is_positive), _)| **is_positive == positive)
                .map(|((score, _), rank)| (*score, rank))
                .unzip();
            let within = midranks(&own);
            let below = overall.iter().zip(within);
            below
                .map(|(rank, own_rank)| (rank - own_rank) / n_other as f64)
                .collect()
        };
        let of_positives = placements(true, n_neg);
        let of_negatives = placements(false, n_pos);
        let auc = of_positives.iter().sum::<f64>() / n_pos as f64;
        let variance = sample_variance(&of_positives)
            .zip(sample_variance(&of_negatives))
            .map(|(pos, neg)| pos / n_pos as f64 + neg / n_neg as f64);
        Ok(Self {
            auc,
            variance,
            n_pos,
            n_neg,
        })
    }

    /// The interval that holds the true area with probability `level`, clipped to `[0, 1]`.
    ///
    /// Assumes that the estimate is normally distributed, which few films or an area near 1 belie.
    /// `None` where the variance is unknown or `level` does not lie strictly between 0 and 1.
    pub fn interval(&self, level: f64) -> Option<(f64, f64)> {
        let half = normal_quantile(0.5 + level / 2.0).filter(|_| level > 0.0)?;
        let reach = half * self.variance?.sqrt();
        Some(((self.auc - reach).max(0.0), (self.auc + reach).min(1.0)))
    }
}

/// Variance with n - 1 in the denominator; `None` of fewer than two values.
fn sample_variance(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares = values.iter().map(|value| (value - mean).powi(2));
    Some(squares.sum::<f64>() / (values.len() - 1) as f64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::roc_auc;

    #[test]
    fn a_single_positive_has_an_area_but_no_variance() {
        let estimate = AucEstimate::of(&[0.3, 0.1, 0.4], &[true, false, false]).unwrap();
        assert_eq!(estimate.auc, 0.5);
        assert_eq!(estimate.variance, None);
        assert_eq!(estimate.interval(0.95), None);
        assert_eq!((estimate.n_pos, estimate.n_neg), (1, 2));
    }

    #[test]
    fn the_interval_is_normal_and_stays_within_0_and_1() {
        let estimate = AucEstimate {
            auc: 0.8,
            variance: Some(0.0025),
            n_pos: 40,
            n_neg: 60,
        };
        let (low, high) = estimate.interval(0.95).unwrap();
        assert!((low - 0.702_001_800_772_997_3).abs() < 1e-12, "{low}");
        assert!((high - 0.897_998_199_227_002_8).abs() < 1e-12, "{high}");
        let wide = AucEstimate {
            variance: Some(0.5),
            ..estimate
        };
        assert_eq!(wide.interval(0.95), Some((0.0, 1.0)));
        for level in [0.0, 1.0, -0.5, f64::NAN] {
            assert_eq!(estimate.interval(level), None, "{level}");
        }
    }

    #[test]
    fn one_class_is_an_error() {
        let error = AucEstimate::of(&[0.1], &[false]).unwrap_err();
        assert_eq!(error, RocError::OneClass { n_pos: 0, n_neg: 1 });
    }

    proptest! {
        #[test]
        fn the_estimate_is_the_area(
            films in prop::collection::vec((0_u8..9, any::<bool>()), 4..50),
        ) {
            let scores: Vec<f64> = films.iter().map(|(s, _)| f64::from(*s)).collect();
            let positives: Vec<bool> = films.iter().map(|(_, positive)| *positive).collect();
            prop_assume!(positives.contains(&true) && positives.contains(&false));
            let estimate = AucEstimate::of(&scores, &positives).unwrap();
            let auc = roc_auc(&scores, &positives).unwrap();
            prop_assert!((estimate.auc - auc).abs() < 1e-12);
            prop_assert!(estimate.variance.is_none_or(|variance| variance >= 0.0));
        }
    }
}

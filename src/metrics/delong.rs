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
        let placements = Placements::of(scores, positives)?;
        let (n_pos, n_neg) = (placements.of_positives.len(), placements.of_negatives.len());
        Ok(Self {
            auc: placements.auc(),
            variance: placements.covariance(&placements),
            n_pos,
            n_neg,
        })
    }

    /// The interval that holds the true area with probability `level`, clipped to `[0, 1]`.
    ///
    /// Assumes that the estimate is normally distributed, which few films or an area near 1 belie.
    /// `None` where the variance is unknown or `level` is not strictly between 0 and 1.
    pub fn interval(&self, level: f64) -> Option<(f64, f64)> {
        let half = normal_quantile(0.5 + level / 2.0).filter(|_| level > 0.0)?;
        let reach = half * self.variance?.sqrt();
        Some(((self.auc - reach).max(0.0), (self.auc + reach).min(1.0)))
    }
}

/// How the areas of two models on the same films differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedAuc {
    /// Area of the first model less that of the second, in `[-1, 1]`.
    pub difference: f64,
    /// Its variance (`DeLong`), with the covariance of the models subtracted; `None` with fewer than
    /// two films of either class.
    pub variance: Option<f64>,
}

impl PairedAuc {
    /// Compares scores of the same films in the same order.
    pub fn of(first: &[f64], second: &[f64], positives: &[bool]) -> Result<Self, RocError> {
        let first = Placements::of(first, positives)?;
        let second = Placements::of(second, positives)?;
        let variance = || {
            let own = first.covariance(&first)? + second.covariance(&second)?;
            Some((own - 2.0 * first.covariance(&second)?).max(0.0))
        };
        Ok(Self {
            difference: first.auc() - second.auc(),
            variance: variance(),
        })
    }

    /// The interval that holds the true difference with probability `level`.
    pub fn interval(&self, level: f64) -> Option<(f64, f64)> {
        let half = normal_quantile(0.5 + level / 2.0).filter(|_| level > 0.0)?;
        let reach = half * self.variance?.sqrt();
        Some((self.difference - reach, self.difference + reach))
    }

    /// How likely a difference at least as large is where there is none, two-sided; `None` where
    /// the films show no spread to estimate from.
    pub fn p_value(&self) -> Option<f64> {
        let variance = self.variance.filter(|&variance| variance > 0.0)?;
        let z = self.difference.abs() / variance.sqrt();
        Some(libm::erfc(z / std::f64::consts::SQRT_2))
    }
}

/// For each film the share of the other class that it outranks, ties half.
struct Placements {
    of_positives: Vec<f64>,
    of_negatives: Vec<f64>,
}

impl Placements {
    /// DeLong, DeLong and Clarke-Pearson (1988) by midranks, after Sun and Xu (2014): a film's rank
    /// among all less its rank in its own class counts the films of the other class below.
    fn of(scores: &[f64], positives: &[bool]) -> Result<Self, RocError> {
        let Classes { n_pos, n_neg } = Classes::check(scores, positives)?;
        let ranks = midranks(scores);
        let placements = |positive: bool, n_other: usize| -> Vec<f64> {
            let pairs = scores.iter().zip(positives).zip(&ranks);
            let (own, overall): (Vec<f64>, Vec<f64>) = pairs
                .filter(|((_, is_positive), _)| **is_positive == positive)
                .map(|((score, _), rank)| (*score, *rank))
                .unzip();
            let within = midranks(&own);
            let below = overall.iter().zip(within);
            below
                .map(|(rank, own_rank)| (rank - own_rank) / n_other as f64)
                .collect()
        };
        Ok(Self {
            of_positives: placements(true, n_neg),
            of_negatives: placements(false, n_pos),
        })
    }

    fn auc(&self) -> f64 {
        self.of_positives.iter().sum::<f64>() / self.of_positives.len() as f64
    }

    /// Of two areas on the same films; with itself, the variance.
    fn covariance(&self, other: &Self) -> Option<f64> {
        let of = |a: &[f64], b: &[f64]| Some(sample_covariance(a, b)? / a.len() as f64);
        let positives = of(&self.of_positives, &other.of_positives)?;
        Some(positives + of(&self.of_negatives, &other.of_negatives)?)
    }
}

/// With n - 1 in the denominator; `None` of fewer than two values.
fn sample_covariance(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() < 2 {
        return None;
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let products = a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b));
    Some(products.sum::<f64>() / (a.len() - 1) as f64)
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

    /// The definition: kernels of all pairs, without ranks.
    fn brute_force_variance(a: &[f64], b: &[f64], positives: &[bool]) -> f64 {
        let kernel = |x: f64, y: f64| f64::from(x > y) / 1.0 + f64::from(x == y) / 2.0;
        let side =
            |side: bool| -> Vec<usize> { (0..a.len()).filter(|&i| positives[i] == side).collect() };
        let (pos, neg) = (side(true), side(false));
        let difference = |i: usize, j: usize| kernel(a[i], a[j]) - kernel(b[i], b[j]);
        let mean = |n: usize, of: &dyn Fn(usize) -> f64| (0..n).map(of).sum::<f64>() / n as f64;
        let spread = |values: Vec<f64>| {
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0) / n
        };
        let of_positives = pos
            .iter()
            .map(|&i| mean(neg.len(), &|j| difference(i, neg[j])));
        let of_negatives = neg
            .iter()
            .map(|&j| mean(pos.len(), &|i| difference(pos[i], j)));
        spread(of_positives.collect()) + spread(of_negatives.collect())
    }

    #[test]
    fn a_model_does_not_differ_from_itself() {
        let (scores, positives) = ([0.1, 0.4, 0.35, 0.8], [false, true, false, true]);
        let paired = PairedAuc::of(&scores, &scores, &positives).unwrap();
        assert_eq!((paired.difference, paired.variance), (0.0, Some(0.0)));
        assert_eq!(paired.p_value(), None);
    }

    #[test]
    fn a_difference_of_1_96_standard_errors_has_a_p_value_of_5_percent() {
        let paired = PairedAuc {
            difference: -1.959_963_984_540_054 * 0.02,
            variance: Some(0.0004),
        };
        assert!((paired.p_value().unwrap() - 0.05).abs() < 1e-12);
        let (_, high) = paired.interval(0.95).unwrap();
        assert!(high.abs() < 1e-12, "{high}");
    }

    #[test]
    fn one_class_is_an_error() {
        let error = AucEstimate::of(&[0.1], &[false]).unwrap_err();
        assert_eq!(error, RocError::OneClass { n_pos: 0, n_neg: 1 });
    }

    proptest! {
        #[test]
        fn the_variance_of_a_difference_is_that_of_all_pairs(
            films in prop::collection::vec((0_u8..9, 0_u8..9, any::<bool>()), 6..40),
        ) {
            let column = |of: &dyn Fn(&(u8, u8, bool)) -> u8| -> Vec<f64> {
                films.iter().map(|film| f64::from(of(film))).collect()
            };
            let (a, b) = (column(&|film| film.0), column(&|film| film.1));
            let positives: Vec<bool> = films.iter().map(|film| film.2).collect();
            let n_pos = positives.iter().filter(|p| **p).count();
            prop_assume!(n_pos >= 2 && films.len() - n_pos >= 2);
            let paired = PairedAuc::of(&a, &b, &positives).unwrap();
            let expected = brute_force_variance(&a, &b, &positives);
            prop_assert!((paired.variance.unwrap() - expected).abs() < 1e-12);
        }

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

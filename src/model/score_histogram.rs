use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How the scores of films with a label and of those without are spread over `[0, 1]`.
///
/// Equal parts of the range; a score of 1 belongs to the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", into = "Unchecked")]
pub struct ScoreHistogram {
    positives: Vec<u32>,
    negatives: Vec<u32>,
    measured_on: String,
}

/// Counts that make no histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("expected {expected} counts of positives and of negatives, got {n_pos} and {n_neg}")]
#[expect(missing_docs, reason = "the message says it")]
pub struct ScoreHistogramError {
    pub expected: usize,
    pub n_pos: usize,
    pub n_neg: usize,
}

impl ScoreHistogram {
    /// Parts of the range.
    pub const N_BINS: usize = 25;

    /// Counts scores in `[0, 1]`, each with whether its film has the label; `None` without any.
    pub fn of(films: impl Iterator<Item = (f64, bool)>, measured_on: &str) -> Option<Self> {
        let (mut positives, mut negatives) = (vec![0; Self::N_BINS], vec![0; Self::N_BINS]);
        let mut any = false;
        for (score, positive) in films {
            let bin = (score * Self::N_BINS as f64) as usize;
            let counts = if positive {
                &mut positives
            } else {
                &mut negatives
            };
            if let Some(count) = counts.get_mut(bin.min(Self::N_BINS - 1)) {
                *count += 1;
                any = true;
            }
        }
        any.then(|| Self {
            positives,
            negatives,
            measured_on: measured_on.to_owned(),
        })
    }

    /// Films with the label in each part.
    pub fn positives(&self) -> &[u32] {
        &self.positives
    }

    /// Films without it in each part.
    pub fn negatives(&self) -> &[u32] {
        &self.negatives
    }

    /// Which films, as text.
    pub fn measured_on(&self) -> &str {
        &self.measured_on
    }

    /// Probability that a film with the label scores higher than one without, ties half: the AUC, to about 0.01, since
    /// films of one part count as ties. `None` without films of both kinds.
    pub fn auc(&self) -> Option<f64> {
        let n = |counts: &[u32]| counts.iter().map(|&count| f64::from(count)).sum::<f64>();
        let pairs = n(&self.positives) * n(&self.negatives);
        let mut n_below = 0.0;
        let mut won = 0.0;
        for (&with, &without) in self.positives.iter().zip(&self.negatives) {
            let (with, without) = (f64::from(with), f64::from(without));
            won += with * (n_below + without / 2.0);
            n_below += without;
        }
        (pairs > 0.0).then(|| won / pairs)
    }

    /// Shares of the films with the label, and of those without, that score lower.
    ///
    /// Within a part, films are taken to be spread evenly. `None` where there are no such films.
    pub fn shares_below(&self, score: f32) -> (Option<f64>, Option<f64>) {
        let place = f64::from(score) * Self::N_BINS as f64;
        let below = |counts: &[u32]| {
            let n: f64 = counts.iter().map(|&count| f64::from(count)).sum();
            let parts = counts.iter().enumerate();
            let n_below: f64 = parts
                .map(|(bin, &count)| f64::from(count) * (place - bin as f64).clamp(0.0, 1.0))
                .sum();
            (n > 0.0).then(|| n_below / n)
        };
        (below(&self.positives), below(&self.negatives))
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    positives: Vec<u32>,
    negatives: Vec<u32>,
    measured_on: String,
}

impl From<ScoreHistogram> for Unchecked {
    fn from(histogram: ScoreHistogram) -> Self {
        Self {
            positives: histogram.positives,
            negatives: histogram.negatives,
            measured_on: histogram.measured_on,
        }
    }
}

impl TryFrom<Unchecked> for ScoreHistogram {
    type Error = ScoreHistogramError;

    fn try_from(counts: Unchecked) -> Result<Self, Self::Error> {
        let (n_pos, n_neg) = (counts.positives.len(), counts.negatives.len());
        let expected = Self::N_BINS;
        if (n_pos, n_neg) != (expected, expected) {
            return Err(ScoreHistogramError {
                expected,
                n_pos,
                n_neg,
            });
        }
        Ok(Self {
            positives: counts.positives,
            negatives: counts.negatives,
            measured_on: counts.measured_on,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram() -> ScoreHistogram {
        let films = [
            (0.1, false),
            (0.1, false),
            (0.5, true),
            (1.0, true),
            (0.5, false),
        ];
        ScoreHistogram::of(films.into_iter(), "five films").unwrap()
    }

    #[test]
    fn the_auc_counts_pairs_and_ties_half() {
        let auc = |films: &[(f64, bool)]| {
            let histogram = ScoreHistogram::of(films.iter().copied(), "valid");
            histogram.unwrap().auc()
        };
        assert_eq!(auc(&[(0.9, true), (0.1, false)]), Some(1.0));
        assert_eq!(auc(&[(0.1, true), (0.9, false)]), Some(0.0));
        assert_eq!(auc(&[(0.501, true), (0.502, false)]), Some(0.5));
        // Three of four pairs are in order.
        let films = [(0.9, true), (0.3, true), (0.5, false), (0.1, false)];
        assert_eq!(auc(&films), Some(0.75));
        assert_eq!(auc(&[(0.9, true)]), None);
    }

    #[test]
    fn every_film_is_counted_on_its_side() {
        let histogram = histogram();
        assert_eq!(histogram.positives().iter().sum::<u32>(), 2);
        assert_eq!(histogram.negatives().iter().sum::<u32>(), 3);
        assert_eq!(
            histogram.positives()[24],
            1,
            "a score of 1 is in the last part"
        );
    }

    #[test]
    fn shares_below_grow_from_none_to_all() {
        let histogram = histogram();
        assert_eq!(histogram.shares_below(0.0), (Some(0.0), Some(0.0)));
        assert_eq!(histogram.shares_below(1.0), (Some(1.0), Some(1.0)));
        let (positives, negatives) = histogram.shares_below(0.3);
        assert_eq!(positives, Some(0.0));
        assert!((negatives.unwrap() - 2.0 / 3.0).abs() < 1e-12);
        let one_sided = ScoreHistogram::of([(0.5, true)].into_iter(), "one").unwrap();
        assert_eq!(one_sided.shares_below(0.9).1, None);
        assert_eq!(ScoreHistogram::of([].into_iter(), "none"), None);
    }

    #[test]
    fn it_travels_as_text_and_is_checked_on_arrival() {
        let text = serde_json::to_string(&histogram()).unwrap();
        assert_eq!(
            serde_json::from_str::<ScoreHistogram>(&text).unwrap(),
            histogram()
        );
        let short = text.replacen("[0,", "[", 1);
        let error = serde_json::from_str::<ScoreHistogram>(&short).unwrap_err();
        assert!(error.to_string().contains("expected 25"), "{error}");
    }
}

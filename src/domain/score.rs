use thiserror::Error;

use super::Threshold;

/// The sigmoid of one logit, in `[0, 1]`. Not a probability: class weights in the loss shift it.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Score(f32);

/// A number that is no score.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("expected a score in 0..=1, got {0}")]
pub struct ScoreError(pub f32);

impl Score {
    /// Takes a value in `[0, 1]`; NaN is refused.
    pub fn new(value: f32) -> Result<Self, ScoreError> {
        if (0.0..=1.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(ScoreError(value))
        }
    }

    /// The score of a network's output; a NaN or infinite logit is refused.
    pub fn from_logit(logit: f32) -> Result<Self, ScoreError> {
        if logit.is_finite() {
            Self::new(sigmoid(logit))
        } else {
            Err(ScoreError(logit))
        }
    }

    /// The value, in `[0, 1]`.
    pub fn get(self) -> f32 {
        self.0
    }

    /// Positive iff score >= threshold.
    pub fn is_positive(self, threshold: &Threshold) -> bool {
        self.reaches(threshold.value())
    }

    /// Whether it is at or above the value of a threshold: the one place where this is decided.
    pub fn reaches(self, threshold: f64) -> bool {
        f64::from(self.0) >= threshold
    }
}

/// `1 / (1 + e^-x)`, computed so that neither end overflows.
pub fn sigmoid(logit: f32) -> f32 {
    let e = (-logit.abs()).exp();
    if logit >= 0.0 {
        1.0 / (1.0 + e)
    } else {
        e / (1.0 + e)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_equal_to_its_threshold_is_positive() {
        let threshold = Threshold::moved(0.25, "valid").unwrap();
        assert!(Score::new(0.25).unwrap().is_positive(&threshold));
        assert!(!Score::new(0.249_999_99).unwrap().is_positive(&threshold));
    }

    #[test]
    fn nan_and_values_outside_0_to_1_are_no_scores() {
        for value in [f32::NAN, -0.001, 1.001, f32::INFINITY] {
            assert!(Score::new(value).is_err(), "{value}");
        }
        assert!(Score::from_logit(f32::NAN).is_err());
        assert!(Score::from_logit(f32::INFINITY).is_err());
    }

    #[test]
    fn the_sigmoid_is_finite_and_symmetric_far_out() {
        assert_eq!(sigmoid(0.0), 0.5);
        assert_eq!(sigmoid(200.0), 1.0);
        assert_eq!(sigmoid(-200.0), 0.0);
        for x in [0.1_f32, 1.0, 5.0, 20.0] {
            assert!((sigmoid(x) + sigmoid(-x) - 1.0).abs() < 1e-6, "{x}");
        }
    }
}

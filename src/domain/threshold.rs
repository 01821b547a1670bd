use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A threshold on a model's score, in `[0, 1]`: positive iff score >= threshold.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f32", into = "f32")]
pub struct Threshold(f32);

/// A number that is no threshold.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("expected a threshold in 0..=1, got {0}")]
pub struct ThresholdError(pub f32);

impl Threshold {
    /// Stands in where a model file brings no operating point; to be shown as such.
    pub const HALF: Self = Self(0.5);

    /// Takes a value in `[0, 1]`; NaN is refused.
    pub fn new(value: f32) -> Result<Self, ThresholdError> {
        if (0.0..=1.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(ThresholdError(value))
        }
    }

    /// The value, in `[0, 1]`.
    pub fn get(self) -> f32 {
        self.0
    }
}

impl TryFrom<f32> for Threshold {
    type Error = ThresholdError;

    fn try_from(value: f32) -> Result<Self, Self::Error> {
        Self::new(value)
    }
}

impl From<Threshold> for f32 {
    fn from(threshold: Threshold) -> Self {
        threshold.get()
    }
}

/// A threshold that somebody chose for one label of one model, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperatingPoint {
    /// The threshold, on the score scale of its model.
    pub threshold: Threshold,
    /// Rule and data as text, as in `Youden's index on valid, 218 films`.
    pub chosen_by: String,
}

impl OperatingPoint {
    /// Its threshold, or 0.5 where a model has none: what the window and every command start from.
    pub fn threshold_or_half(point: Option<&Self>) -> Threshold {
        point.map_or(Threshold::HALF, |point| point.threshold)
    }
}

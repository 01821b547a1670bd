use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

use super::ThresholdOrigin;

/// A threshold on a model's score, in `[0, 1]`, and who chose it: positive iff score >= threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    value: f64,
    origin: ThresholdOrigin,
}

/// A number that is no threshold.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("expected a threshold in 0..=1, got {0}")]
pub struct ThresholdError(pub f64);

impl Threshold {
    /// Takes a value in `[0, 1]`; NaN is refused.
    pub fn new(value: f64, origin: ThresholdOrigin) -> Result<Self, ThresholdError> {
        if (0.0..=1.0).contains(&value) {
            Ok(Self { value, origin })
        } else {
            Err(ThresholdError(value))
        }
    }

    /// Where the user moved it, cut to `[0, 1]`; `None` for NaN. `at` says on which films.
    pub fn moved(value: f64, at: &str) -> Option<Self> {
        let origin = ThresholdOrigin::Moved { at: at.to_owned() };
        Self::new(value.clamp(0.0, 1.0), origin).ok()
    }

    /// 0.5, which nobody chose; to be shown as such.
    pub const fn unset() -> Self {
        Self {
            value: 0.5,
            origin: ThresholdOrigin::Unset,
        }
    }

    /// A model's operating point, unset where it has none.
    pub fn of_model(point: Option<&OperatingPoint>) -> Self {
        point.map_or_else(Self::unset, |point| Self {
            value: f64::from(point.threshold),
            origin: ThresholdOrigin::Model {
                how: point.chosen_by.clone(),
            },
        })
    }

    /// The value, in `[0, 1]`.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The nearest `f32`: the value itself, where it comes from a model file or the viewer.
    pub fn value_f32(&self) -> f32 {
        self.value as f32
    }

    /// Whether anybody chose it.
    pub fn is_set(&self) -> bool {
        self.origin != ThresholdOrigin::Unset
    }

    /// Who chose it, and on which films.
    pub fn origin(&self) -> &ThresholdOrigin {
        &self.origin
    }
}

/// A threshold of one label as a model file holds it: that somebody chose it, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperatingPoint {
    #[serde(deserialize_with = "value_in_range")]
    threshold: f32,
    chosen_by: String,
}

impl OperatingPoint {
    /// What a model file keeps of a threshold: the nearest `f32` that is not above it, so that the
    /// film that gave the threshold stays positive, and its origin in words.
    pub fn of(threshold: &Threshold) -> Self {
        Self {
            threshold: not_above(threshold.value),
            chosen_by: threshold.origin.words(),
        }
    }

    /// The threshold, in `[0, 1]`, on the score scale of its model.
    pub fn threshold(&self) -> f32 {
        self.threshold
    }

    /// Rule and data as text, as in `Youden's index on valid, 218 films`.
    pub fn chosen_by(&self) -> &str {
        &self.chosen_by
    }
}

fn value_in_range<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f32, D::Error> {
    let value = f32::deserialize(deserializer)?;
    Threshold::new(f64::from(value), ThresholdOrigin::Unset)
        .map(|_| value)
        .map_err(serde::de::Error::custom)
}

fn not_above(value: f64) -> f32 {
    let near = value as f32;
    if f64::from(near) > value {
        near.next_down()
    } else {
        near
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_stays_on_its_side_of_the_film_that_gave_it() {
        for value in [0.0, 0.1, 0.3, 1.0 / 3.0, 0.7, f64::from(0.353_f32), 1.0] {
            let moved = Threshold::moved(value, "valid").unwrap();
            let kept = OperatingPoint::of(&moved).threshold();
            assert!(f64::from(kept) <= value);
            assert!(f64::from(kept.next_up()) > value);
        }
    }

    #[test]
    fn a_threshold_is_a_score_and_nan_is_none() {
        assert_eq!(Threshold::moved(1.7, "valid").unwrap().value(), 1.0);
        assert_eq!(Threshold::moved(f64::NAN, "valid"), None);
        for value in [-0.1, 1.1, f64::NAN] {
            assert!(Threshold::new(value, ThresholdOrigin::Unset).is_err());
        }
    }

    #[test]
    fn an_operating_point_is_written_as_it_always_was_and_read_within_its_range() {
        let text = r#"{"threshold":0.123,"chosen_by":"Youden's index on valid"}"#;
        let point: OperatingPoint = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&point).unwrap(), text);
        let threshold = Threshold::of_model(Some(&point));
        assert_eq!(threshold.value(), f64::from(0.123_f32));
        assert_eq!(
            OperatingPoint::of(&threshold),
            point,
            "its true origin stays"
        );
        let error = serde_json::from_str::<OperatingPoint>(&text.replace("0.123", "1.5"));
        let error = error.unwrap_err().to_string();
        assert!(error.contains("threshold in 0..=1, got 1.5"), "{error}");
    }
}

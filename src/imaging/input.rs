//! From a film to the numbers that the network is fed: the one place where this is done.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{GrayPicture, Interpolation};

/// How a film becomes network input; travels in the model file, since weights fit one of these.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Preprocessing {
    side: usize,
    interpolation: Interpolation,
    scale: f32,
}

/// Numbers that make no preprocessing.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum PreprocessingError {
    #[error("expected a side of 8 to 1024 pixels, got {side}")]
    Side { side: usize },
    #[error("expected a finite scale above 0, got {scale}")]
    Scale { scale: f32 },
}

impl Preprocessing {
    /// The notebook's: 128 pixels, nearest neighbor, `1 / 255`.
    pub const NOTEBOOK: Self = Self {
        side: 128,
        interpolation: Interpolation::Nearest,
        scale: 1.0 / 255.0,
    };

    /// `side` in 8..=1024 pixels, `scale` finite and above 0: what a gray of 0..=255 is multiplied by.
    pub fn new(
        side: usize,
        interpolation: Interpolation,
        scale: f32,
    ) -> Result<Self, PreprocessingError> {
        if !(8..=1024).contains(&side) {
            return Err(PreprocessingError::Side { side });
        }
        if !(scale.is_finite() && scale > 0.0) {
            return Err(PreprocessingError::Scale { scale });
        }
        Ok(Self {
            side,
            interpolation,
            scale,
        })
    }

    /// Width and height of the input in pixels; the film's own proportions are not kept.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Interpolation for resizing the film to that size.
    pub fn interpolation(&self) -> Interpolation {
        self.interpolation
    }

    /// Factor applied to a gray of 0..=255.
    pub fn scale(&self) -> f32 {
        self.scale
    }

    /// The network value of each of the 256 grays.
    pub fn input_of_gray(&self) -> [f32; 256] {
        let divisor = divisor(self.scale);
        std::array::from_fn(|gray| gray as f32 / divisor)
    }
}

#[derive(Deserialize)]
struct Unchecked {
    side: usize,
    interpolation: Interpolation,
    scale: f32,
}

impl TryFrom<Unchecked> for Preprocessing {
    type Error = PreprocessingError;

    fn try_from(unchecked: Unchecked) -> Result<Self, Self::Error> {
        Self::new(unchecked.side, unchecked.interpolation, unchecked.scale)
    }
}

/// The network input of one film: one channel, `side * side` numbers, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelInput {
    /// Width and height in pixels.
    pub side: usize,
    /// Grays times the scale, row by row from the top left.
    pub values: Vec<f32>,
}

/// The input for a film: its picture ([`GrayPicture::of_film`]), resized and scaled.
///
/// 16-bit films are reduced to 256 grays first ([`Film::gray_8bit`](crate::domain::Film::gray_8bit)),
/// as the training data were. What the user does to the display never comes in here.
pub fn model_input(picture: &GrayPicture, preprocessing: &Preprocessing) -> ModelInput {
    let Preprocessing {
        side,
        interpolation,
        ..
    } = *preprocessing;
    let resized = picture.resized(side, side, interpolation);
    let input_of_gray = preprocessing.input_of_gray();
    let grays = resized.values().iter();
    let values = grays
        .filter_map(|&gray| input_of_gray.get(usize::from(gray)).copied())
        .collect();
    ModelInput { side, values }
}

/// Divisor used in place of multiplying by `scale`: 255 for the f32 nearest to `1 / 255`.
///
/// Dividing by a whole number rounds once and matches the training data bit by bit; multiplying by
/// a reciprocal that is rounded already would round twice.
fn divisor(scale: f32) -> f32 {
    let divisor = f64::from(scale).recip();
    let whole = divisor.round();
    let is_whole = (whole - divisor).abs() <= whole * f64::from(f32::EPSILON);
    (if is_whole { whole } else { divisor }) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_and_scales_out_of_range_are_refused() {
        let new = |side, scale| Preprocessing::new(side, Interpolation::Area, scale);
        assert!(new(8, 1.0).is_ok() && new(1024, 1.0).is_ok());
        assert_eq!(new(7, 1.0), Err(PreprocessingError::Side { side: 7 }));
        assert_eq!(new(1025, 1.0), Err(PreprocessingError::Side { side: 1025 }));
        for scale in [0.0, -1.0, f32::INFINITY, f32::NAN] {
            assert!(new(128, scale).is_err(), "{scale}");
        }
    }

    #[test]
    fn a_scale_of_one_255th_divides_by_255_exactly() {
        let check = |scale: f32, expected: f32| {
            assert_eq!(divisor(scale).to_bits(), expected.to_bits(), "{scale}");
        };
        check(Preprocessing::NOTEBOOK.scale(), 255.0);
        check(1.0, 1.0);
        check(0.3, 0.3_f32.recip());
    }

    #[test]
    fn it_travels_as_text_and_is_checked_on_arrival() {
        let text = serde_json::to_string(&Preprocessing::NOTEBOOK).unwrap();
        assert!(text.contains(r#""interpolation":"nearest""#), "{text}");
        assert_eq!(
            serde_json::from_str::<Preprocessing>(&text).unwrap(),
            Preprocessing::NOTEBOOK
        );
        let wrong = text.replace("128", "4");
        let error = serde_json::from_str::<Preprocessing>(&wrong).unwrap_err();
        assert!(error.to_string().contains("expected a side"), "{error}");
        assert!(serde_json::from_str::<Preprocessing>(&text.replace("nearest", "cubic")).is_err());
    }
}

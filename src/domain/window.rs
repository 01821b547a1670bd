use thiserror::Error;

/// How a window turns modality values into gray, after DICOM PS3.3 C.11.2.1.2 and C.11.2.1.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VoiFunction {
    /// DICOM's default, with its half-pixel shift of center and width.
    Linear,
    /// A straight line from `center - width / 2` to `center + width / 2`.
    LinearExact,
    /// The logistic curve with slope `1 / width` at the center.
    Sigmoid,
}

impl VoiFunction {
    /// The smallest width that a window with this curve may have, in modality values.
    pub fn least_width(self) -> f64 {
        match self {
            Self::Linear => 1.0,
            Self::LinearExact | Self::Sigmoid => f64::MIN_POSITIVE,
        }
    }
}

/// Window center and window width in modality values: which part of the range becomes gray.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    center: f64,
    width: f64,
    function: VoiFunction,
}

/// Center and width that make no window.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error(
    "expected a finite window center and a width of at least {least}, got {center} and {width}"
)]
pub struct WindowError {
    /// The offered center.
    pub center: f64,
    /// The offered width.
    pub width: f64,
    /// The smallest width that the function allows.
    pub least: f64,
}

impl Window {
    /// LINEAR takes widths from 1, the others any width above 0.
    pub fn new(center: f64, width: f64, function: VoiFunction) -> Result<Self, WindowError> {
        let least = function.least_width();
        if center.is_finite() && width.is_finite() && width >= least {
            Ok(Self {
                center,
                width,
                function,
            })
        } else {
            Err(WindowError {
                center,
                width,
                least,
            })
        }
    }

    /// The window that spreads `low..=high` over all grays; a single value gets a width of 1.
    pub fn spanning(low: f64, high: f64) -> Self {
        Self {
            center: f64::midpoint(low, high),
            width: if high > low { high - low } else { 1.0 },
            function: VoiFunction::LinearExact,
        }
    }

    /// In modality values.
    pub fn center(&self) -> f64 {
        self.center
    }

    /// In modality values, above 0.
    pub fn width(&self) -> f64 {
        self.width
    }

    /// The curve between black and white.
    pub fn function(&self) -> VoiFunction {
        self.function
    }

    /// Gray in `[0, 1]` of a modality value.
    pub fn apply(&self, value: f64) -> f64 {
        let (center, width) = (self.center, self.width);
        match self.function {
            // PS3.3 C.11.2.1.2.1; a width of 1 is a step and must not divide by 0.
            VoiFunction::Linear => {
                let half = (width - 1.0) / 2.0;
                if value <= center - 0.5 - half {
                    0.0
                } else if value > center - 0.5 + half {
                    1.0
                } else {
                    (value - (center - 0.5)) / (width - 1.0) + 0.5
                }
            }
            // C.11.2.1.3.2
            VoiFunction::LinearExact => ((value - center) / width + 0.5).clamp(0.0, 1.0),
            // C.11.2.1.3.1
            VoiFunction::Sigmoid => 1.0 / (1.0 + (-4.0 * (value - center) / width).exp()),
        }
    }
}

/// From modality values to gray: a window, or a table that the file brings.
#[derive(Clone, Debug, PartialEq)]
pub enum Voi {
    /// Center and width.
    Window(Window),
    /// An item of the VOI LUT Sequence: `entries[value - first]`, ends repeated, out of `max`.
    Table {
        /// The modality value that the first entry belongs to.
        first: f64,
        /// At least one.
        entries: Vec<u16>,
        /// What counts as white, above 0.
        max: u16,
    },
}

impl Voi {
    /// Gray in `[0, 1]` of a modality value.
    pub fn apply(&self, value: f64) -> f64 {
        match self {
            Self::Window(window) => window.apply(value),
            Self::Table {
                first,
                entries,
                max,
            } => {
                let last = entries.len().saturating_sub(1);
                let idx = (value - first).round().clamp(0.0, last as f64) as usize;
                let entry = entries.get(idx).copied().unwrap_or_default();
                (f64::from(entry) / f64::from(*max)).min(1.0)
            }
        }
    }
}

/// A gray mapping with the name by which the user chooses it.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedWindow {
    /// The file's explanation, or `Window 2` and the like.
    pub name: String,
    /// The mapping.
    pub voi: Voi,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(function: VoiFunction, center: f64, width: f64, expected: &[(f64, f64)]) {
        let window = Window::new(center, width, function).unwrap();
        for &(value, gray) in expected {
            let found = window.apply(value);
            assert!((found - gray).abs() < 1e-12, "{value}: {found}, not {gray}");
        }
    }

    #[test]
    fn linear_follows_the_examples_of_the_standard() {
        // PS3.3 C.11.2.1.2.1, notes: center 2048, width 4096 maps 0 to black and 4095 to white.
        check(
            VoiFunction::Linear,
            2048.0,
            4096.0,
            &[(0.0, 0.0), (4095.0, 1.0), (2047.5, 0.5)],
        );
        // center 2048, width 1: up to 2047 black, from 2048 white.
        check(
            VoiFunction::Linear,
            2048.0,
            1.0,
            &[(2047.0, 0.0), (2047.5, 0.0), (2048.0, 1.0)],
        );
        // center 0, width 100: -50 is black, 49 is white.
        check(
            VoiFunction::Linear,
            0.0,
            100.0,
            &[(-50.0, 0.0), (49.0, 1.0)],
        );
    }

    #[test]
    fn linear_exact_and_sigmoid_are_half_at_the_center() {
        check(
            VoiFunction::LinearExact,
            2048.0,
            4096.0,
            &[(0.0, 0.0), (2048.0, 0.5), (4096.0, 1.0)],
        );
        check(
            VoiFunction::Sigmoid,
            100.0,
            40.0,
            &[(100.0, 0.5), (110.0, 1.0 / (1.0 + (-1.0_f64).exp()))],
        );
    }

    #[test]
    fn widths_that_make_no_window_are_refused() {
        assert!(Window::new(0.0, 0.5, VoiFunction::Linear).is_err());
        assert!(Window::new(0.0, 0.5, VoiFunction::Sigmoid).is_ok());
        assert!(Window::new(0.0, -1.0, VoiFunction::LinearExact).is_err());
        assert!(Window::new(f64::NAN, 10.0, VoiFunction::Linear).is_err());
    }

    #[test]
    fn a_table_repeats_its_ends() {
        let voi = Voi::Table {
            first: 10.0,
            entries: vec![0, 50, 100],
            max: 100,
        };
        let grays = [0.0, 10.0, 11.0, 12.0, 99.0].map(|value| voi.apply(value));
        assert_eq!(grays, [0.0, 0.0, 0.5, 1.0, 1.0]);
    }
}

use std::ops::RangeInclusive;

use egui::emath::Numeric;
use egui::{Id, Response, Slider, Ui};

use super::NumberField;

/// A slider with its number beside it, which can be typed as in any [`NumberField`].
pub struct NumberSlider<'a, N> {
    value: &'a mut N,
    range: RangeInclusive<N>,
    label: Id,
    step: f64,
    field: FieldLook,
}

struct FieldLook {
    allowed: Option<String>,
    decimals: Option<usize>,
    suffix: &'static str,
    is_narrow: bool,
}

/// Width of a narrow number.
const NARROW_PT: f32 = 52.0;

impl<'a, N: Numeric> NumberSlider<'a, N> {
    /// Both parts are called by the words of `label`.
    pub fn new(value: &'a mut N, range: RangeInclusive<N>, label: Id) -> Self {
        Self {
            value,
            range,
            label,
            step: 1.0,
            field: FieldLook {
                allowed: None,
                decimals: None,
                suffix: "",
                is_narrow: false,
            },
        }
    }

    /// What the slider moves by, one part of a whole number; a typed value is taken as it is.
    #[must_use]
    pub fn step(mut self, step: f64) -> Self {
        self.step = step;
        self
    }

    /// The range in words, as in `0 to 180 degrees`.
    #[must_use]
    pub fn allowed(mut self, words: String) -> Self {
        self.field.allowed = Some(words);
        self
    }

    /// Digits after the point; without them as many as the number has.
    #[must_use]
    pub fn decimals(mut self, decimals: usize) -> Self {
        self.field.decimals = Some(decimals);
        self
    }

    /// The unit behind the number.
    #[must_use]
    pub fn suffix(mut self, suffix: &'static str) -> Self {
        self.field.suffix = suffix;
        self
    }

    /// The number is as narrow as three digits and a unit need.
    #[must_use]
    pub fn narrow(mut self) -> Self {
        self.field.is_narrow = true;
        self
    }

    /// Draws both; `changed` says that one of them was moved.
    pub fn ui(self, ui: &mut Ui) -> Response {
        let (first, last) = (self.range.start().to_f64(), self.range.end().to_f64());
        let mut slid = self.value.to_f64();
        let slider = Slider::new(&mut slid, first..=last).show_value(false);
        let slider = ui.add(slider).labelled_by(self.label);
        if slider.changed() {
            // Not by the slider's own steps, which would change a value that nobody moved.
            let n_steps = self.step.recip().round().max(1.0);
            *self.value = N::from_f64((slid * n_steps).round() / n_steps);
        }
        let mut field = NumberField::new(self.value, self.range)
            .speed(self.step)
            .suffix(self.field.suffix);
        if let Some(allowed) = self.field.allowed {
            field = field.allowed(allowed);
        }
        if let Some(decimals) = self.field.decimals {
            field = field.decimals(decimals);
        }
        if self.field.is_narrow {
            field = field.width(NARROW_PT);
        }
        slider.union(ui.add(field).labelled_by(self.label))
    }
}

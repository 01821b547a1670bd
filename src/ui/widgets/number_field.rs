use std::cell::RefCell;
use std::ops::RangeInclusive;

use egui::emath::Numeric;
use egui::{DragValue, Label, Response, RichText, Ui, Vec2, Widget};

use crate::domain::{number_text, parse_number, parse_whole_number};
use crate::ui::theme;

/// Whole numbers from here on are not all held by an `f64`.
const MAX_WHOLE: f64 = 9_007_199_254_740_992.0;
const WIDTH_PT: f32 = 76.0;

/// A number that is typed, dragged or stepped by the arrow keys.
///
/// The text stays as it is typed until Enter or until the focus leaves; then the value is taken or
/// refused, with the reason in red beside the field. A refusal leaves the value as it was.
pub struct NumberField<'a> {
    access: Box<dyn FnMut(Option<f64>) -> f64 + 'a>,
    range: RangeInclusive<f64>,
    is_whole: bool,
    allowed: Option<String>,
    speed: f64,
    decimals: Option<usize>,
    suffix: &'static str,
    width: f32,
}

/// Why the value is not what was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberNote {
    /// As one sentence, with the range.
    pub text: String,
    /// Whether the value stayed as it was; otherwise it went to the end of the range.
    pub is_refusal: bool,
    /// The value beside which the note was written.
    value: f64,
}

/// A field after it was drawn.
pub struct NumberOutput {
    /// The field; `changed` says that the value is another.
    pub response: Response,
    /// What is to be said of the last input.
    pub note: Option<NumberNote>,
}

impl<'a> NumberField<'a> {
    /// A number that stays in `range`; one that is out of it already is left alone.
    pub fn new<N: Numeric>(value: &'a mut N, range: RangeInclusive<N>) -> Self {
        Self {
            access: Box::new(move |new| {
                if let Some(new) = new {
                    *value = N::from_f64(new);
                }
                value.to_f64()
            }),
            range: range.start().to_f64()..=range.end().to_f64(),
            is_whole: N::INTEGRAL,
            allowed: None,
            speed: 1.0,
            decimals: None,
            suffix: "",
            width: WIDTH_PT,
        }
    }

    /// The range in words, as in `0 to 180 degrees`.
    #[must_use]
    pub fn allowed(mut self, words: impl Into<String>) -> Self {
        self.allowed = Some(words.into());
        self
    }

    /// Change of the value per point of a drag or press of an arrow key.
    #[must_use]
    pub fn speed(mut self, speed: f64) -> Self {
        self.speed = speed;
        self
    }

    /// Digits after the point; without them as many as the number has.
    #[must_use]
    pub fn decimals(mut self, decimals: usize) -> Self {
        self.decimals = Some(decimals);
        self
    }

    /// The unit behind the number; it may be typed or left out.
    #[must_use]
    pub fn suffix(mut self, suffix: &'static str) -> Self {
        self.suffix = suffix;
        self
    }

    /// Width in points.
    #[must_use]
    pub fn width(mut self, width: f32) -> Self {
        self.width = width;
        self
    }

    /// Draws the field alone; the note is for the caller to place.
    pub fn show(mut self, ui: &mut Ui) -> NumberOutput {
        let before = (self.access)(None);
        let shown = text_of(before, self.decimals);
        let allowed = self.allowed_words();
        let (is_whole, range, decimals) = (self.is_whole, self.range.clone(), self.decimals);
        let refusal = RefCell::new(None);
        let unit = self.suffix.trim();
        let parser = |text: &str| {
            let text = text.trim();
            let text = text.strip_suffix(unit).unwrap_or(text);
            // Untouched: digits that are not shown stay.
            if text.trim() == shown {
                return None;
            }
            match read(text, is_whole, &range) {
                Ok(value) => {
                    refusal.replace(None);
                    Some(value)
                }
                Err(reason) => {
                    refusal.replace(Some(format!(
                        "{}: {reason}. Allowed: {allowed}",
                        text.trim()
                    )));
                    None
                }
            }
        };
        let drag = DragValue::from_get_set(&mut self.access)
            .range(range.clone())
            // A value out of range came from a file: an error names it, nothing changes it silently.
            .clamp_existing_to_range(false)
            .update_while_editing(false)
            .speed(self.speed)
            .suffix(self.suffix)
            .custom_formatter(move |value, _| text_of(value, decimals))
            .custom_parser(parser);
        let size = Vec2::new(self.width, ui.spacing().interact_size.y);
        let mut response = ui.add_sized(size, drag);
        let clamped = self.clamp(before, &mut response);
        let after = (self.access)(None);
        let refused = refusal.into_inner().map(|text| NumberNote {
            text,
            is_refusal: true,
            value: after,
        });
        let note = refused.or(clamped);
        NumberOutput {
            note: kept_note(ui, &response, note, after),
            response,
        }
    }

    /// Keys and screen readers may ask for more than the range has.
    fn clamp(&mut self, before: f64, response: &mut Response) -> Option<NumberNote> {
        let asked = (self.access)(None);
        if asked == before || self.range.contains(&asked) {
            return None;
        }
        let value = asked.clamp(*self.range.start(), *self.range.end());
        (self.access)(Some(value));
        if value != before {
            response.mark_changed();
        }
        let end = if asked > value { "largest" } else { "smallest" };
        Some(NumberNote {
            text: format!("{} is the {end} value", number_text(value)),
            is_refusal: false,
            value,
        })
    }

    fn allowed_words(&self) -> String {
        self.allowed.clone().unwrap_or_else(|| {
            let (start, end) = (self.range.start(), self.range.end());
            format!("{} to {}", number_text(*start), number_text(*end))
        })
    }
}

impl NumberNote {
    /// Draws the note, wrapped where it meets the end of the line.
    pub fn ui(&self, ui: &mut Ui) {
        let palette = theme::palette(ui.visuals());
        let color = if self.is_refusal {
            palette.error
        } else {
            palette.warning
        };
        let text = RichText::new(&self.text).small().color(color);
        ui.add(Label::new(text).wrap());
    }
}

impl Widget for NumberField<'_> {
    /// The field with its note at the right; the response is the field's.
    fn ui(self, ui: &mut Ui) -> Response {
        ui.horizontal(|ui| {
            let output = self.show(ui);
            if let Some(note) = output.note {
                note.ui(ui);
            }
            output.response
        })
        .inner
    }
}

/// A note stays until the field is entered again or its value is another.
fn kept_note(
    ui: &Ui,
    response: &Response,
    new: Option<NumberNote>,
    value: f64,
) -> Option<NumberNote> {
    let id = response.id.with("note");
    // Asked before the lock: the answer needs one, too.
    let is_entered = response.gained_focus();
    ui.data_mut(|data| {
        if let Some(note) = new {
            data.insert_temp(id, note);
        } else if let Some(note) = data.get_temp::<NumberNote>(id)
            && (note.value != value || is_entered)
        {
            data.remove::<NumberNote>(id);
        }
        data.get_temp(id)
    })
}

/// The value of a typed text, or the reason why it is none.
fn read(text: &str, is_whole: bool, range: &RangeInclusive<f64>) -> Result<f64, String> {
    let value = if is_whole {
        parse_whole_number(text)
    } else {
        parse_number(text)
    };
    let value = value.map_err(|error| error.to_string())?;
    if !range.contains(&value) {
        return Err("out of range".to_owned());
    }
    if is_whole && value >= MAX_WHOLE {
        return Err("too large for this field, write it as text".to_owned());
    }
    Ok(value)
}

fn text_of(value: f64, decimals: Option<usize>) -> String {
    match decimals {
        // A number that is not 0 is never shown as 0.
        Some(decimals) if value == 0.0 || value.abs() >= 0.5 * 0.1_f64.powf(decimals as f64) => {
            format!("{value:.decimals$}")
        }
        Some(_) => format!("{value:.0e}"),
        None => number_text(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_taken_whole_or_refused_with_a_reason() {
        let rate = 1e-12..=10.0;
        assert_eq!(read("0,01", false, &rate), Ok(0.01));
        for (text, reason) in [
            ("0", "out of range"),
            ("11", "out of range"),
            ("abc", "not a number"),
            ("1.000,5", "not clear, with more than one point or comma"),
        ] {
            assert_eq!(read(text, false, &rate), Err(reason.to_owned()), "{text}");
        }
        let count = 1.0..=1e18;
        assert_eq!(read("0,5", true, &count).unwrap_err(), "not a whole number");
        assert_eq!(read("9007199254740991", true, &count), Ok(MAX_WHOLE - 1.0));
        // Would be read as one less.
        assert!(read("9007199254740993", true, &count).is_err());
    }

    #[test]
    fn a_number_with_fixed_digits_is_never_shown_as_zero() {
        assert_eq!(text_of(0.4223, Some(3)), "0.422");
        assert_eq!(text_of(0.0, Some(3)), "0.000");
        assert_eq!(text_of(0.0001, Some(3)), "1e-4");
        assert_eq!(text_of(1e-8, None), "1e-8");
    }
}

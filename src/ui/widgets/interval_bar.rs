use std::ops::RangeInclusive;

use egui::accesskit::Role;
use egui::{Color32, Response, Sense, Stroke, Ui, Vec2, Widget, WidgetInfo, pos2};

use crate::ui::theme;

/// Radius of the value.
const RADIUS_PT: f32 = 3.5;
/// Height of the marks at the ends of an interval.
const END_HEIGHT_PT: f32 = 7.0;

/// One row of a forest plot: a value with its interval over an axis, and a line that all rows share.
///
/// Beyond the axis an interval ends in an arrow-less line at its edge; a value that is not there draws
/// the shared line only.
pub struct IntervalBar<'a> {
    name: &'a str,
    axis: RangeInclusive<f64>,
    reference: Option<f64>,
    value: Option<f64>,
    interval: Option<(f64, f64)>,
    size: Vec2,
    color: Option<Color32>,
}

impl<'a> IntervalBar<'a> {
    /// `name` is what screen readers say; `axis` goes from the left edge to the right.
    pub fn new(name: &'a str, axis: RangeInclusive<f64>, size: Vec2) -> Self {
        Self {
            name,
            axis,
            reference: None,
            value: None,
            interval: None,
            size,
            color: None,
        }
    }

    /// Where the line of all rows is, such as no difference.
    #[must_use]
    pub fn reference(mut self, at: Option<f64>) -> Self {
        self.reference = at;
        self
    }

    /// The value and its interval, where they are defined.
    #[must_use]
    pub fn value(mut self, value: Option<f64>, interval: Option<(f64, f64)>) -> Self {
        (self.value, self.interval) = (value, interval);
        self
    }

    /// In place of the color of the scores in view.
    #[must_use]
    pub fn color(mut self, color: Color32) -> Self {
        self.color = Some(color);
        self
    }
}

/// Where on an axis a value lies, from 0 to 1; beyond its ends, at them.
fn place(axis: &RangeInclusive<f64>, value: f64) -> f32 {
    let span = axis.end() - axis.start();
    if span > 0.0 {
        ((value - axis.start()) / span).clamp(0.0, 1.0) as f32
    } else {
        0.5
    }
}

impl Widget for IntervalBar<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let (rect, response) = ui.allocate_exact_size(self.size, Sense::hover());
        if ui.is_rect_visible(rect) {
            let palette = theme::palette(ui.visuals());
            let color = self.color.unwrap_or(palette.train);
            let painter = ui.painter();
            let inner = rect.shrink2(Vec2::new(RADIUS_PT, 0.0));
            let x = |value: f64| inner.left() + inner.width() * place(&self.axis, value);
            let y = rect.center().y;
            if let Some(reference) = self.reference {
                let stroke = Stroke::new(1.0, palette.weak_text);
                painter.vline(x(reference), rect.y_range(), stroke);
            }
            let stroke = Stroke::new(1.5, color);
            if let Some((low, high)) = self.interval {
                painter.hline(x(low)..=x(high), y, stroke);
                for end in [low, high] {
                    if self.axis.contains(&end) {
                        let ends = y - END_HEIGHT_PT / 2.0..=y + END_HEIGHT_PT / 2.0;
                        painter.vline(x(end), ends, stroke);
                    }
                }
            }
            if let Some(value) = self.value {
                painter.circle_filled(pos2(x(value), y), RADIUS_PT, color);
            }
        }
        let number = |value: f64| format!("{value:.3}");
        let value = self.value.map_or_else(|| "n/a".to_owned(), number);
        let interval = self.interval;
        let interval = interval.map(|(low, high)| format!(", {low:.3} to {high:.3}"));
        let words = format!("{} {value}{}", self.name, interval.unwrap_or_default());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &words));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_its_place_on_the_axis_and_stays_on_it() {
        let axis = -0.2..=0.2;
        for (value, expected) in [
            (-0.2, 0.0),
            (0.0, 0.5),
            (0.1, 0.75),
            (9.0, 1.0),
            (-9.0, 0.0),
        ] {
            assert!((place(&axis, value) - expected).abs() < 1e-6, "{value}");
        }
        assert_eq!(place(&(0.5..=0.5), 0.5), 0.5);
    }
}

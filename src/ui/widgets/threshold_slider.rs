use egui::accesskit::Action;
use egui::{Key, Rect, Response, Sense, Stroke, Ui, Vec2, Widget, WidgetInfo, pos2};

use super::slider_input::{asked_value, keep_arrows};
use crate::domain::{Score, Threshold};
use crate::ui::theme;

/// One press of an arrow key.
const KEY_STEP: f32 = 0.01;
/// Height of the bar between its rails.
const BAR_HEIGHT_PT: f32 = 10.0;

/// A score as a bar with its threshold as a mark that can be dragged, both on a scale of 0 to 1.
pub struct ThresholdSlider<'a> {
    name: &'a str,
    score: Option<Score>,
    threshold: &'a mut Threshold,
    width_pt: f32,
}

impl<'a> ThresholdSlider<'a> {
    /// `name` is what screen readers say, with "threshold" after it.
    pub fn new(name: &'a str, threshold: &'a mut Threshold) -> Self {
        Self {
            name,
            score: None,
            threshold,
            width_pt: 150.0,
        }
    }

    /// Draws the bar up to this score; no bar without one.
    #[must_use]
    pub fn score(mut self, score: Option<Score>) -> Self {
        self.score = score;
        self
    }

    /// Width in points, the margins for the mark included.
    #[must_use]
    pub fn width(mut self, width_pt: f32) -> Self {
        self.width_pt = width_pt;
        self
    }
}

impl Widget for ThresholdSlider<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let size = Vec2::new(self.width_pt, ui.spacing().interact_size.y);
        let (rect, mut response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        let rail = Rect::from_center_size(
            rect.center(),
            Vec2::new(rect.width() - BAR_HEIGHT_PT, BAR_HEIGHT_PT),
        );
        let moved = moved_to(ui, &response, rail, self.threshold.get())
            .and_then(|value| Threshold::new(value.clamp(0.0, 1.0)).ok());
        if let Some(threshold) = moved
            && threshold != *self.threshold
        {
            *self.threshold = threshold;
            response.mark_changed();
        }
        if ui.is_rect_visible(rect) {
            paint(ui, &response, rail, self.score, *self.threshold);
        }
        let value = f64::from(self.threshold.get());
        let label = format!("{} threshold", self.name);
        response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), value, &label));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_min_numeric_value(0.0);
            node.set_max_numeric_value(1.0);
            node.set_numeric_value_step(f64::from(KEY_STEP));
            node.add_action(Action::SetValue);
        });
        response
    }
}

fn moved_to(ui: &Ui, response: &Response, rail: Rect, value: f32) -> Option<f32> {
    keep_arrows(ui, response);
    if let Some(pos) = response.interact_pointer_pos() {
        return Some((pos.x - rail.left()) / rail.width());
    }
    let asked = asked_value(ui, response).map(|value| value as f32);
    if asked.is_some() || !response.has_focus() {
        return asked;
    }
    let n_steps = ui.input(|input| {
        let presses = |key| input.num_presses(key) as f32;
        presses(Key::ArrowRight) - presses(Key::ArrowLeft)
    });
    (n_steps != 0.0).then_some(value + n_steps * KEY_STEP)
}

fn paint(ui: &Ui, response: &Response, rail: Rect, score: Option<Score>, threshold: Threshold) {
    let palette = theme::palette(ui.visuals());
    let painter = ui.painter();
    let x_of = |value: f32| rail.left() + rail.width() * value;
    painter.rect_filled(rail, 2.0, palette.rail);
    if let Some(score) = score {
        let above = score.is_positive(threshold);
        let color = if above { palette.above } else { palette.below };
        let bar = rail.with_max_x(x_of(score.get()).max(rail.left() + 1.0));
        painter.rect_filled(bar, 2.0, color);
    }
    let x = x_of(threshold.get());
    let (top, bottom) = (rail.top() - 5.0, rail.bottom() + 5.0);
    let held = response.hovered() || response.dragged() || response.has_focus();
    let width = if held { 3.0 } else { 2.0 };
    let stroke = Stroke::new(width, palette.threshold);
    painter.line_segment([pos2(x, top), pos2(x, bottom)], stroke);
    let knob = if held { 4.0 } else { 3.0 };
    painter.circle_filled(pos2(x, top), knob, palette.threshold);
}

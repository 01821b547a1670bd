use egui::accesskit::Action;
use egui::{Key, Rect, Response, Sense, Stroke, Ui, Vec2, Widget, WidgetInfo, pos2};

use super::slider_input::{asked_value, keep_arrows};
use crate::ui::theme;

/// Logits at the ends of the rail; scores beyond are drawn there.
const MAX_LOGIT: f64 = 7.0;
const RAIL_HEIGHT_PT: f32 = 6.0;

/// A threshold on the scale of logits, where scores near 0 and 1 have room too.
///
/// Arrow keys step to the neighbors that are handed in: the next distinct scores.
pub struct LogitSlider<'a> {
    name: &'a str,
    threshold: &'a mut f64,
    below: Option<f64>,
    above: Option<f64>,
}

impl<'a> LogitSlider<'a> {
    /// `name` is what screen readers say.
    pub fn new(name: &'a str, threshold: &'a mut f64) -> Self {
        Self {
            name,
            threshold,
            below: None,
            above: None,
        }
    }

    /// Where the arrow keys lead.
    #[must_use]
    pub fn neighbors(mut self, below: Option<f64>, above: Option<f64>) -> Self {
        (self.below, self.above) = (below, above);
        self
    }

    fn moved_to(&self, ui: &Ui, response: &Response, rail: Rect) -> Option<f64> {
        keep_arrows(ui, response);
        if let Some(pos) = response.interact_pointer_pos() {
            return Some(score_at(f64::from((pos.x - rail.left()) / rail.width())));
        }
        let asked = asked_value(ui, response);
        if asked.is_some() || !response.has_focus() {
            return asked;
        }
        let pressed = |key| ui.input(|input| input.num_presses(key) > 0);
        if pressed(Key::ArrowRight) {
            self.above
        } else if pressed(Key::ArrowLeft) {
            self.below
        } else {
            None
        }
    }
}

impl Widget for LogitSlider<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let size = Vec2::new(ui.available_width(), ui.spacing().interact_size.y);
        let (rect, mut response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        let rail = Rect::from_center_size(
            rect.center(),
            Vec2::new(rect.width() - 2.0 * RAIL_HEIGHT_PT, RAIL_HEIGHT_PT),
        );
        if response.clicked() {
            response.request_focus();
        }
        if let Some(threshold) = self.moved_to(ui, &response, rail)
            && threshold != *self.threshold
        {
            *self.threshold = threshold.clamp(0.0, 1.0);
            response.mark_changed();
        }
        if ui.is_rect_visible(rect) {
            let palette = theme::palette(ui.visuals());
            let painter = ui.painter();
            painter.rect_filled(rail, 3.0, palette.rail);
            let x = rail.left() + rail.width() * place_of(*self.threshold) as f32;
            let active = response.hovered() || response.dragged() || response.has_focus();
            let radius = if active { 8.0 } else { 6.5 };
            painter.circle_filled(pos2(x, rail.center().y), radius, palette.threshold);
            if response.has_focus() {
                let stroke = Stroke::new(2.0, ui.visuals().selection.bg_fill);
                painter.circle_stroke(pos2(x, rail.center().y), radius + 2.0, stroke);
            }
        }
        let value = *self.threshold;
        response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), value, self.name));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_min_numeric_value(0.0);
            node.set_max_numeric_value(1.0);
            node.add_action(Action::SetValue);
        });
        response
    }
}

/// Where on the rail a score lies, from 0 to 1.
fn place_of(score: f64) -> f64 {
    let logit = (score / (1.0 - score)).ln();
    f64::midpoint(logit / MAX_LOGIT, 1.0).clamp(0.0, 1.0)
}

/// The score at a place of the rail.
fn score_at(place: f64) -> f64 {
    let logit = (place.clamp(0.0, 1.0) * 2.0 - 1.0) * MAX_LOGIT;
    1.0 / (1.0 + (-logit).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_scores_are_each_others_inverse_and_ends_stay_on_the_rail() {
        for score in [0.002, 0.05, 0.5, 0.9, 0.998] {
            assert!((score_at(place_of(score)) - score).abs() < 1e-12);
        }
        assert_eq!((place_of(0.0), place_of(1.0)), (0.0, 1.0));
    }
}

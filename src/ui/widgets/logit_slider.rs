use egui::accesskit::Action;
use egui::{Key, Rect, Response, Sense, Stroke, Ui, Vec2, Widget, WidgetInfo, pos2};

use super::slider_input::{asked_value, keep_arrows};
use crate::domain::rounded_share;
use crate::ui::theme;

/// Logits that no end of the rail exceeds; scores beyond are drawn there.
const MAX_LOGIT: f64 = 7.0;
/// The rail spans at least so many logits.
const LEAST_SPAN: f64 = 1.0;
/// Beyond the lowest and the highest score, as a share of the span: room for a threshold that flags
/// all films or none.
const MARGIN: f64 = 0.04;
const RAIL_HEIGHT_PT: f32 = 6.0;
/// From the rail to the ends of its ticks.
const TICK_LENGTH_PT: f32 = 5.0;
/// Room between two numbers below the rail.
const BETWEEN_NUMBERS_PT: f32 = 6.0;
/// Scores that may have a tick.
const TICKS: [f64; 19] = [
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99,
    0.995, 0.998, 0.999,
];

/// A threshold on the scale of logits, where scores near 0 and 1 have room too.
///
/// The rail spans the scores, with ticks at round ones. Arrow keys step to the neighbors that are
/// handed in: the next distinct scores.
pub struct LogitSlider<'a> {
    name: &'a str,
    threshold: &'a mut f64,
    below: Option<f64>,
    above: Option<f64>,
    scale: Scale,
}

impl<'a> LogitSlider<'a> {
    /// `name` is what screen readers say.
    pub fn new(name: &'a str, threshold: &'a mut f64) -> Self {
        Self {
            name,
            threshold,
            below: None,
            above: None,
            scale: Scale::of_scores(0.0, 1.0),
        }
    }

    /// The lowest and the highest score: the ends of the rail.
    #[must_use]
    pub fn scores(mut self, lowest: f64, highest: f64) -> Self {
        self.scale = Scale::of_scores(lowest, highest);
        self
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
            let place = f64::from((pos.x - rail.left()) / rail.width());
            return Some(rounded_share(self.scale.score_at(place)));
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
        let rail_room = ui.spacing().interact_size.y;
        let size = Vec2::new(ui.available_width(), rail_room + theme::SMALL_TEXT_PT);
        let (rect, mut response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        let rail = Rect::from_center_size(
            pos2(rect.center().x, rect.top() + rail_room / 2.0),
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
            ticks_ui(ui, rail, self.scale);
            let x = rail.left() + rail.width() * self.scale.place_of(*self.threshold) as f32;
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

/// Round scores below the rail; a number that would touch the one before is left out.
fn ticks_ui(ui: &Ui, rail: Rect, scale: Scale) {
    let painter = ui.painter();
    let color = theme::palette(ui.visuals()).weak_text;
    let font = egui::FontId::proportional(theme::SMALL_TEXT_PT);
    let mut right = f32::NEG_INFINITY;
    for (place, score) in scale.ticks() {
        let x = rail.left() + rail.width() * place as f32;
        let ends = rail.bottom()..=rail.bottom() + TICK_LENGTH_PT;
        painter.vline(x, ends, Stroke::new(1.0, color));
        let words = painter.layout_no_wrap(score.to_string(), font.clone(), color);
        let left = x - words.size().x / 2.0;
        if left > right + BETWEEN_NUMBERS_PT {
            right = left + words.size().x;
            painter.galley(pos2(left, rail.bottom() + TICK_LENGTH_PT), words, color);
        }
    }
}

/// The logits at both ends of a rail.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Scale {
    left: f64,
    right: f64,
}

impl Scale {
    /// From a little below the lowest score to a little above the highest.
    fn of_scores(lowest: f64, highest: f64) -> Self {
        let (low, high) = (logit(lowest), logit(highest));
        let missing = (LEAST_SPAN - (high - low)).max(0.0) / 2.0;
        let margin = missing.max(MARGIN * (high - low));
        Self {
            left: (low - margin).max(-MAX_LOGIT),
            right: (high + margin).min(MAX_LOGIT),
        }
    }

    /// Where on the rail a score lies, from 0 to 1.
    fn place_of(self, score: f64) -> f64 {
        ((logit(score) - self.left) / (self.right - self.left)).clamp(0.0, 1.0)
    }

    /// The score at a place of the rail.
    fn score_at(self, place: f64) -> f64 {
        let logit = self.left + place.clamp(0.0, 1.0) * (self.right - self.left);
        1.0 / (1.0 + (-logit).exp())
    }

    /// Places and scores of the ticks, from left to right.
    fn ticks(self) -> impl Iterator<Item = (f64, f64)> {
        let inside = move |score: &f64| (self.left..=self.right).contains(&logit(*score));
        let scores = TICKS.into_iter().filter(inside);
        scores.map(move |score| (self.place_of(score), score))
    }
}

/// The logit of a score, cut to what a rail can show.
fn logit(score: f64) -> f64 {
    (score / (1.0 - score)).ln().clamp(-MAX_LOGIT, MAX_LOGIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_scores_are_each_others_inverse_and_ends_stay_on_the_rail() {
        let scale = Scale::of_scores(0.0, 1.0);
        for score in [0.002, 0.05, 0.5, 0.9, 0.998] {
            assert!((scale.score_at(scale.place_of(score)) - score).abs() < 1e-12);
        }
        assert_eq!((scale.place_of(0.0), scale.place_of(1.0)), (0.0, 1.0));
    }

    #[test]
    fn the_rail_spans_the_scores_and_its_ticks_are_round_ones_among_them() {
        let scale = Scale::of_scores(0.02, 0.6);
        let (lowest, highest) = (scale.place_of(0.02), scale.place_of(0.6));
        assert!(lowest > 0.0 && lowest < 0.05, "{lowest}");
        assert!(highest < 1.0 && highest > 0.95, "{highest}");
        let ticks: Vec<f64> = scale.ticks().map(|(_, score)| score).collect();
        assert_eq!(ticks, [0.02, 0.05, 0.1, 0.2, 0.3, 0.5]);
        assert_eq!(scale.place_of(0.99), 1.0);
    }

    #[test]
    fn equal_scores_have_a_rail_around_them() {
        let scale = Scale::of_scores(0.2, 0.2);
        assert!((scale.place_of(0.2) - 0.5).abs() < 1e-9);
        assert!((scale.right - scale.left - LEAST_SPAN).abs() < 1e-9);
        for end in [0.0, 1.0] {
            let scale = Scale::of_scores(end, end);
            assert!(scale.right > scale.left, "{scale:?}");
        }
    }
}

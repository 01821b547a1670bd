use egui::accesskit::Action;
use egui::{
    Align2, FontId, Key, Rect, Response, Sense, Stroke, Ui, Vec2, Widget, WidgetInfo, pos2,
};

use super::slider_input::{asked_value, keep_arrows};
use crate::domain::Score;
use crate::ui::theme;

/// One press of an arrow key.
const KEY_STEP: f32 = 0.01;
/// Height of the bar between its rails.
const BAR_HEIGHT_PT: f32 = 8.0;
/// Height of the bars above it, and of those below it, where there are any.
const SPREAD_HEIGHT_PT: f32 = 26.0;
/// Room for the knob above the bars, and below them.
const KNOB_ROOM_PT: f32 = 9.0;

/// A score as a bar with its threshold as a mark that can be dragged, both on a scale of 0 to 1; around it how
/// often scores occur in films with the finding and in films without.
pub struct ThresholdSlider<'a> {
    name: &'a str,
    score: Option<Score>,
    threshold: &'a mut f32,
    width_pt: f32,
    interval: Option<(f32, f32)>,
    spread: Option<(&'a [u32], &'a [u32])>,
}

impl<'a> ThresholdSlider<'a> {
    /// `name` is what screen readers say, with "threshold" after it; the threshold is in `[0, 1]`.
    pub fn new(name: &'a str, threshold: &'a mut f32) -> Self {
        Self {
            name,
            score: None,
            threshold,
            width_pt: 150.0,
            interval: None,
            spread: None,
        }
    }

    /// Draws the bar up to this score; no bar without one.
    #[must_use]
    pub fn score(mut self, score: Option<Score>) -> Self {
        self.score = score;
        self
    }

    /// Draws a range of scores as a line along the bar.
    #[must_use]
    pub fn interval(mut self, interval: Option<(f32, f32)>) -> Self {
        self.interval = interval;
        self
    }

    /// Draws how often scores occur: of films with the label above the bar, of others below it.
    #[must_use]
    pub fn spread(mut self, spread: Option<(&'a [u32], &'a [u32])>) -> Self {
        self.spread = spread;
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
        let height = match self.spread {
            Some(_) => BAR_HEIGHT_PT + 2.0 * (SPREAD_HEIGHT_PT + KNOB_ROOM_PT),
            None => ui.spacing().interact_size.y,
        };
        let size = Vec2::new(self.width_pt, height);
        let (rect, mut response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        let rail = Rect::from_center_size(
            rect.center(),
            Vec2::new(rect.width() - BAR_HEIGHT_PT, BAR_HEIGHT_PT),
        );
        let moved = moved_to(ui, &response, rail, *self.threshold);
        let moved = moved.map(|value| value.clamp(0.0, 1.0));
        if let Some(threshold) = moved.filter(|value| !value.is_nan())
            && threshold != *self.threshold
        {
            *self.threshold = threshold;
            response.mark_changed();
        }
        if ui.is_rect_visible(rect) {
            if let Some((positives, negatives)) = self.spread {
                paint_spread(ui, rail, (positives, negatives), *self.threshold);
            }
            paint_bar(ui, rail, self.score, Some(*self.threshold));
            let reach = match self.spread {
                Some(_) => SPREAD_HEIGHT_PT + 3.0,
                None => 5.0,
            };
            paint_mark(ui, &response, rail, reach, *self.threshold);
            if let Some((low, high)) = self.interval {
                paint_interval(ui, rail, low, high);
            }
        }
        let value = f64::from(*self.threshold);
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

/// Bars, each side by its own largest: positives are rare. Those from the threshold on are in the color of scores
/// above it; which films they are of, place and words say.
fn paint_spread(ui: &Ui, rail: Rect, (positives, negatives): (&[u32], &[u32]), threshold: f32) {
    let palette = theme::palette(ui.visuals());
    let mut mesh = egui::Mesh::default();
    for (counts, upwards) in [(positives, true), (negatives, false)] {
        let n_bars = counts.len().max(1) as f32;
        let top = counts.iter().copied().max().unwrap_or(0).max(1) as f32;
        let width = rail.width() / n_bars;
        for (place, &n) in counts.iter().enumerate().filter(|(_, n)| **n > 0) {
            // The least film is still to be seen.
            let height = (n as f32 / top * SPREAD_HEIGHT_PT).max(1.0);
            let left = rail.left() + place as f32 * width;
            let bar = if upwards {
                Rect::from_min_max(
                    pos2(left, rail.top() - height),
                    pos2(left + width, rail.top()),
                )
            } else {
                Rect::from_min_max(
                    pos2(left, rail.bottom()),
                    pos2(left + width, rail.bottom() + height),
                )
            };
            let middle = (place as f32 + 0.5) / n_bars;
            let color = if middle >= threshold {
                palette.above
            } else {
                palette.below
            };
            mesh.add_colored_rect(bar, color.gamma_multiply(0.75));
        }
    }
    let painter = ui.painter();
    painter.add(mesh);
    let font = FontId::proportional(theme::SMALL_TEXT_PT);
    let color = palette.weak_text;
    let (above, below) = (
        rail.top() - SPREAD_HEIGHT_PT,
        rail.bottom() + SPREAD_HEIGHT_PT,
    );
    painter.text(
        pos2(rail.left(), above),
        Align2::LEFT_CENTER,
        "films with it",
        font.clone(),
        color,
    );
    painter.text(
        pos2(rail.right(), below),
        Align2::RIGHT_CENTER,
        "films without it",
        font,
        color,
    );
}

/// A line with ends along the middle of the bar.
fn paint_interval(ui: &Ui, rail: Rect, low: f32, high: f32) {
    let palette = theme::palette(ui.visuals());
    let stroke = Stroke::new(1.5, palette.threshold);
    let x_of = |value: f32| rail.left() + rail.width() * value;
    let y = rail.center().y;
    let painter = ui.painter();
    painter.line_segment([pos2(x_of(low), y), pos2(x_of(high), y)], stroke);
    for value in [low, high] {
        let x = x_of(value);
        painter.line_segment([pos2(x, y - 3.0), pos2(x, y + 3.0)], stroke);
    }
}

/// Orange means above the threshold and nothing else.
fn paint_bar(ui: &Ui, rail: Rect, score: Option<Score>, threshold: Option<f32>) {
    let palette = theme::palette(ui.visuals());
    let painter = ui.painter();
    painter.rect_filled(rail, 2.0, palette.rail);
    if let Some(score) = score {
        let color = match threshold.map(|threshold| score.reaches(f64::from(threshold))) {
            Some(true) => palette.above,
            Some(false) => palette.below,
            None => palette.steps,
        };
        let end = rail.left() + rail.width() * score.get();
        let bar = rail.with_max_x(end.max(rail.left() + 1.0));
        painter.rect_filled(bar, 2.0, color);
    }
}

/// The threshold, `reach` points beyond the bar on both sides.
fn paint_mark(ui: &Ui, response: &Response, rail: Rect, reach: f32, threshold: f32) {
    let palette = theme::palette(ui.visuals());
    let painter = ui.painter();
    let x = rail.left() + rail.width() * threshold;
    let (top, bottom) = (rail.top() - reach, rail.bottom() + reach);
    let active = response.hovered() || response.dragged() || response.has_focus();
    let width = if active { 3.0 } else { 2.0 };
    let stroke = Stroke::new(width, palette.threshold);
    painter.line_segment([pos2(x, top), pos2(x, bottom)], stroke);
    let knob = if active { 5.0 } else { 4.0 };
    painter.circle_filled(pos2(x, top), knob, palette.threshold);
}

/// A score as a bar, with its threshold as a mark that stays where it is; the threshold is `None` where none was chosen.
pub fn score_bar_ui(ui: &mut Ui, width_pt: f32, score: Option<Score>, threshold: Option<f32>) {
    let size = Vec2::new(width_pt, ui.spacing().interact_size.y);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let bar = Vec2::new(rect.width(), BAR_HEIGHT_PT);
    let rail = Rect::from_center_size(rect.center(), bar);
    paint_score_bar(ui, rail, score, threshold);
}

/// The same as high and wide as `rail`; the mark goes beyond it.
pub fn paint_score_bar(ui: &Ui, rail: Rect, score: Option<Score>, threshold: Option<f32>) {
    paint_bar(ui, rail, score, threshold);
    if let Some(threshold) = threshold {
        let x = rail.left() + rail.width() * threshold;
        let reach = rail.height() / 3.0;
        let stroke = Stroke::new(2.0, theme::palette(ui.visuals()).threshold);
        let ends = [pos2(x, rail.top() - reach), pos2(x, rail.bottom() + reach)];
        ui.painter().line_segment(ends, stroke);
    }
}

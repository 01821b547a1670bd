use egui::{Pos2, Rect, Sense, Stroke, Ui, Vec2, pos2};

use crate::domain::{Display, GrayChoice, Window};
use crate::film::OpenedFilm;
use crate::imaging::GrayBin;
use crate::state::{CommandSender, DisplayChange, DisplayCommand};
use crate::ui::theme;

/// Height of the histogram.
const HEIGHT_PT: f32 = 84.0;
/// Width of the narrowest bar.
const LEAST_WIDTH_PT: f32 = 1.0;
/// How near to an edge of the window a drag moves that edge.
const GRIP_PT: f32 = 8.0;

/// The part of the window that a drag moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grip {
    Low,
    Middle,
    High,
}

/// How often each part of the film's range occurs, with the window over it, to be dragged.
pub fn histogram_ui(ui: &mut Ui, opened: &OpenedFilm, display: &Display, commands: &CommandSender) {
    let size = Vec2::new(ui.available_width(), HEIGHT_PT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    response.widget_info(|| {
        egui::WidgetInfo::labeled(
            egui::accesskit::Role::GraphicsObject,
            true,
            "Histogram of the film",
        )
    });
    let counts = opened.counts();
    let window = opened.window_of(&display.gray);
    let (low, high) = counts.bounds();
    let scale = Scale { rect, low, high };
    bars_ui(ui, &scale, &counts.bins);
    window_ui(ui, &scale, &window);
    let id = response.id.with("grip");
    if response.drag_started() {
        let start = ui.input(|input| input.pointer.press_origin());
        let grip = start.map(|pos| grip_at(pos, &scale, &window));
        ui.data_mut(|data| data.insert_temp(id, grip));
    }
    let grip: Option<Option<Grip>> = ui.data(|data| data.get_temp(id));
    if response.dragged()
        && let Some(Some(grip)) = grip
    {
        let moved = f64::from(response.drag_delta().x / rect.width()) * scale.span();
        if moved != 0.0
            && let Some(window) = dragged(&window, grip, moved)
        {
            let choice = GrayChoice::Dragged(window);
            commands.display(DisplayChange::SetGray(choice));
        }
    }
    if response.drag_stopped() {
        commands.display(DisplayCommand::EndGesture);
    }
    if response.double_clicked() {
        commands.display(DisplayChange::SetGray(GrayChoice::File));
    }
    response.on_hover_text(
        "Drag the window to move it, its edges to change its width; double-click to restore the file's window",
    );
}

/// From modality values to places of the histogram.
struct Scale {
    rect: Rect,
    low: f64,
    high: f64,
}

impl Scale {
    fn span(&self) -> f64 {
        (self.high - self.low).max(1e-9)
    }

    fn x(&self, value: f64) -> f32 {
        let share = (value - self.low) / self.span();
        self.rect.left() + share.clamp(-10.0, 10.0) as f32 * self.rect.width()
    }
}

fn ends(window: &Window) -> (f64, f64) {
    let half = window.width() / 2.0;
    (window.center() - half, window.center() + half)
}

fn grip_at(pos: Pos2, scale: &Scale, window: &Window) -> Grip {
    let (low, high) = ends(window);
    let (to_low, to_high) = ((pos.x - scale.x(low)).abs(), (pos.x - scale.x(high)).abs());
    if to_low.min(to_high) > GRIP_PT {
        Grip::Middle
    } else if to_low < to_high {
        Grip::Low
    } else {
        Grip::High
    }
}

fn dragged(window: &Window, grip: Grip, moved: f64) -> Option<Window> {
    let (low, high) = ends(window);
    let (low, high) = match grip {
        Grip::Low => (low + moved, high),
        Grip::Middle => (low + moved, high + moved),
        Grip::High => (low, high + moved),
    };
    let width = (high - low).max(window.function().least_width());
    Window::new(f64::midpoint(low, high), width, window.function()).ok()
}

/// The square root of the pixels of a gray level: a film's black rim would hide all else.
fn bars_ui(ui: &Ui, scale: &Scale, bins: &[GrayBin]) {
    let painter = ui.painter_at(scale.rect);
    painter.rect_filled(scale.rect, 2.0, ui.visuals().extreme_bg_color);
    let heights = bins.iter().map(GrayBin::pixels_per_level);
    let top = heights.fold(1.0, f64::max);
    let color = theme::palette(ui.visuals()).below;
    let mut mesh = egui::Mesh::default();
    for bin in bins {
        let share = (bin.pixels_per_level() / top).sqrt() as f32;
        let bottom = scale.rect.bottom();
        let height = share * (scale.rect.height() - 4.0);
        let (left, right) = (scale.x(bin.low), scale.x(bin.high));
        // A level far from all others is a line, and still to be seen.
        let right = right.max(left + LEAST_WIDTH_PT);
        let bar = Rect::from_min_max(pos2(left, bottom - height), pos2(right, bottom));
        mesh.add_colored_rect(bar, color);
    }
    painter.add(mesh);
}

fn window_ui(ui: &Ui, scale: &Scale, window: &Window) {
    let painter = ui.painter_at(scale.rect);
    let (low, high) = ends(window);
    let color = theme::palette(ui.visuals()).threshold;
    let place = Rect::from_x_y_ranges(scale.x(low)..=scale.x(high), scale.rect.y_range());
    painter.rect_filled(place, 0.0, color.gamma_multiply(0.12));
    for x in [scale.x(low), scale.x(high)] {
        painter.vline(x, scale.rect.y_range(), Stroke::new(2.0, color));
    }
    // Black to white across the window.
    let line = [place.left_bottom(), place.right_top()];
    painter.line_segment(line, Stroke::new(1.0, color.gamma_multiply(0.6)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_moves_alone_and_the_middle_moves_both() {
        let window = Window::spanning(100.0, 200.0);
        let ends_of = |grip| ends(&dragged(&window, grip, 10.0).unwrap());
        assert_eq!(ends_of(Grip::Low), (110.0, 200.0));
        assert_eq!(ends_of(Grip::High), (100.0, 210.0));
        assert_eq!(ends_of(Grip::Middle), (110.0, 210.0));
    }

    #[test]
    fn window_and_bars_have_one_scale() {
        // 256 levels, 16 apart: two points each.
        let rect = Rect::from_min_size(pos2(10.0, 0.0), Vec2::new(512.0, HEIGHT_PT));
        let (low, high) = (-8.0, 4088.0);
        let scale = Scale { rect, low, high };
        let full = Window::spanning(0.0, 4080.0);
        let (low, high) = ends(&full);
        // The full window ends in the middle of the first and of the last bar.
        assert!((scale.x(low) - rect.left() - 1.0).abs() < 1e-2);
        assert!((scale.x(high) - rect.right() + 1.0).abs() < 1e-2);
        let moved = dragged(&full, Grip::Low, 2.0 / 512.0 * scale.span()).unwrap();
        assert!((scale.x(ends(&moved).0) - rect.left() - 3.0).abs() < 1e-2);
    }

    #[test]
    fn edges_that_cross_leave_a_window() {
        let window = Window::spanning(100.0, 200.0);
        assert!(dragged(&window, Grip::Low, 500.0).unwrap().width() > 0.0);
    }
}

use egui::{Pos2, Rect, Sense, Stroke, Ui, Vec2, pos2};

use crate::domain::{Display, GrayChoice, Window};
use crate::film::OpenedFilm;
use crate::imaging::GrayCounts;
use crate::state::{CommandSender, DisplayChange, DisplayCommand};
use crate::ui::theme;

/// Height of the histogram.
const HEIGHT_PT: f32 = 84.0;
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
    let scale = Scale { rect, counts };
    bars_ui(ui, &scale);
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
struct Scale<'a> {
    rect: Rect,
    counts: &'a GrayCounts,
}

impl Scale<'_> {
    fn span(&self) -> f64 {
        (self.counts.high - self.counts.low).max(1e-9)
    }

    fn x(&self, value: f64) -> f32 {
        let share = (value - self.counts.low) / self.span();
        self.rect.left() + share.clamp(-10.0, 10.0) as f32 * self.rect.width()
    }
}

fn ends(window: &Window) -> (f64, f64) {
    let half = window.width() / 2.0;
    (window.center() - half, window.center() + half)
}

fn grip_at(pos: Pos2, scale: &Scale<'_>, window: &Window) -> Grip {
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

/// The square root of the counts: a film's black rim would hide all else.
fn bars_ui(ui: &Ui, scale: &Scale<'_>) {
    let painter = ui.painter_at(scale.rect);
    painter.rect_filled(scale.rect, 2.0, ui.visuals().extreme_bg_color);
    let bins = &scale.counts.bins;
    let top = bins.iter().copied().max().unwrap_or(1).max(1);
    let color = theme::palette(ui.visuals()).below;
    let width = scale.rect.width() / bins.len().max(1) as f32;
    let mut mesh = egui::Mesh::default();
    for (place, &n) in bins.iter().enumerate() {
        let height = (n as f32 / top as f32).sqrt() * (scale.rect.height() - 4.0);
        let left = scale.rect.left() + place as f32 * width;
        let bottom = scale.rect.bottom();
        let bar = Rect::from_min_max(pos2(left, bottom - height), pos2(left + width, bottom));
        mesh.add_colored_rect(bar, color);
    }
    painter.add(mesh);
}

fn window_ui(ui: &Ui, scale: &Scale<'_>, window: &Window) {
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
    fn edges_that_cross_leave_a_window() {
        let window = Window::spanning(100.0, 200.0);
        assert!(dragged(&window, Grip::Low, 500.0).unwrap().width() > 0.0);
    }
}

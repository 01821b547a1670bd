use std::f32::consts::TAU;
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Response, Sense, Ui, Vec2, Widget, WidgetInfo};

const N_DOTS: usize = 8;
/// Time between two steps. Work shares the processor with a screen that has no GPU: a picture that
/// moves with every frame would take half of it.
const STEP: Duration = Duration::from_millis(250);

/// Says that work goes on, by a dot that goes around.
pub struct Busy;

impl Widget for Busy {
    fn ui(self, ui: &mut Ui) -> Response {
        let side = ui.spacing().interact_size.y;
        let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, "Working"));
        if ui.is_rect_visible(rect) {
            ui.ctx().request_repaint_after(STEP);
            let now = ui.input(|input| input.time);
            let bright = (now / STEP.as_secs_f64()) as usize % N_DOTS;
            for dot in 0..N_DOTS {
                let direction = Vec2::angled(TAU * dot as f32 / N_DOTS as f32);
                let strength = if dot == bright { 1.0 } else { 0.35 };
                let color = ui.visuals().text_color().gamma_multiply(strength);
                let center = rect.center() + direction * side * 0.32;
                ui.painter().circle_filled(center, side * 0.08, color);
            }
        }
        response
    }
}

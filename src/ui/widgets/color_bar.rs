use egui::{
    Color32, Mesh, Rect, Response, Sense, Stroke, StrokeKind, Ui, Vec2, Widget, WidgetInfo,
};

/// The color bar of a map, with the values of its ends.
pub struct ColorBar<'a> {
    colors: &'a [Color32],
    low: &'a str,
    high: &'a str,
}

impl<'a> ColorBar<'a> {
    /// `colors` from low to high, at least two.
    pub fn new(colors: &'a [Color32], low: &'a str, high: &'a str) -> Self {
        Self { colors, low, high }
    }
}

impl Widget for ColorBar<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        ui.label(egui::RichText::new(self.low).small().weak());
        let (rect, response) = ui.allocate_exact_size(Vec2::new(96.0, 12.0), Sense::hover());
        if ui.is_rect_visible(rect) {
            ui.painter().add(gradient(rect, self.colors));
            let stroke: Stroke = ui.visuals().widgets.noninteractive.bg_stroke;
            let painter = ui.painter();
            painter.rect_stroke(rect, 0.0, stroke, StrokeKind::Outside);
        }
        ui.label(egui::RichText::new(self.high).small().weak());
        let label = format!("Color bar from {} to {}", self.low, self.high);
        response.widget_info(|| {
            WidgetInfo::labeled(egui::accesskit::Role::Image, true, label.as_str())
        });
        response
    }
}

fn gradient(rect: Rect, colors: &[Color32]) -> Mesh {
    let mut mesh = Mesh::default();
    let n_steps = colors.len().saturating_sub(1).max(1) as f32;
    for (step, &color) in colors.iter().enumerate() {
        let x = rect.left() + rect.width() * step as f32 / n_steps;
        mesh.colored_vertex(egui::pos2(x, rect.top()), color);
        mesh.colored_vertex(egui::pos2(x, rect.bottom()), color);
        if step > 0 {
            let corner = 2 * step as u32;
            mesh.add_triangle(corner - 2, corner - 1, corner);
            mesh.add_triangle(corner - 1, corner, corner + 1);
        }
    }
    mesh
}

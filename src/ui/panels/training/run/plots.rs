use egui::{Color32, RichText, Sense, Shape, Stroke, Ui, Vec2, Visuals};
use egui_plot::{
    GridInput, HoverPosition, Line, LineStyle, Plot, PlotPoints, Points, uniform_grid_spacer,
};

use super::model::{CurveKind, RunCurve, RunCurves};
use crate::ui::theme;

/// Epochs up to this many are marked by points: fewer than two make no line.
const MAX_MARKED: usize = 40;

/// Loss above; AUC of training and of validation films side by side below.
pub fn plots_ui(ui: &mut Ui, curves: &RunCurves) {
    let size = ui.available_size();
    let gap = theme::GAP_PT;
    let head = ui.text_style_height(&egui::TextStyle::Body) + ui.spacing().item_spacing.y * 2.0;
    let height = ((size.y - gap) / 2.0 - head).max(60.0);
    plot_ui(ui, "Loss", &curves.loss, Vec2::new(size.x, height), false);
    ui.add_space(gap / 2.0);
    let half = Vec2::new((size.x - gap) / 2.0, height);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        ui.vertical(|ui| plot_ui(ui, "AUC, training", &curves.train_auc, half, true));
        ui.vertical(|ui| plot_ui(ui, "AUC, validation", &curves.valid_auc, half, true));
    });
}

fn plot_ui(ui: &mut Ui, title: &str, curves: &[RunCurve], size: Vec2, is_auc: bool) {
    ui.set_max_width(size.x);
    title_ui(ui, title, curves);
    let visuals = ui.visuals().clone();
    let last = curves.iter().filter_map(|curve| curve.points.last());
    let last = last.map(|point| point.x).fold(1.0, f64::max);
    let mut plot = Plot::new(("run plot", title))
        .width(size.x)
        .height(size.y)
        .allow_scroll(false)
        .grid_color(theme::palette(&visuals).rail)
        .x_axis_label("Epoch")
        .include_x(0.0)
        .include_x(last + 0.05)
        .y_axis_min_width(40.0)
        .label_formatter(|hover| label_text(hover));
    if is_auc {
        let marks = |_: GridInput| [1.0, 0.2, 0.1];
        plot = plot.y_grid_spacer(uniform_grid_spacer(marks));
        plot = plot.include_y(0.4).include_y(1.0);
    }
    let response = plot.show(ui, |plot| {
        for curve in curves {
            let (color, width, style) = look(curve, &visuals);
            let line = Line::new(curve.name.clone(), PlotPoints::Borrowed(&curve.points))
                .stroke(Stroke::new(width, color))
                .style(style);
            plot.line(line);
            let marked = curve.kind != CurveKind::StepLoss && curve.points.len() <= MAX_MARKED;
            if marked {
                let points = PlotPoints::Borrowed(&curve.points);
                let points = Points::new(curve.name.clone(), points).radius(width + 0.6);
                plot.points(points.color(color));
            }
        }
    });
    let name = format!("{title} by epoch");
    response.response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::accesskit::Role::Image, true, name.as_str())
    });
}

/// The title and what each colour stands for, beside the plot and not over its lines.
fn title_ui(ui: &mut Ui, title: &str, curves: &[RunCurve]) {
    ui.horizontal(|ui| {
        ui.strong(title);
        for curve in curves {
            let (color, width, style) = look(curve, ui.visuals());
            let (rect, _) = ui.allocate_exact_size(Vec2::new(16.0, 8.0), Sense::hover());
            let ends = [rect.left_center(), rect.right_center()];
            let stroke = Stroke::new(width, color);
            let painter = ui.painter();
            match style {
                LineStyle::Solid => painter.add(Shape::line_segment(ends, stroke)),
                _ => painter.add(Shape::dashed_line(&ends, stroke, 4.0, 3.0)),
            };
            ui.add(egui::Label::new(RichText::new(&curve.name).small()).truncate());
        }
    });
}

fn label_text(hover: &HoverPosition<'_>) -> Option<String> {
    match hover {
        HoverPosition::NearDataPoint {
            plot_name,
            position,
            ..
        } => Some(format!("{plot_name}\nepoch {:.2}\n{:.4}", position.x, position.y)),
        HoverPosition::Elsewhere { .. } => None,
    }
}

/// Colour by part for the run in view, by run for those laid over it; weight by figure.
fn look(curve: &RunCurve, visuals: &Visuals) -> (Color32, f32, LineStyle) {
    let palette = theme::palette(visuals);
    let dashed = LineStyle::dashed_loose();
    if let Some(over) = curve.run_idx.checked_sub(1) {
        let series = palette.series;
        let color = series.get(over % series.len()).copied().unwrap_or(palette.rail);
        let is_train = curve.kind == CurveKind::TrainLoss;
        return (color, 1.5, if is_train { dashed } else { LineStyle::Solid });
    }
    match curve.kind {
        CurveKind::StepLoss => (palette.steps, 1.0, LineStyle::Solid),
        CurveKind::TrainLoss => (palette.train, 2.0, LineStyle::Solid),
        CurveKind::ValidLoss => (palette.valid, 2.0, LineStyle::Solid),
        CurveKind::MacroAuc => (palette.threshold, 2.5, LineStyle::Solid),
        CurveKind::MaxAuc => (palette.train, 1.2, LineStyle::Solid),
        CurveKind::MedianAuc => (palette.valid, 1.5, dashed),
        CurveKind::MinAuc => (palette.error, 1.2, LineStyle::Solid),
    }
}

use egui::{Color32, RichText, Sense, Shape, Stroke, Ui, Vec2, Visuals};
use egui_plot::{
    GridInput, GridMark, HoverPosition, Line, LineStyle, Plot, PlotPoints, Points,
    uniform_grid_spacer,
};

use super::model::{CurveKind, RunCurve, RunCurves};
use crate::ui::theme;

/// Epochs up to this many are marked by points: fewer than two make no line.
const MAX_MARKED: usize = 40;
/// Room for the number of an epoch.
const MARK_WIDTH_PT: f32 = 64.0;
const MAX_MARKS: i64 = 100;

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
        .x_grid_spacer(move |input| epoch_marks(input, size.x))
        .include_x(0.0)
        .include_x(last + 0.05)
        .y_axis_min_width(40.0)
        .label_formatter(label_text);
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

/// Marks at whole epochs only, as many as have room for their numbers.
#[expect(clippy::needless_pass_by_value, reason = "as the plot hands it over")]
fn epoch_marks(input: GridInput, width_pt: f32) -> Vec<GridMark> {
    let (first, last) = input.bounds;
    let n_marks = f64::from(width_pt / MARK_WIDTH_PT).max(1.0);
    let step_size = whole_step((last - first) / n_marks);
    let (first, last) = (
        (first / step_size).ceil() as i64,
        (last / step_size).floor() as i64,
    );
    // Bounds that were zoomed out of all reason must not cost a frame.
    let last = last.min(first.saturating_add(MAX_MARKS));
    let marks = (first..=last).map(|n| n as f64 * step_size);
    marks.map(|value| GridMark { value, step_size }).collect()
}

/// The next of 1, 2, 5, 10, 20, …
fn whole_step(least: f64) -> f64 {
    let mut power = 1.0;
    while power < 1e9 {
        for step in [1.0, 2.0, 5.0] {
            if step * power >= least {
                return step * power;
            }
        }
        power *= 10.0;
    }
    power
}

/// The title and the legend, beside the plot and not over its lines.
fn title_ui(ui: &mut Ui, title: &str, curves: &[RunCurve]) {
    ui.horizontal(|ui| {
        ui.strong(title);
        // Compared runs have their names and colors on a separate line.
        for curve in curves.iter().filter(|curve| curve.run_idx == 0) {
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
        } => Some(format!(
            "{plot_name}\nepoch {:.2}\n{:.4}",
            position.x, position.y
        )),
        HoverPosition::Elsewhere { .. } => None,
    }
}

/// Color by part for the run in view, by run for the compared runs; line width by metric.
fn look(curve: &RunCurve, visuals: &Visuals) -> (Color32, f32, LineStyle) {
    let palette = theme::palette(visuals);
    let dashed = LineStyle::dashed_loose();
    if let Some(over) = curve.run_idx.checked_sub(1) {
        let series = palette.series;
        let color = series
            .get(over % series.len())
            .copied()
            .unwrap_or(palette.rail);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(last: f64, width_pt: f32) -> Vec<f64> {
        let input = GridInput {
            bounds: (0.0, last),
            base_step_size: 0.1,
        };
        let marks = epoch_marks(input, width_pt);
        marks.into_iter().map(|mark| mark.value).collect()
    }

    #[test]
    fn marks_stand_at_whole_epochs_with_room_for_their_numbers() {
        assert_eq!(marks(1.05, 600.0), [0.0, 1.0]);
        assert_eq!(marks(7.2, 320.0), [0.0, 2.0, 4.0, 6.0]);
        assert_eq!(marks(120.0, 320.0), [0.0, 50.0, 100.0]);
        assert!(marks(1e12, 320.0).len() <= 102);
    }
}

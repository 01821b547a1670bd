use egui::{Color32, RichText, Sense, Shape, Stroke, Ui, Vec2, Visuals};
use egui_plot::{
    FilledArea, GridInput, GridMark, HoverPosition, Line, LineStyle, Plot, PlotPoints, PlotUi,
    Points, VLine, uniform_grid_spacer,
};

use super::plotted::{PlottedCurve, PlottedRuns};
use crate::evaluate::{CurveLook, curve_look, round_step, tick_text};
use crate::state::{CommandSender, EpochChoice, RunChoices, ShownRun, TrainingCommand};
use crate::train::{CurveKind, RunCurve};
use crate::ui::panels::training::text::figure_text;
use crate::ui::theme;

/// Epochs up to this many are marked by points: fewer than two make no line.
const MAX_MARKED: usize = 40;
/// Room for the number of an epoch.
const MARK_WIDTH_PT: f32 = 64.0;
const MAX_MARKS: i64 = 100;
/// Room for the number of a loss.
const LOSS_MARK_PT: f32 = 36.0;
/// Share of the height that the AUC has; the rest is the loss's.
const AUC_SHARE: f32 = 0.64;
/// How much of a band's color covers what is behind it.
const BAND_OPACITY: f32 = 0.22;
/// The mark of the best epoch.
const BEST_RADIUS_PT: f32 = 6.0;

/// What a plot shows besides its curves.
struct Look<'a> {
    title: &'a str,
    size: Vec2,
    is_auc: bool,
    log: bool,
    /// The epoch that the table is of.
    chosen: Option<f64>,
    best: Option<[f64; 2]>,
}

/// AUC of training and validation above, loss below, both of this width; a click chooses the epoch.
pub fn plots_ui(
    ui: &mut Ui,
    width: f32,
    plotted: &PlottedRuns,
    run: &ShownRun,
    commands: &CommandSender,
) {
    let size = Vec2::new(width, ui.available_height());
    // The AUC's legend may have a second row.
    let head =
        1.5 * ui.text_style_height(&egui::TextStyle::Body) + ui.spacing().item_spacing.y * 2.0;
    let height = (size.y - theme::GAP_PT - 2.0 * head).max(120.0);
    let chosen = run.choices.epoch_of(&run.record);
    let mut look = Look {
        title: "AUC",
        size: Vec2::new(size.x, height * AUC_SHARE),
        is_auc: true,
        log: false,
        chosen: chosen.map(|epoch| epoch.epoch as f64),
        best: plotted.best,
    };
    let clicked = plot_ui(ui, &look, &plotted.auc);
    ui.add_space(theme::TINY_GAP_PT);
    look.title = "Loss";
    look.size.y = height - look.size.y;
    (look.is_auc, look.log, look.best) = (false, run.choices.curves.log_loss, None);
    let clicked = clicked.or(plot_ui(ui, &look, &plotted.loss));
    if let Some(epoch) = clicked.and_then(|x| nearest_epoch(run, x)) {
        commands.train(TrainingCommand::ShowOfRun(Box::new(RunChoices {
            epoch: EpochChoice::At(epoch),
            ..run.choices.clone()
        })));
    }
}

/// The epoch that is done nearest to a place of the axis.
fn nearest_epoch(run: &ShownRun, x: f64) -> Option<usize> {
    let far = |epoch: &usize| (*epoch as f64 - x).abs();
    let epochs = run.record.epochs.iter().map(|epoch| epoch.epoch);
    epochs.min_by(|a, b| far(a).total_cmp(&far(b)))
}

/// Where on the axis of epochs it was clicked.
fn plot_ui(ui: &mut Ui, look: &Look<'_>, curves: &[PlottedCurve]) -> Option<f64> {
    ui.set_max_width(look.size.x);
    title_ui(ui, look, curves);
    let visuals = ui.visuals().clone();
    let last = curves.iter().filter_map(|curve| curve.points.last());
    let last = last.map(|point| point.x).fold(1.0, f64::max);
    let width = look.size.x;
    let mut plot = Plot::new(("run plot", look.title))
        .width(look.size.x)
        .height(look.size.y)
        .allow_scroll(false)
        .grid_color(theme::palette(&visuals).rail)
        .x_grid_spacer(move |input| epoch_marks(input, width))
        .include_x(0.0)
        .include_x(last + 0.05)
        .y_axis_min_width(40.0)
        .label_formatter(|hover| hover_text(hover, curves));
    if !look.is_auc {
        // Once for both.
        plot = plot.x_axis_label("Epoch");
    }
    if look.is_auc {
        let marks = |_: GridInput| [1.0, 0.2, 0.1];
        plot = plot.y_grid_spacer(uniform_grid_spacer(marks));
        plot = plot.include_y(0.45).include_y(1.0);
    } else if look.log {
        plot = plot
            .y_grid_spacer(log_marks)
            .y_axis_formatter(|mark, _| tick_text(10_f64.powf(mark.value)));
    } else {
        let height = look.size.y;
        if curves.iter().all(|curve| curve.points.is_empty()) {
            // No loss is negative.
            plot = plot.include_y(0.0).include_y(1.0);
        }
        plot = plot
            .y_grid_spacer(move |input| loss_marks(input, height))
            .y_axis_formatter(|mark, _| tick_text(mark.value));
    }
    let shown = plot.show(ui, |plot| {
        for curve in curves {
            curve_ui(plot, curve, &visuals);
        }
        marks_ui(plot, look, &visuals);
    });
    let response = shown.response;
    let name = format!("{} by epoch", look.title);
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::accesskit::Role::Image, true, name.as_str())
    });
    let at = response
        .interact_pointer_pos()
        .filter(|_| response.clicked())?;
    Some(shown.transform.value_from_position(at).x)
}

fn curve_ui<'a>(plot: &mut PlotUi<'a>, plotted: &'a PlottedCurve, visuals: &Visuals) {
    let curve = &plotted.curve;
    let (color, width, style) = line_look(curve, visuals);
    let [xs, lows, highs] = &plotted.band;
    if !xs.is_empty() {
        let area = FilledArea::new(curve.name.clone(), xs, lows, highs);
        plot.add(
            area.fill_color(color.gamma_multiply(BAND_OPACITY))
                .allow_hover(false),
        );
    }
    let line = Line::new(curve.name.clone(), PlotPoints::Borrowed(&plotted.points))
        .stroke(Stroke::new(width, color))
        .style(style)
        // Thousands of steps are drawn as the band that they fill.
        .allow_band(curve.kind == CurveKind::StepLoss);
    plot.line(line);
    if curve.kind != CurveKind::StepLoss && plotted.points.len() <= MAX_MARKED {
        let points = PlotPoints::Borrowed(&plotted.points);
        let points = Points::new(curve.name.clone(), points).radius(width + 0.6);
        plot.points(points.color(color));
    }
}

/// The chosen epoch as a line, the best one as a ring.
fn marks_ui(plot: &mut PlotUi<'_>, look: &Look<'_>, visuals: &Visuals) {
    let palette = theme::palette(visuals);
    if let Some(epoch) = look.chosen {
        let line = VLine::new("Chosen epoch", epoch).color(palette.accent);
        plot.vline(line.width(1.0).allow_hover(false));
    }
    if let Some(best) = look.best {
        let ring = Points::new("Best epoch", vec![best]).filled(false);
        let ring = ring.radius(BEST_RADIUS_PT).color(palette.threshold);
        plot.points(ring.allow_hover(false));
    }
}

/// All curves at the epoch under the pointer.
fn hover_text(hover: &HoverPosition<'_>, curves: &[PlottedCurve]) -> Option<String> {
    let x = match hover {
        HoverPosition::NearDataPoint { position, .. } | HoverPosition::Elsewhere { position } => {
            position.x
        }
    };
    let epoch = x.round();
    let lines = curves.iter().filter_map(|plotted| {
        let curve = &plotted.curve;
        let value = match curve.kind {
            CurveKind::StepLoss => nearest(&curve.points, x)?,
            _ => curve.at(epoch)?,
        };
        Some(format!("{}  {}", curve.name, figure_text(Some(value))))
    });
    let lines: Vec<String> = lines.collect();
    (!lines.is_empty()).then(|| format!("Epoch {epoch}\n{}", lines.join("\n")))
}

/// The figure of the point nearest to a place, among points in order.
fn nearest(points: &[[f64; 2]], x: f64) -> Option<f64> {
    let after = points.partition_point(|[known, _]| *known < x);
    let near = points.get(after.saturating_sub(1)..=after.min(points.len().checked_sub(1)?));
    let near = near.into_iter().flatten();
    let nearest = near.min_by(|[a, _], [b, _]| (a - x).abs().total_cmp(&(b - x).abs()));
    nearest.map(|[_, y]| *y)
}

/// Marks of a loss at round figures, as many as have room for their numbers: whatever its range is, two at least.
#[expect(clippy::needless_pass_by_value, reason = "as the plot hands it over")]
fn loss_marks(input: GridInput, height_pt: f32) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let n_marks = f64::from(height_pt / LOSS_MARK_PT).max(1.0);
    let step_size = round_step(((high - low) / n_marks).max(f64::MIN_POSITIVE));
    let first = (low / step_size).ceil() as i64;
    let marks = (first..first.saturating_add(MAX_MARKS)).map(|n| n as f64 * step_size);
    let marks = marks.take_while(|mark| *mark <= high);
    marks.map(|value| GridMark { value, step_size }).collect()
}

/// Marks at 1, 2 and 5 of every power of ten, on an axis of logarithms.
#[expect(clippy::needless_pass_by_value, reason = "as the plot hands it over")]
fn log_marks(input: GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    // Bounds that were zoomed out of all reason must not cost a frame.
    let (first, last) = (low.max(-30.0).floor() as i32, high.min(30.0).ceil() as i32);
    let decades = (first..=last).map(f64::from);
    let marks = decades.flat_map(|decade| [1.0_f64, 2.0, 5.0].map(|m| decade + m.log10()));
    let marks = marks.filter(|mark| (low..=high).contains(mark));
    let step_size = 1.0;
    marks.map(|value| GridMark { value, step_size }).collect()
}

/// Marks at whole epochs only, as many as have room for their numbers.
#[expect(clippy::needless_pass_by_value, reason = "as the plot hands it over")]
fn epoch_marks(input: GridInput, width_pt: f32) -> Vec<GridMark> {
    let (first, last) = input.bounds;
    let n_marks = f64::from(width_pt / MARK_WIDTH_PT).max(1.0);
    let step_size = round_step((last - first) / n_marks).max(1.0);
    let (first, last) = (
        (first / step_size).ceil() as i64,
        (last / step_size).floor() as i64,
    );
    // Bounds that were zoomed out of all reason must not cost a frame.
    let last = last.min(first.saturating_add(MAX_MARKS));
    let marks = (first..=last).map(|n| n as f64 * step_size);
    marks.map(|value| GridMark { value, step_size }).collect()
}

/// The title and the legend, beside the plot and not over its lines.
fn title_ui(ui: &mut Ui, look: &Look<'_>, curves: &[PlottedCurve]) {
    ui.horizontal_wrapped(|ui| {
        ui.strong(look.title);
        // Compared runs have their names and colors on a separate line.
        for plotted in curves.iter().filter(|plotted| plotted.curve.run_idx == 0) {
            let (color, width, style) = line_look(&plotted.curve, ui.visuals());
            let (rect, _) = ui.allocate_exact_size(Vec2::new(16.0, 8.0), Sense::hover());
            let ends = [rect.left_center(), rect.right_center()];
            let stroke = Stroke::new(width, color);
            let painter = ui.painter();
            match style {
                LineStyle::Solid => painter.add(Shape::line_segment(ends, stroke)),
                _ => painter.add(Shape::dashed_line(&ends, stroke, 4.0, 3.0)),
            };
            let text = RichText::new(&plotted.curve.name).small();
            ui.add(egui::Label::new(text).truncate());
        }
        if let Some([epoch, auc]) = look.best {
            let text = format!("Best: epoch {epoch}, {auc:.3}");
            let label = ui.add(egui::Label::new(RichText::new(text).small()).truncate());
            label.on_hover_text("The ring. A click in the plot chooses the epoch of the table");
        }
    });
}

/// Color, width in points and style, as exported plots have them.
fn line_look(curve: &RunCurve, visuals: &Visuals) -> (Color32, f32, LineStyle) {
    let CurveLook { color, dashed } = curve_look(curve);
    let width = match curve.kind {
        CurveKind::StepLoss => 1.0,
        _ if curve.run_idx > 0 => 1.5,
        CurveKind::FindingTrainAuc | CurveKind::FindingValidAuc => 1.2,
        CurveKind::TrainLoss | CurveKind::TrainAuc | CurveKind::ValidLoss | CurveKind::ValidAuc => {
            2.0
        }
    };
    let style = if dashed {
        LineStyle::dashed_loose()
    } else {
        LineStyle::Solid
    };
    (theme::palette(visuals).plot(color), width, style)
}

#[cfg(test)]
mod tests {
    use egui_plot::PlotPoint;

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

    fn curve(name: &str, kind: CurveKind, points: &[[f64; 2]]) -> PlottedCurve {
        let curve = RunCurve {
            name: name.to_owned(),
            kind,
            run_idx: 0,
            points: points.to_vec(),
            band: Vec::new(),
        };
        PlottedCurve {
            points: Vec::new(),
            band: Default::default(),
            curve,
        }
    }

    #[test]
    fn the_pointer_reads_all_curves_of_its_epoch() {
        let curves = [
            curve(
                "Steps",
                CurveKind::StepLoss,
                &[[1.5, 0.8], [2.0, 0.7], [2.5, 0.6]],
            ),
            curve("Training", CurveKind::TrainLoss, &[[1.0, 0.9], [2.0, 0.5]]),
            curve("Validation", CurveKind::ValidLoss, &[[1.0, 0.4]]),
        ];
        let text = |x| {
            let position = PlotPoint::new(x, 0.0);
            hover_text(&HoverPosition::Elsewhere { position }, &curves)
        };
        assert_eq!(text(2.4).unwrap(), "Epoch 2\nSteps  0.600\nTraining  0.500");
        let first = "Epoch 1\nSteps  0.800\nTraining  0.900\nValidation  0.400";
        assert_eq!(text(0.6).unwrap(), first);
        assert_eq!(
            hover_text(
                &HoverPosition::Elsewhere {
                    position: PlotPoint::new(1.0, 0.0)
                },
                &[]
            ),
            None
        );
    }

    #[test]
    fn a_loss_that_spikes_leaves_numbers_on_its_axis() {
        for high in [0.3, 0.95, 9.4, 37.0, 880.0, 1.2e7] {
            let input = GridInput {
                bounds: (0.0, high),
                base_step_size: 0.1,
            };
            let marks: Vec<f64> = loss_marks(input, 110.0).iter().map(|m| m.value).collect();
            assert!((2..=5).contains(&marks.len()), "{high}: {marks:?}");
        }
        let input = GridInput {
            bounds: (1.0, 1.0),
            base_step_size: 0.1,
        };
        assert!(loss_marks(input, 110.0).len() <= MAX_MARKS as usize);
    }

    #[test]
    fn losses_are_written_with_the_digits_that_matter() {
        let texts = [0.05, 0.2, 1.0, 20.0, 0.0012].map(tick_text);
        assert_eq!(texts, ["0.05", "0.2", "1", "20", "0.0012"]);
        let input = GridInput {
            bounds: (-1.1, 0.1),
            base_step_size: 0.1,
        };
        let marks: Vec<String> = log_marks(input)
            .iter()
            .map(|m| tick_text(10_f64.powf(m.value)))
            .collect();
        assert_eq!(marks, ["0.1", "0.2", "0.5", "1"]);
    }
}

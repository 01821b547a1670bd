use egui::{Color32, Id, RichText, Sense, Ui, Vec2};
use egui_plot::{
    Bar, BarChart, FilledArea, HoverPosition, Line, LineStyle, Plot, PlotPoint, PlotPoints,
    PlotResponse, PlotUi, Points, VLine,
};

use super::legend::legend_ui;
use super::model::EvaluationCurves;
use crate::domain::{number_text, rounded_share};
use crate::evaluate::{
    RATE_COLORS, RELIABILITY_COLORS, SCORE_COLORS, place_in_precision_recall, place_in_roc,
};
use crate::metrics::{Confusion, ScoreStep};
use crate::scores::LabelColumn;
use crate::state::EvaluationState;
use crate::ui::theme;
use crate::ui::widgets::{BAND_OPACITY, LegendEntry, LegendSign};

/// A drag of the threshold on any of the plots.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moved {
    /// Where to.
    pub threshold: Option<f64>,
    /// The drag ended.
    pub ended: bool,
}

/// The position of a threshold in a plot.
type PlaceOf = fn(&Confusion) -> Option<[f64; 2]>;

/// Five plots with one operating point in all of them, and their legend; a move, if there is one.
pub fn plots_ui(
    ui: &mut Ui,
    evaluation: &EvaluationState,
    curves: &EvaluationCurves,
) -> Option<Moved> {
    let column = evaluation.column()?;
    let gap = theme::SMALL_GAP_PT;
    let head = ui.spacing().interact_size.y + 2.0 * ui.spacing().item_spacing.y;
    let size = Vec2::new(
        (ui.available_width() - 2.0 * gap) / 3.0,
        (ui.available_height() - gap) / 2.0 - head,
    );
    let view = View {
        evaluation,
        column,
        curves,
        size,
    };
    let mut moved = None;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        for plot in [View::roc_ui, View::precision_recall_ui, View::histogram_ui] {
            let cell = ui.vertical(|ui| {
                ui.set_max_width(size.x);
                plot(&view, ui)
            });
            moved = moved.or(cell.inner);
        }
    });
    ui.add_space(gap);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        for plot in [View::rates_ui, View::reliability_ui] {
            let cell = ui.vertical(|ui| {
                ui.set_max_width(size.x);
                plot(&view, ui)
            });
            moved = moved.or(cell.inner);
        }
        ui.vertical(|ui| {
            ui.set_max_width(size.x);
            legend_ui(ui, evaluation, curves);
        });
    });
    moved
}

/// Shared state of the plots of one frame.
struct View<'a> {
    evaluation: &'a EvaluationState,
    column: &'a LabelColumn,
    curves: &'a EvaluationCurves,
    size: Vec2,
}

impl View<'_> {
    fn roc_ui(&self, ui: &mut Ui) -> Option<Moved> {
        title_ui(ui, "ROC", "Sensitivity over 1 - specificity", &[]);
        if self.curves.roc.is_empty() {
            return self.undefined_ui(ui);
        }
        let palette = theme::palette(ui.visuals());
        let plot = self
            .plot("ROC", true)
            .label_formatter(self.hover(place_in_roc));
        let response = plot.show(ui, |plot| {
            diagonal(plot, palette.rail);
            for (name, roc, _) in &self.curves.behind {
                thin_line(plot, name, roc, palette.steps);
            }
            band(plot, &self.curves.roc_band, palette.train);
            if !self.curves.other_roc.is_empty() {
                line(plot, "Compared", &self.curves.other_roc, palette.valid);
            }
            line(plot, "ROC", &self.curves.roc, palette.train);
            self.mark(plot, place_in_roc, palette.threshold);
        });
        self.along(&response, "ROC curve", place_in_roc)
    }

    fn precision_recall_ui(&self, ui: &mut Ui) -> Option<Moved> {
        title_ui(ui, "Precision-recall", "PPV over sensitivity", &[]);
        if self.curves.precision_recall.is_empty() {
            return self.undefined_ui(ui);
        }
        let palette = theme::palette(ui.visuals());
        let hover = self.hover(place_in_precision_recall);
        let plot = self.plot("precision-recall", true).label_formatter(hover);
        let response = plot.show(ui, |plot| {
            for (name, _, curve) in &self.curves.behind {
                thin_line(plot, name, curve, palette.steps);
            }
            band(plot, &self.curves.precision_band, palette.train);
            let other = &self.curves.other_precision_recall;
            if !other.is_empty() {
                line(plot, "Compared", other, palette.valid);
            }
            line(
                plot,
                "precision-recall",
                &self.curves.precision_recall,
                palette.train,
            );
            self.mark(plot, place_in_precision_recall, palette.threshold);
        });
        self.along(
            &response,
            "Precision-recall curve",
            place_in_precision_recall,
        )
    }

    fn histogram_ui(&self, ui: &mut Ui) -> Option<Moved> {
        let palette = theme::palette(ui.visuals());
        let [without, with] = SCORE_COLORS.map(|color| palette.plot(color));
        let sides = [
            ("Without", &self.curves.negatives, without),
            ("With", &self.curves.positives, with),
        ];
        let entries = sides.map(|(name, _, color)| (name, LegendSign::Bar, color));
        title_ui(ui, "Scores", "Fraction of films", &entries);
        let plot = self.plot("scores", false);
        let response = plot.show(ui, |plot| {
            for (name, bars, color) in sides {
                let width = 1.0 / bars.len().max(1) as f64;
                let bars = bars.iter().map(|[x, y]| Bar::new(*x, *y).width(width));
                let chart = BarChart::new(name, bars.collect());
                plot.bar_chart(chart.color(color.gamma_multiply(0.65)).allow_hover(false));
            }
            self.rule(plot, palette.threshold);
        });
        across(&response, "Scores of films with and without the finding")
    }

    fn rates_ui(&self, ui: &mut Ui) -> Option<Moved> {
        let palette = theme::palette(ui.visuals());
        // The threshold is white or black, as figures of validation films are.
        let colors = RATE_COLORS.map(|color| palette.plot(color));
        let rates = self.curves.rates.iter().zip(colors);
        let entries: Vec<_> = rates
            .clone()
            .map(|((name, _), color)| (*name, LegendSign::Line, color))
            .collect();
        title_ui(ui, "Rates", "By threshold", &entries);
        let plot = self.plot("rates", true);
        let plot = plot.label_formatter(|hover| self.hover_threshold(hover));
        let response = plot.show(ui, |plot| {
            for ((name, points), color) in rates {
                line(plot, name, points, color);
            }
            self.rule(plot, palette.threshold);
        });
        across(&response, "Rates by threshold")
    }

    fn reliability_ui(&self, ui: &mut Ui) -> Option<Moved> {
        let axes = "Fraction positive over predicted, 10 bins";
        title_ui(ui, "Reliability", axes, &[]);
        let palette = theme::palette(ui.visuals());
        let plot = self.plot("reliability", true);
        let response = plot.show(ui, |plot| {
            diagonal(plot, palette.rail);
            let colors = RELIABILITY_COLORS.map(|color| palette.plot(color));
            for ((name, points), color) in self.curves.reliability.iter().zip(colors) {
                line(plot, name, points, color);
                let points = Points::new(name.clone(), PlotPoints::Borrowed(points));
                plot.points(points.radius(3.0).color(color));
            }
            self.rule(plot, palette.threshold);
        });
        across(&response, "Reliability of scores")
    }

    fn undefined_ui(&self, ui: &mut Ui) -> Option<Moved> {
        ui.allocate_ui(self.size, |ui| {
            ui.set_min_size(self.size);
            ui.weak("n/a: all films are positive, or all are negative");
        });
        None
    }

    /// A plot that leaves the mouse to the operating point.
    fn plot<'b>(&self, name: &str, has_unit_height: bool) -> Plot<'b> {
        let plot = Plot::new(("evaluation", name))
            .width(self.size.x)
            .height(self.size.y)
            .allow_drag(false)
            .allow_zoom(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .allow_double_click_reset(false)
            .sense(Sense::click_and_drag())
            .set_margin_fraction(Vec2::splat(0.02))
            .y_axis_min_width(30.0)
            .include_x(0.0)
            .include_x(1.0)
            .include_y(0.0);
        if has_unit_height {
            plot.include_y(1.0)
        } else {
            plot
        }
    }

    /// The operating point on a curve.
    fn mark(&self, plot: &mut PlotUi<'_>, place_of: PlaceOf, color: Color32) {
        let counts = self.column.at(self.evaluation.threshold());
        if let Some(place) = place_of(&counts) {
            let point = Points::new("Operating point", vec![place]).radius(6.0);
            plot.points(
                point
                    .color(color)
                    .allow_hover(false)
                    .id(Id::unique("operating point")),
            );
        }
    }

    /// The operating point over an axis of scores.
    fn rule(&self, plot: &mut PlotUi<'_>, color: Color32) {
        let rule = VLine::new("Threshold", self.evaluation.threshold()).width(2.0);
        plot.vline(rule.color(color).allow_hover(false));
    }

    /// A drag along a curve: the threshold whose point is nearest to the pointer.
    fn along(&self, response: &PlotResponse<()>, name: &str, place_of: PlaceOf) -> Option<Moved> {
        let pos = response.response.interact_pointer_pos();
        let nearest = pos.map(|pos| response.transform.value_from_position(pos));
        let threshold = nearest.and_then(|pos| self.nearest(pos, place_of));
        moved(response, name, threshold.map(|step| step.threshold))
    }

    /// The threshold whose point is nearest; both axes run from 0 to 1.
    fn nearest(&self, pos: PlotPoint, place_of: PlaceOf) -> Option<&ScoreStep> {
        let ranked = &self.column.ranked;
        let distance = |step: &ScoreStep| {
            let place = place_of(&Confusion {
                true_positives: step.true_positives,
                false_positives: step.false_positives,
                true_negatives: ranked.n_neg() - step.false_positives,
                false_negatives: ranked.n_pos() - step.true_positives,
            });
            place.map_or(f64::INFINITY, |[x, y]| (x - pos.x).hypot(y - pos.y))
        };
        let steps = ranked.steps().iter().map(|step| (distance(step), step));
        steps
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, step)| step)
    }

    /// Threshold and counts at the point under the mouse.
    fn hover(&self, place_of: PlaceOf) -> impl Fn(&HoverPosition<'_>) -> Option<String> {
        move |hover| match hover {
            HoverPosition::NearDataPoint {
                plot_name,
                position,
                ..
            } if self
                .curves
                .behind
                .iter()
                .any(|(name, ..)| name == plot_name) =>
            {
                Some((*plot_name).to_owned())
            }
            HoverPosition::NearDataPoint {
                plot_name,
                position,
                ..
            } if !plot_name.is_empty() => {
                let step = self.nearest(*position, place_of)?;
                Some(self.words(step.threshold))
            }
            HoverPosition::NearDataPoint { .. } | HoverPosition::Elsewhere { .. } => None,
        }
    }

    fn hover_threshold(&self, hover: &HoverPosition<'_>) -> Option<String> {
        match hover {
            HoverPosition::NearDataPoint {
                plot_name,
                position,
                ..
            } => Some(format!(
                "{plot_name} {:.3}\n{}",
                position.y,
                self.words(rounded_share(position.x.clamp(0.0, 1.0)))
            )),
            HoverPosition::Elsewhere { .. } => None,
        }
    }

    fn words(&self, threshold: f64) -> String {
        let counts = self.column.at(threshold);
        format!(
            "threshold {}\nTP {}  FP {}\nFN {}  TN {}",
            number_text(threshold),
            counts.true_positives,
            counts.false_positives,
            counts.false_negatives,
            counts.true_negatives
        )
    }
}

/// A drag over an axis of scores: the threshold under the hand.
fn across(response: &PlotResponse<()>, name: &str) -> Option<Moved> {
    let pos = response.response.interact_pointer_pos();
    let score = pos.map(|pos| response.transform.value_from_position(pos).x);
    moved(
        response,
        name,
        score.map(|score| rounded_share(score.clamp(0.0, 1.0))),
    )
}

fn moved(response: &PlotResponse<()>, name: &str, threshold: Option<f64>) -> Option<Moved> {
    let plot = &response.response;
    plot.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Image, true, name));
    let moved = Moved {
        threshold,
        ended: plot.drag_stopped() || plot.clicked(),
    };
    (moved != Moved::default()).then_some(moved)
}

/// The title with the legend of its plot, or else with its axes.
fn title_ui(ui: &mut Ui, title: &str, axes: &str, entries: &[(&str, LegendSign, Color32)]) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::TINY_GAP_PT;
        ui.strong(title).on_hover_text(axes);
        if entries.is_empty() {
            ui.add(egui::Label::new(RichText::new(axes).small().weak()).truncate());
        }
        for &(words, sign, color) in entries {
            ui.add(LegendEntry::new(words, sign, color))
                .on_hover_text(axes);
        }
    });
}

fn line<'a>(plot: &mut PlotUi<'a>, name: &str, points: &'a [PlotPoint], color: Color32) {
    plot.line(curve(name, points).width(1.8).color(color));
}

fn thin_line<'a>(plot: &mut PlotUi<'a>, name: &str, points: &'a [PlotPoint], color: Color32) {
    plot.line(curve(name, points).width(1.0).color(color));
}

/// As it is: the library would draw upright steps aslant, as wide bands from one to the next.
fn curve<'a>(name: &str, points: &'a [PlotPoint]) -> Line<'a> {
    Line::new(name.to_owned(), PlotPoints::Borrowed(points)).allow_band(false)
}

fn diagonal(plot: &mut PlotUi<'_>, color: Color32) {
    let line = Line::new("", vec![[0.0, 0.0], [1.0, 1.0]]).style(LineStyle::dashed_loose());
    plot.line(line.width(1.0).color(color).allow_hover(false));
}

fn band(plot: &mut PlotUi<'_>, [xs, lows, highs]: &[Vec<f64>; 3], color: Color32) {
    let area =
        FilledArea::new("95 %", xs, lows, highs).fill_color(color.gamma_multiply(BAND_OPACITY));
    plot.add(area.allow_hover(false));
}

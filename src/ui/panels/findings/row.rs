use egui::{Align, DragValue, Layout, Sense, Ui, UiBuilder, Vec2};

use super::{FindingRow, Verdict};
use crate::model::ScoreHistogram;
use crate::state::{CommandSender, ViewerCommand};
use crate::ui::theme;
use crate::ui::widgets::ThresholdSlider;

const NAME_WIDTH_PT: f32 = 122.0;
const SCORE_WIDTH_PT: f32 = 40.0;
const BAR_WIDTH_PT: f32 = 106.0;
const THRESHOLD_WIDTH_PT: f32 = 46.0;
const VERDICT_WIDTH_PT: f32 = 38.0;
const RISK_WIDTH_PT: f32 = 30.0;

/// Names of the columns.
pub fn column_heads_ui(ui: &mut Ui) {
    ui.horizontal(|ui| {
        for (width, text) in [
            (NAME_WIDTH_PT, "Finding"),
            (SCORE_WIDTH_PT, "Score"),
            (BAR_WIDTH_PT, "0 to 1, drag the mark"),
            (THRESHOLD_WIDTH_PT, "Threshold"),
            (VERDICT_WIDTH_PT, ""),
            (RISK_WIDTH_PT, "Risk"),
        ] {
            cell_ui(ui, width, |ui| {
                ui.add(egui::Label::new(egui::RichText::new(text).small().weak()).extend());
            });
        }
    });
}

/// One finding. A click anywhere but on the threshold shows its map.
pub fn row_ui(
    ui: &mut Ui,
    row: &FindingRow,
    histogram: Option<&ScoreHistogram>,
    commands: &CommandSender,
) {
    let builder = UiBuilder::new()
        .id_salt(("finding", row.finding_idx))
        .sense(Sense::click());
    let response = ui
        .scope_builder(builder, |ui| {
            let size = Vec2::new(ui.available_width(), theme::ROW_HEIGHT_PT);
            let place = egui::Rect::from_min_size(ui.cursor().min, size);
            if row.selected {
                let fill = ui.visuals().selection.bg_fill.gamma_multiply(0.45);
                ui.painter().rect_filled(place, 4.0, fill);
            } else if ui.response().hovered() {
                ui.painter()
                    .rect_filled(place, 4.0, ui.visuals().faint_bg_color);
            }
            ui.horizontal(|ui| {
                ui.set_min_height(theme::ROW_HEIGHT_PT);
                cells_ui(ui, row, histogram, commands);
            });
        })
        .response;
    if response.clicked() {
        select(row, commands);
    }
}

fn cells_ui(
    ui: &mut Ui,
    row: &FindingRow,
    histogram: Option<&ScoreHistogram>,
    commands: &CommandSender,
) {
    let name = cell_ui(ui, NAME_WIDTH_PT, |ui| {
        ui.spacing_mut().button_padding.x = 4.0;
        let button = egui::Button::selectable(row.selected, &row.name).truncate();
        ui.add(button).on_hover_text("Show the map of this finding")
    });
    if name.clicked() {
        select(row, commands);
    }
    cell_ui(ui, SCORE_WIDTH_PT, |ui| {
        // An absent score is no number: neither 0 nor a bar.
        match row.score {
            Some(score) => ui.monospace(format!("{:.3}", score.get())),
            None => ui.weak("n/a"),
        }
    });
    let mut threshold = row.threshold.value_f32();
    let slider = ThresholdSlider::new(&row.name, &mut threshold)
        .score(row.score)
        .interval(row.interval.map(|found| (found.low, found.high)))
        .spread(histogram.map(|found| (found.positives(), found.negatives())))
        .width(BAR_WIDTH_PT);
    let slider = ui.add(slider).on_hover_text(threshold_text(row));
    let (typed, typing_ended) = typed_threshold_ui(ui, row, name.id);
    if slider.changed() {
        commands.view(ViewerCommand::SetThreshold(row.finding_idx, threshold));
    }
    if let Some(threshold) = typed {
        commands.view(ViewerCommand::SetThreshold(row.finding_idx, threshold));
    }
    // A press of a key is a move of its own.
    let stepped = slider.changed() && !slider.is_pointer_button_down_on();
    if slider.drag_stopped() || slider.clicked() || stepped || typing_ended {
        commands.view(ViewerCommand::EndThresholdMove);
    }
    cell_ui(ui, VERDICT_WIDTH_PT, |ui| {
        let palette = theme::palette(ui.visuals());
        if let (Some(score), Some(uncovered)) = (row.score, row.uncovered) {
            let change = score.get() - uncovered.get();
            let text = format!("{change:+.3}");
            ui.monospace(text)
                .on_hover_text(format!("{:.3} for the whole film", uncovered.get()));
            return;
        }
        match row.verdict {
            Some(Verdict::Above) => {
                ui.label(egui::RichText::new("Above").strong().color(palette.above));
            }
            Some(Verdict::Below) => {
                ui.weak("Below");
            }
            None => {}
        }
    });
    cell_ui(ui, RISK_WIDTH_PT, |ui| risk_ui(ui, row));
    if !row.threshold.is_set() {
        let palette = theme::palette(ui.visuals());
        let text = egui::RichText::new("Not set")
            .small()
            .color(palette.warning);
        ui.label(text).on_hover_text(format!(
            "The model has no operating point for {}: its threshold starts at 0.5",
            row.name
        ));
    }
    if row.threshold.origin().is_chosen_here() {
        let hover = if row.has_point {
            "Back to the model's operating point"
        } else {
            "Back to 0.5 (no operating point)"
        };
        let reset = ui.small_button("Reset").on_hover_text(hover);
        if reset.clicked() {
            commands.view(ViewerCommand::ResetThreshold(row.finding_idx));
        }
    }
}

fn typed_threshold_ui(ui: &mut Ui, row: &FindingRow, name: egui::Id) -> (Option<f32>, bool) {
    let mut value = row.threshold.value_f32();
    let drag = DragValue::new(&mut value)
        .range(0.0..=1.0)
        .speed(0.002)
        .fixed_decimals(3);
    let size = Vec2::new(THRESHOLD_WIDTH_PT, ui.spacing().interact_size.y);
    let response = ui.add_sized(size, drag).labelled_by(name);
    (
        response.changed().then_some(value),
        response.lost_focus() || response.drag_stopped(),
    )
}

/// The calibrated risk, apart from the score.
fn risk_ui(ui: &mut Ui, row: &FindingRow) {
    if row.score.is_none() {
        return;
    }
    let text = row
        .risk
        .map_or_else(|| "n/a".to_owned(), |risk| format!("{:.0} %", risk * 100.0));
    let text = egui::RichText::new(text).small();
    let hover = if row.risk.is_some() {
        "Calibrated risk, for a population like the validation films"
    } else {
        "The model has no calibration for this finding"
    };
    ui.label(text).on_hover_text(hover);
}

fn threshold_text(row: &FindingRow) -> String {
    let (value, origin) = (row.threshold.value(), row.threshold.origin());
    format!("Threshold {value:.3}: {}", origin.words())
}

fn select(row: &FindingRow, commands: &CommandSender) {
    let finding_idx = (!row.selected).then_some(row.finding_idx);
    commands.view(ViewerCommand::SelectFinding(finding_idx));
}

fn cell_ui<R>(ui: &mut Ui, width_pt: f32, add: impl FnOnce(&mut Ui) -> R) -> R {
    let size = Vec2::new(width_pt, ui.spacing().interact_size.y);
    let layout = Layout::left_to_right(Align::Center);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_width(width_pt);
        ui.set_max_width(width_pt);
        add(ui)
    })
    .inner
}

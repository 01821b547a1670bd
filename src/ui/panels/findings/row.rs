use egui::{Align, Layout, Sense, Ui, UiBuilder, Vec2};

use super::FindingRow;
use super::model::BesideScore;
use crate::domain::Score;
use crate::state::{CommandSender, ViewerCommand};
use crate::ui::shortcuts::first_stop;
use crate::ui::theme;
use crate::ui::widgets::score_bar_ui;

const NAME_WIDTH_PT: f32 = 128.0;
const SCORE_WIDTH_PT: f32 = 34.0;
const CHANGE_WIDTH_PT: f32 = 46.0;
const LEAST_BAR_WIDTH_PT: f32 = 40.0;
/// Widths while two films or models are compared: two scores with their marks, and the difference.
const COMPARED_WIDTH_PT: f32 = 44.0;
const DIFFERENCE_WIDTH_PT: f32 = 42.0;
const COMPARED_BAR_WIDTH_PT: f32 = 20.0;
const COMPARED_GAP_PT: f32 = 4.0;

/// One finding in a line: name, score as a bar with the threshold's mark, score as a number. A click shows its map.
pub fn row_ui(ui: &mut Ui, row: &FindingRow, commands: &CommandSender) {
    let builder = UiBuilder::new()
        .id_salt(("finding", row.finding_idx))
        .sense(Sense::click());
    let response = ui
        .scope_builder(builder, |ui| {
            let size = Vec2::new(ui.available_width(), theme::ROW_HEIGHT_PT);
            let place = egui::Rect::from_min_size(ui.cursor().min, size);
            if ui.response().hovered() {
                ui.painter()
                    .rect_filled(place, 4.0, ui.visuals().faint_bg_color);
            }
            line_ui(ui, row, commands);
        })
        .response;
    if response.clicked() {
        select(row, commands);
    }
}

/// Name, bar and score of a row, open or not.
pub(super) fn line_ui(ui: &mut Ui, row: &FindingRow, commands: &CommandSender) {
    ui.horizontal(|ui| {
        ui.set_min_height(theme::ROW_HEIGHT_PT);
        let name = cell_ui(ui, NAME_WIDTH_PT, Align::Min, |ui| {
            ui.spacing_mut().button_padding.x = 4.0;
            let text = egui::RichText::new(&row.name);
            let text = if row.selected { text.strong() } else { text };
            let button = egui::Button::new(text)
                .frame_when_inactive(false)
                .truncate();
            ui.add(button).on_hover_text("Show the map of this finding")
        });
        if name.clicked() {
            select(row, commands);
        }
        if row.selected {
            ui.data_mut(|data| data.insert_temp(first_stop(), name.id));
        }
        if row.beside.is_some() {
            compared_ui(ui, row);
            return;
        }
        let change = row.score.zip(row.uncovered);
        let beside = SCORE_WIDTH_PT + change.map_or(0.0, |_| CHANGE_WIDTH_PT + 8.0);
        let bar = (ui.available_width() - beside - 12.0).max(LEAST_BAR_WIDTH_PT);
        let threshold = row.threshold.is_set().then(|| row.threshold.value_f32());
        score_bar_ui(ui, bar, row.score, threshold);
        cell_ui(ui, SCORE_WIDTH_PT, Align::Max, |ui| score_ui(ui, row));
        if let Some((score, uncovered)) = change {
            cell_ui(ui, CHANGE_WIDTH_PT, Align::Max, |ui| {
                let (now, before) = (score.get(), uncovered.get());
                ui.monospace(format!("{:+.3}", now - before))
                    .on_hover_text(format!("{before:.3} for the whole film"));
            });
        }
    });
}

/// The names of the sides of a comparison, and the columns of their scores.
pub(super) fn compared_heading_ui(ui: &mut Ui, names: &[String; 2]) {
    for (side, name) in SIDES.iter().zip(names) {
        let text = format!("{side}: {name}");
        ui.add(egui::Label::new(&text).truncate())
            .on_hover_text(text);
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = COMPARED_GAP_PT;
        let columns = 2.0 * (COMPARED_WIDTH_PT + COMPARED_GAP_PT) + DIFFERENCE_WIDTH_PT;
        ui.add_space((ui.available_width() - columns).max(0.0) - COMPARED_GAP_PT);
        for side in SIDES {
            cell_ui(ui, COMPARED_WIDTH_PT, Align::Max, |ui| ui.weak(side));
        }
        cell_ui(ui, DIFFERENCE_WIDTH_PT, Align::Max, |ui| {
            ui.weak("Diff.").on_hover_text(
                "Score on the right less score on the left. An arrow marks a score at or above its threshold. \
                 Calibrated risks are not compared",
            )
        });
    });
}

/// The sides of a comparison.
const SIDES: [&str; 2] = ["Left", "Right"];

/// Bar, both scores and their difference.
fn compared_ui(ui: &mut Ui, row: &FindingRow) {
    let Some(beside) = &row.beside else {
        return;
    };
    ui.spacing_mut().item_spacing.x = COMPARED_GAP_PT;
    let columns = 2.0 * COMPARED_WIDTH_PT + DIFFERENCE_WIDTH_PT + 3.0 * COMPARED_GAP_PT;
    let bar = (ui.available_width() - columns).max(COMPARED_BAR_WIDTH_PT);
    let threshold = row.threshold.is_set().then(|| row.threshold.value_f32());
    score_bar_ui(ui, bar, row.score, threshold);
    let left = (row.score, row.is_above());
    marked_score_ui(ui, left).on_hover_text(threshold_text(row));
    let threshold = beside.threshold.as_ref().map_or_else(
        || "No threshold".to_owned(),
        |threshold| {
            format!(
                "Threshold {:.3}: {}",
                threshold.value(),
                threshold.origin().words()
            )
        },
    );
    marked_score_ui(ui, (beside.score, beside.is_above())).on_hover_text(threshold);
    let difference = row.difference_text();
    let response = cell_ui(ui, DIFFERENCE_WIDTH_PT, Align::Max, |ui| {
        ui.monospace(&difference)
    });
    let words = format!("Difference of {}: {difference}", row.name);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &words));
}

/// A finding that only the model on the right has.
pub(super) fn only_beside_ui(ui: &mut Ui, name: &str, beside: &BesideScore) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = COMPARED_GAP_PT;
        cell_ui(ui, NAME_WIDTH_PT, Align::Min, |ui| {
            ui.add(egui::Label::new(name).truncate())
        });
        let columns = 2.0 * COMPARED_WIDTH_PT + DIFFERENCE_WIDTH_PT + 3.0 * COMPARED_GAP_PT;
        ui.add_space((ui.available_width() - columns).max(0.0));
        marked_score_ui(ui, (None, false));
        marked_score_ui(ui, (beside.score, beside.is_above()));
        cell_ui(ui, DIFFERENCE_WIDTH_PT, Align::Max, |ui| ui.weak("n/a"));
    });
}

/// A score of a comparison, with an arrow where it is at or above its threshold.
fn marked_score_ui(ui: &mut Ui, (score, above): (Option<Score>, bool)) -> egui::Response {
    cell_ui(ui, COMPARED_WIDTH_PT, Align::Max, |ui| {
        let Some(score) = score else {
            return ui.weak("n/a");
        };
        let mark = if above { "↑" } else { "" };
        let text = egui::RichText::new(format!("{mark}{:.2}", score.get())).monospace();
        ui.label(if above {
            text.color(theme::palette(ui.visuals()).above)
        } else {
            text
        })
    })
}

/// An absent score is no number: neither 0 nor a bar.
fn score_ui(ui: &mut Ui, row: &FindingRow) {
    let Some(score) = row.score else {
        ui.weak("n/a");
        return;
    };
    let text = egui::RichText::new(format!("{:.2}", score.get())).monospace();
    let text = if row.is_above() {
        text.color(theme::palette(ui.visuals()).above_text)
    } else {
        text
    };
    ui.label(text).on_hover_text(format!(
        "{} {:.3}. {}",
        row.name,
        score.get(),
        threshold_text(row)
    ));
}

/// The threshold with who chose it, or that nobody did.
pub(super) fn threshold_text(row: &FindingRow) -> String {
    let (value, origin) = (row.threshold.value(), row.threshold.origin());
    format!("Threshold {value:.3}: {}", origin.words())
}

pub(super) fn select(row: &FindingRow, commands: &CommandSender) {
    let finding_idx = (!row.selected).then_some(row.finding_idx);
    commands.view(ViewerCommand::SelectFinding(finding_idx));
}

fn cell_ui<R>(ui: &mut Ui, width_pt: f32, align: Align, add: impl FnOnce(&mut Ui) -> R) -> R {
    let size = Vec2::new(width_pt, ui.spacing().interact_size.y);
    let layout = match align {
        Align::Max => Layout::right_to_left(Align::Center),
        Align::Min | Align::Center => Layout::left_to_right(Align::Center),
    };
    ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_width(width_pt);
        ui.set_max_width(width_pt);
        add(ui)
    })
    .inner
}

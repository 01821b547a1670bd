use egui::{Align, Layout, Sense, Ui, UiBuilder, Vec2};

use super::{FindingRow, Verdict};
use crate::state::{CommandSender, ViewerCommand};
use crate::ui::theme;
use crate::ui::widgets::score_bar_ui;

const NAME_WIDTH_PT: f32 = 128.0;
const SCORE_WIDTH_PT: f32 = 34.0;
const CHANGE_WIDTH_PT: f32 = 46.0;
const LEAST_BAR_WIDTH_PT: f32 = 40.0;

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

/// An absent score is no number: neither 0 nor a bar.
fn score_ui(ui: &mut Ui, row: &FindingRow) {
    let Some(score) = row.score else {
        ui.weak("n/a");
        return;
    };
    let text = egui::RichText::new(format!("{:.2}", score.get())).monospace();
    let text = if row.verdict == Some(Verdict::Above) && row.threshold.is_set() {
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

use egui::{
    Align, Button, CornerRadius, Layout, Rect, Response, Sense, Stroke, StrokeKind, Ui, UiBuilder,
    Vec2,
};

use super::FindingRow;
use super::model::BesideScore;
use crate::domain::{Score, Threshold};
use crate::state::{CommandSender, ViewerCommand};
use crate::ui::shortcuts::first_stop;
use crate::ui::theme;
use crate::ui::widgets::{paint_score_bar, score_bar_ui};

const NAME_WIDTH_PT: f32 = 128.0;
const SCORE_WIDTH_PT: f32 = 34.0;
const CHANGE_WIDTH_PT: f32 = 46.0;
const LEAST_BAR_WIDTH_PT: f32 = 20.0;
/// Before and after a name.
const NAME_MARGIN_PT: f32 = 4.0;
/// Widths while two films or models are compared: two scores with their marks, and the difference.
const COMPARED_WIDTH_PT: f32 = 44.0;
const DIFFERENCE_WIDTH_PT: f32 = 42.0;
const COMPARED_GAP_PT: f32 = 4.0;
/// These, with the margin at the end of the row.
const COMPARED_COLUMNS_PT: f32 =
    2.0 * COMPARED_WIDTH_PT + DIFFERENCE_WIDTH_PT + 4.0 * COMPARED_GAP_PT;
/// Height of each of the two bars below them, and of both with the gaps.
const COMPARED_BAR_PT: f32 = 5.0;
const COMPARED_BARS_HEIGHT_PT: f32 = 16.0;

const HINT: &str = "Show the map of this finding";

/// One finding in a line: name, score as a bar with the threshold's mark, score as a number; that of the open finding
/// has a frame. A click shows its map.
pub(super) fn row_ui(ui: &mut Ui, row: &FindingRow, commands: &CommandSender) -> Response {
    let height = match row.beside {
        Some(_) => theme::ROW_HEIGHT_PT + COMPARED_BARS_HEIGHT_PT,
        None => theme::ROW_HEIGHT_PT,
    };
    let builder = UiBuilder::new()
        .id_salt(("finding", row.finding_idx))
        .sense(Sense::click());
    let response = ui
        .scope_builder(builder, |ui| {
            let size = Vec2::new(ui.available_width(), height);
            let place = Rect::from_min_size(ui.cursor().min, size);
            frame_ui(ui, place, row.selected);
            line_ui(ui, row, commands);
        })
        .response;
    if response.clicked() {
        select(row, commands);
    }
    response
}

/// Name and score of a finding without a threshold.
pub(super) fn short_row_ui(ui: &mut Ui, row: &FindingRow, commands: &CommandSender) -> Response {
    let score = row
        .score
        .map_or_else(|| "n/a".to_owned(), |score| format!("{:.2}", score.get()));
    let button = Button::selectable(row.selected, format!("{} {score}", row.name));
    let response = ui.add(button).on_hover_text(HINT);
    let (enabled, name) = (response.enabled(), &row.name);
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::Role::Button, enabled, row.selected, name)
    });
    if response.clicked() {
        select(row, commands);
    }
    minds_focus(ui, row, &response);
    response
}

/// The ground of a row under the pointer, or of the open one.
fn frame_ui(ui: &Ui, place: Rect, open: bool) {
    let visuals = ui.visuals();
    if open || ui.response().hovered() {
        let corner = CornerRadius::same(theme::CORNER_PT);
        ui.painter()
            .rect_filled(place, corner, visuals.faint_bg_color);
        if open {
            let stroke = Stroke::new(1.0, theme::palette(visuals).accent);
            let inside = StrokeKind::Inside;
            ui.painter().rect_stroke(place, corner, stroke, inside);
        }
    }
}

/// Tab begins at the open finding; what has the focus of the keyboard is in view.
fn minds_focus(ui: &Ui, row: &FindingRow, name: &Response) {
    if row.selected {
        ui.data_mut(|data| data.insert_temp(first_stop(), name.id));
    }
    if name.gained_focus() {
        name.scroll_to_me(None);
    }
}

/// Name, bar and score of a row; while two films or models are compared both scores, with their bars below them.
fn line_ui(ui: &mut Ui, row: &FindingRow, commands: &CommandSender) {
    ui.horizontal(|ui| {
        ui.set_min_height(theme::ROW_HEIGHT_PT);
        let width = match row.beside {
            Some(_) => {
                ui.spacing_mut().item_spacing.x = COMPARED_GAP_PT;
                ui.available_width() - COMPARED_COLUMNS_PT
            }
            None => NAME_WIDTH_PT,
        };
        let name = cell_ui(ui, width, Align::Min, |ui| {
            ui.spacing_mut().button_padding.x = NAME_MARGIN_PT;
            let text = egui::RichText::new(&row.name);
            let text = if row.selected { text.strong() } else { text };
            let button = Button::new(text).frame_when_inactive(false).truncate();
            ui.add(button).on_hover_text(HINT)
        });
        if name.clicked() {
            select(row, commands);
        }
        minds_focus(ui, row, &name);
        if let Some(beside) = &row.beside {
            compared_ui(ui, row, beside);
            return;
        }
        let change = row.score.zip(row.uncovered);
        let beside = SCORE_WIDTH_PT + change.map_or(0.0, |_| CHANGE_WIDTH_PT + 8.0);
        let bar = (ui.available_width() - beside - 12.0).max(LEAST_BAR_WIDTH_PT);
        score_bar_ui(ui, bar, row.score, threshold_of(&row.threshold));
        cell_ui(ui, SCORE_WIDTH_PT, Align::Max, |ui| score_ui(ui, row));
        if let Some((score, uncovered)) = change {
            cell_ui(ui, CHANGE_WIDTH_PT, Align::Max, |ui| {
                let (now, before) = (score.get(), uncovered.get());
                ui.monospace(format!("{:+.3}", now - before))
                    .on_hover_text(format!("{before:.3} for the whole film"));
            });
        }
    });
    if let Some(beside) = &row.beside {
        compared_bars_ui(ui, row, beside);
    }
}

/// Where the mark of a bar is, if somebody chose the threshold.
fn threshold_of(threshold: &Threshold) -> Option<f32> {
    threshold.is_set().then(|| threshold.value_f32())
}

/// The bar of the left side over that of the right one, as wide as the row.
fn compared_bars_ui(ui: &mut Ui, row: &FindingRow, beside: &BesideScore) {
    let size = Vec2::new(ui.available_width(), COMPARED_BARS_HEIGHT_PT);
    let (place, _) = ui.allocate_exact_size(size, Sense::hover());
    let right = beside.threshold.as_ref().and_then(threshold_of);
    let sides = [
        (row.score, threshold_of(&row.threshold)),
        (beside.score, right),
    ];
    for (top, (score, threshold)) in [0.0, COMPARED_BAR_PT + 2.0].into_iter().zip(sides) {
        let place = Rect::from_min_size(
            place.min + Vec2::new(NAME_MARGIN_PT, top),
            Vec2::new(place.width() - 2.0 * NAME_MARGIN_PT, COMPARED_BAR_PT),
        );
        paint_score_bar(ui, place, score, threshold);
    }
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
        ui.add_space((ui.available_width() - COMPARED_COLUMNS_PT).max(0.0));
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

/// Both scores and their difference.
fn compared_ui(ui: &mut Ui, row: &FindingRow, beside: &BesideScore) {
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
        let width = ui.available_width() - COMPARED_COLUMNS_PT;
        cell_ui(ui, width, Align::Min, |ui| {
            ui.add_space(NAME_MARGIN_PT);
            ui.add(egui::Label::new(name).truncate())
        });
        marked_score_ui(ui, (None, false));
        marked_score_ui(ui, (beside.score, beside.is_above()));
        cell_ui(ui, DIFFERENCE_WIDTH_PT, Align::Max, |ui| ui.weak("n/a"));
    });
}

/// A score of a comparison, with an arrow where it is at or above its threshold.
fn marked_score_ui(ui: &mut Ui, (score, above): (Option<Score>, bool)) -> Response {
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

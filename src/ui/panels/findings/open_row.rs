use egui::{Frame, Stroke, Ui};

use super::model::{interval_text, risk_text, standing_text};
use super::row::{line_ui, threshold_text};
use super::{FindingRow, FindingsView};
use crate::model::ModelCard;
use crate::state::{CommandSender, Films, ViewerCommand, ViewerState};
use crate::ui::shortcuts::Action;
use crate::ui::theme;
use crate::ui::widgets::{Busy, NumberField, NumberOutput, ThresholdSlider};

const THRESHOLD_WIDTH_PT: f32 = 52.0;

/// The finding in view: its score among those of validation films, its threshold, its risk, and what the film's table
/// says. `elsewhere`: it keeps its place though it stands on the other side of its threshold now.
pub fn open_row_ui(
    ui: &mut Ui,
    row: &FindingRow,
    (card, elsewhere): (&ModelCard, bool),
    view: &FindingsView<'_>,
    commands: &CommandSender,
) {
    let visuals = ui.visuals();
    let frame = Frame::new()
        .fill(visuals.faint_bg_color)
        .stroke(Stroke::new(1.0, theme::palette(visuals).accent))
        .corner_radius(theme::LARGE_CORNER_PT)
        .inner_margin(theme::SMALL_GAP_PT);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        line_ui(ui, row, commands);
        facts_ui(ui, row, view);
        let histogram = card.validation_scores.get(row.finding_idx);
        let histogram = histogram.and_then(Option::as_ref);
        let mut threshold = row.threshold.value_f32();
        let slider = ThresholdSlider::new(&row.name, &mut threshold)
            .score(row.score)
            .interval(row.interval.map(|found| (found.low, found.high)))
            .spread(histogram.map(|found| (found.positives(), found.negatives())))
            .width(ui.available_width());
        // No tooltip: it would cover the number that the mark changes.
        let slider = ui.add(slider);
        let standing = egui::RichText::new(standing_text(row, histogram))
            .small()
            .weak();
        ui.label(standing);
        let (typed, typing_ended) = threshold_ui(ui, row, commands);
        origin_ui(ui, row, elsewhere);
        let moved = slider.changed().then_some(threshold).or(typed);
        if let Some(threshold) = moved {
            commands.view(ViewerCommand::SetThreshold(row.finding_idx, threshold));
        }
        // A press of a key is a move of its own.
        let stepped = slider.changed() && !slider.is_pointer_button_down_on();
        if slider.drag_stopped() || slider.clicked() || stepped || typing_ended {
            commands.view(ViewerCommand::EndThresholdMove);
        }
        ui.label(risk_text(row, card.calibration.get(row.finding_idx)))
            .on_hover_text(
                "Of a population like the films it was calibrated on; a score is not a probability",
            );
        stability_ui(ui, row, view, commands);
    });
}

/// Who chose the threshold; and, in the same line so that nothing moves for it, that the row is elsewhere by it.
fn origin_ui(ui: &mut Ui, row: &FindingRow, elsewhere: bool) {
    let mut words = row.threshold.origin().words();
    let mut hover = threshold_text(row);
    if elsewhere {
        let side = if row.is_above() { "above" } else { "below" };
        words.push_str(&format!(" · now {side} threshold"));
        hover.push_str("\nThe row is sorted in when another finding is opened");
    }
    let words = egui::RichText::new(words).small().weak();
    ui.label(words).on_hover_text(hover);
}

/// What the film's table and a radiologist's box say.
fn facts_ui(ui: &mut Ui, row: &FindingRow, view: &FindingsView<'_>) {
    let entry = view.films.current_entry();
    let truth = entry.and_then(|entry| entry.has(&row.name.replace(' ', "_")));
    let overlap = box_text(view.viewer, view.films);
    if truth.is_none() && overlap.is_none() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        if let Some(present) = truth {
            ui.label(if present { "Label: yes" } else { "Label: no" })
                .on_hover_text("What the table beside the films says");
        }
        if let Some(text) = overlap {
            ui.label(text);
        }
    });
}

/// How the map of the finding in view meets the radiologists' boxes, where there are any.
fn box_text(viewer: &ViewerState, films: &Films) -> Option<String> {
    let (threshold, overlap) = viewer.overlap.found.filter(|_| !viewer.is_refused(films))?;
    let hit = if overlap.hit { "hit" } else { "miss" };
    Some(format!(
        "Box: {hit} (IoU {:.2} with the map above {:.0} % of its maximum)",
        overlap.iou,
        threshold * 100.0
    ))
}

/// The threshold as a number, who chose it, and the way back: what was typed, and whether typing or dragging ended.
fn threshold_ui(ui: &mut Ui, row: &FindingRow, commands: &CommandSender) -> (Option<f32>, bool) {
    ui.horizontal(|ui| {
        let name = ui.weak("Threshold");
        name.clone()
            .on_hover_text("Drag the mark in the histogram, or type a number");
        let mut value = row.threshold.value_f32();
        let field = NumberField::new(&mut value, 0.0..=1.0)
            .speed(0.002)
            .decimals(3)
            .width(THRESHOLD_WIDTH_PT);
        let NumberOutput { response, note } = field.show(ui);
        let response = response.labelled_by(name.id);
        if row.threshold.origin().is_chosen_here() {
            let hover = if row.has_point {
                "Back to the model's operating point"
            } else {
                "Back to none: 0.5 stands in for it"
            };
            if ui.small_button("Reset").on_hover_text(hover).clicked() {
                commands.view(ViewerCommand::ResetThreshold(row.finding_idx));
            }
        }
        if let Some(note) = note {
            note.ui(ui);
        }
        (
            response.changed().then_some(value),
            response.lost_focus() || response.drag_stopped(),
        )
    })
    .inner
}

/// How far the score moves when the film is changed a little, or the way to find out.
fn stability_ui(ui: &mut Ui, row: &FindingRow, view: &FindingsView<'_>, commands: &CommandSender) {
    if let Some(text) = interval_text(row, view.viewer.jitter.n()) {
        ui.label(text);
        return;
    }
    ui.horizontal(|ui| {
        let action = Action::Jitter;
        let button = egui::Button::new("Stability").small();
        let hover = view.actions.with_key(ui.ctx(), action.label(), action);
        view.actions
            .add(ui, action, button, commands)
            .on_hover_text(hover);
        if view.viewer.jitter.is_busy() {
            ui.add(Busy);
        }
    });
}

use egui::{Frame, Stroke, Ui};

use super::model::interval_text;
use super::row::threshold_text;
use super::words::CardWords;
use super::{FindingRow, FindingsView};
use crate::model::ModelCard;
use crate::state::{CommandSender, Films, ViewerCommand, ViewerState};
use crate::ui::shortcuts::Action;
use crate::ui::theme;
use crate::ui::widgets::{Busy, NumberField, NumberOutput, ThresholdSlider};

const THRESHOLD_WIDTH_PT: f32 = 52.0;
/// Height of the card's content where no line of it is wrapped.
const HEIGHT_PT: f32 = 208.0;

/// The finding in view: its score among those of validation films, its threshold, its risk, and what the film's table
/// says. `elsewhere`: its row keeps its place though it stands on the other side of its threshold now.
pub fn card_ui(
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
        // The cards of most findings are of one height: what is above them stays where it is.
        ui.set_min_height(HEIGHT_PT);
        let words = CardWords::of(row, card);
        title_ui(ui, row, view);
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
        let (typed, typing_ended) = threshold_ui(ui, row, (words.origin, elsewhere), commands);
        let moved = slider.changed().then_some(threshold).or(typed);
        if let Some(threshold) = moved {
            commands.view(ViewerCommand::SetThreshold(row.finding_idx, threshold));
        }
        // A press of a key is a move of its own.
        let stepped = slider.changed() && !slider.is_pointer_button_down_on();
        if slider.drag_stopped() || slider.clicked() || stepped || typing_ended {
            commands.view(ViewerCommand::EndThresholdMove);
        }
        ui.label(words.standing);
        ui.horizontal_wrapped(|ui| {
            ui.label(words.risk).on_hover_text(
                "Of a population like the films it was calibrated on; a score is not a probability",
            );
            stability_button_ui(ui, row, view, commands);
        });
        if let Some(text) = interval_text(row, view.viewer.jitter.n()) {
            ui.label(text);
        }
        if let Some(films) = words.films {
            ui.label(egui::RichText::new(films).small().weak());
        }
    });
}

/// Name, and what the film's table and a radiologist's box say.
fn title_ui(ui: &mut Ui, row: &FindingRow, view: &FindingsView<'_>) {
    let entry = view.films.current_entry();
    let truth = entry.and_then(|entry| entry.has(&row.name.replace(' ', "_")));
    ui.horizontal_wrapped(|ui| {
        ui.strong(&row.name);
        if let Some(present) = truth {
            ui.label(if present { "Label: yes" } else { "Label: no" })
                .on_hover_text("What the table beside the films says");
        }
        if let Some((text, hover)) = box_text(view.viewer, view.films) {
            ui.label(text).on_hover_text(hover);
        }
    });
}

/// Who chose the threshold; and, in the same line so that nothing moves for it, that the row is elsewhere by it.
fn origin_ui(ui: &mut Ui, row: &FindingRow, mut words: String, elsewhere: bool) {
    let mut hover = threshold_text(row);
    if elsewhere {
        let side = if row.is_above() { "above" } else { "below" };
        words = format!("now {side} · {words}");
        hover.push_str("\nThe row is sorted in when another finding is opened");
    }
    let words = egui::RichText::new(words).small().weak();
    ui.add(egui::Label::new(words).truncate())
        .on_hover_text(hover);
}

/// How the map of the finding in view meets the radiologists' boxes, where there are any; and what that means.
fn box_text(viewer: &ViewerState, films: &Films) -> Option<(String, String)> {
    let (threshold, overlap) = viewer.overlap.found.filter(|_| !viewer.is_refused(films))?;
    let hit = if overlap.hit { "hit" } else { "miss" };
    let hover = format!(
        "Whether the map's maximum is inside a radiologist's box, and the overlap (IoU) of the boxes with the map above \
         {:.0} % of its maximum",
        threshold * 100.0
    );
    Some((format!("Box: {hit}, IoU {:.2}", overlap.iou), hover))
}

/// The threshold as a number, who chose it, and the way back: what was typed, and whether typing or dragging ended.
fn threshold_ui(
    ui: &mut Ui,
    row: &FindingRow,
    (origin, elsewhere): (String, bool),
    commands: &CommandSender,
) -> (Option<f32>, bool) {
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
        origin_ui(ui, row, origin, elsewhere);
        (
            response.changed().then_some(value),
            response.lost_focus() || response.drag_stopped(),
        )
    })
    .inner
}

/// The way to find out how far the score moves when the film is changed a little, until that is known.
fn stability_button_ui(
    ui: &mut Ui,
    row: &FindingRow,
    view: &FindingsView<'_>,
    commands: &CommandSender,
) {
    if row.interval.is_some() {
        return;
    }
    let action = Action::Jitter;
    let button = egui::Button::new("Stability").small();
    let hover = view.actions.with_key(ui.ctx(), action.label(), action);
    view.actions
        .add(ui, action, button, commands)
        .on_hover_text(hover);
    if view.viewer.jitter.is_busy() {
        ui.add(Busy);
    }
}

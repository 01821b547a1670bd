use egui::{Button, RichText, Ui};

use super::FindingsView;
use crate::state::{Command, CommandSender, DisplayCommand, FilmState, FindingGroups};
use crate::ui::shortcuts::Action;
use crate::ui::theme;
use crate::ui::widgets::Busy;

/// Two lines over the rows, always: how many findings are above their threshold, in words that do not call a film
/// normal, or how far the film has come; and how the rows are sorted, or what else to know of them.
pub fn summary_ui(
    ui: &mut Ui,
    groups: &FindingGroups,
    (scored, held): (bool, bool),
    view: &FindingsView<'_>,
    commands: &CommandSender,
) {
    if view.films.current_path().is_none() {
        return;
    }
    ui.horizontal(|ui| {
        ui.set_min_height(ui.spacing().interact_size.y);
        if scored {
            counts_ui(ui, groups, view, commands);
        } else {
            progress_ui(ui, view, commands);
        }
    });
    if view.viewer.probe.reading.is_some() && scored {
        covered_ui(ui, commands);
        return;
    }
    ui.weak(match (groups.above.len(), groups.n_judged()) {
        _ if !scored => "",
        (_, 0) => "Highest score first",
        (0, _) => "This does not mean that the film is normal",
        _ if held => "Sorted again when another finding is opened",
        _ => "Farthest above its threshold first",
    });
}

fn counts_ui(
    ui: &mut Ui,
    groups: &FindingGroups,
    view: &FindingsView<'_>,
    commands: &CommandSender,
) {
    let text = match (groups.above.len(), groups.n_judged()) {
        (_, 0) => "No thresholds in this model".to_owned(),
        (0, _) => "Nothing above threshold".to_owned(),
        (n_above, n_judged) => format!("{n_above} of {n_judged} above threshold"),
    };
    strong_ui(ui, &text).on_hover_text(
        "Score: what the network answers for a finding, from 0 to 1. It ranks films and is no probability, since \
         training weighs rare findings up. Threshold: from which score on a film counts as positive. Risk: a \
         probability, calibrated on films like those of validation, where the model has enough of them",
    );
    let action = Action::ResetThresholds;
    if view.actions.command(action).is_some() {
        let button = Button::new("Reset thresholds").small();
        view.actions
            .add(ui, action, button, commands)
            .on_hover_text(action.label());
    }
}

/// Why there are no scores to count; the rest says the card over the film.
fn progress_ui(ui: &mut Ui, view: &FindingsView<'_>, commands: &CommandSender) {
    let text = match &view.films.film {
        FilmState::Opening => "Opening film…",
        FilmState::Scoring(_) if view.model.loaded.is_some() => "Scoring…",
        FilmState::Scoring(_) => "Waiting for the model…",
        FilmState::Read(_) => "Scores hidden",
        FilmState::Empty | FilmState::Failed { .. } | FilmState::Cancelled(_) => "No scores",
    };
    if view.films.film.is_reading() {
        ui.add(Busy);
        strong_ui(ui, text);
        if ui.small_button("Cancel").clicked() {
            commands.send(Command::Cancel);
        }
    } else {
        strong_ui(ui, text);
    }
}

/// Says that the scores are not those of the film as it is.
fn covered_ui(ui: &mut Ui, commands: &CommandSender) {
    let palette = theme::palette(ui.visuals());
    ui.horizontal(|ui| {
        let text = RichText::new("Covered in part: scores of the rest").color(palette.warning);
        ui.label(text)
            .on_hover_text("Part of the film is covered; scores and maps are for the rest");
        if ui.small_button("Uncover all").clicked() {
            commands.display(DisplayCommand::Uncover);
        }
    });
}

fn strong_ui(ui: &mut Ui, text: &str) -> egui::Response {
    let text = RichText::new(text).strong().size(theme::HEADING_TEXT_PT);
    ui.label(text)
}

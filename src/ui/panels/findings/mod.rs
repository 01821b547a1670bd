//! The findings of the film in view, told as above threshold, below, and without one; the finding in view is open.

mod heading;
mod model;
mod open_row;
mod row;
mod view;

use std::path::PathBuf;

use egui::{Panel, ScrollArea, Ui};

use crate::domain::{PerFinding, Score};
use crate::model::ModelCard;
use crate::state::{
    Command, CommandSender, DisplayCommand, FilmState, FindingGroups, Model, ViewerCommand,
};
use crate::ui::shortcuts::Action;
use crate::ui::theme;
use crate::ui::widgets::Busy;

use model::risk_of;
pub use model::{FindingRow, Verdict, finding_rows, risk_text};
pub use view::FindingsView;

/// What the panel keeps between frames: the order of its rows, while a threshold is being moved.
#[derive(Default)]
pub struct FindingsViews {
    held: Option<(Option<PathBuf>, FindingGroups)>,
}

/// Scores at the right of the film; in their place, why there are none.
pub fn findings_ui(
    ui: &mut Ui,
    view: &FindingsView<'_>,
    views: &mut FindingsViews,
    commands: &CommandSender,
) {
    if view.films.current_path().is_some() {
        Panel::bottom("marks").show(ui, |ui| heading::note_ui(ui, view, commands));
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        heading::concerns_ui(ui, view, commands);
        state_ui(ui, view, commands);
        let Some(loaded) = &view.model.loaded else {
            no_model_ui(ui, view.model);
            return;
        };
        if view.viewer.is_refused(view.films) {
            refused_ui(ui, commands);
        }
        let card = loaded.classifier.card();
        let rows = rows_of(view);
        if rows.iter().any(|row| row.uncovered.is_some()) {
            covered_ui(ui, commands);
        }
        let path = view.films.current_path();
        let held = views.held.take();
        let held = held.filter(|(of, _)| of.as_deref() == path);
        // Rows that change places under the pointer could not be dragged.
        let scores = scores_of(view);
        let now = FindingGroups::of(loaded.thresholds.current(), scores);
        summary_ui(ui, &now, scores.is_some(), view, commands);
        let groups = held.map_or(now, |(_, groups)| groups);
        if groups_ui(ui, &rows, &groups, card, view, commands) {
            views.held = Some((path.map(Into::into), groups));
        }
    });
}

/// The scores to be seen: of the film as it is covered, if it is.
fn scores_of<'a>(view: &FindingsView<'a>) -> Option<&'a PerFinding<Score>> {
    let covered = view.viewer.probe.reading.as_ref();
    let scored = covered.or(view.films.film.reading());
    let scored = scored.filter(|_| !view.viewer.is_refused(view.films));
    scored.map(|scored| &scored.inference.scores)
}

/// The rows of the film in view, in the model's order.
fn rows_of(view: &FindingsView<'_>) -> Vec<FindingRow> {
    let Some(loaded) = &view.model.loaded else {
        return Vec::new();
    };
    let scores = scores_of(view);
    let mut rows = finding_rows(&loaded.thresholds, scores, view.viewer.selected);
    let is_covered = scores.is_some() && view.viewer.probe.reading.is_some();
    let uncovered = view.films.film.reading().filter(|_| is_covered);
    let card = loaded.classifier.card();
    let jitter = view.viewer.jitter.intervals_of(view.films.current_path());
    for row in &mut rows {
        let before = uncovered.and_then(|film| film.inference.scores.get(row.finding_idx));
        row.uncovered = before.copied();
        let calibration = card.calibration.get(row.finding_idx);
        let calibration = calibration.and_then(Option::as_ref);
        row.risk = row.score.and_then(|score| risk_of(score, calibration));
        let interval = jitter.and_then(|found| found.get(row.finding_idx));
        let own = row.score.is_some() && row.uncovered.is_none();
        row.interval = interval.copied().filter(|_| own);
    }
    rows
}

/// The groups, one below the other; whether a threshold is being moved.
fn groups_ui(
    ui: &mut Ui,
    rows: &[FindingRow],
    groups: &FindingGroups,
    card: &ModelCard,
    view: &FindingsView<'_>,
    commands: &CommandSender,
) -> bool {
    let mut moving = false;
    let mut rows_ui = |ui: &mut Ui, places: &[usize]| {
        for row in places.iter().filter_map(|&place| rows.get(place)) {
            if row.selected {
                moving |= open_row::open_row_ui(ui, row, card, view, commands);
            } else {
                row::row_ui(ui, row, commands);
            }
        }
    };
    rows_ui(ui, &groups.above);
    if !groups.below.is_empty() {
        group_name_ui(ui, &format!("Below threshold ({})", groups.below.len()));
        rows_ui(ui, &groups.below);
    }
    rows_ui(ui, &groups.without_score);
    let without = &groups.without_threshold;
    if without.is_empty() {
        return moving;
    }
    let n_without = without.len();
    group_name_ui(ui, &format!("No threshold in this model ({n_without})")).on_hover_text(
        "A threshold needs enough films with the finding in validation. Open a finding to set one by hand",
    );
    // A model without any threshold has nothing else to show.
    if groups.n_judged() == 0 {
        rows_ui(ui, without);
        return moving;
    }
    let (open, closed): (Vec<usize>, Vec<usize>) = without
        .iter()
        .partition(|&&place| rows.get(place).is_some_and(|row| row.selected));
    rows_ui(ui, &open);
    ui.horizontal_wrapped(|ui| {
        for row in closed.iter().filter_map(|&place| rows.get(place)) {
            let score = row
                .score
                .map_or_else(|| "n/a".to_owned(), |score| format!("{:.2}", score.get()));
            let text = egui::RichText::new(format!("{} {score}", row.name)).weak();
            let button = egui::Button::new(text).frame_when_inactive(false).small();
            let response = ui.add(button).on_hover_text("Show the map of this finding");
            let enabled = response.enabled();
            response
                .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, &row.name));
            if response.clicked() {
                row::select(row, commands);
            }
        }
    });
    moving
}

fn group_name_ui(ui: &mut Ui, name: &str) -> egui::Response {
    ui.add_space(theme::SMALL_GAP_PT);
    ui.weak(name)
}

/// In place of scores that mean nothing; why, the concerns have said.
fn refused_ui(ui: &mut Ui, commands: &CommandSender) {
    let palette = theme::palette(ui.visuals());
    ui.horizontal_wrapped(|ui| {
        let text = egui::RichText::new("Scores hidden").strong();
        ui.label(text.color(palette.error));
        if ui.button("Show scores anyway").clicked() {
            commands.view(ViewerCommand::ShowAnyway);
        }
    });
}

/// Says that the scores are not those of the film as it is.
fn covered_ui(ui: &mut Ui, commands: &CommandSender) {
    let palette = theme::palette(ui.visuals());
    ui.horizontal(|ui| {
        let text = "Part of the film is covered; scores and maps are for the rest";
        ui.label(egui::RichText::new(text).color(palette.warning));
        if ui.small_button("Uncover all").clicked() {
            commands.display(DisplayCommand::Uncover);
        }
    });
}

/// Progress, failure or cancellation of the film in view, with the way out.
fn state_ui(ui: &mut Ui, view: &FindingsView<'_>, commands: &CommandSender) {
    let palette = theme::palette(ui.visuals());
    match &view.films.film {
        FilmState::Empty | FilmState::Read(_) => {}
        FilmState::Opening | FilmState::Scoring(_) => {
            let opening = matches!(view.films.film, FilmState::Opening);
            ui.horizontal(|ui| {
                ui.add(Busy);
                ui.label(match (opening, view.model.loaded.is_some()) {
                    (true, _) => "Opening film…",
                    (false, true) => "Scoring…",
                    (false, false) => "Waiting for the model…",
                });
                if ui.button("Cancel").clicked() {
                    commands.send(Command::Cancel);
                }
            });
        }
        FilmState::Failed { error, .. } => {
            let title = egui::RichText::new("No scores for this film").strong();
            ui.label(title.color(palette.error));
            ui.label(theme::sentence(error).color(palette.error));
            ui.horizontal(|ui| {
                if ui.button("Try again").clicked() {
                    commands.view(ViewerCommand::Retry);
                }
                if ui.button("Copy error").clicked() {
                    ui.ctx().copy_text(error.clone());
                }
            });
        }
        FilmState::Cancelled(_) => {
            ui.strong("Stopped: no scores for this film");
            if ui.button("Reload film").clicked() {
                commands.view(ViewerCommand::Retry);
            }
        }
    }
}

fn no_model_ui(ui: &mut Ui, model: &Model) {
    if let Some(error) = &model.error {
        let palette = theme::palette(ui.visuals());
        ui.label(
            egui::RichText::new("No model")
                .strong()
                .color(palette.error),
        );
        ui.label(theme::sentence(error).color(palette.error));
    } else {
        ui.horizontal(|ui| {
            ui.add(Busy);
            ui.label("Loading model…");
        });
    }
}

/// How many findings are above their threshold, in words that do not call a film normal.
fn summary_ui(
    ui: &mut Ui,
    groups: &FindingGroups,
    scored: bool,
    view: &FindingsView<'_>,
    commands: &CommandSender,
) {
    if !scored {
        return;
    }
    ui.horizontal(|ui| {
        let text = match (groups.above.len(), groups.n_judged()) {
            (_, 0) => "No thresholds in this model".to_owned(),
            (0, _) => "Nothing above threshold".to_owned(),
            (n_above, n_judged) => format!("{n_above} of {n_judged} above threshold"),
        };
        let text = egui::RichText::new(text).strong().size(theme::HEADING_TEXT_PT);
        ui.label(text).on_hover_text(
            "Farthest above its threshold first. A score ranks films and is no probability; a threshold decides \
             from which score on a film counts as positive; the risk is calibrated, where the model has enough \
             films for it",
        );
        let action = Action::ResetThresholds;
        if view.actions.command(action).is_some() {
            let button = egui::Button::new("Reset all").small();
            view.actions
                .add(ui, action, button, commands)
                .on_hover_text(action.label());
        }
    });
    // Always a line, so that the rows below it stay where they are.
    ui.weak(match (groups.above.len(), groups.n_judged()) {
        (_, 0) => "Highest score first",
        (0, _) => "This does not mean that the film is normal",
        _ => "Farthest above its threshold first",
    });
}

//! The fourteen findings of the film in view: score, threshold, and which side it is on.

mod heading;
mod model;
mod row;
mod view;

use egui::{ScrollArea, Ui};

use crate::state::{
    Command, CommandSender, DisplayCommand, FilmState, Films, Model, ViewerCommand, ViewerState,
};
use crate::ui::shortcuts::Action;
use crate::ui::theme;
use crate::ui::widgets::Busy;

pub use model::{FindingRow, Verdict, finding_rows, risk_text};
use model::{interval_text, risk_of, standing_text};
pub use view::FindingsView;

/// Scores at the right of the film; in their place, why there are none.
pub fn findings_ui(ui: &mut Ui, view: &FindingsView<'_>, commands: &CommandSender) {
    heading::heading_ui(ui, view, commands);
    state_ui(ui, view, commands);
    let Some(loaded) = &view.model.loaded else {
        no_model_ui(ui, view.model);
        return;
    };
    if view.viewer.is_refused(view.films) {
        refused_ui(ui, commands);
    }
    let uncovered = view
        .films
        .film
        .reading()
        .filter(|_| !view.viewer.is_refused(view.films));
    let uncovered = uncovered.map(|scored| &scored.inference.scores);
    let covered = view
        .viewer
        .probe
        .reading
        .as_ref()
        .filter(|_| !view.viewer.is_refused(view.films));
    let covered = covered.map(|scored| &scored.inference.scores);
    let mut rows = finding_rows(
        &loaded.thresholds,
        covered.or(uncovered),
        view.viewer.selected,
    );
    if covered.is_some() {
        for row in &mut rows {
            row.uncovered = uncovered
                .and_then(|scores| scores.get(row.finding_idx))
                .copied();
        }
        covered_ui(ui, commands);
    }
    let card = loaded.classifier.card();
    let jitter = view.viewer.jitter.intervals_of(view.films.current_path());
    for row in &mut rows {
        let calibration = card.calibration.get(row.finding_idx);
        let calibration = calibration.and_then(Option::as_ref);
        row.risk = row.score.and_then(|score| risk_of(score, calibration));
        let interval = jitter.and_then(|found| found.get(row.finding_idx));
        let own = row.score.is_some() && row.uncovered.is_none();
        row.interval = interval.copied().filter(|_| own);
    }
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        row::column_heads_ui(ui);
        for row in &rows {
            let histogram = card.validation_scores.get(row.finding_idx);
            row::row_ui(ui, row, histogram.and_then(Option::as_ref), commands);
        }
        ui.add_space(theme::SMALL_GAP_PT);
        ui.horizontal(|ui| {
            for (action, label) in [
                (Action::ResetThresholds, "Reset all"),
                (Action::Undo, "Undo"),
                (Action::Jitter, "Stability"),
            ] {
                let button = egui::Button::new(label);
                view.actions
                    .add(ui, action, button, commands)
                    .on_hover_text(action.label());
            }
            if view.viewer.jitter.is_busy() {
                ui.add(Busy);
            }
        });
        ui.add_space(theme::SMALL_GAP_PT);
        summary_ui(ui, &rows);
        if let Some(row) = rows.iter().find(|row| row.selected) {
            ui.label(risk_text(row, card.calibration.get(row.finding_idx)));
            let histogram = card.validation_scores.get(row.finding_idx);
            ui.label(standing_text(row, histogram.and_then(Option::as_ref)));
            if let Some(text) = interval_text(row, view.viewer.jitter.n()) {
                ui.label(text);
            }
            if let Some(text) = box_text(view.viewer, view.films) {
                ui.label(text);
            }
        }
    });
}

/// In place of scores that mean nothing.
fn refused_ui(ui: &mut Ui, commands: &CommandSender) {
    let palette = theme::palette(ui.visuals());
    ui.horizontal_wrapped(|ui| {
        let text = egui::RichText::new("Not a usable chest film. Scores hidden").strong();
        ui.label(text.color(palette.error));
        if ui.button("Show scores anyway").clicked() {
            commands.view(ViewerCommand::ShowAnyway);
        }
    });
}

/// How the map of the finding in view meets the radiologists' boxes, where there are any.
fn box_text(viewer: &ViewerState, films: &Films) -> Option<String> {
    let (threshold, overlap) = viewer.overlap.found.filter(|_| !viewer.is_refused(films))?;
    let hit = if overlap.hit { "hit" } else { "miss" };
    Some(format!(
        "NIH box: {hit} (IoU {:.2} with the map above {:.0} % of its maximum)",
        overlap.iou,
        threshold * 100.0
    ))
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

fn summary_ui(ui: &mut Ui, rows: &[FindingRow]) {
    let palette = theme::palette(ui.visuals());
    let scored = rows.iter().any(|row| row.verdict.is_some());
    if scored {
        let above = rows
            .iter()
            .filter(|row| row.verdict == Some(Verdict::Above));
        match above.count() {
            0 => {
                ui.strong("Nothing above threshold");
                ui.label("This does not mean that the film is normal");
            }
            n_above => {
                ui.strong(format!("{n_above} of {} above threshold", rows.len()));
            }
        }
    }
    if let Some(text) = no_points_text(rows) {
        ui.label(egui::RichText::new(text).color(palette.warning));
    }
    ui.weak("Scores rank films; they are not probabilities");
}

/// Which thresholds nobody chose; `None` where all were chosen.
fn no_points_text(rows: &[FindingRow]) -> Option<String> {
    let missing = rows.iter().filter(|row| !row.has_point);
    let names: Vec<&str> = missing.map(|row| row.name.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    Some(if names.len() == rows.len() {
        "No operating points in this model: thresholds start at 0.5".to_owned()
    } else {
        format!(
            "No operating point for {}: their thresholds start at 0.5",
            names.join(", ")
        )
    })
}

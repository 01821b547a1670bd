use egui::{Align, Button, Layout, RichText, Ui};

use super::EvaluationView;
use super::identity::identity_ui;
use crate::state::{CommandSender, EvaluationCommand, EvaluationPick};
use crate::ui::shortcuts::Action;
use crate::ui::theme;
use crate::ui::widgets::Busy;

/// The header of the evaluation: the scores in view and the buttons.
pub fn header_ui(ui: &mut Ui, view: &EvaluationView<'_>, commands: &CommandSender) {
    let evaluation = view.evaluation;
    ui.horizontal(|ui| {
        ui.set_min_height(theme::ROW_HEIGHT_PT);
        if evaluation.scored().is_some() {
            let idle = evaluation.opening.running().is_none();
            let close = ui.add_enabled(idle, Button::new("Runs and films"));
            let hover = "Closes these scores: other runs, and films to score";
            if close.on_hover_text(hover).clicked() {
                commands.evaluate(EvaluationCommand::Close);
            }
            for (words, pick) in [
                (Action::OpenScores.label(), EvaluationPick::Predictions),
                ("Compare…", EvaluationPick::Compared),
                ("Report…", EvaluationPick::Report),
                ("Metrics…", EvaluationPick::Figures),
                ("Plots…", EvaluationPick::Plots),
            ] {
                pick_ui(ui, words, pick, view, commands);
            }
        } else {
            ui.strong("Evaluation");
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(underway) = evaluation.underway() {
                let cancel = Button::new("Cancel");
                if ui.add_enabled(!underway.is_canceling, cancel).clicked() {
                    commands.evaluate(EvaluationCommand::Cancel);
                }
                if let Some(progress) = underway.progress {
                    let share = progress.n_done as f32 / progress.n_total.max(1) as f32;
                    ui.add(
                        egui::ProgressBar::new(share)
                            .desired_width(120.0)
                            .show_percentage(),
                    );
                }
                ui.add(Busy);
                ui.label(underway.stage);
            } else if let Some(set) = evaluation.scored() {
                ui.add(egui::Label::new(RichText::new(&set.name).strong()).truncate())
                    .on_hover_text(&set.name);
            }
        });
    });
    identity_ui(ui, view, commands);
    if let Some(opened) = evaluation.set.as_ref() {
        let palette = theme::palette(ui.visuals());
        let warnings = opened.all_warnings().into_iter();
        for warning in warnings.chain(evaluation.other_lock_text()) {
            ui.label(theme::sentence(warning).color(palette.error));
        }
    }
}

/// A button that asks for a path.
pub fn pick_ui(
    ui: &mut Ui,
    words: &str,
    pick: EvaluationPick,
    view: &EvaluationView<'_>,
    commands: &CommandSender,
) {
    let evaluation = view.evaluation;
    let free = !view.is_picking
        && evaluation.opening.running().is_none()
        && evaluation.comparison.running().is_none()
        && evaluation.saving.running().is_none();
    let response = ui.add_enabled(free, Button::new(words));
    if response.on_hover_text(pick.question()).clicked() {
        commands.evaluate(EvaluationCommand::Pick(pick));
    }
}

/// Above the viewer while it shows a film of the set.
pub fn back_ui(ui: &mut Ui, view: &EvaluationView<'_>, commands: &CommandSender) {
    ui.horizontal(|ui| {
        let action = Action::BackToEvaluation;
        let key = view.actions.key_words(ui.ctx(), action);
        view.actions
            .add(ui, action, Button::new(action.label()), commands)
            .on_hover_text(key);
        let evaluation = view.evaluation;
        let (Some(column), Some(path)) = (evaluation.column(), view.film) else {
            return;
        };
        if let Some((place, n_films)) = evaluation.place_in_list(path) {
            for action in [Action::PreviousFilm, Action::NextFilm] {
                let key = view.actions.key_words(ui.ctx(), action);
                let button = Button::new(action.label());
                view.actions
                    .add(ui, action, button, commands)
                    .on_hover_text(key);
            }
            ui.weak(format!("{} of {n_films}", place + 1));
        }
        let films = evaluation.scored();
        let films = films.map(|set| set.predictions.films.as_slice());
        let place = films.and_then(|films| films.iter().position(|film| film.path == path));
        if let Some(place) = place {
            let truth = column.truth.get(place).copied().flatten();
            let score = column.scores.get(place).copied().unwrap_or(0.0);
            ui.label(format!(
                "{}: {} by its labels, score {score:.3} there, threshold {:.3}",
                column.name.replace('_', " "),
                match truth {
                    Some(true) => "positive",
                    Some(false) => "negative",
                    None => "unknown",
                },
                evaluation.threshold()
            ));
        }
    });
}

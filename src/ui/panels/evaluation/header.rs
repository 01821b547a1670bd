use egui::{Align, Button, Layout, RichText, Ui};

use crate::domain::NOTICE;
use crate::state::{AppState, CommandSender, EvaluationCommand, EvaluationPick};
use crate::ui::shortcuts::Action;
use crate::ui::theme;
use crate::work::Task;

/// The header of the evaluation: the scores in view and the buttons.
pub fn header_ui(ui: &mut Ui, state: &AppState, commands: &CommandSender) {
    let desk = &state.evaluation;
    ui.horizontal(|ui| {
        ui.set_min_height(theme::ROW_HEIGHT_PT);
        let mut picks = vec![
            ("Open scores…", EvaluationPick::Predictions),
            ("Score a folder…", EvaluationPick::DataFolder),
        ];
        if desk.scored().is_some() {
            picks.extend([
                ("Compare…", EvaluationPick::Compared),
                ("Report…", EvaluationPick::Report),
                ("Metrics…", EvaluationPick::Figures),
                ("Plots…", EvaluationPick::Plots),
            ]);
        }
        for (words, pick) in picks {
            pick_ui(ui, words, pick, state, commands);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(working) = desk.opening.running() {
                let canceling = working.is_canceling();
                if ui.add_enabled(!canceling, Button::new("Cancel")).clicked() {
                    commands.evaluate(EvaluationCommand::Cancel);
                }
                if let Some(progress) = working.progress() {
                    let share = progress.n_done as f32 / progress.n_total.max(1) as f32;
                    ui.add(
                        egui::ProgressBar::new(share)
                            .desired_width(120.0)
                            .show_percentage(),
                    );
                }
                ui.spinner();
                let stage = working.stage();
                let stage = if stage.is_empty() {
                    "Reading…"
                } else {
                    &stage
                };
                ui.label(stage);
            } else if let Some(set) = desk.scored() {
                ui.label(format!("{} films", set.n_films()));
                ui.add(egui::Label::new(RichText::new(&set.name).strong()).truncate())
                    .on_hover_text(&set.name);
                if let Some(model) = desk.scored_by() {
                    ui.weak(format!("Scores of {model}"));
                }
            }
        });
    });
    if let Some(opened) = desk.set.as_ref() {
        let palette = theme::palette(ui.visuals());
        let warnings = opened.all_warnings().into_iter();
        let warnings = warnings.chain(desk.other_model_text(&state.shared.model));
        for warning in warnings.chain(desk.other_lock_text()) {
            ui.label(RichText::new(warning).color(palette.error));
        }
    }
}

fn pick_ui(
    ui: &mut Ui,
    words: &str,
    pick: EvaluationPick,
    state: &AppState,
    commands: &CommandSender,
) {
    let desk = &state.evaluation;
    let free = !state.is_picking()
        && desk.opening.running().is_none()
        && desk.comparison.running().is_none()
        && desk.saving.running().is_none();
    let response = ui.add_enabled(free, Button::new(words));
    if response.on_hover_text(pick.question()).clicked() {
        commands.evaluate(EvaluationCommand::Pick(pick));
    }
}

/// The empty page: how to open scores, or the error of the last attempt.
pub fn empty_ui(ui: &mut Ui, state: &AppState, commands: &CommandSender) {
    let desk = &state.evaluation;
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.28);
        ui.heading("How good are the scores?");
        ui.label("Open a table of scores and labels, or score a folder of labeled films");
        ui.weak("The folder of a training run has valid_predictions.csv and test_predictions.csv");
        ui.add_space(theme::GAP_PT);
        if desk.opening.running().is_some() {
            ui.spinner();
        } else {
            for (words, pick) in [
                ("Open scores…", EvaluationPick::Predictions),
                ("Score a folder…", EvaluationPick::DataFolder),
            ] {
                let button = ui.add_enabled(!state.is_picking(), Button::new(words));
                if button.clicked() {
                    commands.evaluate(EvaluationCommand::Pick(pick));
                }
            }
        }
        if let Task::Failed(error) = &desk.opening {
            let palette = theme::palette(ui.visuals());
            ui.add_space(theme::GAP_PT);
            ui.label(RichText::new(error).color(palette.error));
        }
        ui.add_space(theme::GAP_PT);
        ui.weak(NOTICE);
    });
}

/// Above the viewer while it shows a film of the set.
pub fn back_ui(ui: &mut Ui, state: &AppState, commands: &CommandSender) {
    ui.horizontal(|ui| {
        let key = Action::BackToEvaluation.shortcut(&state.shared.settings.keys);
        let key = key.map_or_else(String::new, |key| ui.ctx().format_shortcut(&key));
        if ui.button("Back to evaluation").on_hover_text(key).clicked() {
            commands.evaluate(EvaluationCommand::Back);
        }
        let (Some(column), Some(path)) =
            (state.evaluation.column(), state.shared.films.current_path())
        else {
            return;
        };
        let films = state
            .evaluation
            .scored()
            .map(|set| set.predictions.films.as_slice());
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
                state.evaluation.threshold()
            ));
        }
    });
}

use egui::{Align, Button, Layout, RichText, Ui};

use crate::state::{AppState, CommandSender, RunPhase, TrainingCommand, TrainingPage};
use crate::ui::shortcuts::Action;
use crate::ui::theme;

/// The pages, and at the right the state of the run in view, with its buttons.
pub fn header_ui(ui: &mut Ui, state: &AppState, commands: &CommandSender) {
    ui.add_space(2.0);
    ui.horizontal(|ui| {
        for page in TrainingPage::ALL {
            let button = Button::selectable(state.training.page == page, page.name());
            if ui.add(button).clicked() {
                commands.train(TrainingCommand::ShowPage(page));
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            run_ui(ui, state, commands);
        });
    });
    ui.add_space(2.0);
}

fn run_ui(ui: &mut Ui, state: &AppState, commands: &CommandSender) {
    let Some(run) = &state.training.run else {
        ui.weak("No run in view");
        return;
    };
    let phase = run.phase();
    // Laid out from the right, so in reverse order.
    order_ui(ui, "Stop and keep", Action::StopTraining, state, commands);
    if run.is_running() || run.can_resume() {
        let paused = matches!(phase, RunPhase::Pausing | RunPhase::Paused) || !run.is_running();
        let label = if paused { "Resume" } else { "Pause" };
        order_ui(ui, label, Action::PauseOrResume, state, commands);
    }
    let palette = theme::palette(ui.visuals());
    let words = RichText::new(phase.words());
    ui.label(match phase {
        RunPhase::Failed => words.color(palette.error),
        RunPhase::Training | RunPhase::Scoring | RunPhase::Preparing => words.color(palette.valid),
        _ => words,
    });
    if matches!(
        phase,
        RunPhase::Preparing | RunPhase::Scoring | RunPhase::Pausing | RunPhase::Stopping
    ) {
        ui.spinner();
    }
    let name = RichText::new(run.record.name()).strong();
    ui.add(egui::Label::new(name).truncate())
        .on_hover_text(run.record.folder.display().to_string());
}

fn order_ui(ui: &mut Ui, label: &str, action: Action, state: &AppState, commands: &CommandSender) {
    let command = action.command(state);
    let key = action
        .shortcut(&state.shared.settings.keys)
        .map(|key| ui.ctx().format_shortcut(&key));
    let hover = key.map_or(action.label().to_owned(), |key| {
        format!("{} ({key})", action.label())
    });
    let response = ui.add_enabled(command.is_some(), Button::new(label));
    if response.on_hover_text(hover).clicked()
        && let Some(command) = command
    {
        commands.send(command);
    }
}

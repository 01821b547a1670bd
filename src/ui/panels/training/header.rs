use egui::{Align, Button, Layout, RichText, Ui};

use super::TrainingView;
use crate::state::{CommandSender, RunPhase};
use crate::ui::shortcuts::Action;
use crate::ui::theme;
use crate::ui::widgets::Busy;

/// The page in view, and at the right the state of the run in view, with its buttons.
pub fn header_ui(ui: &mut Ui, view: &TrainingView<'_>, commands: &CommandSender) {
    ui.add_space(2.0);
    ui.horizontal(|ui| {
        ui.strong(view.training.page.name());
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            run_ui(ui, view, commands);
        });
    });
    ui.add_space(2.0);
}

fn run_ui(ui: &mut Ui, view: &TrainingView<'_>, commands: &CommandSender) {
    let Some(run) = &view.training.run else {
        ui.weak("No run in view");
        return;
    };
    let phase = run.phase();
    // Laid out from the right, so in reverse order.
    let stop = Action::StopTraining;
    action_ui(ui, stop.label(), stop, view, commands);
    if run.is_running() || run.can_resume() {
        let paused = matches!(phase, RunPhase::Pausing | RunPhase::Paused) || !run.is_running();
        let label = if paused { "Resume" } else { "Pause" };
        action_ui(ui, label, Action::PauseOrResume, view, commands);
    }
    let palette = theme::palette(ui.visuals());
    let words = RichText::new(phase.words());
    ui.label(match phase {
        RunPhase::Failed => words.color(palette.error),
        RunPhase::Training | RunPhase::Scoring | RunPhase::Preparing => words.color(palette.accent),
        _ => words,
    });
    if matches!(
        phase,
        RunPhase::Preparing | RunPhase::Scoring | RunPhase::Pausing | RunPhase::Stopping
    ) {
        ui.add(Busy);
    }
    let name = RichText::new(run.record.name()).strong();
    ui.add(egui::Label::new(name).truncate())
        .on_hover_text(run.record.folder.display().to_string());
}

fn action_ui(
    ui: &mut Ui,
    label: &str,
    action: Action,
    view: &TrainingView<'_>,
    commands: &CommandSender,
) {
    let hover = view.actions.with_key(ui.ctx(), action.label(), action);
    view.actions
        .add(ui, action, Button::new(label), commands)
        .on_hover_text(hover);
}

use egui::{Align, Button, Layout, ProgressBar, RichText, Ui};

use crate::state::{CommandSender, TrainingCommand, TrainingState};
use crate::ui::panels::training::{TrainingView, bytes_text, duration_text};
use crate::ui::shortcuts::Action;
use crate::ui::theme;
use crate::ui::widgets::Busy;
use crate::work::{RunningTask, Task};

/// Width of the bars that say how far a check has come.
const PROGRESS_WIDTH_PT: f32 = 180.0;

/// The buttons before a run, the progress of their jobs, and the start button.
pub fn actions_ui(ui: &mut Ui, view: &TrainingView<'_>, commands: &CommandSender) {
    let training = view.training;
    ui.horizontal(|ui| {
        let checked = training.valid_check().is_some();
        let label = if training.check.done().is_some() {
            "Check again"
        } else {
            Action::Check.label()
        };
        view.actions
            .add(ui, Action::Check, Button::new(label), commands);
        for (label, hover, command) in [
            (
                "Dry run",
                "Decode all films (kept for the run) and take 20 steps",
                TrainingCommand::DryRun,
            ),
            (
                "Show augmentation",
                "Preview augmented training films",
                TrainingCommand::Preview,
            ),
        ] {
            let possible = checked && !training.is_checking() && !training.is_running();
            let response = ui
                .add_enabled(possible, Button::new(label))
                .on_hover_text(hover);
            if response.clicked() {
                commands.train(command);
            }
        }
        progress_ui(ui, training, commands);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            start_ui(ui, view, commands);
        });
    });
    findings_ui(ui, training);
}

fn start_ui(ui: &mut Ui, view: &TrainingView<'_>, commands: &CommandSender) {
    let obstacle = view.training.start_obstacle();
    let action = Action::StartTraining;
    let button = Button::new(RichText::new(action.label()).strong());
    let response = view.actions.add(ui, action, button, commands);
    let Some(obstacle) = obstacle else {
        return;
    };
    response.on_disabled_hover_text(&obstacle);
    let palette = theme::palette(ui.visuals());
    let is_grave = view.training.valid_check().is_some() && !view.training.is_running();
    let text = RichText::new(if is_grave { "Cannot start" } else { &obstacle });
    let text = if is_grave {
        text.color(palette.error)
    } else {
        text.weak()
    };
    ui.add(egui::Label::new(text).truncate())
        .on_hover_text(obstacle);
}

fn progress_ui(ui: &mut Ui, training: &TrainingState, commands: &CommandSender) {
    work_ui(ui, "Checking", training.check.running());
    work_ui(ui, "Dry run", training.dry_run.running());
    work_ui(ui, "Augmenting films", training.preview.running());
    if training.is_checking() && ui.button("Cancel").clicked() {
        commands.train(TrainingCommand::CancelChecks);
    }
}

fn work_ui<T>(ui: &mut Ui, name: &str, working: Option<&RunningTask<T>>) {
    let Some(working) = working else {
        return;
    };
    let stage = working.stage();
    let stage = if stage.is_empty() { name } else { &stage };
    match working.progress() {
        Some(progress) if !working.is_canceling() => {
            let share = progress.n_done as f32 / progress.n_total.max(1) as f32;
            let text = format!("{stage}: {} of {}", progress.n_done, progress.n_total);
            let bar = ProgressBar::new(share)
                .desired_width(PROGRESS_WIDTH_PT)
                .corner_radius(3)
                .text(text);
            ui.add(bar);
        }
        _ => {
            ui.add(Busy);
            ui.label(if working.is_canceling() {
                "Stopping…"
            } else {
                stage
            });
        }
    }
}

/// Disk and dry run in one line each.
fn findings_ui(ui: &mut Ui, training: &TrainingState) {
    let palette = theme::palette(ui.visuals());
    if let Some(check) = training.check.done() {
        let preflight = &check.preflight;
        let free = preflight
            .free_bytes
            .map_or("free space unknown".to_owned(), |free| {
                format!("{} free", bytes_text(free))
            });
        ui.label(format!(
            "Disk   {} decoded films   ·   {} run   ·   {free}",
            bytes_text(preflight.cache_bytes),
            bytes_text(preflight.run_bytes)
        ));
    }
    match &training.dry_run {
        Task::Done(report) => {
            let run = &report.dry_run;
            let mut text = format!(
                "Dry run   {:.1} films/s   ·   {} for all epochs, without validation",
                run.films_per_s,
                duration_text(run.total_secs)
            );
            if let Some(mib) = run.peak_mib {
                text += &format!(
                    "   ·   {} of memory",
                    bytes_text((mib * 1_048_576.0) as u64)
                );
            }
            ui.label(text);
            if !report.unreadable.is_empty() {
                let title = format!("{} films could not be decoded", report.unreadable.len());
                ui.label(RichText::new(title).color(palette.warning))
                    .on_hover_text(report.unreadable.join("\n"));
            }
        }
        Task::Failed(error) => {
            ui.label(RichText::new(format!("Dry run: {error}")).color(palette.error));
        }
        Task::Idle | Task::Running(_) => {}
    }
    if let Task::Failed(error) = &training.preview {
        ui.label(RichText::new(format!("Augmentation: {error}")).color(palette.error));
    }
}

use egui::{Button, ProgressBar, RichText, Ui};

use crate::state::{CommandSender, TrainingCommand, TrainingState};
use crate::ui::panels::training::{TrainingView, bytes_text, duration_text};
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
        let possible = checked && !training.is_checking() && !training.is_running();
        let response = ui
            .add_enabled(possible, Button::new("Dry run"))
            .on_hover_text("Decode all films (kept for the run) and take 20 steps");
        if response.clicked() {
            commands.train(TrainingCommand::DryRun);
        }
        progress_ui(ui, training, commands);
    });
    findings_ui(ui, training);
}

fn progress_ui(ui: &mut Ui, training: &TrainingState, commands: &CommandSender) {
    work_ui(ui, "Checking", training.check.running());
    work_ui(ui, "Dry run", training.dry_run.running());
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
}

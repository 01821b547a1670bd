use egui::{ProgressBar, Ui};

use crate::state::{CommandSender, RunPhase, ShownRun, TrainingCommand};
use crate::train::StepMetrics;
use crate::ui::panels::training::duration_text;
use crate::ui::theme;

const BAR_WIDTH_PT: f32 = 190.0;

/// How far decoding, epoch, scoring and run have come; speed, time left, patience; what went wrong.
pub fn progress_ui(ui: &mut Ui, run: &ShownRun, commands: &CommandSender) {
    let palette = theme::palette(ui.visuals());
    if let Some(error) = run.error() {
        ui.label(theme::sentence(error).color(palette.error));
    }
    if let Some(error) = &run.record.live.save_error {
        ui.label(theme::sentence(error).color(palette.error));
    }
    if !run.is_running() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        let record = &run.record;
        if let Some(progress) = run.progress() {
            bar_ui(ui, "", progress.n_done, progress.n_total, progress.unit);
        }
        if let Some(step) = &record.live.last_step {
            bar_ui(
                ui,
                "Epoch",
                record.epochs.len(),
                record.config.epochs,
                "done",
            );
            bar_ui(ui, "Step", step.step, step.n_steps, "");
            step_ui(ui, step, run.phase());
        }
        if let Some(left) = record.epochs.last().and_then(|epoch| epoch.patience_left) {
            let words = if left == 1 { "epoch" } else { "epochs" };
            ui.label(format!("Patience {left} {words}"));
        }
        if run.paused_model().is_some() {
            let hover = "Score the film in the viewer with the current weights";
            let button = ui.button("Score with current weights");
            if button.on_hover_text(hover).clicked() {
                commands.train(TrainingCommand::ScoreWithPaused);
            }
        }
    });
}

fn step_ui(ui: &mut Ui, step: &StepMetrics, phase: RunPhase) {
    let left = if phase == RunPhase::Paused {
        "paused".to_owned()
    } else {
        format!("{} left", duration_text(step.eta_secs))
    };
    ui.label(format!(
        "Loss {:.4}   ·   {:.1} films/s   ·   {left}   ·   learning rate {:.2e}",
        step.loss, step.films_per_s, step.learning_rate
    ));
}

fn bar_ui(ui: &mut Ui, name: &str, n_done: usize, n_total: usize, unit: &str) {
    let share = n_done as f32 / n_total.max(1) as f32;
    let text = format!("{name} {n_done} of {n_total} {unit}");
    let bar = ProgressBar::new(share)
        .desired_width(BAR_WIDTH_PT)
        .corner_radius(3);
    ui.add(bar.text(text.trim()));
}

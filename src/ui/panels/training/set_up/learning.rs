use egui::Ui;

use super::fields::{choice_ui, group_ui, number_ui};
use crate::model::kernels::OptimizerKind;
use crate::state::{AppState, CommandSender};
use crate::train::{ScheduleKind, SelectBy, TrainConfig};

/// What turns gradients into steps.
pub fn optimizer_ui(
    ui: &mut Ui,
    config: &mut TrainConfig,
    _state: &AppState,
    _commands: &CommandSender,
) {
    group_ui(ui, "Optimiser", |ui| {
        let kinds = [
            (OptimizerKind::Adam, "Adam"),
            (OptimizerKind::AdamW, "AdamW"),
            (OptimizerKind::Sgd, "SGD with momentum"),
        ];
        choice_ui(ui, ("Optimiser", ""), &mut config.optimizer, &kinds);
        let hover = "Step size at its highest";
        number_ui(
            ui,
            ("Learning rate", hover),
            &mut config.learning_rate,
            1e-8..=10.0,
            1e-5,
        );
        match config.optimizer {
            OptimizerKind::Adam => {}
            OptimizerKind::AdamW => {
                let hover = "Share of the kernels taken off in each step, times the step size";
                number_ui(
                    ui,
                    ("Weight decay", hover),
                    &mut config.weight_decay,
                    0.0..=1.0,
                    1e-3,
                );
            }
            OptimizerKind::Sgd => {
                let hover = "Share of the last step that goes on";
                number_ui(
                    ui,
                    ("Momentum", hover),
                    &mut config.momentum,
                    0.0..=0.9999,
                    2e-3,
                );
            }
        }
        let hover = "Longer gradients are shortened to this; 0 for no bound";
        number_ui(
            ui,
            ("Longest gradient", hover),
            &mut config.clip_norm,
            0.0..=1e6,
            0.02,
        );
        let hover = "Share of the old averaged weights kept in each step; 0 for no average";
        number_ui(
            ui,
            ("Average of weights", hover),
            &mut config.ema_decay,
            0.0..=0.99999,
            5e-4,
        );
    });
}

/// How the step size changes.
pub fn schedule_ui(
    ui: &mut Ui,
    config: &mut TrainConfig,
    _state: &AppState,
    _commands: &CommandSender,
) {
    group_ui(ui, "Schedule", |ui| {
        let kinds = [
            (ScheduleKind::Constant, "Constant"),
            (ScheduleKind::Step, "Cut every few epochs"),
            (ScheduleKind::Cosine, "Half a cosine"),
            (ScheduleKind::Plateau, "Cut when there is no gain"),
        ];
        choice_ui(ui, ("Step size", ""), &mut config.schedule, &kinds);
        let hover = "Epochs in which the step size rises from nothing";
        number_ui(
            ui,
            ("Warm-up epochs", hover),
            &mut config.warmup_epochs,
            0.0..=1000.0,
            0.02,
        );
        match config.schedule {
            ScheduleKind::Constant => {}
            ScheduleKind::Cosine => {
                let hover = "Step size at the end as a share of the highest";
                number_ui(
                    ui,
                    ("Final share", hover),
                    &mut config.final_share,
                    0.0..=1.0,
                    0.002,
                );
            }
            ScheduleKind::Step | ScheduleKind::Plateau => {
                let hover = "Epochs between two cuts, or without gain before one";
                number_ui(
                    ui,
                    ("Epochs to a cut", hover),
                    &mut config.step_epochs,
                    1..=1000,
                    0.05,
                );
                let hover = "What a cut multiplies the step size by";
                number_ui(
                    ui,
                    ("Factor of a cut", hover),
                    &mut config.step_factor,
                    0.0..=1.0,
                    0.002,
                );
            }
        }
    });
}

/// How long, in what portions, and which epoch is the best.
pub fn run_ui(ui: &mut Ui, config: &mut TrainConfig, _state: &AppState, _commands: &CommandSender) {
    group_ui(ui, "Run", |ui| {
        let hover = "Passes over the training films";
        number_ui(ui, ("Epochs", hover), &mut config.epochs, 1..=100_000, 0.1);
        let hover = "Films of one step";
        number_ui(
            ui,
            ("Batch size", hover),
            &mut config.batch_size,
            1..=4096,
            0.1,
        );
        let hover = "Of weights, order, split and augmentation";
        number_ui(ui, ("Seed", hover), &mut config.seed, 0..=u64::MAX, 0.2);
        let hover = "0 for as many as there are cores";
        number_ui(ui, ("Threads", hover), &mut config.threads, 0..=1024, 0.05);
        let choices = [
            (SelectBy::Auc, "Highest macro AUC"),
            (SelectBy::Loss, "Lowest loss"),
        ];
        let hover = "On validation films";
        choice_ui(
            ui,
            ("Best epoch by", hover),
            &mut config.select_by,
            &choices,
        );
        if config.select_by == SelectBy::Auc {
            let hover = "Labels with fewer positive validation films do not count in that choice";
            let least = &mut config.select_min_positives;
            number_ui(
                ui,
                ("Positives that count", hover),
                least,
                0..=1_000_000,
                0.1,
            );
        }
        let hover = "Epochs without gain before training ends; 0 for never";
        number_ui(
            ui,
            ("Patience", hover),
            &mut config.patience,
            0..=100_000,
            0.05,
        );
        let hover = "Between two checkpoints within an epoch";
        let minutes = &mut config.checkpoint_minutes;
        number_ui(ui, ("Checkpoint minutes", hover), minutes, 0.0..=1e5, 0.1);
    });
}

use egui::Ui;

use super::fields::{choice_ui, group_ui, number_ui};
use crate::state::{AppState, CommandSender};
use crate::train::{ScheduleKind, SelectBy, TrainConfig};
use thorax_engine::OptimizerKind;

/// Optimizer.
pub fn optimizer_ui(
    ui: &mut Ui,
    config: &mut TrainConfig,
    _state: &AppState,
    _commands: &CommandSender,
) {
    group_ui(ui, "Optimizer", |ui| {
        let kinds = [
            (OptimizerKind::Adam, "Adam"),
            (OptimizerKind::AdamW, "AdamW"),
            (OptimizerKind::Sgd, "SGD with momentum"),
        ];
        choice_ui(ui, ("Optimizer", ""), &mut config.optimizer, &kinds);
        let hover = "Highest learning rate of the schedule";
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
                let hover =
                    "Decoupled weight decay of the kernels (AdamW), scaled by the learning rate";
                number_ui(
                    ui,
                    ("Weight decay", hover),
                    &mut config.weight_decay,
                    0.0..=1.0,
                    1e-3,
                );
            }
            OptimizerKind::Sgd => {
                let hover = "SGD momentum, from 0 to 1";
                number_ui(
                    ui,
                    ("Momentum", hover),
                    &mut config.momentum,
                    0.0..=0.9999,
                    2e-3,
                );
            }
        }
        let hover = "Scale gradients down to this norm; 0 disables clipping";
        number_ui(
            ui,
            ("Gradient clipping (max norm)", hover),
            &mut config.clip_norm,
            0.0..=1e6,
            0.02,
        );
        let hover = "Exponential moving average of the weights; 0 disables it";
        number_ui(
            ui,
            ("EMA of weights (decay)", hover),
            &mut config.ema_decay,
            0.0..=0.99999,
            5e-4,
        );
    });
}

/// Learning-rate schedule.
pub fn schedule_ui(
    ui: &mut Ui,
    config: &mut TrainConfig,
    _state: &AppState,
    _commands: &CommandSender,
) {
    group_ui(ui, "Schedule", |ui| {
        let kinds = [
            (ScheduleKind::Constant, "Constant"),
            (ScheduleKind::Step, "Step"),
            (ScheduleKind::Cosine, "Cosine"),
            (ScheduleKind::Plateau, "Reduce on plateau"),
        ];
        choice_ui(
            ui,
            ("Learning-rate schedule", ""),
            &mut config.schedule,
            &kinds,
        );
        let hover = "Epochs of linear warm-up from 0";
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
                let hover = "Learning rate at the end as a fraction of the highest";
                number_ui(
                    ui,
                    ("Final learning rate (fraction)", hover),
                    &mut config.final_share,
                    0.0..=1.0,
                    0.002,
                );
            }
            ScheduleKind::Step | ScheduleKind::Plateau => {
                let hover = "Epochs between two decays, or without improvement before one";
                number_ui(
                    ui,
                    ("Epochs per decay", hover),
                    &mut config.step_epochs,
                    1..=1000,
                    0.05,
                );
                let hover = "Factor that a decay multiplies the learning rate by";
                number_ui(
                    ui,
                    ("Decay factor", hover),
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
        let hover = "Films per step";
        number_ui(
            ui,
            ("Batch size", hover),
            &mut config.batch_size,
            1..=4096,
            0.1,
        );
        let hover = "Seed of initial weights, order, split and augmentation";
        number_ui(ui, ("Seed", hover), &mut config.seed, 0..=u64::MAX, 0.2);
        let hover = "0 for one per core";
        number_ui(ui, ("Threads", hover), &mut config.threads, 0..=1024, 0.05);
        let choices = [
            (SelectBy::Auc, "Highest macro AUC"),
            (SelectBy::Loss, "Lowest loss"),
        ];
        let hover = "On validation films";
        choice_ui(
            ui,
            ("Select best epoch by", hover),
            &mut config.select_by,
            &choices,
        );
        if config.select_by == SelectBy::Auc {
            let hover = "Minimum positive validation films for a finding to count";
            let least = &mut config.select_min_positives;
            number_ui(
                ui,
                ("Minimum positives in the macro AUC", hover),
                least,
                0..=1_000_000,
                0.1,
            );
        }
        let hover = "Epochs without improvement before training stops; 0 for never";
        number_ui(
            ui,
            ("Patience", hover),
            &mut config.patience,
            0..=100_000,
            0.05,
        );
        let hover = "Minutes between two checkpoints within an epoch";
        let minutes = &mut config.checkpoint_minutes;
        number_ui(ui, ("Checkpoint minutes", hover), minutes, 0.0..=1e5, 0.1);
    });
}

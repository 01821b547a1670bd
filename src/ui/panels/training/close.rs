use egui::{Context, Id, Modal, Ui};

use crate::state::{Closing, CommandSender, TrainingCommand, TrainingState};
use crate::ui::theme;
use crate::ui::widgets::Busy;

/// Asks before a training is ended by closing the window, and says that it is being saved.
pub fn close_ui(ctx: &Context, training: &TrainingState, commands: &CommandSender) {
    if !matches!(training.closing, Closing::Asked | Closing::Finishing) {
        return;
    }
    Modal::new(Id::unique("close")).show(ctx, |ui| {
        ui.set_width(theme::NOTICE_WIDTH_PT);
        if training.closing == Closing::Asked {
            question_ui(ui, training, commands);
        } else {
            ui.horizontal(|ui| {
                ui.add(Busy);
                ui.strong("Finishing batch…");
            });
            ui.label("The window closes when the checkpoint is saved");
        }
    });
}

fn question_ui(ui: &mut Ui, training: &TrainingState, commands: &CommandSender) {
    ui.heading("A training is running");
    if let Some(run) = &training.run {
        let folder = run.record.folder.display();
        ui.label(format!(
            "It can be saved now and resumed later from {folder}"
        ));
    }
    ui.add_space(theme::GAP_PT);
    ui.horizontal(|ui| {
        if ui.button("Stop and keep, then close").clicked() {
            commands.train(TrainingCommand::StopAndClose);
        }
        if ui.button("Continue training").clicked() {
            commands.train(TrainingCommand::GoOnTraining);
        }
    });
}

//! The check before a run: problems, the films and patients of each part, the expected speed.

mod actions;
mod bars;
mod model;
mod parts;
mod verdicts;

use egui::{RichText, ScrollArea, Ui};

use super::TrainingView;
use crate::state::{CheckReport, CommandSender, TrainingCommand, TrainingState};
use crate::ui::theme;
use crate::work::Task;

pub use bars::bars_ui;
pub use model::{LabelBar, label_bars};
pub use verdicts::{CheckVerdict, check_verdicts};

/// Leaks listed before the list scrolls by itself.
const LEAKS_HEIGHT_PT: f32 = 150.0;

/// The page between set-up and run.
pub fn check_ui(ui: &mut Ui, view: &TrainingView<'_>, commands: &CommandSender) {
    actions::actions_ui(ui, view, commands);
    ui.separator();
    let training = view.training;
    ScrollArea::vertical()
        .auto_shrink(false)
        .show(ui, |ui| match &training.check {
            Task::Idle => {
                ui.weak("Not checked yet");
            }
            Task::Running(_) => {
                ui.weak("Reading the table and looking for files…");
            }
            Task::Failed(error) => failed_ui(ui, error, commands),
            Task::Done(check) => {
                report_ui(ui, check, training, commands);
            }
        });
}

fn failed_ui(ui: &mut Ui, error: &str, commands: &CommandSender) {
    let palette = theme::palette(ui.visuals());
    ui.label(
        RichText::new("The check failed")
            .strong()
            .color(palette.error),
    );
    ui.label(theme::sentence(error).color(palette.error));
    ui.add_space(theme::SMALL_GAP_PT);
    ui.label("If the column names are not recognized, choose the columns");
    if ui.button("Choose columns…").clicked() {
        commands.train(TrainingCommand::ChooseColumns);
    }
}

fn report_ui(ui: &mut Ui, check: &CheckReport, training: &TrainingState, commands: &CommandSender) {
    if training.valid_check().is_none() {
        let palette = theme::palette(ui.visuals());
        let text = "The data have changed since this check; a start checks again";
        ui.label(RichText::new(text).color(palette.warning));
    }
    verdicts::verdicts_ui(ui, check, commands);
    leaks_ui(ui, check);
    parts::parts_ui(ui, check);
    misfits_ui(ui, check);
}

/// Every leaking patient by name.
fn leaks_ui(ui: &mut Ui, check: &CheckReport) {
    let palette = theme::palette(ui.visuals());
    if !check.leaks.is_empty() {
        let n_patients = check.leaks.len();
        ui.label(RichText::new("Patients in more than one part").color(palette.error));
        let row_height = ui.text_style_height(&egui::TextStyle::Body);
        ScrollArea::vertical()
            .id_salt("leaks")
            .max_height(LEAKS_HEIGHT_PT)
            .auto_shrink([false, true])
            .show_rows(ui, row_height, n_patients, |ui, rows| {
                for leak in check.leaks.get(rows).unwrap_or_default() {
                    ui.label(RichText::new(leak).color(palette.error));
                }
            });
    }
}

/// Table and files side by side: what one has and the other has not.
fn misfits_ui(ui: &mut Ui, check: &CheckReport) {
    for (title, names) in &check.misfits {
        ui.collapsing(title, |ui| {
            let row_height = ui.text_style_height(&egui::TextStyle::Body);
            ScrollArea::vertical()
                .id_salt(title)
                .max_height(LEAKS_HEIGHT_PT)
                .auto_shrink([false, true])
                .show_rows(ui, row_height, names.len(), |ui, rows| {
                    for name in names.get(rows).unwrap_or_default() {
                        ui.add(egui::Label::new(name).truncate());
                    }
                });
        });
    }
}

//! The check before a run: problems, the films and patients of each part, the expected speed.

mod actions;
mod bars;
mod model;
mod parts;
mod preview;

use egui::{RichText, ScrollArea, Ui};

use super::{TrainingView, TrainingViews};
use crate::state::{CheckReport, CommandSender, TrainingCommand, TrainingState};
use crate::ui::theme;
use crate::work::Task;

pub use model::{LabelBar, label_bars};

/// Leaks listed before the list scrolls by itself.
const LEAKS_HEIGHT_PT: f32 = 150.0;

/// The page between set-up and run.
pub fn check_ui(
    ui: &mut Ui,
    view: &TrainingView<'_>,
    views: &mut TrainingViews,
    commands: &CommandSender,
) {
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
                report_ui(ui, check, training, views);
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

fn report_ui(
    ui: &mut Ui,
    check: &CheckReport,
    training: &TrainingState,
    views: &mut TrainingViews,
) {
    obstacles_ui(ui, check);
    let wide = ui.available_width() > 2.0 * theme::FINDINGS_WIDTH_PT;
    if wide {
        ui.columns_const(|[left, right]| {
            parts::parts_ui(left, check);
            misfits_ui(left, check);
            preview::preview_ui(left, training, views);
            bars::bars_ui(right, check, &mut views.part);
        });
    } else {
        parts::parts_ui(ui, check);
        misfits_ui(ui, check);
        bars::bars_ui(ui, check, &mut views.part);
        preview::preview_ui(ui, training, views);
    }
}

/// Obstacles in red, with every leaking patient by name; warnings in amber.
fn obstacles_ui(ui: &mut Ui, check: &CheckReport) {
    let palette = theme::palette(ui.visuals());
    for obstacle in &check.obstacles {
        ui.label(theme::sentence(obstacle).strong().color(palette.error));
    }
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
    for warning in &check.preflight.warnings {
        ui.label(theme::sentence(warning).color(palette.warning));
    }
    ui.add_space(theme::SMALL_GAP_PT);
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

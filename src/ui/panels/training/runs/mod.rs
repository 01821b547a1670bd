//! The runs on this machine: the first page of training.

mod line;
mod row;

use egui::{Button, RichText, ScrollArea, Ui};

use super::TrainingView;
use crate::state::{CommandSender, TrainingCommand, TrainingPage, TrainingPick};
use crate::train::FoundRuns;
use crate::ui::theme;
use crate::ui::widgets::Busy;

pub use line::RunLine;

/// The page of the runs.
pub fn runs_ui(ui: &mut Ui, view: &TrainingView<'_>, commands: &CommandSender) {
    let runs = &view.training.runs;
    ui.horizontal(|ui| {
        look_in_ui(ui, view, commands);
        let again = ui.button("Look again");
        if again
            .on_hover_text("Search the folders for runs anew")
            .clicked()
        {
            commands.train(TrainingCommand::ListRuns);
        }
        if runs.is_searching() || runs.opening.is_running() {
            ui.add(Busy);
        }
    });
    folders_ui(ui, view, commands);
    let palette = theme::palette(ui.visuals());
    let faults = runs.found().map_or(&[][..], |found| &found.faults);
    for fault in faults.iter().map(String::as_str).chain(runs.error()) {
        ui.label(theme::sentence(fault).color(palette.error));
    }
    ui.add_space(theme::SMALL_GAP_PT);
    match runs.found() {
        None => {}
        Some(found) if found.rows.is_empty() => no_runs_ui(ui, view, commands),
        Some(found) => table_ui(ui, view, found, commands),
    }
}

fn look_in_ui(ui: &mut Ui, view: &TrainingView<'_>, commands: &CommandSender) {
    let button = ui.add_enabled(!view.is_picking, Button::new("Look in folder…"));
    let hover = "Add a folder that is searched for runs, three folders deep";
    if button.on_hover_text(hover).clicked() {
        commands.train(TrainingCommand::Pick(TrainingPick::RunsFolder));
    }
}

/// Folders that the user named, each with a way to forget it.
fn folders_ui(ui: &mut Ui, view: &TrainingView<'_>, commands: &CommandSender) {
    for folder in view.runs_folders {
        ui.horizontal(|ui| {
            let path = folder.display().to_string();
            let forget = ui.small_button("Remove");
            let hover = format!("Search {path} for runs no longer");
            if forget.on_hover_text(hover).clicked() {
                commands.train(TrainingCommand::ForgetRunsFolder(folder.clone()));
            }
            ui.add(egui::Label::new(RichText::new(path).small().weak()).truncate());
        });
    }
}

fn no_runs_ui(ui: &mut Ui, view: &TrainingView<'_>, commands: &CommandSender) {
    ui.strong("No runs yet");
    ui.label("Set up a training by the steps at the left, or name a folder with earlier runs");
    ui.add_space(theme::SMALL_GAP_PT);
    ui.horizontal(|ui| {
        if ui.button("Set up a training").clicked() {
            commands.train(TrainingCommand::ShowPage(TrainingPage::Data));
        }
        let button = ui.add_enabled(!view.is_picking, Button::new("Open run…"));
        if button.clicked() {
            commands.train(TrainingCommand::Pick(TrainingPick::Run));
        }
    });
}

fn table_ui(ui: &mut Ui, view: &TrainingView<'_>, found: &FoundRuns, commands: &CommandSender) {
    row::heads_ui(ui);
    ScrollArea::vertical()
        .id_salt("runs")
        .auto_shrink(false)
        .show_rows(
            ui,
            theme::RUN_ROW_HEIGHT_PT,
            found.rows.len(),
            |ui, places| {
                for run in found.rows.get(places).unwrap_or_default() {
                    row::row_ui(ui, view, run, commands);
                }
            },
        );
}

//! The runs on this machine: the first page of training.

mod group;
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

/// A row of the table: a run, or what runs that differ in their seed only have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    /// By its place among the groups.
    Group(usize),
    /// By its place among the rows.
    Run(usize),
}

/// The rows in their order; a group with all its runs is where the first of them is.
fn items(found: &FoundRuns) -> Vec<Item> {
    let mut items = Vec::new();
    for place in 0..found.rows.len() {
        let mut groups = found.groups.iter().enumerate();
        match groups.find(|(_, group)| group.places.contains(&place)) {
            None => items.push(Item::Run(place)),
            Some((n, group)) if group.places.first() == Some(&place) => {
                items.push(Item::Group(n));
                items.extend(group.places.iter().map(|&place| Item::Run(place)));
            }
            Some(_) => {}
        }
    }
    items
}

fn table_ui(ui: &mut Ui, view: &TrainingView<'_>, found: &FoundRuns, commands: &CommandSender) {
    row::heads_ui(ui);
    let items = items(found);
    ScrollArea::vertical()
        .id_salt("runs")
        .auto_shrink(false)
        .show_rows(ui, theme::RUN_ROW_HEIGHT_PT, items.len(), |ui, places| {
            for item in items.get(places).unwrap_or_default() {
                match *item {
                    Item::Group(n) => {
                        if let Some(group) = found.groups.get(n) {
                            group::group_ui(ui, view, found, group, commands);
                        }
                    }
                    Item::Run(place) => {
                        if let Some(run) = found.rows.get(place) {
                            row::row_ui(ui, view, run, commands);
                        }
                    }
                }
            }
        });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::{RunFolder, RunRow, SeedGroup, TrainConfig};

    #[test]
    fn runs_of_one_group_are_together_below_what_they_have_in_common() {
        let folder = tempfile::tempdir().unwrap();
        let row = |seed: u64, epochs| {
            let root = folder.path().join(format!("{seed}-{epochs}"));
            let (run, _lock) = RunFolder::create(&root).unwrap().keep();
            let config = TrainConfig {
                epochs,
                seed,
                ..TrainConfig::default()
            };
            config.save(&run.config_path()).unwrap();
            RunRow::read(&root).unwrap()
        };
        let rows = vec![row(1, 9), row(1, 3), row(2, 9), row(3, 9)];
        let found = FoundRuns {
            groups: SeedGroup::among(&rows),
            rows,
            faults: Vec::new(),
        };
        assert_eq!(
            items(&found),
            [
                Item::Group(0),
                Item::Run(0),
                Item::Run(2),
                Item::Run(3),
                Item::Run(1)
            ]
        );
    }
}

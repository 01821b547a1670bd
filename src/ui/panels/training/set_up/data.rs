use std::path::PathBuf;

use egui::{Button, Grid, RichText, TextEdit, Ui};

use super::fields::pick_button_ui;
use crate::state::{CommandSender, TrainingCommand, TrainingPick};
use crate::train::TrainConfig;
use crate::ui::panels::training::TrainingView;
use crate::ui::shortcuts::Action;
use crate::ui::theme;
use crate::work::Task;

/// Room for the buttons at the end of a path's line.
const BUTTONS_WIDTH_PT: f32 = 330.0;

/// Folders of films and run, and the buttons of the configuration.
pub fn data_ui(
    ui: &mut Ui,
    config: &mut TrainConfig,
    view: &TrainingView<'_>,
    commands: &CommandSender,
) {
    let form = &view.training.form;
    let pick_ui = |ui: &mut Ui, words, pick| {
        pick_button_ui(ui, words, pick, view.is_picking, commands);
    };
    Grid::new("data")
        .num_columns(2)
        .spacing([10.0, 6.0])
        .show(ui, |ui| {
            let label = ui.label("Data");
            ui.horizontal(|ui| {
                let mut text = config.data.display().to_string();
                let field = path_field(
                    &mut text,
                    "A folder with films and their table, or a CSV",
                    ui,
                );
                if ui.add(field).labelled_by(label.id).changed() {
                    config.data = PathBuf::from(text);
                }
                pick_ui(ui, "Folder…", TrainingPick::DataFolder);
                pick_ui(ui, "Table…", TrainingPick::Table);
                columns_button_ui(ui, config, view, commands);
            });
            ui.end_row();
            let label = ui.label("Run folder");
            ui.horizontal(|ui| {
                let mut text = form.run_folder.clone();
                let field = path_field(&mut text, "A new folder for all files of the run", ui);
                if ui.add(field).labelled_by(label.id).changed() {
                    commands.train(TrainingCommand::EditRunFolder(text));
                }
                pick_ui(ui, "Choose…", TrainingPick::NewRunFolder);
            });
            ui.end_row();
            ui.label("Configuration");
            ui.horizontal_wrapped(|ui| configuration_ui(ui, view, commands));
            ui.end_row();
        });
    ui.horizontal_wrapped(|ui| {
        let action = Action::Check;
        let button = Button::new(RichText::new(action.label()).strong());
        let hover = "Check table and files without decoding films";
        let hover = view.actions.with_key(ui.ctx(), hover, action);
        view.actions
            .add(ui, action, button, commands)
            .on_hover_text(hover);
        let palette = theme::palette(ui.visuals());
        if let Some(error) = &form.error {
            ui.label(theme::sentence(error).color(palette.error));
        } else if config.data.as_os_str().is_empty() {
            ui.weak("Choose the data first");
        } else {
            ui.weak("Training can start when the check finds no problem");
        }
    });
    if let Task::Failed(error) = &view.training.columns {
        let palette = theme::palette(ui.visuals());
        ui.label(theme::sentence(error).color(palette.error));
    }
}

fn path_field<'t>(text: &'t mut String, hint: &'static str, ui: &Ui) -> TextEdit<'t> {
    let width = (ui.available_width() - BUTTONS_WIDTH_PT).max(160.0);
    TextEdit::singleline(text)
        .hint_text(hint)
        .desired_width(width)
}

fn columns_button_ui(
    ui: &mut Ui,
    config: &TrainConfig,
    view: &TrainingView<'_>,
    commands: &CommandSender,
) {
    let has_data = !config.data.as_os_str().is_empty();
    let idle = view.training.columns.running().is_none();
    let hover = "Choose which columns of your table hold film, patient and findings";
    let button = ui.add_enabled(has_data && idle, Button::new("Columns…"));
    if button.on_hover_text(hover).clicked() {
        commands.train(TrainingCommand::ChooseColumns);
    }
    if config.columns.is_some()
        && ui
            .button("By name")
            .on_hover_text("Detect the columns by their names again")
            .clicked()
    {
        commands.train(TrainingCommand::ForgetColumns);
    }
}

fn configuration_ui(ui: &mut Ui, view: &TrainingView<'_>, commands: &CommandSender) {
    for action in [Action::LoadConfig, Action::SaveConfig] {
        let button = Button::new(action.label());
        view.actions.add(ui, action, button, commands);
    }
    if ui
        .button("Reset")
        .on_hover_text("Back to the defaults, with the same data")
        .clicked()
    {
        commands.train(TrainingCommand::ResetConfig);
    }
    let mut shown = view.training.form.text.is_some();
    if ui.checkbox(&mut shown, "All keys as text").changed() {
        commands.train(TrainingCommand::ShowText(shown));
    }
}

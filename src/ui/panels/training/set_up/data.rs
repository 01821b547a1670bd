use std::path::PathBuf;

use egui::{Button, Grid, Label, RichText, TextEdit, Ui};

use super::fields::pick_button_ui;
use super::{fade_old, fields, splits};
use crate::dataset::DataSet;
use crate::state::{CommandSender, EchoReport, TrainingCommand, TrainingPick};
use crate::train::{FieldGroup, TrainConfig};
use crate::ui::panels::training::TrainingView;
use crate::ui::panels::training::steps::mark_ui;
use crate::ui::panels::training::text::count_text;
use crate::ui::panels::training::verdict::{Grade, found_verdict};
use crate::ui::theme;
use crate::work::Task;

/// Room for the buttons at the end of a path's line.
const BUTTONS_WIDTH_PT: f32 = 330.0;

/// Folders of films and run, what is there, and how it is split.
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
        });
    if let Task::Failed(error) = &view.training.files.columns {
        let palette = theme::palette(ui.visuals());
        ui.label(theme::sentence(error).color(palette.error));
    }
    ui.add_space(theme::SMALL_GAP_PT);
    echo_ui(ui, config, view);
    ui.add_space(theme::GAP_PT);
    let form = fields::FormView {
        is_picking: view.is_picking,
        base: None,
        left_out: &[],
        has_sliders: false,
        commands,
    };
    ui.collapsing("Lists, fractions and labels", |ui| {
        for group in [FieldGroup::Split, FieldGroup::Data] {
            fields::group_ui(ui, group, config, form);
            ui.add_space(theme::GAP_PT);
        }
    });
}

/// What was found at the path, and the splits to choose from.
fn echo_ui(ui: &mut Ui, config: &mut TrainConfig, view: &TrainingView<'_>) {
    let training = view.training;
    if config.data.as_os_str().is_empty() {
        ui.weak("Type or paste a path, choose one, or drop a folder or table on the window");
        return;
    }
    let Some((echo, is_current)) = training.live.echo.latest() else {
        ui.weak("Looking…");
        return;
    };
    ui.scope(|ui| {
        fade_old(ui, is_current);
        answer_ui(ui, config, echo);
    });
}

fn answer_ui(ui: &mut Ui, config: &mut TrainConfig, echo: &EchoReport) {
    let verdict = found_verdict(echo);
    ui.horizontal(|ui| {
        mark_ui(ui, verdict.grade);
        let palette = theme::palette(ui.visuals());
        let text = theme::sentence(&verdict.text);
        let text = match verdict.grade {
            Grade::Problem => text.color(palette.error),
            Grade::Warning => text.color(palette.warning),
            Grade::Ok | Grade::Open => text,
        };
        ui.add(Label::new(text).wrap());
    });
    if let Ok(data) = &echo.data {
        table_ui(ui, data);
    }
    // Unless the verdict says it already.
    if let Some(error) = &echo.run_folder_error
        && *error != verdict.text
    {
        let palette = theme::palette(ui.visuals());
        let text = theme::sentence(error).color(palette.error);
        ui.add(Label::new(text).wrap());
    }
    ui.add_space(theme::SMALL_GAP_PT);
    splits::splits_ui(ui, config, echo);
}

fn table_ui(ui: &mut Ui, data: &DataSet) {
    let name = data.table_path.file_name().unwrap_or_default();
    let labels: Vec<_> = data.table.labels.iter().collect();
    let text = format!(
        "Table {}: {} films, {} findings",
        name.to_string_lossy(),
        count_text(data.table.rows.len()),
        labels.len()
    );
    ui.weak(text).on_hover_text(labels.join(", "));
    if let Some(first) = data.files.missing.first() {
        let root = data.root.display();
        let text = format!("Missing is for example {first}, looked for under {root}");
        ui.add(Label::new(RichText::new(text).weak()).wrap());
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
    let idle = view.training.files.columns.running().is_none();
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

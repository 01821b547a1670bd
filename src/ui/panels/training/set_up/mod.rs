//! The configuration of a run: by widgets, or all keys as text.

mod columns;
mod data;
mod fields;
mod films;
mod learning;
mod network;

use egui::{RichText, ScrollArea, TextEdit, Ui};

use crate::state::{AppState, CommandSender, RunForm, TrainingCommand};
use crate::train::TrainConfig;
use crate::ui::theme;

pub use columns::columns_ui;

/// A group of settings that belong together.
type Group = fn(&mut Ui, &mut TrainConfig, &AppState, &CommandSender);

/// The page on which a run is configured.
pub fn set_up_ui(ui: &mut Ui, state: &AppState, commands: &CommandSender) {
    let form = &state.training.form;
    let mut config = form.config.clone();
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        data::data_ui(ui, &mut config, state, commands);
        ui.separator();
        if form.text.is_some() {
            text_ui(ui, form, commands);
        } else {
            groups_ui(ui, &mut config, state, commands);
        }
    });
    if !config.is_written_as(&form.config) {
        commands.train(TrainingCommand::Edit(Box::new(config)));
    }
}

fn groups_ui(ui: &mut Ui, config: &mut TrainConfig, state: &AppState, commands: &CommandSender) {
    const WIDE: [&[Group]; 3] = [
        &[films::split_ui, films::left_out_ui],
        &[
            network::network_ui,
            network::loss_ui,
            network::augmentation_ui,
        ],
        &[
            learning::optimizer_ui,
            learning::schedule_ui,
            learning::run_ui,
        ],
    ];
    const NARROW: [&[Group]; 2] = [
        &[
            films::split_ui,
            films::left_out_ui,
            network::augmentation_ui,
        ],
        &[
            network::network_ui,
            network::loss_ui,
            learning::optimizer_ui,
            learning::schedule_ui,
            learning::run_ui,
        ],
    ];
    let wide = ui.available_width() >= 3.0 * theme::FIELD_COLUMN_WIDTH_PT;
    let columns: &[&[Group]] = if wide { &WIDE } else { &NARROW };
    ui.columns(columns.len(), |uis| {
        for (ui, groups) in uis.iter_mut().zip(columns) {
            for group in *groups {
                group(ui, config, state, commands);
                ui.add_space(theme::GAP_PT);
            }
        }
    });
}

fn text_ui(ui: &mut Ui, form: &RunForm, commands: &CommandSender) {
    let palette = theme::palette(ui.visuals());
    let label = ui.strong("All keys");
    ui.weak("The same configuration as text; valid changes apply at once");
    if let Some(error) = &form.text_error {
        ui.label(RichText::new(error).color(palette.error));
    }
    let mut text = form.text.clone().unwrap_or_default();
    let editor = TextEdit::multiline(&mut text)
        .code_editor()
        .desired_rows(30)
        .desired_width(f32::INFINITY);
    if ui.add(editor).labelled_by(label.id).changed() {
        commands.train(TrainingCommand::EditText(text));
    }
}

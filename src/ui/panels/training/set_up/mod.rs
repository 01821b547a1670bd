//! The configuration of a run: by widgets, or all keys as text.

mod columns;
mod data;
mod fields;

use egui::{ScrollArea, TextEdit, Ui};

use super::TrainingView;
use crate::state::{CommandSender, RunForm, TrainingCommand};
use crate::train::{FieldGroup, TrainConfig};
use crate::ui::theme;

pub use columns::columns_ui;

/// Groups of each column, from left to right.
const WIDE: [&[FieldGroup]; 3] = [
    &[FieldGroup::Split, FieldGroup::Sampling],
    &[
        FieldGroup::Network,
        FieldGroup::Loss,
        FieldGroup::Augmentation,
    ],
    &[FieldGroup::Optimizer, FieldGroup::Schedule, FieldGroup::Run],
];
const NARROW: [&[FieldGroup]; 2] = [
    &[
        FieldGroup::Split,
        FieldGroup::Sampling,
        FieldGroup::Augmentation,
    ],
    &[
        FieldGroup::Network,
        FieldGroup::Loss,
        FieldGroup::Optimizer,
        FieldGroup::Schedule,
        FieldGroup::Run,
    ],
];

/// The page on which a run is configured.
pub fn set_up_ui(ui: &mut Ui, view: &TrainingView<'_>, commands: &CommandSender) {
    let form = &view.training.form;
    let mut config = form.config.clone();
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        data::data_ui(ui, &mut config, view, commands);
        ui.separator();
        if form.text.is_some() {
            text_ui(ui, form, commands);
        } else {
            groups_ui(ui, &mut config, view, commands);
        }
    });
    if !config.is_written_as(&form.config) {
        commands.train(TrainingCommand::Edit(Box::new(config)));
    }
}

fn groups_ui(
    ui: &mut Ui,
    config: &mut TrainConfig,
    view: &TrainingView<'_>,
    commands: &CommandSender,
) {
    let wide = ui.available_width() >= 3.0 * theme::FIELD_COLUMN_WIDTH_PT;
    let columns: &[&[FieldGroup]] = if wide { &WIDE } else { &NARROW };
    ui.columns(columns.len(), |uis| {
        for (ui, groups) in uis.iter_mut().zip(columns) {
            for group in *groups {
                fields::group_ui(ui, *group, config, view.is_picking, commands);
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
        ui.label(theme::sentence(error).color(palette.error));
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

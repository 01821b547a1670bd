use egui::{Button, CollapsingHeader, TextEdit, Ui};

use super::augmentation;
use super::fields::{self, FormView};
use crate::state::{CommandSender, RunForm, TrainingCommand};
use crate::train::{FieldGroup, Preset, TrainConfig};
use crate::ui::panels::TrainingViews;
use crate::ui::panels::training::TrainingView;
use crate::ui::theme;

/// Settings that are changed most, above all others.
const IN_VIEW: [&str; 5] = ["depth", "side", "epochs", "learning_rate", "batch_size"];
/// Groups of each column, from left to right.
const WIDE: [&[FieldGroup]; 2] = [
    &[FieldGroup::Network, FieldGroup::Run],
    &[FieldGroup::Optimizer, FieldGroup::Schedule],
];
const NARROW: [&[FieldGroup]; 1] = [&[
    FieldGroup::Network,
    FieldGroup::Optimizer,
    FieldGroup::Schedule,
    FieldGroup::Run,
]];

/// Settings by their groups, or all keys as text.
pub fn recipe_ui(
    ui: &mut Ui,
    config: &mut TrainConfig,
    view: &TrainingView<'_>,
    views: &mut TrainingViews,
    commands: &CommandSender,
) {
    let form = &view.training.form;
    let mut shown = form.text.is_some();
    if ui.checkbox(&mut shown, "All keys as text").changed() {
        commands.train(TrainingCommand::ShowText(shown));
    }
    if let Some(error) = &form.error {
        let palette = theme::palette(ui.visuals());
        ui.label(theme::sentence(error).color(palette.error));
    }
    if form.text.is_some() {
        text_ui(ui, form, commands);
        return;
    }
    let preset = Preset::nearest(config);
    presets_ui(ui, config, preset);
    ui.add_space(theme::SMALL_GAP_PT);
    let base = preset.applied_to(config);
    let form_view = FormView {
        is_picking: view.is_picking,
        base: Some(&base),
        left_out: &IN_VIEW,
        has_sliders: false,
        commands,
    };
    let first = IN_VIEW.into_iter().filter_map(FieldGroup::field);
    fields::fields_ui(ui, "first settings", first, config, form_view);
    ui.add_space(theme::GAP_PT);
    let n_changed = preset.changed(config).len();
    let title = match n_changed {
        0 => "Advanced".to_owned(),
        n => format!("Advanced ({n} changed in all)"),
    };
    CollapsingHeader::new(title)
        .id_salt("advanced")
        .show(ui, |ui| groups_ui(ui, config, form_view));
    ui.add_space(theme::GAP_PT);
    augmentation::augmentation_ui(ui, config, view.training, views, form_view);
}

/// The recipes to start from; the nearest is the chosen one.
fn presets_ui(ui: &mut Ui, config: &mut TrainConfig, chosen: Preset) {
    let n_changed = chosen.changed(config).len();
    ui.horizontal_wrapped(|ui| {
        ui.strong("Preset");
        for preset in Preset::ALL {
            let button = Button::selectable(preset == chosen, preset.name());
            if ui.add(button).on_hover_text(preset.help()).clicked() {
                *config = preset.applied_to(config);
            }
        }
        match n_changed {
            0 => {}
            1 => {
                ui.weak("1 value changed");
            }
            n => {
                ui.weak(format!("{n} values changed"));
            }
        }
    });
    ui.weak(chosen.help());
}

fn groups_ui(ui: &mut Ui, config: &mut TrainConfig, form: FormView<'_>) {
    let wide = ui.available_width() >= 2.0 * theme::FIELD_COLUMN_WIDTH_PT;
    let columns: &[&[FieldGroup]] = if wide { &WIDE } else { &NARROW };
    ui.columns(columns.len(), |uis| {
        for (ui, groups) in uis.iter_mut().zip(columns) {
            for group in *groups {
                fields::group_ui(ui, *group, config, form);
                ui.add_space(theme::GAP_PT);
            }
        }
    });
}

fn text_ui(ui: &mut Ui, form: &RunForm, commands: &CommandSender) {
    let palette = theme::palette(ui.visuals());
    let label = ui.strong("All keys");
    ui.weak("The same configuration as text; valid changes apply at once");
    // Room for the error is always there: the text does not move under the pointer.
    let error = form.text_error.as_deref().unwrap_or_default();
    ui.label(theme::sentence(error).color(palette.error));
    let mut text = form.text.clone().unwrap_or_default();
    let editor = TextEdit::multiline(&mut text)
        .id_salt("all keys")
        .code_editor()
        .desired_rows(30)
        .desired_width(f32::INFINITY);
    if ui.add(editor).labelled_by(label.id).changed() {
        commands.train(TrainingCommand::EditText(text));
    }
}

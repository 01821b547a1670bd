use std::ops::RangeInclusive;
use std::path::PathBuf;

use egui::emath::Numeric;
use egui::{Button, ComboBox, Grid, Response, RichText, TextEdit, Ui};

use crate::dataset::Undersampling;
use crate::state::{CommandSender, TrainingCommand, TrainingPick};
use crate::train::{Choice, Field, FieldGroup, FieldKind, TrainConfig};
use crate::ui::theme;
use crate::ui::widgets::{NumberField, NumberSlider};

const PICK_BUTTON_WIDTH_PT: f32 = 34.0;
const SLIDER_WIDTH_PT: f32 = 110.0;

/// How settings are shown.
#[derive(Clone, Copy)]
pub struct FormView<'a> {
    /// Whether a file dialog is open.
    pub is_picking: bool,
    /// Values that differ from these are marked.
    pub base: Option<&'a TrainConfig>,
    /// Keys of settings that are shown elsewhere.
    pub left_out: &'a [&'static str],
    /// Whether real numbers have a slider beside their field.
    pub has_sliders: bool,
    /// What was asked for.
    pub commands: &'a CommandSender,
}

/// The name of a setting, with its tooltip.
#[derive(Clone, Copy)]
struct Caption<'a> {
    name: &'a str,
    hover: &'a str,
    /// The value that was changed, if it was.
    usual: Option<&'a str>,
}

impl<'a> Caption<'a> {
    fn new(name: &'a str, hover: &'a str) -> Self {
        let usual = None;
        Self { name, hover, usual }
    }

    /// Strong and in color where the value was changed.
    fn ui(self, ui: &mut Ui) -> Response {
        let Some(usual) = self.usual else {
            return ui.label(self.name);
        };
        let palette = theme::palette(ui.visuals());
        let name = RichText::new(self.name).strong().color(palette.train);
        ui.label(name)
            .on_hover_text(format!("Changed, the preset has {usual}"))
    }
}

/// A heading with the settings of a group below it; those without effect are hidden.
pub fn group_ui(ui: &mut Ui, group: FieldGroup, config: &mut TrainConfig, form: FormView<'_>) {
    ui.strong(group.title());
    let fields = group.fields().iter();
    let fields = fields.filter(|field| !form.left_out.contains(&field.key));
    fields_ui(ui, group.title(), fields, config, form);
}

/// Settings below each other; those without effect are hidden.
pub fn fields_ui<'f>(
    ui: &mut Ui,
    id: &str,
    fields: impl Iterator<Item = &'f Field>,
    config: &mut TrainConfig,
    form: FormView<'_>,
) {
    Grid::new(id)
        .num_columns(2)
        .spacing([10.0, 5.0])
        .min_col_width(theme::FIELD_NAME_WIDTH_PT)
        .show(ui, |ui| {
            for field in fields {
                if (field.applies)(config) {
                    field_ui(ui, field, config, form);
                }
            }
        });
}

fn field_ui(ui: &mut Ui, field: &Field, config: &mut TrainConfig, form: FormView<'_>) {
    let usual = form.base.map(|base| field.value(base));
    let text = Caption {
        name: field.label,
        hover: field.help,
        usual: usual
            .as_deref()
            .filter(|usual| *usual != field.value(config)),
    };
    let allowed = || field.allowed();
    match &field.kind {
        FieldKind::Count(number) => {
            let mut value = (number.get)(config);
            number_ui(
                ui,
                text,
                &mut value,
                (number.range.clone(), number.speed),
                allowed(),
            );
            (number.set)(config, value);
        }
        FieldKind::Number(number) if form.has_sliders => {
            let mut value = (number.get)(config);
            let limits = (number.range.clone(), number.speed);
            slider_ui(ui, text, &mut value, limits, allowed());
            (number.set)(config, value);
        }
        FieldKind::Number(number) => {
            let mut value = (number.get)(config);
            number_ui(
                ui,
                text,
                &mut value,
                (number.range.clone(), number.speed),
                allowed(),
            );
            (number.set)(config, value);
        }
        FieldKind::Size(size) => {
            let value = (size.at.get_mut)(config);
            box_ui(ui, text, &value.to_string(), |ui| {
                for offered in size.offered() {
                    ui.selectable_value(value, offered, offered.to_string());
                }
            });
        }
        FieldKind::Choice(choices) => choice_ui(ui, text, choices, config),
        FieldKind::Undersampling(choices, at) => {
            choice_ui(ui, text, choices, config);
            undersampling_ui(ui, (at.get_mut)(config));
        }
        FieldKind::Switch(at) => {
            ui.label("");
            let switch = ui.checkbox((at.get_mut)(config), field.label);
            switch.on_hover_text(field.help);
            ui.end_row();
        }
        FieldKind::Text(at) => {
            let edit = TextEdit::singleline((at.get_mut)(config));
            text_ui(ui, text, edit.desired_width(theme::FIELD_WIDTH_PT));
            ui.end_row();
        }
        FieldKind::OptionalText(at) => {
            let value = (at.get_mut)(config);
            let mut typed = value.clone().unwrap_or_default();
            let edit = TextEdit::singleline(&mut typed).hint_text("None");
            if text_ui(ui, text, edit.desired_width(theme::FIELD_WIDTH_PT)).changed() {
                *value = (!typed.trim().is_empty()).then_some(typed);
            }
            ui.end_row();
        }
        FieldKind::DataFile(at) | FieldKind::ModelFile(at) => {
            path_ui(
                ui,
                field,
                (at.get_mut)(config),
                form.is_picking,
                form.commands,
            );
        }
        // Above the groups, see `data_ui`.
        FieldKind::Data(_) | FieldKind::Columns(_) => {}
    }
    if let Some(warning) = &field.warning
        && (warning.is_due)(config)
    {
        warning_ui(ui, warning.text);
    }
}

/// A number with its name and tooltip, and what is wrong with the last input.
fn number_ui<N: Numeric>(
    ui: &mut Ui,
    caption: Caption<'_>,
    value: &mut N,
    (range, speed): (RangeInclusive<N>, f64),
    allowed: String,
) {
    let label = caption.ui(ui);
    let field = NumberField::new(value, range).allowed(allowed).speed(speed);
    ui.add(field)
        .labelled_by(label.id)
        .on_hover_text(caption.hover);
    ui.end_row();
}

/// The same with a slider before it.
fn slider_ui(
    ui: &mut Ui,
    caption: Caption<'_>,
    value: &mut f64,
    (range, speed): (RangeInclusive<f64>, f64),
    allowed: String,
) {
    let label = caption.ui(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().slider_width = SLIDER_WIDTH_PT;
        NumberSlider::new(value, range, label.id)
            .step(speed)
            .allowed(allowed)
            .ui(ui)
            .on_hover_text(caption.hover);
    });
    ui.end_row();
}

fn choice_ui(ui: &mut Ui, text: Caption<'_>, choices: &[Choice], config: &mut TrainConfig) {
    let chosen = choices.iter().find(|choice| (choice.is_chosen)(config));
    let shown = chosen.map_or("another", |choice| choice.label);
    box_ui(ui, text, shown, |ui| {
        for choice in choices {
            let is_chosen = (choice.is_chosen)(config);
            if ui.selectable_label(is_chosen, choice.label).clicked() && !is_chosen {
                (choice.choose)(config);
            }
        }
    });
}

/// A selection box with its name and tooltip.
fn box_ui(ui: &mut Ui, caption: Caption<'_>, shown: &str, choices: impl FnOnce(&mut Ui)) {
    let label = caption.ui(ui);
    ComboBox::from_id_salt(caption.name)
        .width(theme::FIELD_WIDTH_PT)
        .selected_text(shown)
        .show_ui(ui, choices)
        .response
        .labelled_by(label.id)
        .on_hover_text(caption.hover);
    ui.end_row();
}

fn undersampling_ui(ui: &mut Ui, rule: &mut Undersampling) {
    if let Undersampling::Fraction { share, seed } = rule {
        let fraction = Caption::new("Fraction kept", "From 0 to 1");
        number_ui(ui, fraction, share, (0.0..=1.0, 0.005), "0 to 1".to_owned());
        let text = Caption::new("Undersampling seed", "Seed of the random choice");
        number_ui(ui, text, seed, (0..=u64::MAX, 0.2), "at least 0".to_owned());
    }
}

fn text_ui(ui: &mut Ui, caption: Caption<'_>, edit: TextEdit<'_>) -> Response {
    let label = caption.ui(ui);
    ui.add(edit)
        .labelled_by(label.id)
        .on_hover_text(caption.hover)
}

/// A path that may be missing, typed or picked.
fn path_ui(
    ui: &mut Ui,
    field: &Field,
    path: &mut Option<PathBuf>,
    is_picking: bool,
    commands: &CommandSender,
) {
    let label = ui.label(field.label);
    ui.horizontal(|ui| {
        let shown = path.as_deref().map(|path| path.display().to_string());
        let mut text = shown.unwrap_or_default();
        let edit = TextEdit::singleline(&mut text)
            .hint_text("None")
            .desired_width(theme::FIELD_WIDTH_PT - PICK_BUTTON_WIDTH_PT);
        let response = ui.add(edit).labelled_by(label.id);
        if response.on_hover_text(field.help).changed() {
            // As typed: a trailing space or slash may be the start of a longer path.
            *path = (!text.is_empty()).then(|| PathBuf::from(text));
        }
        let pick = TrainingPick::Field(field.key);
        pick_button_ui(ui, "…", pick, is_picking, commands);
    });
    ui.end_row();
}

/// A button that asks for a path.
pub fn pick_button_ui(
    ui: &mut Ui,
    words: &str,
    pick: TrainingPick,
    is_picking: bool,
    commands: &CommandSender,
) -> Response {
    let response = ui.add_enabled(!is_picking, Button::new(words));
    let name = pick.question();
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::accesskit::Role::Button, !is_picking, name)
    });
    let response = response.on_hover_text(name);
    if response.clicked() {
        commands.train(TrainingCommand::Pick(pick));
    }
    response
}

/// A warning about a setting, across both columns.
fn warning_ui(ui: &mut Ui, text: &str) {
    let palette = theme::palette(ui.visuals());
    ui.label("");
    ui.add(egui::Label::new(RichText::new(text).color(palette.warning)).wrap());
    ui.end_row();
}

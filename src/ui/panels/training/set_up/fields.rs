use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use egui::emath::Numeric;
use egui::{Button, ComboBox, DragValue, Grid, Response, RichText, TextEdit, Ui, Vec2};

use crate::state::{AppState, CommandSender, TrainingCommand, TrainingPick};
use crate::ui::theme;

/// Maximum number of digits shown of a number.
const MAX_DECIMALS: usize = 8;
const NUMBER_WIDTH_PT: f32 = 76.0;

/// A heading with rows of names and fields below it.
pub fn group_ui(ui: &mut Ui, title: &str, rows: impl FnOnce(&mut Ui)) {
    ui.strong(title);
    Grid::new(title)
        .num_columns(2)
        .spacing([10.0, 5.0])
        .min_col_width(theme::FIELD_NAME_WIDTH_PT)
        .show(ui, rows);
}

/// A number with its name; `hover` says more of it.
pub fn number_ui<N: Numeric>(
    ui: &mut Ui,
    (name, hover): (&str, &str),
    value: &mut N,
    range: RangeInclusive<N>,
    speed: f64,
) {
    let label = ui.label(name);
    let decimals = if N::INTEGRAL { 0 } else { MAX_DECIMALS };
    let drag = DragValue::new(value)
        .range(range)
        // A value out of range came from a file and is said, not changed behind one's back.
        .clamp_existing_to_range(false)
        .speed(speed)
        .max_decimals(decimals);
    let size = Vec2::new(NUMBER_WIDTH_PT, ui.spacing().interact_size.y);
    let field = |ui: &mut Ui| ui.add_sized(size, drag);
    // Alone in its cell it would be in the middle.
    let response = ui.horizontal(field).inner;
    response.labelled_by(label.id).on_hover_text(hover);
    ui.end_row();
}

/// A switch with its name.
pub fn switch_ui(ui: &mut Ui, (name, hover): (&str, &str), value: &mut bool) {
    ui.label("");
    ui.checkbox(value, name).on_hover_text(hover);
    ui.end_row();
}

/// One of a few, each with the words for it.
pub fn choice_ui<T: Copy + PartialEq>(
    ui: &mut Ui,
    (name, hover): (&str, &str),
    value: &mut T,
    choices: &[(T, &str)],
) {
    let shown = choices.iter().find(|(choice, _)| choice == value);
    let label = ui.label(name);
    ComboBox::from_id_salt(name)
        .width(theme::FIELD_WIDTH_PT)
        .selected_text(shown.map_or("another", |(_, words)| *words))
        .show_ui(ui, |ui| {
            for (choice, words) in choices {
                ui.selectable_value(value, *choice, *words);
            }
        })
        .response
        .labelled_by(label.id)
        .on_hover_text(hover);
    ui.end_row();
}

/// One of a few sizes; another one, as from a file, is shown as it is.
pub fn size_ui(
    ui: &mut Ui,
    (name, hover): (&str, &str),
    value: &mut usize,
    sizes: impl Iterator<Item = usize>,
) {
    let label = ui.label(name);
    ComboBox::from_id_salt(name)
        .width(theme::FIELD_WIDTH_PT)
        .selected_text(value.to_string())
        .show_ui(ui, |ui| {
            for size in sizes {
                ui.selectable_value(value, size, size.to_string());
            }
        })
        .response
        .labelled_by(label.id)
        .on_hover_text(hover);
    ui.end_row();
}

/// A text that may be left out.
pub fn optional_text_ui(ui: &mut Ui, (name, hover): (&str, &str), value: &mut Option<String>) {
    let label = ui.label(name);
    let mut text = value.clone().unwrap_or_default();
    let field = TextEdit::singleline(&mut text)
        .hint_text("none")
        .desired_width(theme::FIELD_WIDTH_PT);
    let response = ui.add(field).labelled_by(label.id);
    if response.on_hover_text(hover).changed() {
        *value = (!text.trim().is_empty()).then_some(text);
    }
    ui.end_row();
}

/// A path that may be left out, typed or asked for.
pub fn optional_path_ui(
    ui: &mut Ui,
    (name, hover): (&str, &str),
    path: &mut Option<PathBuf>,
    pick: TrainingPick,
    state: &AppState,
    commands: &CommandSender,
) {
    let label = ui.label(name);
    ui.horizontal(|ui| {
        let mut text = path_text(path.as_deref());
        let width = theme::FIELD_WIDTH_PT - 34.0;
        let field = TextEdit::singleline(&mut text)
            .hint_text("none")
            .desired_width(width);
        let response = ui.add(field).labelled_by(label.id);
        if response.on_hover_text(hover).changed() {
            // As typed: a trailing space or slash may be the start of a longer path.
            *path = (!text.is_empty()).then(|| PathBuf::from(text));
        }
        pick_button_ui(ui, "…", pick, state, commands);
    });
    ui.end_row();
}

/// A button that asks for a path.
pub fn pick_button_ui(
    ui: &mut Ui,
    words: &str,
    pick: TrainingPick,
    state: &AppState,
    commands: &CommandSender,
) -> Response {
    let response = ui.add_enabled(!state.is_picking(), Button::new(words));
    let name = pick.question();
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::accesskit::Role::Button, !state.is_picking(), name)
    });
    let response = response.on_hover_text(name);
    if response.clicked() {
        commands.train(TrainingCommand::Pick(pick));
    }
    response
}

/// A warning about a setting, across both columns.
pub fn warning_ui(ui: &mut Ui, text: &str) {
    let palette = theme::palette(ui.visuals());
    ui.label("");
    ui.add(egui::Label::new(RichText::new(text).color(palette.warning)).wrap());
    ui.end_row();
}

fn path_text(path: Option<&Path>) -> String {
    path.map_or_else(String::new, |path| path.display().to_string())
}

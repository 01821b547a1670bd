//! What the tables under the plots have in common.

use std::path::Path;

use egui::{Button, FontId, RichText, Ui};

use super::EvaluationView;
use super::header::pick_ui;
use crate::state::{CommandSender, EvaluationCommand, EvaluationPick};
use crate::ui::theme;

/// Three decimals, or `n/a`.
pub fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "n/a".to_owned(), |value| format!("{value:.3}"))
}

/// The headings of a grid.
pub fn head_ui(ui: &mut Ui, heads: &[&str]) {
    for &head in heads {
        ui.label(RichText::new(head).small().weak());
    }
    ui.end_row();
}

/// A number in a grid.
pub fn number_ui(ui: &mut Ui, text: &str) {
    let font = FontId::monospace(theme::SMALL_TEXT_PT);
    ui.label(RichText::new(text).font(font));
}

/// Starts work that needs the films' table, and says or asks where that is.
pub fn start_ui(
    ui: &mut Ui,
    words: &str,
    command: EvaluationCommand,
    view: &EvaluationView<'_>,
    commands: &CommandSender,
) {
    let films = view.evaluation.films_table().map(AsRef::<Path>::as_ref);
    if let Some(films) = films {
        let idle = view.evaluation.underway().is_none();
        if ui.add_enabled(idle, Button::new(words)).clicked() {
            commands.evaluate(command);
        }
        let path = films.display().to_string();
        let label = RichText::new(&path).small().weak();
        pick_ui(ui, "Other films…", EvaluationPick::Films, view, commands);
        ui.add(egui::Label::new(label).truncate())
            .on_hover_text(path);
    } else {
        pick_ui(
            ui,
            "Folder of these films…",
            EvaluationPick::Films,
            view,
            commands,
        );
        ui.weak("with the table that the films come from");
    }
}

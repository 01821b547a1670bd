use egui::Ui;

use super::FindingsView;
use crate::domain::Contrast;
use crate::imaging::Severity;
use crate::state::{CommandSender, ListCommand, Mark};
use crate::ui::icons::Icon;
use crate::ui::shortcuts::Action;
use crate::ui::theme;
use crate::ui::widgets::{IconButton, icon_ui};

/// What may be wrong with the film in view, and what can be done about it.
pub fn concerns_ui(ui: &mut Ui, view: &FindingsView<'_>, commands: &CommandSender) {
    if view.films.current_path().is_none() {
        ui.heading("No film");
        ui.weak("Open a film to see its scores");
        return;
    }
    let Some(opened) = view.films.film.opened() else {
        return;
    };
    if view.viewer.options.patient_name_shown {
        let name = opened.film.info.patient_name.as_deref();
        ui.label(format!("Patient: {}", name.unwrap_or("not in the file")));
    }
    let palette = theme::palette(ui.visuals());
    for concern in opened.concerns.all() {
        // A sign of its own for each, for eyes that tell no red from yellow.
        let (icon, color) = match concern.severity {
            Severity::Note => (Icon::Note, palette.weak_text),
            Severity::Warning => (Icon::Warning, palette.warning),
            Severity::Refusal => (Icon::Refusal, palette.error),
        };
        ui.horizontal_top(|ui| {
            icon_ui(ui, icon, color);
            let text = egui::RichText::new(&concern.text).color(color);
            ui.add(egui::Label::new(text).wrap());
        });
    }
    auto_window_ui(ui, view, opened.film.contrast, commands);
}

/// At the concern about contrast: another window in place of the file's, and the way back.
fn auto_window_ui(
    ui: &mut Ui,
    view: &FindingsView<'_>,
    contrast: Contrast,
    commands: &CommandSender,
) {
    let action = Action::UseAutoWindow;
    if view.actions.command(action).is_none() {
        return;
    }
    let label = match contrast {
        Contrast::Auto => "Use the file's window",
        Contrast::File | Contrast::Chosen => "Use auto window",
    };
    let button = egui::Button::new(label);
    let hint = "The window that the film is scored by; an auto window is chosen by its gray values";
    view.actions
        .add(ui, action, button, commands)
        .on_hover_text(hint);
}

/// Mark and note of the film; both are saved in a file next to the films.
pub fn note_ui(ui: &mut Ui, view: &FindingsView<'_>, commands: &CommandSender) {
    let Some(entry) = view.films.current_entry() else {
        return;
    };
    ui.add_space(theme::SMALL_GAP_PT);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::TINY_GAP_PT;
        for (mark, action, icon) in [
            (Mark::Flagged, Action::Flag, Icon::Flag),
            (Mark::Reviewed, Action::Reviewed, Icon::Check),
            (Mark::Excluded, Action::Exclude, Icon::Exclude),
        ] {
            let button = IconButton::new(icon, mark.label())
                .word(Some(mark.label()))
                .selected(entry.mark == Some(mark));
            let response = ui.add(button);
            if response.clicked() {
                commands.list(ListCommand::Mark(mark));
            }
            view.actions.explain(response, action, None);
        }
    });
    ui.horizontal(|ui| {
        let mut text = entry.note.clone();
        let field = egui::TextEdit::singleline(&mut text)
            .hint_text("Note on this film")
            .desired_width(f32::INFINITY);
        let response = ui.add(field);
        response.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Note on this film")
        });
        if response.changed() {
            commands.list(ListCommand::Note(text));
        }
    });
    let remark = egui::RichText::new("Scores rank films; they are not probabilities");
    ui.label(remark.small().weak());
}

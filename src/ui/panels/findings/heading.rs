use egui::Ui;

use super::FindingsView;
use crate::imaging::Severity;
use crate::state::{CommandSender, ListCommand, Mark};
use crate::ui::icons::Icon;
use crate::ui::shortcuts::Action;
use crate::ui::theme;
use crate::ui::widgets::{IconButton, icon_ui};

/// What to know of the film in view besides a refusal, which a card over the film says; and what can be done.
pub fn concerns_ui(ui: &mut Ui, view: &FindingsView<'_>, commands: &CommandSender) {
    let Some(opened) = view.films.film.opened() else {
        return;
    };
    if view.viewer.options.patient_name_shown {
        let name = opened.film.info.patient_name.as_deref();
        ui.label(format!("Patient: {}", name.unwrap_or("not in the file")));
    }
    let palette = theme::palette(ui.visuals());
    let refused = view.viewer.is_refused(view.films);
    for concern in opened.concerns.all() {
        // A sign of its own for each, for eyes that tell no red from yellow.
        let (icon, color) = match concern.severity {
            Severity::Note => (Icon::Note, palette.weak_text),
            Severity::Warning => (Icon::Warning, palette.warning),
            // The card over the film says it.
            Severity::Refusal if refused => continue,
            Severity::Refusal => (Icon::Refusal, palette.error),
        };
        ui.horizontal_top(|ui| {
            icon_ui(ui, icon, color);
            let text = egui::RichText::new(&concern.text).color(color);
            ui.add(egui::Label::new(text).wrap());
        });
    }
    // Of a refused film the card has them.
    let mut offers = Vec::new();
    if !refused {
        offers.push((Action::RotateAndScore, "Rotate and score"));
        offers.push((Action::InvertAndScore, "Invert and score"));
    }
    if !refused && !opened.correction.auto_window {
        offers.push((Action::UseAutoWindow, "Use auto window"));
    }
    offers.push((Action::AsInFile, "Use the film as in its file"));
    offers.retain(|(action, _)| view.actions.command(*action).is_some());
    if offers.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        for (action, label) in offers {
            let button = egui::Button::new(label);
            let response = view.actions.add(ui, action, button, commands);
            response.on_hover_text(action.label());
        }
    });
}

/// Mark and note of the film; both are saved in a file next to the films.
pub fn note_ui(ui: &mut Ui, view: &FindingsView<'_>, commands: &CommandSender) {
    let Some(entry) = view.films.current_entry() else {
        return;
    };
    ui.add_space(theme::SMALL_GAP_PT);
    let worded = ui.available_width() >= theme::NARROW_PANEL_PT;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::TINY_GAP_PT;
        for (mark, action, icon) in [
            (Mark::Flagged, Action::Flag, Icon::Flag),
            (Mark::Reviewed, Action::Reviewed, Icon::Check),
            (Mark::Excluded, Action::Exclude, Icon::Exclude),
        ] {
            let button = IconButton::new(icon, mark.label())
                .word(worded.then_some(mark.label()))
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

use egui::Ui;

use super::FindingsView;
use crate::domain::SpacingSource;
use crate::domain::{Contrast, Film};
use crate::imaging::Severity;
use crate::state::{CommandSender, ListCommand, Mark};
use crate::ui::shortcuts::Action;
use crate::ui::theme;

/// Which film this is, what its file says, what may be wrong with it, and the reader's own words.
pub fn heading_ui(ui: &mut Ui, view: &FindingsView<'_>, commands: &CommandSender) {
    let Some(path) = view.films.current_path() else {
        ui.heading("No film");
        ui.weak("Open a film to see its scores");
        ui.add_space(theme::SMALL_GAP_PT);
        return;
    };
    let name = path.file_name().unwrap_or(path.as_os_str());
    let name = egui::RichText::new(name.to_string_lossy()).heading();
    ui.add(egui::Label::new(name).truncate())
        .on_hover_text(path.display().to_string());
    if let Some(opened) = view.films.film.opened() {
        let film = &opened.film;
        ui.weak(facts(film)).on_hover_text(details(film));
        if view.viewer.options.patient_name_shown {
            let name = film.info.patient_name.as_deref();
            ui.label(format!("Patient: {}", name.unwrap_or("not in the file")));
        }
        let palette = theme::palette(ui.visuals());
        for concern in opened.concerns.all() {
            let color = match concern.severity {
                Severity::Note | Severity::Warning => palette.warning,
                Severity::Refusal => palette.error,
            };
            ui.label(egui::RichText::new(&concern.text).color(color));
        }
        auto_window_ui(ui, view, opened.film.contrast, commands);
    }
    note_ui(ui, view, commands);
    ui.add_space(theme::SMALL_GAP_PT);
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
fn note_ui(ui: &mut Ui, view: &FindingsView<'_>, commands: &CommandSender) {
    let Some(entry) = view.films.current_entry() else {
        return;
    };
    ui.horizontal(|ui| {
        for (mark, action) in [
            (Mark::Flagged, Action::Flag),
            (Mark::Reviewed, Action::Reviewed),
            (Mark::Excluded, Action::Exclude),
        ] {
            let button = egui::Button::selectable(entry.mark == Some(mark), mark.label());
            let key = view.actions.key_words(ui.ctx(), action);
            if ui.add(button).on_hover_text(key).clicked() {
                commands.list(ListCommand::Mark(mark));
            }
        }
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
}

/// The processing steps of the pixels, and the windows of the file, the one in use first.
fn details(film: &Film) -> String {
    let windows = std::iter::once(&film.default_window).chain(&film.other_windows);
    let windows = windows.map(|window| format!("Window: {}", window.name));
    let lines: Vec<String> = film.steps.iter().cloned().chain(windows).collect();
    lines.join("\n")
}

fn facts(film: &Film) -> String {
    let info = &film.info;
    let mut facts = vec![
        info.format.clone(),
        format!(
            "{} x {} px",
            film.pixels.width_px(),
            film.pixels.height_px()
        ),
        format!("{} bits", info.bits),
    ];
    facts.extend(info.view_position.clone());
    facts.extend(info.laterality.clone());
    if let Some(spacing) = info.spacing {
        let source = match spacing.source {
            SpacingSource::PixelSpacing => "pixel spacing",
            SpacingSource::ImagerPixelSpacing => "at the detector",
        };
        facts.push(format!("{:.3} mm ({source})", spacing.row_mm));
    }
    facts.join(" · ")
}

use egui::{Align2, Button, Ui, UiBuilder, Vec2};

use crate::state::CommandSender;
use crate::ui::shortcuts::{Action, Actions};
use crate::ui::theme;

/// The welcome page, shown before the first film.
pub fn welcome_ui(ui: &mut Ui, actions: Actions<'_>, commands: &CommandSender) {
    let rect = ui.max_rect();
    let palette = theme::palette(ui.visuals());
    ui.painter().rect_filled(rect, 0.0, palette.film_background);
    let box_size = Vec2::new(480.0_f32.min(rect.width()), 290.0);
    let content = Align2::CENTER_CENTER.align_size_within_rect(box_size, rect);
    ui.scope_builder(UiBuilder::new().max_rect(content), |ui| {
        // Black in both themes, so the words here are light in both.
        ui.visuals_mut().override_text_color = Some(palette.film_text);
        ui.vertical_centered(|ui| {
            let title = egui::RichText::new("Drop a chest film here");
            ui.label(title.size(theme::TITLE_TEXT_PT));
            ui.label("PNG, JPEG, TIFF, BMP or DICOM; one, several, or a folder");
            ui.add_space(theme::GAP_PT);
            ui.scope(|ui| {
                ui.visuals_mut().override_text_color = None;
                let action = Action::OpenFilms;
                let ground = theme::palette(ui.visuals()).selected;
                let text = egui::RichText::new(action.label());
                let text = text.color(theme::palette(ui.visuals()).selected_text);
                let button = Button::new(text)
                    .fill(ground)
                    .min_size(Vec2::new(152.0, 32.0));
                actions.add(ui, action, button, commands);
            });
            ui.add_space(theme::SMALL_GAP_PT);
            ui.horizontal(|ui| {
                let width = 312.0;
                ui.add_space((ui.available_width() - width).max(0.0) / 2.0);
                ui.visuals_mut().override_text_color = None;
                for action in [Action::OpenFolder, Action::OpenSampleFilm] {
                    let button = Button::new(action.label()).min_size(Vec2::new(152.0, 24.0));
                    actions.add(ui, action, button, commands);
                }
            });
            ui.add_space(theme::GAP_PT);
            for line in [
                "Scores are not diagnoses. Nothing above threshold does not mean normal",
                "Press ? for all shortcuts, Ctrl+K to search commands",
                "Films stay on this machine: Thorax has no network code",
            ] {
                ui.label(egui::RichText::new(line).small());
            }
        });
    });
}

use egui::{Align, Color32, Frame, Label, Layout, Rect, RichText, Ui, UiBuilder, Visuals};

use super::Pane;
use crate::domain::{Film, SpacingSource};
use crate::film::OpenedFilm;
use crate::ui::theme;

/// Which film this is, at its top left: name, patient, time, study and facts of the file. A reader in a blinded session
/// sees the facts alone.
pub fn identity_ui(ui: &mut Ui, rect: Rect, pane: &Pane<'_>, opened: &OpenedFilm) {
    let place = rect.shrink2(egui::vec2(6.0, 4.0));
    // A tiny film has no words beside these, and no room for more than its name and patient.
    let tiny = rect.width() < theme::TINY_FILM_PT;
    let share = if tiny { 1.0 } else { 0.5 };
    let place = place.with_max_x(place.left() + place.width() * share);
    let builder = UiBuilder::new()
        .id_salt(("identity", pane.name))
        .max_rect(place)
        .layout(Layout::top_down(Align::Min));
    ui.scope_builder(builder, |ui| {
        let ground = Frame::new()
            .fill(Color32::from_black_alpha(170))
            .corner_radius(3.0)
            .inner_margin(4.0);
        ground.show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            let color = theme::palette(ui.visuals()).film_text;
            let film = &opened.film;
            let line_ui = |ui: &mut Ui, text: RichText| {
                ui.add(Label::new(text.color(color)).truncate().selectable(false))
            };
            if !pane.name_hidden {
                let name = film.path.file_name().unwrap_or(film.path.as_os_str());
                line_ui(ui, RichText::new(name.to_string_lossy()))
                    .on_hover_text(film.path.display().to_string());
            }
            let identity = &pane.identity;
            let study = identity.study.as_ref().filter(|_| !tiny);
            for words in identity.patient.iter().chain(study) {
                line_ui(ui, RichText::new(words).small()).on_hover_text(words);
            }
            if !tiny || pane.name_hidden {
                let view = identity.view.as_deref();
                let view = view.or(film.info.view_position.as_deref());
                line_ui(ui, RichText::new(facts(film, view)).small()).on_hover_text(details(film));
            }
            if pane.concerns_shown && !pane.refused {
                let color = theme::palette(&Visuals::dark()).warning;
                for reason in opened.concerns.reasons() {
                    let text = RichText::new(reason).small().color(color);
                    ui.add(Label::new(text).wrap().selectable(false));
                }
            }
        });
    });
}

/// The processing steps of the pixels, and the windows of the file, the one in use first.
fn details(film: &Film) -> String {
    let windows = std::iter::once(&film.default_window).chain(&film.other_windows);
    let windows = windows.map(|window| format!("Window: {}", window.name));
    let lines: Vec<String> = film.steps.iter().cloned().chain(windows).collect();
    lines.join("\n")
}

fn facts(film: &Film, view: Option<&str>) -> String {
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
    facts.extend(view.map(ToOwned::to_owned));
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

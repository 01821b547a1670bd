//! The film in the middle of the window, with the map of one finding over it.

mod layout;
mod paint;
mod textures;

use egui::{Sense, Ui};

use crate::domain::{Point, Size};
use crate::state::{AppState, Command, CommandSender, FilmState};
use crate::ui::shortcuts::Action;

pub use textures::ViewerTextures;

/// Draws the film and takes wheel, drag and double click over it.
pub fn viewer_ui(
    ui: &mut Ui,
    state: &AppState,
    textures: &mut ViewerTextures,
    commands: &CommandSender,
) {
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Image, true, "Film"));
    let Some(opened) = state.study.film.opened() else {
        paint::message_ui(ui, rect, waiting_text(state));
        return;
    };
    let pixels = &opened.film.pixels;
    let film = Size {
        width: pixels.width_px() as f32,
        height: pixels.height_px() as f32,
    };
    let fitted = layout::fitted(film, rect);
    let screen_from_image = state.view.unwrap_or(fitted);
    paint::film_ui(ui, rect, film, screen_from_image, state, textures);

    if let Some(moved) = layout::moved(ui, &response, screen_from_image) {
        commands.send(Command::SetView(moved));
    }
    if response.double_clicked()
        && let Some(command) = Action::FitFilm.command(state)
    {
        commands.send(command);
    }
}

fn waiting_text(state: &AppState) -> &'static str {
    match state.study.film {
        FilmState::Failed { .. } => "No picture: the film could not be opened",
        FilmState::Cancelled(_) => "Stopped",
        _ => "Opening film…",
    }
}

pub(super) fn point(pos: egui::Pos2) -> Point {
    Point { x: pos.x, y: pos.y }
}

//! The film in the middle of the window, with the map of one finding over it.

mod all_maps;
mod card;
mod cover;
mod identity;
mod input;
mod magnifier;
mod map_texture;
mod measure;
mod paint;
mod placement;
mod readout;
mod tiles;
mod view;

use egui::{Rect, Response, Sense, Ui};

use crate::domain::{Point, Size};
use crate::state::{CommandSender, FilmState, Tool, ViewerArea};
use crate::ui::panels::film_menu::{MenuKeys, film_menu_ui};

pub use all_maps::all_maps_ui;
use map_texture::MapTextures;
use placement::Placement;
use tiles::FilmTiles;
pub use view::{CompareView, Pane};

/// State of a viewer between frames: textures, and what the pointer holds.
#[derive(Default)]
pub struct ViewerViews {
    tiles: FilmTiles,
    maps: MapTextures,
    input: input::InputTexture,
    cover: cover::CoverTexture,
    stroke: cover::Stroke,
    measure: measure::MeasureViews,
}

/// Draws a film and takes pointer and wheel over it; where it was drawn.
pub fn viewer_ui(
    ui: &mut Ui,
    pane: &Pane<'_>,
    views: &mut ViewerViews,
    commands: &CommandSender,
) -> ViewerArea {
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::click_and_drag());
    let name = pane.name;
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Image, true, name));
    let area = ViewerArea {
        fit: pane.fit,
        ..area_of(rect, ui.ctx().pixels_per_point())
    };
    menu_ui(&response, pane, commands);
    let Some(opened) = pane.opened() else {
        paint::message_ui(ui, rect, waiting_text(pane.film));
        card::card_ui(ui, rect, pane, commands);
        return area;
    };
    let film = opened.size();
    let orientation = pane.display.orientation;
    let fitted = area.fitted(orientation.shown_size(film));
    let placement = Placement {
        film,
        orientation,
        screen_from_shown: pane.display.view.unwrap_or(fitted),
    };
    let film = (pane, opened);
    let measured = measure::handle(
        ui,
        &response,
        &placement,
        film,
        &mut views.measure,
        commands,
    );
    let busy = measured.holds_pointer;
    let pointer = input::handle(ui, &response, pane, &placement, busy, commands);
    cover::handle(&response, pane, &placement, &mut views.stroke, commands);
    paint::film_ui(ui, rect, &placement, pane, opened, views, pointer.detail);
    cover::paint_ui(ui, rect, pointer.over, &placement, pane, &mut views.cover);
    let shown = (&measured, &mut views.measure);
    measure::paint_ui(ui, &response, &placement, film, shown, commands);
    identity::identity_ui(ui, rect, pane, opened);
    card::card_ui(ui, rect, pane, commands);
    let mut read = None;
    if let Some(pos) = pointer.over {
        read = readout::paint_ui(ui, rect, pos, &placement, pane, opened);
        if pointer.magnifies {
            magnifier::paint_ui(ui, rect, pos, &placement, pane, opened, views);
        }
    }
    let described = [read, measured.description()];
    let described: Vec<String> = described.into_iter().flatten().collect();
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_description(described.join("\n"));
    });
    area
}

/// The menu of the film; the right button of the brush uncovers.
fn menu_ui(response: &Response, pane: &Pane<'_>, commands: &CommandSender) {
    let Some(film_idx) = pane.film_idx else {
        return;
    };
    let brush = pane.tool == Tool::Cover && response.secondary_clicked();
    if brush {
        return;
    }
    let keys = if pane.beside {
        MenuKeys::InFocus
    } else {
        MenuKeys::InFocusOrAlone
    };
    film_menu_ui(response, keys, pane.actions, film_idx, commands);
}

fn area_of(rect: Rect, pixels_per_point: f32) -> ViewerArea {
    ViewerArea {
        top_left: Point {
            x: rect.min.x,
            y: rect.min.y,
        },
        size: Size {
            width: rect.width(),
            height: rect.height(),
        },
        pixels_per_point,
        fit: 1.0,
    }
}

fn waiting_text(film: &FilmState) -> &'static str {
    match film {
        // A card says why.
        FilmState::Failed { .. } | FilmState::Cancelled(_) => "",
        FilmState::Empty => "No film",
        FilmState::Opening | FilmState::Scoring(_) | FilmState::Read(_) => "Opening film…",
    }
}

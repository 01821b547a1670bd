//! The film in the middle of the window, with the map of one finding over it.

mod all_maps;
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

use egui::{Rect, Sense, Ui};

use crate::domain::{Point, Size};
use crate::state::{CommandSender, FilmState, ViewerArea};

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
    let area = area_of(rect, ui.ctx().pixels_per_point());
    let Some(opened) = pane.opened() else {
        paint::message_ui(ui, rect, waiting_text(pane.film));
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
    }
}

fn waiting_text(film: &FilmState) -> &'static str {
    match film {
        FilmState::Failed { .. } => "The film could not be opened",
        FilmState::Cancelled(_) => "Stopped",
        FilmState::Empty => "No film",
        _ => "Opening film…",
    }
}

use std::sync::Arc;

use egui::{Pos2, Rect, Stroke, StrokeKind, Ui, Vec2};

use super::{Pane, Placement, ViewerViews};
use crate::domain::Point;
use crate::film::OpenedFilm;
use crate::ui::theme;

/// How much larger than in the viewer.
const FACTOR: f32 = 3.0;
/// Side of the square that shows it.
const SIDE_PT: f32 = 220.0;

/// The area under the pointer, enlarged, in a square around it.
pub fn paint_ui(
    ui: &Ui,
    rect: Rect,
    pos: Pos2,
    placement: &Placement,
    pane: &Pane<'_>,
    opened: &Arc<OpenedFilm>,
    views: &mut ViewerViews,
) {
    let glass = Rect::from_center_size(pos, Vec2::splat(SIDE_PT)).intersect(rect);
    let cursor = Point { x: pos.x, y: pos.y };
    let enlarged = Placement {
        screen_from_shown: placement.screen_from_shown.zoomed_at(cursor, FACTOR),
        ..*placement
    };
    let painter = ui.painter_at(glass);
    let palette = theme::palette(ui.visuals());
    painter.rect_filled(glass, 0.0, palette.film_background);
    let tiles = &mut views.tiles;
    tiles.paint(&painter, glass, &enlarged, opened, pane.display, 1.0);
    let stroke = Stroke::new(1.5, palette.film_text);
    painter.rect_stroke(glass, 0.0, stroke, StrokeKind::Inside);
}

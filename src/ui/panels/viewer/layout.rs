use egui::{PointerButton, Rect, Response, Ui};

use super::point;
use crate::domain::{Point, ScreenFromImage, Size};

/// Wheel points that double the zoom, about.
const WHEEL_POINTS_A_FACTOR_OF_E: f32 = 300.0;
/// Free space around a fitted film.
const MARGIN_PT: f32 = 8.0;

/// The whole film in the middle of `rect`.
pub fn fitted(film: Size, rect: Rect) -> ScreenFromImage {
    let inner = rect.shrink(MARGIN_PT);
    let area = Size {
        width: inner.width().max(1.0),
        height: inner.height().max(1.0),
    };
    ScreenFromImage::fit(film, point(inner.min), area)
}

/// Where the film lies after this frame's wheel, pinch and drag; `None` if it did not move.
pub fn moved(
    ui: &Ui,
    response: &Response,
    screen_from_image: ScreenFromImage,
) -> Option<ScreenFromImage> {
    let mut moved = screen_from_image;
    let pans =
        response.dragged_by(PointerButton::Primary) || response.dragged_by(PointerButton::Middle);
    if pans {
        let delta = response.drag_delta();
        moved = moved.panned(Point {
            x: delta.x,
            y: delta.y,
        });
    }
    if let Some(cursor) = response.hover_pos() {
        let (wheel, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
        let factor = pinch * (wheel / WHEEL_POINTS_A_FACTOR_OF_E).exp();
        if (factor - 1.0).abs() > f32::EPSILON {
            moved = moved.zoomed_at(point(cursor), factor);
        }
    }
    (moved != screen_from_image).then_some(moved)
}

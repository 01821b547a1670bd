use egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Stroke, StrokeKind, Ui, pos2};

use super::ViewerTextures;
use crate::dataset::BOX_FRAME_PX;
use crate::domain::{Point, ScreenFromImage, Size};
use crate::state::AppState;
use crate::ui::theme;

const WHOLE: Rect = Rect {
    min: Pos2::ZERO,
    max: pos2(1.0, 1.0),
};

/// Words in the middle of the empty viewer.
pub fn message_ui(ui: &Ui, rect: Rect, text: &str) {
    let palette = theme::palette(ui.visuals());
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0.0, palette.film_background);
    let font = FontId::proportional(16.0);
    painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        text,
        font,
        palette.film_text,
    );
}

/// The film, the map over it, and the words in the corners.
pub fn film_ui(
    ui: &Ui,
    rect: Rect,
    film: Size,
    screen_from_image: ScreenFromImage,
    state: &AppState,
    textures: &mut ViewerTextures,
) {
    let painter = ui.painter_at(rect);
    let palette = theme::palette(ui.visuals());
    painter.rect_filled(rect, 0.0, palette.film_background);
    let corner = |x, y| {
        let pos = screen_from_image.apply(Point { x, y });
        pos2(pos.x, pos.y)
    };
    let place = Rect::from_min_max(corner(0.0, 0.0), corner(film.width, film.height));
    if let Some(opened) = state.study.film.opened() {
        let texture = textures.film(ui.ctx(), opened);
        painter.image(texture, place, WHOLE, Color32::WHITE);
    }
    let map = &state.settings.map;
    let mut words = Vec::new();
    if map.visible
        && let (Some(reading), Some(finding_idx)) = (state.study.film.reading(), state.selected)
        && let Some(name) = reading.maps.labels().get(finding_idx)
    {
        let name = name.replace('_', " ");
        match textures.map(ui.ctx(), reading, finding_idx, map) {
            Some(texture) => {
                let tint = Color32::WHITE.gamma_multiply(map.opacity);
                painter.image(texture, place, WHOLE, tint);
                words.push(format!("Map: {name}"));
            }
            None => words.push(format!("{name}: no positive evidence")),
        }
    }
    if map.visible
        && let Some(name) = boxes_ui(&painter, place, state)
    {
        words.push(format!("Box: {name}"));
    }
    let zoom = screen_from_image.zoom * ui.ctx().pixels_per_point() * 100.0;
    words.push(format!("Zoom {zoom:.0} %"));
    corner_ui(&painter, rect, &words.join("   "), palette.film_text);
}

/// Outlines radiologists' boxes of the selected finding; its name if there is one.
fn boxes_ui(painter: &Painter, film: Rect, state: &AppState) -> Option<String> {
    let opened = state.study.film.opened()?;
    let labels = &state.model.loaded.as_ref()?.classifier.card().labels;
    let name = labels.get(state.selected?)?;
    let boxes = opened.boxes.iter();
    let mut named = None;
    for found in boxes.filter(|found| found.finding.name() == name) {
        let share = |value: f64| (value / BOX_FRAME_PX) as f32;
        let corner = |x, y| film.min + film.size() * egui::vec2(share(x), share(y));
        let outline = Rect::from_min_max(
            corner(found.x, found.y),
            corner(found.x + found.width, found.y + found.height),
        );
        // Dark around light: seen on any gray.
        for (width, color) in [(4.0, theme::BOX_EDGE), (2.0, theme::BOX_LINE)] {
            let stroke = Stroke::new(width, color);
            painter.rect_stroke(outline, 0.0, stroke, StrokeKind::Middle);
        }
        named = Some(name.replace('_', " "));
    }
    named
}

fn corner_ui(painter: &Painter, rect: Rect, text: &str, color: Color32) {
    let font = FontId::proportional(13.0);
    let pos = rect.left_bottom() + egui::vec2(10.0, -8.0);
    let galley = painter.layout_no_wrap(text.to_owned(), font, color);
    let place = Align2::LEFT_BOTTOM.anchor_size(pos, galley.size());
    painter.rect_filled(place.expand(4.0), 3.0, Color32::from_black_alpha(170));
    painter.galley(place.min, galley, color);
}

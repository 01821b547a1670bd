use egui::{Align2, Pos2, Rect, Ui};

use super::{Pane, Placement, paint};
use crate::domain::Point;
use crate::film::OpenedFilm;
use crate::ui::theme;

/// The read-out at a point of the film: its value, and the evidence of the finding in view there.
pub fn paint_ui(
    ui: &Ui,
    rect: Rect,
    pos: Pos2,
    placement: &Placement,
    pane: &Pane<'_>,
    opened: &OpenedFilm,
) -> Option<String> {
    let text = pixel_text(placement.image(pos), opened)?;
    let mut lines = vec![text];
    if pane.map.visible
        && let Some(text) = evidence_text(placement.unit(pos), pane)
    {
        lines.push(text);
    }
    let corner = rect.left_bottom() + egui::vec2(10.0, -theme::ABOVE_MAP_BAR_PT);
    let words = lines.join("\n");
    paint::words_ui(ui, rect, corner, Align2::LEFT_BOTTOM, &words);
    Some(words)
}

/// Column and row from 0, the stored number, and the modality value where the file rescales.
fn pixel_text(pos_in_image: Point, opened: &OpenedFilm) -> Option<String> {
    let film = &opened.film;
    let (width, height) = (film.pixels.width_px(), film.pixels.height_px());
    let within = |value: f32, side: usize| (value >= 0.0 && value < side as f32).then_some(value);
    let column = within(pos_in_image.x, width)? as usize;
    let row = within(pos_in_image.y, height)? as usize;
    let value = *film.pixels.values().get(row * width + column)?;
    let stored = i32::from(value) + film.pixels.offset();
    let modality = film.modality.apply(stored);
    let rescaled = (modality - f64::from(stored)).abs() > f64::EPSILON;
    let modality = rescaled.then(|| format!("   modality {modality:.0}"));
    let modality = modality.unwrap_or_default();
    Some(format!(
        "x {column}, y {row}   stored value {stored}{modality}"
    ))
}

/// The evidence of the finding in view at a point, as a fraction of its map's maximum.
fn evidence_text(place: Point, pane: &Pane<'_>) -> Option<String> {
    let scored = pane.scored()?;
    if !(0.0..=1.0).contains(&place.x) || !(0.0..=1.0).contains(&place.y) {
        return None;
    }
    let (name, heatmap) = scored.maps.iter().nth(pane.selected?)?;
    let name = name.replace('_', " ");
    let value = heatmap.at(place.x, place.y);
    Some(if value > 0.0 {
        let percent = value / heatmap.max() * 100.0;
        format!("{name}: evidence {percent:.0} % of the map's maximum")
    } else {
        format!("{name}: no evidence here")
    })
}

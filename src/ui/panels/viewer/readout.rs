use egui::{Align2, Pos2, Rect, Ui};

use super::{Pane, Placement, paint};
use crate::domain::Point;
use crate::film::OpenedFilm;

/// Findings named at a place, at most.
const MAX_FINDINGS: usize = 4;

/// The read-out at a point of the film: its values, and the findings with evidence there.
pub fn paint_ui(
    ui: &Ui,
    rect: Rect,
    pos: Pos2,
    placement: &Placement,
    pane: &Pane<'_>,
    opened: &OpenedFilm,
) -> Option<String> {
    let text = pixel_text(placement.image(pos), pane, opened)?;
    let mut lines = vec![text];
    if pane.map.visible
        && let Some(text) = findings_text(placement.unit(pos), pane)
    {
        lines.push(text);
    }
    let corner = rect.left_top() + egui::vec2(10.0, 8.0);
    let words = lines.join("\n");
    paint::words_ui(ui, rect, corner, Align2::LEFT_TOP, &words);
    Some(words)
}

/// Column and row from 0, the stored number, the modality value, the gray on the screen.
fn pixel_text(pos_in_image: Point, pane: &Pane<'_>, opened: &OpenedFilm) -> Option<String> {
    let film = &opened.film;
    let (width, height) = (film.pixels.width_px(), film.pixels.height_px());
    let within = |value: f32, side: usize| (value >= 0.0 && value < side as f32).then_some(value);
    let column = within(pos_in_image.x, width)? as usize;
    let row = within(pos_in_image.y, height)? as usize;
    let value = *film.pixels.values().get(row * width + column)?;
    let stored = i32::from(value) + film.pixels.offset();
    let modality = film.modality.apply(stored);
    let inverted = film.inverted != pane.display.inverted;
    let gray = film.shown_voi(&pane.display.gray).apply(modality);
    let gray = (if inverted { 1.0 - gray } else { gray } * 255.0).round();
    Some(format!(
        "x {column}, y {row}   stored {stored}   modality {modality:.0}   shown {gray:.0}"
    ))
}

/// Findings with evidence at a point, the strongest first, as fractions of each map's maximum.
fn findings_text(place: Point, pane: &Pane<'_>) -> Option<String> {
    let scored = pane.scored()?;
    if !(0.0..=1.0).contains(&place.x) || !(0.0..=1.0).contains(&place.y) {
        return None;
    }
    let mut found: Vec<(f32, f32, &str)> = Vec::new();
    for (name, heatmap) in scored.maps.iter() {
        let value = heatmap.at(place.x, place.y);
        if value > 0.0 {
            found.push((value, value / heatmap.max(), name));
        }
    }
    if found.is_empty() {
        return Some("No finding has evidence here".to_owned());
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let n_more = found.len().saturating_sub(MAX_FINDINGS);
    let named = found.iter().take(MAX_FINDINGS).map(|(_, share, name)| {
        let (name, percent) = (name.replace('_', " "), share * 100.0);
        format!("{name} {percent:.0} %")
    });
    let mut text = format!("Evidence here: {}", named.collect::<Vec<_>>().join(", "));
    if n_more > 0 {
        text.push_str(&format!(", {n_more} more"));
    }
    Some(text)
}

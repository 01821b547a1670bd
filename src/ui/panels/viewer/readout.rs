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

/// The evidence of the finding in view at a point.
fn evidence_text(place: Point, pane: &Pane<'_>) -> Option<String> {
    let scored = pane.scored()?;
    if !(0.0..=1.0).contains(&place.x) || !(0.0..=1.0).contains(&place.y) {
        return None;
    }
    let (name, heatmap) = scored.maps.iter().nth(pane.selected?)?;
    let name = name.replace('_', " ");
    let share = share_text(heatmap.at(place.x, place.y), heatmap.max());
    Some(format!("{name}: evidence {share} of the map's maximum"))
}

/// A value as a share of the maximum, one form of words for all; 0 % means none at all.
fn share_text(value: f32, max: f32) -> String {
    if value <= 0.0 || max <= 0.0 {
        return "0 %".to_owned();
    }
    let percent = value / max * 100.0;
    if percent < 1.0 {
        "below 1 %".to_owned()
    } else {
        format!("{percent:.0} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_evidence_is_told_from_none() {
        for (value, max, expected) in [
            (0.0, 2.0, "0 %"),
            (-1.0, 2.0, "0 %"),
            (0.0, 0.0, "0 %"),
            (0.001, 2.0, "below 1 %"),
            (0.5, 2.0, "25 %"),
            (2.0, 2.0, "100 %"),
        ] {
            assert_eq!(share_text(value, max), expected);
        }
    }
}

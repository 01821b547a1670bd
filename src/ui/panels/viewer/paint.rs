use std::sync::Arc;

use egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Stroke, StrokeKind, Ui, Vec2};

use super::map_texture::Line;
use super::placement::WHOLE_UV;
use super::{Pane, Placement, ViewerViews};
use crate::dataset::BOX_FRAME_PX;
use crate::domain::{GrayChoice, PatientOrientation, Point, Voi};
use crate::explain::{line_color, outside_text};
use crate::film::{OpenedFilm, ScoredFilm};
use crate::ui::theme;

/// Share of a map's evidence outside the body from which on its words say so.
const TELLING_SHARE_OUTSIDE: f64 = 0.1;

/// Words in the middle of the empty viewer.
pub fn message_ui(ui: &Ui, rect: Rect, text: &str) {
    let palette = theme::palette(ui.visuals());
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0.0, palette.film_background);
    let font = FontId::proportional(theme::HEADING_TEXT_PT);
    let center = rect.center();
    let color = palette.film_text;
    painter.text(center, Align2::CENTER_CENTER, text, font, color);
}

/// The film or the network's input, the map over it, and the words in the corners.
pub fn film_ui(
    ui: &Ui,
    rect: Rect,
    placement: &Placement,
    pane: &Pane<'_>,
    opened: &Arc<OpenedFilm>,
    views: &mut ViewerViews,
    detail: f32,
) {
    let painter = ui.painter_at(rect);
    let palette = theme::palette(ui.visuals());
    painter.rect_filled(rect, 0.0, palette.film_background);
    let mut words = Vec::new();
    let input = pane.scored().zip(pane.card);
    if let Some((scored, card)) = input.filter(|_| pane.input_shown) {
        let scale = card.preprocessing.scale();
        let texture = views.input.of(ui.ctx(), scored, scale);
        painter.add(placement.picture(texture, placement.whole(), WHOLE_UV));
        let side = scored.inference.input.side;
        words.push(format!("Network input: {side} x {side} px"));
    } else {
        let tiles = &mut views.tiles;
        tiles.paint(&painter, rect, placement, opened, pane.display, detail);
    }
    if pane.map.visible {
        words.extend(map_ui(ui, &painter, placement, pane, views));
        words.extend(boxes_ui(&painter, placement, pane, opened));
    }
    if !words.is_empty() {
        let corner = rect.right_bottom() - Vec2::new(10.0, theme::ABOVE_MAP_BAR_PT);
        words_ui(ui, rect, corner, Align2::RIGHT_BOTTOM, &words.join("\n"));
    }
    let zoom = placement.screen_from_shown.zoom * ui.ctx().pixels_per_point() * 100.0;
    let corner = rect.right_top() + Vec2::new(-10.0, 8.0);
    let (gray, name) = gray_text(pane, opened);
    // Over a tiny film only a window that somebody moved.
    let tiny = rect.width() < theme::TINY_FILM_PT;
    if !tiny {
        let text = format!("{gray}  ({name})   {zoom:.0} %");
        words_ui(ui, rect, corner, Align2::RIGHT_TOP, &text);
    } else if matches!(pane.display.gray, GrayChoice::Dragged(_)) {
        words_ui(
            ui,
            rect,
            corner + Vec2::new(0.0, theme::CONTROL_HEIGHT_PT),
            Align2::RIGHT_TOP,
            &gray,
        );
    }
    badges_ui(ui, rect, pane);
    // Above what is at the film's foot: the bar of the map, or the card of a refused film.
    let foot = if pane.refused {
        theme::ABOVE_CARD_PT
    } else {
        theme::ABOVE_MAP_BAR_PT
    };
    sides_ui(ui, rect.with_max_y(rect.bottom() - foot), placement, opened);
}

/// The map of the selected finding; what to say of it.
fn map_ui(
    ui: &Ui,
    painter: &Painter,
    placement: &Placement,
    pane: &Pane<'_>,
    views: &mut ViewerViews,
) -> Option<String> {
    let scored = pane.scored()?;
    let finding_idx = pane.selected?;
    let name = scored.maps.labels().get(finding_idx)?.replace('_', " ");
    if map_mesh_ui(ui, painter, placement, pane, finding_idx, views) {
        let width = painter.clip_rect().width();
        let lines = map_lines(&name, pane, scored, (finding_idx, width));
        (!lines.is_empty()).then(|| lines.join("\n"))
    } else {
        Some(format!("{name}: no positive evidence"))
    }
}

/// What to know of the map in view: its method, whether it is drawn fainter, and how much of it
/// cannot be about the patient. `width`, of the film in points: what the menu of the map has too is left out over a
/// narrow one, and what the rows have over a tiny one.
fn map_lines(
    name: &str,
    pane: &Pane<'_>,
    scored: &ScoredFilm,
    (finding_idx, width): (usize, f32),
) -> Vec<String> {
    let smooth = scored.can_be_smooth() && pane.map.smooth;
    let smooth = if smooth { ", smoothed" } else { "" };
    let mut lines = Vec::new();
    if width >= theme::NARROW_FILM_PT {
        lines.push(format!("Map: {name}, {}{smooth}", scored.method.name()));
    } else if width >= theme::TINY_FILM_PT {
        lines.push(format!("Map: {name}"));
    }
    if pane.is_above(finding_idx) == Some(false) {
        lines.push("Below its threshold: drawn fainter".to_owned());
    }
    let outside = scored.outside.get(finding_idx).copied().flatten();
    // Said where it matters: the words lie over the film.
    if outside.is_none_or(|share| share >= TELLING_SHARE_OUTSIDE) {
        lines.push(outside_text(outside));
    }
    lines
}

/// Draws the map of one finding over the film; whether it has positive evidence.
pub fn map_mesh_ui(
    ui: &Ui,
    painter: &Painter,
    placement: &Placement,
    pane: &Pane<'_>,
    finding_idx: usize,
    views: &mut ViewerViews,
) -> bool {
    let Some(scored) = pane.scored() else {
        return false;
    };
    let Some(texture) = views.maps.of(ui.ctx(), scored, finding_idx, pane.map) else {
        return false;
    };
    if pane.map.contours {
        let strength = pane.style_of(finding_idx).strength;
        let lines = views.maps.lines(finding_idx);
        lines_ui(painter, placement, pane, lines, strength);
        return true;
    }
    let mut mesh = placement.picture(texture, placement.whole(), WHOLE_UV);
    let tint = Color32::WHITE.gamma_multiply(pane.style_of(finding_idx).fill_opacity());
    for vertex in &mut mesh.vertices {
        vertex.color = tint;
    }
    painter.add(mesh);
    true
}

/// Lines of equal evidence, each in the color of its share of the maximum.
fn lines_ui(
    painter: &Painter,
    placement: &Placement,
    pane: &Pane<'_>,
    lines: &[Line],
    strength: f32,
) {
    for (share, line) in lines {
        let points: Vec<Pos2> = line
            .iter()
            .map(|[x, y]| placement.screen_of_unit(*x, *y))
            .collect();
        let [red, green, blue] = line_color(pane.map.colormap, *share);
        let color = Color32::from_rgb(red, green, blue).gamma_multiply(strength);
        // Dark around light: seen on any gray.
        let edge = theme::BOX_EDGE.gamma_multiply(strength);
        painter.line(points.clone(), Stroke::new(3.5, edge));
        painter.line(points, Stroke::new(1.8, color));
    }
}

/// Outlines radiologists' boxes of the selected finding; its name if there is one.
fn boxes_ui(
    painter: &Painter,
    placement: &Placement,
    pane: &Pane<'_>,
    opened: &OpenedFilm,
) -> Option<String> {
    if pane.blinded {
        return None;
    }
    let name = pane.thresholds?.labels().get(pane.selected?)?;
    let boxes = opened.boxes().iter();
    let mut named = None;
    for found in boxes.filter(|found| found.finding.name() == name) {
        let share = |value: f64| (value / BOX_FRAME_PX) as f32;
        let corner = |x, y| placement.screen_of_unit(share(x), share(y));
        let outline = Rect::from_two_pos(
            corner(found.x, found.y),
            corner(found.x + found.width, found.y + found.height),
        );
        // Dark around light: seen on any gray.
        for (width, color) in [(4.0, theme::BOX_EDGE), (2.0, theme::BOX_LINE)] {
            let stroke = Stroke::new(width, color);
            painter.rect_stroke(outline, 0.0, stroke, StrokeKind::Middle);
        }
        named = Some(format!("Box: {}", name.replace('_', " ")));
    }
    named
}

/// Which gray mapping is in use, with center and width where it has them.
fn gray_text<'a>(pane: &'a Pane<'_>, opened: &'a OpenedFilm) -> (String, &'a str) {
    let name = match &pane.display.gray {
        GrayChoice::File => &opened.film.default_window.name,
        GrayChoice::Preset(name, _) => name,
        GrayChoice::Dragged(_) => "Adjusted",
    };
    let gray = match &*opened.film.shown_voi(&pane.display.gray) {
        Voi::Window(window) => {
            let (center, width) = (window.center(), window.width());
            format!("W {width:.0}  C {center:.0}")
        }
        Voi::Table { .. } => "Table of the file".to_owned(),
    };
    (gray, name)
}

/// Badges of a changed orientation or inversion, in capitals below the window at the top right.
fn badges_ui(ui: &Ui, rect: Rect, pane: &Pane<'_>) {
    let inverted = pane.display.inverted.then(|| "INVERTED".to_owned());
    let parts: Vec<String> = [pane.display.orientation.words(), inverted]
        .into_iter()
        .flatten()
        .collect();
    if parts.is_empty() {
        return;
    }
    let palette = theme::palette(ui.visuals());
    let font = FontId::proportional(theme::HEADING_TEXT_PT);
    let painter = ui.painter_at(rect);
    let galley = painter.layout_no_wrap(parts.join(" · "), font, palette.badge_text);
    let top = rect.right_top() + Vec2::new(-16.0, 36.0);
    let place = Align2::RIGHT_TOP.anchor_size(top, galley.size());
    painter.rect_filled(place.expand2(Vec2::new(8.0, 3.0)), 4.0, palette.badge);
    painter.galley(place.min, galley, palette.badge_text);
}

/// The side of the patient at each side of the film, if the file has it.
fn sides_ui(ui: &Ui, rect: Rect, placement: &Placement, opened: &OpenedFilm) {
    let Some(sides) = &opened.film.info.patient_orientation else {
        return;
    };
    let film = placement.film;
    let middle = Point {
        x: film.width / 2.0,
        y: film.height / 2.0,
    };
    let ends = [
        (sides.columns_towards.clone(), film.width, middle.y),
        (
            PatientOrientation::opposite(&sides.columns_towards),
            0.0,
            middle.y,
        ),
        (sides.rows_towards.clone(), middle.x, film.height),
        (
            PatientOrientation::opposite(&sides.rows_towards),
            middle.x,
            0.0,
        ),
    ];
    let center = placement.screen(middle);
    for (side, x, y) in ends {
        let towards = placement.screen(Point { x, y }) - center;
        let (at, anchor) = if towards.x.abs() > towards.y.abs() {
            side_place(rect, towards.x > 0.0)
        } else if towards.y > 0.0 {
            (
                rect.center_bottom() - Vec2::new(0.0, 4.0),
                Align2::CENTER_BOTTOM,
            )
        } else {
            (rect.center_top() + Vec2::new(0.0, 40.0), Align2::CENTER_TOP)
        };
        words_ui(ui, rect, at, anchor, &side);
    }
}

fn side_place(rect: Rect, right: bool) -> (Pos2, Align2) {
    if right {
        (
            rect.right_center() - Vec2::new(12.0, 0.0),
            Align2::RIGHT_CENTER,
        )
    } else {
        (
            rect.left_center() + Vec2::new(12.0, 0.0),
            Align2::LEFT_CENTER,
        )
    }
}

/// Words over the film, on a dark ground, anchored at a place.
pub fn words_ui(ui: &Ui, rect: Rect, at: Pos2, anchor: Align2, text: &str) {
    let palette = theme::palette(ui.visuals());
    let painter = ui.painter_at(rect);
    // In a narrow window, or with large words, the film matters more.
    let size_pt = if rect.width() < theme::NARROW_FILM_PT {
        theme::SMALL_TEXT_PT
    } else {
        theme::TEXT_PT
    };
    let font = FontId::proportional(size_pt);
    let galley = painter.layout(
        text.to_owned(),
        font,
        palette.film_text,
        (rect.width() * 0.45).max(120.0),
    );
    let place = anchor.anchor_size(at, galley.size());
    painter.rect_filled(place.expand(4.0), 3.0, Color32::from_black_alpha(170));
    painter.galley(place.min, galley, palette.film_text);
}

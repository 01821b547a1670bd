use std::sync::Arc;

use egui::{Align2, FontId, Galley, Pos2, Rect, Ui, Vec2, pos2, vec2};

use super::super::{Pane, Placement};
use crate::domain::{Measurement, MeasurementKind, Point, RegionStats};
use crate::film::OpenedFilm;
use crate::ui::theme;

/// A measurement as it lies on the screen.
pub struct Drawn {
    /// Its lines, each from place to place.
    pub lines: Vec<Vec<Pos2>>,
    /// The places by which it can be dragged.
    pub handles: Vec<Pos2>,
    /// Its words, laid out; `None` without words.
    pub galley: Option<Arc<Galley>>,
    /// Where they lie.
    pub label: Rect,
    /// Kind and result for screen readers.
    pub spoken: String,
}

/// Gray values of rectangles that were asked for in the last frame: made anew where a corner has moved.
#[derive(Default)]
pub struct Regions(Vec<Region>);

struct Region {
    film: Arc<OpenedFilm>,
    corners: [Point; 2],
    stats: Option<RegionStats>,
}

impl Regions {
    /// Those of one rectangle. Sixteen million pixels take 10 ms, and only while a corner moves.
    fn of(&self, film: &Arc<OpenedFilm>, corners: [Point; 2]) -> Option<RegionStats> {
        let is_same =
            |region: &&Region| Arc::ptr_eq(&region.film, film) && region.corners == corners;
        let known = self.0.iter().find(is_same);
        known.map_or_else(
            || RegionStats::of(&film.film, corners),
            |region| region.stats.clone(),
        )
    }
}

/// All measurements of a film.
pub fn all(
    ui: &Ui,
    rect: Rect,
    placement: &Placement,
    (pane, opened): (&Pane<'_>, &Arc<OpenedFilm>),
    regions: &mut Regions,
) -> Vec<Drawn> {
    let mut taken = corners(rect);
    let mut asked = Vec::new();
    let measurements = pane.measurements.iter();
    let drawn = measurements
        .map(|measurement| {
            let mut text = measurement.text(opened.film.info.spacing);
            if let Measurement::Rectangle(corners) = measurement {
                let stats = regions.of(opened, *corners);
                text.push('\n');
                text.push_str(
                    &stats
                        .as_ref()
                        .map_or_else(|| "n/a".to_owned(), RegionStats::text),
                );
                asked.push(Region {
                    film: Arc::clone(opened),
                    corners: *corners,
                    stats,
                });
            }
            drawn(ui, rect, placement, measurement, text, &mut taken)
        })
        .collect();
    regions.0 = asked;
    drawn
}

/// What is being measured, up to the pointer; `None` while nothing is begun.
pub fn begun(
    ui: &Ui,
    rect: Rect,
    placement: &Placement,
    (pane, opened): (&Pane<'_>, &Arc<OpenedFilm>),
    cursor: Option<Point>,
) -> Option<Drawn> {
    if let Some(writing) = &pane.measuring.writing {
        let measurement = &writing.measurement;
        let new = writing.place.is_none();
        return new.then(|| {
            drawn(
                ui,
                rect,
                placement,
                measurement,
                String::new(),
                &mut Vec::new(),
            )
        });
    }
    let kind = pane.tool.measures()?;
    let mut points = pane.measuring.points.clone();
    if points.is_empty() {
        return None;
    }
    points.extend(cursor);
    if let Some(measurement) = Measurement::new(kind, &points, String::new()) {
        let text = measurement.text(opened.film.info.spacing);
        return Some(drawn(
            ui,
            rect,
            placement,
            &measurement,
            text,
            &mut Vec::new(),
        ));
    }
    let handles: Vec<Pos2> = points.iter().map(|&pos| placement.screen(pos)).collect();
    let lines = match kind {
        MeasurementKind::Ratio => handles.chunks(2).map(<[Pos2]>::to_vec).collect(),
        _ => vec![handles.clone()],
    };
    Some(Drawn {
        lines,
        handles,
        galley: None,
        label: Rect::NOTHING,
        spoken: String::new(),
    })
}

fn drawn(
    ui: &Ui,
    rect: Rect,
    placement: &Placement,
    measurement: &Measurement,
    text: String,
    taken: &mut Vec<Rect>,
) -> Drawn {
    let handles = measurement.handles();
    let handles: Vec<Pos2> = handles.iter().map(|&pos| placement.screen(pos)).collect();
    let spoken = format!("{} {}", measurement.kind().name(), text.replace('\n', ", "));
    let galley = (!text.is_empty()).then(|| {
        let font = FontId::proportional(theme::MEASURE_TEXT_PT);
        ui.painter().layout_no_wrap(text, font, theme::MEASURE_LINE)
    });
    let size = galley.as_ref().map_or(Vec2::ZERO, |galley| galley.size());
    let label = match (measurement.kind(), handles.as_slice()) {
        // Words lie where they were written.
        (MeasurementKind::Text, &[at]) => Rect::from_min_size(at, size),
        (MeasurementKind::Arrow, &[tail, head]) => behind(tail, head, size),
        (_, handles) => beside(anchor(measurement.kind(), handles), size, rect, taken),
    };
    taken.push(label);
    Drawn {
        lines: lines(measurement.kind(), &handles),
        handles,
        galley,
        label,
        spoken,
    }
}

fn lines(kind: MeasurementKind, places: &[Pos2]) -> Vec<Vec<Pos2>> {
    match (kind, places) {
        (MeasurementKind::Text, _) => Vec::new(),
        (MeasurementKind::Ratio, places) => places.chunks(2).map(<[Pos2]>::to_vec).collect(),
        (MeasurementKind::Rectangle, &[a, ..]) => vec![[places, &[a]].concat()],
        (MeasurementKind::Arrow, &[tail, head]) => {
            let along = (head - tail).normalized() * theme::ARROW_HEAD_PT;
            let wing = along.rot90() * 0.5;
            let ends = [head - along + wing, head, head - along - wing];
            vec![vec![tail, head], ends.to_vec()]
        }
        (_, places) => vec![places.to_vec()],
    }
}

/// Where the result of a measurement is looked for.
fn anchor(kind: MeasurementKind, places: &[Pos2]) -> Pos2 {
    match (kind, places) {
        // The right end of the chest's line: the ratio stands beside it.
        (MeasurementKind::Ratio, &[_, _, a, b]) if a.x > b.x => a,
        (MeasurementKind::Rectangle, places) => {
            Rect::from_points(places).right_top() + vec2(0.0, 10.0)
        }
        (_, places) => places.last().copied().unwrap_or_default(),
    }
}

/// Behind the tail of an arrow.
fn behind(tail: Pos2, head: Pos2, size: Vec2) -> Rect {
    let away = tail - head;
    let anchor = if away.y.abs() > away.x.abs() {
        if away.y > 0.0 {
            Align2::CENTER_TOP
        } else {
            Align2::CENTER_BOTTOM
        }
    } else if away.x > 0.0 {
        Align2::LEFT_CENTER
    } else {
        Align2::RIGHT_CENTER
    };
    anchor.anchor_size(tail + away.normalized() * GAP_PT, size)
}

/// Between a place and its words.
const GAP_PT: f32 = 8.0;

/// Beside a place: where nothing else is written, if there is such a place.
fn beside(at: Pos2, size: Vec2, rect: Rect, taken: &[Rect]) -> Rect {
    let places = [
        (Align2::LEFT_BOTTOM, vec2(GAP_PT, -GAP_PT)),
        (Align2::LEFT_TOP, vec2(GAP_PT, GAP_PT)),
        (Align2::RIGHT_BOTTOM, vec2(-GAP_PT, -GAP_PT)),
        (Align2::RIGHT_TOP, vec2(-GAP_PT, GAP_PT)),
        (Align2::CENTER_BOTTOM, vec2(0.0, -4.0 * GAP_PT)),
        (Align2::CENTER_TOP, vec2(0.0, 4.0 * GAP_PT)),
    ];
    let places = places.map(|(anchor, by)| anchor.anchor_size(at + by, size));
    let within = |place: &&Rect| rect.contains_rect(**place);
    let free = |place: &&Rect| !taken.iter().any(|other| other.intersects(**place));
    let all = || places.iter();
    let found = all()
        .filter(within)
        .find(free)
        .or_else(|| all().find(within));
    found
        .or_else(|| places.first())
        .copied()
        .unwrap_or(Rect::NOTHING)
}

/// The corners of the film, where others write.
fn corners(rect: Rect) -> Vec<Rect> {
    let width = (rect.width() * 0.4).min(280.0);
    let (top, bottom) = (46.0, theme::ABOVE_MAP_BAR_PT + 40.0);
    let (left, right) = (rect.left(), rect.right() - width);
    let corner = |x, y, height| Rect::from_min_size(pos2(x, y), vec2(width, height));
    vec![
        corner(left, rect.top(), top),
        corner(right, rect.top(), top),
        corner(left, rect.bottom() - bottom, bottom),
        corner(right, rect.bottom() - bottom, bottom),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_where_nothing_is_written_and_on_the_film() {
        let rect = Rect::from_min_size(Pos2::ZERO, vec2(800.0, 600.0));
        let size = vec2(100.0, 20.0);
        let mut taken = corners(rect);
        // Five results at one place, and one in each corner.
        let mut places = vec![pos2(400.0, 300.0); 5];
        places.extend([pos2(2.0, 2.0), pos2(798.0, 598.0)]);
        for at in places {
            let label = beside(at, size, rect, &taken);
            assert!(rect.contains_rect(label), "{label:?}");
            assert_eq!(label.size(), size);
            if at.x == 400.0 {
                let free = !taken.iter().any(|other| other.intersects(label));
                assert!(free, "{label:?} {taken:?}");
            }
            taken.push(label);
        }
    }

    #[test]
    fn words_of_an_arrow_are_away_from_its_head() {
        let tail = pos2(100.0, 100.0);
        for by in [
            vec2(50.0, 1.0),
            vec2(-50.0, 1.0),
            vec2(3.0, 50.0),
            vec2(3.0, -50.0),
        ] {
            let label = behind(tail, tail + by, vec2(40.0, 10.0));
            assert!((label.center() - tail).dot(by) < 0.0, "{by:?}");
        }
    }
}

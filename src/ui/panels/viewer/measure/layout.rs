use std::sync::Arc;

use egui::{FontId, Galley, Pos2, Rect, Ui, Vec2, pos2, vec2};

use super::super::{Pane, Placement};
use crate::domain::{Measurement, Point, RegionStats};
use crate::drawing::{Area, DrawnMeasurement, Plane, begun_lines};
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
            let mut stats = None;
            if let Measurement::Rectangle(corners) = measurement {
                stats = regions.of(opened, *corners);
                asked.push(Region {
                    film: Arc::clone(opened),
                    corners: *corners,
                    stats: stats.clone(),
                });
            }
            let text = measurement.text_with(opened.film.info.spacing, stats.as_ref());
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
    let places: Vec<Point> = points.iter().map(|&pos| placed(placement, pos)).collect();
    let lines = begun_lines(kind, &places);
    let lines = lines.iter().map(|line| on_screen(line)).collect();
    let handles = on_screen(&places);
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
    taken: &mut Vec<Area>,
) -> Drawn {
    let spoken = format!("{} {}", measurement.kind().name(), text.replace('\n', ", "));
    let galley = (!text.is_empty()).then(|| {
        let font = FontId::proportional(theme::MEASURE_TEXT_PT);
        ui.painter().layout_no_wrap(text, font, theme::MEASURE_LINE)
    });
    let size = galley.as_ref().map_or(Vec2::ZERO, |galley| galley.size());
    let plane = Plane {
        area: area_of(rect),
        gap: GAP_PT,
        arrow_head: theme::ARROW_HEAD_PT,
    };
    let place = |pos| placed(placement, pos);
    let laid_out = DrawnMeasurement::new(measurement, size.into(), &plane, place, taken);
    let Area {
        left,
        top,
        width,
        height,
    } = laid_out.label;
    Drawn {
        lines: laid_out.lines.iter().map(|line| on_screen(line)).collect(),
        handles: on_screen(&laid_out.handles),
        galley,
        label: Rect::from_min_size(pos2(left, top), vec2(width, height)),
        spoken,
    }
}

/// Between a place and its words.
const GAP_PT: f32 = 8.0;

fn placed(placement: &Placement, pos: Point) -> Point {
    let Pos2 { x, y } = placement.screen(pos);
    Point { x, y }
}

fn on_screen(line: &[Point]) -> Vec<Pos2> {
    line.iter().map(|point| pos2(point.x, point.y)).collect()
}

fn area_of(rect: Rect) -> Area {
    Area {
        left: rect.left(),
        top: rect.top(),
        width: rect.width(),
        height: rect.height(),
    }
}

/// The corners of the film, where others write.
fn corners(rect: Rect) -> Vec<Area> {
    let width = (rect.width() * 0.4).min(280.0);
    let (top, bottom) = (46.0, theme::ABOVE_MAP_BAR_PT + 40.0);
    let (left, right) = (rect.left(), rect.right() - width);
    let corner = |x, y, height| area_of(Rect::from_min_size(pos2(x, y), vec2(width, height)));
    vec![
        corner(left, rect.top(), top),
        corner(right, rect.top(), top),
        corner(left, rect.bottom() - bottom, bottom),
        corner(right, rect.bottom() - bottom, bottom),
    ]
}

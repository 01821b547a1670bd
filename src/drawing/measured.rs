use super::Area;
use super::labels::{behind, beside};
use crate::domain::{Measurement, MeasurementKind, Point};

/// Where measurements are drawn: on the screen in points, or on a picture in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plane {
    /// Its extent.
    pub area: Area,
    /// Between a place and its words.
    pub gap: f32,
    /// Length of the head of an arrow.
    pub arrow_head: f32,
}

/// A measurement as it lies on a plane.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawnMeasurement {
    /// Its lines, each from place to place.
    pub lines: Vec<Vec<Point>>,
    /// The places by which it can be dragged.
    pub handles: Vec<Point>,
    /// Where its words lie.
    pub label: Area,
}

impl DrawnMeasurement {
    /// Lays a measurement out with words of this size. `place` leads from film pixels to the plane; `taken` is where
    /// something is written already, and then these words too.
    pub fn new(
        measurement: &Measurement,
        words: [f32; 2],
        plane: &Plane,
        place: impl Fn(Point) -> Point,
        taken: &mut Vec<Area>,
    ) -> Self {
        let kind = measurement.kind();
        let handles: Vec<Point> = measurement.handles().into_iter().map(place).collect();
        let label = match (kind, handles.as_slice()) {
            // Words lie where they were written.
            (MeasurementKind::Text, &[at]) => Area {
                left: at.x,
                top: at.y,
                width: words[0],
                height: words[1],
            },
            (MeasurementKind::Arrow, &[tail, head]) => behind(tail, head, words, plane.gap),
            (_, handles) => beside(
                anchor(kind, handles, plane),
                words,
                plane.gap,
                plane.area,
                taken,
            ),
        };
        taken.push(label);
        Self {
            lines: lines(kind, &handles, plane.arrow_head),
            handles,
            label,
        }
    }
}

/// The lines of a measurement that is begun: from each place set to the next.
pub fn begun_lines(kind: MeasurementKind, places: &[Point]) -> Vec<Vec<Point>> {
    match kind {
        MeasurementKind::Ratio => places.chunks(2).map(<[Point]>::to_vec).collect(),
        _ => vec![places.to_vec()],
    }
}

fn lines(kind: MeasurementKind, places: &[Point], arrow_head: f32) -> Vec<Vec<Point>> {
    match (kind, places) {
        (MeasurementKind::Text, _) => Vec::new(),
        (MeasurementKind::Rectangle, &[a, ..]) => vec![[places, &[a]].concat()],
        (MeasurementKind::Arrow, &[tail, head]) => {
            let (x, y) = (head.x - tail.x, head.y - tail.y);
            let length = x.hypot(y);
            let share = if length > 0.0 {
                arrow_head / length
            } else {
                0.0
            };
            let (x, y) = (x * share, y * share);
            let wing = |side: f32| Point {
                x: head.x - x - side * y,
                y: head.y - y + side * x,
            };
            vec![vec![tail, head], vec![wing(0.5), head, wing(-0.5)]]
        }
        (kind, places) => begun_lines(kind, places),
    }
}

/// Where the result of a measurement is looked for.
fn anchor(kind: MeasurementKind, places: &[Point], plane: &Plane) -> Point {
    let last = places.last().copied();
    let last = last.unwrap_or(Point { x: 0.0, y: 0.0 });
    match (kind, places) {
        // The right end of the chest's line: the ratio stands beside it.
        (MeasurementKind::Ratio, &[_, _, a, b]) if a.x > b.x => a,
        (MeasurementKind::Rectangle, places) => {
            let right = places.iter().map(|place| place.x).fold(last.x, f32::max);
            let top = places.iter().map(|place| place.y).fold(last.y, f32::min);
            Point {
                x: right,
                y: top + 1.25 * plane.gap,
            }
        }
        _ => last,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLANE: Plane = Plane {
        area: Area {
            left: 0.0,
            top: 0.0,
            width: 500.0,
            height: 500.0,
        },
        gap: 8.0,
        arrow_head: 12.0,
    };

    fn drawn(measurement: &Measurement) -> DrawnMeasurement {
        let twice = |point: Point| Point {
            x: 2.0 * point.x,
            y: 2.0 * point.y,
        };
        DrawnMeasurement::new(measurement, [60.0, 20.0], &PLANE, twice, &mut Vec::new())
    }

    #[test]
    fn lines_lie_where_the_plane_puts_the_places() {
        let at = |x: f32, y: f32| Point { x, y };
        let length = drawn(&Measurement::Length([at(10.0, 20.0), at(30.0, 20.0)]));
        assert_eq!(length.lines, [[at(20.0, 40.0), at(60.0, 40.0)]]);
        let ends = [
            at(10.0, 20.0),
            at(30.0, 20.0),
            at(5.0, 30.0),
            at(50.0, 30.0),
        ];
        assert_eq!(drawn(&Measurement::Ratio(ends)).lines.len(), 2);
        let rectangle = drawn(&Measurement::Rectangle([at(10.0, 10.0), at(20.0, 30.0)]));
        let [outline] = rectangle.lines.as_slice() else {
            panic!("{rectangle:?}")
        };
        assert_eq!(outline.first(), outline.last());
        let text = drawn(&Measurement::Text([at(7.0, 9.0)], "here".to_owned()));
        assert_eq!((text.label.left, text.label.top), (14.0, 18.0));
        assert!(text.lines.is_empty());
    }

    #[test]
    fn an_arrow_has_two_wings_of_one_length_behind_its_head() {
        let (tail, head) = (Point { x: 10.0, y: 10.0 }, Point { x: 40.0, y: 50.0 });
        let arrow = drawn(&Measurement::Arrow([tail, head], String::new()));
        let [_, wings] = arrow.lines.as_slice() else {
            panic!("{arrow:?}")
        };
        let [a, at, b] = wings.as_slice() else {
            panic!("{wings:?}")
        };
        assert_eq!((at.x, at.y), (80.0, 100.0));
        let lengths = [a, b].map(|wing| (wing.x - at.x).hypot(wing.y - at.y));
        let expected = PLANE.arrow_head * 1.25_f32.sqrt();
        assert!(
            lengths
                .iter()
                .all(|length| (length - expected).abs() < 1e-3)
        );
        // Both lie towards the tail.
        let towards = [a, b].map(|wing| (wing.x - at.x) * -60.0 + (wing.y - at.y) * -80.0);
        assert!(towards.iter().all(|product| *product > 0.0));
    }
}

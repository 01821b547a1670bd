use super::{PixelSpacing, Point, SpacingSource};

/// A measurement on a film; points are in film pixels, the center of the first one at (0.5, 0.5).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measurement {
    /// The distance of two places.
    Length([Point; 2]),
    /// The angle at the second of three places.
    Angle([Point; 3]),
}

impl Measurement {
    /// Its places in the order in which they were set.
    pub fn points(&self) -> &[Point] {
        match self {
            Self::Length(points) => points,
            Self::Angle(points) => points,
        }
    }

    /// With each place moved to where `place` puts it.
    #[must_use]
    pub fn mapped(&self, place: impl Fn(Point) -> Point) -> Self {
        match *self {
            Self::Length(points) => Self::Length(points.map(place)),
            Self::Angle(points) => Self::Angle(points.map(place)),
        }
    }

    /// The result with its unit; lengths in mm, with the source of the spacing, only if the file has one.
    pub fn text(&self, spacing: Option<PixelSpacing>) -> String {
        match *self {
            Self::Length([from, to]) => length_text(from, to, spacing),
            Self::Angle(points) => match angle_deg(points, spacing) {
                Some(angle) => format!("{angle:.1}°"),
                None => "n/a".to_owned(),
            },
        }
    }
}

fn length_text(from: Point, to: Point, spacing: Option<PixelSpacing>) -> String {
    let (dx, dy) = difference(from, to);
    let Some(spacing) = spacing else {
        return format!("{:.0} px", dx.hypot(dy));
    };
    let length_mm = (dx * spacing.column_mm).hypot(dy * spacing.row_mm);
    format!("{length_mm:.1} mm {}", spacing.source.words())
}

/// At the second place, in degrees, 0 to 180; `None` where two places are one.
///
/// Pixels that are not square are brought to mm first where the spacing is known.
fn angle_deg([a, vertex, b]: [Point; 3], spacing: Option<PixelSpacing>) -> Option<f64> {
    let (column, row) = spacing.map_or((1.0, 1.0), |s| (s.column_mm, s.row_mm));
    let arm = |to: Point| {
        let (dx, dy) = difference(vertex, to);
        (dx * column, dy * row)
    };
    let ((ax, ay), (bx, by)) = (arm(a), arm(b));
    if ax.hypot(ay) == 0.0 || bx.hypot(by) == 0.0 {
        return None;
    }
    let (cross, dot) = (ax * by - ay * bx, ax * bx + ay * by);
    Some(cross.abs().atan2(dot).to_degrees())
}

fn difference(from: Point, to: Point) -> (f64, f64) {
    (
        f64::from(to.x) - f64::from(from.x),
        f64::from(to.y) - f64::from(from.y),
    )
}

impl SpacingSource {
    /// Where lengths measured by it hold, in few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::PixelSpacing => "(Pixel Spacing)",
            Self::ImagerPixelSpacing => "at the detector",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(x: f32, y: f32) -> Point {
        Point { x, y }
    }

    fn spacing(source: SpacingSource) -> PixelSpacing {
        PixelSpacing {
            row_mm: 0.2,
            column_mm: 0.1,
            source,
        }
    }

    #[test]
    fn lengths_are_in_pixels_unless_the_file_knows_better() {
        let length = Measurement::Length([point(10.0, 10.0), point(40.0, 50.0)]);
        assert_eq!(length.text(None), "50 px");
        // 30 columns of 0.1 mm and 40 rows of 0.2 mm.
        let expected = (3.0_f64 * 3.0 + 8.0 * 8.0).sqrt();
        let text = length.text(Some(spacing(SpacingSource::PixelSpacing)));
        assert_eq!(text, format!("{expected:.1} mm (Pixel Spacing)"));
        let text = length.text(Some(spacing(SpacingSource::ImagerPixelSpacing)));
        assert!(text.ends_with("mm at the detector"), "{text}");
    }

    #[test]
    fn an_angle_is_taken_at_the_second_place() {
        let angle = |a, vertex, b| Measurement::Angle([a, vertex, b]).text(None);
        let vertex = point(5.0, 5.0);
        assert_eq!(angle(point(9.0, 5.0), vertex, point(5.0, 1.0)), "90.0°");
        assert_eq!(angle(point(9.0, 5.0), vertex, point(1.0, 5.0)), "180.0°");
        assert_eq!(angle(point(9.0, 5.0), vertex, point(9.0, 9.0)), "45.0°");
        assert_eq!(angle(vertex, vertex, point(9.0, 9.0)), "n/a");
    }

    #[test]
    fn angles_on_pixels_that_are_not_square_are_those_of_the_body() {
        let angle = Measurement::Angle([point(10.0, 0.0), point(0.0, 0.0), point(10.0, 10.0)]);
        let expected = 2.0_f64.atan().to_degrees();
        let text = angle.text(Some(spacing(SpacingSource::PixelSpacing)));
        assert_eq!(text, format!("{expected:.1}°"));
    }
}

//! What is measured and written on a film: in pixels of the film, so that it holds however the film is shown.

mod geometry;
mod kind;
mod region;

#[cfg(test)]
mod tests;

use super::{Film, PixelSpacing, Point, Size, SpacingSource};
use geometry::{angle_deg, difference, extent_text, length_text, separation};
pub use kind::MeasurementKind;
pub use region::{GrayStats, RegionStats};

/// A measurement on a film; points are in film pixels, the center of the first one at (0.5, 0.5).
#[derive(Clone, Debug, PartialEq)]
pub enum Measurement {
    /// The distance of two places.
    Length([Point; 2]),
    /// The angle at the second of three places.
    Angle([Point; 3]),
    /// The cardiothoracic ratio: two ends of the heart's width, two of the chest's inner width.
    Ratio([Point; 4]),
    /// Two opposite corners of a rectangle whose gray values count.
    Rectangle([Point; 2]),
    /// From the words to the place they are about; words may be missing.
    Arrow([Point; 2], String),
    /// Words at a place.
    Text([Point; 1], String),
}

impl Measurement {
    /// A measurement of so many places as its kind has, all of them finite; words where the kind has some.
    pub fn new(kind: MeasurementKind, points: &[Point], words: String) -> Option<Self> {
        let finite = |point: &Point| point.x.is_finite() && point.y.is_finite();
        if !points.iter().all(finite) {
            return None;
        }
        Some(match kind {
            MeasurementKind::Length => Self::Length(points.try_into().ok()?),
            MeasurementKind::Angle => Self::Angle(points.try_into().ok()?),
            MeasurementKind::Ratio => Self::Ratio(points.try_into().ok()?),
            MeasurementKind::Rectangle => Self::Rectangle(points.try_into().ok()?),
            MeasurementKind::Arrow => Self::Arrow(points.try_into().ok()?, words),
            MeasurementKind::Text => Self::Text(points.try_into().ok()?, words),
        })
    }

    /// What it is.
    pub fn kind(&self) -> MeasurementKind {
        match self {
            Self::Length(_) => MeasurementKind::Length,
            Self::Angle(_) => MeasurementKind::Angle,
            Self::Ratio(_) => MeasurementKind::Ratio,
            Self::Rectangle(_) => MeasurementKind::Rectangle,
            Self::Arrow(..) => MeasurementKind::Arrow,
            Self::Text(..) => MeasurementKind::Text,
        }
    }

    /// Its places in the order in which they were set.
    pub fn points(&self) -> &[Point] {
        match self {
            Self::Length(points) | Self::Rectangle(points) | Self::Arrow(points, _) => points,
            Self::Angle(points) => points,
            Self::Ratio(points) => points,
            Self::Text(points, _) => points,
        }
    }

    fn points_mut(&mut self) -> &mut [Point] {
        match self {
            Self::Length(points) | Self::Rectangle(points) | Self::Arrow(points, _) => points,
            Self::Angle(points) => points,
            Self::Ratio(points) => points,
            Self::Text(points, _) => points,
        }
    }

    /// What the user wrote; `None` for kinds without words.
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Arrow(_, words) | Self::Text(_, words) => Some(words),
            Self::Length(_) | Self::Angle(_) | Self::Ratio(_) | Self::Rectangle(_) => None,
        }
    }

    /// The same with other words, where its kind has some.
    #[must_use]
    pub fn with_words(mut self, new: String) -> Self {
        if let Self::Arrow(_, words) | Self::Text(_, words) = &mut self {
            *words = new;
        }
        self
    }

    /// The places by which it can be changed: its points, or all four corners of a rectangle.
    pub fn handles(&self) -> Vec<Point> {
        match self {
            Self::Rectangle([a, b]) => {
                vec![*a, Point { x: b.x, y: a.y }, *b, Point { x: a.x, y: b.y }]
            }
            _ => self.points().to_vec(),
        }
    }

    /// The same with one of its handles at another place.
    #[must_use]
    pub fn with_handle(mut self, handle: usize, pos: Point) -> Self {
        if let Self::Rectangle([a, b]) = &mut self {
            match handle {
                0 => *a = pos,
                1 => (b.x, a.y) = (pos.x, pos.y),
                2 => *b = pos,
                _ => (a.x, b.y) = (pos.x, pos.y),
            }
        } else if let Some(point) = self.points_mut().get_mut(handle) {
            *point = pos;
        }
        self
    }

    /// The same with each place where `place` puts it.
    #[must_use]
    pub fn mapped(mut self, place: impl Fn(Point) -> Point) -> Self {
        for point in self.points_mut() {
            *point = place(*point);
        }
        self
    }

    /// The same elsewhere, as far as it stays on a film of this size; its form stays as it is.
    #[must_use]
    pub fn moved(mut self, by: Point, film: Size) -> Self {
        let xs = self.points().iter().map(|point| point.x);
        let dx = kept_within(by.x, xs, film.width);
        let ys = self.points().iter().map(|point| point.y);
        let dy = kept_within(by.y, ys, film.height);
        for point in self.points_mut() {
            (point.x, point.y) = (point.x + dx, point.y + dy);
        }
        self
    }

    /// The result with its unit; lengths in mm, with the source of the spacing, only if the file has one.
    ///
    /// Gray values of a rectangle are those of [`RegionStats`].
    pub fn text(&self, spacing: Option<PixelSpacing>) -> String {
        match self {
            Self::Length([from, to]) => length_text(*from, *to, spacing),
            Self::Angle(points) => match angle_deg(*points, spacing) {
                Some(angle) => format!("{angle:.1}°"),
                None => "n/a".to_owned(),
            },
            Self::Ratio(points) => ratio_text(points, spacing),
            Self::Rectangle([a, b]) => {
                let (width, height) = difference(*a, *b);
                extent_text([width.abs(), height.abs()], spacing)
            }
            Self::Arrow(_, words) | Self::Text(_, words) => words.clone(),
        }
    }

    /// The whole result on a film, a line each: with the gray values of a rectangle.
    pub fn text_on(&self, film: &Film) -> String {
        let stats = match self {
            Self::Rectangle(corners) => RegionStats::of(film, *corners),
            _ => None,
        };
        self.text_with(film.info.spacing, stats.as_ref())
    }

    /// The same where the gray values of a rectangle are known; `None` for one without a pixel.
    pub fn text_with(&self, spacing: Option<PixelSpacing>, stats: Option<&RegionStats>) -> String {
        let text = self.text(spacing);
        match self {
            Self::Rectangle(_) => {
                let stats = stats.map_or_else(|| "n/a".to_owned(), RegionStats::text);
                format!("{text}\n{stats}")
            }
            _ => text,
        }
    }
}

/// The width of the heart as a part of that of the chest; `None` where the chest has no width.
///
/// Widths are in mm where the spacing is known, so that pixels that are not square count as they are.
pub fn cardiothoracic_ratio(
    [heart_a, heart_b, chest_a, chest_b]: [Point; 4],
    spacing: Option<PixelSpacing>,
) -> Option<f64> {
    let heart = separation(heart_a, heart_b, spacing);
    let chest = separation(chest_a, chest_b, spacing);
    (chest > 0.0).then(|| heart / chest)
}

fn ratio_text(points: &[Point; 4], spacing: Option<PixelSpacing>) -> String {
    let ratio = cardiothoracic_ratio(*points, spacing);
    let ratio = ratio.map_or_else(|| "n/a".to_owned(), |ratio| format!("{ratio:.2}"));
    let Some(known) = spacing else {
        return format!("CTR {ratio}");
    };
    let [heart_a, heart_b, chest_a, chest_b] = *points;
    let heart = separation(heart_a, heart_b, spacing);
    let chest = separation(chest_a, chest_b, spacing);
    let source = known.source.words();
    format!("CTR {ratio}\nheart {heart:.1} mm, chest {chest:.1} mm {source}")
}

/// As much of a way along one axis as leaves all coordinates on the film.
fn kept_within(way: f32, coordinates: impl Iterator<Item = f32> + Clone, side: f32) -> f32 {
    let least = coordinates.clone().fold(f32::INFINITY, f32::min);
    let largest = coordinates.fold(f32::NEG_INFINITY, f32::max);
    way.min((side - largest).max(0.0)).max((-least).min(0.0))
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

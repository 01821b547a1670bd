/// A position; the name of the variable says in which space.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Rightwards.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

impl Point {
    /// How far it is from the nearest place of a line between two ends.
    pub fn distance_to_segment(self, [from, to]: [Self; 2]) -> f32 {
        let (along_x, along_y) = (to.x - from.x, to.y - from.y);
        let (x, y) = (self.x - from.x, self.y - from.y);
        let squared = along_x * along_x + along_y * along_y;
        // Both ends may be one place.
        let share = if squared > 0.0 {
            ((x * along_x + y * along_y) / squared).clamp(0.0, 1.0)
        } else {
            0.0
        };
        (x - share * along_x).hypot(y - share * along_y)
    }

    /// The nearest place on a film of this size.
    #[must_use]
    pub fn within(self, film: Size) -> Self {
        Self {
            x: self.x.clamp(0.0, film.width),
            y: self.y.clamp(0.0, film.height),
        }
    }
}

/// Extent of a film in pixels, or of an area of the window in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// Above 0.
    pub width: f32,
    /// Above 0.
    pub height: f32,
}

/// The placement of the film on screen: *image* space is film pixels, *screen* is window points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScreenFromImage {
    /// Points a pixel, above 0.
    pub zoom: f32,
    /// Where the film's top left corner lies, in screen space.
    pub origin: Point,
}

impl ScreenFromImage {
    /// The smallest and the largest zoom, in points a pixel.
    pub const ZOOM_RANGE: (f32, f32) = (0.01, 64.0);

    /// Shows the whole film, as large as it goes, in the middle of an area at `top_left`.
    pub fn fit(film: Size, top_left: Point, area: Size) -> Self {
        let zoom = (area.width / film.width).min(area.height / film.height);
        let zoom = zoom.clamp(Self::ZOOM_RANGE.0, Self::ZOOM_RANGE.1);
        let origin = Point {
            x: top_left.x + (area.width - film.width * zoom) / 2.0,
            y: top_left.y + (area.height - film.height * zoom) / 2.0,
        };
        Self { zoom, origin }
    }

    /// The screen position of a film position.
    pub fn apply(self, pos_in_image: Point) -> Point {
        Point {
            x: self.origin.x + pos_in_image.x * self.zoom,
            y: self.origin.y + pos_in_image.y * self.zoom,
        }
    }

    /// The film position at a screen position; may be outside the film.
    pub fn invert(self, pos_in_screen: Point) -> Point {
        Point {
            x: (pos_in_screen.x - self.origin.x) / self.zoom,
            y: (pos_in_screen.y - self.origin.y) / self.zoom,
        }
    }

    /// Larger or smaller by `factor`, the film pixel under the cursor staying where it is.
    #[must_use]
    pub fn zoomed_at(self, cursor_in_screen: Point, factor: f32) -> Self {
        let cursor_in_image = self.invert(cursor_in_screen);
        let zoom = (self.zoom * factor).clamp(Self::ZOOM_RANGE.0, Self::ZOOM_RANGE.1);
        let origin = Point {
            x: cursor_in_screen.x - cursor_in_image.x * zoom,
            y: cursor_in_screen.y - cursor_in_image.y * zoom,
        };
        Self { zoom, origin }
    }

    /// Moved by a distance in screen space.
    #[must_use]
    pub fn panned(self, distance: Point) -> Self {
        let origin = Point {
            x: self.origin.x + distance.x,
            y: self.origin.y + distance.y,
        };
        Self { origin, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILM: Size = Size {
        width: 200.0,
        height: 100.0,
    };

    fn point(x: f32, y: f32) -> Point {
        Point { x, y }
    }

    #[test]
    fn a_fitted_film_lies_in_the_middle_and_touches_two_sides() {
        let area = Size {
            width: 400.0,
            height: 400.0,
        };
        let screen_from_image = ScreenFromImage::fit(FILM, point(10.0, 0.0), area);
        assert_eq!(screen_from_image.apply(point(0.0, 0.0)), point(10.0, 100.0));
        let corner = screen_from_image.apply(point(200.0, 100.0));
        assert_eq!(corner, point(410.0, 300.0));
    }

    #[test]
    fn a_line_is_as_far_as_its_nearest_place() {
        let line = [point(1.0, 1.0), point(5.0, 1.0)];
        for (pos, expected) in [
            (point(3.0, 4.0), 3.0),
            (point(9.0, 4.0), 5.0),
            (point(-2.0, 5.0), 5.0),
            (point(2.0, 1.0), 0.0),
        ] {
            assert_eq!(pos.distance_to_segment(line), expected);
        }
        let one_place = [point(1.0, 1.0); 2];
        assert_eq!(point(4.0, 5.0).distance_to_segment(one_place), 5.0);
    }

    #[test]
    fn the_pixel_under_the_cursor_stays_there_when_zooming() {
        let screen_from_image = ScreenFromImage {
            zoom: 2.0,
            origin: point(-30.0, 8.0),
        };
        let cursor = point(123.0, 45.0);
        let before = screen_from_image.invert(cursor);
        let after = screen_from_image.zoomed_at(cursor, 1.5).invert(cursor);
        assert!((before.x - after.x).abs() < 1e-4 && (before.y - after.y).abs() < 1e-4);
    }

    #[test]
    fn zoom_stays_within_its_range() {
        let mut screen_from_image = ScreenFromImage {
            zoom: 1.0,
            origin: point(0.0, 0.0),
        };
        for _ in 0..100 {
            screen_from_image = screen_from_image.zoomed_at(point(5.0, 5.0), 4.0);
        }
        assert_eq!(screen_from_image.zoom, ScreenFromImage::ZOOM_RANGE.1);
    }
}

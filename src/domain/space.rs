/// A position; the name of the variable says in which space.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Rightwards.
    pub x: f32,
    /// Downwards.
    pub y: f32,
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

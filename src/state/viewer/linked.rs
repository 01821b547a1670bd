//! How two films side by side are shown alike: the same place in the middle, the same zoom relative
//! to the whole film, the same window as far as that can be said of another film.

use super::ViewerArea;
use crate::domain::{Display, GrayChoice, Point, ScreenFromImage, Size, Window};
use crate::film::OpenedFilm;

/// A film, how it is shown, and where.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    pub opened: &'a OpenedFilm,
    pub display: &'a Display,
    pub area: ViewerArea,
}

impl Shown<'_> {
    /// How `other` is shown to look like this film.
    pub fn display_for(&self, other: &Shown<'_>) -> Display {
        let orientation = self.display.orientation;
        let view = self.display.view;
        Display {
            gray: same_gray(&self.display.gray, self.opened, other.opened),
            inverted: self.display.inverted,
            orientation,
            view: view.map(|view| self.view_for(view, other)),
        }
    }

    /// The view of `other` that shows what this film shows by `view`.
    pub fn view_for(&self, view: ScreenFromImage, other: &Shown<'_>) -> ScreenFromImage {
        let orientation = self.display.orientation;
        let sizes = [self, other].map(|shown| orientation.shown_size(shown.opened.size()));
        let place = unit_at_center(view, self.area, sizes[0]);
        let fits = [self.area.fitted(sizes[0]), other.area.fitted(sizes[1])];
        let zoom = view.zoom / fits[0].zoom * fits[1].zoom;
        view_of(place, zoom, other.area, sizes[1])
    }
}

/// The point at the center of an area, as fractions of the displayed film.
fn unit_at_center(view: ScreenFromImage, area: ViewerArea, film: Size) -> Point {
    let pos = view.invert(area.center());
    Point {
        x: pos.x / film.width,
        y: pos.y / film.height,
    }
}

/// The view that has a place in the middle of an area.
fn view_of(place: Point, zoom: f32, area: ViewerArea, film: Size) -> ScreenFromImage {
    let center = area.center();
    ScreenFromImage {
        zoom,
        origin: Point {
            x: center.x - place.x * film.width * zoom,
            y: center.y - place.y * film.height * zoom,
        },
    }
}

/// The same choice for another film; an adjusted window keeps its position relative to the film's range.
fn same_gray(gray: &GrayChoice, from: &OpenedFilm, to: &OpenedFilm) -> GrayChoice {
    if from.film.path == to.film.path {
        return gray.clone();
    }
    match gray {
        GrayChoice::File => GrayChoice::File,
        GrayChoice::Preset(name, _) => {
            let mut presets = to.presets().into_iter();
            let found = presets.find(|(other, _)| other == name);
            found.map_or(GrayChoice::File, |(_, choice)| choice)
        }
        GrayChoice::Dragged(window) => {
            let (from, to) = (from.counts().auto(), to.counts().auto());
            let scale = to.width() / from.width();
            let center = to.center() + (window.center() - from.center()) * scale;
            let width = (window.width() * scale).max(1.0);
            Window::new(center, width, window.function())
                .map_or(GrayChoice::File, GrayChoice::Dragged)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(left: f32, width: f32) -> ViewerArea {
        ViewerArea {
            top_left: Point { x: left, y: 30.0 },
            size: Size {
                width,
                height: 500.0,
            },
            pixels_per_point: 1.0,
        }
    }

    #[test]
    fn the_middle_of_one_view_is_the_middle_of_the_other() {
        let film = Size {
            width: 300.0,
            height: 200.0,
        };
        let view = ScreenFromImage {
            zoom: 2.5,
            origin: Point { x: -40.0, y: 11.0 },
        };
        let (left, right) = (area(0.0, 400.0), area(400.0, 300.0));
        let place = unit_at_center(view, left, film);
        let moved = view_of(place, 1.7, right, film);
        let again = unit_at_center(moved, right, film);
        assert!((again.x - place.x).abs() < 1e-5 && (again.y - place.y).abs() < 1e-5);
        assert_eq!(moved.zoom, 1.7);
    }
}

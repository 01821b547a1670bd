use super::DisplayChange;
use crate::domain::{Display, GrayChoice, Point, ScreenFromImage, Size};
use crate::film::OpenedFilm;

/// The rectangle of the viewer in the window, and the pixels per point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ViewerArea {
    /// Its top left corner, in points.
    pub top_left: Point,
    /// In points.
    pub size: Size,
    /// Pixels of the screen a point.
    pub pixels_per_point: f32,
}

/// Free space around a fitted film, in points.
const MARGIN_PT: f32 = 2.0;

impl ViewerArea {
    /// The whole film in the middle; `film` as it is turned.
    pub fn fitted(&self, film: Size) -> ScreenFromImage {
        let inner = |side: f32| (side - 2.0 * MARGIN_PT).max(1.0);
        let area = Size {
            width: inner(self.size.width),
            height: inner(self.size.height),
        };
        let top_left = Point {
            x: self.top_left.x + MARGIN_PT,
            y: self.top_left.y + MARGIN_PT,
        };
        ScreenFromImage::fit(film, top_left, area)
    }

    /// The whole film as large as it goes, without space around it.
    pub fn filled(&self, film: Size) -> ScreenFromImage {
        ScreenFromImage::fit(film, self.top_left, self.size)
    }

    /// Its middle.
    pub fn center(&self) -> Point {
        Point {
            x: self.top_left.x + self.size.width / 2.0,
            y: self.top_left.y + self.size.height / 2.0,
        }
    }
}

/// Changes how a film is shown; `area` is where it is drawn, if it is.
pub fn changed(
    display: &mut Display,
    change: DisplayChange,
    opened: &OpenedFilm,
    area: Option<ViewerArea>,
) {
    match change {
        DisplayChange::SetGray(choice) => display.gray = choice,
        DisplayChange::UsePreset(place) => {
            if let Some((_, choice)) = opened.presets().into_iter().nth(place) {
                display.gray = choice;
            }
        }
        DisplayChange::DragWindow { wider, brighter } => {
            let window = opened.window_of(&display.gray);
            let span = opened.counts().auto().width();
            let low_is_white = opened.film.inverted != display.inverted;
            let dragged = window.dragged(wider, brighter, span, low_is_white);
            display.gray = GrayChoice::Dragged(dragged);
        }
        DisplayChange::Invert => display.inverted = !display.inverted,
        DisplayChange::Turn(quarter_turns) => {
            display.orientation = display.orientation.turned(quarter_turns);
            // The same part of the screen would show another part of the film.
            display.view = None;
        }
        DisplayChange::FlipHorizontally => {
            display.orientation = display.orientation.flipped_horizontally();
            mirror_view(display, opened, area, true);
        }
        DisplayChange::FlipVertically => {
            display.orientation = display.orientation.flipped_vertically();
            mirror_view(display, opened, area, false);
        }
        DisplayChange::SetView(view) => display.view = Some(view),
        DisplayChange::Fit => display.view = None,
        DisplayChange::Reset => *display = Display::default(),
        DisplayChange::ActualSize => move_view(display, opened, area, |view, area| {
            let factor = 1.0 / (view.zoom * area.pixels_per_point);
            view.zoomed_at(area.center(), factor)
        }),
        DisplayChange::Zoom(factor) => move_view(display, opened, area, |view, area| {
            view.zoomed_at(area.center(), factor)
        }),
        DisplayChange::Pan { x, y } => move_view(display, opened, area, |view, area| {
            view.panned(Point {
                x: x * area.size.width,
                y: y * area.size.height,
            })
        }),
    }
}

/// Moves the view from where it is, or from the fitted one.
fn move_view(
    display: &mut Display,
    opened: &OpenedFilm,
    area: Option<ViewerArea>,
    moved: impl FnOnce(ScreenFromImage, ViewerArea) -> ScreenFromImage,
) {
    if let Some(area) = area {
        let shown = display.orientation.shown_size(opened.size());
        let view = display.view.unwrap_or_else(|| area.fitted(shown));
        display.view = Some(moved(view, area));
    }
}

/// Keeps in view what was in view, now mirrored.
fn mirror_view(
    display: &mut Display,
    opened: &OpenedFilm,
    area: Option<ViewerArea>,
    horizontally: bool,
) {
    let (Some(view), Some(area)) = (&mut display.view, area) else {
        return;
    };
    let shown = display.orientation.shown_size(opened.size());
    let center = area.center();
    if horizontally {
        view.origin.x = 2.0 * center.x - view.origin.x - shown.width * view.zoom;
    } else {
        view.origin.y = 2.0 * center.y - view.origin.y - shown.height * view.zoom;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::film::open;

    fn phantom() -> OpenedFilm {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/phantom.png");
        open(std::path::Path::new(path)).unwrap()
    }

    const AREA: ViewerArea = ViewerArea {
        top_left: Point { x: 100.0, y: 50.0 },
        size: Size {
            width: 800.0,
            height: 600.0,
        },
        pixels_per_point: 2.0,
    };

    fn after(display: &mut Display, change: DisplayChange) {
        changed(display, change, &phantom(), Some(AREA));
    }

    #[test]
    fn actual_size_is_one_film_pixel_to_one_of_the_screen() {
        let mut display = Display::default();
        after(&mut display, DisplayChange::ActualSize);
        assert!((display.view.unwrap().zoom - 0.5).abs() < 1e-6);
    }

    #[test]
    fn a_flip_keeps_the_middle_of_the_view() {
        let opened = phantom();
        let film = opened.size();
        let mut display = Display::default();
        after(&mut display, DisplayChange::Zoom(3.0));
        after(&mut display, DisplayChange::Pan { x: 0.2, y: -0.1 });
        let middle = |display: &Display| {
            let shown = display.view.unwrap().invert(AREA.center());
            display.orientation.image_from_shown(shown, film)
        };
        let before = middle(&display);
        for flip in [
            DisplayChange::FlipHorizontally,
            DisplayChange::FlipVertically,
        ] {
            after(&mut display, flip);
            let now = middle(&display);
            assert!((now.x - before.x).abs() < 1e-2 && (now.y - before.y).abs() < 1e-2);
        }
    }

    #[test]
    fn the_first_five_presets_have_keys_and_the_first_is_the_files_own() {
        let presets = phantom().presets();
        assert!(presets.len() >= 5);
        assert_eq!(presets[0].1, GrayChoice::File);
        let mut display = Display::default();
        after(&mut display, DisplayChange::UsePreset(1));
        assert_eq!(display.gray, presets[1].1);
        after(&mut display, DisplayChange::UsePreset(0));
        assert_eq!(display.gray, GrayChoice::File);
    }

    #[test]
    fn a_window_drag_starts_from_the_window_in_use() {
        let mut display = Display::default();
        let drag = DisplayChange::DragWindow {
            wider: 0.5,
            brighter: 0.0,
        };
        after(&mut display, drag);
        let opened = phantom();
        let file = opened.window_of(&GrayChoice::File);
        let dragged = opened.window_of(&display.gray);
        assert_eq!(dragged.center(), file.center());
        assert_eq!(
            dragged.width(),
            file.width() + opened.counts().auto().width() / 2.0
        );
        after(&mut display, DisplayChange::Reset);
        assert_eq!(display, Display::default());
    }
}

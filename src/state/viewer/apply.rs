use super::{BRUSH_RANGE, DisplayCommand};
use crate::domain::{Display, GrayChoice, Point, ScreenFromImage, Size, Voi, Window};
use crate::state::history::Gesture;
use crate::state::poll::broke;
use crate::state::{AppState, NoticeKind, OpenedFilm};
use crate::work::{Outcome, cause_chain};

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
const MARGIN_PT: f32 = 8.0;

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

impl OpenedFilm {
    /// Extent in film pixels.
    pub fn size(&self) -> Size {
        Size {
            width: self.film.pixels.width_px() as f32,
            height: self.film.pixels.height_px() as f32,
        }
    }

    /// The gray mappings on offer: the first five have keys.
    pub fn presets(&self) -> Vec<(String, GrayChoice)> {
        let made = |name: &str, window: Window| {
            let choice = GrayChoice::Preset(name.to_owned(), Voi::Window(window));
            (name.to_owned(), choice)
        };
        let counts = &self.counts;
        let mut presets = vec![
            (
                format!("From the file: {}", self.film.default_window.name),
                GrayChoice::File,
            ),
            made("Auto", counts.auto()),
            made("Lungs", counts.lungs()),
            made("Mediastinum and bone", counts.mediastinum()),
            made("Full range", counts.full()),
        ];
        presets.extend(self.film.other_windows.iter().map(|named| {
            let choice = GrayChoice::Preset(named.name.clone(), named.voi.clone());
            (named.name.clone(), choice)
        }));
        presets
    }

    /// Window center and width under a choice; of a table, those of the film's range.
    pub fn window_of(&self, choice: &GrayChoice) -> Window {
        match &*self.film.shown_voi(choice) {
            Voi::Window(window) => *window,
            Voi::Table { .. } => self.counts.full(),
        }
    }
}

impl AppState {
    /// How the film in view is shown.
    pub fn display(&self) -> &Display {
        self.displays.current()
    }

    /// Window center and width of the film in view, as text; empty without a film.
    pub fn window_in_words(&self) -> String {
        let Some(opened) = self.shared.films.film.opened() else {
            return String::new();
        };
        let window = opened.window_of(&self.displays.current().gray);
        format!("C {:.0} W {:.0}", window.center(), window.width())
    }

    pub(in crate::state) fn apply_to_display(&mut self, command: DisplayCommand) {
        match command {
            DisplayCommand::UseTool(tool) => self.tool = tool,
            DisplayCommand::SwapWindowAxes(swapped) => {
                self.shared.settings.viewer.window_axes_swapped = swapped;
            }
            DisplayCommand::ShowHistogram(shown) => {
                self.shared.settings.viewer.histogram_shown = shown;
            }
            DisplayCommand::ShowInput(shown) => self.input_shown = shown,
            DisplayCommand::ShowAllMaps(shown) => self.all_maps_shown = shown,
            DisplayCommand::Cover { x, y, covers } => self.cover((x, y), covers),
            DisplayCommand::Uncover => self.probe.clear(),
            DisplayCommand::SetBrush(radius) => {
                self.probe.brush = radius.clamp(BRUSH_RANGE.0, BRUSH_RANGE.2);
            }
            DisplayCommand::EndGesture => self.displays.end_gesture(),
            command => self.change_display(command),
        }
    }

    fn cover(&mut self, place: (f32, f32), covers: bool) {
        let (Some(reading), Some(loaded)) =
            (self.shared.films.film.reading(), &self.shared.model.loaded)
        else {
            return;
        };
        let asked = self
            .probe
            .brush_at(place, covers, reading, &loaded.classifier);
        if let Err(error) = asked {
            let text = format!("cannot start a thread: {error}");
            self.shared.notices.push(NoticeKind::Error, text);
        }
    }

    pub(in crate::state) fn measure_jitter(&mut self) {
        if let (Some(opened), Some(loaded)) =
            (self.shared.films.film.opened(), &self.shared.model.loaded)
            && let Err(error) = self.jitter.ask(opened, &loaded.classifier)
        {
            let text = format!("cannot start a thread: {error}");
            self.shared.notices.push(NoticeKind::Error, text);
        }
    }

    pub(in crate::state) fn poll_jitter(&mut self) {
        let text = match self.jitter.poll() {
            Ok(None | Some(Outcome::Done(()) | Outcome::Cancelled)) => return,
            Ok(Some(Outcome::Failed(error))) => cause_chain(&error),
            Ok(Some(Outcome::Panicked(text))) => broke(&text),
            Err(error) => format!("cannot start a thread: {error}"),
        };
        self.shared.notices.push(NoticeKind::Error, text);
    }

    pub(in crate::state) fn poll_probe(&mut self) {
        let text = match self.probe.poll() {
            Ok(None | Some(Outcome::Done(_) | Outcome::Cancelled)) => return,
            Ok(Some(Outcome::Failed(error))) => cause_chain(&error),
            Ok(Some(Outcome::Panicked(text))) => broke(&text),
            Err(error) => format!("cannot start a thread: {error}"),
        };
        self.probe.clear();
        self.shared.notices.push(NoticeKind::Error, text);
    }

    fn change_display(&mut self, command: DisplayCommand) {
        let Some(opened) = self.shared.films.film.opened().cloned() else {
            return;
        };
        let area = self.viewer_area;
        let gesture = match command {
            DisplayCommand::DragWindow { .. } | DisplayCommand::SetGray(GrayChoice::Dragged(_)) => {
                Some(Gesture::Window)
            }
            DisplayCommand::SetView(_) | DisplayCommand::Pan { .. } | DisplayCommand::Zoom(_) => {
                Some(Gesture::View)
            }
            _ => None,
        };
        self.displays
            .change(gesture, |display| changed(display, command, &opened, area));
    }
}

pub(super) fn changed(
    display: &mut Display,
    command: DisplayCommand,
    opened: &OpenedFilm,
    area: Option<ViewerArea>,
) {
    match command {
        DisplayCommand::SetGray(choice) => display.gray = choice,
        DisplayCommand::UsePreset(place) => {
            if let Some((_, choice)) = opened.presets().into_iter().nth(place) {
                display.gray = choice;
            }
        }
        DisplayCommand::DragWindow { wider, brighter } => {
            let window = opened.window_of(&display.gray);
            let span = opened.counts.auto().width();
            let low_is_white = opened.film.inverted != display.inverted;
            let dragged = window.dragged(wider, brighter, span, low_is_white);
            display.gray = GrayChoice::Dragged(dragged);
        }
        DisplayCommand::Invert => display.inverted = !display.inverted,
        DisplayCommand::Turn(quarter_turns) => {
            display.orientation = display.orientation.turned(quarter_turns);
            // The same part of the screen would show another part of the film.
            display.view = None;
        }
        DisplayCommand::FlipHorizontally => {
            display.orientation = display.orientation.flipped_horizontally();
            mirror_view(display, opened, area, true);
        }
        DisplayCommand::FlipVertically => {
            display.orientation = display.orientation.flipped_vertically();
            mirror_view(display, opened, area, false);
        }
        DisplayCommand::SetView(view) => display.view = Some(view),
        DisplayCommand::Fit => display.view = None,
        DisplayCommand::AddMeasurement(measurement) => display.measurements.push(measurement),
        DisplayCommand::RemoveLastMeasurement => {
            display.measurements.pop();
        }
        DisplayCommand::Reset => *display = Display::default(),
        DisplayCommand::ActualSize | DisplayCommand::Zoom(_) | DisplayCommand::Pan { .. } => {
            if let Some(area) = area {
                moved(display, &command, opened, area);
            }
        }
        _ => {}
    }
}

fn moved(display: &mut Display, command: &DisplayCommand, opened: &OpenedFilm, area: ViewerArea) {
    let shown = display.orientation.shown_size(opened.size());
    let view = display.view.unwrap_or_else(|| area.fitted(shown));
    display.view = Some(match *command {
        DisplayCommand::ActualSize => {
            let factor = 1.0 / (view.zoom * area.pixels_per_point);
            view.zoomed_at(area.center(), factor)
        }
        DisplayCommand::Zoom(factor) => view.zoomed_at(area.center(), factor),
        DisplayCommand::Pan { x, y } => view.panned(Point {
            x: x * area.size.width,
            y: y * area.size.height,
        }),
        _ => view,
    });
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
    use crate::imaging::read_film;

    fn phantom() -> OpenedFilm {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/phantom.png");
        OpenedFilm::new(read_film(std::path::Path::new(path)).unwrap())
    }

    const AREA: ViewerArea = ViewerArea {
        top_left: Point { x: 100.0, y: 50.0 },
        size: Size {
            width: 800.0,
            height: 600.0,
        },
        pixels_per_point: 2.0,
    };

    fn after(display: &mut Display, command: DisplayCommand) {
        changed(display, command, &phantom(), Some(AREA));
    }

    #[test]
    fn actual_size_is_one_film_pixel_to_one_of_the_screen() {
        let mut display = Display::default();
        after(&mut display, DisplayCommand::ActualSize);
        assert!((display.view.unwrap().zoom - 0.5).abs() < 1e-6);
    }

    #[test]
    fn a_flip_keeps_the_middle_of_the_view() {
        let opened = phantom();
        let film = opened.size();
        let mut display = Display::default();
        after(&mut display, DisplayCommand::Zoom(3.0));
        after(&mut display, DisplayCommand::Pan { x: 0.2, y: -0.1 });
        let middle = |display: &Display| {
            let shown = display.view.unwrap().invert(AREA.center());
            display.orientation.image_from_shown(shown, film)
        };
        let before = middle(&display);
        for flip in [
            DisplayCommand::FlipHorizontally,
            DisplayCommand::FlipVertically,
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
        after(&mut display, DisplayCommand::UsePreset(1));
        assert_eq!(display.gray, presets[1].1);
        after(&mut display, DisplayCommand::UsePreset(0));
        assert_eq!(display.gray, GrayChoice::File);
    }

    #[test]
    fn a_window_drag_starts_from_the_window_in_use() {
        let mut display = Display::default();
        let drag = DisplayCommand::DragWindow {
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
            file.width() + opened.counts.auto().width() / 2.0
        );
        after(&mut display, DisplayCommand::Reset);
        assert_eq!(display, Display::default());
    }
}

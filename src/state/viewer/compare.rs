use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::area::changed;
use super::{DisplayChange, DisplayCommand, ViewerArea, ViewerState};
use crate::domain::{Display, GrayChoice, PerFinding, Point, ScreenFromImage, Threshold, Window};
use crate::model::{Classifier, ModelSource};
use crate::state::jobs::{FilmEvent, FilmRequest, ModelRequest, open_and_score, start_loading};
use crate::state::{FilmState, Films, OpenedFilm, ScoredFilm, Shared, Thresholds};
use crate::work::{Latest, Task, Wake};

/// The comparison beside the film in view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompareWith {
    /// Another film, under the model in use.
    Film(PathBuf),
    /// The same film, under another model.
    Model(PathBuf),
}

/// A command about the film beside the one in view.
#[derive(Clone, Debug, PartialEq)]
pub enum CompareCommand {
    /// Show this beside the film in view.
    Show(CompareWith),
    /// Show this film of the list beside the one in view.
    ShowFilm(usize),
    /// Close the comparison.
    Close,
    /// Whether both move, turn and change their window together.
    Link(bool),
    /// Change how the film beside is shown.
    Display(DisplayCommand),
}

/// The film beside the one in view.
pub struct Compare {
    /// What it is.
    pub with: CompareWith,
    /// How far it has come.
    pub film: FilmState,
    /// Whether both move, turn and change their window together.
    pub linked: bool,
    /// How it is shown where it is not linked; its measurements in any case.
    pub display: Display,
    /// Where it was drawn last.
    pub area: Option<ViewerArea>,
    /// The other model with its thresholds; `None` if it is that of the film in view.
    model: Option<(Arc<Classifier>, PerFinding<Threshold>)>,
    loading: Task<Classifier>,
    reading: Latest<FilmRequest, Option<ScoredFilm>, FilmEvent>,
}

impl Compare {
    fn new(with: CompareWith, wake: Wake) -> Self {
        Self {
            with,
            film: FilmState::Opening,
            linked: true,
            display: Display::default(),
            area: None,
            model: None,
            loading: Task::Idle,
            reading: Latest::new("film beside", wake, open_and_score),
        }
    }

    /// The model of the film beside, as text; `None` if it is that of the film in view.
    pub fn model_id(&self) -> Option<&str> {
        self.model.as_ref().map(|(classifier, _)| classifier.id())
    }

    /// The gray scale factor of the other model.
    pub fn input_scale(&self) -> Option<f32> {
        let (classifier, _) = self.model.as_ref()?;
        Some(classifier.card().preprocessing.scale())
    }

    /// The thresholds of the other model.
    pub fn thresholds(&self) -> Option<&PerFinding<Threshold>> {
        self.model.as_ref().map(|(_, thresholds)| thresholds)
    }

    /// How it is shown: as the film in view is, as far as that can be said of another film.
    pub fn shown(&self, main: &Display, main_film: &OpenedFilm, area: ViewerArea) -> Display {
        let (Some(opened), true) = (self.film.opened(), self.linked) else {
            return self.display.clone();
        };
        let beside = self.area.unwrap_or(area);
        let orientation = main.orientation;
        let sizes = [main_film, opened].map(|film| orientation.shown_size(film.size()));
        let [main_fit, beside_fit] = [area.fitted(sizes[0]), beside.fitted(sizes[1])];
        let view = main.view.map(|view| {
            let place = unit_at_center(view, area, sizes[0]);
            let zoom = view.zoom / main_fit.zoom * beside_fit.zoom;
            view_of(place, zoom, beside, sizes[1])
        });
        Display {
            gray: same_gray(&main.gray, main_film, opened),
            inverted: main.inverted,
            orientation,
            view,
            measurements: self.display.measurements.clone(),
        }
    }
}

/// The point at the center of an area, as fractions of the displayed film.
fn unit_at_center(view: ScreenFromImage, area: ViewerArea, film: crate::domain::Size) -> Point {
    let pos = view.invert(area.center());
    Point {
        x: pos.x / film.width,
        y: pos.y / film.height,
    }
}

/// The view that has a place in the middle of an area.
fn view_of(
    place: Point,
    zoom: f32,
    area: ViewerArea,
    film: crate::domain::Size,
) -> ScreenFromImage {
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
            let (from, to) = (from.counts.auto(), to.counts.auto());
            let scale = to.width() / from.width();
            let center = to.center() + (window.center() - from.center()) * scale;
            let width = (window.width() * scale).max(1.0);
            Window::new(center, width, window.function())
                .map_or(GrayChoice::File, GrayChoice::Dragged)
        }
    }
}

impl ViewerState {
    pub(super) fn apply_to_compare(&mut self, command: CompareCommand, shared: &mut Shared) {
        match command {
            CompareCommand::Show(with) => self.show_beside(with, shared),
            CompareCommand::ShowFilm(place) => {
                let entry = shared.films.entries().get(place);
                if let Some(path) = entry.map(|entry| entry.path.clone()) {
                    self.show_beside(CompareWith::Film(path), shared);
                }
            }
            CompareCommand::Close => self.close_compare(),
            CompareCommand::Link(linked) => {
                let now = self.beside_display(&shared.films);
                if let Some(compare) = &mut self.compare {
                    // It stays where it is released.
                    compare.display = now.unwrap_or_default();
                    compare.linked = linked;
                }
            }
            CompareCommand::Display(command) => self.change_beside(command, shared),
        }
    }

    /// Closes the comparison; a film being read is ignored when it arrives.
    pub fn close_compare(&mut self) {
        if let Some(mut compare) = self.compare.take() {
            compare.loading.detach();
            compare.reading.abandon();
        }
    }

    /// How the film beside is shown now.
    pub fn beside_display(&self, films: &Films) -> Option<Display> {
        let compare = self.compare.as_ref()?;
        match (films.film.opened(), self.area) {
            (Some(main), Some(area)) => Some(compare.shown(self.display(), main, area)),
            _ => Some(compare.display.clone()),
        }
    }

    fn show_beside(&mut self, with: CompareWith, shared: &Shared) {
        let mut compare = Compare::new(with, shared.services.wake.clone());
        if let CompareWith::Model(path) = &compare.with {
            let request = ModelRequest::Source(ModelSource::File(path.clone()));
            start_loading(&mut compare.loading, &shared.services, request);
        }
        self.close_compare();
        self.compare = Some(compare);
        self.read_beside(shared);
    }

    /// Opens and scores the film beside; repeated when the film or the model in view changes.
    pub(super) fn read_beside(&mut self, shared: &Shared) {
        let main = shared.films.film.opened().cloned();
        let path = shared.films.current_path().map(Path::to_owned);
        let Some(compare) = &mut self.compare else {
            return;
        };
        let in_use = shared.model.classifier().cloned();
        let (path, opened, classifier) = match &compare.with {
            CompareWith::Film(path) => (Some(path.clone()), None, in_use),
            CompareWith::Model(_) => {
                let other = compare.model.as_ref();
                let other = other.map(|(classifier, _)| Arc::clone(classifier));
                let same = main.filter(|main| Some(&main.film.path) == path.as_ref());
                (path, same, other)
            }
        };
        let Some(path) = path else {
            return;
        };
        let opened = opened.or_else(|| {
            let known = compare.film.opened();
            let known = known.filter(|known| known.film.path == path).cloned();
            known.or_else(|| shared.films.opened_of(&path))
        });
        compare.film = match &opened {
            Some(opened) => FilmState::Scoring(Arc::clone(opened)),
            None => FilmState::Opening,
        };
        compare.reading.request(FilmRequest {
            path,
            opened,
            classifier,
            method: shared.settings.map.method,
        });
    }

    /// The same film under another model follows the film in view.
    pub(super) fn mind_beside(&mut self, shared: &Shared) {
        let follows = self.compare.as_ref().is_some_and(|compare| {
            let shown = compare.film.opened().map(|opened| &opened.film.path);
            let current = shared.films.film.opened().map(|opened| &opened.film.path);
            matches!(compare.with, CompareWith::Model(_)) && shown != current
        });
        if follows {
            self.read_beside(shared);
        }
    }

    fn change_beside(&mut self, command: DisplayCommand, shared: &mut Shared) {
        let (main, area, main_display) = (
            shared.films.film.opened().cloned(),
            self.area,
            self.display().clone(),
        );
        let Some(compare) = &mut self.compare else {
            return;
        };
        let Some(opened) = compare.film.opened().cloned() else {
            return;
        };
        let DisplayCommand::Change(change) = command else {
            // Not about one of the films: a tool, the brush, the end of a drag.
            if compare.linked {
                self.apply_to_display(command, shared);
            }
            return;
        };
        let own = matches!(
            change,
            DisplayChange::AddMeasurement(_) | DisplayChange::RemoveLastMeasurement
        );
        if own || !compare.linked {
            return changed(&mut compare.display, change, &opened, compare.area);
        }
        let change = match (change, main, area, compare.area) {
            (DisplayChange::SetView(view), Some(main), Some(area), Some(beside)) => {
                // Move the film in view so that the film beside it moves there.
                let orientation = main_display.orientation;
                let sizes = [&main, &opened].map(|film| orientation.shown_size(film.size()));
                let place = unit_at_center(view, beside, sizes[1]);
                let fits = [area.fitted(sizes[0]), beside.fitted(sizes[1])];
                let zoom = view.zoom / fits[1].zoom * fits[0].zoom;
                DisplayChange::SetView(view_of(place, zoom, area, sizes[0]))
            }
            (change, ..) => change,
        };
        self.apply_to_display(DisplayCommand::Change(change), shared);
    }

    pub(super) fn poll_compare(&mut self, shared: &mut Shared) {
        let Some(compare) = &mut self.compare else {
            return;
        };
        if compare.loading.poll() {
            let Some(classifier) = shared.told(compare.loading.take()) else {
                return self.close_compare();
            };
            let points = classifier.card().operating_points.clone();
            let thresholds = Thresholds::of_model(points).current().clone();
            compare.model = Some((Arc::new(classifier), thresholds));
            return self.read_beside(shared);
        }
        let (events, ended) = compare.reading.poll();
        for FilmEvent::Opened(opened) in events {
            compare.film = FilmState::Scoring(opened);
        }
        match ended {
            Some(Ok(Some(reading))) => compare.film = FilmState::Read(Arc::new(reading)),
            Some(Err(error)) => {
                let film = compare.film.opened().cloned();
                shared.say_error(error.as_str());
                compare.film = FilmState::Failed { error, film };
            }
            Some(Ok(None)) | None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Size;

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

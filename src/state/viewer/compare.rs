use std::path::PathBuf;
use std::sync::Arc;

use super::linked::Shown;
use super::pane::{FilmAnswer, FilmRequest};
use super::{DisplayChange, DisplayCommand, Pane, ViewerState};
use crate::domain::{Contrast, Display, PerFinding, Threshold};
use crate::model::{Classifier, ModelCard, ModelSource};
use crate::state::model::start_loading;
use crate::state::{Effect, FilmState, Films, ModelRequest, Shared};
use crate::work::Task;

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
    /// Its side of the viewer; the display counts where it is not linked.
    pub pane: Pane,
    /// The other model with its thresholds; `None` if it is that of the film in view.
    model: Option<(Arc<Classifier>, PerFinding<Threshold>)>,
    loading: Task<Classifier>,
}

impl Compare {
    /// The model of the film beside, as text; `None` if it is that of the film in view.
    pub fn model_id(&self) -> Option<&str> {
        self.model.as_ref().map(|(classifier, _)| classifier.id())
    }

    /// The card of the other model.
    pub fn card(&self) -> Option<&ModelCard> {
        let (classifier, _) = self.model.as_ref()?;
        Some(classifier.card())
    }

    /// The thresholds of the other model.
    pub fn thresholds(&self) -> Option<&PerFinding<Threshold>> {
        self.model.as_ref().map(|(_, thresholds)| thresholds)
    }

    /// The model that scores it: the other one once it is loaded, or the one in use.
    pub(super) fn classifier<'a>(
        &'a self,
        in_use: Option<&'a Arc<Classifier>>,
    ) -> Option<&'a Arc<Classifier>> {
        match &self.with {
            CompareWith::Film(_) => in_use,
            CompareWith::Model(_) => self.model.as_ref().map(|(classifier, _)| classifier),
        }
    }

    /// How it is shown: as the film in view is, as far as that can be said of another film.
    fn display(&self, main: &Pane, main_film: &FilmState) -> Display {
        let linked = self.linked_with(main, main_film);
        linked.map_or_else(
            || self.pane.display().clone(),
            |[main, beside]| main.display_for(&beside),
        )
    }

    /// Both films as they are shown, while they are linked and both are there.
    fn linked_with<'a>(&'a self, main: &'a Pane, film: &'a FilmState) -> Option<[Shown<'a>; 2]> {
        let area = main.area?;
        let shown = |film: &'a FilmState, pane: &'a Pane| -> Option<Shown<'a>> {
            Some(Shown {
                opened: film.opened()?,
                display: pane.display(),
                area: pane.area.unwrap_or(area),
            })
        };
        let both = [shown(film, main)?, shown(&self.film, &self.pane)?];
        self.linked.then_some(both)
    }
}

impl ViewerState {
    pub(super) fn apply_to_compare(
        &mut self,
        command: CompareCommand,
        shared: &mut Shared,
    ) -> Vec<Effect> {
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
                if let (Some(compare), Some(now)) = (&mut self.compare, now) {
                    // It stays where it is released.
                    *compare.pane.displays.current_mut() = now;
                    compare.linked = linked;
                }
            }
            CompareCommand::Display(command) => return self.change_beside(command, shared),
        }
        Vec::new()
    }

    /// Closes the comparison; a film being read is ignored when it arrives.
    pub fn close_compare(&mut self) {
        if let Some(mut compare) = self.compare.take() {
            compare.loading.detach();
            compare.pane.abandon();
        }
    }

    /// How the film beside is shown now.
    pub fn beside_display(&self, films: &Films) -> Option<Display> {
        let compare = self.compare.as_ref()?;
        Some(compare.display(&self.main, &films.film))
    }

    fn show_beside(&mut self, with: CompareWith, shared: &Shared) {
        let mut loading = Task::Idle;
        if let CompareWith::Model(path) = &with {
            let request = ModelRequest::Source(ModelSource::File(path.clone()));
            start_loading(&mut loading, &shared.services, request);
        }
        self.close_compare();
        self.compare = Some(Compare {
            with,
            film: FilmState::Opening,
            linked: true,
            pane: Pane::new("film beside", shared.services.wake.clone()),
            model: None,
            loading,
        });
        self.read_beside(shared);
    }

    /// Opens and scores the film beside; repeated when the film or the model in view changes.
    pub(super) fn read_beside(&mut self, shared: &Shared) {
        let Some(compare) = &mut self.compare else {
            return;
        };
        let path = match &compare.with {
            CompareWith::Film(path) => Some(path.as_path()),
            CompareWith::Model(_) => shared.films.current_path(),
        };
        let Some(path) = path.map(ToOwned::to_owned) else {
            return;
        };
        let classifier = compare.classifier(shared.model.classifier());
        let mut request = FilmRequest::new(path, classifier, shared);
        request.opened = request.opened.or_else(|| {
            let known = compare.film.opened();
            known
                .filter(|known| known.film.path == request.path)
                .filter(|known| (known.film.contrast == Contrast::Auto) == request.auto_window)
                .cloned()
        });
        compare.pane.read(&mut compare.film, request);
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

    fn change_beside(&mut self, command: DisplayCommand, shared: &mut Shared) -> Vec<Effect> {
        let Some(compare) = &mut self.compare else {
            return Vec::new();
        };
        if compare.film.opened().is_none() {
            return Vec::new();
        }
        let change = match command {
            DisplayCommand::Change(change) => change,
            // Measurements are of one film, linked or not.
            DisplayCommand::Measure(command) => return self.measure(true, command, shared),
            DisplayCommand::EndGesture => return self.end_gesture(shared),
            // Not about one of the films: a tool, the brush.
            _ if compare.linked => return self.apply_to_display(command, shared),
            _ => return Vec::new(),
        };
        if !compare.linked {
            compare.pane.change(&compare.film, change);
            return Vec::new();
        }
        let linked = compare.linked_with(&self.main, &shared.films.film);
        let change = match (change, linked) {
            (DisplayChange::SetView(view), Some([main, beside])) => {
                // Move the film in view so that the film beside it moves there.
                let turned = Shown {
                    display: main.display,
                    ..beside
                };
                DisplayChange::SetView(turned.view_for(view, &main))
            }
            (change, _) => change,
        };
        self.apply_to_display(DisplayCommand::Change(change), shared)
    }

    pub(super) fn poll_compare(&mut self, shared: &mut Shared) {
        let Some(compare) = &mut self.compare else {
            return;
        };
        if compare.loading.poll() {
            let Some(classifier) = shared.told(compare.loading.take()) else {
                return self.close_compare();
            };
            let thresholds = classifier.card().thresholds();
            compare.model = Some((Arc::new(classifier), thresholds));
            return self.read_beside(shared);
        }
        match compare.pane.poll(&mut compare.film) {
            // The method may have changed meanwhile.
            Some(FilmAnswer::Scored(_)) => self.refresh_maps(shared),
            Some(FilmAnswer::Failed(error)) => shared.say_error(error),
            Some(FilmAnswer::Opened) | None => {}
        }
    }
}

use std::path::Path;
use std::sync::Arc;

use super::ViewerState;
use super::pane::{FilmAnswer, FilmRequest};
use crate::domain::Contrast;
use crate::explain::MapMethod;
use crate::film::ScoredFilm;
use crate::state::{Effect, FilmState, FilmStatus, Shared};

impl ViewerState {
    /// Shows a film of the list, and opens and scores it unless that is done already.
    pub fn show_film(&mut self, film_idx: usize, shared: &mut Shared) {
        let Some(path) = shared.films.show(film_idx) else {
            return;
        };
        self.occlusion.leave();
        self.turn_display_to(Some(&path));
        shared.settings.remember_film(&path);
        shared.settings.session.current = Some(path);
        if shared.films.film.reading().is_some() {
            self.main.stop();
            self.refresh_maps(shared);
            self.mind_beside(shared);
        } else {
            self.read_film(shared);
        }
    }

    /// Shows no film.
    pub fn clear_film(&mut self) {
        self.occlusion.leave();
        self.main.stop();
        self.turn_display_to(None);
    }

    /// Stops opening and scoring the film in view, and the map that is being made of it.
    pub fn cancel(&mut self, shared: &mut Shared) {
        self.occlusion.stop();
        if shared.films.film.is_reading() {
            self.main.stop();
            shared.films.film.cancel();
        }
    }

    /// Another model is in use: what the one before said no longer counts.
    pub fn model_changed(&mut self, same_findings: bool, shared: &mut Shared) {
        if !same_findings {
            self.selected = None;
        }
        self.probe.clear();
        self.jitter.forget();
        self.occlusion.leave();
        self.undo.forget_thresholds();
        self.undo.forget_covers();
        shared.films.forget_readings();
        self.read_beside(shared);
        // A film that could not be opened will not open for another model either.
        let waits = match &shared.films.film {
            FilmState::Empty | FilmState::Cancelled(_) => false,
            FilmState::Opening | FilmState::Scoring(_) | FilmState::Read(_) => true,
            FilmState::Failed { film, .. } => film.is_some(),
        };
        if waits {
            self.read_film(shared);
        }
    }

    /// There will be no model: a film that waits for one stays without scores.
    pub fn model_failed(&mut self, shared: &mut Shared) {
        if let FilmState::Scoring(_) = shared.films.film
            && let Some(error) = shared.model.missing_error()
        {
            shared.films.film.fail(error.clone());
            tell_failure(error, shared);
        }
    }

    /// Opens and scores the film in view.
    pub(super) fn read_film(&mut self, shared: &mut Shared) {
        let Some(path) = shared.films.current_path().map(ToOwned::to_owned) else {
            return;
        };
        self.occlusion.leave();
        let request = FilmRequest::new(path, shared.model.classifier(), shared);
        self.main.read(&mut shared.films.film, request);
    }

    /// Opens and scores the film in view by another window, where that is offered or in use.
    pub(super) fn use_auto_window(&mut self, auto: bool, shared: &mut Shared) {
        let possible = shared.films.film.opened().is_some_and(|opened| {
            if auto {
                opened.auto_window_offered
            } else {
                opened.film.contrast == Contrast::Auto
            }
        });
        if !possible {
            return;
        }
        self.probe.clear();
        self.undo.forget_covers();
        self.jitter.forget();
        shared.films.set_auto_window(auto);
        self.read_film(shared);
        self.read_beside(shared);
    }

    /// Makes the maps of all films in view anew where they are by another method than the chosen one.
    pub(super) fn refresh_maps(&mut self, shared: &mut Shared) {
        let method = shared.settings.map.method;
        let in_use = shared.model.classifier().cloned();
        if let Some(compare) = &mut self.compare
            && let Some(classifier) = compare.classifier(in_use.as_ref()).cloned()
        {
            compare.film.set_method(&classifier, method);
        }
        let Some(classifier) = in_use else {
            return;
        };
        if let Some(reading) = &mut self.probe.reading
            && reading.method != MapMethod::Cam(method)
        {
            *reading = Arc::new(reading.with_method(&classifier, method));
        }
        if !self.occlusion.is_shown()
            && shared.films.film.set_method(&classifier, method)
            && let Some(reading) = shared.films.film.reading().cloned()
        {
            shared.films.keep(&reading);
        }
    }

    /// Takes in what opening and scoring have reported.
    pub(super) fn poll_film(&mut self, shared: &mut Shared) -> Vec<Effect> {
        match self.main.poll(&mut shared.films.film) {
            Some(FilmAnswer::Scored(reading)) => return self.take_scores(&reading, shared),
            Some(FilmAnswer::Opened) => self.model_failed(shared),
            Some(FilmAnswer::Failed(error)) => tell_failure(error, shared),
            None => {}
        }
        Vec::new()
    }

    fn take_scores(&mut self, reading: &Arc<ScoredFilm>, shared: &mut Shared) -> Vec<Effect> {
        self.follow_film(reading, shared);
        shared.films.keep(reading);
        self.mind_beside(shared);
        self.refresh_maps(shared);
        vec![Effect::FilmScored]
    }

    fn turn_display_to(&mut self, film: Option<&Path>) {
        self.probe.clear();
        self.main.turn_to(film);
        self.undo.forget_film();
    }
}

/// The list and the user are told why the film in view has no scores.
fn tell_failure(error: String, shared: &mut Shared) {
    if let Some(path) = shared.films.current_path().map(ToOwned::to_owned) {
        let status = FilmStatus::Failed(error.clone());
        shared.films.set_status(&path, &status);
    }
    shared.say_error(error);
}

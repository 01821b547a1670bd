use std::path::Path;
use std::sync::Arc;

use super::ViewerState;
use crate::state::jobs::{FilmEvent, FilmRequest};
use crate::state::{Effect, FilmState, FilmStatus, ScoredFilm, Shared};

impl ViewerState {
    /// Shows a film of the list, and opens and scores it unless that is done already.
    pub fn show_film(&mut self, film_idx: usize, shared: &mut Shared) {
        let Some(path) = shared.films.show(film_idx) else {
            return;
        };
        self.turn_display_to(Some(&path));
        shared.settings.remember_film(&path);
        shared.settings.session.current = Some(path);
        if shared.films.film.reading().is_some() {
            self.scoring.cancel();
            self.refresh_maps(shared);
            self.mind_beside(shared);
        } else {
            self.read_film(shared);
        }
    }

    /// Shows no film.
    pub fn clear_film(&mut self) {
        self.scoring.cancel();
        self.turn_display_to(None);
    }

    /// Stops opening and scoring the film in view.
    pub fn cancel(&mut self, shared: &mut Shared) {
        if shared.films.film.is_reading() {
            self.scoring.cancel();
            let film = shared.films.film.opened().cloned();
            shared.films.film = FilmState::Cancelled(film);
        }
    }

    /// Another model is in use: what the one before said no longer counts.
    pub fn model_changed(&mut self, same_findings: bool, shared: &mut Shared) {
        if !same_findings {
            self.selected = None;
        }
        self.probe.clear();
        self.jitter.forget();
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
            fail_film(error, shared);
        }
    }

    /// Opens and scores the film in view.
    pub(super) fn read_film(&mut self, shared: &mut Shared) {
        let Some(path) = shared.films.current_path().map(ToOwned::to_owned) else {
            return;
        };
        let opened = shared.films.film.opened().cloned();
        shared.films.film = match &opened {
            Some(opened) => FilmState::Scoring(Arc::clone(opened)),
            None => FilmState::Opening,
        };
        self.scoring.request(FilmRequest {
            path,
            opened,
            classifier: shared.model.classifier().cloned(),
            method: shared.settings.map.method,
        });
    }

    /// Makes the maps again if they are by another method than the chosen one.
    pub(super) fn refresh_maps(&mut self, shared: &mut Shared) {
        let method = shared.settings.map.method;
        let Some(classifier) = shared.model.classifier() else {
            return;
        };
        if let Some(reading) = &mut self.probe.reading
            && reading.method != method
        {
            *reading = Arc::new(reading.with_method(classifier, method));
        }
        if let Some(reading) = shared.films.film.reading()
            && reading.method != method
        {
            // A few million multiplications: shorter than a frame, so no job.
            let reading = Arc::new(reading.with_method(classifier, method));
            shared.films.keep(&reading);
            shared.films.film = FilmState::Read(reading);
        }
    }

    /// Takes in what opening and scoring have reported.
    pub(super) fn poll_film(&mut self, shared: &mut Shared) -> Vec<Effect> {
        let (events, ended) = self.scoring.poll();
        for FilmEvent::Opened(opened) in events {
            shared.films.film = FilmState::Scoring(opened);
        }
        match ended {
            Some(Ok(Some(reading))) => return self.take_scores(reading, shared),
            Some(Ok(None)) => {
                if let Some(error) = shared.model.missing_error() {
                    fail_film(error, shared);
                }
            }
            Some(Err(error)) => fail_film(error, shared),
            None => {}
        }
        Vec::new()
    }

    fn take_scores(&mut self, reading: ScoredFilm, shared: &mut Shared) -> Vec<Effect> {
        self.selected = self.selected.or_else(|| reading.inference.highest());
        let reading = Arc::new(reading);
        shared.films.keep(&reading);
        shared.films.film = FilmState::Read(reading);
        self.mind_beside(shared);
        self.refresh_maps(shared);
        vec![Effect::FilmScored]
    }

    fn turn_display_to(&mut self, film: Option<&Path>) {
        self.probe.clear();
        self.displays.show(film);
        self.undo.forget_displays();
    }
}

fn fail_film(error: String, shared: &mut Shared) {
    if let Some(path) = shared.films.current_path().map(ToOwned::to_owned) {
        let status = FilmStatus::Failed(error.clone());
        shared.films.set_status(&path, &status);
    }
    shared.say_error(error.clone());
    let film = shared.films.film.opened().cloned();
    shared.films.film = FilmState::Failed { error, film };
}

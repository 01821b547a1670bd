use std::sync::Arc;

use crate::imaging::InputLevel;
use crate::state::jobs::FilmRequest;
use crate::state::{AppState, Compare, FilmState, FilmStatus, NoticeKind};

impl AppState {
    pub(in crate::state) fn show_film(&mut self, film_idx: usize) {
        if let Some(path) = self.shared.films.show(film_idx) {
            self.turn_display_to(Some(&path));
            self.shared.settings.remember_film(&path);
            self.shared.settings.session.current = Some(path.clone());
            if self.shared.films.film.reading().is_some() {
                self.jobs.film.cancel();
                self.refresh_maps();
                self.mind_beside();
            } else {
                self.read_current();
            }
        }
    }

    /// Whether the film in view was refused as input, and nobody asked for its scores.
    pub fn is_refused(&self) -> bool {
        let opened = self.shared.films.film.opened();
        opened.is_some_and(|opened| {
            opened.check.level() == InputLevel::Refused
                && self.shown_anyway.as_ref() != Some(&opened.film.path)
        })
    }

    /// Whether a blinded session hides the scores of the film in view.
    pub fn is_blinded(&self) -> bool {
        self.list.is_blinded_to(self.shared.films.current_path())
    }

    /// Whether the network's answer to the film in view is not to be seen.
    pub fn hides_answer(&self) -> bool {
        self.is_blinded() || self.is_refused()
    }

    /// The same of the film beside it.
    pub fn hides_answer_beside(&self, compare: &Compare) -> bool {
        let opened = compare.film.opened();
        opened.is_some_and(|opened| {
            self.list.is_blinded_to(Some(&opened.film.path))
                || opened.check.level() == InputLevel::Refused
        })
    }

    pub(in crate::state) fn read_current(&mut self) {
        let Some(path) = self.shared.films.current_path().map(ToOwned::to_owned) else {
            return;
        };
        let opened = self.shared.films.film.opened().cloned();
        self.shared.films.film = match &opened {
            Some(opened) => FilmState::Scoring(Arc::clone(opened)),
            None => FilmState::Opening,
        };
        let request = FilmRequest {
            path,
            opened,
            classifier: self
                .shared
                .model
                .loaded
                .as_ref()
                .map(|loaded| Arc::clone(&loaded.classifier)),
            method: self.shared.settings.map.method,
        };
        if let Err(error) = self.jobs.film.request(request) {
            self.fail_film(format!("cannot start a thread: {error}"));
        }
    }

    /// Makes the maps anew if they are by another method than the one asked for.
    pub(in crate::state) fn refresh_maps(&mut self) {
        let method = self.shared.settings.map.method;
        if let (Some(reading), Some(loaded)) =
            (self.shared.films.film.reading(), &self.shared.model.loaded)
            && reading.method != method
        {
            // A few million multiplications: shorter than a frame, so no job.
            let reading = Arc::new(reading.with_method(&loaded.classifier, method));
            self.shared.films.keep(&reading);
            self.shared.films.film = FilmState::Read(reading);
        }
        if let (Some(reading), Some(loaded)) = (&mut self.probe.reading, &self.shared.model.loaded)
            && reading.method != method
        {
            *reading = Arc::new(reading.with_method(&loaded.classifier, method));
        }
    }

    pub(in crate::state) fn fail_film(&mut self, error: String) {
        if let Some(path) = self.shared.films.current_path().map(ToOwned::to_owned) {
            self.shared
                .films
                .set_status(&path, &FilmStatus::Failed(error.clone()));
        }
        self.shared.notices.push(NoticeKind::Error, error.clone());
        let film = self.shared.films.film.opened().cloned();
        self.shared.films.film = FilmState::Failed { error, film };
    }

    pub(in crate::state) fn cancel(&mut self) {
        self.list.cancel_search();
        if self.is_reading_film() {
            self.jobs.film.cancel();
            let film = self.shared.films.film.opened().cloned();
            self.shared.films.film = FilmState::Cancelled(film);
        }
    }
}

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{Local, SecondsFormat, Utc};

use super::blinded::Commit;
use super::log::append;
use super::score::start_scoring;
use super::{
    BlindedSession, FilmNote, FilmStatus, ListCommand, ListFilter, ListState, Mark, SortKey,
    SortOrder,
};
use crate::state::{Effect, PickKind, Session, Shared, Workspace};

impl ListState {
    /// Carries out a command of the film list.
    pub fn apply(&mut self, command: ListCommand, shared: &mut Shared) -> Vec<Effect> {
        match command {
            ListCommand::OpenDrawnFilm => return self.open_drawn_film(shared),
            ListCommand::StepFilm(step) => {
                return show(self.neighbor(step, &shared.films));
            }
            ListCommand::CloseFilm => return self.close_film(shared),
            ListCommand::CloseAllFilms => return self.close_all(shared),
            ListCommand::Sort(order) => self.sort(order),
            ListCommand::Filter(filter) => {
                self.filter = filter;
                self.stale = true;
            }
            ListCommand::WantPictures(paths) => self.pictures.want(paths),
            ListCommand::ScoreAll => self.score_all(shared),
            ListCommand::StopScoring => self.scoring.cancel(),
            ListCommand::StepPatient(step) => {
                return show(self.neighbor_of_patient(step, &shared.films));
            }
            ListCommand::Mark(mark) => self.mark(mark, shared),
            ListCommand::Note(text) => self.write_note(text, shared),
            ListCommand::StartBlinded => return vec![Effect::AskPath(PickKind::ReadingLog)],
            ListCommand::Answer(label, answer) => {
                if let Some(reading) = &mut self.blinded {
                    reading.answer(label, answer);
                }
            }
            ListCommand::Commit { window } => return self.commit(&window, shared),
            ListCommand::ShowAsked => return self.show_asked_film(shared),
            ListCommand::StepBlinded(step) => {
                if let Some(reading) = &mut self.blinded
                    && reading.step(step)
                {
                    return self.show_asked_film(shared);
                }
            }
            ListCommand::EndBlinded => self.blinded = None,
        }
        Vec::new()
    }

    /// Takes in what the jobs of the list have reported.
    pub fn poll(&mut self, shared: &mut Shared) -> Vec<Effect> {
        let found = self.search.poll(shared);
        self.stale |= found.is_some();
        self.pictures.poll();
        self.poll_scoring(shared);
        for message in self.notes.poll() {
            shared.say_error(message);
        }
        if let (Some(committing), Some(reading)) =
            (shared.finished(&mut self.committing), &mut self.blinded)
        {
            reading.accept(committing);
        }
        show(found.and_then(|found| found.to_show))
    }

    /// Searches paths for films and puts them on the list.
    pub fn open(&mut self, paths: Vec<PathBuf>, shared: &Shared) {
        self.search.start(paths, shared);
    }

    /// Opens what was open when the program ended.
    pub fn restore(&mut self, session: Session, shared: &Shared) {
        self.search.restore(session, shared);
    }

    /// Stops searching for films.
    pub fn cancel_search(&mut self) {
        self.search.cancel();
    }

    /// The film in view has been scored; while the whole list is, it is sorted at the end.
    pub fn film_scored(&mut self) {
        self.stale |= !self.scoring.is_running();
    }

    /// A threshold has moved.
    pub fn thresholds_moved(&mut self) {
        self.stale |= self.hangs_on_thresholds();
    }

    /// Another model is in use: scores of the one before no longer count.
    pub fn model_changed(&mut self, same_findings: bool, shared: &mut Shared) {
        if !same_findings {
            if self.blinded.take().is_some() {
                let text = "The blinded session has ended: the new model has other findings";
                shared.say(text);
            }
            // The finding at that place is another one now.
            if matches!(self.order.key, SortKey::Score(_)) {
                self.order = SortOrder::default();
            }
            let filter = std::mem::take(&mut self.filter);
            self.filter = ListFilter {
                text: filter.text,
                patient: filter.patient,
                mark: filter.mark,
                failed: filter.failed,
                ..ListFilter::default()
            };
        }
        self.forget_scoring();
    }

    fn open_drawn_film(&mut self, shared: &Shared) -> Vec<Effect> {
        if self.search.is_running() {
            return Vec::new();
        }
        self.search.start_drawn_film(shared);
        vec![Effect::ShowWorkspace(Workspace::Viewer)]
    }

    fn close_film(&mut self, shared: &mut Shared) -> Vec<Effect> {
        self.stale = true;
        if let Some(film_idx) = shared.films.close_current() {
            return vec![Effect::ShowFilm(film_idx)];
        }
        shared.settings.session = Session::default();
        vec![Effect::ClearFilm]
    }

    fn close_all(&mut self, shared: &mut Shared) -> Vec<Effect> {
        self.forget_scoring();
        self.blinded = None;
        shared.films.close_all();
        shared.settings.session = Session::default();
        vec![Effect::ClearFilm, Effect::CloseCompare]
    }

    fn sort(&mut self, order: SortOrder) {
        self.order = order;
        self.stale = true;
    }

    fn score_all(&mut self, shared: &Shared) {
        let Some(classifier) = shared.model.classifier() else {
            return;
        };
        let entries = shared.films.entries();
        let listed = self.places.iter().filter_map(|&place| entries.get(place));
        let unscored = listed.filter(|entry| entry.scores.is_none());
        let films = unscored.map(|entry| (entry.path.clone(), entry.auto_window));
        let films = films.collect();
        let (services, classifier) = (&shared.services, Arc::clone(classifier));
        start_scoring(&mut self.scoring, services, films, classifier);
    }

    /// Scores of another model must not come in.
    fn forget_scoring(&mut self) {
        self.scoring.detach();
        self.stale = true;
    }

    fn mark(&mut self, mark: Mark, shared: &mut Shared) {
        if let Some(entry) = shared.films.current_entry_mut() {
            entry.mark = (entry.mark != Some(mark)).then_some(mark);
            entry.note_times.mark = now();
            self.keep_note(shared);
        }
    }

    fn write_note(&mut self, text: String, shared: &mut Shared) {
        if let Some(entry) = shared.films.current_entry_mut() {
            entry.note = text;
            entry.note_times.note = now();
            self.keep_note(shared);
        }
    }

    fn keep_note(&mut self, shared: &Shared) {
        if let Some(entry) = shared.films.current_entry() {
            self.notes.save(entry.path.clone(), FilmNote::of(entry));
            self.stale = true;
        }
    }

    /// Saves the measurements of a film, which have changed, with its note.
    pub fn keep_measurements(&mut self, film: &Path, shared: &mut Shared) {
        if let Some(entry) = shared.films.entry_mut(film) {
            entry.note_times.measurements = now();
            self.notes.save(entry.path.clone(), FilmNote::of(entry));
        }
    }

    /// Starts a blinded session of the listed films that writes to `log`.
    pub fn start_blinded(&mut self, log: PathBuf, shared: &mut Shared) -> Vec<Effect> {
        let Some(classifier) = shared.model.classifier() else {
            shared.say_error("a blinded session needs a model: none is loaded");
            return Vec::new();
        };
        let entries = shared.films.entries();
        let films = self.places.iter().filter_map(|&place| entries.get(place));
        let films: Vec<PathBuf> = films.map(|entry| entry.path.clone()).collect();
        let n_labels = classifier.card().labels.len();
        // Any number that differs from reading to reading; the log names it.
        let seed = Local::now().timestamp_millis().unsigned_abs();
        // Those of a session that was ended are written, and no longer count.
        self.committing.detach();
        self.blinded = BlindedSession::new(films, n_labels, seed, log);
        self.show_asked_film(shared)
    }

    fn show_asked_film(&self, shared: &mut Shared) -> Vec<Effect> {
        let Some(film) = self.blinded.as_ref().and_then(BlindedSession::film) else {
            return Vec::new();
        };
        let place = shared.films.place_of(film);
        if place.is_none() {
            let text = format!("this film was removed from the list: {}", film.display());
            shared.say_error(text);
        }
        show(place)
    }

    fn commit(&mut self, window: &str, shared: &mut Shared) -> Vec<Effect> {
        // Scores of another film must not be logged for this one.
        if !self.shows_asked_film(&shared.films) {
            return self.show_asked_film(shared);
        }
        let (Some(reading), Some(loaded), Some(film)) = (
            &self.blinded,
            &shared.model.loaded,
            shared.films.film.reading(),
        ) else {
            return Vec::new();
        };
        let entry = shared.films.entry_of(&film.opened.film.path);
        let prepared = reading.prepare(&Commit {
            scores: &film.inference.scores,
            thresholds: loaded.thresholds.current(),
            truth: &|label| entry.and_then(|entry| entry.has(label)),
            model_id: loaded.classifier.id(),
            window,
            input: &film.opened.concerns.summary(),
            now: Local::now().to_rfc3339_opts(SecondsFormat::Millis, false),
        });
        if let Some(committing) = prepared {
            let log = reading.log.clone();
            let work = move |_: &_| {
                append(&log, &committing.rows)?;
                Ok(committing)
            };
            let wake = &shared.services.wake;
            self.committing.start("reading log", wake, work);
        }
        Vec::new()
    }

    fn poll_scoring(&mut self, shared: &mut Shared) {
        let (scored, over) = self.scoring.poll_events();
        for film in scored {
            let entry = shared.films.entry_mut(&film.path);
            // Scores by the window of before do not count.
            if let Some(entry) = entry.filter(|entry| entry.auto_window == film.auto_window) {
                match film.scores {
                    Ok((concerns, scores)) => entry.take_scores(&concerns, scores),
                    Err(error) => entry.status = FilmStatus::Failed(error),
                }
                if entry.patient_id.is_none() {
                    entry.patient_id = film.patient_id;
                }
            }
            // Sorted anew when all are in: rows must not jump under the pointer.
        }
        shared.told(self.scoring.take());
        self.stale |= over;
    }
}

/// RFC 3339 in UTC, so that later times sort behind.
fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The effect that shows a film, if there is one to show.
fn show(film_idx: Option<usize>) -> Vec<Effect> {
    film_idx.map(Effect::ShowFilm).into_iter().collect()
}

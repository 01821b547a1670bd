use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{SecondsFormat, Utc};

use super::score::start_scoring;
use super::{FilmNote, FilmStatus, ListCommand, ListFilter, ListState, Mark, SortKey, SortOrder};
use crate::state::{Effect, FilmEntry, PickKind, Session, Shared, Workspace};

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
            ListCommand::Mark(mark) => {
                if let Some(film_idx) = shared.films.current() {
                    self.mark(film_idx, mark, shared);
                }
            }
            ListCommand::MarkFilm(film_idx, mark) => self.mark(film_idx, mark, shared),
            ListCommand::Note(text) => self.write_note(text, shared),
            ListCommand::StartBlinded => return vec![Effect::AskPath(PickKind::ReadingLog)],
            ListCommand::ResumeBlinded => return vec![Effect::AskPath(PickKind::ResumedLog)],
            ListCommand::Answer(command) => self.answer(command, &shared.films),
            ListCommand::Commit { window } => return self.commit(&window, shared),
            ListCommand::ShowAsked => return self.show_asked_film(shared),
            ListCommand::StepBlinded(step) => return self.step_session(step, shared),
            ListCommand::EndBlinded => self.end_session(shared),
            ListCommand::SaveReport => return self.ask_for_table(),
            ListCommand::CloseReport => self.report = None,
        }
        Vec::new()
    }

    /// Takes in what the jobs of the list have reported.
    pub fn poll(&mut self, shared: &mut Shared) -> Vec<Effect> {
        let found = self.search.poll(shared);
        self.stale |= found.is_some();
        // A DICOMDIR opens as a list of its patients and studies.
        let by_patient = found.as_ref().is_some_and(|found| found.by_patient);
        if by_patient && self.order.key == SortKey::Opened {
            self.order.key = SortKey::Study;
        }
        self.pictures.poll();
        self.poll_scoring(shared);
        for message in self.notes.poll() {
            shared.say_error(message);
        }
        let mut effects = self.poll_session(shared);
        effects.extend(show(found.and_then(|found| found.to_show)));
        effects
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
            if self.blinded.is_some() {
                self.end_session(shared);
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
        self.end_session(shared);
        self.report = None;
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
        let films = unscored.map(|entry| (entry.path.clone(), entry.corrected.correction));
        let films = films.collect();
        let (services, classifier) = (&shared.services, Arc::clone(classifier));
        start_scoring(&mut self.scoring, services, films, classifier);
    }

    /// Scores of another model must not come in.
    fn forget_scoring(&mut self) {
        self.scoring.detach();
        self.stale = true;
    }

    fn mark(&mut self, film_idx: usize, mark: Mark, shared: &mut Shared) {
        if let Some(entry) = shared.films.entry_at_mut(film_idx) {
            entry.mark = (entry.mark != Some(mark)).then_some(mark);
            entry.note_times.mark = now();
            self.keep_note(entry);
        }
    }

    fn write_note(&mut self, text: String, shared: &mut Shared) {
        if let Some(entry) = shared.films.current_entry_mut() {
            entry.note = text;
            entry.note_times.note = now();
            self.keep_note(entry);
        }
    }

    fn keep_note(&mut self, entry: &FilmEntry) {
        self.notes.save(entry.path.clone(), FilmNote::of(entry));
        self.stale = true;
    }

    /// Saves the measurements of a film, which have changed, with its note.
    pub fn keep_measurements(&mut self, film: &Path, shared: &mut Shared) {
        if let Some(entry) = shared.films.entry_mut(film) {
            entry.note_times.measurements = now();
            self.notes.save(entry.path.clone(), FilmNote::of(entry));
        }
    }

    fn poll_scoring(&mut self, shared: &mut Shared) {
        let (scored, over) = self.scoring.poll_events();
        for film in scored {
            let entry = shared.films.entry_mut(&film.path);
            // Scores by the window of before do not count.
            if let Some(entry) = entry.filter(|entry| entry.corrected.correction == film.correction)
            {
                match film.scores {
                    Ok((concerns, scores)) => entry.take_scores(&concerns, scores),
                    Err(error) => entry.status = FilmStatus::Failed(error),
                }
                if let Some(record) = film.record {
                    entry.learn(record);
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

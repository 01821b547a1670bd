use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::{Local, SecondsFormat};

use super::committed::Commit;
use super::log::append;
use super::resume::{Resumed, resume};
use super::session_file::Begun;
use super::{AnswerCommand, BlindedSession, SessionReport};
use crate::domain::Threshold;
use crate::files::{Existing, write_file};
use crate::imaging::is_kept_film;
use crate::state::list::listing::{Listing, list_known};
use crate::state::{Effect, Films, ListState, PickKind, Shared, Workspace};
use crate::work::JobContext;

/// Why a commit without any answer is refused.
const NOTHING_ANSWERED: &str = "Answer at least one finding first";

impl ListState {
    /// Changes the answers to the film in view of the session.
    pub(in crate::state::list) fn answer(&mut self, command: AnswerCommand, films: &Films) {
        let is_answering = self.is_answering(films);
        if let Some(session) = self.blinded.as_mut().filter(|_| is_answering) {
            session.apply(command);
            self.session_jobs.note(&session.log, session.saved());
        }
    }

    /// Asks where the table of the end page is to be written.
    pub(in crate::state::list) fn ask_for_table(&self) -> Vec<Effect> {
        let ask = self.report.is_some().then_some(PickKind::SessionTable);
        ask.map(Effect::AskPath).into_iter().collect()
    }

    /// Starts a blinded session of the listed films that writes to `log`.
    pub fn start_blinded(&mut self, log: PathBuf, shared: &mut Shared) -> Vec<Effect> {
        let Some(loaded) = &shared.model.loaded else {
            shared.say_error("a blinded session needs a model: none is loaded");
            return Vec::new();
        };
        let entries = shared.films.entries();
        let films = self.places.iter().filter_map(|&place| entries.get(place));
        let films: Vec<PathBuf> = films.map(|entry| entry.path.clone()).collect();
        let card = loaded.classifier.card();
        let thresholds = loaded.thresholds.current().values().iter();
        let begun = Begun {
            started: now(),
            model_id: loaded.classifier.id().to_owned(),
            findings: card.labels.iter().map(ToOwned::to_owned).collect(),
            thresholds: thresholds.map(Threshold::value).collect(),
        };
        // Any number that differs from session to session; the log names it.
        let seed = Local::now().timestamp_millis().unsigned_abs();
        let Some(session) = BlindedSession::new(films, begun, seed, log) else {
            shared.say_error("a blinded session needs films: the list shows none");
            return Vec::new();
        };
        self.begin(session, shared)
    }

    /// Takes up a session again that was ended, closed or killed, from its log.
    pub fn resume_blinded(&mut self, log: PathBuf, shared: &Shared) {
        let elsewhere = shared.services.notes_folder();
        let work = move |ctx: &JobContext| {
            let resumed = resume(&log)?;
            let films = resumed.session.films().map(Path::to_owned).collect();
            let listing = list_known(films, elsewhere.as_deref(), ctx)?;
            Ok((resumed, listing))
        };
        let task = &mut self.session_jobs.resuming;
        task.start("resume session", &shared.services.wake, work);
    }

    /// Writes the table of the end page.
    pub fn save_report(&mut self, path: PathBuf, shared: &Shared) {
        let Some(report) = &self.report else {
            return;
        };
        let table = report.csv();
        let work = move |_: &_| {
            // A dialog has asked before a file is replaced.
            let existing = Existing::ReplaceUnless(is_kept_film);
            write_file(&path, table.as_bytes(), existing)
                .with_context(|| format!("cannot write {}", path.display()))?;
            Ok(format!("Written: {}", path.display()))
        };
        let task = &mut self.session_jobs.saving_table;
        task.start("session table", &shared.services.wake, work);
    }

    /// Takes in what the jobs of sessions have reported.
    pub(in crate::state::list) fn poll_session(&mut self, shared: &mut Shared) -> Vec<Effect> {
        if let (Some(committing), Some(session)) = (
            shared.finished(&mut self.session_jobs.committing),
            &mut self.blinded,
        ) {
            session.accept(committing);
            let saved = session.saved();
            self.session_jobs.save(&session.log, saved);
        }
        if let Some(text) = shared.finished(&mut self.session_jobs.saving_table) {
            shared.say(text);
        }
        if let Some(error) = self.session_jobs.poll_saving() {
            shared.say_error(error);
            // A log that cannot be written at the start would take no answer later.
            let is_unused =
                |session: &mut BlindedSession| session.committed_films().next().is_none();
            if self.blinded.take_if(is_unused).is_some() {
                self.session_jobs.forget();
                shared.settings.session.blinded = None;
            }
        }
        // At the start of the program the model may be later.
        let resuming = &mut self.session_jobs.resuming;
        if !resuming.is_running() || shared.model.is_loading() {
            return Vec::new();
        }
        resuming.poll();
        match resuming.take() {
            None => Vec::new(),
            Some(Ok((resumed, listing))) => self.take_up(resumed, listing, shared),
            Some(Err(error)) => {
                shared.say_error(error);
                // Not tried again at every start.
                shared.settings.session.blinded = None;
                Vec::new()
            }
        }
    }

    /// Ends the session; its end page says where its log is.
    pub(in crate::state::list) fn end_session(&mut self, shared: &mut Shared) {
        if let Some(session) = self.blinded.take() {
            shared.settings.session.blinded = None;
            self.session_jobs.save(&session.log, session.saved());
            self.report = Some(SessionReport::of(&session));
        }
    }

    fn begin(&mut self, session: BlindedSession, shared: &mut Shared) -> Vec<Effect> {
        // Those of a session that was ended are written, and no longer count.
        self.session_jobs.committing.detach();
        self.session_jobs.save(&session.log, session.saved());
        self.report = None;
        shared.settings.session.blinded = Some(whole(&session.log));
        self.blinded = Some(session);
        let mut effects = vec![
            Effect::CloseCompare,
            Effect::ShowWorkspace(Workspace::Viewer),
        ];
        effects.extend(self.show_asked_film(shared));
        effects
    }

    fn take_up(
        &mut self,
        Resumed { session, repaired }: Resumed,
        listing: Listing,
        shared: &mut Shared,
    ) -> Vec<Effect> {
        shared.settings.session.blinded = None;
        let Some(loaded) = &shared.model.loaded else {
            shared.say_error("a blinded session needs a model: none is loaded");
            return Vec::new();
        };
        let labels = loaded.classifier.card().labels.iter();
        if !labels.eq(session.findings().iter().map(String::as_str)) {
            let text = format!(
                "the session asks for other findings than the model in use has: open the model it began with, {}",
                session.model_id()
            );
            shared.say_error(text);
            return Vec::new();
        }
        let thresholds = loaded.thresholds.current().values().iter();
        let same = thresholds.map(Threshold::value);
        let same = same.eq(session.thresholds().iter().copied());
        let model = loaded.classifier.id();
        if model != session.model_id() {
            let text = format!(
                "The session began under {} and goes on under {model}; the log names the model of each film",
                session.model_id()
            );
            shared.say(text);
        } else if !same {
            shared.say(
                "Thresholds have changed since the session began; the log has those of each film",
            );
        }
        if repaired {
            shared.say("The last film was not written whole to the log: it is asked for again");
        }
        for error in listing.errors {
            shared.say_error(error);
        }
        let (n_missing, (_, n_films)) = (listing.missing.len(), session.progress());
        if n_missing > 0 {
            let text =
                format!("{n_missing} of {n_films} films of the session are not where they were");
            shared.say_error(text);
        }
        if session.is_finished() {
            self.report = Some(SessionReport::of(&session));
            return vec![Effect::ShowWorkspace(Workspace::Viewer)];
        }
        shared.films.add(listing.films);
        self.stale = true;
        self.begin(session, shared)
    }

    /// On to another film of the session; after the last one, when all are read, to the end page.
    pub(in crate::state::list) fn step_session(
        &mut self,
        step: isize,
        shared: &mut Shared,
    ) -> Vec<Effect> {
        let Some(session) = &mut self.blinded else {
            return Vec::new();
        };
        if session.step(step) {
            let saved = session.saved();
            self.session_jobs.save(&session.log, saved);
            return self.show_asked_film(shared);
        }
        if step > 0 && session.is_finished() {
            self.end_session(shared);
        }
        Vec::new()
    }

    pub(in crate::state::list) fn show_asked_film(&self, shared: &mut Shared) -> Vec<Effect> {
        let Some(film) = self.blinded.as_ref().and_then(BlindedSession::film) else {
            return Vec::new();
        };
        let place = shared.films.place_of(film);
        if place.is_none() {
            let text = format!("this film was removed from the list: {}", film.display());
            shared.say_error(text);
        }
        place.map(Effect::ShowFilm).into_iter().collect()
    }

    pub(in crate::state::list) fn commit(
        &mut self,
        window: &str,
        shared: &mut Shared,
    ) -> Vec<Effect> {
        // Scores of another film must not be logged for this one.
        if !self.shows_asked_film(&shared.films) {
            return self.show_asked_film(shared);
        }
        let (Some(session), Some(loaded), Some(film)) = (
            &mut self.blinded,
            &shared.model.loaded,
            shared.films.film.reading(),
        ) else {
            return Vec::new();
        };
        if session.is_committed() {
            return Vec::new();
        }
        if session.n_answered() == 0 {
            session.refusal = Some(NOTHING_ANSWERED);
            return Vec::new();
        }
        let concerns = &film.opened.concerns;
        let entry = shared.films.entry_of(&film.opened.film.path);
        let scores = Some(&film.inference.scores).filter(|_| !concerns.is_refused());
        let prepared = session.prepare(&Commit {
            scores,
            thresholds: loaded.thresholds.current(),
            label: &|label| entry.and_then(|entry| entry.has(label)),
            model_id: loaded.classifier.id(),
            window,
            input: &concerns.summary(),
            now: now(),
        });
        if let Some(committing) = prepared {
            let log = session.log.clone();
            let work = move |_: &_| {
                append(&log, &committing.rows)?;
                Ok(committing)
            };
            let wake = &shared.services.wake;
            self.session_jobs
                .committing
                .start("session log", wake, work);
        }
        Vec::new()
    }
}

/// Found from any folder.
fn whole(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn now() -> String {
    Local::now().to_rfc3339_opts(SecondsFormat::Millis, false)
}

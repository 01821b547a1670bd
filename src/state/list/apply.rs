use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{Local, SecondsFormat, Utc};

use super::blinded::Commit;
use super::desk::{ListScore, ScoringJob};
use super::log::append;
use super::{BlindedReading, FilmNote, FilmStatus, ListCommand, Mark, arranged, same_patient};
use crate::imaging::{InputCheck, read_film};
use crate::model::Classifier;
use crate::model::kernels::lower_priority;
use crate::state::poll::broke;
use crate::state::{AppState, NoticeKind, PickKind, Services};
use crate::work::{Job, JobContext, Outcome, Progress, cause_chain};

impl AppState {
    pub(in crate::state) fn apply_to_list(&mut self, command: ListCommand) {
        let desk = &mut self.list;
        match command {
            ListCommand::Sort(order) => {
                desk.order = order;
                desk.stale = true;
            }
            ListCommand::Filter(filter) => {
                desk.filter = filter;
                desk.stale = true;
            }
            ListCommand::WantPictures(paths) => {
                if let Err(error) = desk.pictures.want(paths) {
                    let text = format!("cannot start a thread: {error}");
                    self.shared.notices.push(NoticeKind::Error, text);
                }
            }
            ListCommand::ScoreAll => self.score_all(),
            ListCommand::StopScoring => {
                if let Some(job) = &desk.scoring {
                    job.cancel();
                }
            }
            ListCommand::StepPatient(step) => {
                let places = &self.list.places;
                let current = self.shared.films.current();
                let next = current.and_then(|current| {
                    same_patient(self.shared.films.entries(), places, current, step)
                });
                if let Some(film_idx) = next {
                    self.show_film(film_idx);
                }
            }
            ListCommand::Mark(mark) => self.mark(mark),
            ListCommand::Note(text) => self.write_note(text),
            ListCommand::StartBlinded => self.pick(PickKind::ReadingLog),
            ListCommand::Answer(label, answer) => {
                if let Some(reading) = &mut desk.blinded {
                    reading.answer(label, answer);
                }
            }
            ListCommand::Commit => self.commit_reading(),
            ListCommand::ShowAsked => self.show_film_of_reading(),
            ListCommand::StepBlinded(step) => {
                if let Some(reading) = &mut desk.blinded
                    && reading.step(step)
                {
                    self.show_film_of_reading();
                }
            }
            ListCommand::EndBlinded => desk.blinded = None,
        }
    }

    /// Arranges the list anew if it is older than what it follows from.
    pub(in crate::state) fn arrange_list(&mut self) {
        if !std::mem::take(&mut self.list.stale) {
            return;
        }
        let loaded = self.shared.model.loaded.as_ref();
        self.list.places = arranged(
            self.shared.films.entries(),
            self.list.order,
            &self.list.filter,
            loaded.map(|loaded| &loaded.classifier.card().labels),
            loaded.map(|loaded| loaded.thresholds.current()),
        );
    }

    fn score_all(&mut self) {
        let Some(loaded) = self
            .shared
            .model
            .loaded
            .as_ref()
            .filter(|_| self.list.scoring.is_none())
        else {
            return;
        };
        let entries = self.shared.films.entries();
        let unscored = self
            .list
            .places
            .iter()
            .filter_map(|&place| entries.get(place));
        let paths: Vec<PathBuf> = unscored
            .filter(|entry| entry.scores.is_none())
            .map(|entry| entry.path.clone())
            .collect();
        let classifier = Arc::clone(&loaded.classifier);
        match spawn_scoring_job(&self.shared.services, paths, classifier) {
            Ok(job) => self.list.scoring = Some(job),
            Err(error) => {
                let text = format!("cannot start scoring: {error}");
                self.shared.notices.push(NoticeKind::Error, text);
            }
        }
    }

    /// Scores of another model must not come in.
    pub(in crate::state) fn forget_scoring(&mut self) {
        if let Some(job) = self.list.scoring.take() {
            job.detach();
        }
        self.list.stale = true;
    }

    fn mark(&mut self, mark: Mark) {
        let Some(entry) = self.shared.films.current_entry_mut() else {
            return;
        };
        entry.mark = (entry.mark != Some(mark)).then_some(mark);
        self.keep_note();
    }

    fn write_note(&mut self, text: String) {
        if let Some(entry) = self.shared.films.current_entry_mut() {
            entry.note = text;
            self.keep_note();
        }
    }

    fn keep_note(&mut self) {
        if let Some(entry) = self.shared.films.current_entry_mut() {
            let note = FilmNote {
                mark: entry.mark,
                note: entry.note.clone(),
                changed: Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true),
            };
            let message = self.list.notes.save(entry.path.clone(), note);
            self.list.stale = true;
            if let Some(message) = message {
                self.shared.notices.push(NoticeKind::Error, message);
            }
        }
    }

    pub(in crate::state) fn start_blinded(&mut self, log: PathBuf) {
        let Some(loaded) = &self.shared.model.loaded else {
            let text = "a blinded session needs a model: none is loaded";
            self.shared.notices.push(NoticeKind::Error, text);
            return;
        };
        let entries = self.shared.films.entries();
        let films = self
            .list
            .places
            .iter()
            .filter_map(|&place| entries.get(place));
        let films: Vec<PathBuf> = films.map(|entry| entry.path.clone()).collect();
        let n_labels = loaded.classifier.card().labels.len();
        // Any number that differs from reading to reading; the log names it.
        let seed = Local::now().timestamp_millis().unsigned_abs();
        if let Some(job) = self.list.committing.take() {
            // From a session that was ended: it is written, and no longer counts.
            job.detach();
        }
        self.list.blinded = BlindedReading::new(films, n_labels, seed, log);
        self.show_film_of_reading();
    }

    fn show_film_of_reading(&mut self) {
        let film = self.list.blinded.as_ref().and_then(BlindedReading::film);
        let Some(film) = film else {
            return;
        };
        if let Some(film_idx) = self.shared.films.place_of(film) {
            self.show_film(film_idx);
        } else {
            let text = format!("this film was removed from the list: {}", film.display());
            self.shared.notices.push(NoticeKind::Error, text);
        }
    }

    fn commit_reading(&mut self) {
        // Scores of another film must not be logged for this one.
        if !self.shows_film_of_reading() {
            return self.show_film_of_reading();
        }
        let display = self.displays.current();
        let window = self.shared.films.film.opened().map(|opened| {
            let window = opened.window_of(&display.gray);
            format!("C {:.0} W {:.0}", window.center(), window.width())
        });
        let (Some(reading), Some(loaded), Some(film)) = (
            &self.list.blinded,
            &self.shared.model.loaded,
            self.shared.films.film.reading(),
        ) else {
            return;
        };
        let entry = self.shared.films.entry_of(&film.opened.film.path);
        let prepared = reading.prepare(&Commit {
            scores: &film.inference.scores,
            thresholds: loaded.thresholds.current(),
            truth: &|label| entry.and_then(|entry| entry.has(label)),
            model_id: loaded.classifier.id(),
            window: window.as_deref().unwrap_or_default(),
            input: &film.opened.check.summary(),
            now: now(),
        });
        let Some(committing) = prepared.filter(|_| !self.list.is_committing()) else {
            return;
        };
        let log = reading.log.clone();
        let job = Job::spawn(
            "reading log",
            self.shared.services.wake.clone(),
            move |_| {
                append(&log, &committing.rows)?;
                Ok(committing)
            },
        );
        match job {
            Ok(job) => self.list.committing = Some(job),
            Err(error) => {
                let text = format!("cannot write the session log: {error}");
                self.shared.notices.push(NoticeKind::Error, text);
            }
        }
    }

    fn poll_committing(&mut self) {
        let job = self.list.committing.as_mut();
        let Some((_, Some(outcome))) = job.map(Job::poll) else {
            return;
        };
        self.list.committing = None;
        match outcome {
            Outcome::Done(committing) => {
                if let Some(reading) = &mut self.list.blinded {
                    reading.accept(committing);
                }
            }
            Outcome::Cancelled => {}
            Outcome::Failed(error) => self
                .shared
                .notices
                .push(NoticeKind::Error, cause_chain(&error)),
            Outcome::Panicked(text) => self.shared.notices.push(NoticeKind::Error, broke(&text)),
        }
    }

    pub(in crate::state) fn poll_list(&mut self) {
        if let Err(error) = self.list.pictures.poll() {
            let text = format!("cannot start a thread: {error}");
            self.shared.notices.push(NoticeKind::Error, text);
        }
        if let Some((scored, outcome)) = self.list.scoring.as_mut().map(Job::poll) {
            self.take_scored(scored, outcome);
        }
        for message in self.list.notes.poll() {
            self.shared.notices.push(NoticeKind::Error, message);
        }
        self.poll_committing();
        self.arrange_list();
    }

    fn take_scored(&mut self, scored: Vec<ListScore>, outcome: Option<Outcome<()>>) {
        for film in scored {
            if let Some(entry) = self.shared.films.entry_mut(&film.path) {
                match film.scores {
                    Ok((check, scores)) => entry.take_scores(&check, scores),
                    Err(error) => entry.status = FilmStatus::Failed(error),
                }
                if entry.patient_id.is_none() {
                    entry.patient_id = film.patient_id;
                }
            }
            // Sorted anew when all are in: rows must not jump under the pointer.
        }
        if let Some(outcome) = outcome {
            self.list.scoring = None;
            self.list.stale = true;
            match outcome {
                Outcome::Done(()) | Outcome::Cancelled => {}
                Outcome::Failed(error) => self
                    .shared
                    .notices
                    .push(NoticeKind::Error, cause_chain(&error)),
                Outcome::Panicked(text) => {
                    self.shared.notices.push(NoticeKind::Error, broke(&text))
                }
            }
        }
    }
}

fn now() -> String {
    Local::now().to_rfc3339_opts(SecondsFormat::Millis, false)
}

fn spawn_scoring_job(
    services: &Services,
    paths: Vec<PathBuf>,
    classifier: Arc<Classifier>,
) -> std::io::Result<ScoringJob> {
    Job::spawn("score list", services.wake.clone(), move |ctx| {
        // The film in view comes first.
        lower_priority();
        score_films(&paths, &classifier, ctx)
    })
}

/// Scores films as they are scored in view: one at a time, by the same functions.
fn score_films(
    paths: &[PathBuf],
    classifier: &Classifier,
    ctx: &JobContext<ListScore>,
) -> anyhow::Result<()> {
    let n_total = paths.len();
    for (n_done, path) in paths.iter().enumerate() {
        ctx.check_cancelled()?;
        ctx.set_progress(Progress { n_done, n_total });
        let (scores, patient_id) = match scores_of(path, classifier) {
            Ok((check, scores, patient_id)) => (Ok((check, scores)), patient_id),
            Err(error) => (Err(cause_chain(&error)), None),
        };
        ctx.send(ListScore {
            path: path.clone(),
            scores,
            patient_id,
        });
    }
    Ok(())
}

fn scores_of(
    path: &Path,
    classifier: &Classifier,
) -> anyhow::Result<(InputCheck, Box<[f32]>, Option<String>)> {
    let film = read_film(path)?;
    let reading = classifier.score(&film)?;
    let scores = reading.scores.values().iter().map(|score| score.get());
    let check = InputCheck::of(&film);
    Ok((check, scores.collect(), film.info.patient_id))
}

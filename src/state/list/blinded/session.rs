use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::committed::{Commit, CommittedFilm};
use super::log::{LogKey, rows_of};
use super::session_file::{Begun, Draft, SavedSession, SessionStart};
use super::{Answer, AnswerCommand, Confidence, ReaderAnswer};
use crate::dataset::Stream;

/// A session in random order in which the scores stay hidden until the reader commits.
#[derive(Debug)]
pub struct BlindedSession {
    /// Where answers are written.
    pub log: PathBuf,
    /// Why the last commit was refused, until the next answer.
    pub refusal: Option<&'static str>,
    start: Arc<SessionStart>,
    /// In the order in which they are read.
    films: Vec<SessionFilm>,
    /// The place of each path among them.
    places: BTreeMap<PathBuf, usize>,
    place: usize,
    /// The finding that is asked for now.
    asked: usize,
    shown: Instant,
}

/// One film of a session.
#[derive(Debug)]
struct SessionFilm {
    path: PathBuf,
    /// One a finding.
    answers: Vec<ReaderAnswer>,
    /// Before it came into view this time.
    spent: Duration,
    committed: Option<CommittedFilm>,
}

/// Answers that are to be written to the log before they count.
#[derive(Debug)]
pub struct Committing {
    place: usize,
    committed: CommittedFilm,
    /// What is to be written.
    pub rows: Vec<Vec<String>>,
}

impl BlindedSession {
    /// Shuffles films by a seed, which identifies the session in its log; `None` without any.
    pub fn new(films: Vec<PathBuf>, begun: Begun, seed: u64, log: PathBuf) -> Option<Self> {
        if films.is_empty() {
            return None;
        }
        let mut films = films;
        let mut random = Stream::BlindedOrder.random(seed);
        random.shuffle(&mut films);
        let start = SessionStart::new(begun, seed, &films);
        Some(Self::of(Arc::new(start), films, log))
    }

    fn of(start: Arc<SessionStart>, films: Vec<PathBuf>, log: PathBuf) -> Self {
        let blank = vec![ReaderAnswer::default(); start.findings.len()];
        let places = films.iter().cloned().zip(0..).collect();
        let films = films.into_iter().map(|path| SessionFilm {
            path,
            answers: blank.clone(),
            spent: Duration::ZERO,
            committed: None,
        });
        Self {
            films: films.collect(),
            log,
            refusal: None,
            start,
            places,
            place: 0,
            asked: 0,
            shown: Instant::now(),
        }
    }

    /// A session as it was left, with the films of its log that are committed, by number.
    pub fn resumed(
        saved: SavedSession,
        committed: BTreeMap<usize, CommittedFilm>,
        log: PathBuf,
    ) -> Self {
        let films = saved.start.films().collect();
        let mut session = Self::of(saved.start, films, log);
        for draft in saved.drafts {
            let film = draft.number.checked_sub(1);
            if let Some(film) = film.and_then(|place| session.films.get_mut(place))
                && draft.answers.len() == film.answers.len()
            {
                film.answers = draft.answers;
                film.spent = Duration::try_from_secs_f64(draft.seconds).unwrap_or_default();
            }
        }
        for (number, found) in committed {
            let film = number.checked_sub(1);
            if let Some(film) = film.and_then(|place| session.films.get_mut(place)) {
                film.answers = found.findings.iter().map(|found| found.reader).collect();
                film.committed = Some(found);
            }
        }
        let left_at = saved.number.saturating_sub(1).min(session.films.len() - 1);
        session.place = left_at;
        if session.is_committed() {
            session.place = session.next_open().unwrap_or(left_at);
        }
        session
    }

    /// Identifies the session in its log.
    pub fn seed(&self) -> u64 {
        self.start.seed
    }

    /// Name and checksum of the model that it began under.
    pub fn model_id(&self) -> &str {
        &self.start.model_id
    }

    /// The thresholds that it began under, one a finding.
    pub fn thresholds(&self) -> &[f64] {
        &self.start.thresholds
    }

    /// The findings that are asked for, in the model's order.
    pub fn findings(&self) -> &[String] {
        &self.start.findings
    }

    /// Its films, in the order in which they are read.
    pub fn films(&self) -> impl Iterator<Item = &Path> {
        self.films.iter().map(|film| film.path.as_path())
    }

    /// The films to which the reader has committed.
    pub fn committed_films(&self) -> impl Iterator<Item = &CommittedFilm> {
        self.films.iter().filter_map(|film| film.committed.as_ref())
    }

    /// The film to be read.
    pub fn film(&self) -> Option<&Path> {
        self.films.get(self.place).map(|film| film.path.as_path())
    }

    /// Number of the film from 1, and how many there are.
    pub fn progress(&self) -> (usize, usize) {
        (self.place + 1, self.films.len())
    }

    /// The reader's answer to one finding of the film to be read.
    pub fn answer_to(&self, finding: usize) -> ReaderAnswer {
        let film = self.films.get(self.place);
        let answer = film.and_then(|film| film.answers.get(finding));
        answer.copied().unwrap_or_default()
    }

    /// Findings of the film to be read that have an answer.
    pub fn n_answered(&self) -> usize {
        let film = self.films.get(self.place);
        let answers = film.map_or(&[][..], |film| &film.answers).iter();
        answers.filter(|found| found.answer.is_some()).count()
    }

    /// The finding that is asked for now.
    pub fn asked(&self) -> usize {
        self.asked
    }

    /// Asks for another finding of the film in view.
    pub fn ask(&mut self, finding: usize) {
        self.asked = finding.min(self.start.findings.len().saturating_sub(1));
    }

    /// Asks for the finding so many places further; the ends hold.
    pub fn step_asked(&mut self, step: isize) {
        if let Some(next) = self.asked.checked_add_signed(step) {
            self.ask(next);
        }
    }

    /// Carries out a command about the answers to the film in view.
    pub fn apply(&mut self, command: AnswerCommand) {
        match command {
            AnswerCommand::Set(finding, answer) => {
                self.ask(finding);
                self.answer(finding, answer);
            }
            AnswerCommand::SetAsked(answer) => self.answer_asked(answer),
            AnswerCommand::SetConfidence(confidence) => self.set_confidence(confidence),
            AnswerCommand::StepConfidence(step) => self.step_confidence(step),
            AnswerCommand::Ask(finding) => self.ask(finding),
            AnswerCommand::StepAsked(step) => self.step_asked(step),
        }
    }

    /// What was committed of the film in view: only then may the network's answer be seen.
    pub fn committed(&self) -> Option<&CommittedFilm> {
        self.films.get(self.place)?.committed.as_ref()
    }

    /// Whether the reader has committed to this film.
    pub fn is_committed(&self) -> bool {
        self.committed().is_some()
    }

    /// Whether the network's answer to a film may be seen: only after the reader committed to it.
    pub fn may_see(&self, film: &Path) -> bool {
        let film = self
            .places
            .get(film)
            .and_then(|&place| self.films.get(place));
        film.is_some_and(|film| film.committed.is_some())
    }

    /// Whether all films are read.
    pub fn is_finished(&self) -> bool {
        self.films.iter().all(|film| film.committed.is_some())
    }

    /// Goes to another film of the session and returns whether there is one. Answers are kept.
    pub fn step(&mut self, step: isize) -> bool {
        let Some(next) = self.neighbor(step) else {
            return false;
        };
        let spent = self.shown.elapsed();
        if let Some(film) = self.films.get_mut(self.place) {
            film.spent += spent;
        }
        (self.place, self.asked, self.refusal) = (next, 0, None);
        self.shown = Instant::now();
        true
    }

    /// Whether there is a film `step` further in the session; after the last one, those that were left open.
    pub fn can_step(&self, step: isize) -> bool {
        self.neighbor(step).is_some()
    }

    fn neighbor(&self, step: isize) -> Option<usize> {
        let next = self.place.checked_add_signed(step)?;
        if next < self.films.len() {
            return Some(next);
        }
        self.next_open()
    }

    /// The first film after the one in view, or else before it, to which the reader has not committed.
    fn next_open(&self) -> Option<usize> {
        let is_open = |place: &usize| {
            let film = self.films.get(*place);
            film.is_some_and(|film| film.committed.is_none())
        };
        let after = self.place + 1..self.films.len();
        after.chain(0..self.place).find(is_open)
    }

    /// Answers one finding of a film that is not committed yet; without an answer there is no confidence either.
    pub fn answer(&mut self, finding: usize, answer: Option<Answer>) {
        self.change(finding, |found| {
            found.answer = answer;
            if answer.is_none() {
                found.confidence = None;
            }
        });
    }

    /// Answers the finding that is asked for, and asks for the next one; to take an answer back stays there.
    pub fn answer_asked(&mut self, answer: Option<Answer>) {
        if !self.is_committed() {
            self.answer(self.asked, answer);
            self.step_asked(isize::from(answer.is_some()));
        }
    }

    /// Says how sure the reader is of the finding that is asked for.
    pub fn set_confidence(&mut self, confidence: Option<Confidence>) {
        self.change(self.asked, |found| found.confidence = confidence);
    }

    /// More or less confidence in the finding that is asked for.
    pub fn step_confidence(&mut self, step: i8) {
        self.change(self.asked, |found| {
            found.confidence = Some(Confidence::stepped(found.confidence, step));
        });
    }

    fn change(&mut self, finding: usize, change: impl FnOnce(&mut ReaderAnswer)) {
        let film = self.films.get_mut(self.place);
        let film = film.filter(|film| film.committed.is_none());
        if let Some(found) = film.and_then(|film| film.answers.get_mut(finding)) {
            change(found);
            self.refusal = None;
        }
    }

    /// The answers to this film as they are to be logged; `None` where it is committed already, or has no answer.
    pub fn prepare(&self, commit: &Commit<'_>) -> Option<Committing> {
        let film = self.films.get(self.place)?;
        if film.committed.is_some() || self.n_answered() == 0 {
            return None;
        }
        let seconds = (film.spent + self.shown.elapsed()).as_secs_f64();
        let committed = CommittedFilm::of(&film.answers, seconds, commit);
        let key = LogKey {
            seed: self.seed(),
            number: self.place + 1,
        };
        Some(Committing {
            place: self.place,
            rows: rows_of(key, &film.path, &committed),
            committed,
        })
    }

    /// The answers are in the log: they count now, never change, and the network's may be seen.
    pub fn accept(&mut self, committing: Committing) {
        if let Some(film) = self.films.get_mut(committing.place)
            && film.committed.is_none()
        {
            let findings = committing.committed.findings.iter();
            film.answers = findings.map(|found| found.reader).collect();
            film.committed = Some(committing.committed);
        }
    }

    /// What is to be saved beside the log, so that the session can be taken up again.
    pub fn saved(&self) -> SavedSession {
        let films = self.films.iter().enumerate();
        let drafts = films
            .filter(|(_, film)| film.committed.is_none())
            .filter(|(_, film)| !film.answers.iter().all(ReaderAnswer::is_blank))
            .map(|(place, film)| {
                let in_view = place == self.place;
                let now = if in_view {
                    self.shown.elapsed()
                } else {
                    Duration::ZERO
                };
                Draft {
                    number: place + 1,
                    seconds: (film.spent + now).as_secs_f64(),
                    answers: film.answers.clone(),
                }
            });
        SavedSession {
            start: Arc::clone(&self.start),
            number: self.place + 1,
            drafts: drafts.collect(),
        }
    }
}

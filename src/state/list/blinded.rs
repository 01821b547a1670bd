use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::dataset::Stream;
use crate::domain::{Labels, NOTICE, PerFinding, Score, Threshold};

/// A session in random order in which the scores stay hidden until the reader commits.
#[derive(Debug)]
pub struct BlindedSession {
    /// Identifies the session in its log: the seed of its order.
    pub seed: u64,
    /// Where answers are written.
    pub log: PathBuf,
    /// The films in the order in which they are read.
    films: Vec<PathBuf>,
    place: usize,
    n_labels: usize,
    /// By film that was answered in part or whole: the answer to each label.
    answers: BTreeMap<PathBuf, Vec<Option<bool>>>,
    committed: BTreeSet<PathBuf>,
    shown: Instant,
    /// Pairs of answers of reader and model so far.
    pub agreement: Agreement,
}

/// How often reader and model said the same, over all labels that the reader answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Both said yes.
    pub both: usize,
    /// The reader alone said yes.
    pub reader_only: usize,
    /// The model alone said yes.
    pub model_only: usize,
    /// Neither did.
    pub neither: usize,
}

impl Agreement {
    /// Answers of the reader.
    pub fn n(&self) -> usize {
        self.both + self.reader_only + self.model_only + self.neither
    }

    /// Share of equal answers; `None` without any.
    pub fn share(&self) -> Option<f64> {
        let n = self.n();
        (n > 0).then(|| (self.both + self.neither) as f64 / n as f64)
    }

    /// Cohen's kappa (Cohen 1960): agreement beyond what both would reach by chance.
    ///
    /// `None` without answers, or where chance alone would always agree.
    pub fn kappa(&self) -> Option<f64> {
        let n = self.n() as f64;
        let observed = self.share()?;
        let reader = (self.both + self.reader_only) as f64 / n;
        let model = (self.both + self.model_only) as f64 / n;
        let chance = reader * model + (1.0 - reader) * (1.0 - model);
        (chance < 1.0).then(|| (observed - chance) / (1.0 - chance))
    }

    fn count(&mut self, reader: bool, model: bool) {
        *match (reader, model) {
            (true, true) => &mut self.both,
            (true, false) => &mut self.reader_only,
            (false, true) => &mut self.model_only,
            (false, false) => &mut self.neither,
        } += 1;
    }
}

/// Answers that are to be written to the log before they count.
#[derive(Debug)]
pub struct Committing {
    film: PathBuf,
    /// Answers of reader and model, label by label.
    pairs: Vec<(bool, bool)>,
    /// What is to be written.
    pub rows: Vec<Vec<String>>,
}

/// The log entry of a commit.
pub struct Commit<'a> {
    /// What the model scored.
    pub scores: &'a PerFinding<Score>,
    /// The thresholds in use.
    pub thresholds: &'a PerFinding<Threshold>,
    /// Whether a table names the label; `None` where it does not say.
    pub truth: &'a dyn Fn(&str) -> Option<bool>,
    /// Name and checksum of the model.
    pub model_id: &'a str,
    /// The window in use when the reader committed, as text.
    pub window: &'a str,
    /// Warnings about the film as input.
    pub input: &'a str,
    /// Now, RFC 3339.
    pub now: String,
}

impl BlindedSession {
    /// Shuffles films by a seed; `None` without any.
    pub fn new(films: Vec<PathBuf>, n_labels: usize, seed: u64, log: PathBuf) -> Option<Self> {
        if films.is_empty() {
            return None;
        }
        let mut films = films;
        let mut random = Stream::BlindedOrder.random(seed);
        random.shuffle(&mut films);
        Some(Self {
            answers: BTreeMap::new(),
            committed: BTreeSet::new(),
            n_labels,
            place: 0,
            shown: Instant::now(),
            agreement: Agreement::default(),
            seed,
            log,
            films,
        })
    }

    /// The film to be read.
    pub fn film(&self) -> Option<&Path> {
        self.films.get(self.place).map(PathBuf::as_path)
    }

    /// Number of the film from 1, and how many there are.
    pub fn progress(&self) -> (usize, usize) {
        (self.place + 1, self.films.len())
    }

    /// The reader's answer to one label of the film to be read; `None` where there is none yet.
    pub fn answer_to(&self, label: usize) -> Option<bool> {
        let answers = self.answers.get(self.film()?)?;
        answers.get(label).copied().flatten()
    }

    /// Whether the reader has committed to this film: only then may the network's answer be seen.
    pub fn is_committed(&self) -> bool {
        self.film().is_some_and(|film| self.may_see(film))
    }

    /// Whether the network's answer to a film may be seen: only after the reader committed to it.
    pub fn may_see(&self, film: &Path) -> bool {
        self.committed.contains(film)
    }

    /// Whether all films are read.
    pub fn is_finished(&self) -> bool {
        self.committed.len() == self.films.len()
    }

    /// Goes to another film of the session and returns whether there is one. Answers are kept.
    pub fn step(&mut self, step: isize) -> bool {
        let Some(next) = self.neighbor(step) else {
            return false;
        };
        self.place = next;
        self.shown = Instant::now();
        true
    }

    /// Whether there is a film `step` further in the session.
    pub fn can_step(&self, step: isize) -> bool {
        self.neighbor(step).is_some()
    }

    fn neighbor(&self, step: isize) -> Option<usize> {
        let next = self.place.checked_add_signed(step)?;
        (next < self.films.len()).then_some(next)
    }

    /// Answers one label of a film that is not committed yet.
    pub fn answer(&mut self, label: usize, answer: Option<bool>) {
        let Some(film) = self.film().filter(|film| !self.may_see(film)) else {
            return;
        };
        let blank = vec![None; self.n_labels];
        let answers = self.answers.entry(film.to_owned()).or_insert(blank);
        if let Some(slot) = answers.get_mut(label) {
            *slot = answer;
        }
    }

    /// The answers to this film as they are to be logged; `None` where it is committed already.
    pub fn prepare(&self, commit: &Commit<'_>) -> Option<Committing> {
        let film = self.film().filter(|film| !self.may_see(film))?;
        let answers = (0..self.n_labels).map(|label| self.answer_to(label));
        let decisions = decisions(commit.scores, commit.thresholds);
        let pairs = answers.zip(decisions);
        Some(Committing {
            film: film.to_owned(),
            pairs: pairs
                .filter_map(|(reader, model)| Some((reader?, model)))
                .collect(),
            rows: self.rows(film, commit, self.shown.elapsed()),
        })
    }

    /// The answers are in the log: they count now, never change, and the network's may be seen.
    pub fn accept(&mut self, committing: Committing) {
        if self.committed.insert(committing.film) {
            for (reader, model) in committing.pairs {
                self.agreement.count(reader, model);
            }
        }
    }

    fn rows(&self, film: &Path, commit: &Commit<'_>, taken: Duration) -> Vec<Vec<String>> {
        let labels: &Labels = commit.scores.labels();
        let yes_no = |answer: Option<bool>| match answer {
            Some(true) => "yes".to_owned(),
            Some(false) => "no".to_owned(),
            None => String::new(),
        };
        let decisions = decisions(commit.scores, commit.thresholds);
        let figures = commit
            .scores
            .values()
            .iter()
            .zip(commit.thresholds.values());
        let readers = (0..self.n_labels).map(|label| self.answer_to(label));
        let rows = labels.iter().zip(readers).zip(figures).zip(decisions);
        rows.map(|(((label, reader), (score, threshold)), model)| {
            vec![
                self.seed.to_string(),
                (self.place + 1).to_string(),
                film.display().to_string(),
                label.to_owned(),
                yes_no(reader),
                score.get().to_string(),
                threshold.value_f32().to_string(),
                yes_no(Some(model)),
                yes_no(reader.map(|reader| reader == model)),
                yes_no((commit.truth)(label)),
                format!("{:.1}", taken.as_secs_f64()),
                commit.now.clone(),
                commit.model_id.to_owned(),
                commit.window.to_owned(),
                commit.input.to_owned(),
                NOTICE.to_owned(),
            ]
        })
        .collect()
    }
}

fn decisions(
    scores: &PerFinding<Score>,
    thresholds: &PerFinding<Threshold>,
) -> impl Iterator<Item = bool> {
    let pairs = scores.values().iter().zip(thresholds.values());
    pairs.map(|(score, threshold)| score.is_positive(threshold))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(folder: &Path, n_films: usize) -> BlindedSession {
        let films = (0..n_films).map(|n| PathBuf::from(format!("{n}.png")));
        BlindedSession::new(films.collect(), 14, 7, folder.join("log.csv")).unwrap()
    }

    fn prepared(reading: &BlindedSession, score: f32) -> Option<Committing> {
        let labels = Labels::nih_14();
        let scores = labels.map(|_, _| Score::new(score).unwrap());
        let thresholds = labels.map(|_, _| Threshold::unset());
        reading.prepare(&Commit {
            scores: &scores,
            thresholds: &thresholds,
            truth: &|label| (label == "Mass").then_some(true),
            model_id: "Thorax 0123",
            window: "C 100 W 200",
            input: "",
            now: "2026-11-25T12:00:00+00:00".to_owned(),
        })
    }

    #[test]
    fn every_film_is_read_once_in_an_order_that_the_seed_decides() {
        let folder = tempfile::tempdir().unwrap();
        let order = |n_films| {
            let mut reading = reading(folder.path(), n_films);
            let mut films = vec![reading.film().unwrap().to_owned()];
            while reading.step(1) {
                films.push(reading.film().unwrap().to_owned());
            }
            films
        };
        assert_eq!(order(30), order(30));
        let mut sorted = order(30);
        assert_ne!(
            sorted[..5],
            ["0.png", "1.png", "2.png", "3.png", "4.png"].map(PathBuf::from)
        );
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), 30);
    }

    #[test]
    fn an_answer_counts_once_it_is_logged_and_never_changes_then() {
        let mut reading = reading(Path::new("folder"), 2);
        reading.answer(5, Some(true));
        let committing = prepared(&reading, 0.5).unwrap();
        // Label 5 is Emphysema: the reader and the model, whose score is on the threshold, say yes.
        let row = committing.rows[5].join(",");
        assert!(row.contains(",Emphysema,yes,0.5,0.5,yes,yes,,"), "{row}");
        let row = committing.rows[9].join(",");
        assert!(row.contains(",Mass,,0.5,0.5,yes,,yes,"), "{row}");
        assert!(!reading.is_committed() && reading.agreement.n() == 0);
        reading.accept(committing);
        assert!(reading.is_committed());
        assert_eq!((reading.agreement.both, reading.agreement.n()), (1, 1));
        reading.answer(5, Some(false));
        assert_eq!(reading.answer_to(5), Some(true));
        assert!(prepared(&reading, 0.1).is_none());
    }

    #[test]
    fn answers_that_are_not_committed_wait_for_the_reader_to_come_back() {
        let mut reading = reading(Path::new("folder"), 2);
        let first = reading.film().unwrap().to_owned();
        reading.answer(3, Some(false));
        assert!(reading.step(1) && !reading.step(1));
        assert_eq!(reading.answer_to(3), None);
        assert!(!reading.may_see(&first));
        assert!(reading.step(-1));
        assert_eq!(reading.answer_to(3), Some(false));
        let committing = prepared(&reading, 0.5).unwrap();
        reading.accept(committing);
        reading.step(1);
        assert!(reading.may_see(&first) && !reading.may_see(reading.film().unwrap()));
        assert!(!reading.may_see(Path::new("elsewhere.png")));
    }

    #[test]
    fn kappa_is_that_of_the_textbook_and_undefined_without_both_answers() {
        // 20 both, 5 reader only, 10 model only, 15 neither: kappa 0.4 (Wikipedia, Cohen's kappa).
        let agreement = Agreement {
            both: 20,
            reader_only: 5,
            model_only: 10,
            neither: 15,
        };
        assert!((agreement.kappa().unwrap() - 0.4).abs() < 1e-12);
        assert_eq!(Agreement::default().kappa(), None);
        let agreement = Agreement {
            neither: 9,
            ..Agreement::default()
        };
        assert_eq!((agreement.share(), agreement.kappa()), (Some(1.0), None));
    }
}

use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::dataset::SeededRandom;
use crate::domain::{Labels, NOTICE, PerFinding, Score, Threshold};

/// Columns of the log, one row a film and label.
const HEADER: [&str; 16] = [
    "reading",
    "number",
    "film",
    "label",
    "reader",
    "score",
    "threshold",
    "model",
    "agree",
    "truth",
    "seconds",
    "committed",
    "model_id",
    "window",
    "input",
    "notice",
];

/// A reading in random order in which the network's answer stays hidden until the reader commits.
#[derive(Debug)]
pub struct BlindedReading {
    /// Names the reading in its log: the seed of its order.
    pub seed: u64,
    /// Where answers are written.
    pub log: PathBuf,
    /// The films in the order in which they are read.
    films: Vec<PathBuf>,
    place: usize,
    /// The reader's answer to each label; `None` where there is none yet.
    pub answers: Vec<Option<bool>>,
    /// Films that were committed, with the answers.
    committed: Vec<Option<Vec<Option<bool>>>>,
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

/// What is written when a reader commits.
pub struct Commit<'a> {
    /// What the model scored.
    pub scores: &'a PerFinding<Score>,
    /// The cuts in use.
    pub thresholds: &'a PerFinding<Threshold>,
    /// Whether a table names the label; `None` where it does not say.
    pub truth: &'a dyn Fn(&str) -> Option<bool>,
    /// Name and checksum of the model.
    pub model_id: &'a str,
    /// The window in use when the reader committed, in words.
    pub window: &'a str,
    /// What may be wrong with the film as input, in words.
    pub input: &'a str,
    /// Now, RFC 3339.
    pub now: String,
}

impl BlindedReading {
    /// Shuffles films by a seed; `None` without any.
    pub fn new(films: Vec<PathBuf>, n_labels: usize, seed: u64, log: PathBuf) -> Option<Self> {
        if films.is_empty() {
            return None;
        }
        let mut films = films;
        let mut random = SeededRandom::for_stream(seed, &[]);
        random.shuffle(&mut films);
        Some(Self {
            committed: vec![None; films.len()],
            answers: vec![None; n_labels],
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

    /// Whether the reader has committed to this film: only then may the network's answer be seen.
    pub fn is_committed(&self) -> bool {
        self.committed.get(self.place).is_some_and(Option::is_some)
    }

    /// Whether the network's answer to a film may be seen: only after the reader committed to it.
    pub fn may_see(&self, film: &Path) -> bool {
        let films = self.films.iter().zip(&self.committed);
        let mut committed = films.filter(|(_, answers)| answers.is_some());
        committed.any(|(path, _)| path == film)
    }

    /// Whether all films are read.
    pub fn is_finished(&self) -> bool {
        self.committed.iter().all(Option::is_some)
    }

    /// Goes to another film of the reading; whether there is one.
    pub fn step(&mut self, step: isize) -> bool {
        let next = self.place.checked_add_signed(step);
        let Some(next) = next.filter(|next| *next < self.films.len()) else {
            return false;
        };
        self.place = next;
        self.shown = Instant::now();
        let n_labels = self.answers.len();
        let known = self.committed.get(next).cloned().flatten();
        self.answers = known.unwrap_or_else(|| vec![None; n_labels]);
        true
    }

    /// Answers one label of a film that is not committed yet.
    pub fn answer(&mut self, label: usize, answer: Option<bool>) {
        if !self.is_committed()
            && let Some(slot) = self.answers.get_mut(label)
        {
            *slot = answer;
        }
    }

    /// Writes the answers to the log; they count, and the network's may be seen, once that is done.
    ///
    /// A committed answer never changes.
    pub fn commit(&mut self, commit: &Commit<'_>) -> anyhow::Result<()> {
        let Some(film) = self.film().filter(|_| !self.is_committed()) else {
            return Ok(());
        };
        let rows = self.rows(film, commit, self.shown.elapsed());
        append(&self.log, &rows)?;
        let decisions = decisions(commit.scores, commit.thresholds);
        for (answer, model) in self.answers.iter().zip(decisions) {
            if let Some(reader) = *answer {
                self.agreement.count(reader, model);
            }
        }
        if let Some(slot) = self.committed.get_mut(self.place) {
            *slot = Some(self.answers.clone());
        }
        Ok(())
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
        let rows = labels.iter().zip(&self.answers).zip(figures).zip(decisions);
        rows.map(|(((label, &reader), (score, threshold)), model)| {
            vec![
                self.seed.to_string(),
                (self.place + 1).to_string(),
                film.display().to_string(),
                label.to_owned(),
                yes_no(reader),
                score.get().to_string(),
                threshold.get().to_string(),
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
    pairs.map(|(score, threshold)| score.is_positive(*threshold))
}

/// Adds rows to a log; begins it where there is none, refuses a file that is no such log.
fn append(path: &Path, rows: &[Vec<String>]) -> anyhow::Result<()> {
    let context = || format!("cannot write the reading log: {}", path.display());
    let mut file = OpenOptions::new()
        .create(true)
        .read(true)
        .append(true)
        .open(path)
        .with_context(context)?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    if file.metadata().with_context(context)?.len() == 0 {
        writer.write_record(HEADER)?;
    } else {
        let expected = HEADER.join(",");
        let mut start = vec![0; expected.len()];
        let read = file.read_exact(&mut start);
        anyhow::ensure!(
            read.is_ok() && start == expected.as_bytes(),
            "expected a log of blinded readings: {}",
            path.display()
        );
    }
    for row in rows {
        writer.write_record(row)?;
    }
    let bytes = writer.into_inner()?;
    file.write_all(&bytes).with_context(context)?;
    file.sync_data().with_context(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(folder: &Path, n_films: usize) -> BlindedReading {
        let films = (0..n_films).map(|n| PathBuf::from(format!("{n}.png")));
        BlindedReading::new(films.collect(), 14, 7, folder.join("log.csv")).unwrap()
    }

    fn commit(reading: &mut BlindedReading, score: f32) -> anyhow::Result<()> {
        let labels = Labels::nih_14();
        let scores = labels.map(|_, _| Score::new(score).unwrap());
        let thresholds = labels.map(|_, _| Threshold::new(0.5).unwrap());
        reading.commit(&Commit {
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
    fn a_committed_answer_never_changes_and_is_in_the_log_first() {
        let folder = tempfile::tempdir().unwrap();
        let mut reading = reading(folder.path(), 2);
        reading.answer(5, Some(true));
        assert!(!reading.is_committed());
        commit(&mut reading, 0.5).unwrap();
        assert!(reading.is_committed());
        reading.answer(5, Some(false));
        commit(&mut reading, 0.1).unwrap();
        assert_eq!(reading.answers[5], Some(true));
        let text = std::fs::read_to_string(folder.path().join("log.csv")).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 15);
        // Label 5 is Emphysema: the reader and the model, whose score is on the threshold, say yes.
        assert!(
            lines[6].contains(",Emphysema,yes,0.5,0.5,yes,yes,,"),
            "{}",
            lines[6]
        );
        assert!(
            lines[10].contains(",Mass,,0.5,0.5,yes,,yes,"),
            "{}",
            lines[10]
        );
        let first = reading.film().unwrap().to_owned();
        reading.step(1);
        assert!(!reading.is_committed() && reading.answers[5].is_none());
        assert!(reading.may_see(&first) && !reading.may_see(reading.film().unwrap()));
        assert!(!reading.may_see(Path::new("elsewhere.png")));
        reading.step(-1);
        assert_eq!(reading.answers[5], Some(true));
    }

    #[test]
    fn a_log_that_cannot_be_written_keeps_the_answer_hidden() {
        let folder = tempfile::tempdir().unwrap();
        let mut reading = reading(folder.path(), 1);
        std::fs::write(&reading.log, "something else entirely, not a log of ours\n").unwrap();
        let error = commit(&mut reading, 0.9).unwrap_err();
        assert!(error.to_string().contains("log.csv"), "{error}");
        assert!(!reading.is_committed());
        assert_eq!(reading.agreement.n(), 0);
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

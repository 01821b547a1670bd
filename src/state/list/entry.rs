use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::NoteTimes;
use crate::domain::{Correction, Measurement, Orientation, Size, Visit};
use crate::imaging::{Concerns, FilmRecord};

/// One film of the list, with its metadata.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmEntry {
    /// Its path.
    pub path: PathBuf,
    /// Its file name.
    pub name: String,
    /// How far it has come.
    pub status: FilmStatus,
    /// By the table above it, the file itself, or NIH's way of naming files.
    pub patient_id: Option<String>,
    /// When it was taken, and of whom, by the same.
    pub visit: Visit,
    /// Findings in the table above it; empty for No Finding, `None` if it is not in a table.
    pub truth: Option<Vec<Arc<str>>>,
    /// One score per label of the model in use, in its order.
    pub scores: Option<Box<[f32]>>,
    /// The reader's mark.
    pub mark: Option<Mark>,
    /// The reader's words.
    pub note: String,
    /// Measurements on the film.
    pub measurements: Vec<Measurement>,
    /// When mark, words and measurements were changed last.
    pub note_times: NoteTimes,
    /// What the user changed about it before it is scored.
    pub corrected: Corrected,
}

/// What the user changed about a film, and what is known of it as it is in its file.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Corrected {
    /// The change.
    pub correction: Correction,
    /// Extent in the file, in pixels, once the film was corrected.
    size_in_file: Option<Size>,
}

/// How far a film on the list has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilmStatus {
    /// Not looked at yet.
    Unread,
    /// Scored by the model in use.
    Scored,
    /// Refused as input: its scores are hidden; the reason.
    Refused(String),
    /// Could not be opened or scored; the reason.
    Failed(String),
}

/// A reader's mark of a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// To come back to.
    Flagged,
    /// Done with.
    Reviewed,
    /// Not to be counted.
    Excluded,
}

impl Mark {
    /// All, in the order of a menu.
    pub const ALL: [Self; 3] = [Self::Flagged, Self::Reviewed, Self::Excluded];

    /// In the user's words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Flagged => "Flagged",
            Self::Reviewed => "Reviewed",
            Self::Excluded => "Excluded",
        }
    }
}

impl FilmEntry {
    /// A film of which only the path is known.
    pub fn new(path: PathBuf) -> Self {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = name.to_string_lossy().into_owned();
        let (patient_id, follow_up) = nih_name(&path).unzip();
        Self {
            patient_id,
            visit: Visit {
                follow_up,
                ..Visit::default()
            },
            path,
            name,
            status: FilmStatus::Unread,
            truth: None,
            scores: None,
            mark: None,
            note: String::new(),
            measurements: Vec::new(),
            note_times: NoteTimes::default(),
            corrected: Corrected::default(),
        }
    }

    /// Takes a correction. Measurements keep their places on the patient; `size` is the film's extent before it.
    pub(in crate::state) fn correct(&mut self, correction: Correction, size: Size) {
        let before = self.corrected.correction.quarter_turns;
        let turn_of = |turns: u8| Orientation::default().turned(turns.cast_signed());
        self.corrected
            .size_in_file
            .get_or_insert(turn_of(before).shown_size(size));
        let turn = turn_of((correction.quarter_turns + 4 - before) % 4);
        let measurements = std::mem::take(&mut self.measurements).into_iter();
        self.measurements = measurements
            .map(|measurement| measurement.mapped(|point| turn.shown_from_image(point, size)))
            .collect();
        self.corrected.correction = correction;
    }

    /// Its measurements on the film as it is in its file, which is how they are kept.
    pub(in crate::state) fn measurements_in_file(&self) -> Vec<Measurement> {
        let turn =
            Orientation::default().turned(self.corrected.correction.quarter_turns.cast_signed());
        let measurements = self.measurements.iter().cloned();
        let Some(size) = self.corrected.size_in_file else {
            return measurements.collect();
        };
        measurements
            .map(|measurement| measurement.mapped(|point| turn.image_from_shown(point, size)))
            .collect()
    }

    /// Takes a model's scores, unless the film was refused as input: then the reason.
    pub(in crate::state) fn take_scores(&mut self, concerns: &Concerns, scores: Box<[f32]>) {
        if concerns.is_refused() {
            self.scores = None;
            self.status = FilmStatus::Refused(format!("scores hidden, {}", concerns.summary()));
        } else {
            self.scores = Some(scores);
            self.status = FilmStatus::Scored;
        }
    }

    /// Takes over what its file or a directory says of patient and time, where that is not known yet.
    pub fn learn(&mut self, record: FilmRecord) {
        self.patient_id = self.patient_id.take().or(record.patient_id);
        self.visit.complete_with(record.visit);
    }

    /// Whether the table above it names a finding; `None` where there is no table.
    pub fn has(&self, label: &str) -> Option<bool> {
        let truth = self.truth.as_ref()?;
        Some(truth.iter().any(|found| &**found == label))
    }
}

/// Patient and follow-up in NIH's names of images: `00000013_005.png` is film 5 of patient 13.
fn nih_name(path: &Path) -> Option<(String, u32)> {
    let stem = path.file_stem()?.to_str()?;
    let (patient, follow_up) = stem.split_once('_')?;
    let digits =
        |text: &str, n: usize| text.len() == n && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(patient, 8) || !digits(follow_up, 3) {
        return None;
    }
    let number = patient.trim_start_matches('0');
    let patient = if number.is_empty() { "0" } else { number }.to_owned();
    Some((patient, follow_up.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measurements_turn_with_the_film_and_are_kept_as_on_the_file() {
        let point = |x, y| crate::domain::Point { x, y };
        let size = |width, height| Size { width, height };
        let line = Measurement::Length([point(10.0, 20.0), point(30.0, 20.0)]);
        let mut entry = FilmEntry::new(PathBuf::from("a.png"));
        entry.measurements = vec![line.clone()];
        let turned = |quarter_turns| Correction {
            quarter_turns,
            ..Correction::default()
        };
        // 100 wide and 50 high: what was at the left is on top.
        entry.correct(turned(1), size(100.0, 50.0));
        let upright = Measurement::Length([point(30.0, 10.0), point(30.0, 30.0)]);
        assert_eq!(entry.measurements, [upright]);
        assert_eq!(entry.measurements_in_file(), std::slice::from_ref(&line));
        entry.correct(turned(3), size(50.0, 100.0));
        assert_eq!(entry.measurements_in_file(), std::slice::from_ref(&line));
        entry.correct(turned(0), size(50.0, 100.0));
        assert_eq!(entry.measurements, [line]);
    }

    #[test]
    fn nihs_names_tell_the_patient_and_others_do_not() {
        let patient = |name: &str| FilmEntry::new(PathBuf::from(name)).patient_id;
        assert_eq!(patient("x/00000013_005.png").as_deref(), Some("13"));
        assert_eq!(patient("x/00000000_000.png").as_deref(), Some("0"));
        let entry = FilmEntry::new(PathBuf::from("x/00000013_005.png"));
        assert_eq!(entry.visit.follow_up, Some(5));
        for name in ["13_005.png", "00000013.png", "0000001a_005.png", "film.dcm"] {
            assert_eq!(patient(name), None, "{name}");
        }
    }

    #[test]
    fn a_film_without_a_table_has_no_truth_at_all() {
        let mut entry = FilmEntry::new(PathBuf::from("a.png"));
        assert_eq!(entry.has("Mass"), None);
        entry.truth = Some(vec!["Mass".into()]);
        assert_eq!(entry.has("Mass"), Some(true));
        assert_eq!(entry.has("Edema"), Some(false));
    }
}

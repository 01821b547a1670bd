use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::NoteTimes;
use crate::domain::Measurement;
use crate::imaging::Concerns;

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
    /// The user set the file's window aside: the film's gray values choose the contrast.
    pub auto_window: bool,
}

/// How far a film on the list has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilmStatus {
    /// Not looked at yet.
    Unread,
    /// Scored by the model in use.
    Scored,
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
        Self {
            patient_id: nih_patient(&path),
            path,
            name,
            status: FilmStatus::Unread,
            truth: None,
            scores: None,
            mark: None,
            note: String::new(),
            measurements: Vec::new(),
            note_times: NoteTimes::default(),
            auto_window: false,
        }
    }

    /// Takes a model's scores, unless the film was refused as input: then the reason.
    pub(in crate::state) fn take_scores(&mut self, concerns: &Concerns, scores: Box<[f32]>) {
        if concerns.is_refused() {
            self.scores = None;
            self.status = FilmStatus::Failed(format!("scores hidden, {}", concerns.summary()));
        } else {
            self.scores = Some(scores);
            self.status = FilmStatus::Scored;
        }
    }

    /// Whether the table above it names a finding; `None` where there is no table.
    pub fn has(&self, label: &str) -> Option<bool> {
        let truth = self.truth.as_ref()?;
        Some(truth.iter().any(|found| &**found == label))
    }
}

/// The patient in NIH's names of images: `00000013_005.png` is a film of patient 13.
fn nih_patient(path: &Path) -> Option<String> {
    let stem = path.file_stem()?.to_str()?;
    let (patient, follow_up) = stem.split_once('_')?;
    let digits =
        |text: &str, n: usize| text.len() == n && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(patient, 8) || !digits(follow_up, 3) {
        return None;
    }
    let number = patient.trim_start_matches('0');
    Some(if number.is_empty() { "0" } else { number }.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nihs_names_tell_the_patient_and_others_do_not() {
        let patient = |name: &str| FilmEntry::new(PathBuf::from(name)).patient_id;
        assert_eq!(patient("x/00000013_005.png").as_deref(), Some("13"));
        assert_eq!(patient("x/00000000_000.png").as_deref(), Some("0"));
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

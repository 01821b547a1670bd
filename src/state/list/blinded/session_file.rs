use std::ffi::OsString;
use std::path::{Path, PathBuf, absolute};
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize};

use super::ReaderAnswer;
use crate::domain::NOTICE;
use crate::files::{path_of_text, path_text, read_text_bounded, write_whole};

const FORMAT_VERSION: u32 = 1;

/// More than the paths of all films of NIH.
const MAX_BYTES: u64 = 64 << 20;

/// What a session begins with; together with the log and the drafts all that is needed to take it up again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionStart {
    /// Identifies the session: the seed of its order.
    pub seed: u64,
    /// When it began, RFC 3339.
    pub started: String,
    /// Name and checksum of the model in use then.
    pub model_id: String,
    /// The thresholds in use then, one a finding.
    pub thresholds: Vec<f64>,
    /// The findings that are asked for.
    pub findings: Vec<String>,
    /// The films in the order in which they are read, as `path_text` writes them.
    pub(super) films: Vec<String>,
}

/// Answers to a film to which the reader has not committed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The film's number in the session, from 1.
    pub number: usize,
    /// Time spent on it, in seconds.
    pub seconds: f64,
    /// One a finding.
    pub answers: Vec<ReaderAnswer>,
}

/// A session as it is saved beside its log; committed answers are in the log alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedSession {
    /// What it began with.
    #[serde(flatten)]
    pub start: Arc<SessionStart>,
    /// Number of the film in view, from 1.
    pub number: usize,
    /// Answers that are not committed.
    pub drafts: Vec<Draft>,
}

/// The file with the sessions of one log, beside it.
#[derive(Debug, Serialize, Deserialize)]
struct SessionFile {
    format_version: u32,
    notice: String,
    sessions: Vec<SavedSession>,
}

impl SessionStart {
    /// Films by their whole paths, so that they are found from any folder.
    pub fn films_of(paths: &[PathBuf]) -> Vec<String> {
        let whole = paths
            .iter()
            .map(|path| absolute(path).unwrap_or_else(|_| path.clone()));
        whole.map(|path| path_text(&path).into_owned()).collect()
    }

    /// A session of these films in this order.
    pub fn new(begun: Begun, seed: u64, films: &[PathBuf]) -> Self {
        Self {
            seed,
            started: begun.started,
            model_id: begun.model_id,
            thresholds: begun.thresholds,
            findings: begun.findings,
            films: Self::films_of(films),
        }
    }

    /// The films in the order in which they are read.
    pub fn films(&self) -> impl Iterator<Item = PathBuf> {
        self.films.iter().map(|text| path_of_text(text))
    }
}

/// Under what a session begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Begun {
    /// When, RFC 3339.
    pub started: String,
    /// Name and checksum of the model in use.
    pub model_id: String,
    /// Its findings.
    pub findings: Vec<String>,
    /// The thresholds in use, one a finding.
    pub thresholds: Vec<f64>,
}

/// Where the sessions of a log are saved: beside it, under its name and `.session.json`.
pub fn session_path(log: &Path) -> PathBuf {
    let mut name = log.file_name().map_or_else(OsString::new, OsString::from);
    name.push(".session.json");
    log.with_file_name(name)
}

/// The sessions of a log, oldest first.
pub fn read_sessions(log: &Path) -> anyhow::Result<Vec<SavedSession>> {
    let path = session_path(log);
    let context = || format!("cannot read the saved session: {}", path.display());
    let text = read_text_bounded(&path, MAX_BYTES).with_context(context)?;
    let file: SessionFile = serde_json::from_str(&text).with_context(context)?;
    ensure!(
        file.format_version == FORMAT_VERSION,
        "expected a session of version {FORMAT_VERSION}, got {}: {}",
        file.format_version,
        path.display()
    );
    Ok(file.sessions)
}

/// Saves a session beside its log, in place of how it was saved before; whole or not at all.
pub fn save_session(log: &Path, session: SavedSession) -> anyhow::Result<()> {
    let path = session_path(log);
    let mut sessions = if path.exists() {
        // What cannot be read is not replaced.
        read_sessions(log)?
    } else {
        Vec::new()
    };
    let seed = session.start.seed;
    match sessions.iter_mut().find(|known| known.start.seed == seed) {
        Some(known) => *known = session,
        None => sessions.push(session),
    }
    let file = SessionFile {
        format_version: FORMAT_VERSION,
        notice: NOTICE.to_owned(),
        sessions,
    };
    let text = serde_json::to_string_pretty(&file)?;
    write_whole(&path, text.as_bytes())
        .with_context(|| format!("cannot save the session: {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::list::blinded::{Answer, Confidence};

    fn saved(seed: u64) -> SavedSession {
        let begun = Begun {
            started: "2026-11-27T12:00:00Z".to_owned(),
            model_id: "Thorax 0123".to_owned(),
            findings: vec!["Mass".to_owned()],
            thresholds: vec![0.25],
        };
        let films = [PathBuf::from("/films/b.png"), PathBuf::from("/films/a.png")];
        let answer = ReaderAnswer {
            answer: Some(Answer::Absent),
            confidence: Confidence::new(5),
        };
        SavedSession {
            start: Arc::new(SessionStart::new(begun, seed, &films)),
            number: 2,
            drafts: vec![Draft {
                number: 2,
                seconds: 3.5,
                answers: vec![answer],
            }],
        }
    }

    #[test]
    fn sessions_of_one_log_are_saved_beside_it_and_each_replaces_only_itself() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log.csv");
        for seed in [1, 2, 1] {
            save_session(&log, saved(seed)).unwrap();
        }
        let again = SavedSession {
            number: 1,
            drafts: Vec::new(),
            ..saved(2)
        };
        save_session(&log, again.clone()).unwrap();
        assert_eq!(read_sessions(&log).unwrap(), [saved(1), again]);
        let films: Vec<PathBuf> = saved(1).start.films().collect();
        assert_eq!(films, ["/films/b.png", "/films/a.png"].map(PathBuf::from));
        assert_eq!(
            session_path(&log),
            folder.path().join("log.csv.session.json")
        );
    }

    #[test]
    fn a_damaged_file_is_an_error_and_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log.csv");
        let path = session_path(&log);
        for text in [
            "{\"format_version\": 1, \"ses",
            "{\"format_version\": 2, \"notice\": \"\", \"sessions\": []}",
        ] {
            std::fs::write(&path, text).unwrap();
            let error = save_session(&log, saved(1)).unwrap_err();
            assert!(
                error.to_string().contains("log.csv.session.json"),
                "{error}"
            );
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        assert!(read_sessions(&folder.path().join("other.csv")).is_err());
    }
}

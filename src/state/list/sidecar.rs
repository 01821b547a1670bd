use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Mark;
use crate::files::write_whole;

/// The file beside films that holds their marks and notes. The films' own files are never touched.
const FILE_NAME: &str = "thorax-notes.json";
const FORMAT_VERSION: u32 = 1;

/// Marks and notes of the films of one folder, by file name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sidecar {
    format_version: u32,
    /// By file name.
    pub films: BTreeMap<String, FilmNote>,
}

/// A reader's mark and note of one film.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilmNote {
    /// The mark, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
    /// The words, if any.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// When it was changed last: RFC 3339 in UTC, so that later times sort behind.
    pub changed: String,
}

impl Default for Sidecar {
    fn default() -> Self {
        Self {
            format_version: FORMAT_VERSION,
            films: BTreeMap::new(),
        }
    }
}

impl Sidecar {
    /// The file that holds the notes of a folder's films.
    ///
    /// `elsewhere` is a folder of the program's own, for films whose folder cannot be written to.
    pub fn path(films: &Path, elsewhere: Option<&Path>) -> PathBuf {
        match elsewhere {
            None => films.join(FILE_NAME),
            Some(folder) => {
                // A checksum of the whole path: two folders never share a file.
                let digest = Sha256::digest(films.as_os_str().as_encoded_bytes());
                let start = digest.iter().take(8);
                let number = start.fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
                let name = films.file_name().unwrap_or_default().to_string_lossy();
                folder.join(format!("{name}-{number:016x}.json"))
            }
        }
    }

    /// Reads a file; one that is not there has no notes.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => {
                return Err(error)
                    .with_context(|| format!("cannot read notes: {}", path.display()));
            }
        };
        let sidecar: Self = serde_json::from_slice(&bytes)
            .with_context(|| format!("expected notes of films: {}", path.display()))?;
        anyhow::ensure!(
            sidecar.format_version == FORMAT_VERSION,
            "expected notes of version {FORMAT_VERSION}, got {}: {}",
            sidecar.format_version,
            path.display()
        );
        Ok(sidecar)
    }

    /// Takes over another's notes where they are newer, or of films without one.
    pub fn take_newer(&mut self, other: Self) {
        for (film, note) in other.films {
            let known = self.films.get(&film);
            if known.is_none_or(|known| known.changed <= note.changed) {
                self.films.insert(film, note);
            }
        }
    }

    /// Writes one film's note into the file, keeping what others wrote there; the newest counts.
    ///
    /// A file that cannot be read is never overwritten.
    pub fn write(path: &Path, film: &str, note: FilmNote) -> anyhow::Result<()> {
        let mut sidecar = Self::read(path)?;
        let mut change = Self::default();
        change.films.insert(film.to_owned(), note);
        sidecar.take_newer(change);
        let text = serde_json::to_string_pretty(&sidecar)? + "\n";
        write_whole(path, text.as_bytes())
            .with_context(|| format!("cannot write notes: {}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(words: &str, changed: &str) -> FilmNote {
        FilmNote {
            mark: Some(Mark::Flagged),
            note: words.to_owned(),
            changed: changed.to_owned(),
        }
    }

    #[test]
    fn notes_of_two_writers_are_both_kept_and_the_newer_of_one_film_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = Sidecar::path(folder.path(), None);
        Sidecar::write(&path, "a.png", note("first", "2026-11-25T10:00:00Z")).unwrap();
        Sidecar::write(&path, "b.png", note("other", "2026-11-25T10:00:01Z")).unwrap();
        Sidecar::write(&path, "a.png", note("older", "2026-11-25T09:00:00Z")).unwrap();
        let read = Sidecar::read(&path).unwrap();
        assert_eq!(read.films["a.png"].note, "first");
        assert_eq!(read.films["b.png"].note, "other");
    }

    #[test]
    fn a_damaged_file_is_an_error_and_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = Sidecar::path(folder.path(), None);
        std::fs::write(&path, "{\"format_version\": 1, \"fil").unwrap();
        let error = Sidecar::write(&path, "a.png", note("x", "2026")).unwrap_err();
        assert!(error.to_string().contains("thorax-notes.json"), "{error}");
        assert!(std::fs::read_to_string(&path).unwrap().ends_with("fil"));
        std::fs::write(&path, "{\"format_version\": 2, \"films\": {}}").unwrap();
        let error = Sidecar::read(&path).unwrap_err();
        assert!(error.to_string().contains("version 1, got 2"), "{error}");
    }

    #[test]
    fn two_folders_never_share_a_file_elsewhere() {
        let elsewhere = Path::new("/data");
        let path = |films: &str| Sidecar::path(Path::new(films), Some(elsewhere));
        assert_ne!(path("/a/b_c"), path("/a/b/c"));
        assert!(path("/a/films").starts_with("/data"));
    }
}

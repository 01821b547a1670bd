use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{FilmEntry, Mark};
use crate::domain::Measurement;
use crate::files::{BoundedReadError, Lock, clean_once, read_bounded, write_whole};

/// The file beside films that holds their marks and notes. The films' own files are never touched.
const FILE_NAME: &str = "thorax-notes.json";
const FORMAT_VERSION: u32 = 1;
/// Larger files hold no notes: a hundred thousand films with a line each take a fifth of it.
const MAX_FILE_BYTES: u64 = 64 << 20;
/// Another window has the file for some milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// Marks, notes and measurements of the films of one folder, by file name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sidecar {
    format_version: u32,
    /// By file name.
    pub films: BTreeMap<String, FilmNote>,
}

/// A reader's mark, note and measurements of one film.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilmNote {
    /// The mark, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
    /// The words, if any.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Measurements, in film pixels.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        with = "super::kept_measurements"
    )]
    pub measurements: Vec<Measurement>,
    /// When it was changed last: RFC 3339 in UTC, so that later times sort behind.
    pub changed: String,
    /// When the mark was; empty where it never was. Files of before have neither time: both are `changed`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mark_changed: String,
    /// When the words were; empty where they never were.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note_changed: String,
    /// When the measurements were; empty where they never were. Kept when the last one is removed, so that no
    /// other window brings it back.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub measurements_changed: String,
}

/// When mark, words and measurements of a film were changed last; empty where they never were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoteTimes {
    /// Of the mark.
    pub mark: String,
    /// Of the words.
    pub note: String,
    /// Of the measurements.
    pub measurements: String,
}

impl FilmNote {
    /// Mark, words and measurements with their times.
    pub fn new(
        mark: Option<Mark>,
        note: String,
        measurements: Vec<Measurement>,
        times: NoteTimes,
    ) -> Self {
        let all = [&times.mark, &times.note, &times.measurements];
        Self {
            mark,
            note,
            measurements,
            changed: all.into_iter().max().cloned().unwrap_or_default(),
            mark_changed: times.mark,
            note_changed: times.note,
            measurements_changed: times.measurements,
        }
    }

    /// That of a film of the list.
    pub fn of(entry: &FilmEntry) -> Self {
        let (note, measurements) = (entry.note.clone(), entry.measurements.clone());
        Self::new(entry.mark, note, measurements, entry.note_times.clone())
    }

    /// When mark, words and measurements were changed last.
    pub fn times(&self) -> NoteTimes {
        let own = [
            &self.mark_changed,
            &self.note_changed,
            &self.measurements_changed,
        ];
        let is_of_before = own.into_iter().all(String::is_empty);
        let time = |own: &String| if is_of_before { &self.changed } else { own }.clone();
        NoteTimes {
            mark: time(&self.mark_changed),
            note: time(&self.note_changed),
            // Files of before have no measurements.
            measurements: self.measurements_changed.clone(),
        }
    }

    /// Mark, words and measurements, each of the note in which it was changed last.
    fn merged(self, other: Self) -> Self {
        let (own, others) = (self.times(), other.times());
        let (mark, mark_time) = if own.mark <= others.mark {
            (other.mark, others.mark)
        } else {
            (self.mark, own.mark)
        };
        let (note, note_time) = if own.note <= others.note {
            (other.note, others.note)
        } else {
            (self.note, own.note)
        };
        let (measurements, measurements_time) = if own.measurements <= others.measurements {
            (other.measurements, others.measurements)
        } else {
            (self.measurements, own.measurements)
        };
        let times = NoteTimes {
            mark: mark_time,
            note: note_time,
            measurements: measurements_time,
        };
        Self::new(mark, note, measurements, times)
    }
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

    /// Reads a file; one that is not there has no notes. What a killed window left beside it while
    /// it wrote is removed.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        if let Some(folder) = path.parent() {
            clean_once(folder);
        }
        let lock_path = Self::lock_path(path);
        if lock_path.exists() {
            // Taken and dropped, a lock that nobody holds is gone.
            drop(Lock::try_new(&lock_path));
        }
        Self::read_file(path)
    }

    fn lock_path(path: &Path) -> PathBuf {
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        name.into()
    }

    fn read_file(path: &Path) -> anyhow::Result<Self> {
        let bytes = match read_bounded(path, MAX_FILE_BYTES) {
            Ok(bytes) => bytes,
            Err(BoundedReadError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
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

    /// Takes over another's marks and words where they are newer, or of films without one.
    pub fn take_newer(&mut self, other: Self) {
        for (film, note) in other.films {
            let note = match self.films.remove(&film) {
                Some(known) => known.merged(note),
                None => note,
            };
            self.films.insert(film, note);
        }
    }

    /// Writes one film's note into the file, keeping what others wrote there; of mark, words and measurements
    /// each the newest counts.
    ///
    /// A lock beside the file keeps other windows out meanwhile. A file that cannot be read is never
    /// overwritten.
    pub fn write(path: &Path, film: &str, note: FilmNote) -> anyhow::Result<()> {
        let cannot_write = || format!("cannot write notes: {}", path.display());
        let lock = Lock::wait(&Self::lock_path(path), PATIENCE).with_context(cannot_write)?;
        let _lock =
            lock.with_context(|| format!("another program is writing notes: {}", path.display()))?;
        let mut sidecar = Self::read_file(path)?;
        let mut change = Self::default();
        change.films.insert(film.to_owned(), note);
        sidecar.take_newer(change);
        let text = serde_json::to_string_pretty(&sidecar)? + "\n";
        write_whole(path, text.as_bytes()).with_context(cannot_write)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Point;

    fn note(words: &str, changed: &str) -> FilmNote {
        FilmNote {
            mark: Some(Mark::Flagged),
            note: words.to_owned(),
            changed: changed.to_owned(),
            ..FilmNote::default()
        }
    }

    #[test]
    fn a_mark_of_one_window_and_words_of_another_are_both_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = Sidecar::path(folder.path(), None);
        // As files of before have it: one time for both.
        Sidecar::write(&path, "a.png", note("old", "2026-11-25T09:00:00Z")).unwrap();
        let known = Sidecar::read(&path).unwrap().films["a.png"].times();
        let words = NoteTimes {
            note: "2026-11-25T10:00:00Z".to_owned(),
            ..known.clone()
        };
        let mark = NoteTimes {
            mark: "2026-11-25T10:00:01Z".to_owned(),
            ..known
        };
        let by_words = FilmNote::new(Some(Mark::Flagged), "new".to_owned(), vec![], words);
        // The other window knows nothing of the new words.
        let by_mark = FilmNote::new(None, "old".to_owned(), vec![], mark);
        for order in [[&by_words, &by_mark], [&by_mark, &by_words]] {
            for change in order {
                Sidecar::write(&path, "a.png", change.clone()).unwrap();
            }
            let read = Sidecar::read(&path).unwrap().films["a.png"].clone();
            assert_eq!((read.mark, read.note.as_str()), (None, "new"));
            assert_eq!(read.changed, "2026-11-25T10:00:01Z");
        }
        // Who never saw a mark takes none away.
        let flagged = FilmNote::new(Some(Mark::Flagged), String::new(), vec![], by_mark.times());
        let unseen = NoteTimes {
            note: "2026-11-25T11:00:00Z".to_owned(),
            ..NoteTimes::default()
        };
        for change in [flagged, FilmNote::new(None, "x".to_owned(), vec![], unseen)] {
            Sidecar::write(&path, "b.png", change).unwrap();
        }
        let read = Sidecar::read(&path).unwrap().films["b.png"].clone();
        assert_eq!((read.mark, read.note.as_str()), (Some(Mark::Flagged), "x"));
    }

    #[test]
    fn measurements_of_one_window_are_neither_lost_nor_brought_back_by_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = Sidecar::path(folder.path(), None);
        // As files of before have it.
        let before = r#"{"format_version": 1, "films": {"a.png": {"mark": "flagged", "changed": "2026-11-25T09:00:00Z"}}}"#;
        std::fs::write(&path, before).unwrap();
        let known = Sidecar::read(&path).unwrap().films["a.png"].clone();
        assert!(known.measurements.is_empty());
        let places = [Point { x: 1.5, y: 2.25 }, Point { x: 30.0, y: 4.0 }];
        let measured = vec![Measurement::Length(places)];
        let at = |time: &str, measurements: &[Measurement]| {
            let times = NoteTimes {
                measurements: time.to_owned(),
                ..known.times()
            };
            FilmNote::new(known.mark, String::new(), measurements.to_vec(), times)
        };
        let drawn = at("2026-11-25T10:00:00Z", &measured);
        Sidecar::write(&path, "a.png", drawn.clone()).unwrap();
        let read = Sidecar::read(&path).unwrap().films["a.png"].clone();
        assert_eq!(
            (read.mark, &read.measurements),
            (Some(Mark::Flagged), &measured)
        );
        // A window that knows nothing of it writes a mark.
        let mark = NoteTimes {
            mark: "2026-11-25T10:30:00Z".to_owned(),
            ..known.times()
        };
        let marked = FilmNote::new(Some(Mark::Reviewed), String::new(), vec![], mark);
        Sidecar::write(&path, "a.png", marked).unwrap();
        let read = Sidecar::read(&path).unwrap().films["a.png"].clone();
        assert_eq!(
            (read.mark, &read.measurements),
            (Some(Mark::Reviewed), &measured)
        );
        // The last one is removed, and a window that has it still writes once more.
        for note in [at("2026-11-25T11:00:00Z", &[]), drawn] {
            Sidecar::write(&path, "a.png", note).unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(!text.contains("\"measurements\""), "{text}");
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
    fn notes_of_windows_that_write_at_once_are_all_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = Sidecar::path(folder.path(), None);
        std::thread::scope(|scope| {
            for window in 0..6 {
                let path = &path;
                scope.spawn(move || {
                    for film in 0..10 {
                        let name = format!("{window}-{film}.png");
                        Sidecar::write(path, &name, note("x", "2026")).unwrap();
                    }
                });
            }
        });
        assert_eq!(Sidecar::read(&path).unwrap().films.len(), 60);
        // Nothing but the notes stays beside the films.
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_killed_window_left_is_removed_when_notes_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = Sidecar::path(folder.path(), None);
        std::fs::write(Sidecar::lock_path(&path), "").unwrap();
        std::fs::write(folder.path().join(".thorax-0123456789.tmp"), "{").unwrap();
        assert_eq!(Sidecar::read(&path).unwrap(), Sidecar::default());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_no_file_is_not_read_as_notes() {
        let folder = tempfile::tempdir().unwrap();
        let path = Sidecar::path(folder.path(), None);
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        let error = format!("{:#}", Sidecar::read(&path).unwrap_err());
        assert!(error.contains("not a regular file"), "{error}");
        assert!(Sidecar::write(&path, "a.png", note("x", "2026")).is_err());
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

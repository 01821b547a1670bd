use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

use super::{FilmNote, Sidecar};
use crate::imaging::place_of_film;
use crate::work::{Task, Wake, cause_chain};

/// Notes by film.
type Notes = BTreeMap<PathBuf, FilmNote>;

/// Saves notes in the background. None is lost: a note that could not be saved is saved with the
/// next one, and at the end.
pub struct NoteSaver {
    /// Folder of the program's own, for films whose folder cannot be written to.
    fallback: Option<PathBuf>,
    wake: Wake,
    /// Notes to be saved, the newest of each film.
    unsaved: Notes,
    /// Notes on their way to the disk.
    saving: Notes,
    /// A note came while others were being saved.
    waiting: bool,
    task: Task<Saved>,
}

/// The result of saving notes.
#[derive(Debug, Default)]
struct Saved {
    /// Messages for the user: notes saved in the fallback folder, and notes not saved.
    messages: Vec<String>,
    /// Notes that could not be saved anywhere.
    failed: Notes,
}

impl NoteSaver {
    /// `fallback` is a folder of the program's own, made when it is needed.
    pub fn new(fallback: Option<PathBuf>, wake: Wake) -> Self {
        Self {
            fallback,
            wake,
            unsaved: Notes::new(),
            saving: Notes::new(),
            waiting: false,
            task: Task::Idle,
        }
    }

    /// Saves a note, and those that could not be saved before.
    pub fn save(&mut self, film: PathBuf, note: FilmNote) {
        self.unsaved.insert(film, note);
        self.waiting = self.task.is_running();
        self.start();
    }

    /// Messages for the user about what was saved, if anything was.
    pub fn poll(&mut self) -> Vec<String> {
        self.task.poll();
        let Some(ended) = self.task.take() else {
            return Vec::new();
        };
        let saving = std::mem::take(&mut self.saving);
        let (failed, messages) = match ended {
            Ok(saved) => (saved.failed, saved.messages),
            Err(error) => (saving, vec![format!("cannot save notes: {error}")]),
        };
        self.keep(failed);
        // Only for a note that came meanwhile: a full disk must not be asked without end.
        if std::mem::take(&mut self.waiting) {
            self.start();
        }
        messages
    }

    fn start(&mut self) {
        if self.task.is_running() || self.unsaved.is_empty() {
            return;
        }
        let notes = std::mem::take(&mut self.unsaved);
        self.saving.clone_from(&notes);
        let fallback = self.fallback.clone();
        let work = move |_: &_| Ok(save(&notes, fallback.as_deref()));
        self.task.start("notes", &self.wake, work);
    }

    /// Keeps notes for the next attempt; a newer note of the same film counts.
    fn keep(&mut self, notes: Notes) {
        for (film, note) in notes {
            if let Entry::Vacant(entry) = self.unsaved.entry(film) {
                entry.insert(note);
            }
        }
    }
}

impl Drop for NoteSaver {
    /// The program ends: what is not known to be on the disk is written now.
    fn drop(&mut self) {
        // Waits for its thread.
        self.task = Task::Idle;
        // Writing a note once more changes nothing.
        let saving = std::mem::take(&mut self.saving);
        self.keep(saving);
        // There is nobody left to tell of a failure.
        let _ = save(&self.unsaved, self.fallback.as_deref());
    }
}

/// Saves notes beside their films, or in `fallback` if that fails.
fn save(notes: &Notes, fallback: Option<&Path>) -> Saved {
    let mut saved = Saved::default();
    for (film, note) in notes {
        let (folder, name) = place_of_film(film);
        let name = name.to_string_lossy();
        let beside = Sidecar::path(&folder, None);
        let Err(error) = Sidecar::write(&beside, &name, note.clone()) else {
            continue;
        };
        let kept = fallback.map(|place| {
            let path = Sidecar::path(&folder, Some(place));
            std::fs::create_dir_all(place)
                .map_err(anyhow::Error::from)
                .and_then(|()| Sidecar::write(&path, &name, note.clone()))
                .map(|()| path)
        });
        if let Some(Ok(path)) = kept {
            let message = format!("{}; kept in {}", cause_chain(&error), path.display());
            saved.messages.push(message);
        } else {
            let reason = cause_chain(&error);
            let message = format!("{reason}; tried again with the next mark, and at the end");
            saved.messages.push(message);
            saved.failed.insert(film.clone(), note.clone());
        }
    }
    saved.messages.dedup();
    saved
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    fn note(words: &str) -> FilmNote {
        FilmNote {
            note: words.to_owned(),
            changed: "2026-11-26T10:00:00Z".to_owned(),
            ..FilmNote::default()
        }
    }

    fn saver(fallback: Option<PathBuf>) -> NoteSaver {
        NoteSaver::new(fallback, Arc::new(|| {}))
    }

    fn settle(saver: &mut NoteSaver) -> Vec<String> {
        let mut messages = Vec::new();
        for _ in 0..2000 {
            messages.extend(saver.poll());
            if !saver.task.is_running() {
                return messages;
            }
            std::thread::park_timeout(Duration::from_millis(5));
        }
        panic!("notes were never saved");
    }

    fn notes_in(path: &Path) -> Vec<String> {
        let films = Sidecar::read(path).unwrap().films;
        films.into_keys().collect()
    }

    /// A place where nothing can be written: a folder stands in the file's way.
    fn blocked(films: &Path) -> PathBuf {
        let path = Sidecar::path(films, None);
        std::fs::create_dir(&path).unwrap();
        path
    }

    #[test]
    fn a_note_that_could_not_be_saved_is_saved_with_the_next_mark() {
        let films = tempfile::tempdir().unwrap();
        let path = blocked(films.path());
        let mut saver = saver(None);
        saver.save(films.path().join("a.png"), note("first"));
        assert_eq!(settle(&mut saver).len(), 1);
        std::fs::remove_dir(&path).unwrap();
        saver.save(films.path().join("b.png"), note("second"));
        assert_eq!(settle(&mut saver), Vec::<String>::new());
        assert_eq!(notes_in(&path), ["a.png", "b.png"]);
    }

    #[test]
    fn a_note_that_could_not_be_saved_is_saved_at_the_end() {
        let films = tempfile::tempdir().unwrap();
        let path = blocked(films.path());
        let mut saver = saver(None);
        saver.save(films.path().join("a.png"), note("first"));
        settle(&mut saver);
        std::fs::remove_dir(&path).unwrap();
        drop(saver);
        assert_eq!(notes_in(&path), ["a.png"]);
    }

    #[test]
    fn at_the_end_notes_of_a_folder_that_cannot_be_written_go_to_the_fallback() {
        let (films, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        blocked(films.path());
        let fallback = own.path().join("notes");
        let mut saver = saver(Some(fallback.clone()));
        saver.unsaved.insert(films.path().join("a.png"), note("x"));
        drop(saver);
        let path = Sidecar::path(films.path(), Some(&fallback));
        assert_eq!(notes_in(&path), ["a.png"]);
    }

    #[test]
    fn the_newer_of_two_notes_of_a_film_is_kept() {
        let mut saver = saver(None);
        saver.unsaved.insert(PathBuf::from("a"), note("newer"));
        saver.keep(Notes::from([(PathBuf::from("a"), note("older"))]));
        assert_eq!(saver.unsaved[Path::new("a")].note, "newer");
        saver.unsaved.clear();
    }
}

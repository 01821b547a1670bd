use std::path::Path;

use crate::files::{Lock, read_text_bounded};

/// The file in the program's folder that is there while a window starts.
const FILE_NAME: &str = "starting";
/// A longer file was not written by this program.
const MAX_BYTES: u64 = 1 << 16;
/// The first word of the file while nothing is opened yet.
const WINDOW: &str = "window";
/// The first word of the file while the films of the last session are opened.
const FILM: &str = "film";
/// The settings are not used any more once so many starts in a row have failed.
const MAX_FAILED_STARTS: usize = 2;

/// Says that a window is starting, until it is dropped: if the program ends before that, the next
/// start knows what it was about. Other windows that are starting now do not count.
#[derive(Debug, Default)]
pub struct StartMark {
    lock: Option<Lock>,
    failed: FailedStart,
    opens_films: bool,
}

/// What the program was about when it ended during its last start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum FailedStart {
    #[default]
    None,
    /// No frame was drawn, so many times in a row.
    Window(usize),
    /// The films of the last session were being opened, this one first.
    Film(String),
}

impl StartMark {
    /// Marks a start in a folder of the program's own; without one there is no mark.
    pub fn begin(folder: Option<&Path>) -> Self {
        let path = folder.map(|folder| folder.join(FILE_NAME));
        let Some(path) = path else {
            return Self::default();
        };
        let said = read_text_bounded(&path, MAX_BYTES).unwrap_or_default();
        // A folder that cannot be written to, or another window that is starting: no mark.
        let Ok(Some(lock)) = Lock::try_new(&path) else {
            return Self::default();
        };
        let mut mark = Self {
            lock: Some(lock),
            failed: FailedStart::of(&said),
            opens_films: false,
        };
        let n_failed = match mark.failed {
            FailedStart::Window(n_failed) => n_failed,
            FailedStart::None | FailedStart::Film(_) => 0,
        };
        mark.write(&format!("{WINDOW} {}", n_failed + 1));
        mark
    }

    /// Whether the last starts failed before a frame was drawn: the settings may be to blame.
    pub fn blames_settings(&self) -> bool {
        matches!(self.failed, FailedStart::Window(n) if n >= MAX_FAILED_STARTS)
    }

    /// The film that was to be opened by itself when the last start failed.
    pub fn failed_film(&self) -> Option<&str> {
        match &self.failed {
            FailedStart::Film(film) => Some(film),
            FailedStart::None | FailedStart::Window(_) => None,
        }
    }

    /// The films of the last session are opened from here on, this one first.
    pub fn opens(&mut self, film: &Path) {
        self.opens_films = true;
        self.write(&format!("{FILM} {}", film.display()));
    }

    /// Whether films of the last session are being opened.
    pub fn opens_films(&self) -> bool {
        self.opens_films
    }

    fn write(&mut self, text: &str) {
        if let Some(lock) = &mut self.lock {
            // Without a mark, a start that fails is tried again as it is.
            let _ = lock.write(text.as_bytes());
        }
    }
}

impl FailedStart {
    fn of(said: &str) -> Self {
        match said.split_once(' ') {
            Some((WINDOW, n_failed)) => n_failed.parse().map_or(Self::None, Self::Window),
            Some((FILM, film)) => Self::Film(film.to_owned()),
            _ => Self::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a program that is killed leaves behind.
    fn killed(folder: &Path, film: Option<&Path>) {
        let mut mark = StartMark::begin(Some(folder));
        if let Some(film) = film {
            mark.opens(film);
        }
        let path = folder.join(FILE_NAME);
        let said = std::fs::read(&path).unwrap();
        drop(mark);
        std::fs::write(&path, said).unwrap();
    }

    #[test]
    fn a_film_that_ended_the_last_start_is_known_once() {
        let folder = tempfile::tempdir().unwrap();
        let begin = || StartMark::begin(Some(folder.path()));
        assert_eq!(begin().failed_film(), None);
        killed(folder.path(), Some(Path::new("/films/a b.dcm")));
        assert_eq!(begin().failed_film(), Some("/films/a b.dcm"));
        assert_eq!(begin().failed_film(), None);
    }

    #[test]
    fn settings_are_blamed_for_two_failures_in_a_row() {
        let folder = tempfile::tempdir().unwrap();
        killed(folder.path(), None);
        killed(folder.path(), None);
        assert!(StartMark::begin(Some(folder.path())).blames_settings());
        killed(folder.path(), None);
        assert!(!StartMark::begin(Some(folder.path())).blames_settings());
    }

    #[test]
    fn another_window_that_is_starting_is_no_failure() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = StartMark::begin(Some(folder.path()));
        first.opens(Path::new("a.png"));
        assert_eq!(StartMark::begin(Some(folder.path())).failed_film(), None);
    }
}

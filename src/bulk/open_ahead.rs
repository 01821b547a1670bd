use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::SourceFilm;
use crate::domain::{Correction, Remedy};
use crate::film::{OpenedFilm, open_corrected};
use crate::imaging::{Concerns, FilmRecord, ModelInput, Preprocessing, model_input};
use crate::work::{Ahead, caught, cause_chain, map_in_order};
use thorax_engine::lower_priority;

/// How films are opened for a network.
#[derive(Clone, Copy, Debug)]
pub struct Opening {
    /// What is changed about every film.
    pub correction: Correction,
    /// Whether windows that leave a film without contrast are set aside.
    pub auto_window: bool,
    /// From a film to the network's input.
    pub preprocessing: Preprocessing,
    /// Whether films are kept whole, for maps; otherwise their pixels are gone once their input is made.
    pub keeps_films: bool,
}

/// A film that was opened ahead of being scored.
#[derive(Debug)]
pub struct OpenedAhead {
    /// Its place in the source.
    pub place: u64,
    /// Its path.
    pub path: PathBuf,
    /// The film, or the chain of causes why there is none.
    pub film: Result<ReadyFilm, String>,
}

/// What is left of a film once it is opened.
#[derive(Debug)]
pub struct ReadyFilm {
    /// What to know about it.
    pub concerns: Concerns,
    /// Patient, study and view, as the file says.
    pub record: FilmRecord,
    /// The network's input.
    pub input: ModelInput,
    /// The film whole, where that was asked for.
    pub opened: Option<Arc<OpenedFilm>>,
    /// The file's window was set aside, as was asked for.
    pub window_set_aside: bool,
}

/// Bytes of network inputs that wait for their turn, at most, beyond one a thread.
const MAX_WAITING_BYTES: usize = 32 << 20;
/// Films that a thread of the kernels scores in one batch: the last one of a batch leaves the others idle.
const FILMS_A_THREAD: usize = 16;

impl Opening {
    /// How far `n_threads` threads open films ahead of as many that score them.
    pub fn ahead(&self, n_threads: usize) -> Ahead {
        let n_threads = n_threads.max(1);
        let side = self.preprocessing.side();
        let in_memory = MAX_WAITING_BYTES / (side * side * size_of::<f32>());
        // Two batches wait while a third one is scored.
        let n_batch = (n_threads * FILMS_A_THREAD).min(in_memory / 3);
        // Whole films take hundreds of times as much.
        let n_batch = if self.keeps_films { 1 } else { n_batch };
        let n_batch = n_batch.max(1);
        Ahead {
            n_threads,
            n_ahead: (2 * n_batch).max(n_threads),
            n_batch,
        }
    }

    /// Opens one film; a decoder's panic is an error of this film.
    pub fn open(&self, film: SourceFilm) -> OpenedAhead {
        let SourceFilm { place, path, fault } = film;
        let film = match fault {
            Some(fault) => Err(fault),
            None => caught(|| self.ready(&path)).unwrap_or_else(Err),
        };
        OpenedAhead { place, path, film }
    }

    fn ready(&self, path: &Path) -> Result<ReadyFilm, String> {
        let open = |correction| {
            open_corrected(path, correction).map_err(|error| cause_chain(&error.into()))
        };
        let mut opened = open(self.correction)?;
        let window_set_aside = self.auto_window && opened.auto_window_offered;
        if window_set_aside {
            opened = open(self.correction.with(Remedy::AutoWindow))?;
        }
        Ok(ReadyFilm {
            concerns: opened.concerns.clone(),
            record: FilmRecord::of_film(&opened.film.info),
            input: model_input(opened.picture(), &self.preprocessing),
            opened: self.keeps_films.then(|| Arc::new(opened)),
            window_set_aside,
        })
    }
}

/// Opens films on `n_threads` threads and hands them to `take` in their order, as many as are scored well at once.
///
/// The memory it takes does not depend on the number of films. What `take` refuses ends the work.
pub fn open_ahead<E: From<io::Error>>(
    films: impl Iterator<Item = SourceFilm> + Send,
    opening: &Opening,
    n_threads: usize,
    take: impl FnMut(Vec<OpenedAhead>) -> Result<(), E>,
) -> Result<(), E> {
    let open = |film| {
        // As polite as the kernels, so that neither starves the other.
        lower_priority_once();
        opening.open(film)
    };
    map_in_order(films, opening.ahead(n_threads), open, take)
}

fn lower_priority_once() {
    thread_local! {
        static DONE: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
    }
    if !DONE.replace(true) {
        lower_priority();
    }
}

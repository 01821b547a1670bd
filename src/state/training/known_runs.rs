use crate::train::{FoundRuns, RunPlaces};
use crate::work::{Task, Wake};

use super::RunRecord;

/// The runs on this machine that the program knows of, found on a worker thread.
pub struct KnownRuns {
    /// A run being read from its folder, to be the one in view.
    pub opening: Task<RunRecord>,
    /// The folder of the run that is to go on as soon as it is read.
    pub(super) resumed: Option<std::path::PathBuf>,
    /// What was found last; `None` before the first search has ended.
    found: Option<FoundRuns>,
    searching: Task<FoundRuns>,
    /// What the last search was for.
    searched: Option<Sought>,
    /// How often the user has asked.
    n_asked: usize,
    wake: Wake,
}

/// What a search is for: another one finds nothing new while this stays.
#[derive(Clone, PartialEq, Eq)]
struct Sought {
    places: RunPlaces,
    progress: Option<(usize, bool)>,
    n_asked: usize,
}

impl KnownRuns {
    /// Nothing is searched yet.
    pub(super) fn new(wake: Wake) -> Self {
        Self {
            opening: Task::Idle,
            resumed: None,
            found: None,
            searching: Task::Idle,
            searched: None,
            n_asked: 0,
            wake,
        }
    }

    /// What was found; `None` before the first search has ended.
    pub fn found(&self) -> Option<&FoundRuns> {
        self.found.as_ref()
    }

    /// Whether a search is running.
    pub fn is_searching(&self) -> bool {
        self.searching.is_running()
    }

    /// Why the last search failed.
    pub fn error(&self) -> Option<&str> {
        self.searching.error()
    }

    /// Searches anew, although nothing is known to have changed.
    pub(super) fn look_again(&mut self) {
        self.n_asked += 1;
    }

    /// Searches the places unless they were searched; `progress` is that of the run in view.
    pub(super) fn keep_up(&mut self, places: RunPlaces, progress: Option<(usize, bool)>) {
        let sought = Sought {
            places,
            progress,
            n_asked: self.n_asked,
        };
        // Folders are read in far less time than a frame would wait; a new wish has its turn after that.
        if self.is_searching() || self.searched.as_ref() == Some(&sought) {
            return;
        }
        let places = sought.places.clone();
        self.searched = Some(sought);
        self.searching
            .start("list runs", &self.wake, move |ctx| Ok(places.list(ctx)?));
    }

    pub(super) fn poll(&mut self) {
        self.searching.poll();
        if self.searching.done().is_some()
            && let Some(Ok(found)) = self.searching.take()
        {
            self.found = Some(found);
        }
    }
}

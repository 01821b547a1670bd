use std::path::PathBuf;
use std::sync::Arc;

use super::listing::{Listing, start_drawn_film, start_listing};
use crate::state::{Session, Shared};
use crate::work::Task;

/// The search for films below the paths that were opened: one at a time.
#[derive(Default)]
pub struct FilmSearch {
    task: Task<Listing>,
    /// Paths that came while others were being searched.
    waiting: Vec<PathBuf>,
    /// Films with scores that wait for the model which is being loaded: it may have made them.
    held: Option<Listing>,
    /// The film that was in view when the program ended, until its list is there again.
    restored: Option<PathBuf>,
}

/// The films of a search are on the list.
pub struct Found {
    /// Place of the film to show.
    pub to_show: Option<usize>,
    /// They are to be listed by patient and study.
    pub by_patient: bool,
}

impl FilmSearch {
    pub fn is_running(&self) -> bool {
        self.task.is_running() || self.held.is_some()
    }

    /// Searches paths for films, after those that are being searched.
    pub fn start(&mut self, paths: Vec<PathBuf>, shared: &Shared) {
        if self.is_running() {
            self.waiting.extend(paths);
        } else if !paths.is_empty() {
            start_listing(&mut self.task, &shared.services, paths);
        }
    }

    /// Searches what was open when the program ended; its film in view is shown again.
    pub fn restore(&mut self, session: Session, shared: &Shared) {
        self.restored = session.current;
        self.start(session.opened, shared);
    }

    /// Writes the sample film to the folder for temporary files and opens it from there.
    pub fn start_drawn_film(&mut self, shared: &Shared) {
        start_drawn_film(&mut self.task, &shared.services);
    }

    pub fn cancel(&mut self) {
        self.waiting.clear();
        self.task.cancel();
        self.held = None;
    }

    /// Puts films that were found on the list; `None` while there are none.
    pub fn poll(&mut self, shared: &mut Shared) -> Option<Found> {
        let listing = self.held.take().or_else(|| shared.finished(&mut self.task));
        let is_held = |listing: &Listing| !listing.results.is_empty() && shared.model.is_loading();
        if listing.as_ref().is_some_and(is_held) {
            self.held = listing;
            return None;
        }
        let waiting = std::mem::take(&mut self.waiting);
        self.start(waiting, shared);
        listing.map(|listing| self.take(listing, shared))
    }

    fn take(&mut self, mut listing: Listing, shared: &mut Shared) -> Found {
        for results in &listing.results {
            let classifier = shared.model.classifier().map(Arc::as_ref);
            let checked = results.check_model(&mut listing.films, classifier);
            let refused = checked.err().map(|error| error.to_string());
            for words in results.incomplete.iter().cloned().chain(refused) {
                shared.say(words);
            }
        }
        // Said once, and not at every start.
        shared.settings.session.forget(&listing.missing);
        for error in listing.errors {
            shared.say_error(error);
        }
        let said = listing.passed_over.words().into_iter();
        for words in listing.faults.into_iter().chain(said) {
            shared.say(words);
        }
        let added = shared.films.add(listing.films);
        let left_at = self.restored.take();
        let left_at = left_at.and_then(|path| shared.films.place_of(&path));
        Found {
            to_show: left_at.or(added),
            by_patient: listing.by_patient,
        }
    }
}

use std::path::{Path, PathBuf};

use super::blinded::SessionJobs;
use super::notes::NoteSaver;
use super::search::FilmSearch;
use super::time_order::{prior, same_patient};
use super::{
    BlindedSession, ListFilter, ListRows, NoPrior, SessionReport, SortKey, SortOrder, arranged,
};
use crate::domain::Correction;
use crate::imaging::{Concerns, FilmRecord};
use crate::state::{Films, Services, Shared, SmallPictures};
use crate::work::{Progress, Task};

/// A film that was scored in the background.
pub struct ListScore {
    pub path: PathBuf,
    /// What the user had changed about it.
    pub correction: Correction,
    /// One score a label, or why there are none.
    pub scores: Result<(Concerns, Box<[f32]>), String>,
    /// What the file says of patient and time; `None` where it could not be opened.
    pub record: Option<FilmRecord>,
}

/// The film list: its order, its background jobs, and a blinded session.
pub struct ListState {
    /// How it is sorted.
    pub order: SortOrder,
    /// What it shows.
    pub filter: ListFilter,
    /// Small pictures of its films.
    pub pictures: SmallPictures,
    /// The blinded session in progress.
    pub blinded: Option<BlindedSession>,
    /// The end page of the session before, until it is closed.
    pub report: Option<SessionReport>,
    /// Places of the films that pass the filter, in order.
    pub(super) places: Vec<usize>,
    /// The same films with the headings above them.
    pub(super) rows: ListRows,
    /// The places are older than what they follow from.
    pub(super) stale: bool,
    pub(super) search: FilmSearch,
    /// Scores films one after the other.
    pub(super) scoring: Task<(), ListScore>,
    /// Saves marks and notes.
    pub(super) notes: NoteSaver,
    pub(super) session_jobs: SessionJobs,
}

impl ListState {
    /// Starts with an empty list.
    pub fn new(services: &Services) -> Self {
        let wake = &services.wake;
        Self {
            order: SortOrder::default(),
            filter: ListFilter::default(),
            pictures: SmallPictures::new(wake.clone()),
            blinded: None,
            report: None,
            places: Vec::new(),
            rows: ListRows::default(),
            stale: true,
            search: FilmSearch::default(),
            scoring: Task::Idle,
            notes: NoteSaver::new(services.notes_folder(), wake.clone()),
            session_jobs: SessionJobs::new(services),
        }
    }

    /// Places of the films that pass the filter, in order.
    pub fn places(&self) -> &[usize] {
        &self.places
    }

    /// The rows of the list: films, and where it is in the order of patients their headings.
    pub fn rows(&self) -> &ListRows {
        &self.rows
    }

    /// Whether the scores of a film must stay hidden: a blinded session is running, and
    /// the reader has not committed to that film.
    pub fn is_blinded_to(&self, film: Option<&Path>) -> bool {
        self.blinded
            .as_ref()
            .is_some_and(|reading| !film.is_some_and(|film| reading.may_see(film)))
    }

    /// Whether the film in view is the current film of a blinded session.
    pub fn shows_asked_film(&self, films: &Films) -> bool {
        let asked = self.blinded.as_ref().and_then(BlindedSession::film);
        asked.is_some() && asked == films.current_path()
    }

    /// Whether the blinded session asks about the film in view: answers can be given and changed.
    pub fn is_answering(&self, films: &Films) -> bool {
        let session = self.blinded.as_ref();
        session.is_some_and(|session| !session.is_committed()) && self.shows_asked_film(films)
    }

    /// A text without the names of films that a blinded session still hides.
    pub fn without_names(&self, text: &str) -> String {
        let mut text = text.to_owned();
        let films = self.blinded.iter().flat_map(BlindedSession::films);
        for film in films.filter(|film| self.is_blinded_to(Some(film))) {
            let name = film.file_name().unwrap_or(film.as_os_str());
            for hidden in [film.to_string_lossy(), name.to_string_lossy()] {
                if text.contains(&*hidden) {
                    text = text.replace(&*hidden, "a film of the session");
                }
            }
        }
        text
    }

    /// Whether answers are being written to the log.
    pub fn is_committing(&self) -> bool {
        self.session_jobs.committing.is_running()
    }

    /// Whether a session is being read, to take it up again.
    pub fn is_resuming(&self) -> bool {
        self.session_jobs.resuming.is_running()
    }

    /// Whether folders are being searched for films.
    pub fn is_searching(&self) -> bool {
        self.search.is_running()
    }

    /// The film `step` further on the list as it is arranged, if there is one.
    pub fn neighbor(&self, step: isize, films: &Films) -> Option<usize> {
        let current = films.current()?;
        match self.places.iter().position(|&place| place == current) {
            Some(place) => self.places.get(place.checked_add_signed(step)?).copied(),
            // It does not pass the filter: on to the first that does.
            None => self.places.first().copied(),
        }
    }

    /// The next film in time of the same patient among those that pass the filter, or the one before.
    pub fn neighbor_of_patient(&self, step: isize, films: &Films) -> Option<usize> {
        same_patient(films.entries(), &self.places, films.current()?, step)
    }

    /// The film of the list that the patient had before the one in view, or why there is none.
    pub fn prior(&self, films: &Films) -> Result<usize, NoPrior> {
        prior(films.entries(), films.current().ok_or(NoPrior::NoPatient)?)
    }

    /// Whether order or filter follow from thresholds.
    pub(super) fn hangs_on_thresholds(&self) -> bool {
        self.order.key == SortKey::Above || self.filter.decision.is_some()
    }

    /// Arranges the list again if it is older than what it follows from.
    pub fn arrange(&mut self, shared: &Shared) {
        if !std::mem::take(&mut self.stale) {
            return;
        }
        let loaded = shared.model.loaded.as_ref();
        self.places = arranged(
            shared.films.entries(),
            self.order,
            &self.filter,
            loaded.map(|loaded| &loaded.classifier.card().labels),
            loaded.map(|loaded| loaded.thresholds.current()),
        );
        // Headings would tell the reader of a blinded session whose film it is.
        self.rows = if self.order.key == SortKey::Study && self.blinded.is_none() {
            ListRows::grouped(&self.places, shared.films.entries())
        } else {
            ListRows::plain(&self.places)
        };
    }

    /// How far scoring in the background has come; `None` while nothing is scored there.
    pub fn scoring_progress(&self) -> Option<Progress> {
        let running = self.scoring.running()?;
        let begun = Progress {
            n_done: 0,
            n_total: 1,
            unit: "films scored",
        };
        Some(running.progress().unwrap_or(begun))
    }
}

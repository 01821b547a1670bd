use std::path::{Path, PathBuf};

use super::blinded::Committing;
use super::notes::NoteSaver;
use super::{BlindedReading, ListFilter, SortKey, SortOrder};
use crate::imaging::InputCheck;
use crate::state::SmallPictures;
use crate::work::{Job, Progress, Wake};

/// A film that was scored in the background.
pub struct ListScore {
    pub path: PathBuf,
    /// One score a label, or why there are none.
    pub scores: Result<(InputCheck, Box<[f32]>), String>,
    /// What the file says.
    pub patient_id: Option<String>,
}

/// Scores films one after the other.
pub type ScoringJob = Job<ListScore, ()>;

/// Writes answers to the log of a session; they count once written.
pub type CommitJob = Job<(), Committing>;

/// The film list: its order, its background jobs, and a blinded session.
pub struct ListState {
    /// How it is sorted.
    pub order: SortOrder,
    /// What it shows.
    pub filter: ListFilter,
    /// Small pictures of its films.
    pub pictures: SmallPictures,
    /// The blinded session in progress.
    pub blinded: Option<BlindedReading>,
    /// Places of the films that pass the filter, in order.
    pub(in crate::state) places: Vec<usize>,
    /// The places are older than what they follow from.
    pub(in crate::state) stale: bool,
    pub(in crate::state) scoring: Option<ScoringJob>,
    /// Saves marks and notes.
    pub(in crate::state) notes: NoteSaver,
    /// Answers on their way to the log.
    pub(in crate::state) committing: Option<CommitJob>,
}

impl ListState {
    /// `fallback` is a folder of the program's own for notes that cannot be saved beside films.
    pub(in crate::state) fn new(fallback: Option<PathBuf>, wake: Wake) -> Self {
        Self {
            order: SortOrder::default(),
            filter: ListFilter::default(),
            pictures: SmallPictures::new(wake.clone()),
            blinded: None,
            places: Vec::new(),
            stale: true,
            scoring: None,
            notes: NoteSaver::new(fallback, wake),
            committing: None,
        }
    }

    /// Places of the films that pass the filter, in order.
    pub fn places(&self) -> &[usize] {
        &self.places
    }

    /// Whether the scores of a film must stay hidden: a blinded session is running, and
    /// the reader has not committed to that film.
    pub fn is_blinded_to(&self, film: Option<&Path>) -> bool {
        self.blinded
            .as_ref()
            .is_some_and(|reading| !film.is_some_and(|film| reading.may_see(film)))
    }

    /// Whether answers are being written to the log.
    pub fn is_committing(&self) -> bool {
        self.committing.is_some()
    }

    /// Whether order or filter follow from thresholds.
    pub(in crate::state) fn hangs_on_thresholds(&self) -> bool {
        self.order.key == SortKey::Above || self.filter.decision.is_some()
    }

    /// How far scoring in the background has come; `None` while nothing is scored there.
    pub fn scoring_progress(&self) -> Option<Progress> {
        let job = self.scoring.as_ref()?;
        let begun = Progress {
            n_done: 0,
            n_total: 1,
        };
        Some(job.progress().unwrap_or(begun))
    }
}

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::blinded::Committing;
use super::{BlindedReading, FilmNote, ListFilter, Sidecar, SortKey, SortOrder};
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

/// Notes that could not be saved beside the films, with the reason.
pub type NotesJob = Job<(), Vec<String>>;

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
    pub(in crate::state) notes: Option<NotesJob>,
    /// Answers on their way to the log.
    pub(in crate::state) committing: Option<CommitJob>,
    /// Notes to be saved, the newest of each film.
    pub(in crate::state) unsaved: BTreeMap<PathBuf, FilmNote>,
}

impl ListState {
    pub(in crate::state) fn new(wake: Wake) -> Self {
        Self {
            order: SortOrder::default(),
            filter: ListFilter::default(),
            pictures: SmallPictures::new(wake),
            blinded: None,
            places: Vec::new(),
            stale: true,
            scoring: None,
            notes: None,
            committing: None,
            unsaved: BTreeMap::new(),
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

impl Drop for ListState {
    /// The program ends: what is not saved yet is saved now.
    fn drop(&mut self) {
        // Waits for its thread, whose notes are the older ones.
        self.notes = None;
        // There is nobody left to tell of a failure.
        let _ = save_notes(&std::mem::take(&mut self.unsaved), None);
    }
}

/// Saves notes beside their films, or in `elsewhere` where that cannot be written to.
///
/// Returns messages for the user: notes saved elsewhere, and notes that could not be saved.
pub fn save_notes(notes: &BTreeMap<PathBuf, FilmNote>, elsewhere: Option<&Path>) -> Vec<String> {
    let mut said = Vec::new();
    for (film, note) in notes {
        let folder = film.parent().unwrap_or(Path::new("."));
        let name = film.file_name().unwrap_or_default().to_string_lossy();
        let beside = Sidecar::path(folder, None);
        let Err(error) = Sidecar::write(&beside, &name, note.clone()) else {
            continue;
        };
        let kept = elsewhere.map(|place| {
            let path = Sidecar::path(folder, Some(place));
            std::fs::create_dir_all(place)
                .map_err(anyhow::Error::from)
                .and_then(|()| Sidecar::write(&path, &name, note.clone()))
                .map(|()| path)
        });
        said.push(match kept {
            Some(Ok(path)) => format!("{error:#}; kept in {}", path.display()),
            _ => format!("{error:#}"),
        });
    }
    said.dedup();
    said
}

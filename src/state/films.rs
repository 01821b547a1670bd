use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{FilmEntry, FilmStatus};
use crate::domain::{Correction, Size};
use crate::explain::{CamMethod, MapMethod};
use crate::film::{OpenedFilm, ScoredFilm};
use crate::imaging::FilmRecord;
use crate::model::Classifier;

/// Readings of films seen before are kept up to about this many bytes; others are read again.
///
/// Two films of 4000 x 4000 pixels: 20 of them on the list leave the program below 400 MB.
const MAX_KEPT_BYTES: usize = 120 << 20;

/// The films on the list and what is known of the one in view.
#[derive(Debug, Default)]
pub struct Films {
    entries: Vec<FilmEntry>,
    /// The place of each path.
    places: BTreeMap<PathBuf, usize>,
    current: Option<usize>,
    /// The state of the film in view.
    pub film: FilmState,
    /// Newest last.
    kept: VecDeque<Arc<ScoredFilm>>,
}

/// The state of the film in view.
#[derive(Clone, Debug, Default)]
pub enum FilmState {
    /// No film is in view.
    #[default]
    Empty,
    /// The file is being decoded.
    Opening,
    /// The film is there; its scores are not.
    Scoring(Arc<OpenedFilm>),
    /// Film, scores and maps.
    Read(Arc<ScoredFilm>),
    /// No scores, for this reason; perhaps a picture.
    Failed {
        /// The chain of causes, with the path.
        error: String,
        /// The film, if it could be decoded.
        film: Option<Arc<OpenedFilm>>,
    },
    /// The user stopped it.
    Cancelled(Option<Arc<OpenedFilm>>),
}

impl FilmState {
    /// The film itself, once it is decoded.
    pub fn opened(&self) -> Option<&Arc<OpenedFilm>> {
        match self {
            Self::Empty | Self::Opening => None,
            Self::Scoring(film) => Some(film),
            Self::Read(reading) => Some(&reading.opened),
            Self::Failed { film, .. } | Self::Cancelled(film) => film.as_ref(),
        }
    }

    /// Whether the film is being opened, scored, or waits for a model.
    pub fn is_reading(&self) -> bool {
        matches!(self, Self::Opening | Self::Scoring(_))
    }

    /// Scores and maps, once they are there.
    pub fn reading(&self) -> Option<&Arc<ScoredFilm>> {
        let Self::Read(reading) = self else {
            return None;
        };
        Some(reading)
    }

    /// Makes the maps of a scored film by this method; whether they were by another one.
    pub(super) fn set_method(&mut self, classifier: &Classifier, method: CamMethod) -> bool {
        match self {
            Self::Read(reading) if reading.method != MapMethod::Cam(method) => {
                // A few million multiplications: shorter than a frame, so no job.
                *reading = Arc::new(reading.with_method(classifier, method));
                true
            }
            _ => false,
        }
    }

    /// There are no scores, for this reason; the picture stays where there is one.
    pub(super) fn fail(&mut self, error: String) {
        let film = self.opened().cloned();
        *self = Self::Failed { error, film };
    }

    /// The user stopped it; the picture stays where there is one.
    pub(super) fn cancel(&mut self) {
        *self = Self::Cancelled(self.opened().cloned());
    }
}

impl Films {
    /// The list, in the order in which films came.
    pub fn entries(&self) -> &[FilmEntry] {
        &self.entries
    }

    /// Which of the list is in view.
    pub fn current(&self) -> Option<usize> {
        self.current
    }

    /// Path of the film in view.
    pub fn current_path(&self) -> Option<&Path> {
        let entry = self.entries.get(self.current?)?;
        Some(&entry.path)
    }

    /// The place of a film on the list.
    pub fn place_of(&self, path: &Path) -> Option<usize> {
        self.places.get(path).copied()
    }

    /// A film of the list.
    pub fn entry_of(&self, path: &Path) -> Option<&FilmEntry> {
        self.entries.get(self.place_of(path)?)
    }

    /// What the user changed about a film of the list before it is scored.
    pub fn correction_of(&self, path: &Path) -> Correction {
        let entry = self.entry_of(path);
        entry
            .map(|entry| entry.corrected.correction)
            .unwrap_or_default()
    }

    /// A film of the list, to be changed.
    pub fn entry_mut(&mut self, path: &Path) -> Option<&mut FilmEntry> {
        let place = self.place_of(path)?;
        self.entries.get_mut(place)
    }

    /// The film in view on the list.
    pub fn current_entry(&self) -> Option<&FilmEntry> {
        self.entries.get(self.current?)
    }

    /// The film in view on the list, to be changed.
    pub fn current_entry_mut(&mut self) -> Option<&mut FilmEntry> {
        self.entries.get_mut(self.current?)
    }

    /// A film of the list by its place, to be changed.
    pub fn entry_at_mut(&mut self, film_idx: usize) -> Option<&mut FilmEntry> {
        self.entries.get_mut(film_idx)
    }

    /// Puts films on the list, those already there only once; the first one's place on it.
    pub fn add(&mut self, films: Vec<FilmEntry>) -> Option<usize> {
        let mut first = None;
        for film in films {
            let next = self.entries.len();
            let place = *self.places.entry(film.path.clone()).or_insert(next);
            if place == next {
                self.entries.push(film);
            }
            first.get_or_insert(place);
        }
        first
    }

    /// A film that is decoded already, in view or seen before.
    pub fn opened_of(&self, path: &Path) -> Option<Arc<OpenedFilm>> {
        let kept = self.kept.iter().map(|kept| &kept.opened);
        let mut known = self.film.opened().into_iter().chain(kept);
        known.find(|opened| opened.film.path == path).cloned()
    }

    /// Takes film `film_idx` into view; what was known of the one before is left to `keep`.
    pub fn show(&mut self, film_idx: usize) -> Option<PathBuf> {
        let path = self.entries.get(film_idx)?.path.clone();
        self.current = Some(film_idx);
        let kept = self.kept.iter().find(|kept| kept.opened.film.path == path);
        self.film = kept.map_or(FilmState::Opening, |kept| FilmState::Read(Arc::clone(kept)));
        Some(path)
    }

    /// Takes the film in view off the list; the place of the one to show next.
    pub fn close_current(&mut self) -> Option<usize> {
        let current = self.current.take()?;
        if current < self.entries.len() {
            let entry = self.entries.remove(current);
            self.places.remove(&entry.path);
            for place in self.places.values_mut() {
                *place -= usize::from(*place > current);
            }
            self.kept.retain(|kept| kept.opened.film.path != entry.path);
        }
        self.film = FilmState::Empty;
        let last = self.entries.len().checked_sub(1)?;
        Some(current.min(last))
    }

    /// Takes all films off the list.
    pub fn close_all(&mut self) {
        *self = Self::default();
    }

    /// Stores a scored film, and marks its list entry as scored.
    pub fn keep(&mut self, reading: &Arc<ScoredFilm>) {
        let path = &reading.opened.film.path;
        if let Some(entry) = self.entry_mut(path) {
            let scores = reading.inference.scores.values().iter();
            entry.take_scores(
                &reading.opened.concerns,
                scores.map(|score| score.get()).collect(),
            );
            entry.learn(FilmRecord::of_film(&reading.opened.film.info));
        }
        self.kept.retain(|kept| kept.opened.film.path != *path);
        self.kept.push_back(Arc::clone(reading));
        let bytes = |kept: &Arc<ScoredFilm>| {
            // Features of 4 bytes outweigh the maps.
            kept.opened.n_bytes() + kept.inference.features.values.len() * 4
        };
        let mut n_bytes: usize = self.kept.iter().map(bytes).sum();
        while n_bytes > MAX_KEPT_BYTES && self.kept.len() > 1 {
            n_bytes -= self.kept.pop_front().as_ref().map_or(0, bytes);
        }
    }

    /// Forgets what is known of the film in view, and opens it with this correction from now on.
    /// Its measurements keep their places on the patient; `size` is its extent before the correction.
    pub fn set_correction(&mut self, correction: Correction, size: Size) {
        if let Some(entry) = self.current_entry_mut() {
            entry.correct(correction, size);
            entry.scores = None;
            entry.status = FilmStatus::Unread;
            let path = entry.path.clone();
            self.kept.retain(|kept| kept.opened.film.path != path);
            self.film = FilmState::Opening;
        }
    }

    /// Marks a film on the list.
    pub fn set_status(&mut self, path: &Path, status: &FilmStatus) {
        if let Some(entry) = self.entry_mut(path) {
            entry.status = status.clone();
        }
    }

    /// Forgets all scores, as when another model has come.
    pub fn forget_readings(&mut self) {
        self.kept.clear();
        for entry in &mut self.entries {
            entry.scores = None;
            if entry.status == FilmStatus::Scored {
                entry.status = FilmStatus::Unread;
            }
        }
        if let FilmState::Read(reading) = &self.film {
            self.film = FilmState::Scoring(Arc::clone(&reading.opened));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(names: &[&str]) -> Vec<FilmEntry> {
        let names = names.iter();
        names
            .map(|name| FilmEntry::new(PathBuf::from(name)))
            .collect()
    }

    fn films() -> Films {
        let mut films = Films::default();
        films.add(entries(&["a", "b", "c"]));
        films
    }

    #[test]
    fn a_film_is_listed_once() {
        let mut films = films();
        assert_eq!(films.add(entries(&["b", "d"])), Some(1));
        assert_eq!(films.entries().len(), 4);
    }

    #[test]
    fn places_stay_true_when_a_film_is_closed() {
        let mut films = films();
        films.show(1);
        films.close_current();
        let places = ["a", "b", "c"].map(|name| films.place_of(Path::new(name)));
        assert_eq!(places, [Some(0), None, Some(1)]);
        assert_eq!(films.add(entries(&["b"])), Some(2));
    }

    #[test]
    fn after_closing_a_film_its_neighbor_is_next() {
        let mut films = films();
        films.show(2);
        assert_eq!(films.close_current(), Some(1));
        films.show(0);
        assert_eq!(films.close_current(), Some(0));
        films.show(0);
        assert_eq!(films.close_current(), None);
        assert!(matches!(films.film, FilmState::Empty));
    }

    #[test]
    fn a_film_that_is_not_on_the_list_cannot_be_shown() {
        assert_eq!(films().show(3), None);
    }
}

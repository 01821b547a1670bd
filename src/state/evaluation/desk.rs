use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Cell, EvaluationPick, TargetForm, TargetKind};
use crate::domain::{ModelIdentity, Threshold, ThresholdOrigin};
use crate::evaluate::{ComparedSet, Figures, OpenedSet, Prevalence, most_different_films};
use crate::metrics::Confusion;
use crate::scores::{LabelColumn, ScoredSet};
use crate::state::Made;
use crate::state::SmallPictures;
use crate::work::Wake;

/// Moves of thresholds that can be taken back.
const MAX_UNDO: usize = 100;
/// Maximum number of differing films listed.
const MAX_DIFFERENT: usize = 60;

/// All that the evaluation panel shows.
pub struct EvaluationState {
    /// The scores being evaluated.
    pub set: Option<OpenedSet>,
    /// Scores being read or made; those in view stay until they are there.
    pub opening: Made<OpenedSet>,
    /// Other scores of the same films.
    pub comparison: Made<ComparedSet>,
    /// The label in view.
    pub label_idx: usize,
    /// One for each label; positive iff score >= threshold.
    pub thresholds: Vec<f64>,
    /// Who chose each of them.
    pub origins: Vec<ThresholdOrigin>,
    /// The prevalence for PPV and NPV.
    pub prevalence: Prevalence,
    /// The target of the thresholds.
    pub target: TargetForm,
    /// Messages of the last solve for findings without a solution.
    pub solve_notes: Vec<String>,
    /// Thresholds that are held fast.
    pub frozen: Option<Locked>,
    /// The cell whose films are listed.
    pub cell: Option<Cell>,
    /// Films whose compared scores of the label in view differ most, most first, while listed; with
    /// the score of the compared set.
    pub different: Option<Vec<(usize, f64)>>,
    /// The curves of all labels are drawn behind those of the selected one.
    pub all_labels: bool,
    /// A film of the set is in the viewer.
    pub film_opened: bool,
    /// A file being written; what was written.
    pub saving: Made<(EvaluationPick, PathBuf)>,
    /// Small pictures of films in the list.
    pub pictures: SmallPictures,
    /// Where the threshold of the label in view was when the last move began.
    pub(in crate::state) move_began_at: Option<f64>,
    pub(in crate::state) moving: bool,
    undo: Vec<Moment>,
}

/// The thresholds before a move.
struct Moment {
    label_idx: usize,
    thresholds: Vec<f64>,
    origins: Vec<ThresholdOrigin>,
}

/// Thresholds that were chosen on one set, and its figures there.
#[derive(Clone, Debug)]
pub struct Locked {
    /// The set they were chosen on.
    pub chosen_on: String,
    /// Its figures at these thresholds.
    pub figures: Figures,
    /// Who chose each of them, in the order of the figures.
    pub origins: Vec<ThresholdOrigin>,
}

impl Locked {
    /// The threshold of a label and who chose it, if the set that they were chosen on had it.
    pub fn threshold(&self, label: &str) -> Option<(f64, ThresholdOrigin)> {
        let mut labels = self.figures.labels.iter().zip(&self.origins);
        let (figures, origin) = labels.find(|(figures, _)| figures.name == label)?;
        Some((figures.threshold, origin.clone()))
    }
}

impl EvaluationState {
    /// Starts with nothing.
    pub fn new(wake: Wake) -> Self {
        Self {
            set: None,
            opening: Made::Not,
            comparison: Made::Not,
            label_idx: 0,
            thresholds: Vec::new(),
            origins: Vec::new(),
            prevalence: Prevalence::default(),
            target: TargetForm {
                kind: TargetKind::Sensitivity,
                value: 0.9,
            },
            solve_notes: Vec::new(),
            frozen: None,
            cell: None,
            different: None,
            all_labels: false,
            film_opened: false,
            saving: Made::Not,
            pictures: SmallPictures::new(wake),
            move_began_at: None,
            moving: false,
            undo: Vec::new(),
        }
    }

    /// The scores in view.
    pub fn scored(&self) -> Option<&Arc<ScoredSet>> {
        Some(&self.set.as_ref()?.set)
    }

    /// The label in view.
    pub fn column(&self) -> Option<&LabelColumn> {
        self.scored()?.columns.get(self.label_idx)
    }

    /// The threshold of the label in view.
    pub fn threshold(&self) -> f64 {
        let half = f64::from(Threshold::HALF.get());
        self.thresholds.get(self.label_idx).copied().unwrap_or(half)
    }

    /// Who chose the threshold of the label in view.
    pub fn origin(&self) -> &ThresholdOrigin {
        let origin = self.origins.get(self.label_idx);
        origin.unwrap_or(&ThresholdOrigin::Unset)
    }

    /// The 2x2 table of the label in view.
    pub fn counts(&self) -> Option<Confusion> {
        Some(self.column()?.at(self.threshold()))
    }

    /// The prevalence for PPV and NPV of a label; `None` if unknown.
    pub fn prevalence_of(&self, column: &LabelColumn) -> Option<f64> {
        self.prevalence.of(&column.name, column.prevalence())
    }

    /// Films of the label in view in the listed cell, nearest to the threshold first.
    pub fn films_of_cell(&self) -> Vec<usize> {
        let (Some(column), Some(cell)) = (self.column(), self.cell) else {
            return Vec::new();
        };
        let threshold = self.threshold();
        let films = column.scores.iter().zip(&column.positives).enumerate();
        let films = films
            .filter(|(_, (score, positive))| Cell::of(**score >= threshold, **positive) == cell);
        self.nearest_first(films.map(|(film, _)| film).collect())
    }

    /// Films that changed side in the last move of the threshold, nearest to it first.
    pub fn flipped_films(&self) -> Vec<usize> {
        let (Some(column), Some(began_at)) = (self.column(), self.move_began_at) else {
            return Vec::new();
        };
        let threshold = self.threshold();
        let side_changed = |score: &f64| (*score >= began_at) != (*score >= threshold);
        let films = column.scores.iter().enumerate();
        let films = films.filter(|(_, score)| side_changed(score));
        self.nearest_first(films.map(|(film, _)| film).collect())
    }

    fn nearest_first(&self, mut films: Vec<usize>) -> Vec<usize> {
        let threshold = self.threshold();
        let scores = self.column().map(|column| column.scores.as_slice());
        let scores = scores.unwrap_or_default();
        let margin = |film: &usize| scores.get(*film).map_or(0.0, |s| (s - threshold).abs());
        films.sort_by(|a, b| margin(a).total_cmp(&margin(b)));
        films
    }

    /// Finds the films on which the compared scores differ most.
    pub(in crate::state) fn find_different(&mut self) {
        self.different = None;
        let (Some(set), Some(other)) = (self.scored(), self.comparison.done()) else {
            return;
        };
        let Some(column) = self.column() else {
            return;
        };
        let differences = most_different_films(set, &other.set, &column.name);
        let place_of: BTreeMap<&Path, usize> = set
            .predictions
            .films
            .iter()
            .enumerate()
            .map(|(place, film)| (film.path.as_path(), place))
            .collect();
        let films = differences.unwrap_or_default();
        let places = films
            .iter()
            .take(MAX_DIFFERENT)
            .filter_map(|film| Some((*place_of.get(film.path.as_path())?, film.second)));
        let places = places.collect();
        self.different = Some(places);
    }

    /// The model that made the scores in view; `None` where the file does not say.
    pub fn scored_by(&self) -> Option<&ModelIdentity> {
        self.scored()?.predictions.model.as_ref()
    }

    /// Whether a move can be taken back.
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty() && self.frozen.is_none()
    }

    /// Whether a threshold was moved since the set came.
    pub(in crate::state) fn has_moved(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Remembers the thresholds as they are, before they change.
    pub(in crate::state) fn remember(&mut self) {
        if self.undo.len() >= MAX_UNDO {
            self.undo.remove(0);
        }
        self.undo.push(Moment {
            label_idx: self.label_idx,
            thresholds: self.thresholds.clone(),
            origins: self.origins.clone(),
        });
    }

    pub(in crate::state) fn take_back(&mut self) {
        if let Some(before) = self.undo.pop() {
            self.label_idx = before.label_idx;
            self.thresholds = before.thresholds;
            self.origins = before.origins;
            self.move_began_at = None;
        }
    }

    /// Another set: its own thresholds, and nothing to take back.
    pub(in crate::state) fn forget_moves(&mut self) {
        self.undo.clear();
        self.move_began_at = None;
        self.moving = false;
        self.cell = None;
        self.different = None;
        self.solve_notes.clear();
    }
}

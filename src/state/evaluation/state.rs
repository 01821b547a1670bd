use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{
    Analyses, Cell, ChosenThresholds, EvaluationCommand, EvaluationPick, Opened, StartPage,
    Underway,
};
use crate::domain::{ModelIdentity, Threshold, ThresholdOrigin};
use crate::evaluate::{ComparedSet, Figures, OpenedSet, Prevalence, most_different_films};
use crate::metrics::Confusion;
use crate::scores::{LabelColumn, ScoredSet};
use crate::state::SmallPictures;
use crate::work::{Task, Wake};

/// Maximum number of differing films listed.
const MAX_DIFFERENT: usize = 60;

/// All that the evaluation panel shows.
pub struct EvaluationState {
    /// The scores being evaluated.
    pub set: Option<OpenedSet>,
    /// What is offered while there are none.
    pub start: StartPage,
    /// Scores being read or made; those in view stay until they are there.
    pub opening: Task<Opened>,
    /// Other scores of the same films.
    pub comparison: Task<ComparedSet>,
    /// Subgroups, maps and intervals, where they were asked for.
    pub analyses: Analyses,
    /// The label in view and the thresholds.
    pub chosen: ChosenThresholds,
    /// The prevalence for PPV and NPV.
    pub prevalence: Prevalence,
    /// The films listed below the plots.
    pub listed: ListedFilms,
    /// The curves of all labels are drawn behind those of the selected one.
    pub all_labels: bool,
    /// A film of the set is in the viewer.
    pub film_opened: bool,
    /// A file being written; what was written.
    pub saving: Task<(EvaluationPick, PathBuf)>,
    /// What was asked for and needs a yes first, since it chooses on test films.
    pub asked: Option<EvaluationCommand>,
}

/// Which films of the set are listed.
pub struct ListedFilms {
    /// The cell whose films are listed.
    pub cell: Option<Cell>,
    /// Films whose compared scores of the label in view differ most, most first, while listed; with
    /// the score of the compared set.
    pub different: Option<Vec<(usize, f64)>>,
    /// Small pictures of films in the list.
    pub pictures: SmallPictures,
}

/// Thresholds that were chosen on one set, and its figures there.
#[derive(Clone, Debug)]
pub struct Locked {
    /// The set they were chosen on.
    pub chosen_on: String,
    /// The model that made the scores of that set, whose thresholds they are; `None` where that is
    /// not known.
    pub model: Option<ModelIdentity>,
    /// Its figures at these thresholds.
    pub figures: Figures,
}

impl Locked {
    /// The threshold of a label, if the set that they were chosen on had it.
    pub fn threshold(&self, label: &str) -> Option<&Threshold> {
        let mut labels = self.figures.labels.iter();
        let figures = labels.find(|figures| figures.name == label)?;
        Some(&figures.threshold)
    }
}

impl EvaluationState {
    /// Starts with nothing.
    pub fn new(wake: Wake) -> Self {
        Self {
            set: None,
            start: StartPage::default(),
            opening: Task::Idle,
            comparison: Task::Idle,
            analyses: Analyses::default(),
            chosen: ChosenThresholds::default(),
            prevalence: Prevalence::default(),
            listed: ListedFilms {
                cell: None,
                different: None,
                pictures: SmallPictures::new(wake),
            },
            all_labels: false,
            film_opened: false,
            saving: Task::Idle,
            asked: None,
        }
    }

    /// What is running, for the header.
    pub fn underway(&self) -> Option<Underway> {
        let opening = Underway::of(&self.opening, "Reading…");
        opening.or_else(|| self.analyses.underway())
    }

    /// The scores in view.
    pub fn scored(&self) -> Option<&Arc<ScoredSet>> {
        Some(&self.set.as_ref()?.set)
    }

    /// The label in view.
    pub fn column(&self) -> Option<&LabelColumn> {
        self.scored()?.columns.get(self.chosen.label_idx())
    }

    /// The threshold of the label in view.
    pub fn threshold(&self) -> f64 {
        self.chosen.threshold().value()
    }

    /// Who chose the threshold of the label in view.
    pub fn origin(&self) -> &ThresholdOrigin {
        self.chosen.threshold().origin()
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
        let (Some(column), Some(cell)) = (self.column(), self.listed.cell) else {
            return Vec::new();
        };
        let threshold = self.threshold();
        let films = column.known();
        let films =
            films.filter(|(_, score, positive)| Cell::of(*score >= threshold, *positive) == cell);
        self.nearest_first(films.map(|(film, ..)| film).collect())
    }

    /// Films that changed side in the last move of the threshold, nearest to it first.
    pub fn flipped_films(&self) -> Vec<usize> {
        let (Some(column), Some(began_at)) = (self.column(), self.chosen.move_began_at) else {
            return Vec::new();
        };
        let threshold = self.threshold();
        let side_changed = |score: &f64| (*score >= began_at) != (*score >= threshold);
        let films = column.scores.iter().enumerate();
        let films = films.filter(|(_, score)| side_changed(score));
        self.nearest_first(films.map(|(film, _)| film).collect())
    }

    /// The films under the plots, in their order: those of a cell, those that differ most, or those
    /// that changed side.
    pub fn listed_films(&self) -> Vec<usize> {
        match (self.listed.cell, &self.listed.different) {
            (Some(_), _) => self.films_of_cell(),
            (None, Some(films)) => films.iter().map(|(film, _)| *film).collect(),
            (None, None) => self.flipped_films(),
        }
    }

    /// Where a film is in that list, and how long the list is.
    pub fn place_in_list(&self, path: &Path) -> Option<(usize, usize)> {
        let films = self.listed_films();
        let known = &self.scored()?.predictions.films;
        let is_film = |film: &usize| known.get(*film).is_some_and(|film| film.path == path);
        Some((films.iter().position(is_film)?, films.len()))
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
    pub(super) fn find_different(&mut self) {
        self.listed.different = None;
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
        self.listed.different = Some(places);
    }

    /// The model that made the scores in view; `None` where the file does not say.
    pub fn scored_by(&self) -> Option<&ModelIdentity> {
        self.scored()?.predictions.model.as_ref()
    }

    /// Says that thresholds are held fast that were chosen on scores of another model.
    pub fn other_lock_text(&self) -> Option<String> {
        let lock = self.chosen.locked_elsewhere()?;
        let model = lock.model.as_ref();
        let model = model.map_or_else(|| "no named model".to_owned(), ToString::to_string);
        Some(format!(
            "The locked thresholds were chosen on scores of {model} ({}): they are not applied to \
             these scores",
            lock.chosen_on
        ))
    }
}

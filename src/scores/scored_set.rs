use std::collections::BTreeSet;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread::{available_parallelism, scope};

use super::{LoadedScores, Predictions, ScoreRules, ScoresError};
use crate::domain::{ModelIdentity, Part, label_name, plain_name};
use crate::metrics::{AucEstimate, Confusion, RankedScores, RocError, brier_score};

/// Predictions made ready: label by label, ranked once, so that any threshold costs next to nothing.
#[derive(Clone, Debug)]
pub struct ScoredSet {
    /// Display name: a file, or a model on a part.
    pub name: String,
    /// The part of a split that the films are; `None` where that is not known.
    pub part: Option<Part>,
    /// The films with scores and labels, as read.
    pub predictions: Predictions,
    /// One for each label, in the order of the predictions.
    pub columns: Vec<LabelColumn>,
    micro_auc: Option<f64>,
}

/// One label of all films.
#[derive(Clone, Debug)]
pub struct LabelColumn {
    /// As the predictions spell it.
    pub name: String,
    /// By film, in `[0, 1]`.
    pub scores: Vec<f64>,
    /// By film: whether it has the finding; `None` where that is not known.
    pub truth: Vec<Option<bool>>,
    /// The scores of films whose label is known, in order.
    pub ranked: RankedScores,
    /// Area under the ROC curve with `DeLong`'s variance; `None` where one class is missing.
    pub auc: Option<AucEstimate>,
    /// Area under the precision-recall curve by steps; `None` without positive films, or without
    /// negative ones, where it says nothing.
    pub average_precision: Option<f64>,
    /// Mean squared difference of score and label; of uncalibrated scores, not of probabilities.
    pub brier: Option<f64>,
}

impl ScoredSet {
    /// Reads predictions with their labels and ranks them; named after their file, whose name tells
    /// the part.
    pub fn load(path: &Path, rules: &ScoreRules) -> Result<Self, ScoresError> {
        let loaded = LoadedScores::load(path, rules, None)?;
        Self::of_file(path, loaded.predictions)
    }

    /// Ranks what was read from a file, and names it after the file.
    pub fn of_file(path: &Path, predictions: Predictions) -> Result<Self, ScoresError> {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let set = Self::new(path.display().to_string(), predictions)?;
        Ok(set.of_part(Part::told_by(&file)))
    }

    /// Ranks every label, labels spread over the processor's cores.
    pub fn new(name: String, predictions: Predictions) -> Result<Self, ScoresError> {
        if predictions.films.is_empty() {
            return Err(ScoresError::NoFilms {
                path: PathBuf::from(name),
            });
        }
        let n_threads = available_parallelism().map_or(1, NonZero::get);
        let labels: Vec<(usize, &String)> = predictions.labels.iter().enumerate().collect();
        let share = labels.len().div_ceil(n_threads).max(1);
        let column = |&(place, name): &(usize, &String)| {
            let films = predictions.films.iter();
            let (scores, truth): (Vec<f64>, Vec<Option<bool>>) = films
                .filter_map(|film| Some((*film.scores.get(place)?, *film.truth.get(place)?)))
                .unzip();
            LabelColumn::new(name.clone(), scores, truth)
        };
        let columns: Vec<Result<LabelColumn, ScoresError>> = scope(|scope| {
            let threads: Vec<_> = labels
                .chunks(share)
                .map(|labels| scope.spawn(move || labels.iter().map(column).collect::<Vec<_>>()))
                .collect();
            // A panic there is a bug; it is propagated here.
            let joined = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
            joined
                .flat_map(|columns| {
                    columns.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                })
                .collect()
        });
        let columns: Vec<LabelColumn> = columns.into_iter().collect::<Result<_, _>>()?;
        Ok(Self {
            micro_auc: micro_auc(&columns),
            columns,
            name,
            part: None,
            predictions,
        })
    }

    /// The same, of a known part.
    #[must_use]
    pub fn of_part(self, part: Option<Part>) -> Self {
        Self { part, ..self }
    }

    /// The films that something was chosen on, in words: part and table.
    pub fn films_text(&self) -> String {
        match self.part {
            Some(part) => format!("{}, {}", part.films_text(), self.name),
            None => self.name.clone(),
        }
    }

    /// Patients.
    pub fn n_patients(&self) -> usize {
        let films = self.predictions.films.iter();
        let patients: BTreeSet<&str> = films.map(|film| film.patient_id.as_str()).collect();
        patients.len()
    }

    /// Whether the set says that a model made the scores.
    pub fn names(&self, model: &ModelIdentity) -> bool {
        self.predictions.model.as_ref() == Some(model)
    }

    /// Films.
    pub fn n_films(&self) -> usize {
        self.predictions.films.len()
    }

    /// Whether a model may have made the scores: so where the set does not say.
    pub fn may_be_of(&self, model: &ModelIdentity) -> bool {
        let author = self.predictions.model.as_ref();
        author.is_none_or(|author| author == model)
    }

    /// Says which model made the scores, or that nothing names it.
    pub fn author_text(&self) -> String {
        match &self.predictions.model {
            Some(model) => format!("Scores of {model}"),
            None => "The scores name no model".to_owned(),
        }
    }

    /// The place of a label in any of its spellings.
    pub fn position(&self, name: &str) -> Result<usize, ScoresError> {
        let plain = |name: &str| plain_name(label_name(name));
        let wanted = plain(name);
        let mut columns = self.columns.iter();
        let place = columns.position(|column| plain(&column.name) == wanted);
        place.ok_or_else(|| ScoresError::UnknownLabel {
            name: name.to_owned(),
            known: self.predictions.labels.join(", "),
        })
    }

    /// Area under the ROC curve of all scores of all labels together; `None` where one class is
    /// missing.
    pub fn micro_auc(&self) -> Option<f64> {
        self.micro_auc
    }
}

/// Ranks all scores once more, together: too slow for every move of a threshold.
fn micro_auc(columns: &[LabelColumn]) -> Option<f64> {
    let (scores, positives) = pairs_of(columns.iter().flat_map(LabelColumn::known));
    RankedScores::of(&scores, &positives).ok()?.auc().ok()
}

impl LabelColumn {
    /// Ranks the scores of one label; films whose label is not known are in no figure.
    pub fn new<T: Into<Option<bool>>>(
        name: String,
        scores: Vec<f64>,
        truth: Vec<T>,
    ) -> Result<Self, ScoresError> {
        let truth: Vec<Option<bool>> = truth.into_iter().map(Into::into).collect();
        if scores.len() != truth.len() {
            let (n_scores, n_labels) = (scores.len(), truth.len());
            let source = RocError::Length { n_scores, n_labels };
            return Err(ScoresError::Rank {
                label: name,
                source,
            });
        }
        let (known, positives) = pairs_of(known_of(&scores, &truth));
        let ranked = RankedScores::of(&known, &positives).map_err(|source| ScoresError::Rank {
            label: name.clone(),
            source,
        })?;
        let auc = AucEstimate::of(&known, &positives).ok();
        Ok(Self {
            average_precision: auc.and_then(|_| ranked.average_precision()),
            brier: brier_score(&known, &positives),
            auc,
            ranked,
            name,
            scores,
            truth,
        })
    }

    /// Place, score and side of each film whose label is known, in their order.
    pub fn known(&self) -> impl Iterator<Item = (usize, f64, bool)> {
        known_of(&self.scores, &self.truth)
    }

    /// Scores and sides of the films whose label is known, in their order.
    pub fn known_scores(&self) -> (Vec<f64>, Vec<bool>) {
        pairs_of(self.known())
    }

    /// Films whose label is known.
    pub fn n_known(&self) -> usize {
        self.ranked.n_pos() + self.ranked.n_neg()
    }

    /// The 2x2 table at a threshold.
    pub fn at(&self, threshold: f64) -> Confusion {
        self.ranked.at(threshold)
    }

    /// Share of films with the finding among those whose label is known.
    pub fn prevalence(&self) -> f64 {
        self.ranked.n_pos() as f64 / self.n_known().max(1) as f64
    }

    /// Whether there are too few positive films to tell from chance.
    pub fn is_rare(&self) -> bool {
        self.ranked.n_pos() < MIN_POSITIVES
    }
}

fn known_of(scores: &[f64], truth: &[Option<bool>]) -> impl Iterator<Item = (usize, f64, bool)> {
    let films = scores.iter().zip(truth).enumerate();
    films.filter_map(|(film, (score, truth))| Some((film, *score, (*truth)?)))
}

fn pairs_of(known: impl Iterator<Item = (usize, f64, bool)>) -> (Vec<f64>, Vec<bool>) {
    known.map(|(_, score, positive)| (score, positive)).unzip()
}

/// Positive films below which figures are grayed.
const MIN_POSITIVES: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_of_the_films_whose_label_is_known() {
        let scores = vec![0.9, 0.1, 0.8, 0.3, 0.7];
        let truth = vec![Some(true), None, Some(false), Some(false), None];
        let column = LabelColumn::new("Mass".to_owned(), scores, truth).unwrap();
        let known = LabelColumn::new(
            "Mass".to_owned(),
            vec![0.9, 0.8, 0.3],
            vec![true, false, false],
        );
        let known = known.unwrap();
        assert_eq!(column.ranked, known.ranked);
        assert_eq!(column.auc, known.auc);
        assert_eq!(column.average_precision, known.average_precision);
        assert_eq!(column.brier, known.brier);
        assert_eq!(column.prevalence(), known.prevalence());
        assert_eq!(column.n_known(), 3);
        assert_eq!(micro_auc(&[column]), micro_auc(&[known]));
    }

    #[test]
    fn a_label_that_is_known_of_no_film_has_no_figure() {
        let column = LabelColumn::new("Mass".to_owned(), vec![0.5; 2], vec![None, None]).unwrap();
        assert_eq!(
            (column.n_known(), column.auc, column.brier),
            (0, None, None)
        );
    }
}

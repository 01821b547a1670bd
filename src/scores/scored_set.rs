use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread::{available_parallelism, scope};

use super::{Predictions, ScoresError};
use crate::domain::ModelIdentity;
use crate::metrics::{AucEstimate, Confusion, RankedScores, brier_score};

/// Predictions made ready: label by label, ranked once, so that any threshold costs next to nothing.
#[derive(Clone, Debug)]
pub struct ScoredSet {
    /// Display name: a file, or a model on a part.
    pub name: String,
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
    /// By film.
    pub positives: Vec<bool>,
    /// The scores in order.
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
    /// Reads a CSV of predictions and ranks it; named after its file.
    pub fn load(path: &Path) -> Result<Self, ScoresError> {
        Self::new(path.display().to_string(), Predictions::load(path)?)
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
            let (scores, positives) = films
                .filter_map(|film| Some((*film.scores.get(place)?, *film.truth.get(place)?)))
                .unzip();
            LabelColumn::new(name.clone(), scores, positives)
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
            predictions,
        })
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

    /// The place of a label, underscores and spaces alike.
    pub fn position(&self, name: &str) -> Result<usize, ScoresError> {
        let plain = |name: &str| name.replace(' ', "_");
        let place = self
            .columns
            .iter()
            .position(|column| plain(&column.name) == plain(name));
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
    let scores = columns.iter().flat_map(|column| &column.scores);
    let scores: Vec<f64> = scores.copied().collect();
    let positives = columns.iter().flat_map(|column| &column.positives);
    let positives: Vec<bool> = positives.copied().collect();
    RankedScores::of(&scores, &positives).ok()?.auc().ok()
}

impl LabelColumn {
    /// Ranks the scores of one label.
    pub fn new(name: String, scores: Vec<f64>, positives: Vec<bool>) -> Result<Self, ScoresError> {
        let ranked = RankedScores::of(&scores, &positives).map_err(|source| ScoresError::Rank {
            label: name.clone(),
            source,
        })?;
        let auc = AucEstimate::of(&scores, &positives).ok();
        Ok(Self {
            average_precision: auc.and_then(|_| ranked.average_precision()),
            brier: brier_score(&scores, &positives),
            auc,
            ranked,
            name,
            scores,
            positives,
        })
    }

    /// The 2x2 table at a threshold.
    pub fn at(&self, threshold: f64) -> Confusion {
        self.ranked.at(threshold)
    }

    /// Share of films with the finding.
    pub fn prevalence(&self) -> f64 {
        self.ranked.n_pos() as f64 / self.scores.len().max(1) as f64
    }

    /// Whether there are too few positive films to tell from chance.
    pub fn is_rare(&self) -> bool {
        self.ranked.n_pos() < MIN_POSITIVES
    }
}

/// Positive films below which figures are grayed.
const MIN_POSITIVES: usize = 10;

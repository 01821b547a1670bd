use std::path::PathBuf;
use std::sync::Arc;

use super::history::{AucTable, EpochMetrics};
use super::step_log::StepLoss;
use crate::domain::Part;
use crate::model::ModelFile;

/// Events of a running training; how far it has come within one, its `Watch` hears.
///
/// In this order: `Prepared` once, when films are decoded; then for each epoch `StepDone`s, with `Paused`/`Resumed`
/// pairs and saves between them, `ScoringStarted` and `ScoringDone` of validation, and `EpochDone`; at the end the
/// same two of the test part; `Log` at any time. A part without films has no scoring; one that is stopped does not end.
#[derive(Clone, Debug)]
pub enum TrainEvent {
    /// Data split and decoded, network built.
    Prepared(PreparedRun),
    /// One step was taken.
    StepDone(StepMetrics),
    /// Films of a part are being scored: validation after an epoch, test at the end.
    ScoringStarted {
        /// Whose films.
        part: Part,
        /// How many.
        n_films: usize,
    },
    /// They are scored.
    ScoringDone(PartFigures),
    /// A pass over the training films and the validation after it.
    EpochDone(Box<EpochMetrics>),
    /// Training is paused; the current model.
    Paused(Arc<ModelFile>),
    /// Training continues.
    Resumed,
    /// A checkpoint was written.
    Saved(PathBuf),
    /// The checkpoint could not be written; training continues and the previous one is kept.
    SaveFailed(String),
    /// A line for the run's log.
    Log(String),
}

/// How good the scores of a part's films are.
#[derive(Clone, Debug, PartialEq)]
pub struct PartFigures {
    /// Whose films.
    pub part: Part,
    /// How many were scored.
    pub n_films: usize,
    /// The training's loss, mean over films and labels.
    pub loss: f64,
    /// AUC of every label.
    pub auc: AucTable,
}

/// The facts known before the first step.
#[derive(Clone, Debug, PartialEq)]
pub struct PreparedRun {
    /// Run folder.
    pub folder: PathBuf,
    /// Films in train, valid and test.
    pub n_films: [usize; 3],
    /// Names of the labels that are learned.
    pub labels: Vec<String>,
    /// Steps of one epoch.
    pub n_steps_per_epoch: usize,
    /// Epochs in all.
    pub n_epochs: usize,
    /// Epochs that were done before, when a run is resumed.
    pub epochs_done: Vec<EpochMetrics>,
    /// Steps that were taken before, when a run is resumed.
    pub steps_done: Vec<StepLoss>,
    /// Films that could not be decoded.
    pub n_unreadable: usize,
}

/// One step of training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepMetrics {
    /// From 1.
    pub epoch: usize,
    /// Within the epoch, from 1.
    pub step: usize,
    /// Steps of this epoch.
    pub n_steps: usize,
    /// Loss of the batch without the penalty.
    pub loss: f64,
    /// Penalty on the kernels.
    pub penalty: f64,
    /// Learning rate.
    pub learning_rate: f64,
    /// Recent speed, films per second.
    pub films_per_s: f64,
    /// Time to the end of the run at that speed, seconds.
    pub eta_secs: f64,
}

impl From<&StepMetrics> for StepLoss {
    fn from(step: &StepMetrics) -> Self {
        Self {
            epoch: step.epoch,
            step: step.step,
            n_steps: step.n_steps,
            loss: step.loss,
            learning_rate: step.learning_rate,
        }
    }
}

use std::path::PathBuf;
use std::sync::Arc;

use super::history::EpochMetrics;
use crate::model::ModelFile;

/// Events of a running training.
///
/// In this order: `Decoding`s; `Prepared` once; then for each epoch `StepDone`s, with `Paused`/`Resumed` pairs
/// and saves between them, and `EpochDone`; `Log` at any time.
#[derive(Clone, Debug)]
pub enum TrainEvent {
    /// Films are being decoded.
    Decoding {
        /// Films done.
        n_done: usize,
        /// Films in all.
        n_total: usize,
    },
    /// Data split and decoded, network built.
    Prepared(PreparedRun),
    /// One step was taken.
    StepDone(StepMetrics),
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

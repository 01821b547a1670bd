use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::dataset::{CacheError, DataError, SplitError};
use crate::files::io_reason;
use crate::model::{DeviceError, ModelError, ModelFault, ModelFileError};
use crate::scores::ScoresError;
use crate::work::{Canceled, NoThread};
use thorax_engine::EngineError;
use thorax_ranks::RanksError;

/// Errors from starting or running a training.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum TrainError {
    #[error("{0}")]
    Value(String),
    #[error("{reason}: {}", path.display())]
    Config { path: PathBuf, reason: String },
    #[error("cannot read ({}): {}", io_reason(source), path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write ({}): {}", io_reason(source), path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{reason}: {}", path.display())]
    Broken { path: PathBuf, reason: String },
    #[error("the folder already contains a run; resume it, or choose another folder: {}", path.display())]
    RunExists { path: PathBuf },
    #[error("the films are in this folder, choose a new one for the run: {}", path.display())]
    RunInData { path: PathBuf },
    #[error("another training runs in this folder; choose another: {}", path.display())]
    RunLocked { path: PathBuf },
    #[error("expected the files of a run, got a link, which leads elsewhere: {}", path.display())]
    Link { path: PathBuf },
    #[error("expected the folder of a training run, found no config.toml: {}", path.display())]
    NoRun { path: PathBuf },
    #[error(
        "{n_patients} patients appear in more than one part of the split, for example {example}; \
             set allow_leaks = true to train anyway"
    )]
    Leaks { n_patients: usize, example: String },
    #[error("expected films to train on, got none: {0}")]
    NoFilms(String),
    #[error("the loss is not finite at step {step} of epoch {epoch}; the last checkpoint is kept; \
             films of the batch: {}", films.join(", "))]
    NotFinite {
        epoch: usize,
        step: usize,
        films: Vec<String>,
    },
    #[error("the initial weights do not fit: {0}")]
    Initial(String),
    #[error("canceled")]
    Canceled(#[from] Canceled),
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Split(#[from] SplitError),
    #[error(transparent)]
    Cache(#[from] CacheError),
    #[error(transparent)]
    Scores(#[from] ScoresError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Device(#[from] DeviceError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    ModelFile(#[from] ModelFileError),
    #[error(transparent)]
    ModelFault(#[from] ModelFault),
    #[error(transparent)]
    Thread(#[from] NoThread),
    #[error(transparent)]
    Ranks(#[from] RanksError),
}

use std::path::PathBuf;

use thiserror::Error;

use crate::dataset::{CacheError, DataError, SplitError};
use crate::drawing::DrawingError;
use crate::explain::OcclusionError;
use crate::files::io_reason;
use crate::model::{ModelError, ModelFault, ModelFileError};
use crate::scores::ScoresError;
use crate::train::TrainError;
use crate::work::Canceled;

/// Errors from an evaluation.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum EvaluateError {
    #[error(transparent)]
    Scores(#[from] ScoresError),
    #[error(transparent)]
    Train(#[from] TrainError),
    #[error("expected films, got none: {}", path.display())]
    NoFilms { path: PathBuf },
    #[error("expected films that both have, got none in common")]
    NothingInCommon,
    #[error("{label}: expected one label per film, got {n_films} films with two, such as {}", path.display())]
    OtherTruth {
        label: String,
        n_films: usize,
        path: PathBuf,
    },
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Split(#[from] SplitError),
    #[error(transparent)]
    Cache(#[from] CacheError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    ModelFile(#[from] ModelFileError),
    #[error(transparent)]
    ModelFault(#[from] ModelFault),
    #[error("cannot write ({}): {}", io_reason(source), path.display())]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the plot could not be drawn: {0}")]
    Picture(#[from] DrawingError),
    #[error(transparent)]
    Occlusion(#[from] OcclusionError),
    #[error("canceled")]
    Canceled(#[from] Canceled),
}

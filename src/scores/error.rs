use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::dataset::DataError;
use crate::files::io_reason;
use crate::metrics::RocError;
use crate::model::ModelError;
use crate::results::ResultsError;
use crate::work::Canceled;

/// Errors from reading, writing and ranking scores.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ScoresError {
    #[error("cannot write ({}): {}", io_reason(source), path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Table(#[from] DataError),
    #[error("{reason}: {}", path.display())]
    Broken { path: PathBuf, reason: String },
    #[error("expected films, got none: {}", path.display())]
    NoFilms { path: PathBuf },
    #[error("the scores have no labels: name the films' table (--data TABLE), or add columns label:FINDING: {}", path.display())]
    NoLabels { path: PathBuf },
    #[error("none of the films is in the table, or none of the findings: {}", path.display())]
    OtherTable { path: PathBuf },
    #[error(transparent)]
    Results(#[from] ResultsError),
    #[error("{label}: {source}")]
    Rank { label: String, source: RocError },
    #[error("expected one of the labels {known}, got {name:?}")]
    UnknownLabel { name: String, known: String },
    #[error(transparent)]
    Model(Box<ModelError>),
    #[error("canceled")]
    Canceled(#[from] Canceled),
}

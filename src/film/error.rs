use std::path::PathBuf;

use thiserror::Error;

use crate::model::ModelError;

/// A film that was opened and has no scores.
#[derive(Debug, Error)]
#[error("cannot score {path}")]
#[expect(missing_docs, reason = "the message says it")]
pub struct ScoringError {
    pub path: PathBuf,
    pub source: Box<ModelError>,
}

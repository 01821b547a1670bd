use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::files::io_reason;

/// Errors from files of results.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ResultsError {
    #[error("cannot read the results ({}): {}", io_reason(cause), path.display())]
    Read { path: PathBuf, cause: io::Error },
    #[error("cannot write the results ({}): {}", io_reason(cause), path.display())]
    Write { path: PathBuf, cause: io::Error },
    #[error("broken results ({reason}): {}", path.display())]
    Broken { path: PathBuf, reason: String },
    #[error("expected a folder that `thorax classify --out` made, found no manifest.json: {}", path.display())]
    NoManifest { path: PathBuf },
    #[error(
        "the folder holds results of another run ({field}: {there} there, {here} here): {}",
        path.display()
    )]
    OtherManifest {
        path: PathBuf,
        field: &'static str,
        there: String,
        here: String,
    },
    #[error(
        "the films are others than those of a chunk that is there ({reason}): the input changed since: {}",
        path.display()
    )]
    OtherFilms { path: PathBuf, reason: String },
    #[error("not complete: {reason}: {}", path.display())]
    Incomplete { path: PathBuf, reason: String },
    #[error("expected a file name ending in .parquet, .csv or .jsonl: {}", path.display())]
    Ending { path: PathBuf },
}

impl ResultsError {
    /// A file that is no file of results, or a damaged one.
    pub(super) fn broken(path: &std::path::Path, reason: impl std::fmt::Display) -> Self {
        Self::Broken {
            path: path.to_owned(),
            reason: reason.to_string(),
        }
    }
}

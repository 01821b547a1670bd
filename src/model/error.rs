use thiserror::Error;

use super::keras::KerasError;
use super::model_file::{ModelFault, ModelFileError};
use crate::domain::ScoreError;
use thorax_engine::{EngineError, SpecError};

/// Errors from opening a model or scoring a film.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ModelError {
    #[error(transparent)]
    File(#[from] ModelFileError),
    #[error(transparent)]
    Keras(#[from] KerasError),
    #[error("the model inside the program is broken: {0}")]
    Embedded(#[source] ModelFault),
    #[error(transparent)]
    Config(#[from] SpecError),
    #[error("the network could not be computed: {0}")]
    Candle(#[from] candle_core::Error),
    #[error("the network could not be computed: {0}")]
    Engine(#[from] EngineError),
    #[error("expected {expected} outputs, got {got}")]
    OutputCount { expected: usize, got: usize },
    #[error("expected a finite output for {label}, got {}", source.0)]
    Output { label: String, source: ScoreError },
    #[error("expected input of {expected} pixels per side, got {got}")]
    Input { expected: usize, got: usize },
    #[error("expected finite input, got {value} at position {position}")]
    InputValue { position: usize, value: f32 },
}

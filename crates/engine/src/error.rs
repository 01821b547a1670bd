use thiserror::Error;

/// Errors of the engine.
#[derive(Debug, Error)]
pub enum EngineError {
    /// A parameter that the network needs is not there.
    #[error("missing tensor {0}")]
    MissingTensor(String),
    /// A parameter of another network.
    #[error("expected shape {expected:?}, got {found:?}: {name}")]
    TensorShape {
        /// Name of the tensor.
        name: String,
        /// The expected value.
        expected: Vec<usize>,
        /// The given value.
        found: Vec<usize>,
    },
    /// A slice that does not hold what it should.
    #[error("expected {expected} values of {what}, got {found}")]
    Length {
        /// The purpose of the slice.
        what: &'static str,
        /// How many values it needs.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// Training needs at least one film.
    #[error("expected at least 1 film in a batch, got 0")]
    EmptyBatch,
    /// The processor lacks the instructions asked for.
    #[error("this processor has no {0} instructions")]
    InstructionSet(&'static str),
    /// A worker thread could not be started.
    #[error("could not start the engine's threads")]
    Threads(#[from] std::io::Error),
}

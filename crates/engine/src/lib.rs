//! The engine: fast `f32` kernels for one family of networks on a plain CPU.
//!
//! The family is Keras' bottleneck ResNet-v2 of depth 9n + 2 over square gray films. Activations
//! are `(row, column, channel)`; their channel counts are fixed by the family and multiples of 16,
//! which is what the kernels are built on. Nothing here knows candle, files or windows: tensors come
//! and go by name ([`NamedTensors`]), plain candle is the reference that tests compare with.

#![expect(
    unsafe_code,
    reason = "vector instructions and buffers shared by threads; each block says why it is sound"
)]
#![expect(
    clippy::inline_always,
    reason = "code over registers must land in a function that has the instructions enabled"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "the pool catches panics of tasks to hand them to the caller, who waits for all workers"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "indices come from shapes checked once, in constructors"
)]

mod ahead;
mod buffer;
mod engine;
mod error;
mod fma;
mod gemm;
mod instruction_set;
mod lane;
mod named_tensors;
mod network_spec;
#[cfg(test)]
mod plain;
mod pool;
mod scoring;
mod training;
mod winograd;

pub use engine::Engine;
pub use error::EngineError;
pub use instruction_set::InstructionSet;
pub use named_tensors::{HostTensor, NamedTensors, is_trainable};
pub use network_spec::{NetworkSpec, SpecError, Stage};
pub use pool::lower_priority;
pub use scoring::{FilmOutputs, ScoringPlan};
pub use training::{
    Adam, BatchLoss, HeadKind, HeadPass, LossWeights, Optimizer, OptimizerKind, Sgd, TrainingPlan,
    TrainingState, gradient_norm,
};

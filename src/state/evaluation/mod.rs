//! Evaluation in the window: a set of scores, one operating point for each label, what follows.

mod apply;
mod command;
mod desk;
mod work;

pub use command::{Cell, EvaluationCommand, EvaluationPick, TargetForm, TargetKind};
pub use desk::{EvaluationState, Locked};

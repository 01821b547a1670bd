//! Evaluation in the window: a set of scores, one operating point for each label, what follows.

mod apply;
mod command;
mod state;
mod work;

pub use command::{Cell, EvaluationCommand, EvaluationPick, TargetForm, TargetKind};
pub use state::{ComparedSet, EvaluationState, Locked, OpenedSet};

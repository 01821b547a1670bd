//! Evaluation in the window: a set of scores, one operating point for each label, what follows.

mod analyses;
mod apply;
mod chosen;
mod command;
mod origins;
mod state;
mod table;
mod work;

#[cfg(test)]
mod origin_tests;
#[cfg(test)]
mod tests;

pub use analyses::{Analyses, BootstrapFound, Underway};
pub use chosen::ChosenThresholds;
pub use command::{Cell, EvaluationCommand, EvaluationPick, TargetForm, TargetKind};
pub use state::{EvaluationState, ListedFilms, Locked};
pub use table::{EvaluationSettings, TableColumn, TableColumns, TableSort};

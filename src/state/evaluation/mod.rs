//! Evaluation in the window: a set of scores, one operating point for each label, what follows.

mod analyses;
mod analysis_jobs;
mod apply;
mod chosen;
mod columns;
mod command;
mod origins;
mod paths;
mod start_page;
mod state;
mod table;
mod work;

#[cfg(test)]
mod origin_tests;
#[cfg(test)]
mod tests;

pub use analyses::{Analyses, BootstrapFound, Underway};
pub use analysis_jobs::{MapsFound, SubgroupsFound};
pub use chosen::ChosenThresholds;
pub use columns::{Opened, PairDraft, ScoreColumnsDraft};
pub use command::{Cell, EvaluationCommand, EvaluationPick, TargetForm, TargetKind};
pub use start_page::{BuiltInRow, StartPage};
pub use state::{EvaluationState, ListedFilms, Locked};
pub use table::{EvaluationSettings, EvaluationTab, TableColumn, TableColumns, TableSort};

//! Training in the window: the configuration being edited, the check before a run, the run.
//!
//! Slow work runs as a job; `poll` receives the jobs' reports, `apply` carries out commands.

mod apply;
mod check;
mod columns;
mod command;
mod config_file;
mod echo;
mod state;
mod form;
mod gallery;
mod known_runs;
mod poll;
mod preview;
mod record;
mod run;
mod run_choices;
mod speed;
mod step_curve;
mod training_job;

#[cfg(test)]
mod workspace_tests;
#[cfg(test)]
mod tests;

pub use check::{CheckReport, DryRunReport, LabelCheck, PartCheck};
pub use columns::ColumnsDraft;
pub use command::{PickForm, TrainingCommand, TrainingPick};
pub use config_file::ConfigFile;
pub use echo::{DataEcho, EchoReport, SplitChoice, SplitCounts, SplitOffer};
pub use form::RunForm;
pub use gallery::{FilmOrder, Gallery, ScoredFilms};
pub use known_runs::KnownRuns;
pub use preview::{Preview, PreviewFilm};
pub use record::{LiveReports, RunRecord};
pub use run::{Activity, RunPhase, RunState, ShownRun};
pub use run_choices::{EpochChoice, RunChoices};
pub use speed::SpeedProbe;
pub use state::{Closing, ComparedRuns, FormFiles, LiveFindings, TrainingPage, TrainingState};
pub use step_curve::{MAX_POINTS, StepCurve};
pub use training_job::{TrainingJob, TrainingNews, TrainingOrder};

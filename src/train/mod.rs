//! Training: from a folder of labeled films to a model file, with a run folder that tells all of it.
//!
//! [`DataPlan`] parts the films, [`Prepared`] decodes them, [`train`] takes the steps and emits
//! [`TrainEvent`]s, [`TrainControl`] pauses it, its [`Watch`](crate::work::Watch) hears of progress and stops it,
//! [`RunFolder`] is what remains. Nothing here knows a window or a terminal.

mod averaged_weights;
mod checkpoint;
mod config;
mod control;
mod curves;
mod error;
mod event;
mod exchange;
mod history;
mod initial;
mod own_step;
mod plan;
mod preflight;
mod prepared;
mod run;
mod run_folder;
mod run_info;
mod run_list;
mod run_place;
mod run_row;
mod run_settings;
mod schedule;
mod scoring;
mod seed_groups;
mod setup;
mod start;
mod step;
mod step_log;
mod stepper;
mod trained_model;

pub use checkpoint::{Checkpoint, Place};
pub use config::{
    Accessor, Choice, Field, FieldGroup, FieldKind, FieldWarning, LossKind, Number, Preset,
    ScheduleKind, SelectBy, Size, SplitKind, TrainConfig,
};
pub use control::TrainControl;
pub use curves::{CurveChoices, CurveKind, CurvedRun, RunCurve, RunCurves, curves_csv};
pub use error::TrainError;
pub use event::{PartFigures, PreparedRun, StepMetrics, TrainEvent};
pub use history::{AucTable, EpochMetrics, LabelAuc, metrics_csv};
pub use initial::{fresh_weights, weights_of_model};
pub use plan::{DataPlan, PlannedPart};
pub use preflight::{DryRun, Preflight, dry_run, probe};
pub use prepared::{PartFilms, Prepared};
pub use run_folder::{NewRun, RunFolder};
pub use run_info::RunInfo;
pub use run_list::{FoundRuns, RunPlaces, runs_at, runs_below};
pub use run_place::check_run_folder;
pub use run_row::{RunRow, RunState};
pub use run_settings::SettingRow;
pub use seed_groups::SeedGroup;
pub use setup::{Ending, TrainReport, TrainSetup};
pub use start::{resume, train};
pub use step_log::StepLoss;

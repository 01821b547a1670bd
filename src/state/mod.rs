//! The state of the program, the commands that change it, and the saved settings.
//!
//! Nothing here draws. [`AppState::apply`] is the only place that changes state on an order;
//! [`AppState::poll`] takes in what the jobs report.

mod apply;
mod command;
mod evaluation;
mod exports;
mod films;
mod jobs;
mod keys;
mod notice;
mod path_prompt;
mod poll;
mod list;
mod settings;
mod small_pictures;
mod study;
mod thresholds;
mod training;
mod undo;
mod viewer;

pub use apply::{AppState, Loaded, Model, ModelOrigin, Palette, Workspace};
pub use command::{Command, CommandSender, command_channel};
pub use evaluation::{
    Cell, EvaluationCommand, EvaluationPick, EvaluationState, Locked, TargetForm, TargetKind,
};
pub use exports::{Clip, ExportCommand};
pub use jobs::{FilePicker, OpenedFilm, PickKind, Picked, ScoredFilm, Services};
pub use keys::KeyChoices;
pub use list::{
    Agreement, BlindedReading, Decision, FilmEntry, FilmNote, FilmStatus, ListCommand, ListFilter,
    ListState, Mark, Sidecar, SortKey, SortOrder, arranged, n_above, same_patient, score,
};
pub use notice::{Notice, NoticeKind, Notices};
pub use path_prompt::PathPrompt;
pub use settings::{MapSettings, Session, Settings, ThemeChoice, TrainingSettings, ViewerSettings};
pub use small_pictures::SmallPictures;
pub use study::{FilmState, Study};
pub use thresholds::Thresholds;
pub use training::{
    Activity, CheckReport, Closing, ColumnsDraft, DryRunReport, FilmOrder, Gallery, LabelCheck,
    MAX_POINTS, Made, PartCheck, PickForm, Preview, PreviewFilm, RunForm, RunPhase, RunRecord,
    RunState, ScoredFilms, ShownRun, StepCurve, TrainingCommand, TrainingPage, TrainingPick,
    TrainingState, Working,
};
pub use viewer::{
    BRUSH_RANGE, BoxOverlap, Compare, CompareCommand, CompareWith, DisplayCommand, Displays,
    Gesture, Jitter, Probe, Tool, ViewerArea,
};

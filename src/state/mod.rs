//! The state of the program, the commands that change it, and the saved settings.
//!
//! Nothing here draws. [`AppState::apply`] is the only place that changes state on an order;
//! [`AppState::poll`] takes in what the jobs report.

mod command;
mod dialog;
mod effect;
mod escape;
mod evaluation;
mod file_picker;
mod keys;
mod notice;
mod path_prompt;
mod films;
mod history;
mod list;
mod metadata;
mod model;
mod recent;
mod services;
mod session;
mod settings;
mod shared;
mod shell;
mod small_pictures;
mod start_mark;
mod thresholds;
mod tour;
mod training;
mod viewer;
mod visibility;

pub use command::{Command, CommandSender, command_channel};
pub use effect::Effect;
pub use evaluation::{
    Analyses, BootstrapFound, BuiltInRow, Cell, ChosenThresholds, EvaluationCommand,
    EvaluationPick, EvaluationSettings, EvaluationState, EvaluationTab, ListedFilms, Locked,
    MapsFound, Opened, PairDraft, ScoreColumnsDraft, StartPage, SubgroupsFound, TableColumn,
    TableColumns, TableSort, TargetForm, TargetKind, Underway,
};
pub use file_picker::{FilePicker, PickKind, Picked};
pub use films::{FilmState, Films};
pub use keys::KeyChoices;
pub use list::{
    AgreementRow, Answer, AnswerCommand, BlindedSession, CommittedFilm, CommittedFinding,
    Confidence, Corrected, Decision, FilmEntry, FilmNote, FilmStatus, ListCommand, ListFilter,
    ListRow, ListRows, ListState, Mark, NetworkAnswer, NetworkDecision, NoPrior, NoteTimes,
    ReaderAnswer, RowHeights, SessionReport, Sidecar, SortKey, SortOrder, arranged, is_drawn_film,
    n_above, score,
};
pub use metadata::{FilmMetadata, HIDDEN_VALUE};
pub use model::{Loaded, Model, ModelOrigin, ModelRequest};
pub use notice::{Notice, NoticeKind, Notices};
pub use path_prompt::PathPrompt;
pub use services::Services;
pub use session::Session;
pub use settings::{MapSettings, Settings, ThemeChoice, TrainingSettings, ViewerSettings};
pub use shared::Shared;
pub use shell::{AppState, OpenWindows, Palette, Workspace};
pub use small_pictures::SmallPictures;
pub use start_mark::StartMark;
pub use thresholds::Thresholds;
pub use tour::TourStep;
pub use training::{
    Activity, CheckReport, Closing, ColumnsDraft, ComparedRuns, DataEcho, DryRunReport, EchoReport,
    EpochChoice, FilmOrder, FormFiles, Gallery, KnownRuns, LabelCheck, LiveFindings, LiveReports,
    MAX_POINTS, PartCheck, PickForm, Preview, PreviewFilm, RunChoices, RunForm, RunPhase,
    RunRecord, RunState, ScoredFilms, ShownRun, SplitChoice, SplitCounts, SplitOffer, StepCurve,
    TrainingCommand, TrainingPage, TrainingPick, TrainingState,
};
pub use viewer::{
    BRUSH_RANGE, BoxOverlap, Clip, Compare, CompareCommand, CompareWith, DisplayChange,
    DisplayCommand, Displays, ExportCommand, Exports, FindingGroups, Jitter, MapCommand,
    MeasureCommand, Measuring, Occlusion, Pane, Probe, Tool, ViewOptions, ViewerArea,
    ViewerCommand, ViewerState, Writing,
};

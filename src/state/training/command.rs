use std::ops::Range;
use std::path::PathBuf;

use super::columns::ColumnsDraft;
use super::{FilmOrder, RunChoices, TrainingPage};
use crate::domain::Part;
use crate::train::{FieldGroup, FieldKind, TrainConfig};

/// A command from the training panels.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainingCommand {
    /// Turn to a page.
    ShowPage(TrainingPage),
    /// Another configuration.
    Edit(Box<TrainConfig>),
    /// Back to the configuration that the program brings, on the same data.
    ResetConfig,
    /// Show or hide the configuration as text.
    ShowText(bool),
    /// Change the configuration as text; it holds as soon as it can be read.
    EditText(String),
    /// Where a new run will lie.
    EditRunFolder(String),
    /// Ask for a path by a file dialog.
    Pick(TrainingPick),
    /// The answer of a dialog, or of the path prompt.
    TakePath(TrainingPick, PathBuf),
    /// Read the table's header and offer its columns to choose from.
    ChooseColumns,
    /// Change what the columns are taken for.
    EditColumns(ColumnsDraft),
    /// Close the choice of columns.
    CloseColumns {
        /// Whether to use what was chosen.
        take: bool,
    },
    /// Tell columns by their names again.
    ForgetColumns,
    /// Look at the data, the disk and the split before training.
    Check,
    /// Take a few steps to see how fast training will be.
    DryRun,
    /// Make changed training films to look at.
    Preview,
    /// Stop check, dry run and preview.
    CancelChecks,
    /// Begin the run that was checked.
    Start,
    /// Wait between two steps, with the model in memory.
    Pause,
    /// Go on after a pause.
    GoOn,
    /// Save a checkpoint and end.
    Stop,
    /// Go on with the run in view from its checkpoint.
    ResumeRun,
    /// Look for runs again.
    ListRuns,
    /// Search this folder for runs no longer.
    ForgetRunsFolder(PathBuf),
    /// Open the run in this folder and go on with it.
    ResumeAt(PathBuf),
    /// Open the scores that the best weights of a run gave the films of a part.
    OpenScores {
        /// Folder of the run.
        run: PathBuf,
        /// Validation or test.
        part: Part,
    },
    /// Show the viewer, with the best model of the run in this folder.
    UseInViewer(PathBuf),
    /// Open a run from disk.
    OpenRun(PathBuf),
    /// Lay the curves of another run over those of the one in view.
    Compare(PathBuf),
    /// The same of several runs, such as those that differ in their seed only.
    CompareAll(Vec<PathBuf>),
    /// Change what the page of the run in view shows of it.
    ShowOfRun(Box<RunChoices>),
    /// Take a run off the curves.
    DropCompared(usize),
    /// Score with the model of the pause.
    ScoreWithPaused,
    /// Score with the model of an epoch of the run in view.
    ScoreWithEpoch(usize),
    /// Score with the best model of the run in view.
    ScoreWithBest,
    /// Order of the validation films.
    OrderFilms(FilmOrder),
    /// Pictures of these places of the order are on screen.
    WantPictures(Range<usize>),
    /// Show a validation film in the viewer, scored by the best model of the run in view.
    OpenFilm(PathBuf),
    /// The window is to be closed while training is running.
    AskClose,
    /// Do not close it after all.
    GoOnTraining,
    /// Save, then close.
    StopAndClose,
}

/// A path that training asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "`TrainingPick::question` says it in the user's words"
)]
pub enum TrainingPick {
    DataFolder,
    Table,
    NewRunFolder,
    Run,
    RunsFolder,
    ComparedRun,
    Curves,
    LoadConfig,
    SaveConfig,
    /// The path of the setting with this key.
    Field(&'static str),
}

/// The kind of path that a dialog returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickForm {
    /// One folder.
    Folder,
    /// One file with one of these endings.
    File(&'static [&'static str]),
    /// A file to be written, with this name to begin with.
    NewFile(&'static str),
}

impl TrainingPick {
    /// As title of the dialog.
    pub fn question(self) -> &'static str {
        match self {
            Self::DataFolder => "Folder of films and their table",
            Self::Table => "Table of films",
            Self::NewRunFolder => "Folder for the new run",
            Self::Run => "Folder of a run",
            Self::RunsFolder => "Folder with runs",
            Self::ComparedRun => "Folder of a run to compare",
            Self::Curves => "Folder for the curves (CSV, SVG, PNG)",
            Self::LoadConfig => "Configuration to load",
            Self::SaveConfig => "Save configuration as",
            Self::Field(key) => FieldGroup::field(key).map_or(key, |field| field.label),
        }
    }

    /// What can be an answer.
    pub fn form(self) -> PickForm {
        match self {
            Self::DataFolder
            | Self::NewRunFolder
            | Self::Run
            | Self::RunsFolder
            | Self::ComparedRun
            | Self::Curves => PickForm::Folder,
            Self::Table => PickForm::File(&["csv", "gz"]),
            Self::LoadConfig => PickForm::File(&["toml"]),
            Self::SaveConfig => PickForm::NewFile("config.toml"),
            Self::Field(key) => {
                let field = FieldGroup::field(key);
                let is_model =
                    field.is_some_and(|field| matches!(field.kind, FieldKind::ModelFile(_)));
                PickForm::File(if is_model {
                    &["safetensors"]
                } else {
                    &["txt", "csv", "gz"]
                })
            }
        }
    }
}

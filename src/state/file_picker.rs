use std::path::{Path, PathBuf};

use super::{EvaluationPick, TrainingPick};
use crate::work::Watch;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickKind {
    /// Any number of films.
    Films,
    /// A folder of films.
    Folder,
    /// A new file for the log of a blinded session.
    ReadingLog,
    /// The log of a blinded session, to take it up again.
    ResumedLog,
    /// A new file for the table of a blinded session's end page.
    SessionTable,
    /// A folder for exports.
    ExportFolder,
    /// One model file.
    Model,
    /// One model file, for the film beside.
    ComparedModel,
    /// One path for training.
    Training(TrainingPick),
    /// One path for evaluation.
    Evaluation(EvaluationPick),
}

/// The answer of a file dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picked {
    /// The user chose these.
    Files(Vec<PathBuf>),
    /// The user chose nothing.
    Nothing,
    /// No file dialog is available: a path must be typed.
    NoDialog,
}

/// The desktop's dialogs and windows of files. May wait as long as the user does; runs on a job's thread.
pub trait FilePicker: Send + Sync {
    /// Asks for files of one kind.
    fn pick(&self, kind: PickKind) -> Picked;

    /// Shows a film in its folder, in the desktop's file manager.
    fn show_in_folder(&self, film: &Path, _watch: &dyn Watch) -> anyhow::Result<()> {
        anyhow::bail!("no file manager available: {}", film.display())
    }
}

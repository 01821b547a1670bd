use std::path::PathBuf;

use crate::state::{AppState, Model, TrainingState, Workspace};
use crate::ui::shortcuts::Actions;

/// What the panels of training show.
pub struct TrainingView<'a> {
    /// Their actions.
    pub actions: Actions<'a>,
    /// The configuration, checks and runs.
    pub training: &'a TrainingState,
    /// The model that the viewer scores films with.
    pub model: &'a Model,
    /// Runs started or opened last, newest first.
    pub recent_runs: &'a [PathBuf],
    /// Folders that are searched for runs.
    pub runs_folders: &'a [PathBuf],
    /// The workspace in view.
    pub workspace: Workspace,
    /// Whether a file dialog is open.
    pub is_picking: bool,
}

impl<'a> TrainingView<'a> {
    /// The training of this state.
    pub fn of(state: &'a AppState) -> Self {
        Self {
            actions: Actions::of(state),
            training: &state.training,
            model: &state.shared.model,
            recent_runs: &state.shared.settings.training.recent_runs,
            runs_folders: &state.shared.settings.training.runs_folders,
            workspace: state.workspace,
            is_picking: state.is_picking(),
        }
    }
}

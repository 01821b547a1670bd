//! One table of what can be done: menu entry, key, tooltip and whether it is possible now.

use egui::{Context, Key, KeyboardShortcut, Modifiers};

use crate::state::{
    AppState, Command, CommandSender, EvaluationCommand, EvaluationPick, FilmState, ModelOrigin,
    RunPhase, ShownRun, TrainingCommand, TrainingPick, Workspace,
};

/// Something that can be done from a menu or by a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "`Action::label` says it in the user's words")]
pub enum Action {
    ShowViewer,
    ShowTraining,
    ShowEvaluation,
    OpenScores,
    BackToEvaluation,
    OpenFilms,
    TypePath,
    OpenModel,
    OpenDefaultModel,
    NextFilm,
    PreviousFilm,
    CloseFilm,
    CloseAllFilms,
    Retry,
    Cancel,
    ToggleMap,
    FitFilm,
    NextFinding,
    PreviousFinding,
    Undo,
    ResetThresholds,
    LoadConfig,
    SaveConfig,
    Check,
    StartTraining,
    PauseOrResume,
    StopTraining,
    OpenRun,
    CompareRun,
    About,
    Keys,
}

impl Action {
    /// All that can be done, in the order of the list of keys.
    pub const ALL: [Self; 31] = [
        Self::ShowViewer,
        Self::ShowTraining,
        Self::ShowEvaluation,
        Self::OpenScores,
        Self::BackToEvaluation,
        Self::OpenFilms,
        Self::TypePath,
        Self::OpenModel,
        Self::OpenDefaultModel,
        Self::NextFilm,
        Self::PreviousFilm,
        Self::CloseFilm,
        Self::CloseAllFilms,
        Self::Retry,
        Self::Cancel,
        Self::ToggleMap,
        Self::FitFilm,
        Self::NextFinding,
        Self::PreviousFinding,
        Self::Undo,
        Self::ResetThresholds,
        Self::LoadConfig,
        Self::SaveConfig,
        Self::Check,
        Self::StartTraining,
        Self::PauseOrResume,
        Self::StopTraining,
        Self::OpenRun,
        Self::CompareRun,
        Self::About,
        Self::Keys,
    ];

    /// As it stands in menus.
    pub fn label(self) -> &'static str {
        match self {
            Self::ShowViewer => "Viewer",
            Self::ShowTraining => "Training",
            Self::ShowEvaluation => "Evaluation",
            Self::OpenScores => "Open scores…",
            Self::BackToEvaluation => "Back to evaluation",
            Self::OpenFilms => "Open films…",
            Self::TypePath => "Type a path…",
            Self::OpenModel => "Open model…",
            Self::OpenDefaultModel => "Use the default model",
            Self::NextFilm => "Next film",
            Self::PreviousFilm => "Previous film",
            Self::CloseFilm => "Close film",
            Self::CloseAllFilms => "Close all films",
            Self::Retry => "Read film again",
            Self::Cancel => "Cancel",
            Self::ToggleMap => "Show or hide map",
            Self::FitFilm => "Fit film",
            Self::NextFinding => "Next finding",
            Self::PreviousFinding => "Previous finding",
            Self::Undo => "Undo threshold move",
            Self::ResetThresholds => "Reset all thresholds",
            Self::LoadConfig => "Load configuration…",
            Self::SaveConfig => "Save configuration…",
            Self::Check => "Check the data",
            Self::StartTraining => "Start training",
            Self::PauseOrResume => "Pause or resume training",
            Self::StopTraining => "Stop training and keep it",
            Self::OpenRun => "Open run…",
            Self::CompareRun => "Compare with run…",
            Self::About => "About this model",
            Self::Keys => "Keys and mouse",
        }
    }

    /// The key, if it has one.
    pub fn shortcut(self) -> Option<KeyboardShortcut> {
        let plain = |key| KeyboardShortcut::new(Modifiers::NONE, key);
        let command = |key| KeyboardShortcut::new(Modifiers::COMMAND, key);
        Some(match self {
            Self::ShowViewer => command(Key::Num1),
            Self::ShowTraining => command(Key::Num2),
            Self::ShowEvaluation => command(Key::Num3),
            Self::OpenScores => command(Key::E),
            Self::BackToEvaluation => plain(Key::Backspace),
            Self::OpenFilms => command(Key::O),
            Self::TypePath => command(Key::L),
            Self::OpenModel => command(Key::M),
            Self::NextFilm => plain(Key::PageDown),
            Self::PreviousFilm => plain(Key::PageUp),
            Self::CloseFilm => command(Key::W),
            Self::Retry => plain(Key::F5),
            Self::Cancel => plain(Key::Escape),
            Self::ToggleMap => plain(Key::M),
            Self::FitFilm => plain(Key::F),
            Self::NextFinding => plain(Key::ArrowDown),
            Self::PreviousFinding => plain(Key::ArrowUp),
            Self::Undo => command(Key::Z),
            Self::ResetThresholds => command(Key::R),
            Self::About => command(Key::I),
            Self::Keys => plain(Key::F1),
            Self::Check => plain(Key::F6),
            Self::PauseOrResume => plain(Key::F8),
            Self::OpenDefaultModel
            | Self::CloseAllFilms
            | Self::LoadConfig
            | Self::SaveConfig
            | Self::StartTraining
            | Self::StopTraining
            | Self::OpenRun
            | Self::CompareRun => return None,
        })
    }

    /// The order that carries it out; `None` where that is not possible now.
    pub fn command(self, state: &AppState) -> Option<Command> {
        if self == Self::Undo && state.workspace == Workspace::Evaluation {
            let undo = Command::Evaluation(EvaluationCommand::Undo);
            return state.evaluation.can_undo().then_some(undo);
        }
        if self.is_of_viewer() && state.workspace != Workspace::Viewer {
            return None;
        }
        let loaded = state.model.loaded.as_ref();
        let film = state.study.current().is_some();
        let (command, possible) = match self {
            Self::OpenFilms => (Command::PickFilms, !state.is_picking()),
            Self::TypePath => {
                let shown = state.typed_path.is_none();
                (Command::ShowPathField(shown), true)
            }
            Self::OpenModel => (Command::PickModel, !state.is_picking()),
            Self::OpenDefaultModel => {
                let other = loaded.is_none_or(|loaded| loaded.origin != ModelOrigin::Default);
                (Command::OpenDefaultModel, other)
            }
            Self::NextFilm => (Command::NextFilm, state.study.neighbour(1).is_some()),
            Self::PreviousFilm => (Command::PreviousFilm, state.study.neighbour(-1).is_some()),
            Self::CloseFilm => (Command::CloseFilm, film),
            Self::CloseAllFilms => (Command::CloseAllFilms, film),
            Self::Retry => {
                let stopped = matches!(
                    state.study.film,
                    FilmState::Failed { .. } | FilmState::Cancelled(_)
                );
                (Command::Retry, stopped)
            }
            Self::Cancel => {
                let busy = state.is_reading_film() || state.is_listing();
                if state.workspace == Workspace::Evaluation {
                    let working = state.evaluation.opening.working().is_some();
                    let cancel = Command::Evaluation(EvaluationCommand::Cancel);
                    return working.then_some(cancel);
                }
                if !busy && state.training.is_checking() {
                    return Some(Command::Training(TrainingCommand::CancelChecks));
                }
                (Command::Cancel, busy)
            }
            Self::ToggleMap => {
                let shown = !state.settings.map.visible;
                (Command::ShowMap(shown), true)
            }
            Self::FitFilm => (Command::FitFilm, film),
            Self::NextFinding => (Command::StepFinding(1), loaded.is_some()),
            Self::PreviousFinding => (Command::StepFinding(-1), loaded.is_some()),
            Self::Undo => {
                let possible = loaded.is_some_and(|loaded| loaded.thresholds.can_undo());
                (Command::Undo, possible)
            }
            Self::ResetThresholds => (Command::ResetAllThresholds, loaded.is_some()),
            Self::ShowViewer => (Command::ShowWorkspace(Workspace::Viewer), true),
            Self::ShowTraining => (Command::ShowWorkspace(Workspace::Training), true),
            Self::ShowEvaluation => (Command::ShowWorkspace(Workspace::Evaluation), true),
            Self::OpenScores => {
                let pick = EvaluationCommand::Pick(EvaluationPick::Predictions);
                let free = !state.is_picking() && state.evaluation.opening.working().is_none();
                (Command::Evaluation(pick), free)
            }
            Self::BackToEvaluation => {
                let back = Command::Evaluation(EvaluationCommand::Back);
                (back, state.evaluation.film_opened)
            }
            Self::LoadConfig
            | Self::SaveConfig
            | Self::Check
            | Self::StartTraining
            | Self::PauseOrResume
            | Self::StopTraining
            | Self::OpenRun
            | Self::CompareRun => return self.training_command(state).map(Command::Training),
            Self::About => (Command::ShowAbout(!state.about_shown), loaded.is_some()),
            Self::Keys => (Command::ShowKeys(!state.keys_shown), true),
        };
        possible.then_some(command)
    }

    fn training_command(self, state: &AppState) -> Option<TrainingCommand> {
        let training = &state.training;
        let pick = |pick| (!state.is_picking()).then_some(TrainingCommand::Pick(pick));
        match self {
            Self::LoadConfig => pick(TrainingPick::LoadConfig),
            Self::SaveConfig => pick(TrainingPick::SaveConfig),
            Self::OpenRun => pick(TrainingPick::Run),
            Self::CompareRun => pick(TrainingPick::ComparedRun),
            Self::Check => training.can_check().then_some(TrainingCommand::Check),
            Self::StartTraining => {
                let possible = training.start_obstacle().is_none();
                possible.then_some(TrainingCommand::Start)
            }
            Self::PauseOrResume => match training.phase()? {
                RunPhase::Training | RunPhase::Scoring | RunPhase::Preparing => {
                    Some(TrainingCommand::Pause)
                }
                RunPhase::Pausing | RunPhase::Paused => Some(TrainingCommand::GoOn),
                _ => {
                    let can_resume = training.run.as_ref().is_some_and(ShownRun::can_resume);
                    can_resume.then_some(TrainingCommand::ResumeRun)
                }
            },
            Self::StopTraining => {
                let stopping = training.phase() == Some(RunPhase::Stopping);
                (training.is_running() && !stopping).then_some(TrainingCommand::Stop)
            }
            _ => None,
        }
    }

    /// Whether it means the film in view, which must be in view then.
    fn is_of_viewer(self) -> bool {
        matches!(
            self,
            Self::NextFilm
                | Self::PreviousFilm
                | Self::CloseFilm
                | Self::CloseAllFilms
                | Self::Retry
                | Self::BackToEvaluation
                | Self::ToggleMap
                | Self::FitFilm
                | Self::NextFinding
                | Self::PreviousFinding
                | Self::Undo
                | Self::ResetThresholds
        )
    }
}

/// What the mouse does over the film, for the list of keys.
pub const MOUSE: [(&str, &str); 4] = [
    ("Wheel or pinch", "Zoom at the cursor"),
    ("Drag", "Pan"),
    ("Double click", "Fit film"),
    ("Drag a threshold mark", "Move that finding's threshold"),
];

/// A button that does `action`, greyed while that is not possible.
pub fn action_button_ui(
    ui: &mut egui::Ui,
    action: Action,
    state: &AppState,
    commands: &CommandSender,
) {
    let command = action.command(state);
    let mut button = egui::Button::new(action.label());
    if let Some(shortcut) = action.shortcut() {
        button = button.shortcut_text(ui.ctx().format_shortcut(&shortcut));
    }
    let response = ui.add_enabled(command.is_some(), button);
    if response.clicked()
        && let Some(command) = command
    {
        commands.send(command);
        ui.close();
    }
}

/// Sends the orders of the keys pressed in this frame.
pub fn keys_ui(ctx: &Context, state: &AppState, commands: &CommandSender) {
    let typing = ctx.text_edit_focused();
    let focused = ctx.memory(|memory| memory.focused().is_some());
    for action in Action::ALL {
        let Some(shortcut) = action.shortcut() else {
            continue;
        };
        let plain = shortcut.modifiers.is_none();
        let steps = matches!(action, Action::NextFinding | Action::PreviousFinding);
        // A widget in focus has the first right to letters and arrows.
        let edits = matches!(
            action,
            Action::Undo | Action::CloseFilm | Action::ResetThresholds
        );
        if ((plain || edits) && typing) || (steps && focused) {
            continue;
        }
        let (modifiers, key) = (shortcut.modifiers, shortcut.logical_key);
        // Keys can come faster than frames; each press counts.
        let n_presses = ctx.input_mut(|input| input.count_and_consume_key(modifiers, key));
        for command in action.command(state).into_iter().cycle().take(n_presses) {
            commands.send(command);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_has_two_meanings() {
        let shortcuts: Vec<_> = Action::ALL.iter().filter_map(|a| a.shortcut()).collect();
        for (idx, shortcut) in shortcuts.iter().enumerate() {
            assert!(!shortcuts[..idx].contains(shortcut), "{shortcut:?}");
        }
    }
}

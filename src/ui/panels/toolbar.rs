use egui::{MenuBar, Ui};

use crate::state::{
    AppState, Command, CommandSender, ThemeChoice, TrainingCommand, ViewerCommand, Workspace,
};
use crate::ui::shortcuts::{Action, action_button_ui};

/// The menus, and the buttons that a newcomer looks for.
pub fn toolbar_ui(ui: &mut Ui, state: &AppState, commands: &CommandSender) {
    MenuBar::new().ui(ui, |ui| {
        ui.menu_button("File", |ui| file_menu_ui(ui, state, commands));
        ui.menu_button("Edit", |ui| {
            for action in [
                Action::Undo,
                Action::Redo,
                Action::ResetDisplay,
                Action::RemoveMeasurement,
            ] {
                action_button_ui(ui, action, state, commands);
            }
        });
        ui.menu_button("View", |ui| view_menu_ui(ui, state, commands));
        ui.menu_button("Model", |ui| {
            for action in [Action::OpenModel, Action::OpenDefaultModel, Action::About] {
                action_button_ui(ui, action, state, commands);
            }
            ui.separator();
            action_button_ui(ui, Action::ResetThresholds, state, commands);
        });
        ui.menu_button("Train", |ui| training_menu_ui(ui, state, commands));
        ui.menu_button("Help", |ui| {
            for action in [Action::Palette, Action::Keys, Action::About] {
                action_button_ui(ui, action, state, commands);
            }
        });
        ui.separator();
        workspace_ui(ui, state, commands);
        if state.workspace == Workspace::Viewer {
            ui.separator();
            button_ui(ui, Action::OpenFilms, state, commands);
            button_ui(ui, Action::PreviousFilm, state, commands);
            button_ui(ui, Action::NextFilm, state, commands);
        }
        if state.is_picking() {
            ui.spinner();
            ui.label("File dialog is open");
        } else if state.list.is_searching() {
            ui.spinner();
            ui.label("Searching for films");
        }
    });
}

fn file_menu_ui(ui: &mut Ui, state: &AppState, commands: &CommandSender) {
    for action in [
        Action::OpenFilms,
        Action::OpenFolder,
        Action::OpenDrawnFilm,
        Action::OpenScores,
        Action::TypePath,
    ] {
        action_button_ui(ui, action, state, commands);
    }
    ui.menu_button("Recent films", |ui| {
        if state.shared.settings.recent_films.is_empty() {
            ui.weak("None yet");
        }
        for path in &state.shared.settings.recent_films {
            if ui.button(path.display().to_string()).clicked() {
                commands.send(Command::Open(vec![path.clone()]));
                ui.close();
            }
        }
    });
    ui.menu_button("Export", |ui| {
        for action in group("Exports") {
            action_button_ui(ui, action, state, commands);
        }
    });
    ui.menu_button("List", |ui| {
        for action in [
            Action::NextOfPatient,
            Action::PreviousOfPatient,
            Action::ScoreAll,
            Action::StopScoring,
            Action::StartReading,
            Action::EndReading,
        ] {
            action_button_ui(ui, action, state, commands);
        }
    });
    ui.separator();
    for action in [
        Action::Retry,
        Action::Cancel,
        Action::CloseFilm,
        Action::CloseAllFilms,
    ] {
        action_button_ui(ui, action, state, commands);
    }
}

/// The workspaces of the window.
fn workspace_ui(ui: &mut Ui, state: &AppState, commands: &CommandSender) {
    for (workspace, action) in [
        (Workspace::Viewer, Action::ShowViewer),
        (Workspace::Training, Action::ShowTraining),
        (Workspace::Evaluation, Action::ShowEvaluation),
    ] {
        let button = egui::Button::selectable(state.workspace == workspace, action.label());
        let key = action
            .shortcut(&state.shared.settings.keys)
            .map(|key| ui.ctx().format_shortcut(&key));
        let response = ui.add(button).on_hover_text(key.unwrap_or_default());
        if response.clicked() {
            commands.send(Command::ShowWorkspace(workspace));
        }
    }
}

fn training_menu_ui(ui: &mut Ui, state: &AppState, commands: &CommandSender) {
    for action in [
        Action::Check,
        Action::StartTraining,
        Action::PauseOrResume,
        Action::StopTraining,
    ] {
        action_button_ui(ui, action, state, commands);
    }
    ui.separator();
    for action in [Action::OpenRun, Action::CompareRun] {
        action_button_ui(ui, action, state, commands);
    }
    ui.menu_button("Recent runs", |ui| {
        let recent = &state.shared.settings.training.recent_runs;
        if recent.is_empty() {
            ui.weak("None yet");
        }
        for path in recent {
            if ui.button(path.display().to_string()).clicked() {
                commands.train(TrainingCommand::OpenRun(path.clone()));
                ui.close();
            }
        }
    });
    ui.separator();
    for action in [Action::LoadConfig, Action::SaveConfig] {
        action_button_ui(ui, action, state, commands);
    }
}

fn view_menu_ui(ui: &mut Ui, state: &AppState, commands: &CommandSender) {
    for action in [
        Action::ShowViewer,
        Action::ShowTraining,
        Action::ShowEvaluation,
    ] {
        action_button_ui(ui, action, state, commands);
    }
    ui.separator();
    ui.menu_button("Window and level", |ui| {
        for action in group("Window and level") {
            action_button_ui(ui, action, state, commands);
        }
    });
    ui.menu_button("Orientation", |ui| {
        for action in group("Orientation") {
            action_button_ui(ui, action, state, commands);
        }
    });
    ui.menu_button("Tools", |ui| {
        for action in group("Tools") {
            action_button_ui(ui, action, state, commands);
        }
    });
    ui.menu_button("Compare", |ui| {
        for action in [
            Action::CompareNext,
            Action::ComparePrevious,
            Action::CompareModel,
            Action::LinkFilms,
            Action::CloseCompare,
        ] {
            action_button_ui(ui, action, state, commands);
        }
    });
    for action in [
        Action::ToggleMap,
        Action::ToggleContours,
        Action::ToggleInput,
    ] {
        action_button_ui(ui, action, state, commands);
    }
    let mut restores = state.shared.settings.restore_session;
    if ui
        .checkbox(&mut restores, "Restore the last session at start")
        .changed()
    {
        commands.send(Command::SetRestoreSession(restores));
    }
    let mut shown = state.viewer.options.patient_name_shown;
    if ui.checkbox(&mut shown, "Patient name").changed() {
        commands.view(ViewerCommand::ShowPatientName(shown));
    }
    ui.separator();
    for action in [Action::Larger, Action::Smaller, Action::UsualSize] {
        action_button_ui(ui, action, state, commands);
    }
    ui.separator();
    for (choice, label) in [
        (ThemeChoice::System, "System colors"),
        (ThemeChoice::Dark, "Dark"),
        (ThemeChoice::Light, "Light"),
    ] {
        if ui
            .radio(state.shared.settings.theme == choice, label)
            .clicked()
        {
            commands.send(Command::SetTheme(choice));
        }
    }
}

fn group(name: &str) -> impl Iterator<Item = Action> {
    let all = Action::ALL.iter().copied();
    all.filter(move |action| action.group() == name)
}

fn button_ui(ui: &mut Ui, action: Action, state: &AppState, commands: &CommandSender) {
    let command = action.command(state);
    let response = ui.add_enabled(command.is_some(), egui::Button::new(action.label()));
    let response = match action.shortcut(&state.shared.settings.keys) {
        Some(shortcut) => response.on_hover_text(ui.ctx().format_shortcut(&shortcut)),
        None => response,
    };
    if response.clicked()
        && let Some(command) = command
    {
        commands.send(command);
    }
}

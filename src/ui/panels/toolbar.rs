use std::path::PathBuf;

use egui::containers::menu::MenuConfig;
use egui::{Button, MenuBar, Ui};

use super::ToolbarView;
use crate::state::{
    Command, CommandSender, ThemeChoice, TrainingCommand, ViewerCommand, Workspace,
};
use crate::ui::icons::Icon;
use crate::ui::shortcuts::{Action, ActionGroup};
use crate::ui::theme;
use crate::ui::widgets::{Busy, IconButton};

/// The menus, and the buttons that a newcomer looks for.
pub fn toolbar_ui(ui: &mut Ui, view: &ToolbarView<'_>, commands: &CommandSender) {
    let menus = MenuConfig::new().style(theme::menu_style);
    let bar = MenuBar::new().config(menus).style(theme::menu_style);
    bar.ui(ui, |ui| {
        ui.menu_button("File", |ui| file_menu_ui(ui, view, commands));
        ui.menu_button("Edit", |ui| {
            for action in [
                Action::Undo,
                Action::Redo,
                Action::ResetDisplay,
                Action::RemoveMeasurement,
            ] {
                view.actions.menu_ui(ui, action, commands);
            }
        });
        ui.menu_button("View", |ui| view_menu_ui(ui, view, commands));
        ui.menu_button("Model", |ui| {
            for action in [
                Action::OpenModel,
                Action::OpenDefaultModel,
                Action::PinModel,
                Action::About,
            ] {
                view.actions.menu_ui(ui, action, commands);
            }
            ui.separator();
            view.actions.menu_ui(ui, Action::ResetThresholds, commands);
        });
        ui.menu_button("Train", |ui| training_menu_ui(ui, view, commands));
        ui.menu_button("Help", |ui| {
            for action in [
                Action::Tour,
                Action::Palette,
                Action::Keys,
                Action::Messages,
                Action::About,
            ] {
                view.actions.menu_ui(ui, action, commands);
            }
        });
        ui.separator();
        workspace_ui(ui, view, commands);
        if view.workspace == Workspace::Viewer && !view.in_session {
            ui.separator();
            button_ui(ui, (Action::OpenFilms, Icon::Folder), view, commands);
            button_ui(ui, (Action::PreviousFilm, Icon::Previous), view, commands);
            button_ui(ui, (Action::NextFilm, Icon::Next), view, commands);
        }
        if let Some(waiting) = view.waiting {
            ui.add(Busy);
            ui.label(waiting);
        }
    });
}

fn file_menu_ui(ui: &mut Ui, view: &ToolbarView<'_>, commands: &CommandSender) {
    for action in [
        Action::OpenFilms,
        Action::OpenFolder,
        Action::OpenSampleFilm,
        Action::OpenScores,
        Action::TypePath,
    ] {
        view.actions.menu_ui(ui, action, commands);
    }
    view.actions.menu_ui(ui, Action::OpenLastSession, commands);
    recent_menu_ui(ui, "Recent folders", view, view.recent_folders, commands);
    recent_menu_ui(ui, "Recent films", view, view.recent_films, commands);
    ui.menu_button("Export", |ui| {
        for &action in ActionGroup::Exports.actions() {
            view.actions.menu_ui(ui, action, commands);
        }
    });
    ui.menu_button("List", |ui| {
        for action in [
            Action::NextOfPatient,
            Action::PreviousOfPatient,
            Action::ScoreAll,
            Action::StopScoring,
            Action::StartSession,
            Action::ResumeSession,
            Action::EndSession,
        ] {
            view.actions.menu_ui(ui, action, commands);
        }
    });
    ui.separator();
    for action in [
        Action::Metadata,
        Action::ShowInFolder,
        Action::CopyPath,
        Action::ReloadFilm,
        Action::Cancel,
        Action::CloseFilm,
        Action::CloseAllFilms,
    ] {
        view.actions.menu_ui(ui, action, commands);
    }
    ui.separator();
    view.actions.menu_ui(ui, Action::Quit, commands);
}

fn recent_menu_ui(
    ui: &mut Ui,
    title: &str,
    view: &ToolbarView<'_>,
    paths: &[PathBuf],
    commands: &CommandSender,
) {
    ui.menu_button(title, |ui| {
        if view.in_session {
            ui.weak("Hidden in a blinded session");
        } else if paths.is_empty() {
            ui.weak("None yet");
        }
        for path in paths {
            if ui.button(path.display().to_string()).clicked() {
                commands.send(Command::Open(vec![path.clone()]));
                ui.close();
            }
        }
    });
}

/// The workspaces of the window.
fn workspace_ui(ui: &mut Ui, view: &ToolbarView<'_>, commands: &CommandSender) {
    for (workspace, action) in [
        (Workspace::Viewer, Action::ShowViewer),
        (Workspace::Training, Action::ShowTraining),
        (Workspace::Evaluation, Action::ShowEvaluation),
    ] {
        let button = Button::selectable(view.workspace == workspace, action.label());
        let response = view.actions.add(ui, action, button, commands);
        view.actions.explain(response, action, None);
    }
}

fn training_menu_ui(ui: &mut Ui, view: &ToolbarView<'_>, commands: &CommandSender) {
    for action in [
        Action::Check,
        Action::StartTraining,
        Action::PauseOrResume,
        Action::StopTraining,
    ] {
        view.actions.menu_ui(ui, action, commands);
    }
    ui.separator();
    for action in [Action::OpenRun, Action::CompareRun] {
        view.actions.menu_ui(ui, action, commands);
    }
    ui.menu_button("Recent runs", |ui| {
        if view.recent_runs.is_empty() {
            ui.weak("None yet");
        }
        for path in view.recent_runs {
            if ui.button(path.display().to_string()).clicked() {
                commands.train(TrainingCommand::OpenRun(path.clone()));
                ui.close();
            }
        }
    });
    ui.separator();
    for action in [Action::LoadConfig, Action::SaveConfig] {
        view.actions.menu_ui(ui, action, commands);
    }
}

fn view_menu_ui(ui: &mut Ui, view: &ToolbarView<'_>, commands: &CommandSender) {
    for action in [
        Action::ShowViewer,
        Action::ShowTraining,
        Action::ShowEvaluation,
    ] {
        view.actions.menu_ui(ui, action, commands);
    }
    ui.separator();
    for group in [
        ActionGroup::WindowLevel,
        ActionGroup::Orientation,
        ActionGroup::Tools,
    ] {
        ui.menu_button(group.title(), |ui| {
            for &action in group.actions() {
                view.actions.menu_ui(ui, action, commands);
            }
        });
    }
    ui.menu_button("Compare", |ui| {
        for action in [
            Action::Prior,
            Action::CompareNext,
            Action::ComparePrevious,
            Action::CompareModel,
            Action::LinkFilms,
            Action::CloseCompare,
        ] {
            view.actions.menu_ui(ui, action, commands);
        }
    });
    for action in [
        Action::ToggleMap,
        Action::ToggleContours,
        Action::ToggleInput,
    ] {
        view.actions.menu_ui(ui, action, commands);
    }
    ui.separator();
    for action in [
        Action::ToggleList,
        Action::ToggleFindings,
        Action::FilmOnly,
        Action::FullScreen,
    ] {
        view.actions.menu_ui(ui, action, commands);
    }
    let mut restores = view.restore_session;
    if ui
        .checkbox(&mut restores, "Restore the last session at start")
        .changed()
    {
        commands.send(Command::SetRestoreSession(restores));
    }
    let mut kept = view.finding_kept;
    if ui
        .checkbox(&mut kept, "Keep the finding from film to film")
        .on_hover_text("Off: each film shows its top finding")
        .changed()
    {
        commands.view(ViewerCommand::KeepFinding(kept));
    }
    let mut shown = view.patient_name_shown;
    let allowed = view.actions.command(Action::TogglePatientName).is_some();
    let name = egui::Checkbox::new(&mut shown, "Patient name");
    if ui.add_enabled(allowed, name).changed() {
        commands.view(ViewerCommand::ShowPatientName(shown));
    }
    ui.separator();
    for action in [Action::Larger, Action::Smaller, Action::ResetTextSize] {
        view.actions.menu_ui(ui, action, commands);
    }
    ui.separator();
    for (choice, label) in [
        (ThemeChoice::System, Action::SystemColors.label()),
        (ThemeChoice::Dark, Action::Dark.label()),
        (ThemeChoice::Light, Action::Light.label()),
    ] {
        if ui.radio(view.theme == choice, label).clicked() {
            commands.send(Command::SetTheme(choice));
        }
    }
}

fn button_ui(
    ui: &mut Ui,
    (action, icon): (Action, Icon),
    view: &ToolbarView<'_>,
    commands: &CommandSender,
) {
    let button = IconButton::new(icon, action.label());
    let response = view.actions.add(ui, action, button, commands);
    view.actions.explain(response, action, None);
}

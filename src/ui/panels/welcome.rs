use std::path::{Path, PathBuf};

use egui::{Align2, Button, RichText, ScrollArea, Ui, UiBuilder, Vec2};

use crate::state::{Command, CommandSender, Settings};
use crate::ui::shortcuts::{Action, Actions};
use crate::ui::theme;

/// Width of the page.
const WIDTH_PT: f32 = 520.0;
/// Height of the page without paths, and of the line of a path.
const HEIGHT_PT: f32 = 270.0;
const LINE_PT: f32 = 22.0;
/// How many folders and films opened lately it names.
const N_RECENT: usize = 4;

/// What the first page shows.
pub struct WelcomeView<'a> {
    /// Its actions.
    pub actions: Actions<'a>,
    /// Folders and films opened lately.
    pub settings: &'a Settings,
}

/// The first page, shown before the first film: what to do in three lines, a film to try, and what was open lately.
pub fn welcome_ui(ui: &mut Ui, view: &WelcomeView<'_>, commands: &CommandSender) {
    let rect = ui.max_rect();
    let palette = theme::palette(ui.visuals());
    ui.painter().rect_filled(rect, 0.0, palette.film_background);
    let settings = view.settings;
    let n_recent =
        [&settings.recent_folders, &settings.recent_films].map(|paths| paths.len().min(N_RECENT));
    let height = HEIGHT_PT + LINE_PT * n_recent.iter().sum::<usize>() as f32;
    let size = Vec2::new(WIDTH_PT.min(rect.width() - 16.0), height.min(rect.height()));
    let content = Align2::CENTER_CENTER.align_size_within_rect(size, rect);
    ui.scope_builder(UiBuilder::new().max_rect(content), |ui| {
        // Black in both themes, so the words here are light in both.
        ui.visuals_mut().override_text_color = Some(palette.film_text);
        ScrollArea::vertical().show(ui, |ui| page_ui(ui, view, commands));
    });
}

fn page_ui(ui: &mut Ui, view: &WelcomeView<'_>, commands: &CommandSender) {
    let title = RichText::new("Drop a chest film here").size(theme::TITLE_TEXT_PT);
    ui.label(title);
    ui.label("PNG, JPEG, TIFF, BMP or DICOM; one, several, or a folder");
    ui.add_space(theme::GAP_PT);
    for (number, line) in [
        "Open films: the scores of all findings appear at their right.",
        "Click a finding: the map shows where its evidence is. Drag its threshold.",
        "Train a network on films of your own, and judge it: Training and Evaluation, above.",
    ]
    .into_iter()
    .enumerate()
    {
        ui.label(format!("{}.  {line}", number + 1));
    }
    ui.add_space(theme::GAP_PT);
    for row in [
        [
            Action::OpenFilms,
            Action::OpenFolder,
            Action::OpenSampleFilm,
        ]
        .as_slice(),
        &[Action::Tour, Action::ResumeSession],
    ] {
        actions_ui(ui, row, view, commands);
    }
    ui.add_space(theme::GAP_PT);
    recent_ui(ui, view, commands);
    for line in [
        "Scores are not diagnoses. Nothing above threshold does not mean normal",
        "Films stay on this machine: Thorax has no network code",
    ] {
        ui.label(RichText::new(line).small());
    }
}

/// Buttons side by side.
fn actions_ui(ui: &mut Ui, actions: &[Action], view: &WelcomeView<'_>, commands: &CommandSender) {
    ui.horizontal_wrapped(|ui| {
        ui.visuals_mut().override_text_color = None;
        for &action in actions {
            let key = view.actions.key_words(ui.ctx(), action);
            let button = Button::new(action.label()).min_size(Vec2::new(112.0, 30.0));
            let response = view.actions.add(ui, action, button, commands);
            if !key.is_empty() {
                response.on_hover_text(key);
            }
        }
    });
}

/// The last session and what was opened lately; nothing at the first start.
fn recent_ui(ui: &mut Ui, view: &WelcomeView<'_>, commands: &CommandSender) {
    let settings = view.settings;
    let folders = &settings.recent_folders;
    let films = &settings.recent_films;
    let action = Action::OpenLastSession;
    let session = view.actions.command(action);
    if session.is_none() && folders.is_empty() && films.is_empty() {
        return;
    }
    ui.strong("Lately");
    if let Some(command) = session {
        let n_paths = settings.session.opened.len();
        let n_paths = match n_paths {
            1 => "1 path".to_owned(),
            n => format!("{n} paths"),
        };
        if ui.link(format!("{} ({n_paths})", action.label())).clicked() {
            commands.send(command);
        }
    }
    paths_ui(ui, folders, commands);
    paths_ui(ui, films, commands);
    ui.add_space(theme::GAP_PT);
}

fn paths_ui(ui: &mut Ui, paths: &[PathBuf], commands: &CommandSender) {
    for path in paths.iter().take(N_RECENT) {
        let link = egui::Link::new(name_of(path));
        let response = ui.add(link).on_hover_text(path.display().to_string());
        if response.clicked() {
            commands.send(Command::Open(vec![path.clone()]));
        }
    }
}

/// The name of a file or folder with that of the folder around it.
fn name_of(path: &Path) -> String {
    let name = |path: &Path| {
        let name = path.file_name().unwrap_or(path.as_os_str());
        name.to_string_lossy().into_owned()
    };
    match path.parent().filter(|parent| parent.file_name().is_some()) {
        Some(parent) => format!("{}  ({})", name(path), name(parent)),
        None => name(path),
    }
}

use std::path::PathBuf;

use crate::domain::{Display, Labels};
use crate::film::OpenedFilm;
use crate::state::{
    AppState, Palette, Probe, ThemeChoice, Tool, ViewOptions, ViewerSettings, Workspace,
};
use crate::ui::shortcuts::Actions;

/// What the toolbar and its menus show.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each holds or not, whatever the others do"
)]
pub struct ToolbarView<'a> {
    /// Their actions.
    pub actions: Actions<'a>,
    /// The workspace in view.
    pub workspace: Workspace,
    /// What is being waited for, as text.
    pub waiting: Option<&'static str>,
    /// Films opened last, newest first; none in a blinded session, which hides their names.
    pub recent_films: &'a [PathBuf],
    /// Whether a blinded session is running.
    pub in_session: bool,
    /// Runs started or opened last, newest first.
    pub recent_runs: &'a [PathBuf],
    /// Whether the next start opens what is open now.
    pub restore_session: bool,
    /// Whether the patient's name is shown.
    pub patient_name_shown: bool,
    /// Whether the finding in view stays from film to film.
    pub finding_kept: bool,
    /// Colors of the window.
    pub theme: ThemeChoice,
}

impl<'a> ToolbarView<'a> {
    /// The toolbar of this state.
    pub fn of(state: &'a AppState) -> Self {
        let settings = &state.shared.settings;
        let waiting = if state.is_picking() {
            Some("File dialog is open")
        } else {
            let searching = state.list.is_searching();
            searching.then_some("Searching for films")
        };
        Self {
            actions: Actions::of(state),
            workspace: state.workspace,
            waiting,
            recent_films: recent_films(state),
            in_session: state.list.blinded.is_some(),
            finding_kept: settings.viewer.finding_kept,
            recent_runs: &settings.training.recent_runs,
            restore_session: settings.restore_session,
            patient_name_shown: state.viewer.options.patient_name_shown,
            theme: settings.theme,
        }
    }
}

/// What the tools above the film show.
pub struct ToolStripView<'a> {
    /// Their actions.
    pub actions: Actions<'a>,
    /// The tool in use.
    pub tool: Tool,
    /// How the film in view is shown.
    pub display: &'a Display,
    /// How films are shown, whichever film it is.
    pub settings: ViewerSettings,
    /// What is shown in place of the film.
    pub options: &'a ViewOptions,
    /// The film in view, once it is decoded.
    pub opened: Option<&'a OpenedFilm>,
    /// The brush, and what it covered.
    pub probe: &'a Probe,
}

impl<'a> ToolStripView<'a> {
    /// The tools of this state.
    pub fn of(state: &'a AppState) -> Self {
        Self {
            actions: Actions::of(state),
            tool: state.viewer.tool,
            display: state.viewer.display(),
            settings: state.shared.settings.viewer,
            options: &state.viewer.options,
            opened: state.shared.films.film.opened().map(AsRef::as_ref),
            probe: &state.viewer.probe,
        }
    }
}

/// What the command palette offers.
pub struct PaletteView<'a> {
    /// What is typed and chosen.
    pub palette: &'a Palette,
    /// The actions.
    pub actions: Actions<'a>,
    /// The findings of the model in use.
    pub labels: Option<&'a Labels>,
    /// Films opened last, newest first.
    pub recent_films: &'a [PathBuf],
}

impl<'a> PaletteView<'a> {
    /// The palette of this state, while it is shown.
    pub fn of(state: &'a AppState) -> Option<Self> {
        let classifier = state.shared.model.classifier();
        Some(Self {
            palette: state.windows.palette.as_ref()?,
            actions: Actions::of(state),
            labels: classifier.map(|classifier| &classifier.card().labels),
            recent_films: recent_films(state),
        })
    }
}

fn recent_films(state: &AppState) -> &[PathBuf] {
    match state.list.blinded {
        Some(_) => &[],
        None => &state.shared.settings.recent_films,
    }
}

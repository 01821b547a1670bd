use std::collections::VecDeque;
use std::path::PathBuf;

use super::dialog::FileDialog;
use super::{
    Command, Effect, EvaluationState, FilmMetadata, ListCommand, ListState, ModelRequest,
    NoticeKind, PathPrompt, PickKind, Picked, Services, Settings, Shared, SortKey, TourStep,
    TrainingState, ViewerCommand, ViewerState,
};
use crate::model::{Classifier, ModelSource, is_model_name};

/// The state of the program: what all workspaces use, and the workspaces.
///
/// It hands commands to the workspace that owns them and carries out the effects that come back.
pub struct AppState {
    /// What all workspaces use.
    pub shared: Shared,
    /// Looking at films.
    pub viewer: ViewerState,
    /// The film list.
    pub list: ListState,
    /// Training: its configuration, checks and runs.
    pub training: TrainingState,
    /// Evaluation: scores, thresholds, what follows from them.
    pub evaluation: EvaluationState,
    /// The current workspace.
    pub workspace: Workspace,
    /// The windows over the workspace.
    pub windows: OpenWindows,
    /// What the metadata window shows.
    pub metadata: FilmMetadata,
    pub(super) dialog: FileDialog,
}

/// The windows over the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each holds or not, whatever the others do"
)]
pub struct OpenWindows {
    /// Whether the model's provenance is shown.
    pub about_shown: bool,
    /// The step of the tour that is shown.
    pub tour: Option<TourStep>,
    /// Whether the map was hidden before the tour showed it.
    pub tour_unhid_map: bool,
    /// Whether the messages so far are shown.
    pub messages_shown: bool,
    /// Whether the list of keys is shown.
    pub keys_shown: bool,
    /// Whether the metadata of the film in view are.
    pub metadata_shown: bool,
    /// The command palette, where it is shown.
    pub palette: Option<Palette>,
    /// The action whose key is pressed next.
    pub key_asked_for: Option<&'static str>,
    /// Whether the window is to fill the screen, or to be a window again.
    pub full_screen_asked: bool,
    /// Whether the program is to end.
    pub quit_asked: bool,
}

/// The command palette.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Palette {
    /// What is typed.
    pub text: String,
    /// The place chosen among what is offered.
    pub place: usize,
}

/// The workspaces of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Workspace {
    /// Looking at films.
    #[default]
    Viewer,
    /// Setting up, watching and comparing trainings.
    Training,
    /// Judging scores.
    Evaluation,
}

impl AppState {
    /// Starts with no film and begins to load the pinned model, or else the built-in one.
    pub fn new(settings: Settings, services: Services) -> Self {
        let mut state = Self {
            viewer: ViewerState::new(&services.wake),
            list: ListState::new(&services),
            training: TrainingState::new(&settings.training, services.wake.clone()),
            evaluation: EvaluationState::new(services.wake.clone()),
            workspace: Workspace::default(),
            windows: OpenWindows::default(),
            metadata: FilmMetadata::default(),
            dialog: FileDialog::default(),
            shared: Shared::new(settings, services),
        };
        let source = match &state.shared.settings.pinned_model {
            Some(path) => ModelSource::File(path.clone()),
            None => ModelSource::Default,
        };
        state.shared.load_model(ModelRequest::Source(source));
        state
    }

    /// Whether a file dialog is open.
    pub fn is_picking(&self) -> bool {
        self.dialog.is_open()
    }

    /// Opens what was open when the program ended; a blinded session goes on, and nothing else is shown.
    pub fn restore_session(&mut self) {
        let session = self.shared.settings.session.clone();
        match session.blinded {
            Some(log) => self.list.resume_blinded(log, &self.shared),
            None => self.list.restore(session, &self.shared),
        }
    }

    /// Carries out a command.
    pub fn apply(&mut self, command: Command) {
        let effects = self.carry_out(command);
        self.settle(effects);
    }

    /// Takes in what the jobs have reported since the last call. Never waits.
    pub fn poll(&mut self) {
        if let Some((kind, picked)) = self.dialog.poll(&mut self.shared) {
            match picked {
                Picked::Files(paths) => self.take_picked(kind, paths),
                Picked::NoDialog => self.ask_path(kind),
                Picked::Nothing => {}
            }
        }
        let effects = self.list.poll(&mut self.shared);
        self.settle(effects);
        self.poll_model();
        let effects = self.viewer.poll(&mut self.shared);
        self.settle(effects);
        self.training.poll(&mut self.shared);
        if self.workspace == Workspace::Training {
            self.training.keep_current(&self.shared);
        }
        if self.workspace == Workspace::Evaluation {
            self.evaluation.keep_current(&self.shared);
        }
        self.metadata.poll();
        let effects = self.evaluation.poll(&mut self.shared);
        self.settle(effects);
    }

    /// Carries out effects, then brings up to date what follows from more than one workspace.
    pub(super) fn settle(&mut self, effects: Vec<Effect>) {
        let mut effects = VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            self.take_effect(effect);
        }
        self.list.arrange(&self.shared);
        self.viewer.measure_overlap(&self.shared);
        let shown = self.shows_metadata();
        let names_shown = self.viewer.options.patient_name_shown;
        self.metadata.follow(shown, names_shown, &self.shared);
    }

    fn take_effect(&mut self, effect: Effect) {
        match effect {
            Effect::Open(paths) => self.open(paths),
            Effect::LoadModel(request) => self.shared.load_model(request),
            Effect::ShowWorkspace(workspace) => self.workspace = workspace,
            Effect::AskPath(kind) => self.dialog.open(kind, &self.shared),
            Effect::ShowFilm(film_idx) => {
                self.list.report = None;
                self.open_sorted_finding(film_idx);
                self.viewer.show_film(film_idx, &mut self.shared);
            }
            Effect::ClearFilm => self.viewer.clear_film(),
            Effect::CloseCompare => self.viewer.close_compare(),
            Effect::SelectFinding { finding_idx, film } => self.viewer.select_on(finding_idx, film),
            Effect::MeasurementsChanged(film) => {
                self.list.keep_measurements(&film, &mut self.shared);
            }
            Effect::FilmScored => self.list.film_scored(),
            Effect::ThresholdsMoved => self.list.thresholds_moved(),
        }
    }

    /// A film that is looked for by its score of a finding shows that finding.
    fn open_sorted_finding(&mut self, film_idx: usize) {
        let SortKey::Score(finding_idx) = self.list.order.key else {
            return;
        };
        let entry = self.shared.films.entries().get(film_idx);
        if let Some(entry) = entry.filter(|_| !self.shared.settings.viewer.finding_kept) {
            self.viewer.select_on(finding_idx, entry.path.clone());
        }
    }

    fn carry_out(&mut self, command: Command) -> Vec<Effect> {
        if let Command::Viewer(ViewerCommand::ShowFilm(film_idx)) = command {
            self.open_sorted_finding(film_idx);
        }
        let shared = &mut self.shared;
        match command {
            Command::Viewer(command) => return self.viewer.apply(command, shared),
            Command::List(command) => return self.list.apply(command, shared),
            Command::Training(command) => return self.training.apply(command, shared),
            Command::Evaluation(command) => return self.evaluation.apply(command, shared),
            Command::Export(command) => {
                if self.can_export() {
                    return self.viewer.export(command, &self.shared);
                }
            }
            // Neither tells a reader of a blinded session which film it is.
            Command::ShowInFolder(film) => {
                if !self.list.is_blinded_to(Some(&film)) {
                    self.viewer.show_in_folder(film, shared);
                }
            }
            Command::CopyPath(film) => {
                if !self.list.is_blinded_to(Some(&film)) {
                    self.viewer.copy_path(&film, shared);
                }
            }
            Command::Cancel => {
                self.list.cancel_search();
                self.viewer.cancel(shared);
            }
            Command::ShowWorkspace(workspace) => self.workspace = workspace,
            Command::PickFilms => self.dialog.open(PickKind::Films, shared),
            Command::PickFolder => self.dialog.open(PickKind::Folder, shared),
            Command::PickModel => self.dialog.open(PickKind::Model, shared),
            Command::PickComparedModel => self.dialog.open(PickKind::ComparedModel, shared),
            Command::Open(paths) => self.open(paths),
            Command::OpenDefaultModel => {
                shared.load_model(ModelRequest::Source(ModelSource::Default));
            }
            Command::PinModel(path) => {
                shared.say(match &path {
                    Some(path) => format!("{} is loaded at every start", path.display()),
                    None => "the default model is loaded at every start".to_owned(),
                });
                shared.settings.pinned_model = path;
            }
            Command::ShowPathField(shown) => {
                shared.prompt = shown.then(|| PathPrompt::new(PickKind::Films));
            }
            Command::EditPath(text) => {
                if let Some(prompt) = &mut shared.prompt {
                    prompt.text = text;
                }
            }
            Command::UseTypedPath => self.use_typed_path(),
            Command::ShowAbout(shown) => self.windows.about_shown = shown,
            Command::Quit => self.windows.quit_asked = true,
            Command::SwitchFullScreen => self.windows.full_screen_asked = true,
            Command::OpenLastSession => self.restore_session(),
            Command::ShowTour(step) => return self.show_tour(step),
            Command::ShowMessages(shown) => self.windows.messages_shown = shown,
            Command::ShowKeys(shown) => self.windows.keys_shown = shown,
            Command::ShowMetadata(shown) => self.windows.metadata_shown = shown,
            Command::SearchMetadata(query) => self.metadata.search(query),
            Command::SetTheme(theme) => shared.settings.theme = theme,
            Command::SetRestoreSession(restore) => shared.settings.restore_session = restore,
            Command::SetScale(scale) => {
                // In tenths, so that steps up and down meet.
                shared.settings.scale = ((scale * 10.0).round() / 10.0).clamp(1.0, 2.0);
            }
            Command::ShowPalette(shown) => {
                self.windows.palette = shown.then(Palette::default);
            }
            Command::EditPalette(text) => {
                self.windows.palette = Some(Palette { text, place: 0 });
            }
            Command::ChooseInPalette(place) => {
                if let Some(palette) = &mut self.windows.palette {
                    palette.place = place;
                }
            }
            Command::AskKey(action) => self.windows.key_asked_for = action,
            Command::SetKey(action, key) => {
                shared.settings.keys.set(action, key);
                self.windows.key_asked_for = None;
            }
            Command::ResetKeys => shared.settings.keys.clear(),
            Command::Notify(text) => shared.notices.push(NoticeKind::Info, text),
            Command::DismissNotice(number) => shared.notices.dismiss(number),
        }
        Vec::new()
    }

    /// Shows a step of the tour with all that it explains; the first opens the sample film where no film is open.
    fn show_tour(&mut self, step: Option<TourStep>) -> Vec<Effect> {
        let begins = self.windows.tour.is_none();
        self.windows.tour = step;
        if step.is_none() && std::mem::take(&mut self.windows.tour_unhid_map) {
            self.shared.settings.map.visible = false;
        }
        if step.is_none() || !begins {
            return Vec::new();
        }
        self.workspace = Workspace::Viewer;
        let panels = &mut self.shared.settings.viewer;
        (panels.list_hidden, panels.findings_hidden) = (false, false);
        let map = &mut self.shared.settings.map;
        self.windows.tour_unhid_map = !map.visible;
        map.visible = true;
        if self.shared.films.current_path().is_some() {
            return Vec::new();
        }
        self.list
            .apply(ListCommand::OpenDrawnFilm, &mut self.shared)
    }

    /// Tells models from films by their names: a model that is none is then refused by content.
    pub(super) fn open(&mut self, paths: Vec<PathBuf>) {
        let (models, others): (Vec<_>, Vec<_>) =
            paths.into_iter().partition(|path| is_model_name(path));
        let is_table = |path: &PathBuf| {
            path.extension()
                .is_some_and(|e| e.eq_ignore_ascii_case("csv"))
        };
        let (tables, films): (Vec<_>, Vec<_>) = others.into_iter().partition(is_table);
        if let Some(table) = tables.into_iter().next_back() {
            self.workspace = Workspace::Evaluation;
            self.evaluation.open_predictions(table, &self.shared);
        }
        if let Some(model) = models.into_iter().next_back() {
            let source = ModelSource::File(model);
            self.shared.load_model(ModelRequest::Source(source));
        }
        if !films.is_empty() {
            self.workspace = Workspace::Viewer;
        }
        let folders = films.iter().filter(|path| path.is_dir());
        folders.for_each(|folder| self.shared.settings.remember_folder(folder));
        self.shared.settings.session.remember(&films);
        self.list.open(films, &self.shared);
    }

    fn poll_model(&mut self) {
        self.shared.model.loading.poll();
        match self.shared.model.loading.take() {
            Some(Ok(classifier)) => self.use_model(classifier),
            Some(Err(error)) => self.refuse_model(error),
            None => {}
        }
    }

    fn use_model(&mut self, classifier: Classifier) {
        let same_findings = self.shared.use_model(classifier);
        self.list.model_changed(same_findings, &mut self.shared);
        self.evaluation.model_changed(&self.shared.model);
        self.viewer.model_changed(same_findings, &mut self.shared);
        self.settle(Vec::new());
    }

    fn refuse_model(&mut self, error: String) {
        self.shared.say_error(error.clone());
        self.shared.model.error = Some(error);
        if self.shared.model.loaded.is_some() {
            return;
        }
        let default = ModelRequest::Source(ModelSource::Default);
        if self.shared.model.requested == default {
            self.viewer.model_failed(&mut self.shared);
        } else {
            // The one that comes with the program is still there.
            self.shared.load_model(default);
        }
    }
}

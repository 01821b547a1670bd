use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::jobs::{
    FilmRequest, Jobs, ModelRequest, spawn_list_job, spawn_model_job, spawn_pick_job,
};
use super::{
    Command, EvaluationDesk, FilmState, FilmStatus, NoticeKind, Notices, PickKind, Services,
    Settings, Study, Thresholds, TrainingDesk,
};
use crate::domain::ScreenFromImage;
use crate::model::{Classifier, ModelSource, is_model_name};

/// Largest texture side assumed until the screen says otherwise.
const DEFAULT_MAX_SIDE_PX: usize = 2048;

/// All that the program holds.
pub struct AppState {
    /// What outlives the program.
    pub settings: Settings,
    /// What the window is used for now.
    pub workspace: Workspace,
    /// Training: its configuration, checks and runs.
    pub training: TrainingDesk,
    /// Evaluation: scores, thresholds, what follows from them.
    pub evaluation: EvaluationDesk,
    /// The model in use.
    pub model: Model,
    /// The films.
    pub study: Study,
    /// The finding whose map is over the film.
    pub selected: Option<usize>,
    /// Where the film lies on the screen; `None` fits it.
    pub view: Option<ScreenFromImage>,
    /// The path field's text, where it is shown.
    pub typed_path: Option<String>,
    /// What happened.
    pub notices: Notices,
    /// Whether the model's provenance is shown.
    pub about_shown: bool,
    /// Whether the list of keys is shown.
    pub keys_shown: bool,
    /// Whether the patient's name is shown, where a file has one. Never remembered.
    pub patient_name_shown: bool,
    /// The largest texture side of the screen, in pixels.
    pub max_side_px: usize,
    pub(super) jobs: Jobs,
    /// The model that was asked for last.
    pub(super) loading: ModelRequest,
    pub(super) services: Services,
}

/// What the window is used for.
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

/// The model in use and what became of the last attempt to load one.
#[derive(Default)]
pub struct Model {
    /// The model in use, with its thresholds.
    pub loaded: Option<Loaded>,
    /// Why the last attempt failed.
    pub error: Option<String>,
}

/// A model and the thresholds that belong to its score scale.
pub struct Loaded {
    /// The network with its card.
    pub classifier: Arc<Classifier>,
    /// The cuts in use.
    pub thresholds: Thresholds,
    /// Where it comes from.
    pub origin: ModelOrigin,
}

/// Where a model comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelOrigin {
    /// It comes with the program.
    Default,
    /// A file.
    File(PathBuf),
    /// A training that waits, in words.
    Moment(String),
}

impl ModelOrigin {
    /// In the user's words.
    pub fn words(&self) -> String {
        match self {
            Self::Default => "comes with the program".to_owned(),
            Self::File(path) => path.display().to_string(),
            Self::Moment(name) => format!("in memory only: {name}"),
        }
    }
}

impl AppState {
    /// Starts with no film and begins to load the model that the settings name.
    pub fn new(settings: Settings, services: Services) -> Self {
        let mut state = Self {
            workspace: Workspace::default(),
            training: TrainingDesk::new(&settings.training, services.wake.clone()),
            evaluation: EvaluationDesk::new(services.wake.clone()),
            model: Model::default(),
            study: Study::default(),
            selected: None,
            view: None,
            typed_path: None,
            notices: Notices::default(),
            about_shown: false,
            keys_shown: false,
            patient_name_shown: false,
            max_side_px: DEFAULT_MAX_SIDE_PX,
            jobs: Jobs::new(services.wake.clone()),
            loading: ModelRequest::Source(ModelSource::Default),
            settings,
            services,
        };
        let source = match &state.settings.model {
            Some(path) => ModelSource::File(path.clone()),
            None => ModelSource::Default,
        };
        state.load_model(ModelRequest::Source(source));
        state
    }

    /// Whether a model is being loaded.
    pub fn is_loading_model(&self) -> bool {
        self.jobs.model.is_some()
    }

    /// The file of the model that was asked for last; `None` where it is of no file.
    pub fn asked_model_path(&self) -> Option<&Path> {
        match &self.loading {
            ModelRequest::Source(ModelSource::File(path)) => Some(path),
            _ => None,
        }
    }

    /// Whether a film is being opened, scored, or waits for a model.
    pub fn is_reading_film(&self) -> bool {
        matches!(self.study.film, FilmState::Opening | FilmState::Scoring(_))
    }

    /// Whether a file dialog is open.
    pub fn is_picking(&self) -> bool {
        self.jobs.pick.is_some()
    }

    /// Whether folders are being looked through.
    pub fn is_listing(&self) -> bool {
        self.jobs.list.is_some()
    }

    /// The name of the device that the network runs on.
    pub fn device_name(&self) -> String {
        self.services.device.name()
    }

    /// Carries out one order.
    pub fn apply(&mut self, command: Command) {
        match command {
            Command::ShowWorkspace(workspace) => self.workspace = workspace,
            Command::Training(command) => self.apply_training(command),
            Command::Evaluation(command) => self.apply_evaluation(command),
            Command::PickFilms => self.pick(PickKind::Films),
            Command::PickModel => self.pick(PickKind::Model),
            Command::Open(paths) => self.open(paths),
            Command::OpenDefaultModel => {
                self.load_model(ModelRequest::Source(ModelSource::Default));
            }
            Command::ShowPathField(shown) => self.typed_path = shown.then(String::new),
            Command::EditPath(text) => self.typed_path = Some(text),
            Command::OpenTypedPath => self.open_typed_path(),
            Command::ShowFilm(film_idx) => self.show_film(film_idx),
            Command::NextFilm => self.step_film(1),
            Command::PreviousFilm => self.step_film(-1),
            Command::CloseFilm => self.close_film(),
            Command::CloseAllFilms => {
                self.jobs.film.cancel();
                self.study.close_all();
            }
            Command::Retry => self.read_current(),
            Command::Cancel => self.cancel(),
            Command::SelectFinding(finding_idx) => self.selected = finding_idx,
            Command::StepFinding(step) => self.step_finding(step),
            Command::ShowMap(visible) => self.settings.map.visible = visible,
            Command::SetMapOpacity(opacity) => {
                self.settings.map.opacity = opacity.clamp(0.0, 1.0);
            }
            Command::SetColormap(colormap) => self.settings.map.colormap = colormap,
            Command::SetMapScale(scale) => self.settings.map.scale = scale,
            Command::SetCamMethod(method) => {
                self.settings.map.method = method;
                self.refresh_maps();
            }
            Command::SetView(screen_from_image) => self.view = Some(screen_from_image),
            Command::FitFilm => self.view = None,
            Command::ShowAbout(shown) => self.about_shown = shown,
            Command::ShowKeys(shown) => self.keys_shown = shown,
            Command::ShowPatientName(shown) => self.patient_name_shown = shown,
            Command::SetTheme(theme) => self.settings.theme = theme,
            Command::DismissNotice(number) => self.notices.dismiss(number),
            Command::SetThreshold(..)
            | Command::EndThresholdMove
            | Command::ResetThreshold(_)
            | Command::ResetAllThresholds
            | Command::Undo => self.apply_to_thresholds(&command),
        }
    }

    fn apply_to_thresholds(&mut self, command: &Command) {
        let Some(loaded) = &mut self.model.loaded else {
            return;
        };
        match *command {
            Command::SetThreshold(finding_idx, threshold) => {
                loaded.thresholds.set(finding_idx, threshold);
            }
            Command::EndThresholdMove => loaded.thresholds.end_move(),
            Command::ResetThreshold(finding_idx) => loaded.thresholds.reset(finding_idx),
            Command::ResetAllThresholds => loaded.thresholds.reset_all(),
            Command::Undo => loaded.thresholds.undo(),
            _ => {}
        }
    }

    pub(super) fn pick(&mut self, kind: PickKind) {
        if self.jobs.pick.is_none() {
            let job = spawn_pick_job(&self.services, kind);
            self.jobs.pick = self.started("the file dialog", job);
        }
    }

    fn open_typed_path(&mut self) {
        let path = self.typed_path.as_deref().map(str::trim);
        if let Some(path) = path.filter(|path| !path.is_empty()) {
            self.open(vec![PathBuf::from(path)]);
            self.typed_path = None;
        }
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
            self.open_predictions(table);
        }
        if let Some(model) = models.into_iter().next_back() {
            self.load_model(ModelRequest::Source(ModelSource::File(model)));
        }
        if !films.is_empty() {
            self.workspace = Workspace::Viewer;
        }
        self.list_films(films);
    }

    pub(super) fn list_films(&mut self, paths: Vec<PathBuf>) {
        if self.jobs.list.is_some() {
            self.jobs.waiting_paths.extend(paths);
        } else if !paths.is_empty() {
            let job = spawn_list_job(&self.services, paths);
            self.jobs.list = self.started("looking for films", job);
        }
    }

    pub(super) fn load_model(&mut self, request: ModelRequest) {
        if let Some(overtaken) = self.jobs.model.take() {
            overtaken.detach();
        }
        self.loading = request.clone();
        let job = spawn_model_job(&self.services, request);
        self.jobs.model = self.started("loading the model", job);
    }

    pub(super) fn show_film(&mut self, film_idx: usize) {
        if let Some(path) = self.study.show(film_idx) {
            self.view = None;
            self.settings.remember_film(&path);
            if self.study.film.reading().is_some() {
                self.jobs.film.cancel();
                self.refresh_maps();
            } else {
                self.read_current();
            }
        }
    }

    fn step_film(&mut self, step: isize) {
        if let Some(film_idx) = self.study.neighbour(step) {
            self.show_film(film_idx);
        }
    }

    fn close_film(&mut self) {
        self.jobs.film.cancel();
        if let Some(film_idx) = self.study.close_current() {
            self.show_film(film_idx);
        }
    }

    pub(super) fn read_current(&mut self) {
        let Some(path) = self.study.current_path().map(ToOwned::to_owned) else {
            return;
        };
        let opened = self.study.film.opened().cloned();
        self.study.film = match &opened {
            Some(opened) => FilmState::Scoring(Arc::clone(opened)),
            None => FilmState::Opening,
        };
        let request = FilmRequest {
            path,
            opened,
            classifier: self
                .model
                .loaded
                .as_ref()
                .map(|loaded| Arc::clone(&loaded.classifier)),
            method: self.settings.map.method,
            max_side_px: self.max_side_px,
        };
        if let Err(error) = self.jobs.film.request(request) {
            self.fail_film(format!("cannot start a thread: {error}"));
        }
    }

    /// Makes the maps anew if they are by another method than the one asked for.
    pub(super) fn refresh_maps(&mut self) {
        let method = self.settings.map.method;
        if let (Some(reading), Some(loaded)) = (self.study.film.reading(), &self.model.loaded)
            && reading.method != method
        {
            // A few million multiplications: shorter than a frame, so no job.
            let reading = Arc::new(reading.with_method(&loaded.classifier, method));
            self.study.keep(&reading);
            self.study.film = FilmState::Read(reading);
        }
    }

    pub(super) fn fail_film(&mut self, error: String) {
        if let Some(path) = self.study.current_path().map(ToOwned::to_owned) {
            self.study
                .set_status(&path, &FilmStatus::Failed(error.clone()));
        }
        self.notices.push(NoticeKind::Error, error.clone());
        let film = self.study.film.opened().cloned();
        self.study.film = FilmState::Failed { error, film };
    }

    fn cancel(&mut self) {
        self.jobs.waiting_paths.clear();
        if let Some(job) = &self.jobs.list {
            job.cancel();
        }
        if self.is_reading_film() {
            self.jobs.film.cancel();
            let film = self.study.film.opened().cloned();
            self.study.film = FilmState::Cancelled(film);
        }
    }

    fn step_finding(&mut self, step: isize) {
        let n_labels = self
            .model
            .loaded
            .as_ref()
            .map_or(0, |loaded| loaded.classifier.card().labels.len());
        let next = match self.selected {
            Some(finding_idx) => finding_idx.checked_add_signed(step),
            None => Some(0),
        };
        if let Some(finding_idx) = next.filter(|&idx| idx < n_labels) {
            self.selected = Some(finding_idx);
        }
    }

    /// The job, or a notice that it could not be started.
    fn started<J>(&mut self, what: &str, job: io::Result<J>) -> Option<J> {
        job.inspect_err(|error| {
            let text = format!("cannot start {what}: {error}");
            self.notices.push(NoticeKind::Error, text);
        })
        .ok()
    }
}

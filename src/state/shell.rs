use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use super::exports::ExportJob;
use super::jobs::{Jobs, ModelRequest, spawn_pick_job};
use super::undo::Undoable;
use super::{
    BoxOverlap, Clip, Command, Compare, Displays, Effect, EvaluationState, FilmState, Jitter,
    ListState, NoticeKind, PathPrompt, PickKind, Probe, Services, Settings, Shared, Tool,
    TrainingState, ViewerArea,
};
use crate::export::ExportKind;
use crate::model::{ModelSource, is_model_name};

/// All that the program holds.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is open or not, whatever the others are"
)]
pub struct AppState {
    /// What all workspaces use.
    pub shared: Shared,
    /// The current workspace.
    pub workspace: Workspace,
    /// Training: its configuration, checks and runs.
    pub training: TrainingState,
    /// Evaluation: scores, thresholds, what follows from them.
    pub evaluation: EvaluationState,
    /// The finding whose map is over the film.
    pub selected: Option<usize>,
    /// The state of the film list.
    pub list: ListState,
    /// How films are shown.
    pub displays: Displays,
    /// The tool: the effect of a drag with the left button.
    pub tool: Tool,
    /// Whether the network's input is shown in place of the film.
    pub input_shown: bool,
    /// The covered area of the film in view, and the resulting scores.
    pub probe: Probe,
    /// Whether the maps of all findings are shown in place of one film.
    pub all_maps_shown: bool,
    /// How the map in view meets radiologists' boxes.
    pub overlap: BoxOverlap,
    /// How far scores move when the film is changed a little.
    pub jitter: Jitter,
    /// The comparison beside the film in view.
    pub compare: Option<Compare>,
    /// Where the viewer was drawn last.
    pub viewer_area: Option<ViewerArea>,
    /// Whether the model's provenance is shown.
    pub about_shown: bool,
    /// A film that was refused as input and whose scores are to be shown nevertheless.
    pub shown_anyway: Option<PathBuf>,
    /// Whether the list of keys is shown.
    pub keys_shown: bool,
    /// The command palette, where it is shown.
    pub palette: Option<Palette>,
    /// The action whose key is pressed next.
    pub key_asked_for: Option<&'static str>,
    /// Whether the patient's name is shown, where a file has one. Never remembered.
    pub patient_name_shown: bool,
    /// The content that the window puts on the clipboard.
    pub clip: Option<Clip>,
    pub(super) exporting: Option<ExportJob>,
    /// The export that waits for a folder.
    pub(super) asked_exports: Vec<ExportKind>,
    pub(super) undo_order: Vec<Undoable>,
    pub(super) redo_order: Vec<Undoable>,
    pub(super) jobs: Jobs,
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
    /// Starts with no film and begins to load the model that the settings name.
    pub fn new(settings: Settings, services: Services) -> Self {
        let mut state = Self {
            workspace: Workspace::default(),
            training: TrainingState::new(&settings.training, services.wake.clone()),
            evaluation: EvaluationState::new(services.wake.clone()),
            selected: None,
            list: ListState::new(&services),
            displays: Displays::default(),
            tool: Tool::default(),
            input_shown: false,
            probe: Probe::new(services.wake.clone()),
            all_maps_shown: false,
            overlap: BoxOverlap::default(),
            jitter: Jitter::new(services.wake.clone()),
            compare: None,
            viewer_area: None,
            clip: None,
            exporting: None,
            asked_exports: Vec::new(),
            undo_order: Vec::new(),
            redo_order: Vec::new(),
            about_shown: false,
            shown_anyway: None,
            keys_shown: false,
            palette: None,
            key_asked_for: None,
            patient_name_shown: false,
            jobs: Jobs::new(services.wake.clone()),
            shared: Shared::new(settings, services),
        };
        let source = match &state.shared.settings.model {
            Some(path) => ModelSource::File(path.clone()),
            None => ModelSource::Default,
        };
        state.shared.load_model(ModelRequest::Source(source));
        state
    }

    /// Whether a film is being opened, scored, or waits for a model.
    pub fn is_reading_film(&self) -> bool {
        matches!(
            self.shared.films.film,
            FilmState::Opening | FilmState::Scoring(_)
        )
    }

    /// Whether a file dialog is open.
    pub fn is_picking(&self) -> bool {
        self.jobs.pick.is_some()
    }

    /// Carries out a command.
    pub fn apply(&mut self, command: Command) {
        let was_undo = matches!(command, Command::Undo | Command::Redo);
        let before = (self.n_threshold_steps(), self.displays.n_steps());
        let effects = self.carry_out(command);
        self.settle(effects);
        if was_undo || self.n_threshold_steps() != before.0 {
            self.list.thresholds_moved();
            self.list.arrange(&self.shared);
        }
        if self.n_threshold_steps() > before.0 {
            self.undo_order.push(Undoable::Threshold);
            self.redo_order.clear();
        }
        if self.displays.n_steps() > before.1 {
            self.undo_order.push(Undoable::Display);
            self.redo_order.clear();
        }
    }

    /// Carries out effects and those that follow from them, then brings up to date what is
    /// derived from several workspaces.
    pub(super) fn settle(&mut self, effects: Vec<Effect>) {
        let mut effects = VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            self.take_effect(effect);
        }
        self.list.arrange(&self.shared);
        self.measure_overlap();
    }

    fn take_effect(&mut self, effect: Effect) {
        match effect {
            Effect::Open(paths) => self.open(paths),
            Effect::LoadModel(request) => self.shared.load_model(request),
            Effect::ShowWorkspace(workspace) => self.workspace = workspace,
            Effect::AskPath(kind) => self.pick(kind),
            Effect::ShowFilm(film_idx) => self.show_film(film_idx),
            Effect::ClearFilm => {
                self.jobs.film.cancel();
                self.turn_display_to(None);
            }
            Effect::CloseCompare => self.close_compare(),
            Effect::SelectFinding(finding_idx) => self.selected = Some(finding_idx),
            Effect::FilmScored => self.list.film_scored(),
            Effect::ThresholdsMoved => self.list.thresholds_moved(),
        }
    }

    fn carry_out(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::ShowWorkspace(workspace) => self.workspace = workspace,
            Command::Training(command) => return self.training.apply(command, &mut self.shared),
            Command::Evaluation(command) => {
                return self.evaluation.apply(command, &mut self.shared);
            }
            Command::PickFilms => self.pick(PickKind::Films),
            Command::PickFolder => self.pick(PickKind::Folder),
            Command::PickComparedModel => self.pick(PickKind::ComparedModel),
            Command::PickModel => self.pick(PickKind::Model),
            Command::Open(paths) => self.open(paths),
            Command::OpenDefaultModel => {
                self.shared
                    .load_model(ModelRequest::Source(ModelSource::Default));
            }
            Command::ShowPathField(shown) => {
                self.shared.prompt = shown.then(|| PathPrompt::new(PickKind::Films));
            }
            Command::EditPath(text) => {
                if let Some(prompt) = &mut self.shared.prompt {
                    prompt.text = text;
                }
            }
            Command::UseTypedPath => self.use_typed_path(),
            Command::ShowFilm(film_idx) => self.show_film(film_idx),
            Command::Retry => self.read_current(),
            Command::Cancel => self.cancel(),
            Command::SelectFinding(finding_idx) => self.selected = finding_idx,
            Command::StepFinding(step) => self.step_finding(step),
            Command::ShowMap(visible) => self.shared.settings.map.visible = visible,
            Command::SetMapOpacity(opacity) => {
                self.shared.settings.map.opacity = opacity.clamp(0.0, 1.0);
            }
            Command::SetColormap(colormap) => self.shared.settings.map.colormap = colormap,
            Command::SetMapScale(scale) => self.shared.settings.map.scale = scale,
            Command::SetMapCutOff(cut_off) => {
                self.shared.settings.map.cut_off = cut_off.clamp(0.0, 0.99);
            }
            Command::SetMapContours(contours) => self.shared.settings.map.contours = contours,
            Command::SetCamMethod(method) => {
                self.shared.settings.map.method = method;
                self.refresh_maps();
                self.read_beside();
            }
            Command::List(command) => return self.list.apply(command, &mut self.shared),
            Command::ShowAnyway => {
                self.shown_anyway = self.shared.films.current_path().map(Path::to_owned);
            }
            Command::MeasureJitter => self.measure_jitter(),
            Command::Compare(command) => self.apply_to_compare(command),
            Command::Export(command) => self.apply_export(command),
            Command::Display(command) => self.apply_to_display(command),
            Command::ShowAbout(shown) => self.about_shown = shown,
            Command::ShowKeys(shown) => self.keys_shown = shown,
            Command::ShowPatientName(shown) => self.patient_name_shown = shown,
            Command::SetTheme(theme) => self.shared.settings.theme = theme,
            Command::SetRestoreSession(restore) => self.shared.settings.restore_session = restore,
            Command::SetScale(scale) => {
                // In tenths, so that steps up and down meet.
                self.shared.settings.scale = ((scale * 10.0).round() / 10.0).clamp(1.0, 2.0);
            }
            Command::ShowPalette(shown) => self.palette = shown.then(Palette::default),
            Command::EditPalette(text) => self.palette = Some(Palette { text, place: 0 }),
            Command::ChooseInPalette(place) => {
                if let Some(palette) = &mut self.palette {
                    palette.place = place;
                }
            }
            Command::AskKey(action) => self.key_asked_for = action,
            Command::SetKey(action, key) => {
                self.shared.settings.keys.set(action, key);
                self.key_asked_for = None;
            }
            Command::ResetKeys => self.shared.settings.keys.clear(),
            Command::Notify(text) => self.shared.notices.push(NoticeKind::Info, text),
            Command::DismissNotice(number) => self.shared.notices.dismiss(number),
            Command::SetThreshold(..)
            | Command::EndThresholdMove
            | Command::ResetThreshold(_)
            | Command::ResetAllThresholds => self.apply_to_thresholds(&command),
            Command::Undo => self.undo(),
            Command::Redo => self.redo(),
        }
        Vec::new()
    }

    fn apply_to_thresholds(&mut self, command: &Command) {
        let Some(loaded) = &mut self.shared.model.loaded else {
            return;
        };
        match *command {
            Command::SetThreshold(finding_idx, threshold) => {
                loaded.thresholds.set(finding_idx, threshold);
            }
            Command::EndThresholdMove => loaded.thresholds.end_move(),
            Command::ResetThreshold(finding_idx) => loaded.thresholds.reset(finding_idx),
            Command::ResetAllThresholds => loaded.thresholds.reset_all(),
            _ => {}
        }
    }

    pub(super) fn pick(&mut self, kind: PickKind) {
        if self.jobs.pick.is_none() {
            let job = spawn_pick_job(&self.shared.services, kind);
            self.jobs.pick = self.shared.started("the file dialog", job);
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
            self.evaluation.open_predictions(table, &self.shared);
        }
        if let Some(model) = models.into_iter().next_back() {
            self.shared
                .load_model(ModelRequest::Source(ModelSource::File(model)));
        }
        if !films.is_empty() {
            self.workspace = Workspace::Viewer;
        }
        self.shared.settings.session.remember(&films);
        self.list.open(films, &mut self.shared);
    }

    /// Opens what was open when the program ended.
    pub fn restore_session(&mut self) {
        let session = self.shared.settings.session.clone();
        self.list.restore(session, &mut self.shared);
    }

    fn step_finding(&mut self, step: isize) {
        let n_labels = self
            .shared
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
}

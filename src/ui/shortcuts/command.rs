//! The command of each action, and whether it is possible now.

use super::Action;
use crate::explain::HeatmapScale;
use crate::export::ExportKind;
use crate::state::{
    AppState, Command, CompareCommand, DisplayCommand, EvaluationCommand, EvaluationPick,
    ExportCommand, FilmState, ListCommand, Mark, ModelOrigin, RunPhase, ShownRun, ThemeChoice,
    Tool, TrainingCommand, TrainingPick, Workspace,
};

/// Part of the viewer's side that a key moves the film or the window by.
const KEY_STEP: f32 = 0.05;
/// How much a key enlarges.
const KEY_ZOOM: f32 = 1.25;
/// How much a key enlarges words and buttons.
const SCALE_STEP: f32 = 0.1;

impl Action {
    /// The command that carries it out; `None` where that is not possible now.
    pub fn command(self, state: &AppState) -> Option<Command> {
        if self.is_of_viewer() && state.workspace != Workspace::Viewer {
            return None;
        }
        let (command, possible) = self.asked(state)?;
        possible.then_some(command)
    }

    /// The command and whether it is possible now. One arm for every action, so that none is
    /// forgotten: the compiler says so.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm for every action, so that the compiler finds a forgotten one"
    )]
    fn asked(self, state: &AppState) -> Option<(Command, bool)> {
        let free = !state.is_picking();
        let loaded = state.shared.model.loaded.as_ref();
        let film = state.shared.films.current().is_some();
        let scale = state.shared.settings.scale;
        let map = &state.shared.settings.map;
        let always = |command| Some((command, true));
        let theme = |theme| always(Command::SetTheme(theme));
        let workspace = |workspace| always(Command::ShowWorkspace(workspace));
        match self {
            Self::OpenFilms => Some((Command::PickFilms, free)),
            Self::OpenFolder => Some((Command::PickFolder, free)),
            Self::OpenDrawnFilm => always(Command::List(ListCommand::OpenDrawnFilm)),
            Self::TypePath => always(Command::ShowPathField(state.shared.prompt.is_none())),
            Self::NextFilm => Some(step_film(1, state)),
            Self::PreviousFilm => Some(step_film(-1, state)),
            Self::CloseFilm => Some((Command::List(ListCommand::CloseFilm), film)),
            Self::CloseAllFilms => Some((Command::List(ListCommand::CloseAllFilms), film)),
            Self::Retry => {
                let stopped = matches!(
                    state.shared.films.film,
                    FilmState::Failed { .. } | FilmState::Cancelled(_)
                );
                Some((Command::Retry, stopped))
            }
            Self::Cancel => Some(cancel(state)),
            Self::NextOfPatient
            | Self::PreviousOfPatient
            | Self::ScoreAll
            | Self::StopScoring
            | Self::Flag
            | Self::Reviewed
            | Self::Exclude
            | Self::StartReading
            | Self::CommitReading
            | Self::NextRead
            | Self::PreviousRead
            | Self::EndReading => {
                let (command, possible) = self.list_command(state)?;
                Some((Command::List(command), possible))
            }
            Self::CompareNext
            | Self::ComparePrevious
            | Self::CompareModel
            | Self::LinkFilms
            | Self::CloseCompare => self.compare_command(state),
            Self::Preset1
            | Self::Preset2
            | Self::Preset3
            | Self::Preset4
            | Self::Preset5
            | Self::WiderWindow
            | Self::NarrowerWindow
            | Self::Brighter
            | Self::Darker
            | Self::Invert
            | Self::ToggleHistogram
            | Self::SwapWindowAxes
            | Self::FitFilm
            | Self::ActualSize
            | Self::ZoomIn
            | Self::ZoomOut
            | Self::PanLeft
            | Self::PanRight
            | Self::PanUp
            | Self::PanDown
            | Self::TurnRight
            | Self::TurnLeft
            | Self::FlipHorizontally
            | Self::FlipVertically
            | Self::ResetDisplay
            | Self::WindowTool
            | Self::PanTool
            | Self::ZoomTool
            | Self::MagnifierTool
            | Self::LengthTool
            | Self::AngleTool
            | Self::CoverTool
            | Self::RemoveMeasurement
            | Self::AllMaps
            | Self::Uncover
            | Self::ToggleInput => {
                let opened = state.shared.films.film.opened().is_some();
                Some((Command::Display(self.display_command(state)?), opened))
            }
            Self::Undo if state.workspace == Workspace::Evaluation => {
                let undo = Command::Evaluation(EvaluationCommand::Undo);
                Some((undo, state.evaluation.chosen.can_undo()))
            }
            Self::Undo => Some((Command::Undo, state.can_undo())),
            Self::Redo => Some((Command::Redo, state.can_redo())),
            Self::NextFinding => Some((Command::StepFinding(1), loaded.is_some())),
            Self::PreviousFinding => Some((Command::StepFinding(-1), loaded.is_some())),
            Self::ResetThresholds => Some((Command::ResetAllThresholds, loaded.is_some())),
            Self::Jitter => {
                let quiet = !state.jitter.is_busy() && !state.hides_answer();
                let scored = state.shared.films.film.reading().is_some();
                Some((Command::MeasureJitter, scored && quiet))
            }
            Self::ToggleMap => always(Command::ShowMap(!map.visible)),
            Self::ToggleContours => always(Command::SetMapContours(!map.contours)),
            Self::ToggleMapScale => always(Command::SetMapScale(match map.scale {
                HeatmapScale::Absolute => HeatmapScale::PerMap,
                HeatmapScale::PerMap => HeatmapScale::Absolute,
            })),
            Self::ExportAll
            | Self::ExportPicture
            | Self::ExportTable
            | Self::ExportCapture
            | Self::ExportReport
            | Self::CopyPicture
            | Self::CopyScores => {
                Some((Command::Export(self.export_command()?), state.can_export()))
            }
            Self::OpenModel => Some((Command::PickModel, free)),
            Self::OpenDefaultModel => {
                let other = loaded.is_none_or(|loaded| loaded.origin != ModelOrigin::Default);
                Some((Command::OpenDefaultModel, other))
            }
            Self::About => Some((Command::ShowAbout(!state.about_shown), loaded.is_some())),
            Self::ShowViewer => workspace(Workspace::Viewer),
            Self::ShowTraining => workspace(Workspace::Training),
            Self::ShowEvaluation => workspace(Workspace::Evaluation),
            Self::OpenScores => {
                let pick = EvaluationCommand::Pick(EvaluationPick::Predictions);
                let idle = free && state.evaluation.opening.working().is_none();
                Some((Command::Evaluation(pick), idle))
            }
            Self::BackToEvaluation => {
                let back = Command::Evaluation(EvaluationCommand::Back);
                Some((back, state.evaluation.film_opened))
            }
            Self::LoadConfig
            | Self::SaveConfig
            | Self::Check
            | Self::StartTraining
            | Self::PauseOrResume
            | Self::StopTraining
            | Self::OpenRun
            | Self::CompareRun => always(Command::Training(self.training_command(state)?)),
            Self::Palette => always(Command::ShowPalette(state.palette.is_none())),
            Self::Keys => always(Command::ShowKeys(!state.keys_shown)),
            Self::Larger => always(Command::SetScale(scale + SCALE_STEP)),
            Self::Smaller => always(Command::SetScale(scale - SCALE_STEP)),
            Self::UsualSize => always(Command::SetScale(1.0)),
            Self::ColoursOfSystem => theme(ThemeChoice::System),
            Self::Dark => theme(ThemeChoice::Dark),
            Self::Light => theme(ThemeChoice::Light),
            Self::TogglePatientName => always(Command::ShowPatientName(!state.patient_name_shown)),
        }
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

    /// The command, if it is about exports.
    fn export_command(self) -> Option<ExportCommand> {
        Some(match self {
            Self::ExportAll => ExportCommand::Export(ExportKind::ALL.to_vec()),
            Self::ExportPicture => ExportCommand::Export(vec![ExportKind::Png]),
            Self::ExportTable => ExportCommand::Export(vec![ExportKind::Csv]),
            Self::ExportCapture => ExportCommand::Export(vec![ExportKind::SecondaryCapture]),
            Self::ExportReport => ExportCommand::Export(vec![ExportKind::StructuredReport]),
            Self::CopyPicture => ExportCommand::CopyPicture,
            Self::CopyScores => ExportCommand::CopyScores,
            _ => return None,
        })
    }

    /// The command, if it is about the film beside, and whether it is possible now.
    fn compare_command(self, state: &AppState) -> Option<(Command, bool)> {
        let compare = state.compare.as_ref();
        let beside = |step| {
            let place = state.list.neighbor(step, &state.shared.films);
            let command = CompareCommand::ShowFilm(place.unwrap_or_default());
            (Command::Compare(command), place.is_some())
        };
        Some(match self {
            Self::CompareNext => beside(1),
            Self::ComparePrevious => beside(-1),
            Self::CompareModel => {
                let film = state.shared.films.current().is_some();
                (Command::PickComparedModel, film && !state.is_picking())
            }
            Self::LinkFilms => {
                let linked = compare.is_some_and(|compare| compare.linked);
                let command = CompareCommand::Link(!linked);
                (Command::Compare(command), compare.is_some())
            }
            Self::CloseCompare => (Command::Compare(CompareCommand::Close), compare.is_some()),
            _ => return None,
        })
    }

    /// The command, if it is a list command, and whether it is possible now.
    fn list_command(self, state: &AppState) -> Option<(ListCommand, bool)> {
        let desk = &state.list;
        let film = state.shared.films.current_entry();
        let patient = film.is_some_and(|entry| entry.patient_id.is_some());
        let many = state.shared.films.entries().len() > 1;
        let loaded = state.shared.model.loaded.is_some();
        let blinded = desk.blinded.as_ref();
        Some(match self {
            Self::NextOfPatient => (ListCommand::StepPatient(1), patient && many),
            Self::PreviousOfPatient => (ListCommand::StepPatient(-1), patient && many),
            Self::ScoreAll => {
                let free = desk.scoring_progress().is_none();
                (ListCommand::ScoreAll, loaded && free && film.is_some())
            }
            Self::StopScoring => {
                let runs = desk.scoring_progress().is_some();
                (ListCommand::StopScoring, runs)
            }
            Self::Flag => (ListCommand::Mark(Mark::Flagged), film.is_some()),
            Self::Reviewed => (ListCommand::Mark(Mark::Reviewed), film.is_some()),
            Self::Exclude => (ListCommand::Mark(Mark::Excluded), film.is_some()),
            Self::StartReading => {
                let free = blinded.is_none() && !state.is_picking();
                (ListCommand::StartBlinded, loaded && free && film.is_some())
            }
            Self::CommitReading => {
                let read = state.shared.films.film.reading().is_some();
                let open = blinded.is_some_and(|reading| !reading.is_committed());
                let open = open && !desk.is_committing();
                let window = state.window_in_words();
                let asked = desk.shows_asked_film(&state.shared.films);
                (ListCommand::Commit { window }, read && open && asked)
            }
            Self::NextRead | Self::PreviousRead => {
                let step = if self == Self::NextRead { 1 } else { -1 };
                let possible = blinded.is_some_and(|reading| {
                    let (number, n_films) = reading.progress();
                    let next = number.checked_add_signed(step);
                    next.is_some_and(|next| (1..=n_films).contains(&next))
                });
                (ListCommand::StepBlinded(step), possible)
            }
            Self::EndReading => (ListCommand::EndBlinded, blinded.is_some()),
            _ => return None,
        })
    }

    /// The command, if it changes how the film is shown.
    fn display_command(self, state: &AppState) -> Option<DisplayCommand> {
        let step = f64::from(KEY_STEP);
        let window = |wider, brighter| DisplayCommand::DragWindow { wider, brighter };
        let pan = |x, y| DisplayCommand::Pan { x, y };
        let viewer = &state.shared.settings.viewer;
        Some(match self {
            Self::Preset1 => DisplayCommand::UsePreset(0),
            Self::Preset2 => DisplayCommand::UsePreset(1),
            Self::Preset3 => DisplayCommand::UsePreset(2),
            Self::Preset4 => DisplayCommand::UsePreset(3),
            Self::Preset5 => DisplayCommand::UsePreset(4),
            Self::WiderWindow => window(step, 0.0),
            Self::NarrowerWindow => window(-step, 0.0),
            Self::Brighter => window(0.0, step),
            Self::Darker => window(0.0, -step),
            Self::Invert => DisplayCommand::Invert,
            Self::ToggleHistogram => DisplayCommand::ShowHistogram(!viewer.histogram_shown),
            Self::SwapWindowAxes => DisplayCommand::SwapWindowAxes(!viewer.window_axes_swapped),
            Self::FitFilm => DisplayCommand::Fit,
            Self::ActualSize => DisplayCommand::ActualSize,
            Self::ZoomIn => DisplayCommand::Zoom(KEY_ZOOM),
            Self::ZoomOut => DisplayCommand::Zoom(1.0 / KEY_ZOOM),
            Self::PanLeft => pan(-KEY_STEP, 0.0),
            Self::PanRight => pan(KEY_STEP, 0.0),
            Self::PanUp => pan(0.0, -KEY_STEP),
            Self::PanDown => pan(0.0, KEY_STEP),
            Self::TurnRight => DisplayCommand::Turn(1),
            Self::TurnLeft => DisplayCommand::Turn(-1),
            Self::FlipHorizontally => DisplayCommand::FlipHorizontally,
            Self::FlipVertically => DisplayCommand::FlipVertically,
            Self::ResetDisplay => DisplayCommand::Reset,
            Self::WindowTool => DisplayCommand::UseTool(Tool::Window),
            Self::PanTool => DisplayCommand::UseTool(Tool::Pan),
            Self::ZoomTool => DisplayCommand::UseTool(Tool::Zoom),
            Self::MagnifierTool => DisplayCommand::UseTool(Tool::Magnifier),
            Self::LengthTool => DisplayCommand::UseTool(Tool::Length),
            Self::AngleTool => DisplayCommand::UseTool(Tool::Angle),
            Self::CoverTool => DisplayCommand::UseTool(Tool::Cover),
            Self::RemoveMeasurement => DisplayCommand::RemoveLastMeasurement,
            Self::ToggleInput => DisplayCommand::ShowInput(!state.input_shown),
            // Two films side by side leave no room for fourteen.
            Self::AllMaps if state.compare.is_none() => {
                DisplayCommand::ShowAllMaps(!state.all_maps_shown)
            }
            Self::Uncover => DisplayCommand::Uncover,
            _ => return None,
        })
    }

    /// Whether it means the film in view, which must be in view then.
    fn is_of_viewer(self) -> bool {
        let elsewhere = matches!(
            self,
            Self::OpenFilms
                | Self::OpenFolder
                | Self::OpenDrawnFilm
                | Self::TypePath
                | Self::Cancel
        );
        let groups = [
            "Films",
            "Window and level",
            "Orientation",
            "Tools",
            "Findings and maps",
            "Exports",
        ];
        self == Self::BackToEvaluation || (!elsewhere && groups.contains(&self.group()))
    }
}

fn step_film(step: isize, state: &AppState) -> (Command, bool) {
    let neighbor = state.list.neighbor(step, &state.shared.films);
    (
        Command::List(ListCommand::StepFilm(step)),
        neighbor.is_some(),
    )
}

/// The command of Escape: stop the running work of the workspace in view.
fn cancel(state: &AppState) -> (Command, bool) {
    if state.workspace == Workspace::Evaluation {
        let cancel = Command::Evaluation(EvaluationCommand::Cancel);
        return (cancel, state.evaluation.opening.working().is_some());
    }
    let busy = state.is_reading_film() || state.list.is_searching();
    if !busy && state.training.is_checking() {
        return (Command::Training(TrainingCommand::CancelChecks), true);
    }
    (Command::Cancel, busy)
}

//! The command of each action, and whether it is possible now.

use super::Action;
use crate::domain::{Correction, Remedy};
use crate::export::ExportKind;
use crate::state::{
    Answer, AnswerCommand, AppState, Command, CompareCommand, CompareWith, Confidence,
    DisplayChange, DisplayCommand, EvaluationCommand, EvaluationPick, ExportCommand, FilmState,
    ListCommand, MapCommand, Mark, MeasureCommand, ModelOrigin, RunPhase, ShownRun, ThemeChoice,
    Tool, TourStep, TrainingCommand, TrainingPick, TrainingState, ViewerCommand, Workspace,
};

/// Part of the viewer's side that a key moves the film or the window by.
const KEY_STEP: f32 = 0.05;
/// How much a key enlarges.
const KEY_ZOOM: f32 = 1.25;
/// How much a key enlarges words and buttons.
const SCALE_STEP: f32 = 0.1;

impl Action {
    /// The command that carries it out; `None` where that is not possible now.
    pub(super) fn command(self, state: &AppState) -> Option<Command> {
        let (command, possible) = self.asked(state)?;
        possible.then_some(command)
    }

    /// Why it is not possible now, where that is not to be seen.
    pub(super) fn obstacle(self, state: &AppState) -> Option<&'static str> {
        let films = &state.shared.films;
        let asks = state.workspace == Workspace::Viewer && state.list.blinded.is_none();
        if self != Self::Prior || !asks || films.current().is_none() {
            return None;
        }
        let obstacle = state.list.prior(films).err()?;
        Some(obstacle.text())
    }

    /// The command and whether it is possible now; `None` for an action that has no command now.
    /// The only place that decides it. One arm for every action, so that none is forgotten: the
    /// compiler says so.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm for every action, so that the compiler finds a forgotten one"
    )]
    pub(super) fn asked(self, state: &AppState) -> Option<(Command, bool)> {
        let shared = &state.shared;
        let (films, map, scale) = (&shared.films, &shared.settings.map, shared.settings.scale);
        let viewer_settings = &shared.settings.viewer;
        let free = !state.is_picking();
        let loaded = shared.model.loaded.as_ref();
        let has_model = loaded.is_some();
        let film = films.current().is_some();
        let opened = films.film.opened().is_some();
        let options = &state.viewer.options;
        let compare = state.viewer.compare.as_ref();
        let always = |command| (command, true);
        // What means the film in view or its list needs the viewer in view.
        let in_viewer = state.workspace == Workspace::Viewer;
        // A reader of a blinded session is not told which film it is.
        let named = in_viewer && !state.is_blinded();
        let view = |command, possible| (Command::Viewer(command), possible && in_viewer);
        let on_map = |command| view(ViewerCommand::Map(command), true);
        let display = |command| view(ViewerCommand::Display(command), opened);
        let change = |change| display(DisplayCommand::Change(change));
        let window = |wider, brighter| change(DisplayChange::DragWindow { wider, brighter });
        let pan = |x, y| change(DisplayChange::Pan { x, y });
        let tool = |tool| display(DisplayCommand::UseTool(tool));
        let list = |command, possible| (Command::List(command), possible && in_viewer);
        let export = |command| (Command::Export(command), in_viewer && state.can_export());
        let export_as = |kinds| export(ExportCommand::Export(kinds));
        // A session has an order of its own, one film in view, and nothing beside it.
        let in_session = state.list.blinded.is_some();
        let blinded = state.is_blinded();
        let step_film = |step| {
            let neighbor = state.list.neighbor(step, films);
            list(ListCommand::StepFilm(step), neighbor.is_some())
        };
        // A film that was opened from evaluation has that list around it.
        let listed =
            Some(&state.evaluation).filter(|evaluation| evaluation.film_opened && in_viewer);
        let listed = listed.and_then(|evaluation| evaluation.place_in_list(films.current_path()?));
        let step_listed = |forward| {
            let (place, n_films) = listed.unwrap_or_default();
            let possible = if forward {
                place + 1 < n_films
            } else {
                place > 0
            };
            let step = EvaluationCommand::StepFilm { forward };
            (Command::Evaluation(step), possible)
        };
        let step_patient = |step| {
            let neighbor = state.list.neighbor_of_patient(step, films);
            list(
                ListCommand::StepPatient(step),
                neighbor.is_some() && !in_session,
            )
        };
        let step_session = |step| {
            let session = state.list.blinded.as_ref();
            let possible = session
                .is_some_and(|session| session.can_step(step) || step > 0 && session.is_finished());
            list(ListCommand::StepBlinded(step), possible)
        };
        let answer = |command| {
            let possible = state.list.is_answering(films);
            list(ListCommand::Answer(command), possible)
        };
        let sure = |step| answer(AnswerCommand::SetConfidence(Confidence::new(step)));
        let compare_neighbor = |step| {
            let place = state.list.neighbor(step, films);
            let command = CompareCommand::ShowFilm(place.unwrap_or_default());
            view(
                ViewerCommand::Compare(command),
                place.is_some() && !in_session,
            )
        };
        let now = films.film.opened();
        let correction = now.map(|opened| opened.correction).unwrap_or_default();
        let remedy = |is: fn(Remedy) -> bool| {
            let remedies = now.map(|opened| opened.remedies()).unwrap_or_default();
            let remedy = remedies.into_iter().find(|&remedy| is(remedy));
            let corrected = remedy.map(|remedy| correction.with(remedy));
            let command = ViewerCommand::Correct(corrected.unwrap_or(correction));
            view(command, corrected.is_some())
        };
        let pick = |pick| (Command::Training(TrainingCommand::Pick(pick)), free);
        let step = f64::from(KEY_STEP);
        Some(match self {
            Self::OpenFilms => (Command::PickFilms, free),
            Self::OpenFolder => (Command::PickFolder, free),
            Self::OpenSampleFilm => {
                let idle = !state.list.is_searching();
                (Command::List(ListCommand::OpenDrawnFilm), idle)
            }
            Self::TypePath => always(Command::ShowPathField(shared.prompt.is_none())),
            Self::NextFilm if in_session => step_session(1),
            Self::NextFilm if listed.is_some() => step_listed(true),
            Self::NextFilm => step_film(1),
            Self::PreviousFilm if in_session => step_session(-1),
            Self::PreviousFilm if listed.is_some() => step_listed(false),
            Self::PreviousFilm => step_film(-1),
            Self::CloseFilm => list(ListCommand::CloseFilm, film),
            Self::CloseAllFilms => list(ListCommand::CloseAllFilms, film),
            Self::ReloadFilm => {
                let stopped = matches!(
                    films.film,
                    FilmState::Failed { .. } | FilmState::Cancelled(_)
                );
                view(ViewerCommand::Retry, stopped)
            }
            Self::Cancel => always(state.escape()?),
            Self::Metadata => {
                let possible = film && in_viewer && state.list.blinded.is_none();
                (
                    Command::ShowMetadata(!state.windows.metadata_shown),
                    possible,
                )
            }
            Self::NextOfPatient => step_patient(1),
            Self::PreviousOfPatient => step_patient(-1),
            Self::ScoreAll => {
                let idle = state.list.scoring_progress().is_none();
                list(ListCommand::ScoreAll, has_model && idle && film)
            }
            Self::StopScoring => {
                let running = state.list.scoring_progress().is_some();
                list(ListCommand::StopScoring, running)
            }
            Self::Flag => list(ListCommand::Mark(Mark::Flagged), film),
            Self::Reviewed => list(ListCommand::Mark(Mark::Reviewed), film),
            Self::Exclude => list(ListCommand::Mark(Mark::Excluded), film),
            Self::StartSession => {
                let possible = has_model && !in_session && free && film;
                list(ListCommand::StartBlinded, possible)
            }
            Self::ResumeSession => {
                let idle = free && !state.list.is_resuming();
                let resume = Command::List(ListCommand::ResumeBlinded);
                (resume, has_model && !in_session && idle)
            }
            Self::AnswerPresent => answer(AnswerCommand::SetAsked(Some(Answer::Present))),
            Self::AnswerAbsent => answer(AnswerCommand::SetAsked(Some(Answer::Absent))),
            Self::AnswerUnsure => answer(AnswerCommand::SetAsked(Some(Answer::Unsure))),
            Self::ClearAnswer => answer(AnswerCommand::SetAsked(None)),
            Self::NextQuestion => answer(AnswerCommand::StepAsked(1)),
            Self::PreviousQuestion => answer(AnswerCommand::StepAsked(-1)),
            Self::MoreConfidence => answer(AnswerCommand::StepConfidence(1)),
            Self::LessConfidence => answer(AnswerCommand::StepConfidence(-1)),
            Self::Confidence1 => sure(1),
            Self::Confidence2 => sure(2),
            Self::Confidence3 => sure(3),
            Self::Confidence4 => sure(4),
            Self::Confidence5 => sure(5),
            Self::CommitAnswers => {
                let window = state.viewer.window_in_words(films);
                list(ListCommand::Commit { window }, can_commit(state))
            }
            Self::NextOfSession => step_session(1),
            Self::PreviousOfSession => step_session(-1),
            Self::EndSession => {
                let possible = in_session && !state.list.is_committing();
                list(ListCommand::EndBlinded, possible)
            }
            Self::Prior => view(prior(state)?, film && !in_session),
            Self::CompareNext => compare_neighbor(1),
            Self::ComparePrevious => compare_neighbor(-1),
            Self::CompareModel => {
                let possible = film && free && in_viewer && !in_session;
                (Command::PickComparedModel, possible)
            }
            Self::LinkFilms => {
                let linked = compare.is_some_and(|compare| compare.linked);
                let command = CompareCommand::Link(!linked);
                view(ViewerCommand::Compare(command), compare.is_some())
            }
            Self::CloseCompare => {
                let command = ViewerCommand::Compare(CompareCommand::Close);
                view(command, compare.is_some())
            }
            Self::Preset1 => change(DisplayChange::UsePreset(0)),
            Self::Preset2 => change(DisplayChange::UsePreset(1)),
            Self::Preset3 => change(DisplayChange::UsePreset(2)),
            Self::Preset4 => change(DisplayChange::UsePreset(3)),
            Self::Preset5 => change(DisplayChange::UsePreset(4)),
            Self::WiderWindow => window(step, 0.0),
            Self::NarrowerWindow => window(-step, 0.0),
            Self::Brighter => window(0.0, step),
            Self::Darker => window(0.0, -step),
            Self::Invert => change(DisplayChange::Invert),
            Self::UseAutoWindow => {
                let in_use = correction.auto_window;
                let opened = films.film.opened();
                let offered = opened.is_some_and(|opened| opened.auto_window_offered);
                let correction = Correction {
                    auto_window: !in_use,
                    ..correction
                };
                view(ViewerCommand::Correct(correction), in_use || offered)
            }
            Self::RotateAndScore => remedy(|remedy| matches!(remedy, Remedy::Rotate(_))),
            Self::InvertAndScore => remedy(|remedy| remedy == Remedy::Invert),
            Self::AsInFile => {
                let as_in_file = ViewerCommand::Correct(Correction::default());
                view(as_in_file, !correction.is_none())
            }
            Self::ToggleHistogram => {
                let show = DisplayCommand::ShowHistogram(!viewer_settings.histogram_shown);
                view(ViewerCommand::Display(show), opened && !in_session)
            }
            Self::SwapWindowAxes => display(DisplayCommand::SwapWindowAxes(
                !viewer_settings.window_axes_swapped,
            )),
            Self::FitFilm => change(DisplayChange::Fit),
            Self::ActualSize => change(DisplayChange::ActualSize),
            Self::ZoomIn => change(DisplayChange::Zoom(KEY_ZOOM)),
            Self::ZoomOut => change(DisplayChange::Zoom(1.0 / KEY_ZOOM)),
            Self::PanLeft => pan(-KEY_STEP, 0.0),
            Self::PanRight => pan(KEY_STEP, 0.0),
            Self::PanUp => pan(0.0, -KEY_STEP),
            Self::PanDown => pan(0.0, KEY_STEP),
            Self::TurnRight => change(DisplayChange::Turn(1)),
            Self::TurnLeft => change(DisplayChange::Turn(-1)),
            Self::FlipHorizontally => change(DisplayChange::FlipHorizontally),
            Self::FlipVertically => change(DisplayChange::FlipVertically),
            Self::ResetDisplay => change(DisplayChange::Reset),
            Self::WindowTool => tool(Tool::Window),
            Self::PanTool => tool(Tool::Pan),
            Self::ZoomTool => tool(Tool::Zoom),
            Self::MagnifierTool => tool(Tool::Magnifier),
            Self::LengthTool => tool(Tool::Length),
            Self::AngleTool => tool(Tool::Angle),
            Self::RatioTool => tool(Tool::Ratio),
            Self::RectangleTool => tool(Tool::Rectangle),
            Self::ArrowTool => tool(Tool::Arrow),
            Self::TextTool => tool(Tool::Text),
            Self::CoverTool => tool(Tool::Cover),
            Self::RemoveMeasurement => view(measure(state, MeasureCommand::Remove), opened),
            Self::AllMaps => {
                let show = DisplayCommand::ShowAllMaps(!options.all_maps_shown);
                // Two films side by side leave no room for fourteen.
                let room = compare.is_none() && !in_session;
                view(ViewerCommand::Display(show), opened && room)
            }
            Self::Uncover => display(DisplayCommand::Uncover),
            Self::ToggleInput => display(DisplayCommand::ShowInput(!options.input_shown)),
            Self::Undo if state.workspace == Workspace::Evaluation => {
                let undo = Command::Evaluation(EvaluationCommand::Undo);
                (undo, state.evaluation.chosen.can_undo())
            }
            Self::Undo => view(ViewerCommand::Undo, state.viewer.can_undo()),
            Self::Redo => view(ViewerCommand::Redo, state.viewer.can_redo()),
            Self::NextFinding => view(ViewerCommand::StepFinding(1), has_model && !blinded),
            Self::PreviousFinding => view(ViewerCommand::StepFinding(-1), has_model && !blinded),
            Self::ResetThresholds => {
                let moved = loaded.is_some_and(|loaded| {
                    let mut thresholds = loaded.thresholds.current().values().iter();
                    thresholds.any(|threshold| threshold.origin().is_chosen_here())
                });
                view(ViewerCommand::ResetAllThresholds, moved)
            }
            Self::Jitter => {
                let quiet = !state.viewer.jitter.is_busy() && !state.hides_answer();
                let scored = films.film.reading().is_some();
                view(ViewerCommand::MeasureJitter, scored && quiet)
            }
            Self::ToggleMap => on_map(MapCommand::Show(!map.visible)),
            Self::ToggleContours => on_map(MapCommand::SetContours(!map.contours)),
            Self::ToggleSmoothMap => on_map(MapCommand::SetSmooth(!map.smooth)),
            Self::ExportAll => export_as(ExportKind::ALL.to_vec()),
            Self::ExportPicture => export_as(vec![ExportKind::Png]),
            Self::ExportTable => export_as(vec![ExportKind::Csv]),
            Self::ExportCapture => export_as(vec![ExportKind::SecondaryCapture]),
            Self::ExportReport => export_as(vec![ExportKind::StructuredReport]),
            Self::CopyPicture => export(ExportCommand::CopyPicture),
            Self::CopyScores => export(ExportCommand::CopyScores),
            Self::CopyPath => (Command::CopyPath(films.current_path()?.to_owned()), named),
            Self::ShowInFolder => {
                let free = !state.viewer.exports.is_running();
                let show = Command::ShowInFolder(films.current_path()?.to_owned());
                (show, named && free)
            }
            Self::OpenModel => (Command::PickModel, free),
            Self::OpenDefaultModel => {
                let other = loaded.is_none_or(|loaded| loaded.origin != ModelOrigin::Default);
                (Command::OpenDefaultModel, other)
            }
            Self::PinModel => {
                let pinned = &shared.settings.pinned_model;
                let file = loaded.and_then(|loaded| loaded.origin.path());
                let pin = file.filter(|file| pinned.as_deref() != Some(*file));
                let command = Command::PinModel(pin.map(ToOwned::to_owned));
                (command, pin.is_some() || pinned.is_some())
            }
            Self::About => (Command::ShowAbout(!state.windows.about_shown), has_model),
            Self::ShowViewer => always(Command::ShowWorkspace(Workspace::Viewer)),
            Self::ShowTraining => (Command::ShowWorkspace(Workspace::Training), !blinded),
            Self::ShowEvaluation => (Command::ShowWorkspace(Workspace::Evaluation), !blinded),
            Self::OpenScores => {
                let pick = EvaluationCommand::Pick(EvaluationPick::Predictions);
                let idle = free && state.evaluation.opening.running().is_none();
                (Command::Evaluation(pick), idle && !blinded)
            }
            Self::BackToEvaluation => {
                let back = Command::Evaluation(EvaluationCommand::Back);
                (
                    back,
                    in_viewer && state.evaluation.film_opened && !in_session,
                )
            }
            Self::LoadConfig => pick(TrainingPick::LoadConfig),
            Self::SaveConfig => pick(TrainingPick::SaveConfig),
            Self::OpenRun => pick(TrainingPick::Run),
            Self::CompareRun => pick(TrainingPick::ComparedRun),
            Self::Check => {
                let check = Command::Training(TrainingCommand::Check);
                (check, state.training.can_check())
            }
            Self::StartTraining => {
                let start = Command::Training(TrainingCommand::Start);
                (start, state.training.start_obstacle().is_none())
            }
            Self::PauseOrResume => always(Command::Training(pause_or_resume(&state.training)?)),
            Self::StopTraining => {
                let stopping = state.training.phase() == Some(RunPhase::Stopping);
                let possible = state.training.is_running() && !stopping;
                (Command::Training(TrainingCommand::Stop), possible)
            }
            Self::ToggleList => view(
                ViewerCommand::ShowPanels {
                    list: viewer_settings.list_hidden,
                    findings: !viewer_settings.findings_hidden,
                },
                !in_session,
            ),
            Self::ToggleFindings => view(
                ViewerCommand::ShowPanels {
                    list: !viewer_settings.list_hidden,
                    findings: viewer_settings.findings_hidden,
                },
                !in_session,
            ),
            Self::FilmOnly => {
                let shown = viewer_settings.list_hidden && viewer_settings.findings_hidden;
                let panels = ViewerCommand::ShowPanels {
                    list: shown,
                    findings: shown,
                };
                view(panels, !in_session)
            }
            Self::Quit => always(Command::Quit),
            Self::FullScreen => always(Command::SwitchFullScreen),
            Self::Palette => always(Command::ShowPalette(state.windows.palette.is_none())),
            Self::Tour => (
                Command::ShowTour(Some(TourStep::Film)),
                !state.list.is_searching(),
            ),
            Self::OpenLastSession => {
                let left = !shared.settings.session.opened.is_empty();
                (
                    Command::OpenLastSession,
                    left && !film && !state.list.is_searching(),
                )
            }
            Self::Messages => always(Command::ShowMessages(!state.windows.messages_shown)),
            Self::Keys => always(Command::ShowKeys(!state.windows.keys_shown)),
            Self::Larger => always(Command::SetScale(scale + SCALE_STEP)),
            Self::Smaller => always(Command::SetScale(scale - SCALE_STEP)),
            Self::ResetTextSize => always(Command::SetScale(1.0)),
            Self::SystemColors => always(Command::SetTheme(ThemeChoice::System)),
            Self::Dark => always(Command::SetTheme(ThemeChoice::Dark)),
            Self::Light => always(Command::SetTheme(ThemeChoice::Light)),
            Self::TogglePatientName => {
                let show = ViewerCommand::ShowPatientName(!options.patient_name_shown);
                (Command::Viewer(show), !blinded)
            }
        })
    }
}

/// Shows the prior film beside the one in view, or closes it; `None` where there is none.
fn prior(state: &AppState) -> Option<ViewerCommand> {
    let films = &state.shared.films;
    let place = state.list.prior(films).ok()?;
    let path = films.entries().get(place).map(|entry| &entry.path);
    let shown = state.viewer.compare.as_ref().is_some_and(
        |compare| matches!(&compare.with, CompareWith::Film(beside) if Some(beside) == path),
    );
    let command = if shown {
        CompareCommand::Close
    } else {
        CompareCommand::ShowFilm(place)
    };
    Some(ViewerCommand::Compare(command))
}

/// Whether the answers to the film in view can be written to the log of the blinded session.
fn can_commit(state: &AppState) -> bool {
    let (list, films) = (&state.list, &state.shared.films);
    let session = list.blinded.as_ref();
    let open = session.is_some_and(|session| !session.is_committed()) && !list.is_committing();
    open && films.film.reading().is_some() && list.shows_asked_film(films)
}

fn pause_or_resume(training: &TrainingState) -> Option<TrainingCommand> {
    match training.phase()? {
        RunPhase::Training | RunPhase::Scoring | RunPhase::Preparing => {
            Some(TrainingCommand::Pause)
        }
        RunPhase::Pausing | RunPhase::Paused => Some(TrainingCommand::GoOn),
        RunPhase::Unfinished
        | RunPhase::Stopping
        | RunPhase::Stopped
        | RunPhase::Finished
        | RunPhase::Failed => {
            let can_resume = training.run.as_ref().is_some_and(ShownRun::can_resume);
            can_resume.then_some(TrainingCommand::ResumeRun)
        }
    }
}

/// A command about the measurements of the film in view, or of the one beside it where that is being measured.
fn measure(state: &AppState, command: MeasureCommand) -> ViewerCommand {
    let command = DisplayCommand::Measure(command);
    if state.viewer.measures_beside() {
        ViewerCommand::Compare(CompareCommand::Display(command))
    } else {
        ViewerCommand::Display(command)
    }
}

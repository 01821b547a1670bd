//! Every action is possible in some state, and changes what it names.

use super::fixtures::{Fixture, Stage};
use super::{Action, Actions};
use crate::domain::Contrast;
use crate::state::{AppState, Command, EvaluationCommand, FilmState};

/// The part of the state that an action changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Whether the user is asked for a path.
    Asked,
    Prompt,
    Search,
    Film,
    Correction,
    Mark,
    Scoring,
    Session,
    Compare,
    Display,
    Measurements,
    ViewerSettings,
    Tool,
    Options,
    Cover,
    Thresholds,
    Selected,
    Jitter,
    Map,
    Export,
    Clip,
    Model,
    Workspace,
    Windows,
    Look,
    EvaluationThreshold,
    Check,
    Run,
}

/// What is written, ends something or gives the network's answer away.
const GRAVE: [Part; 7] = [
    Part::Mark,
    Part::Session,
    Part::Thresholds,
    Part::Export,
    Part::Clip,
    Part::Check,
    Part::Run,
];

/// The part as text, to be compared.
fn seen(part: Part, state: &AppState) -> String {
    let (shared, viewer) = (&state.shared, &state.viewer);
    match part {
        Part::Asked => state.is_picking().to_string(),
        Part::Prompt => format!("{:?}", shared.prompt),
        Part::Search => state.list.is_searching().to_string(),
        Part::Film => {
            let stage = match &shared.films.film {
                FilmState::Empty => "empty",
                FilmState::Opening => "opening",
                FilmState::Scoring(_) => "scoring",
                FilmState::Read(_) => "scored",
                FilmState::Failed { .. } => "failed",
                FilmState::Cancelled(_) => "stopped",
            };
            let n_films = shared.films.entries().len();
            format!("{stage} {:?} of {n_films}", shared.films.current())
        }
        Part::Correction => {
            let entry = shared.films.current_entry();
            format!("{:?}", entry.map(|entry| entry.corrected.correction))
        }
        Part::Mark => {
            let entries = shared.films.entries().iter();
            format!("{:?}", entries.map(|entry| entry.mark).collect::<Vec<_>>())
        }
        Part::Scoring => state.list.scoring_progress().is_some().to_string(),
        Part::Session => {
            let session = state.list.blinded.as_ref();
            let place = session.map(|session| (session.progress(), session.is_committed()));
            let asked = session.map(|session| {
                let asked = session.asked();
                (asked, session.n_answered(), session.answer_to(asked))
            });
            format!("{place:?} {asked:?} {}", state.list.is_committing())
        }
        Part::Compare => {
            let compare = viewer.compare.as_ref();
            format!("{:?}", compare.map(|c| (c.with.clone(), c.linked)))
        }
        Part::Display => format!("{:?}", viewer.display()),
        Part::Measurements => {
            let entry = shared.films.current_entry();
            format!("{:?}", entry.map(|entry| &entry.measurements))
        }
        Part::ViewerSettings => format!("{:?}", shared.settings.viewer),
        Part::Tool => format!("{:?}", viewer.tool),
        Part::Options => format!("{:?}", viewer.options),
        Part::Cover => viewer.probe.cover.is_some().to_string(),
        Part::Thresholds => {
            let loaded = shared.model.loaded.as_ref();
            format!("{:?}", loaded.map(|loaded| loaded.thresholds.current()))
        }
        Part::Selected => format!("{:?}", viewer.selected),
        Part::Jitter => viewer.jitter.is_busy().to_string(),
        Part::Map => format!("{:?}", shared.settings.map),
        Part::Export => viewer.exports.is_running().to_string(),
        Part::Clip => format!("{:?}", viewer.exports.clip),
        Part::Model => {
            let origin = shared.model.loaded.as_ref().map(|loaded| &loaded.origin);
            let pinned = &shared.settings.pinned_model;
            format!("{origin:?} {} {pinned:?}", shared.model.is_loading())
        }
        Part::Workspace => format!("{:?}", state.workspace),
        Part::Windows => format!("{:?}", state.windows),
        Part::Look => format!("{:?} {}", shared.settings.theme, shared.settings.scale),
        Part::EvaluationThreshold => state.evaluation.threshold().to_string(),
        Part::Check => state.training.is_checking().to_string(),
        Part::Run => format!("{:?}", state.training.phase()),
    }
}

/// A state in which an action is possible, and the part that it changes there. One row for every
/// action, so that the compiler finds a forgotten one.
#[expect(clippy::too_many_lines, reason = "one row for every action")]
fn row(action: Action) -> (Fixture, Part) {
    match action {
        Action::OpenFilms
        | Action::OpenFolder
        | Action::OpenModel
        | Action::OpenScores
        | Action::ResumeSession => (Fixture::Nothing, Part::Asked),
        Action::OpenRun | Action::CompareRun | Action::LoadConfig | Action::SaveConfig => {
            (Fixture::Configured, Part::Asked)
        }
        Action::StartSession
        | Action::CompareModel
        | Action::ExportAll
        | Action::ExportPicture
        | Action::ExportTable
        | Action::ExportCapture
        | Action::ExportReport => (Fixture::Film, Part::Asked),
        Action::OpenSampleFilm => (Fixture::Nothing, Part::Search),
        Action::OpenLastSession => (Fixture::Ended, Part::Search),
        Action::TypePath => (Fixture::Nothing, Part::Prompt),
        Action::NextFilm
        | Action::PreviousFilm
        | Action::NextOfPatient
        | Action::PreviousOfPatient
        | Action::CloseFilm
        | Action::CloseAllFilms => (Fixture::Film, Part::Film),
        Action::UseAutoWindow => (Fixture::Dim, Part::Film),
        Action::RotateAndScore => (Fixture::Rotated, Part::Correction),
        Action::InvertAndScore => (Fixture::Inverted, Part::Correction),
        Action::AsInFile => (Fixture::Corrected, Part::Correction),
        Action::ReloadFilm => (Fixture::Stopped, Part::Film),
        Action::Cancel => (Fixture::Opening, Part::Film),
        Action::Flag | Action::Reviewed | Action::Exclude => (Fixture::Film, Part::Mark),
        Action::ScoreAll => (Fixture::Film, Part::Scoring),
        Action::StopScoring => (Fixture::Scoring, Part::Scoring),
        Action::CommitAnswers
        | Action::NextOfSession
        | Action::EndSession
        | Action::AnswerPresent
        | Action::AnswerAbsent
        | Action::AnswerUnsure
        | Action::ClearAnswer
        | Action::NextQuestion
        | Action::PreviousQuestion
        | Action::MoreConfidence
        | Action::LessConfidence
        | Action::Confidence1
        | Action::Confidence2
        | Action::Confidence3
        | Action::Confidence4
        | Action::Confidence5 => (Fixture::Blinded, Part::Session),
        Action::PreviousOfSession => (Fixture::BlindedFurther, Part::Session),
        Action::CompareNext | Action::ComparePrevious | Action::Prior => {
            (Fixture::Film, Part::Compare)
        }
        Action::Metadata => (Fixture::Film, Part::Windows),
        Action::LinkFilms | Action::CloseCompare => (Fixture::Compared, Part::Compare),
        Action::Preset2
        | Action::Preset3
        | Action::Preset4
        | Action::Preset5
        | Action::WiderWindow
        | Action::NarrowerWindow
        | Action::Brighter
        | Action::Darker
        | Action::Invert
        | Action::ActualSize
        | Action::ZoomIn
        | Action::ZoomOut
        | Action::PanLeft
        | Action::PanRight
        | Action::PanUp
        | Action::PanDown
        | Action::TurnRight
        | Action::TurnLeft
        | Action::FlipHorizontally
        | Action::FlipVertically => (Fixture::Film, Part::Display),
        Action::Preset1 | Action::FitFilm | Action::ResetDisplay | Action::Redo => {
            (Fixture::Changed, Part::Display)
        }
        // The last change is of a threshold.
        Action::Undo | Action::ResetThresholds => (Fixture::Changed, Part::Thresholds),
        Action::RemoveMeasurement => (Fixture::Changed, Part::Measurements),
        Action::Uncover => (Fixture::Changed, Part::Cover),
        Action::ToggleHistogram
        | Action::SwapWindowAxes
        | Action::ToggleList
        | Action::ToggleFindings
        | Action::FilmOnly => (Fixture::Film, Part::ViewerSettings),
        Action::PanTool
        | Action::ZoomTool
        | Action::MagnifierTool
        | Action::LengthTool
        | Action::AngleTool
        | Action::RatioTool
        | Action::RectangleTool
        | Action::ArrowTool
        | Action::TextTool
        | Action::CoverTool => (Fixture::Film, Part::Tool),
        Action::WindowTool => (Fixture::Changed, Part::Tool),
        Action::AllMaps | Action::ToggleInput => (Fixture::Film, Part::Options),
        Action::TogglePatientName => (Fixture::Nothing, Part::Options),
        Action::NextFinding => (Fixture::Film, Part::Selected),
        // Below the film's top finding.
        Action::PreviousFinding => (Fixture::Changed, Part::Selected),
        Action::Jitter => (Fixture::Film, Part::Jitter),
        Action::ToggleMap | Action::ToggleContours | Action::ToggleSmoothMap => {
            (Fixture::Film, Part::Map)
        }
        Action::CopyPath => (Fixture::Film, Part::Clip),
        Action::ShowInFolder | Action::CopyPicture | Action::CopyScores => {
            (Fixture::Film, Part::Export)
        }
        Action::OpenDefaultModel | Action::PinModel => (Fixture::OtherModel, Part::Model),
        Action::About
        | Action::Palette
        | Action::Keys
        | Action::Messages
        | Action::Tour
        | Action::FullScreen
        | Action::Quit => (Fixture::Nothing, Part::Windows),
        Action::ShowTraining | Action::ShowEvaluation => (Fixture::Nothing, Part::Workspace),
        Action::ShowViewer => (Fixture::Configured, Part::Workspace),
        Action::BackToEvaluation => (Fixture::FilmOfTable, Part::Workspace),
        Action::Check => (Fixture::Configured, Part::Check),
        Action::StartTraining => (Fixture::Checked, Part::Run),
        Action::PauseOrResume | Action::StopTraining => (Fixture::Running, Part::Run),
        Action::Larger | Action::Dark | Action::Light => (Fixture::Nothing, Part::Look),
        Action::Smaller | Action::ResetTextSize | Action::SystemColors => {
            (Fixture::Changed, Part::Look)
        }
    }
}

/// Carries out an action and waits until the part has changed; whether it did.
fn carry_out(action: Action, stage: &mut Stage, part: Part) {
    let before = seen(part, &stage.state);
    let command = Actions::of(&stage.state).command(action);
    let command = command.unwrap_or_else(|| panic!("{action:?} is not possible"));
    stage.state.apply(command);
    let what = format!("{action:?}: a change of {part:?} from {before}");
    stage.until(&what, |state| seen(part, state) != before);
}

#[test]
fn every_action_is_possible_in_some_state_and_changes_what_it_names() {
    for &action in Action::ALL {
        let (fixture, part) = row(action);
        carry_out(action, &mut fixture.stage(), part);
    }
}

#[test]
fn an_auto_window_is_named_by_the_film_holds_for_the_list_and_is_taken_back() {
    let mut stage = Fixture::Dim.stage();
    let contrast = |state: &AppState| {
        let opened = state.shared.films.film.opened();
        opened.map(|opened| opened.film.contrast)
    };
    let grays = |state: &AppState| {
        let scored = state.shared.films.film.reading().unwrap();
        scored.opened.picture().values().iter().max().copied()
    };
    assert_eq!(contrast(&stage.state), Some(Contrast::File));
    let dark = grays(&stage.state);
    carry_out(Action::UseAutoWindow, &mut stage, Part::Film);
    stage.until_scored();
    assert_eq!(
        (contrast(&stage.state), grays(&stage.state)),
        (Some(Contrast::Auto), Some(255))
    );
    let scored = stage.state.shared.films.film.reading().unwrap();
    let summary = scored.opened.concerns.summary();
    assert!(summary.contains("was set aside by the user"), "{summary}");
    assert!(
        stage
            .state
            .shared
            .films
            .current_entry()
            .unwrap()
            .corrected
            .correction
            .auto_window
    );
    carry_out(Action::UseAutoWindow, &mut stage, Part::Film);
    stage.until_scored();
    assert_eq!(
        (contrast(&stage.state), grays(&stage.state)),
        (Some(Contrast::File), dark)
    );
    // A film with contrast is offered none.
    let stage = Fixture::Film.stage();
    assert_eq!(
        Actions::of(&stage.state).command(Action::UseAutoWindow),
        None
    );
}

#[test]
fn scoring_that_was_stopped_leaves_films_without_scores() {
    let mut stage = Fixture::Scoring.stage();
    carry_out(Action::StopScoring, &mut stage, Part::Scoring);
    let mut entries = stage.state.shared.films.entries().iter();
    assert!(entries.any(|entry| entry.scores.is_none()));
}

#[test]
fn undo_is_of_thresholds_in_evaluation_and_a_run_from_the_disk_goes_on() {
    let mut stage = Fixture::Evaluated.stage();
    carry_out(Action::Undo, &mut stage, Part::EvaluationThreshold);
    let mut stage = Fixture::Run.stage();
    carry_out(Action::PauseOrResume, &mut stage, Part::Run);
}

#[test]
fn cancel_stops_what_the_workspace_in_view_is_doing() {
    let mut stage = Fixture::Configured.stage();
    carry_out(Action::Check, &mut stage, Part::Check);
    carry_out(Action::Cancel, &mut stage, Part::Check);
    let mut stage = Fixture::Evaluated.stage();
    let table = stage.state.evaluation.scored().unwrap();
    let film = table.predictions.films[0].path.clone();
    let table = film.with_file_name("predictions.csv");
    let pick = crate::state::EvaluationPick::Predictions;
    let open = Command::Evaluation(EvaluationCommand::Take(pick, table));
    stage.state.apply(open);
    let command = Actions::of(&stage.state).command(Action::Cancel);
    let cancel = Command::Evaluation(EvaluationCommand::Cancel);
    assert_eq!(command, Some(cancel));
}

#[test]
fn no_action_panics_in_any_state() {
    for fixture in Fixture::ALL {
        let mut stage = fixture.stage();
        for &action in Action::ALL {
            if let Some(command) = Actions::of(&stage.state).command(action) {
                stage.state.apply(command);
                stage.state.poll();
            }
        }
    }
}

/// A key pressed twice before the first press is carried out asks for what is no longer possible.
#[test]
fn what_is_not_possible_writes_ends_and_reveals_nothing() {
    let mut n_refused = 0;
    for fixture in Fixture::ALL {
        let mut stage = fixture.stage();
        for &action in Action::ALL {
            let Some((command, false)) = action.asked(&stage.state) else {
                continue;
            };
            n_refused += 1;
            let before = GRAVE.map(|part| seen(part, &stage.state));
            stage.state.apply(command);
            let after = GRAVE.map(|part| seen(part, &stage.state));
            assert_eq!(before, after, "{action:?} in {fixture:?}");
        }
    }
    assert!(n_refused > 200, "{n_refused} refused only");
}

#[test]
fn in_a_blinded_session_nothing_gives_the_networks_answer_away() {
    let stage = Fixture::Blinded.stage();
    for action in [
        Action::ExportAll,
        Action::ExportPicture,
        Action::ExportTable,
        Action::ExportCapture,
        Action::ExportReport,
        Action::CopyPicture,
        Action::CopyScores,
        Action::CopyPath,
        Action::ShowInFolder,
        Action::Jitter,
        Action::NextFinding,
        Action::PreviousFinding,
        Action::AllMaps,
        Action::CompareNext,
        Action::CompareModel,
        Action::OpenScores,
        Action::ShowTraining,
        Action::ShowEvaluation,
        Action::TogglePatientName,
        Action::Prior,
        Action::Metadata,
    ] {
        let command = Actions::of(&stage.state).command(action);
        assert_eq!(command, None, "{action:?}");
    }
}

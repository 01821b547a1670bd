//! Training without a window: a command in, state and effects out.

use std::path::PathBuf;

use super::*;
use crate::domain::Part;
use crate::model::ModelSource;
use crate::state::shared::tests::shared;
use crate::state::{Effect, ModelRequest, PickKind, Shared, Workspace};
use crate::train::{RunFolder, TrainConfig};

fn training() -> (TrainingState, Shared) {
    let shared = shared();
    let wake = shared.services.wake.clone();
    let state = TrainingState::new(&shared.settings.training, wake);
    (state, shared)
}

/// A run on disk in view, with one epoch whose model is kept.
fn with_run() -> (TrainingState, Shared) {
    let (mut state, shared) = training();
    let mut record = RunRecord::beginning(PathBuf::from("runs/a"), TrainConfig::default());
    record.take_epoch(record::tests::epoch(1, 1.0, 0.6));
    state.run = Some(ShownRun::at_rest(record));
    (state, shared)
}

fn load(path: PathBuf) -> Effect {
    Effect::LoadModel(ModelRequest::Source(ModelSource::File(path)))
}

#[test]
fn a_path_is_asked_for_by_what_needs_it() {
    let (mut state, mut shared) = training();
    let pick = TrainingPick::Field("valid_list");
    let effects = state.apply(TrainingCommand::Pick(pick), &mut shared);
    assert_eq!(effects, [Effect::AskPath(PickKind::Training(pick))]);
    state.take_path(pick, "valid.txt".into(), &mut shared);
    let config = &state.form.config;
    assert_eq!(config.valid_list, Some(PathBuf::from("valid.txt")));
    assert_eq!((&config.train_list, &config.test_list), (&None, &None));
}

#[test]
fn a_page_is_shown_in_its_workspace() {
    let (mut state, mut shared) = training();
    let show = TrainingCommand::ShowPage(TrainingPage::Films);
    let effects = state.apply(show, &mut shared);
    assert_eq!(effects, [Effect::ShowWorkspace(Workspace::Training)]);
    assert_eq!(state.page, TrainingPage::Films);
}

#[test]
fn a_check_without_data_does_not_start() {
    let (mut state, mut shared) = training();
    assert_eq!(state.apply(TrainingCommand::Check, &mut shared), []);
    assert!(!state.is_checking());
    assert_eq!(state.page, TrainingPage::Runs);
}

#[test]
fn the_form_is_remembered_and_reset_on_the_same_data() {
    let (mut state, mut shared) = training();
    let config = TrainConfig {
        data: "films".into(),
        depth: 20,
        ..TrainConfig::default()
    };
    let edit = TrainingCommand::Edit(Box::new(config));
    state.apply(edit, &mut shared);
    let remembered = shared.settings.training.config.clone().unwrap();
    assert!(remembered.contains("depth = 20"), "{remembered}");
    state.apply(TrainingCommand::ResetConfig, &mut shared);
    let expected = TrainConfig {
        data: "films".into(),
        ..TrainConfig::default()
    };
    assert_eq!(state.form.config, expected);
}

#[test]
fn films_are_scored_with_the_model_of_the_run_in_view() {
    let (mut state, mut shared) = with_run();
    let folder = RunFolder::at(&PathBuf::from("runs/a"));
    let effects = state.apply(TrainingCommand::ScoreWithEpoch(1), &mut shared);
    assert_eq!(effects, [load(folder.epoch_path(1))]);
    let film = PathBuf::from("a.png");
    let effects = state.apply(TrainingCommand::OpenFilm(film.clone()), &mut shared);
    let expected = [load(folder.best_path()), Effect::Open(vec![film])];
    assert_eq!(effects, expected, "the model comes before its film");
    // Nothing is paused.
    let effects = state.apply(TrainingCommand::ScoreWithPaused, &mut shared);
    assert_eq!(effects, []);
}

#[test]
fn a_run_of_the_list_is_evaluated_and_used_without_being_opened() {
    let (mut state, mut shared) = training();
    let run = PathBuf::from("runs/b");
    let folder = RunFolder::at(&run);
    let part = Part::Test;
    let open = TrainingCommand::OpenScores {
        run: run.clone(),
        part,
    };
    let effects = state.apply(open, &mut shared);
    let table = folder.predictions_path(part);
    assert_eq!(effects, [Effect::Open(vec![table])]);
    let effects = state.apply(TrainingCommand::UseInViewer(run), &mut shared);
    let shown = Effect::ShowWorkspace(Workspace::Viewer);
    assert_eq!(effects, [load(folder.best_path()), shown]);
    assert!(state.run.is_none());
}

#[test]
fn folders_that_are_searched_for_runs_are_remembered_and_forgotten() {
    let (mut state, mut shared) = training();
    let folder = PathBuf::from("/runs");
    let pick = TrainingPick::RunsFolder;
    let effects = state.take_path(pick, folder.clone(), &mut shared);
    assert_eq!(effects, [Effect::ShowWorkspace(Workspace::Training)]);
    assert_eq!(shared.settings.training.runs_folders.len(), 1);
    state.apply(TrainingCommand::ForgetRunsFolder(folder), &mut shared);
    assert!(shared.settings.training.runs_folders.is_empty());
}

#[test]
fn without_a_run_a_film_is_opened_and_no_model_loaded() {
    let (mut state, mut shared) = training();
    let effects = state.apply(TrainingCommand::ScoreWithBest, &mut shared);
    assert_eq!(effects, []);
    let film = PathBuf::from("a.png");
    let effects = state.apply(TrainingCommand::OpenFilm(film.clone()), &mut shared);
    assert_eq!(effects, [Effect::Open(vec![film])]);
}

#[test]
fn a_run_without_a_checkpoint_is_not_resumed_and_stays_in_view() {
    let (mut state, mut shared) = with_run();
    state.run.as_mut().unwrap().record.has_checkpoint = false;
    assert_eq!(state.apply(TrainingCommand::ResumeRun, &mut shared), []);
    assert!(state.run.is_some() && !state.is_running());
}

#[test]
fn the_window_closes_when_nothing_is_left_to_save() {
    let (mut state, mut shared) = with_run();
    state.apply(TrainingCommand::AskClose, &mut shared);
    state.poll(&mut shared);
    assert_eq!(state.closing, Closing::Asked);
    state.apply(TrainingCommand::GoOnTraining, &mut shared);
    assert_eq!(state.closing, Closing::No);
    state.apply(TrainingCommand::StopAndClose, &mut shared);
    assert_eq!(state.closing, Closing::Finishing);
    state.poll(&mut shared);
    assert_eq!(state.closing, Closing::Now);
}

//! Orders and reports without a window; a training itself is in `tests/gui`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::record::tests::epoch;
use super::*;
use crate::model::ComputeDevice;
use crate::state::{
    AppState, Command, FilePicker, PickKind, Picked, Services, Settings, Workspace,
};
use crate::train::{RunFolder, TrainConfig};

struct Picker(Picked);

impl FilePicker for Picker {
    fn pick(&self, _kind: PickKind) -> Picked {
        self.0.clone()
    }
}

fn state(answer: Picked) -> AppState {
    state_with(Settings::default(), answer)
}

fn state_with(settings: Settings, answer: Picked) -> AppState {
    let services = Services {
        picker: Arc::new(Picker(answer)),
        wake: Arc::new(|| ()),
        device: ComputeDevice::cpu(),
        data_folder: None,
        cache_folder: None,
    };
    AppState::new(settings, services)
}

fn order(state: &mut AppState, command: TrainingCommand) {
    state.apply(Command::Training(command));
}

fn poll_until(state: &mut AppState, what: &str, done: impl Fn(&AppState) -> bool) {
    let started = Instant::now();
    while !done(state) {
        assert!(
            started.elapsed() < Duration::from_mins(1),
            "{what} never came"
        );
        state.poll();
        std::thread::yield_now();
    }
}

#[test]
fn nothing_starts_before_it_was_checked() {
    let mut state = state(Picked::Nothing);
    order(&mut state, TrainingCommand::Start);
    assert!(state.training.run.is_none());
    let obstacle = state.training.start_obstacle();
    assert_eq!(obstacle.as_deref(), Some("Choose the data first"));
}

#[test]
fn a_check_that_fails_says_why_in_its_place_and_in_the_log() {
    let mut state = state(Picked::Nothing);
    let config = TrainConfig {
        data: PathBuf::from("/gone/table.csv"),
        ..TrainConfig::default()
    };
    order(&mut state, TrainingCommand::Edit(Box::new(config)));
    order(&mut state, TrainingCommand::Check);
    assert_eq!(state.training.page, TrainingPage::Check);
    poll_until(&mut state, "the error", |state| {
        state.training.check.error().is_some()
    });
    let error = state.training.check.error().unwrap().to_owned();
    assert!(error.contains("/gone/table.csv"), "{error}");
    assert!(
        state
            .shared
            .notices
            .iter()
            .any(|notice| notice.text == error)
    );
}

#[test]
fn another_table_forgets_the_columns_of_the_one_before() {
    let mut state = state(Picked::Nothing);
    let header = ["Image Index", "Patient ID", "Finding Labels"].map(str::to_owned);
    let draft = ColumnsDraft::new(PathBuf::from("a.csv"), header.to_vec(), None);
    order(&mut state, TrainingCommand::EditColumns(draft));
    order(&mut state, TrainingCommand::CloseColumns { take: true });
    let config = &state.training.form.config;
    assert!(config.columns.is_some() && config.data.ends_with("a.csv"));
    let path = PathBuf::from("b.csv");
    order(
        &mut state,
        TrainingCommand::TakePath(TrainingPick::Table, path),
    );
    assert_eq!(state.training.form.config.columns, None);
}

#[test]
fn without_a_dialog_a_path_is_typed_for_what_was_asked() {
    let mut state = state(Picked::NoDialog);
    order(
        &mut state,
        TrainingCommand::Pick(TrainingPick::Field("valid_list")),
    );
    poll_until(&mut state, "the line", |state| {
        state.shared.prompt.is_some()
    });
    state.apply(Command::EditPath(" lists/valid.txt ".to_owned()));
    state.apply(Command::UseTypedPath);
    let list = state.training.form.config.valid_list.clone();
    assert_eq!(list, Some(PathBuf::from("lists/valid.txt")));
    assert_eq!(state.shared.prompt, None);
}

#[test]
fn a_typed_path_of_a_file_that_is_there_is_refused_and_another_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    std::fs::write(&path, "mine").unwrap();
    let mut state = state(Picked::NoDialog);
    order(&mut state, TrainingCommand::Pick(TrainingPick::SaveConfig));
    poll_until(&mut state, "the line", |state| {
        state.shared.prompt.is_some()
    });
    state.apply(Command::EditPath(path.display().to_string()));
    state.apply(Command::UseTypedPath);
    assert!(state.shared.prompt.is_some(), "another path can be typed");
    let notice = state.shared.notices.iter().last().unwrap().text.clone();
    assert!(
        notice.contains("a file of this name exists, type another"),
        "{notice}"
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    let other = folder.path().join("other.toml");
    state.apply(Command::EditPath(other.display().to_string()));
    state.apply(Command::UseTypedPath);
    poll_until(&mut state, "the file", |_| other.is_file());
}

#[test]
fn what_was_set_up_is_there_at_the_next_start() {
    let mut state = state(Picked::Nothing);
    let config = TrainConfig {
        depth: 20,
        ..TrainConfig::default()
    };
    order(&mut state, TrainingCommand::Edit(Box::new(config)));
    order(
        &mut state,
        TrainingCommand::EditRunFolder("runs/a".to_owned()),
    );
    let next = state_with(state.shared.settings.clone(), Picked::Nothing);
    assert_eq!(next.training.form.config.depth, 20);
    assert_eq!(next.training.form.run_folder, "runs/a");
}

#[test]
fn a_run_on_the_disk_is_opened_remembered_and_compared() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("a");
    let (run, _lock) = RunFolder::create(&root).unwrap().keep();
    let config = TrainConfig {
        epochs: 2,
        ..TrainConfig::default()
    };
    config.save(&run.config_path()).unwrap();
    run.save_history(&[epoch(1, 1.0, 0.6)]).unwrap();
    let mut state = state(Picked::Nothing);
    order(&mut state, TrainingCommand::OpenRun(root.clone()));
    poll_until(&mut state, "the run", |state| state.training.run.is_some());
    assert_eq!(state.workspace, Workspace::Training);
    assert_eq!(state.training.phase(), Some(RunPhase::Unfinished));
    // There is no checkpoint in it.
    assert!(!state.training.run.as_ref().unwrap().can_resume());
    assert_eq!(
        state.shared.settings.training.recent_runs,
        std::slice::from_ref(&root)
    );
    for _ in 0..2 {
        order(&mut state, TrainingCommand::Compare(root.clone()));
        poll_until(&mut state, "the other", |state| {
            state.training.compared.opening.running().is_none()
        });
    }
    assert_eq!(state.training.compared.records.len(), 1);
    order(&mut state, TrainingCommand::DropCompared(0));
    order(&mut state, TrainingCommand::DropCompared(0));
    assert!(state.training.compared.records.is_empty());
}

#[test]
fn a_folder_without_a_run_leaves_the_run_in_view() {
    let folder = tempfile::tempdir().unwrap();
    let mut state = state(Picked::Nothing);
    let root = folder.path().to_owned();
    order(&mut state, TrainingCommand::OpenRun(root));
    poll_until(&mut state, "the notice", |state| {
        state
            .shared
            .notices
            .iter()
            .any(|notice| notice.text.contains("config.toml"))
    });
    assert!(state.training.run.is_none());
}

#[test]
fn the_next_start_has_the_default_model_unless_another_is_pinned() {
    let path = PathBuf::from("/models/mine.safetensors");
    let mut state = state(Picked::Nothing);
    state.apply(Command::Open(vec![path.clone()]));
    let next = state_with(state.shared.settings.clone(), Picked::Nothing);
    assert_eq!(next.shared.model.requested_path(), None);
    state.apply(Command::PinModel(Some(path.clone())));
    let mut next = state_with(state.shared.settings.clone(), Picked::Nothing);
    assert_eq!(next.shared.model.requested_path(), Some(path.as_path()));
    next.apply(Command::PinModel(None));
    let last = state_with(next.shared.settings.clone(), Picked::Nothing);
    assert_eq!(last.shared.model.requested_path(), None);
}

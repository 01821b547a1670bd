//! A short real training by its buttons, and what the panels say before, meanwhile and after.

use std::path::Path;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use thorax::app::ThoraxApp;
use thorax::domain::TrainingPoint;
use thorax::state::{
    Closing, Command, FilmState, ModelOrigin, Picked, RunPhase, TrainingCommand, TrainingPage,
    Workspace,
};
use thorax::train::{AucTable, EpochMetrics, LabelAuc, RunFolder, TrainConfig};
use thorax::ui::panels::check_verdicts;
use thorax::work::Task;

use crate::harness::{
    AppHarness, PreparedPicker, build, builder, has_model, is_scored, step_until,
};
use crate::training_data::TrainingData;

/// Epochs enough that a training is still at work when it is paused or stopped. Every epoch keeps
/// its model, and the check refuses what the disk has no room for: these ask for some 400 MiB.
const MANY: usize = 400;
/// The cache holds films as bytes, as the viewer sees them; sums differ in order only.
const SCORE_TOLERANCE: f64 = 1e-4;

fn app(data: &TrainingData, answer: Picked) -> AppHarness {
    let mut harness = build(builder(), PreparedPicker::new(answer), vec![]);
    let cache = data.path("cache");
    harness.state_mut().state.shared.services.cache_folder = Some(cache);
    step_until("the model", &mut harness, has_model);
    harness
}

fn phase(app: &ThoraxApp) -> Option<RunPhase> {
    app.state.training.phase()
}

fn n_steps(app: &ThoraxApp) -> usize {
    let run = app.state.training.run.as_ref();
    run.map_or(0, |run| run.record.live.steps.points().len())
}

fn n_epochs(app: &ThoraxApp) -> usize {
    let run = app.state.training.run.as_ref();
    run.map_or(0, |run| run.record.epochs.len())
}

fn click(harness: &mut AppHarness, button: &str) {
    harness.get_by_role_and_label(Role::Button, button).click();
    harness.step();
}

fn type_into(harness: &mut AppHarness, field: &str, text: &Path) {
    let field = harness.get_by_role_and_label(Role::TextInput, field);
    field.focus();
    field.type_text(&text.display().to_string());
    harness.step();
    harness.step();
}

/// To the set-up by the switch, the configuration by its dialog, the run folder by hand.
fn set_up(harness: &mut AppHarness, data: &TrainingData) {
    click(harness, "Training");
    assert_eq!(harness.state().state.workspace, Workspace::Training);
    harness.run();
    click(harness, "Data");
    harness.run();
    click(harness, "Load configuration…");
    let loaded = |app: &ThoraxApp| app.state.training.form.config.depth == 11;
    step_until("the configuration", harness, loaded);
    type_into(harness, "Run folder", &data.path("run"));
    assert_eq!(
        harness.state().state.training.form.run_folder,
        data.path("run").display().to_string()
    );
}

fn check(harness: &mut AppHarness) {
    click(harness, "Check the data");
    step_until("the check", harness, |app| {
        app.state.training.check.running().is_none()
            && !matches!(app.state.training.check, Task::Idle)
    });
}

fn started(data: &TrainingData, epochs: usize) -> AppHarness {
    let answer = Picked::Files(vec![data.config_file(epochs)]);
    let mut harness = app(data, answer);
    set_up(&mut harness, data);
    check(&mut harness);
    click(&mut harness, "Start training");
    step_until("a step", &mut harness, |app| n_steps(app) > 0);
    harness
}

fn is_enabled(harness: &AppHarness, button: &str) -> bool {
    let node = harness.get_by_role_and_label(Role::Button, button);
    !node.accesskit_node().is_disabled()
}

#[test]
fn a_training_is_started_paused_resumed_and_stopped_by_its_buttons() {
    let data = TrainingData::new(false);
    let mut harness = started(&data, MANY);
    step_until("an epoch", &mut harness, |app| n_epochs(app) > 0);
    click(&mut harness, "Pause");
    let is_paused = |app: &ThoraxApp| phase(app) == Some(RunPhase::Paused);
    step_until("the pause", &mut harness, is_paused);
    // Nothing moves: the window settles, and no step is taken.
    harness.run();
    let n_before = n_steps(harness.state());

    click(&mut harness, "Score with current weights");
    step_until("the paused model", &mut harness, |app| {
        let loaded = app.state.shared.model.loaded.as_ref();
        loaded.is_some_and(|loaded| matches!(loaded.origin, ModelOrigin::Moment(_)))
    });
    let state = &mut harness.state_mut().state;
    assert_eq!(state.workspace, Workspace::Viewer);
    assert_eq!(state.shared.settings.pinned_model, None);
    state.apply(Command::Open(vec![data.path("film03.png")]));
    step_until("the scores of this moment", &mut harness, is_scored);
    let reading = harness
        .state()
        .state
        .shared
        .films
        .film
        .reading()
        .unwrap()
        .clone();
    assert_eq!(reading.inference.scores.values().len(), 3);
    assert_eq!(n_steps(harness.state()), n_before);
    // The bar over the viewer and the status line name the epoch of the weights in memory.
    let state = &harness.state().state;
    let loaded = state.shared.model.loaded.as_ref().unwrap();
    let training = loaded.classifier.identity().training().unwrap().clone();
    let live = &state.training.run.as_ref().unwrap().record.live;
    let last = live.last_step.unwrap();
    let expected = TrainingPoint::at("run", last.epoch, last.step, last.n_steps);
    assert_eq!(training, expected);
    let epoch = training.epoch_text();
    harness.get_by_label(&format!("In the viewer: epoch {epoch}"));
    harness.get_by_label_contains(&format!(", run run, epoch {epoch}, in memory only"));

    let link = harness.get_by_label_contains("Paused");
    link.click();
    harness.step();
    harness.step();
    assert_eq!(harness.state().state.workspace, Workspace::Training);
    click(&mut harness, "Resume");
    step_until("more steps", &mut harness, |app| n_steps(app) > n_before);
    click(&mut harness, "Stop and keep");
    let is_stopped = |app: &ThoraxApp| phase(app) == Some(RunPhase::Stopped);
    step_until("the end", &mut harness, is_stopped);
    let run = data.path("run");
    for name in [
        "config.toml",
        "run.json",
        "checkpoint.safetensors",
        "metrics.csv",
    ] {
        assert!(run.join(name).is_file(), "{name} is missing");
    }

    let n_done = n_epochs(harness.state());
    harness.step();
    click(&mut harness, "Resume");
    step_until("another epoch", &mut harness, |app| n_epochs(app) > n_done);
    click(&mut harness, "Stop and keep");
    step_until("the end", &mut harness, is_stopped);
    let history = RunFolder::open(&run).unwrap().history().unwrap();
    let numbers: Vec<_> = history.iter().map(|epoch| epoch.epoch).collect();
    assert_eq!(numbers, (1..=n_epochs(harness.state())).collect::<Vec<_>>());
}

#[test]
fn a_finished_run_shows_its_figures_films_and_epochs() {
    let data = TrainingData::new(false);
    let mut harness = started(&data, 2);
    step_until("the end", &mut harness, |app| {
        phase(app) == Some(RunPhase::Finished)
    });
    let record = &harness.state().state.training.run.as_ref().unwrap().record;
    assert_eq!((record.epochs.len(), record.n_films), (2, [12, 6, 4]));
    assert!(record.test_auc.is_some());
    harness.run();
    // A label that is never positive in validation has no AUC, and is no number.
    harness.get_by_label("n/a: all films are positive, or all are negative");
    harness.get_by_label_contains("fewer than 10 positive films");

    harness
        .get_by_role_and_label(Role::Slider, "run: model of epoch")
        .set_value_accesskit(1.0);
    step_until("the first epoch's model", &mut harness, |app| {
        let loaded = app.state.shared.model.loaded.as_ref().unwrap();
        matches!(&loaded.origin, ModelOrigin::File(path) if path.ends_with("epochs/0001.safetensors"))
    });
    harness.run();
    harness.get_by_label("In the viewer: epoch 1");

    click(&mut harness, "Validation films");
    step_until("the pictures", &mut harness, |app| {
        let gallery = &app.state.training.gallery;
        gallery.films.done().is_some() && gallery.pictures.known.len() == 6
    });
    harness.run();
    click(&mut harness, "film12.png");
    step_until("the film's scores", &mut harness, is_scored);
    assert_eq!(harness.state().state.workspace, Workspace::Viewer);
    let path = harness.state().state.shared.films.current_path().unwrap();
    assert!(path.ends_with("film12.png"));
    // Its scores are those of the card: of the best model, whatever was in the viewer before.
    step_until("the best model", &mut harness, |app| {
        let loaded = app.state.shared.model.loaded.as_ref().unwrap();
        matches!(&loaded.origin, ModelOrigin::File(path) if path.ends_with("best.safetensors"))
            && is_scored(app)
    });
    let gallery = &harness.state().state.training.gallery;
    let films = &gallery.films.done().unwrap().predictions.films;
    let card = films
        .iter()
        .find(|film| film.path.ends_with("film12.png"))
        .unwrap();
    let reading = harness.state().state.shared.films.film.reading().unwrap();
    for (score, told) in reading.inference.scores.values().iter().zip(&card.scores) {
        assert!(
            (f64::from(score.get()) - told).abs() < SCORE_TOLERANCE,
            "{score:?} {told}"
        );
    }
}

#[test]
fn a_leak_is_named_and_nothing_can_start() {
    let data = TrainingData::new(true);
    let mut harness = app(&data, Picked::Files(vec![data.config_file(1)]));
    set_up(&mut harness, &data);
    check(&mut harness);
    harness.run();
    harness.get_by_label("Patient 0: 1 train, 1 valid");
    assert!(!is_enabled(&harness, "Start training"));
    let command = Command::Training(TrainingCommand::Start);
    harness.state_mut().state.apply(command);
    assert!(harness.state().state.training.run.is_none());
    assert!(!data.path("run").exists());
}

#[test]
fn only_other_data_make_a_check_void_and_a_start_checks_by_itself() {
    let data = TrainingData::new(false);
    let mut harness = app(&data, Picked::Files(vec![data.config_file(1)]));
    set_up(&mut harness, &data);
    check(&mut harness);
    harness.run();
    assert!(harness.state().state.training.valid_check().is_some());
    click(&mut harness, "Recipe");
    harness.run();
    harness
        .get_by_role_and_label(Role::SpinButton, "Epochs")
        .set_value_accesskit(7.0);
    harness.run();
    assert_eq!(harness.state().state.training.form.config.epochs, 7);
    assert!(harness.state().state.training.valid_check().is_some());
    click(&mut harness, "Balance");
    harness.run();
    harness
        .get_by_role_and_label(Role::SpinButton, "Minimum positives per finding")
        .set_value_accesskit(2.0);
    harness.run();
    assert!(harness.state().state.training.valid_check().is_none());
    assert!(is_enabled(&harness, "Start training"));
    click(&mut harness, "Start training");
    assert!(
        harness.state().state.training.run.is_none(),
        "not before the check"
    );
    step_until("a step", &mut harness, |app| n_steps(app) > 0);
    let run = harness.state().state.training.run.as_ref().unwrap();
    let config = &run.record.config;
    assert_eq!((config.epochs, config.min_positives), (7, 2));
}

#[test]
fn a_dry_run_and_changed_films_come_before_the_run() {
    let data = TrainingData::new(false);
    let mut harness = app(&data, Picked::Files(vec![data.config_file(1)]));
    set_up(&mut harness, &data);
    check(&mut harness);
    harness.run();
    click(&mut harness, "Dry run");
    step_until("the dry run", &mut harness, |app| {
        app.state.training.dry_run.done().is_some()
    });
    harness.run();
    harness.get_by_label_contains("for all epochs, without validation");
    click(&mut harness, "Recipe");
    harness.run();
    click(&mut harness, "Show augmentation");
    step_until("the changed films", &mut harness, |app| {
        app.state.training.preview.done().is_some()
    });
    harness.run();
    let preview = harness
        .state()
        .state
        .training
        .preview
        .done()
        .unwrap()
        .clone();
    assert_eq!(preview.films.len(), 6);
    let pictures = &preview.films[0].pictures;
    assert!(pictures[1..].iter().all(|picture| *picture != pictures[0]));
    harness
        .get_all_by_label("film00.png, augmented")
        .next()
        .unwrap();
    // None of this made a run.
    assert!(!data.path("run").exists());
}

#[test]
fn closing_the_window_asks_and_then_saves() {
    let data = TrainingData::new(false);
    let mut harness = started(&data, MANY);
    let close = |harness: &mut AppHarness| {
        let viewports = &mut harness.input_mut().viewports;
        let viewport = viewports.entry(egui::ViewportId::ROOT).or_default();
        viewport.events.push(egui::ViewportEvent::Close);
        harness.step();
        harness.step();
        let viewports = &mut harness.input_mut().viewports;
        viewports
            .entry(egui::ViewportId::ROOT)
            .or_default()
            .events
            .clear();
        harness.step();
    };
    close(&mut harness);
    assert_eq!(harness.state().state.training.closing, Closing::Asked);
    click(&mut harness, "Continue training");
    let state = &harness.state().state;
    assert_eq!(state.training.closing, Closing::No);
    assert!(state.training.is_running());
    close(&mut harness);
    click(&mut harness, "Stop and keep, then close");
    step_until("the end", &mut harness, |app| {
        app.state.training.closing == Closing::Now
    });
    assert!(data.path("run/checkpoint.safetensors").is_file());
}

#[test]
fn dropping_the_program_stops_a_training_and_keeps_it() {
    let data = TrainingData::new(false);
    let mut harness = started(&data, MANY);
    click(&mut harness, "Pause");
    step_until("the pause", &mut harness, |app| {
        phase(app) == Some(RunPhase::Paused)
    });
    drop(harness);
    let folder = RunFolder::open(&data.path("run")).unwrap();
    assert!(folder.checkpoint().unwrap().is_some());
}

#[test]
fn columns_of_another_name_are_chosen_in_a_dialog() {
    let data = TrainingData::new(false);
    let table = std::fs::read_to_string(data.path("table.csv")).unwrap();
    let body = table.split_once('\n').unwrap().1;
    let own = format!("file,subject,tumour,water,breach\n{body}");
    std::fs::write(data.path("table.csv"), own).unwrap();
    let mut harness = app(&data, Picked::Files(vec![data.config_file(1)]));
    set_up(&mut harness, &data);
    check(&mut harness);
    assert!(harness.state().state.training.check.error().is_some());
    harness.step();
    click(&mut harness, "Choose columns…");
    step_until("the columns", &mut harness, |app| {
        app.state.training.files.columns.done().is_some()
    });
    harness.run();
    assert!(!is_enabled(&harness, "Use these columns"));
    for label in ["tumour", "water"] {
        harness.get_by_role_and_label(Role::CheckBox, label).click();
        harness.run();
    }
    click(&mut harness, "Use these columns");
    harness.key_press(Key::F6);
    step_until("the check", &mut harness, |app| {
        app.state.training.check.done().is_some()
    });
    let check = harness.state().state.training.check.done().unwrap();
    let names: Vec<_> = check
        .labels
        .iter()
        .map(|label| label.name.as_str())
        .collect();
    assert_eq!(names, ["tumour", "water"]);
}

/// A run folder as it may lie there years later, without any film.
fn old_run(root: &Path) {
    let (folder, _lock) = RunFolder::create(root).unwrap().keep();
    let config = TrainConfig {
        data: "/gone/films".into(),
        epochs: 1,
        ..TrainConfig::default()
    };
    config.save(&folder.config_path()).unwrap();
    let label = |n_pos| LabelAuc {
        auc: 0.7,
        low: Some(0.6),
        high: Some(0.8),
        n_pos,
        n_neg: 40,
    };
    let table = AucTable {
        labels: vec![
            ("Mass".to_owned(), Some(label(20))),
            ("Edema".to_owned(), Some(label(3))),
            ("Hernia".to_owned(), None),
        ],
    };
    let epoch = EpochMetrics {
        epoch: 1,
        train_loss: 0.5,
        penalty: 0.1,
        train_auc: table.clone(),
        valid_loss: Some(0.6),
        valid_auc: table,
        learning_rate: 1e-3,
        films_per_s: 40.0,
        elapsed_secs: 100.0,
        is_best: true,
        patience_left: None,
    };
    folder.save_history(&[epoch]).unwrap();
    folder.log("epoch 1: as it was").unwrap();
}

#[test]
fn a_run_without_its_films_shows_curves_tables_and_log() {
    let data = TrainingData::new(false);
    let (first, second) = (data.path("first"), data.path("second"));
    old_run(&first);
    old_run(&second);
    let mut harness = app(&data, Picked::NoDialog);
    let state = &mut harness.state_mut().state;
    state.apply(Command::Training(TrainingCommand::OpenRun(first)));
    step_until("the run", &mut harness, |app| {
        app.state.training.run.is_some()
    });
    harness.run();
    assert_eq!(phase(harness.state()), Some(RunPhase::Finished));
    harness.get_by_label("epoch 1: as it was");
    harness.get_by_label("Loss by epoch");
    harness
        .get_by_label("1 in gray have fewer than 10 positive films: too few to tell from chance");
    // AUC, interval and positives of the label that has none.
    assert_eq!(harness.query_all_by_label("n/a").count(), 3);

    // Another run is laid over it; without a dialog its path is typed.
    click(&mut harness, "Compare with run…");
    step_until("the path's line", &mut harness, |app| {
        app.state.shared.prompt.is_some()
    });
    harness.run();
    type_into(&mut harness, "Folder of a run to compare", &second);
    click(&mut harness, "Use path");
    step_until("the other run", &mut harness, |app| {
        app.state.training.compared.records.len() == 1
    });
    harness.run();
    harness.get_by_label("second  0.700");
    let state = &mut harness.state_mut().state;
    let films = TrainingCommand::ShowPage(TrainingPage::Films);
    state.apply(Command::Training(films));
    step_until("why there are no films", &mut harness, |app| {
        app.state.training.gallery.films.error().is_some()
    });
}

#[test]
fn a_configuration_saved_by_the_panel_is_one_that_the_program_reads() {
    let data = TrainingData::new(false);
    let path = data.path("saved.toml");
    let mut harness = app(&data, Picked::Files(vec![path.clone()]));
    let config = Box::new(data.config(5));
    let state = &mut harness.state_mut().state;
    state.apply(Command::Training(TrainingCommand::Edit(config)));
    click(&mut harness, "Training");
    harness.run();
    click(&mut harness, "Save configuration…");
    step_until("the file", &mut harness, |_| path.is_file());
    assert_eq!(TrainConfig::load(&path).unwrap(), data.config(5));
    // It is remembered, too.
    let remembered = harness
        .state()
        .state
        .shared
        .settings
        .training
        .config
        .clone();
    let remembered = TrainConfig::from_toml(&remembered.unwrap(), &[]).unwrap();
    assert_eq!(remembered, data.config(5));
}

#[test]
fn keys_of_the_viewer_do_nothing_while_training_is_in_view() {
    let data = TrainingData::new(false);
    let mut harness = app(&data, Picked::Nothing);
    let open = Command::Open(vec![data.path("film00.png")]);
    harness.state_mut().state.apply(open);
    step_until("the scores", &mut harness, is_scored);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::Num2);
    harness.run();
    assert_eq!(harness.state().state.workspace, Workspace::Training);
    let shown = harness.state().state.shared.settings.map.visible;
    harness.key_press(Key::M);
    harness.run();
    assert_eq!(harness.state().state.shared.settings.map.visible, shown);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::Num1);
    harness.run();
    assert_eq!(harness.state().state.workspace, Workspace::Viewer);
    assert!(matches!(
        harness.state().state.shared.films.film,
        FilmState::Read(_)
    ));
}

#[test]
fn a_check_lists_what_it_found_with_the_way_to_mend_it() {
    let data = TrainingData::new(false);
    let mut harness = app(&data, Picked::Files(vec![data.config_file(1)]));
    set_up(&mut harness, &data);
    check(&mut harness);
    harness.run();
    harness.get_by_label("No patient in two parts");
    harness.get_by_label("All 22 films found");
    harness.get_by_label("Hernia has 1 positive: it will not be learned");
    let check = harness.state().state.training.check.done().unwrap();
    let grades: Vec<_> = check_verdicts(check)
        .iter()
        .map(|line| line.verdict.grade.mark())
        .collect();
    let mut sorted = grades.clone();
    sorted.sort_by_key(|mark| ["x", "!", "-", "ok"].iter().position(|m| m == mark));
    assert_eq!(grades, sorted, "what is worst comes first");
    // The speed comes by itself, from two seconds of steps.
    step_until("the speed", &mut harness, |app| {
        let training = &app.state.training;
        training
            .live
            .speed
            .films_per_s(&training.form.config)
            .is_some()
    });
    harness.run();
    harness.get_by_label_contains("without validation");
    let see = harness.get_all_by_role_and_label(Role::Button, "See the balance");
    see.into_iter().next().unwrap().click();
    harness.run();
    assert_eq!(harness.state().state.training.page, TrainingPage::Balance);
}

//! Pictures of the whole window, where pixels are the point. They need a GPU, if in software.

use egui_kittest::SnapshotOptions;
use egui_kittest::wgpu::WgpuTestRenderer;
use thorax::state::{
    Command, CompareCommand, DisplayCommand, MapCommand, Picked, RunChoices, RunRecord, RunState,
    ShownRun, ThemeChoice, TrainingCommand, TrainingPage, ViewerCommand,
};
use thorax::train::{AucTable, EpochMetrics, LabelAuc};

use crate::films::phantom;
use crate::harness::{
    AppHarness, PreparedPicker, build, builder, has_failed, has_model, is_scored, step_until,
};

/// Set where a missing GPU is a failure and not a skip.
const REQUIRE: &str = "THORAX_REQUIRE_SNAPSHOTS";

/// Versions of a software GPU differ at some edges of letters.
const MAX_FAILED_PIXELS: usize = 120;

/// A renderer, or none where there is no GPU; said aloud, or a failure where one is required.
fn renderer() -> Option<WgpuTestRenderer> {
    // kittest panics without an adapter and offers no question; the jobs' own way to catch that.
    let (sender, woken) = std::sync::mpsc::channel();
    let wake = std::sync::Arc::new(move || {
        let _ = sender.send(());
    });
    let wake: thorax::work::Wake = wake;
    let mut task = thorax::work::Task::Idle;
    task.start("look for a GPU", &wake, |_| Ok(WgpuTestRenderer::new()));
    woken.recv().unwrap();
    task.poll();
    if let Some(Ok(renderer)) = task.take() {
        Some(renderer)
    } else {
        let required = std::env::var_os(REQUIRE).is_some();
        assert!(!required, "{REQUIRE} is set, but there is no GPU");
        eprintln!("skipped: no GPU for image snapshots (mesa-vulkan-drivers brings one)");
        None
    }
}

fn app(films: Vec<std::path::PathBuf>) -> Option<AppHarness> {
    let builder = builder().renderer(renderer()?);
    Some(build(builder, PreparedPicker::new(Picked::Nothing), films))
}

/// Hides what differs from run to run, then compares.
fn check(harness: &mut AppHarness, name: &str) {
    harness.run();
    // Time taken.
    harness.mask(egui::Rect::from_min_max(
        egui::pos2(700.0, 776.0),
        egui::pos2(1280.0, 800.0),
    ));
    let options = SnapshotOptions::new().max_failed_pixels(MAX_FAILED_PIXELS);
    harness.snapshot_options(name, &options);
}

#[test]
fn the_empty_window() {
    let Some(mut harness) = app(vec![]) else {
        return;
    };
    step_until("the model", &mut harness, has_model);
    check(&mut harness, "empty");
}

#[test]
fn a_film_with_its_scores_and_a_map() {
    let Some(mut harness) = app(vec![phantom()]) else {
        return;
    };
    step_until("the scores", &mut harness, is_scored);
    check(&mut harness, "film");
    let light = Command::SetTheme(ThemeChoice::Light);
    harness.state_mut().state.apply(light);
    harness
        .state_mut()
        .state
        .apply(Command::Viewer(ViewerCommand::Map(MapCommand::Show(false))));
    check(&mut harness, "film_light");
}

#[test]
fn all_maps_lines_and_two_films() {
    let films = crate::films::folder(2, false);
    let Some(mut harness) = app(vec![films.path().to_owned()]) else {
        return;
    };
    step_until("the scores", &mut harness, is_scored);
    step_until("the small pictures", &mut harness, |app| {
        let pictures = &app.state.list.pictures;
        pictures.known.len() == 2 && !pictures.is_busy()
    });
    let state = &mut harness.state_mut().state;
    state.apply(Command::Viewer(ViewerCommand::Display(
        DisplayCommand::ShowAllMaps(true),
    )));
    check(&mut harness, "all_maps");
    let state = &mut harness.state_mut().state;
    state.apply(Command::Viewer(ViewerCommand::Display(
        DisplayCommand::ShowAllMaps(false),
    )));
    state.apply(Command::Viewer(ViewerCommand::Map(
        MapCommand::SetContours(true),
    )));
    state.apply(Command::Viewer(ViewerCommand::Compare(
        CompareCommand::ShowFilm(1),
    )));
    step_until("the film beside", &mut harness, |app| {
        let compare = app.state.viewer.compare.as_ref();
        compare.is_some_and(|compare| compare.film.reading().is_some())
    });
    check(&mut harness, "compare");
}

#[test]
fn a_film_that_is_refused() {
    let (_folder, path) = crate::films::stripes();
    let Some(mut harness) = app(vec![path]) else {
        return;
    };
    step_until("the scores", &mut harness, is_scored);
    step_until("the small picture", &mut harness, |app| {
        !app.state.list.pictures.known.is_empty()
    });
    check(&mut harness, "refused");
}

#[test]
fn a_film_that_cannot_be_opened() {
    // Named from the package's folder, so that the error's words are the same everywhere.
    let broken = std::path::PathBuf::from("tests/reference/broken.png");
    let Some(mut harness) = app(vec![broken]) else {
        return;
    };
    step_until("the error", &mut harness, has_failed);
    check(&mut harness, "broken");
}

#[test]
fn a_training_is_set_up() {
    let Some(mut harness) = app(vec![]) else {
        return;
    };
    step_until("the model", &mut harness, has_model);
    let data = TrainingCommand::ShowPage(TrainingPage::Data);
    harness.state_mut().state.apply(Command::Training(data));
    check(&mut harness, "training_set_up");
}

/// A run of five epochs with one label that has no AUC and one that has few positive films.
fn run() -> RunRecord {
    let label = |auc: f64, n_pos| LabelAuc {
        auc,
        low: Some(auc - 0.06),
        high: Some(auc + 0.06),
        n_pos,
        n_neg: 200,
    };
    let table = |auc: f64| AucTable {
        labels: vec![
            ("Cardiomegaly".to_owned(), Some(label(auc, 30))),
            ("Effusion".to_owned(), Some(label(auc + 0.1, 60))),
            ("Hernia".to_owned(), None),
            ("Mass".to_owned(), Some(label(auc - 0.1, 4))),
        ],
    };
    let epoch = |epoch: usize| EpochMetrics {
        epoch,
        train_loss: 0.5 / (epoch as f64).sqrt(),
        penalty: 0.1,
        train_auc: table(0.6 + 0.05 * epoch as f64),
        valid_loss: Some(0.5 / (epoch as f64).cbrt()),
        valid_auc: table(0.6 + 0.03 * epoch as f64),
        learning_rate: 1e-3,
        films_per_s: 40.0,
        elapsed_secs: 60.0 * epoch as f64,
        is_best: true,
        patience_left: None,
    };
    RunRecord {
        folder: "runs/example".into(),
        epochs: (1..=5).map(epoch).collect(),
        kept_epochs: (1..=5).collect(),
        log: ["epoch 5: as it was said".to_owned()].into(),
        n_films: [900, 230, 300],
        ..RunRecord::default()
    }
}

#[test]
fn a_run_with_its_curves_and_figures() {
    let Some(mut harness) = app(vec![]) else {
        return;
    };
    step_until("the model", &mut harness, has_model);
    let state = &mut harness.state_mut().state;
    state.training.run = Some(ShownRun {
        record: run(),
        state: RunState::AtRest,
        choices: RunChoices::default(),
    });
    let page = TrainingCommand::ShowPage(TrainingPage::Run);
    state.apply(Command::Training(page));
    check(&mut harness, "training_run");
}

#[test]
fn scores_being_judged() {
    let Some(mut harness) = app(vec!["tests/reference/scores.csv".into()]) else {
        return;
    };
    step_until("the model", &mut harness, has_model);
    step_until("the scores", &mut harness, |app| {
        app.state.evaluation.set.is_some()
    });
    check(&mut harness, "evaluation");
}

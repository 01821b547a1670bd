//! The training loop as a whole: it learns, it does not learn from noise, and it can be stopped.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use thorax::dataset::{Augmentation, SeededRandom};
use thorax::domain::{Part, TrainingPoint};
use thorax::model::ComputeDevice;
use thorax::train::{
    Checkpoint, Ending, RunFolder, TrainConfig, TrainControl, TrainError, TrainEvent, TrainReport,
    TrainSetup, resume, train,
};
use thorax::work::{Canceled, Progress, StopSignal, Unwatched, Watch};

use crate::films;

/// Drawn films of 32 x 32 pixels; a bright disc is a Mass, a bright bar an Effusion.
pub fn drawn_films(folder: &Path, n_patients: usize) -> PathBuf {
    let mut random = SeededRandom::new(11);
    let mut table = String::from(
        "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,\
         View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y]\n",
    );
    for patient in 0..n_patients {
        for follow_up in 0..2 {
            let (disc, bar) = (random.uniform() < 0.4, random.uniform() < 0.4);
            let (x0, y0) = (
                random.below(12) as f32 + 10.0,
                random.below(12) as f32 + 10.0,
            );
            let noise: Vec<u8> = (0..32 * 32).map(|_| random.below(60) as u8).collect();
            let film = image::GrayImage::from_fn(32, 32, |x, y| {
                let in_disc = disc && (x as f32 - x0).hypot(y as f32 - y0) < 4.0;
                let in_bar = bar && (26..30).contains(&y);
                let light = if in_disc || in_bar { 150 } else { 40 };
                image::Luma([light + noise[(y * 32 + x) as usize]])
            });
            let name = format!("{patient:04}_{follow_up}.png");
            film.save(folder.join(&name)).unwrap();
            let findings = match (disc, bar) {
                (true, true) => "Effusion|Mass",
                (true, false) => "Mass",
                (false, true) => "Effusion",
                (false, false) => "No Finding",
            };
            writeln!(
                table,
                "{name},{findings},{follow_up},{patient},50,M,PA,32,32,1,1"
            )
            .unwrap();
        }
    }
    fs::write(folder.join("Data_Entry_2017_v2020.csv"), table).unwrap();
    folder.to_owned()
}

pub fn config(data: &Path) -> TrainConfig {
    TrainConfig {
        data: data.to_owned(),
        depth: 11,
        side: 32,
        epochs: 4,
        batch_size: 8,
        min_positives: 1,
        ema_decay: 0.9,
        valid_share: 0.25,
        test_share: 0.25,
        undersample: "none".parse().unwrap(),
        ..TrainConfig::default()
    }
}

pub fn setup(folder: &Path) -> TrainSetup {
    TrainSetup {
        device: ComputeDevice::cpu_with_threads(2).unwrap(),
        cache_folder: folder.join("cache"),
        control: TrainControl::default(),
        ranks: thorax_ranks::Ranks::alone(),
    }
}

pub fn run(config: &TrainConfig, folder: &Path, name: &str) -> TrainReport {
    quietly(config, &folder.join(name), &setup(folder)).unwrap()
}

/// Trains with nobody watching.
fn quietly(
    config: &TrainConfig,
    root: &Path,
    setup: &TrainSetup,
) -> Result<TrainReport, TrainError> {
    train(config, root, setup, &Unwatched, &mut |_| {})
}

pub fn resumed(root: &Path, folder: &Path) -> Result<TrainReport, TrainError> {
    resume(root, &setup(folder), &Unwatched, &mut |_| {})
}

/// All that two trainings that are the same agree in: times differ.
pub fn outcome(folder: &Path, name: &str) -> Checkpoint {
    let run = RunFolder::open(&folder.join(name)).unwrap();
    let mut checkpoint = run.checkpoint().unwrap().unwrap();
    checkpoint.place.elapsed_secs = 0.0;
    for epoch in &mut checkpoint.place.history {
        (epoch.elapsed_secs, epoch.films_per_s) = (0.0, 0.0);
    }
    checkpoint
}

/// Trains and stops when `when` says so; then goes on to the end.
pub fn interrupted(
    config: &TrainConfig,
    folder: &Path,
    name: &str,
    when: impl Fn(&TrainEvent) -> bool,
) -> TrainReport {
    let stop = StopSignal::default();
    let mut on_event = |event: TrainEvent| {
        if when(&event) {
            stop.give();
        }
    };
    let root = folder.join(name);
    let report = train(config, &root, &setup(folder), &stop, &mut on_event).unwrap();
    assert_eq!(report.ending, Ending::Stopped);
    resumed(&root, folder).unwrap()
}

#[test]
fn a_run_that_was_stopped_goes_on_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(&drawn_films(folder.path(), 30));
    let whole = run(&config, folder.path(), "whole");
    assert_eq!(whole.ending, Ending::Finished);
    let expected = outcome(folder.path(), "whole");
    // Between two epochs, and in the middle of one.
    let between =
        |event: &TrainEvent| matches!(event, TrainEvent::EpochDone(epoch) if epoch.epoch == 2);
    let within = |event: &TrainEvent| matches!(event, TrainEvent::StepDone(step) if (step.epoch, step.step) == (3, 2));
    let report = interrupted(&config, folder.path(), "between", between);
    assert!(
        outcome(folder.path(), "between") == expected,
        "stopped between epochs"
    );
    assert_eq!(report.test_auc, whole.test_auc);
    interrupted(&config, folder.path(), "within", within);
    assert!(
        outcome(folder.path(), "within") == expected,
        "stopped within an epoch"
    );
}

#[test]
fn a_run_goes_on_with_copied_films_and_not_with_others() {
    let folder = tempfile::tempdir().unwrap();
    let data = drawn_films(folder.path(), 30);
    let root = folder.path().join("run");
    let stop = StopSignal::default();
    let mut at_once = |event: TrainEvent| {
        if matches!(event, TrainEvent::StepDone(_)) {
            stop.give();
        }
    };
    train(
        &config(&data),
        &root,
        &setup(folder.path()),
        &stop,
        &mut at_once,
    )
    .unwrap();
    let film = data.join("0000_0.png");
    let bytes = fs::read(&film).unwrap();

    fs::copy(data.join("0001_0.png"), &film).unwrap();
    let error = resumed(&root, folder.path()).unwrap_err();
    assert!(error.to_string().contains("the films differ"), "{error}");

    // The same film under a new time, as a copy has it.
    fs::write(&film, bytes).unwrap();
    let report = resumed(&root, folder.path()).unwrap();
    assert_eq!(report.ending, Ending::Finished);
}

#[test]
fn a_run_that_was_stopped_while_it_scored_goes_on_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(&drawn_films(folder.path(), 12));
    config.epochs = 2;
    let whole = run(&config, folder.path(), "whole");
    let expected = outcome(folder.path(), "whole");
    for scored in [Part::Valid, Part::Test] {
        let when = |event: &TrainEvent| matches!(event, TrainEvent::ScoringStarted { part, .. } if *part == scored);
        let report = interrupted(&config, folder.path(), scored.name(), when);
        assert!(
            outcome(folder.path(), scored.name()) == expected,
            "{scored}"
        );
        assert_eq!(report.test_auc, whole.test_auc, "{scored}");
    }
}

/// Keeps what a training told, in order: its events of scoring and of epochs, and its progress.
#[derive(Default)]
struct Listener(Mutex<Vec<String>>);

impl Listener {
    fn note(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }
}

impl Watch for Listener {
    fn progress(&self, progress: Progress) {
        let Progress {
            n_done,
            n_total,
            unit,
        } = progress;
        self.note(format!("{n_done} of {n_total} {unit}"));
    }

    fn check(&self) -> Result<(), Canceled> {
        Ok(())
    }
}

#[test]
fn validation_tells_of_its_start_its_progress_and_its_figures() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(&drawn_films(folder.path(), 12));
    config.epochs = 1;
    let listener = Listener::default();
    let mut told = None;
    let mut on_event = |event: TrainEvent| match event {
        TrainEvent::ScoringStarted { part, n_films } => {
            listener.note(format!("{part} started, {n_films} films"));
        }
        TrainEvent::ScoringDone(figures) => {
            listener.note(format!("{} done", figures.part));
            if figures.part == Part::Valid {
                told = Some((figures.loss, figures.auc));
            }
        }
        TrainEvent::EpochDone(epoch) => {
            listener.note("epoch done".to_owned());
            let expected = (epoch.valid_loss.unwrap(), epoch.valid_auc);
            assert_eq!(told.as_ref(), Some(&expected));
        }
        _ => {}
    };
    let root = folder.path().join("run");
    train(
        &config,
        &root,
        &setup(folder.path()),
        &listener,
        &mut on_event,
    )
    .unwrap();
    let lines = listener.0.into_inner().unwrap();
    assert!(
        lines.contains(&"24 of 24 films decoded".to_owned()),
        "{lines:?}"
    );
    let lines = lines.iter().filter(|line| !line.ends_with("decoded"));
    let expected = [
        "0 of 6 films scored",
        "valid started, 6 films",
        "0 of 6 films scored",
        "6 of 6 films scored",
        "valid done",
        "epoch done",
        "0 of 6 films scored",
        "test started, 6 films",
        "0 of 6 films scored",
        "6 of 6 films scored",
        "test done",
    ];
    assert_eq!(lines.collect::<Vec<_>>(), expected);
}

#[test]
fn another_number_of_threads_trains_the_same_weights() {
    let folder = tempfile::tempdir().unwrap();
    let config = TrainConfig {
        epochs: 1,
        ..config(&drawn_films(folder.path(), 12))
    };
    run(&config, folder.path(), "two");
    let one = TrainSetup {
        device: ComputeDevice::cpu_with_threads(1).unwrap(),
        ..setup(folder.path())
    };
    quietly(&config, &folder.path().join("one"), &one).unwrap();
    assert!(outcome(folder.path(), "one") == outcome(folder.path(), "two"));
}

#[test]
fn a_run_folder_tells_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(&drawn_films(folder.path(), 60));
    let report = run(&config, folder.path(), "run");
    let run = RunFolder::open(&folder.path().join("run")).unwrap();
    assert_eq!(run.history().unwrap(), report.epochs);
    assert_eq!(run.kept_epochs(4), [1, 2, 3, 4]);
    let info = run.info().unwrap();
    assert_eq!(info.n_films.iter().sum::<usize>(), 120);
    assert_eq!(info.n_leaking_patients, 0);
    assert_eq!(info.test_auc, report.test_auc);
    for part in [Part::Valid, Part::Test] {
        let predictions = run.predictions(part).unwrap();
        assert_eq!(predictions.labels, ["Effusion", "Mass"], "{part}");
        let best = report.epochs.iter().rev().find(|epoch| epoch.is_best);
        let point = TrainingPoint::at("run", best.unwrap().epoch, 1, 1);
        let model = predictions.model.unwrap();
        assert_eq!(model.training(), Some(&point), "{part}");
        assert!(predictions.films.len() > 10, "{part}");
    }
    for epoch in 1..=4 {
        let model = thorax::model::ModelFile::load(&run.epoch_path(epoch)).unwrap();
        let point = TrainingPoint::at("run", epoch, 1, 1);
        assert_eq!(model.card().provenance.run, Some(point));
    }
    let best = thorax::model::ModelFile::load(&run.best_path()).unwrap();
    assert!(best.card().provenance.evaluation.is_some());
    assert!(
        best.card()
            .class_frequencies
            .values()
            .iter()
            .all(Option::is_some)
    );
    // A learnable task in four epochs: well above chance.
    let auc = report.test_auc.unwrap().macro_mean().unwrap();
    assert!(auc > 0.7, "{auc}");
    let again = quietly(&config, run.root(), &setup(folder.path()));
    assert!(matches!(again, Err(TrainError::RunExists { .. })));
}

#[test]
fn a_pause_hands_out_the_model_of_the_moment() {
    let folder = tempfile::tempdir().unwrap();
    let config = TrainConfig {
        epochs: 1,
        ..config(&drawn_films(folder.path(), 12))
    };
    let setup = setup(folder.path());
    let control = setup.control.clone();
    let (mut n_models, mut n_resumed) = (0, 0);
    let mut on_event = |event: TrainEvent| match event {
        TrainEvent::StepDone(step) if step.step == 1 => control.pause(),
        TrainEvent::Paused(model) => {
            assert_eq!(model.card().labels.len(), 2);
            let point = model.card().provenance.run.clone().unwrap();
            assert_eq!(point.to_string(), "run run, epoch 1 step 1");
            n_models += 1;
            control.go_on();
        }
        TrainEvent::Resumed => n_resumed += 1,
        _ => {}
    };
    let root = folder.path().join("run");
    let report = train(&config, &root, &setup, &Unwatched, &mut on_event).unwrap();
    assert_eq!(report.ending, Ending::Finished);
    assert_eq!((n_models, n_resumed), (1, 1));
}

#[test]
fn a_loss_that_is_not_finite_names_the_films_and_keeps_the_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(&drawn_films(folder.path(), 12));
    config.epochs = 1;
    run(&config, folder.path(), "good");
    let run_folder = RunFolder::open(&folder.path().join("good")).unwrap();
    // Weights so large that the next step overflows.
    let mut checkpoint = run_folder.checkpoint().unwrap().unwrap();
    let dense = checkpoint
        .state
        .parameters
        .get_mut("head.dense.weight")
        .unwrap();
    dense.values.fill(f32::MAX);
    checkpoint.place.epoch = 1;
    checkpoint.save(&run_folder.checkpoint_path()).unwrap();
    let before = fs::read(run_folder.checkpoint_path()).unwrap();
    let error = resumed(run_folder.root(), folder.path()).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("not finite at step 1") && text.contains(".png"),
        "{text}"
    );
    assert_eq!(fs::read(run_folder.checkpoint_path()).unwrap(), before);
}

#[test]
fn a_checkpoint_that_cannot_be_written_costs_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(&drawn_films(folder.path(), 12));
    config.epochs = 2;
    let root = folder.path().join("run");
    let path = root.join("checkpoint.safetensors");
    let mut n_failed = 0;
    let mut on_event = |event: TrainEvent| match event {
        // A folder in the way refuses the file, as a full disk does.
        TrainEvent::Prepared(_) => fs::create_dir_all(path.join("in the way")).unwrap(),
        TrainEvent::SaveFailed(_) => n_failed += 1,
        _ => {}
    };
    let setup = setup(folder.path());
    let report = train(&config, &root, &setup, &Unwatched, &mut on_event).unwrap();
    assert_eq!((report.ending, n_failed), (Ending::Finished, 2));
    assert_eq!(report.epochs.len(), 2);
}

#[test]
fn patients_in_two_parts_stop_a_training_before_it_starts() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(&drawn_films(folder.path(), 12));
    config.epochs = 1;
    fs::write(
        folder.path().join("train.txt"),
        "0000_0.png\n0001_0.png\n0002_0.png\n",
    )
    .unwrap();
    fs::write(folder.path().join("valid.txt"), "0000_1.png\n0003_0.png\n").unwrap();
    config.train_list = Some("train.txt".into());
    config.valid_list = Some("valid.txt".into());
    let root = folder.path().join("run");
    let error = quietly(&config, &root, &setup(folder.path())).unwrap_err();
    assert!(
        matches!(error, TrainError::Leaks { n_patients: 1, .. }),
        "{error}"
    );
    config.allow_leaks = true;
    let report = quietly(&config, &root, &setup(folder.path())).unwrap();
    assert_eq!(report.ending, Ending::Finished);
    let info = RunFolder::open(&root).unwrap().info().unwrap();
    assert_eq!(info.n_leaking_patients, 1);
}

#[test]
fn training_ends_when_the_patience_is_used_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(&drawn_films(folder.path(), 12));
    config.patience = 2;
    config.epochs = 50;
    // Steps too small to gain anything.
    config.learning_rate = 1e-12;
    config.select_by = thorax::train::SelectBy::Auc;
    config.ema_decay = 0.0;
    let report = run(&config, folder.path(), "run");
    assert_eq!(report.ending, Ending::StoppedEarly);
    assert!(report.epochs.len() < 50, "{}", report.epochs.len());
    assert_eq!(report.epochs.last().unwrap().patience_left, Some(0));
}

/// 64 films with and 64 without Effusion, so that there is something to learn by heart.
fn real_films(folder: &Path, data: &Path, shuffled: bool) -> TrainConfig {
    let table = fs::read_to_string(data.join("nih/Data_Entry_2017_v2020.csv")).unwrap();
    let mut rows: Vec<Vec<String>> = table
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(str::to_owned).collect())
        .collect();
    let mut random = SeededRandom::new(3);
    random.shuffle(&mut rows);
    let (with, without): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .partition(|row| row[1].contains("Effusion"));
    let mut rows: Vec<_> = with
        .into_iter()
        .take(64)
        .chain(without.into_iter().take(64))
        .collect();
    if shuffled {
        let mut labels: Vec<_> = rows.iter().map(|row| row[1].clone()).collect();
        random.shuffle(&mut labels);
        for (row, label) in rows.iter_mut().zip(labels) {
            row[1] = label;
        }
    }
    let mut text = String::from("image,patient,Effusion\n");
    for row in &rows {
        let path = data.join("nih/images").join(&row[0]);
        let effusion = u8::from(row[1].contains("Effusion"));
        writeln!(text, "{},{},{effusion}", path.display(), row[3]).unwrap();
    }
    let table = folder.join("films.csv");
    fs::write(&table, text).unwrap();
    let columns = serde_json::json!({"image": "image", "patient": "patient", "labels": {"one_each": {"columns": ["Effusion"]}}});
    TrainConfig {
        data: table,
        columns: Some(serde_json::from_value(columns).unwrap()),
        depth: 11,
        side: 32,
        batch_size: 16,
        augment: Augmentation::NONE,
        undersample: "none".parse().unwrap(),
        ..TrainConfig::default()
    }
}

#[test]
fn a_small_network_learns_64_real_films_by_heart() {
    let Some(data) = films::folder("learning 64 films by heart") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let config = TrainConfig {
        limit: 64,
        epochs: 40,
        learning_rate: 3e-3,
        valid_share: 0.1,
        test_share: 0.0,
        l2: 0.0,
        ..real_films(folder.path(), &data, false)
    };
    let report = run(&config, folder.path(), "run");
    let auc = report
        .epochs
        .last()
        .unwrap()
        .train_auc
        .macro_mean()
        .unwrap();
    assert!(auc > 0.99, "{auc}");
}

#[test]
fn labels_without_meaning_teach_nothing() {
    let Some(data) = films::folder("labels without meaning") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let config = TrainConfig {
        epochs: 6,
        valid_share: 0.5,
        test_share: 0.0,
        ..real_films(folder.path(), &data, true)
    };
    let report = run(&config, folder.path(), "run");
    let auc = report
        .epochs
        .last()
        .unwrap()
        .valid_auc
        .macro_mean()
        .unwrap();
    // About 64 films: three deviations of the AUC of noise are 0.22.
    assert!((auc - 0.5).abs() < 0.22, "{auc}");
}

//! Training towards labels mixed with the scores of other networks.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use thorax::dataset::{SeededRandom, read_header};
use thorax::domain::Part;
use thorax::model::ModelFile;
use thorax::train::{DataPlan, RunFolder, TrainConfig, TrainEvent};

use crate::training::{config, drawn_films, interrupted, outcome, resumed, run};

const SOFT: &str = "soft_labels.csv";

/// Writes soft labels for the films of the first `n_patients`, beside them.
fn write_soft_labels(data: &Path, n_patients: usize, seed: u64) {
    let mut random = SeededRandom::new(seed);
    let mut table = String::from("Image Index,teachers,Mass,Effusion\n");
    for patient in 0..n_patients {
        for follow_up in 0..2 {
            let (n_teachers, mass, effusion) =
                (1 + random.below(3), random.uniform(), random.uniform());
            let name = format!("{patient:04}_{follow_up}");
            writeln!(table, "{name}.png,{n_teachers},{mass:.4},{effusion:.4}").unwrap();
        }
    }
    fs::write(data.join(SOFT), table).unwrap();
}

/// A training on films of 12 patients with soft labels of 9 of them.
fn soft_config(folder: &Path) -> TrainConfig {
    let data = drawn_films(folder, 12);
    write_soft_labels(&data, 9, 3);
    TrainConfig {
        epochs: 2,
        soft_labels: Some(SOFT.into()),
        ..config(&data)
    }
}

fn error(config: &TrainConfig) -> String {
    DataPlan::new(config).unwrap_err().to_string()
}

#[test]
fn targets_are_mixed_where_label_and_soft_label_exist() {
    let folder = tempfile::tempdir().unwrap();
    let mut table = String::from("Image Index,Patient ID,Mass,Effusion\n");
    for (film, labels) in ["1,0", "1,", ",1", "0,1"].iter().enumerate() {
        let name = format!("{film}.png");
        image::GrayImage::new(32, 32)
            .save(folder.path().join(&name))
            .unwrap();
        writeln!(table, "{name},{film},{labels}").unwrap();
    }
    fs::write(folder.path().join("films.csv"), table).unwrap();
    // Another ending; a blank; a film without soft labels.
    let soft = "Image Index,Effusion,Mass\n0.jpg,0.25,0.5\n1.png,0.9,\n2.png,0,0.7\n";
    fs::write(folder.path().join(SOFT), soft).unwrap();
    let config = TrainConfig {
        data: folder.path().join("films.csv"),
        train_list: Some("train.txt".into()),
        soft_labels: Some(SOFT.into()),
        soft_share: 0.6,
        valid_share: 0.0,
        undersample: "none".parse().unwrap(),
        ..TrainConfig::default()
    };
    fs::write(folder.path().join("train.txt"), "0\n1\n2\n3\n").unwrap();
    let plan = DataPlan::new(&config).unwrap();
    assert_eq!(plan.labels.iter().collect::<Vec<_>>(), ["Mass", "Effusion"]);
    let unknown = f32::NAN;
    let expected = [
        [0.4 + 0.6 * 0.5, 0.6 * 0.25],
        [1.0, unknown],
        [unknown, 0.4],
        [0.0, 1.0],
    ];
    for (row_idx, expected) in expected.iter().enumerate() {
        let film = &plan.data.table.rows[row_idx];
        let targets = plan.targets(row_idx, film);
        for (&target, &expected) in targets.iter().zip(expected) {
            let equal = (target - expected).abs() < 1e-6;
            assert!(equal || target.is_nan() && expected.is_nan(), "{targets:?}");
        }
        // A label alone is not touched by rounding.
        assert!(row_idx < 3 || targets == plan.truth(film));
    }
    // Weights are those of the labels: one of two known is positive for Mass, as for Effusion.
    let labels_alone = TrainConfig {
        soft_labels: None,
        ..config.clone()
    };
    let hard = DataPlan::new(&labels_alone).unwrap();
    assert_eq!(plan.loss(), hard.loss());
    assert_eq!(plan.class_frequencies(), hard.class_frequencies());

    for (file, content, expected) in [
        ("none.csv", None, "none.csv"),
        (
            "foreign.csv",
            Some("Image Index,Mass\n7.png,1\n"),
            "none of 1 names matches",
        ),
        (
            "percent.csv",
            Some("Image Index,Mass\n1.png,70\n"),
            "expected 0 to 1 or blank",
        ),
    ] {
        if let Some(content) = content {
            fs::write(folder.path().join(file), content).unwrap();
        }
        let error = error(&TrainConfig {
            soft_labels: Some(file.into()),
            ..config.clone()
        });
        assert!(error.contains(expected) && error.contains(file), "{error}");
    }
    let error = error(&TrainConfig {
        soft_share: 1.5,
        ..config
    });
    assert_eq!(error, "expected 0 to 1 for soft_share, got 1.5");
}

#[test]
fn soft_labels_change_the_training_and_not_what_it_is_judged_by() {
    let folder = tempfile::tempdir().unwrap();
    let soft = soft_config(folder.path());
    let hard = TrainConfig {
        soft_labels: None,
        ..soft.clone()
    };
    let unmixed = TrainConfig {
        soft_share: 0.0,
        ..soft.clone()
    };
    for (name, config) in [("soft", &soft), ("hard", &hard), ("unmixed", &unmixed)] {
        run(config, folder.path(), name);
    }
    let outcome = |name| outcome(folder.path(), name);
    assert!(outcome("unmixed") == outcome("hard"), "no share, no change");
    assert_ne!(
        outcome("soft").state.parameters,
        outcome("hard").state.parameters
    );
    for part in [Part::Valid, Part::Test] {
        let labels = |name: &str| -> Vec<String> {
            let run = RunFolder::open(&folder.path().join(name)).unwrap();
            let path = run.predictions_path(part);
            let columns = read_header(&path).unwrap();
            let is_label = |column: &&String| column.starts_with("label:");
            let n_columns = columns.iter().filter(is_label).count();
            assert_eq!(n_columns, 2);
            let table = fs::read_to_string(path).unwrap();
            let rows = table.lines().filter(|line| !line.starts_with('#'));
            let first_cells = |line: &str| line.split(',').take(4).collect::<Vec<_>>().join(",");
            rows.map(first_cells).collect()
        };
        assert_eq!(labels("soft"), labels("hard"), "{part}");
    }
}

#[test]
fn the_card_and_the_run_name_the_teachers() {
    let folder = tempfile::tempdir().unwrap();
    let config = TrainConfig {
        epochs: 1,
        ..soft_config(folder.path())
    };
    run(&config, folder.path(), "run");
    let root = folder.path().join("run");
    let run = RunFolder::open(&root).unwrap();
    let plan = DataPlan::new(&run.config().unwrap()).unwrap();
    let [train, ..] = &plan.parts;
    let n_soft = train.rows.iter().filter(|&&row| row < 18).count();
    assert!(n_soft < train.rows.len(), "some films have no soft label");
    let expected = format!(
        "targets are 60 % soft labels of {SOFT} (mean of 1 to 3 teacher networks) on {n_soft} of {} training films",
        train.rows.len()
    );
    let card = ModelFile::load(&run.best_path()).unwrap();
    let training = card.card().provenance.training.clone().unwrap();
    assert!(training.contains(&expected), "{training}");
    let log = fs::read_to_string(root.join("log.txt")).unwrap();
    assert!(log.contains(&expected), "{log}");
}

#[test]
fn a_run_with_soft_labels_goes_on_bit_for_bit_and_only_with_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let config = soft_config(folder.path());
    run(&config, folder.path(), "whole");
    let within = |event: &TrainEvent| matches!(event, TrainEvent::StepDone(step) if (step.epoch, step.step) == (2, 1));
    interrupted(&config, folder.path(), "within", within);
    let outcome = |name| outcome(folder.path(), name);
    assert!(outcome("within") == outcome("whole"), "stopped");
    write_soft_labels(folder.path(), 9, 4);
    let error = resumed(&folder.path().join("within"), folder.path()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the soft labels differ from those that the run started with"
    );
}

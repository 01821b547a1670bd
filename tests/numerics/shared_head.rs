//! Training a head whose cells share their weights, written into the same file as any other.

use std::path::Path;

use thorax::domain::Part;
use thorax::imaging::ModelInput;
use thorax::model::{Classifier, ComputeDevice, ModelFile};
use thorax::train::{Checkpoint, RunFolder, TrainConfig, TrainEvent};
use thorax_engine::{HeadKind, HostTensor, NamedTensors, NetworkSpec, OptimizerKind};

use crate::training::{config, drawn_films, interrupted, outcome, run};

const C: usize = NetworkSpec::N_FEATURES;
const WEIGHT: &str = "head.dense.weight";
/// Sums of a thousand products in another order, for logits of about 1.
const LOGIT_TOLERANCE: f64 = 1e-4;

/// Four cells, weights that all of them share, and everything else that moves weights.
fn shared_config(folder: &Path) -> TrainConfig {
    TrainConfig {
        side: 64,
        epochs: 2,
        head: HeadKind::Shared,
        head_dropout: 0.3,
        optimizer: OptimizerKind::AdamW,
        clip_norm: 1.0,
        ..config(&drawn_films(folder, 12))
    }
}

fn best(folder: &Path, name: &str) -> ModelFile {
    let run = RunFolder::open(&folder.join(name)).unwrap();
    ModelFile::load(&run.best_path()).unwrap()
}

/// Whether each output has the same weights in all of its four cells, to the bit.
fn is_shared(head: &HostTensor) -> bool {
    assert_eq!(head.shape[1], 4 * C);
    let bits = |cell: &[f32]| cell.iter().map(|w| w.to_bits()).collect::<Vec<_>>();
    head.values.chunks_exact(4 * C).all(|row| {
        let mut cells = row.chunks_exact(C).map(bits);
        let first = cells.next().unwrap();
        cells.all(|cell| cell == first)
    })
}

/// Logits of a film with features of its own in each place; and, from the last activation, those
/// of Keras' layers (pool, flatten, dense) and of a dense layer on the mean of the whole map.
fn logits(file: &ModelFile) -> [Vec<f64>; 3] {
    let device = ComputeDevice::cpu_with_threads(1).unwrap();
    let classifier = Classifier::new(file, None, &device).unwrap();
    let side = file.card().architecture.side();
    let values = (0..side * side).map(|at| ((at % side) * (at / side)) as f32 / 4096.0);
    let values = values.collect();
    let film = classifier.score_input(ModelInput { side, values }).unwrap();
    let features = &film.features;
    let weights = &file.weights()[WEIGHT].values;
    let bias = &file.weights()["head.dense.bias"].values;
    let n_outputs = bias.len();
    let at = |row: usize, column: usize, channel: usize| {
        f64::from(features.values[(row * features.side + column) * C + channel])
    };
    // Keras' kernel: (row, column, channel) by output.
    let mut kernel = vec![0.0; weights.len()];
    for (i, &weight) in weights.iter().enumerate() {
        kernel[i % (4 * C) * n_outputs + i / (4 * C)] = f64::from(weight);
    }
    let mut by_keras: Vec<f64> = bias.iter().map(|&b| f64::from(b)).collect();
    let mut by_mean = by_keras.clone();
    let half = features.side / 2;
    for row in 0..features.side {
        for column in 0..features.side {
            let cell = row / half * 2 + column / half;
            for channel in 0..C {
                let share = at(row, column, channel) / (half * half) as f64;
                for output in 0..n_outputs {
                    by_keras[output] += share * kernel[(cell * C + channel) * n_outputs + output];
                    by_mean[output] += share * kernel[channel * n_outputs + output];
                }
            }
        }
    }
    let logits = film.logits.values();
    let logits = logits.iter().map(|&logit| f64::from(logit)).collect();
    [logits, by_keras, by_mean]
}

fn are_close(left: &[f64], right: &[f64]) -> bool {
    let pairs = left.iter().zip(right);
    pairs
        .map(|(left, right)| (left - right).abs())
        .all(|off| off < LOGIT_TOLERANCE)
}

#[test]
fn all_cells_hold_the_same_weights_to_the_bit_in_a_file_of_the_same_form() {
    let folder = tempfile::tempdir().unwrap();
    let shared = shared_config(folder.path());
    let free = TrainConfig {
        head: HeadKind::Free,
        ..shared.clone()
    };
    run(&shared, folder.path(), "shared");
    run(&free, folder.path(), "free");
    let Checkpoint {
        state, averaged, ..
    } = outcome(folder.path(), "shared");
    for tensors in [
        &state.parameters,
        &state.first_moments,
        &state.second_moments,
        &averaged.unwrap(),
    ] {
        assert!(is_shared(&tensors[WEIGHT]));
    }
    let (shared, free) = (best(folder.path(), "shared"), best(folder.path(), "free"));
    assert!(is_shared(&shared.weights()[WEIGHT]) && !is_shared(&free.weights()[WEIGHT]));
    let form = |file: &ModelFile| -> Vec<(String, Vec<usize>)> {
        let tensors = file.weights().iter();
        tensors
            .map(|(name, tensor)| (name.clone(), tensor.shape.clone()))
            .collect()
    };
    assert_eq!(form(&shared), form(&free));
    assert_eq!(shared.card().architecture, free.card().architecture);

    let [scored, by_keras, by_mean] = logits(&shared);
    assert!(are_close(&scored, &by_keras), "{scored:?} {by_keras:?}");
    assert!(are_close(&scored, &by_mean), "{scored:?} {by_mean:?}");
    let [scored, by_keras, by_mean] = logits(&free);
    assert!(are_close(&scored, &by_keras), "{scored:?} {by_keras:?}");
    assert!(!are_close(&scored, &by_mean), "a free head has places");

    let training = shared.card().provenance.training.clone().unwrap();
    assert!(
        training.contains("head weights shared by all places; dropout of 0.3 before the head; "),
        "{training}"
    );
}

#[test]
fn a_shared_head_begins_with_the_mean_of_the_cells_of_the_weights_it_starts_from() {
    let folder = tempfile::tempdir().unwrap();
    let free = TrainConfig {
        head: HeadKind::Free,
        epochs: 1,
        ..shared_config(folder.path())
    };
    run(&free, folder.path(), "free");
    let from = best(folder.path(), "free");
    // A rate of almost nothing leaves the weights as they begin.
    let shared = TrainConfig {
        head: HeadKind::Shared,
        init: Some(RunFolder::at(&folder.path().join("free")).best_path()),
        learning_rate: 1e-12,
        weight_decay: 0.0,
        ema_decay: 0.0,
        ..free
    };
    run(&shared, folder.path(), "shared");
    let head = best(folder.path(), "shared").weights()[WEIGHT].clone();
    assert!(is_shared(&head));
    let of_cells = |tensors: &NamedTensors, output: usize, channel: usize| -> f64 {
        let row = &tensors[WEIGHT].values[output * 4 * C..(output + 1) * 4 * C];
        let cells = row.iter().skip(channel).step_by(C);
        cells.map(|&weight| f64::from(weight)).sum()
    };
    for output in 0..2 {
        for channel in 0..C {
            let mean = of_cells(from.weights(), output, channel) / 4.0;
            let got = f64::from(head.values[output * 4 * C + channel]);
            assert!((got - mean).abs() < 1e-8, "{got} {mean}");
        }
    }
}

#[test]
fn a_run_with_a_shared_head_and_dropout_goes_on_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let config = shared_config(folder.path());
    let whole = run(&config, folder.path(), "whole");
    let within = |event: &TrainEvent| matches!(event, TrainEvent::StepDone(step) if (step.epoch, step.step) == (2, 1));
    let report = interrupted(&config, folder.path(), "within", within);
    assert!(outcome(folder.path(), "within") == outcome(folder.path(), "whole"));
    assert_eq!(report.test_auc, whole.test_auc);
    let run = RunFolder::open(&folder.path().join("within")).unwrap();
    assert!(run.predictions_path(Part::Test).is_file());
    let without = TrainConfig {
        head_dropout: 0.0,
        ..config
    };
    crate::training::run(&without, folder.path(), "without");
    let parameters = |name| outcome(folder.path(), name).state.parameters;
    assert_ne!(parameters("without"), parameters("whole"));
}

//! Loss, gradients and metrics of labels of which some are not known or soft, against numpy, PyTorch
//! and scikit-learn.

use std::fs;
use std::path::Path;

use serde_json::Value;
use thorax::scores::LabelColumn;
use thorax_engine::LossWeights;

/// The engine's gradients are `f32`; numpy's figures `f64`.
const GRADIENT_TOLERANCE: f64 = 1e-6;
const LOSS_TOLERANCE: f64 = 1e-6;
/// Sums of a few dozen `f64` in another order.
const METRIC_TOLERANCE: f64 = 1e-12;

fn reference(file: &str) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("tests/reference/masked").join(file);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Numbers; `None` for null.
fn holes(list: &Value) -> Vec<Option<f64>> {
    list.as_array().unwrap().iter().map(Value::as_f64).collect()
}

fn numbers(list: &Value) -> Vec<f32> {
    let holes = holes(list).into_iter();
    holes
        .map(|value| value.map_or(f32::NAN, |value| value as f32))
        .collect()
}

#[test]
fn losses_and_gradients_of_partly_known_labels_are_those_of_numpy() {
    let reference = reference("masked.json");
    let cases = reference["losses"].as_array().unwrap();
    let mut n_missing = 0;
    for case in cases {
        let labels = numbers(&case["labels"]);
        n_missing += labels.iter().filter(|label| label.is_nan()).count();
        check_loss(case, &labels);
    }
    assert!(n_missing > 5, "{n_missing}");
}

#[test]
fn losses_and_gradients_of_soft_targets_are_those_of_pytorch() {
    let reference = reference("soft.json");
    let (mut n_missing, mut n_soft) = (0, 0);
    for case in reference["losses"].as_array().unwrap() {
        let targets = numbers(&case["targets"]);
        n_missing += targets.iter().filter(|target| target.is_nan()).count();
        let is_soft = |target: &&f32| **target > 0.0 && **target < 1.0;
        n_soft += targets.iter().filter(is_soft).count();
        check_loss(case, &targets);
    }
    assert!(n_missing > 20 && n_soft > 50, "{n_missing} {n_soft}");
}

/// Loss and gradient of a case against its reference.
fn check_loss(case: &Value, labels: &[f32]) {
    let weights = LossWeights {
        positive: numbers(&case["positive"]),
        negative: numbers(&case["negative"]),
        focal_gamma: case["gamma"].as_f64().unwrap_or(0.0) as f32,
        l2: 0.0,
    };
    let logits = numbers(&case["logits"]);
    let mut gradient = vec![f32::NAN; logits.len()];
    let loss = weights.value_and_gradient(&logits, labels, &mut gradient);
    let expected = case["loss"].as_f64().unwrap();
    assert!(
        (loss - expected).abs() < LOSS_TOLERANCE,
        "{loss} {expected}"
    );
    assert_eq!(weights.value(&logits, labels).to_bits(), loss.to_bits());
    let expected = numbers(&case["gradient"]);
    assert_eq!(gradient.len(), expected.len());
    for (got, expected) in gradient.iter().zip(expected) {
        let off = f64::from(got - expected).abs();
        assert!(off < GRADIENT_TOLERANCE, "{got} {expected}");
    }
}

#[test]
fn metrics_of_partly_known_labels_are_those_of_scikit_learn_on_the_known() {
    let reference = reference("masked.json");
    let metrics = &reference["metrics"];
    let scores = holes(&metrics["scores"]).into_iter().flatten().collect();
    let labels = holes(&metrics["labels"]).into_iter();
    let truth: Vec<Option<bool>> = labels
        .map(|label| label.map(|label| label == 1.0))
        .collect();
    let column = LabelColumn::new("Mass".to_owned(), scores, truth).unwrap();
    assert_eq!(
        column.n_known() as u64,
        metrics["n_known"].as_u64().unwrap()
    );
    for (got, name) in [
        (column.auc.map(|auc| auc.auc), "auc"),
        (column.average_precision, "average_precision"),
        (column.brier, "brier"),
    ] {
        let (got, expected) = (got.unwrap(), metrics[name].as_f64().unwrap());
        assert!(
            (got - expected).abs() < METRIC_TOLERANCE,
            "{name}: {got} {expected}"
        );
    }
}

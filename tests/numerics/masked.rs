//! Loss, gradients and metrics of labels of which some are not known, against numpy and scikit-learn.

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

fn reference() -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("tests/reference/masked/masked.json");
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
    let reference = reference();
    let cases = reference["losses"].as_array().unwrap();
    let mut n_missing = 0;
    for case in cases {
        let weights = LossWeights {
            positive: numbers(&case["positive"]),
            negative: numbers(&case["negative"]),
            focal_gamma: case["gamma"].as_f64().unwrap() as f32,
            l2: 0.0,
        };
        let (logits, labels) = (numbers(&case["logits"]), numbers(&case["labels"]));
        n_missing += labels.iter().filter(|label| label.is_nan()).count();
        let mut gradient = vec![f32::NAN; logits.len()];
        let loss = weights.value_and_gradient(&logits, &labels, &mut gradient);
        let expected = case["loss"].as_f64().unwrap();
        assert!(
            (loss - expected).abs() < LOSS_TOLERANCE,
            "{loss} {expected}"
        );
        assert_eq!(weights.value(&logits, &labels).to_bits(), loss.to_bits());
        for (got, expected) in gradient.iter().zip(numbers(&case["gradient"])) {
            let off = f64::from(got - expected).abs();
            assert!(off < GRADIENT_TOLERANCE, "{got} {expected}");
        }
    }
    assert!(n_missing > 5, "{n_missing}");
}

#[test]
fn metrics_of_partly_known_labels_are_those_of_scikit_learn_on_the_known() {
    let reference = reference();
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

//! Areas under ROC curves and their variances against scikit-learn's.

use std::fs;
use std::path::Path;

use serde_json::Value;
use thorax::metrics::{AucEstimate, RocError, roc_auc};

/// Sums of a few thousand `f64` in another order differ by less.
const TOLERANCE: f64 = 1e-9;

fn reference() -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("tests/reference/metrics/sklearn.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(list: &Value) -> Vec<f64> {
    let list = list.as_array().unwrap();
    list.iter().map(|value| value.as_f64().unwrap()).collect()
}

fn flags(list: &Value) -> Vec<bool> {
    numbers(list).iter().map(|value| *value == 1.0).collect()
}

#[test]
fn areas_and_variances_are_those_of_scikit_learn_and_undefined_ones_undefined() {
    let reference = reference();
    let cases = reference["binary"].as_array().unwrap();
    assert_eq!(cases.len(), 12);
    for case in cases {
        let (scores, labels) = (numbers(&case["scores"]), flags(&case["labels"]));
        let name = &case["name"];
        let Some(expected) = case["auc"].as_f64() else {
            let one_class = matches!(roc_auc(&scores, &labels), Err(RocError::OneClass { .. }));
            assert!(
                one_class && AucEstimate::of(&scores, &labels).is_err(),
                "{name}"
            );
            continue;
        };
        let auc = roc_auc(&scores, &labels).unwrap();
        assert!(
            (auc - expected).abs() < TOLERANCE,
            "{name}: {auc}, not {expected}"
        );
        let estimate = AucEstimate::of(&scores, &labels).unwrap();
        assert!(
            (estimate.auc - expected).abs() < TOLERANCE,
            "{name}: {estimate:?}"
        );
        assert_eq!(
            estimate.n_pos,
            labels.iter().filter(|label| **label).count()
        );
        match (estimate.variance, case["delong_variance"].as_f64()) {
            (Some(found), Some(expected)) => {
                assert!(
                    (found - expected).abs() < TOLERANCE,
                    "{name}: {found}, not {expected}"
                );
            }
            (found, expected) => assert_eq!(found, expected, "{name}"),
        }
    }
}

#[test]
fn each_label_of_many_has_the_area_of_scikit_learn() {
    let reference = reference();
    let many = &reference["multilabel"];
    let (scores, labels) = (&many["scores"], &many["labels"]);
    let n_films = scores.as_array().unwrap().len();
    let column = |table: &Value, label: usize| -> Value {
        (0..n_films)
            .map(|film| table[film][label].clone())
            .collect()
    };
    let expected = many["per_label_auc"].as_array().unwrap();
    assert_eq!(expected.len(), 14);
    let mut n_defined = 0;
    for (label, expected) in expected.iter().enumerate() {
        let scores = numbers(&column(scores, label));
        let auc = roc_auc(&scores, &flags(&column(labels, label)));
        match expected.as_f64() {
            Some(expected) => {
                n_defined += 1;
                assert!((auc.unwrap() - expected).abs() < TOLERANCE, "label {label}");
            }
            None => assert!(auc.is_err(), "label {label}"),
        }
    }
    assert!(n_defined > 10);
}

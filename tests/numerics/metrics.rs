//! Curves, areas, tables and their variances against scikit-learn's; coverage of intervals.

use std::fs;
use std::path::Path;

use serde_json::Value;
use thorax::dataset::SeededRandom;
use thorax::domain::Threshold;
use thorax::evaluate::Figures;
use thorax::metrics::{AucEstimate, PrecisionRecallPoint, RocError, RocPoint, roc_auc};
use thorax::scores::{FilmPrediction, LabelColumn, Predictions, ScoredSet};

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

fn close(found: Option<f64>, expected: &Value, what: &str) {
    match (found, expected.as_f64()) {
        (Some(found), Some(expected)) => {
            let distance = (found - expected).abs();
            assert!(distance < TOLERANCE, "{what}: {found}, not {expected}");
        }
        (found, expected) => assert_eq!(found, expected, "{what}"),
    }
}

#[test]
fn curves_tables_and_scores_are_those_of_scikit_learn() {
    let reference = reference();
    let (mut n_curves, mut n_tables) = (0, 0);
    for case in reference["binary"].as_array().unwrap() {
        let (scores, labels) = (numbers(&case["scores"]), flags(&case["labels"]));
        let name = case["name"].as_str().unwrap();
        let column = LabelColumn::new(name.to_owned(), scores, labels).unwrap();
        close(column.auc.map(|auc| auc.auc), &case["auc"], name);
        close(column.average_precision, &case["average_precision"], name);
        if let Some(expected) = case.get("brier") {
            close(column.brier, expected, name);
        }
        if let Some(roc) = case.get("roc") {
            n_curves += 1;
            let points = column.ranked.roc().unwrap();
            assert_eq!(points[0].threshold, f64::INFINITY);
            let list = |of: &dyn Fn(&RocPoint) -> f64| points.iter().map(of).collect::<Vec<_>>();
            same(&list(&|p| p.false_positive_rate), &roc["fpr"], name);
            same(&list(&|p| p.true_positive_rate), &roc["tpr"], name);
            // scikit-learn's first is infinite too, which JSON has no number for.
            let thresholds = roc["thresholds"].as_array().unwrap();
            assert_eq!(thresholds.len(), points.len(), "{name}");
            for (point, expected) in points.iter().zip(thresholds).skip(1) {
                close(Some(point.threshold), expected, name);
            }
        }
        if let Some(pr) = case.get("pr") {
            let points = column.ranked.precision_recall().unwrap();
            let list = |of: &dyn Fn(&PrecisionRecallPoint) -> f64| {
                points.iter().map(of).collect::<Vec<_>>()
            };
            same(&list(&|p| p.precision), &pr["precision"], name);
            same(&list(&|p| p.recall), &pr["recall"], name);
            let thresholds = list(&|p| p.threshold);
            same(&thresholds[..points.len() - 1], &pr["thresholds"], name);
        }
        for point in case["operating_points"].as_array().unwrap() {
            n_tables += 1;
            let counts = column.at(point["threshold"].as_f64().unwrap());
            let whole = |n: usize| Some(n as f64);
            close(whole(counts.true_positives), &point["tp"], name);
            close(whole(counts.false_positives), &point["fp"], name);
            close(whole(counts.true_negatives), &point["tn"], name);
            close(whole(counts.false_negatives), &point["fn"], name);
            close(counts.sensitivity(), &point["sensitivity"], name);
            close(counts.specificity(), &point["specificity"], name);
            close(counts.ppv(), &point["ppv"], name);
            close(counts.npv(), &point["npv"], name);
            close(counts.f1(), &point["f1"], name);
            close(counts.accuracy(), &point["accuracy"], name);
        }
    }
    assert!(n_curves >= 10 && n_tables >= 20, "{n_curves} {n_tables}");
}

fn same(found: &[f64], expected: &Value, what: &str) {
    let expected = expected.as_array().unwrap();
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        close(Some(*found), expected, what);
    }
}

#[test]
fn averages_over_labels_are_those_of_scikit_learn() {
    let reference = reference();
    let many = &reference["multilabel"];
    let (scores, labels) = (many["scores"].as_array().unwrap(), &many["labels"]);
    let film = |(film, scores): (usize, &Value)| FilmPrediction {
        path: format!("{film}.png").into(),
        patient_id: film.to_string(),
        scores: numbers(scores),
        truth: flags(&labels[film]).into_iter().map(Some).collect(),
    };
    let predictions = Predictions {
        labels: (0..14).map(|label| format!("label {label}")).collect(),
        films: scores.iter().enumerate().map(film).collect(),
        model: None,
    };
    let set = ScoredSet::new("reference".to_owned(), predictions).unwrap();
    let figures = Figures::of(&set, &[const { Threshold::unset() }; 14]);
    close(
        figures.auc.map(|auc| auc.mean),
        &many["macro_auc"],
        "macro AUC",
    );
    close(figures.micro_auc, &many["micro_auc"], "micro AUC");
    let precision = figures.average_precision.map(|ap| ap.mean);
    close(precision, &many["macro_ap"], "macro average precision");
    assert_eq!(figures.auc.unwrap().n_defined, 13);
}

#[test]
fn a_95_percent_interval_holds_the_true_area_in_93_to_97_of_100_samples() {
    // Normal scores 1.2 standard deviations apart: the area is that of N(0, 2) below 1.2.
    const SHIFT: f64 = 1.2;
    const TRUE_AUC: f64 = 0.801_928_045_423_962_9;
    const N_SAMPLES: u64 = 2000;
    let covered = (0..N_SAMPLES).filter(|&sample| {
        let mut random = SeededRandom::for_stream(7, &[sample]);
        let positives: Vec<bool> = (0..200).map(|film| film < 60).collect();
        let scores: Vec<f64> = positives
            .iter()
            .map(|&positive| random.normal() + if positive { SHIFT } else { 0.0 })
            .collect();
        let interval = AucEstimate::of(&scores, &positives).unwrap().interval(0.95);
        interval.is_some_and(|(low, high)| (low..=high).contains(&TRUE_AUC))
    });
    let share = covered.count() as f64 / N_SAMPLES as f64;
    assert!((0.93..=0.97).contains(&share), "{share}");
}

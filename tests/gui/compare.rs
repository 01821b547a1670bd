//! Scores of two films, or of two models, side by side in the panel of findings.

use std::path::PathBuf;

use egui_kittest::kittest::{NodeT as _, Queryable as _};
use thorax::domain::{Labels, OperatingPoint, Threshold};
use thorax::model::{Classifier, ModelFile};
use thorax::state::{Command, CompareCommand, CompareWith, ViewerCommand};

use crate::films::{folder, phantom};
use crate::harness::{AppHarness, app_with_scores, step_until};

fn compare(harness: &mut AppHarness, command: CompareCommand) {
    let command = Command::Viewer(ViewerCommand::Compare(command));
    harness.state_mut().state.apply(command);
    step_until("the scores beside", harness, |app| {
        let compare = app.state.viewer.compare.as_ref();
        compare.is_some_and(|compare| compare.film.reading().is_some())
    });
    harness.run_steps(4);
}

/// The difference of a finding, as the panel has it.
fn difference(harness: &AppHarness, finding: &str) -> String {
    let name = format!("Difference of {finding}:");
    let node = harness.get_by_label_contains(&name);
    let label = node.accesskit_node().value().unwrap();
    label[name.len()..].trim().to_owned()
}

fn scores(harness: &AppHarness, finding: &str) -> [Option<f32>; 2] {
    let state = &harness.state().state;
    let main = state.shared.films.film.reading().unwrap();
    let beside = state.viewer.compare.as_ref().unwrap();
    let beside = beside.film.reading().unwrap();
    [main, beside].map(|scored| scored.inference.scores.of(finding).map(|score| score.get()))
}

#[test]
fn scores_of_two_films_are_side_by_side_with_their_names_and_differences() {
    let films = folder(2, false);
    let mut harness = app_with_scores(vec![films.path().to_owned()]);
    assert!(harness.query_by_label_contains("Difference of").is_none());
    compare(&mut harness, CompareCommand::ShowFilm(1));
    harness.get_by_label("Left: film0.png");
    harness.get_by_label("Right: film1.png");
    for label in ["Effusion", "Pleural_Thickening"] {
        let [left, right] = scores(&harness, label).map(Option::unwrap);
        let found: f32 = difference(&harness, &label.replace('_', " "))
            .parse()
            .unwrap();
        assert!(
            (found - (right - left)).abs() <= 0.005_01,
            "{found} {left} {right}"
        );
    }
    compare_closes(&mut harness);
}

fn compare_closes(harness: &mut AppHarness) {
    harness.get_by_label("Close").click();
    harness.run_steps(4);
    assert!(harness.query_by_label_contains("Difference of").is_none());
    assert!(harness.query_by_label_contains("Left:").is_none());
}

/// The built-in weights with the findings in another order, one of them renamed.
fn model_with_other_findings(folder: &tempfile::TempDir) -> PathBuf {
    let file = Classifier::default_file().unwrap();
    let (mut card, weights) = (file.card().clone(), file.weights().clone());
    let mut names: Vec<String> = card.labels.iter().map(ToOwned::to_owned).collect();
    names.swap(0, 1);
    *names.last_mut().unwrap() = "Fracture".to_owned();
    let labels = Labels::new(names).unwrap();
    let point = OperatingPoint::of(&Threshold::moved(0.0, "valid").unwrap());
    card.operating_points = labels.map(|_, _| Some(point.clone()));
    card.calibration = labels.map(|_, _| None);
    card.validation_scores = labels.map(|_, _| None);
    card.maps = labels.map(|_, _| None);
    card.tests = labels.map(|_, _| None);
    card.class_frequencies = labels
        .zip(card.class_frequencies.values().to_vec())
        .unwrap();
    card.labels = labels;
    let path = folder.path().join("other.safetensors");
    ModelFile::new(card, weights).unwrap().save(&path).unwrap();
    path
}

#[test]
fn scores_of_two_models_are_matched_by_name_and_what_one_lacks_is_not_made_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = app_with_scores(vec![phantom()]);
    let model = model_with_other_findings(&folder);
    let show = CompareCommand::Show(CompareWith::Model(model));
    compare(&mut harness, show);
    let state = &harness.state().state;
    let labels = state
        .shared
        .model
        .loaded
        .as_ref()
        .unwrap()
        .classifier
        .card()
        .labels
        .clone();
    // The first two outputs change places: the difference of each is that to the other.
    let [first, second] = [0, 1].map(|idx| labels.get(idx).unwrap().to_owned());
    let [left, right] = scores(&harness, &first).map(Option::unwrap);
    assert_eq!(scores(&harness, &second)[0], Some(right));
    let found: f32 = difference(&harness, &first).parse().unwrap();
    assert!((found - (right - left)).abs() <= 0.005_01, "{found}");
    let last = labels.iter().last().unwrap();
    assert_eq!(scores(&harness, last)[1], None);
    assert_eq!(difference(&harness, &last.replace('_', " ")), "n/a");
    harness.get_by_label_contains("Only in ");
    harness.get_by_label("Fracture");
    // Each side is marked by its own thresholds: all scores are above 0.
    assert!(harness.query_all_by_label_contains("↑").count() >= labels.len());
}

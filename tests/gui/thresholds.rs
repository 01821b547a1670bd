//! Thresholds dragged, typed, moved by keys, reset and undone.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use thorax::ui::panels::{Verdict, finding_rows};

use crate::films::phantom;
use crate::harness::{AppHarness, app_with_scores, open_finding, threshold};

fn verdict(harness: &AppHarness, label: &str) -> Verdict {
    let state = &harness.state().state;
    let loaded = state.shared.model.loaded.as_ref().unwrap();
    let reading = state.shared.films.film.reading().unwrap();
    let rows = finding_rows(&loaded.thresholds, Some(&reading.inference.scores), None);
    let row = rows.iter().find(|row| row.name == label).unwrap();
    row.verdict.unwrap()
}

#[test]
fn thresholds_start_at_the_operating_points_and_at_a_half_where_there_is_none() {
    let harness = app_with_scores(vec![phantom()]);
    assert_eq!(threshold(&harness, "Hernia"), 0.5);
    let loaded = harness.state().state.shared.model.loaded.as_ref().unwrap();
    let points = &loaded.classifier.card().operating_points;
    assert!(points.of("Hernia").unwrap().is_none());
    let effusion = points.of("Effusion").unwrap().as_ref().unwrap();
    assert_eq!(threshold(&harness, "Effusion"), effusion.threshold());
}

#[test]
fn the_typed_threshold_decides_at_once() {
    let mut harness = app_with_scores(vec![phantom()]);
    let scores = harness
        .state()
        .state
        .shared
        .films
        .film
        .reading()
        .unwrap()
        .clone();
    let score = scores.inference.scores.of("Hernia").unwrap().get();
    open_finding(&mut harness, "Hernia");
    harness
        .get_by_role_and_label(Role::SpinButton, "Threshold")
        .set_value_accesskit(f64::from(score) - 0.01);
    harness.run();
    assert!((threshold(&harness, "Hernia") - (score - 0.01)).abs() < 1e-3);
    assert_eq!(verdict(&harness, "Hernia"), Verdict::Above);
    harness
        .get_by_role_and_label(Role::SpinButton, "Threshold")
        .set_value_accesskit(f64::from(score) + 0.01);
    harness.run();
    assert_eq!(verdict(&harness, "Hernia"), Verdict::Below);
}

#[test]
fn the_slider_moves_the_threshold() {
    let mut harness = app_with_scores(vec![phantom()]);
    open_finding(&mut harness, "Mass");
    harness
        .get_by_role_and_label(Role::Slider, "Mass threshold")
        .set_value_accesskit(0.25);
    harness.run();
    assert_eq!(threshold(&harness, "Mass"), 0.25);
}

#[test]
fn a_drag_of_the_mark_is_one_step_of_undo() {
    let mut harness = app_with_scores(vec![phantom()]);
    open_finding(&mut harness, "Hernia");
    let rail = harness
        .get_by_role_and_label(Role::Slider, "Hernia threshold")
        .rect();
    harness.drag_at(rail.center());
    harness.step();
    for step in 1..=5 {
        let x = rail.center().x + rail.width() * 0.05 * step as f32;
        harness.hover_at(egui::pos2(x, rail.center().y));
        harness.step();
    }
    harness.drop_at(egui::pos2(
        rail.center().x + rail.width() * 0.25,
        rail.center().y,
    ));
    harness.run();
    let moved = threshold(&harness, "Hernia");
    assert!((0.70..0.85).contains(&moved), "{moved}");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run();
    assert_eq!(threshold(&harness, "Hernia"), 0.5);
}

#[test]
fn arrow_keys_move_the_focused_threshold() {
    let mut harness = app_with_scores(vec![phantom()]);
    open_finding(&mut harness, "Hernia");
    harness
        .get_by_role_and_label(Role::Slider, "Hernia threshold")
        .focus();
    harness.run();
    harness.key_press(Key::ArrowRight);
    harness.key_press(Key::ArrowRight);
    harness.key_press(Key::ArrowLeft);
    harness.run();
    assert!((threshold(&harness, "Hernia") - 0.51).abs() < 1e-6);
}

#[test]
fn each_press_of_a_key_is_a_step_of_undo() {
    let mut harness = app_with_scores(vec![phantom()]);
    open_finding(&mut harness, "Hernia");
    harness
        .get_by_role_and_label(Role::Slider, "Hernia threshold")
        .focus();
    harness.run();
    for _ in 0..2 {
        harness.key_press(Key::ArrowRight);
        harness.run();
    }
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run();
    assert!((threshold(&harness, "Hernia") - 0.51).abs() < 1e-6);
}

#[test]
fn reset_brings_back_what_the_model_has() {
    let mut harness = app_with_scores(vec![phantom()]);
    let of_model = threshold(&harness, "Effusion");
    for label in ["Hernia", "Effusion"] {
        open_finding(&mut harness, label);
        harness
            .get_by_role_and_label(Role::SpinButton, "Threshold")
            .set_value_accesskit(0.9);
        harness.run();
    }
    harness.get_by_label("Reset").click();
    harness.run();
    assert_eq!(threshold(&harness, "Effusion"), of_model);
    assert_eq!(threshold(&harness, "Hernia"), 0.9);
    harness.get_by_label("Reset thresholds").click();
    harness.run();
    assert_eq!(threshold(&harness, "Hernia"), 0.5);
}

#[test]
fn the_order_of_findings_stays_while_a_threshold_is_dragged() {
    let mut harness = app_with_scores(vec![phantom()]);
    open_finding(&mut harness, "Effusion");
    let place = |harness: &AppHarness| harness.get_by_label("Stability").rect().top();
    let rail = harness
        .get_by_role_and_label(Role::Slider, "Effusion threshold")
        .rect();
    let before = place(&harness);
    harness.drag_at(rail.center());
    harness.step();
    for share in [0.9, 0.02, 0.98] {
        let x = rail.left() + rail.width() * share;
        harness.hover_at(egui::pos2(x, rail.center().y));
        harness.step();
        assert_eq!(place(&harness), before);
    }
}

#[test]
fn nothing_above_threshold_is_not_called_normal() {
    let mut harness = app_with_scores(vec![phantom()]);
    let labels = harness.state().state.shared.model.loaded.as_ref().unwrap();
    let names: Vec<String> = labels
        .classifier
        .card()
        .labels
        .iter()
        .map(|name| name.replace('_', " "))
        .collect();
    for name in names {
        open_finding(&mut harness, &name);
        harness
            .get_by_role_and_label(Role::SpinButton, "Threshold")
            .set_value_accesskit(1.0);
        harness.run();
    }
    harness.get_by_label("Nothing above threshold");
    harness.get_by_label("This does not mean that the film is normal");
    // And no count of findings above theirs.
    let above = harness.query_all_by_label_contains("above threshold");
    assert_eq!(above.count(), 1);
    let notice = harness.get_by_label(thorax::domain::NOTICE);
    assert!(!notice.accesskit_node().is_hidden());
}

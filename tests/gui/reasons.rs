//! Why a score is what it is: maps, covers, intervals, standing, and whether the film is fit.

use egui::{Key, Modifiers, PointerButton, Vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use thorax::state::{Tool, ViewerCommand};

use crate::harness::{AppHarness, app_with_scores, is_scored, step_until};
use crate::viewer::{app, drag, middle};

#[test]
fn what_is_covered_changes_scores_and_map_and_comes_back() {
    let mut harness = app();
    let whole = harness
        .state()
        .state
        .shared
        .films
        .film
        .reading()
        .unwrap()
        .clone();
    harness.key_press(Key::C);
    harness.run();
    let center = middle(&harness);
    drag(
        &mut harness,
        PointerButton::Primary,
        center,
        Vec2::new(60.0, 60.0),
    );
    step_until("scores of the covered film", &mut harness, |app| {
        app.state.viewer.probe.reading.is_some() && !app.state.viewer.probe.is_busy()
    });
    harness.run();
    let state = &harness.state().state;
    let covered = state.viewer.probe.reading.clone().unwrap();
    assert_ne!(covered.inference.scores, whole.inference.scores);
    let cover = state.viewer.probe.cover.as_ref().unwrap();
    assert_eq!(
        Some(&covered.inference.input),
        cover.over(&whole.inference.input).as_ref()
    );
    harness.get_by_label_contains("Covered in part");
    harness.key_press_modifiers(Modifiers::SHIFT, Key::Delete);
    harness.run();
    let state = &harness.state().state;
    assert!(state.viewer.probe.cover.is_none() && state.viewer.probe.reading.is_none());
    assert_eq!(
        state.shared.films.film.reading().unwrap().inference,
        whole.inference
    );
}

#[test]
fn all_maps_are_shown_at_once_and_a_click_goes_to_one() {
    let mut harness = app();
    harness.key_press_modifiers(Modifiers::SHIFT, Key::M);
    harness.run();
    assert_eq!(harness.query_all_by_label_contains("Map of ").count(), 14);
    harness.get_by_label("Map of Edema").click();
    harness.run();
    let state = &harness.state().state;
    assert!(!state.viewer.options.all_maps_shown);
    assert_eq!(state.viewer.selected, Some(3));
}

#[test]
fn what_the_network_saw_is_one_key_away_and_the_scores_stay() {
    let mut harness = app();
    let before = harness
        .state()
        .state
        .shared
        .films
        .film
        .reading()
        .unwrap()
        .clone();
    for key in [Key::N, Key::I, Key::X, Key::Num3] {
        harness.key_press(key);
    }
    harness.run();
    let state = &harness.state().state;
    assert!(state.viewer.options.input_shown);
    let after = state.shared.films.film.reading().unwrap();
    assert_eq!(before.inference, after.inference);
}

#[test]
fn a_film_that_is_no_chest_film_shows_its_scores_only_when_asked() {
    let (_folder, path) = crate::films::stripes();
    // After a film with a finding in view, which must not be carried over.
    let mut harness = app_with_scores(vec![crate::films::phantom(), path]);
    assert!(harness.state().state.viewer.selected.is_some());
    harness.key_press(Key::PageDown);
    harness.run_steps(2);
    step_until("the refused film", &mut harness, is_scored);
    harness.run();
    harness.get_by_label("Scores hidden");
    assert_eq!(
        harness.state().state.viewer.selected,
        None,
        "no row is lit by a hidden score"
    );
    assert_eq!(harness.query_all_by_label("n/a").count(), 14);
    let entry = harness
        .state()
        .state
        .shared
        .films
        .current_entry()
        .unwrap()
        .clone();
    assert_eq!(entry.scores, None);
    assert!(!harness.state().state.can_export());
    // No way around: neither an interval nor maps.
    harness.key_press(Key::J);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::M);
    harness.run();
    assert!(!harness.state().state.viewer.jitter.is_busy());
    assert_eq!(harness.query_all_by_label_contains("Map of ").count(), 0);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::M);
    harness.run();
    harness.get_by_label("Show scores anyway").click();
    harness.run();
    assert!(harness.query_all_by_label("n/a").count() < 14);
    assert!(harness.state().state.can_export());
}

#[test]
fn one_key_measures_how_far_scores_move_under_small_changes() {
    let mut harness = app();
    harness.key_press(Key::J);
    step_until("the intervals", &mut harness, |app| {
        let path = app.state.shared.films.current_path();
        app.state.viewer.jitter.intervals_of(path).is_some()
    });
    harness.run();
    harness.get_by_label_contains("Under 24 small shifts, rotations and exposure changes");
}

#[test]
fn the_selected_finding_tells_where_its_score_stands_among_validation_films() {
    let mut harness = app();
    select(&mut harness, 4);
    harness.get_by_label_contains("of films with it and");
    harness.get_by_label_contains("Risk:");
}

fn select(harness: &mut AppHarness, finding_idx: usize) {
    let command = thorax::state::Command::Viewer(ViewerCommand::SelectFinding(Some(finding_idx)));
    harness.state_mut().state.apply(command);
    harness.run();
}

#[test]
fn lines_replace_colors_and_back() {
    let mut harness = app();
    harness.key_press_modifiers(Modifiers::SHIFT, Key::C);
    harness.run();
    assert!(harness.state().state.shared.settings.map.contours);
    assert_eq!(
        harness.state().state.viewer.tool,
        Tool::Window,
        "C alone is another key"
    );
    harness.get_by_label("Fill").click();
    harness.run();
    assert!(!harness.state().state.shared.settings.map.contours);
}

#[test]
fn the_film_is_read_under_the_pointer_and_the_magnifier_leaves_it_as_it_is() {
    let mut harness = app();
    let center = middle(&harness);
    harness.hover_at(center);
    harness.run();
    let read = |harness: &AppHarness| {
        let film = harness.get_by_label("Film");
        film.accesskit_node().description().unwrap_or_default()
    };
    let words = read(&harness);
    let film = harness
        .state()
        .state
        .shared
        .films
        .film
        .opened()
        .unwrap()
        .clone();
    let (x, y) = (
        film.film.pixels.width_px() / 2,
        film.film.pixels.height_px() / 2,
    );
    assert!(
        words.starts_with(&format!("x {x}, y {y}   stored ")),
        "{words}"
    );
    assert!(words.contains("vidence"), "{words}");
    // Inverted, the stored number does not change.
    harness.key_press(Key::I);
    harness.run();
    assert_eq!(read(&harness), words);
    harness.key_press(Key::I);
    harness.key_down(Key::Z);
    harness.run();
    harness.key_up(Key::Z);
    harness.run();
    assert_eq!(read(&harness), words);
}

#[test]
fn a_box_of_nih_tells_whether_the_map_meets_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(crate::films::phantom(), folder.path().join("film.png")).unwrap();
    let rows = "Image Index,Finding Label,Bbox [x,y,w,h],,,\nfilm.png,Effusion,0,0,1024,1024,,,\n";
    std::fs::write(folder.path().join("BBox_List_2017.csv"), rows).unwrap();
    let mut harness = app_with_scores(vec![folder.path().join("film.png")]);
    select(&mut harness, 4);
    harness.get_by_label_contains("Box: hit");
    select(&mut harness, 1);
    assert!(harness.query_by_label_contains("Box: ").is_none());
}

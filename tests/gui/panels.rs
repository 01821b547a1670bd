//! Map, zoom, model panel, themes: what the rest of the window does.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use thorax::explain::{CamMethod, MapMethod};
use thorax::model::{Classifier, ModelFile};
use thorax::state::{Command, FindingGroups, MapCommand, ViewerCommand};

use crate::films::phantom;
use crate::harness::{
    AppHarness, app_with, app_with_scores, has_model, is_scored, open_finding, step_until,
};

#[test]
fn a_click_on_a_finding_lays_its_map_over_the_film() {
    let mut harness = app_with_scores(vec![phantom()]);
    open_finding(&mut harness, "Cardiomegaly");
    harness
        .get_by_role_and_label(Role::Button, "Cardiomegaly")
        .click();
    harness.run();
    assert_eq!(harness.state().state.viewer.selected, None);
}

#[test]
fn arrows_step_through_the_findings_as_they_stand_below_each_other() {
    let mut harness = app_with_scores(vec![phantom()]);
    let order: Vec<usize> = {
        let shared = &harness.state().state.shared;
        let thresholds = &shared.model.loaded.as_ref().unwrap().thresholds;
        let scores = &shared.films.film.reading().unwrap().inference.scores;
        FindingGroups::of(thresholds.current(), Some(scores))
            .in_order()
            .collect()
    };
    let selected = |harness: &AppHarness| harness.state().state.viewer.selected;
    assert_eq!(selected(&harness), Some(order[0]), "the film's top finding");
    for _ in 0..2 {
        harness.key_press(Key::ArrowDown);
        harness.run();
    }
    assert_eq!(selected(&harness), Some(order[2]));
    harness.key_press(Key::ArrowUp);
    harness.run();
    assert_eq!(selected(&harness), Some(order[1]));
}

#[test]
fn brackets_hide_the_panels_and_give_their_place_to_the_film() {
    let mut harness = app_with_scores(vec![phantom()]);
    let width = |harness: &AppHarness| harness.get_by_label("Film").rect().width();
    let with_both = width(&harness);
    harness.key_press(Key::OpenBracket);
    harness.run();
    let without_list = width(&harness);
    assert!(
        without_list > with_both + 80.0,
        "{with_both} {without_list}"
    );
    harness.key_press(Key::CloseBracket);
    harness.run();
    assert!(width(&harness) > without_list + 300.0);
    harness.key_press(Key::Backslash);
    harness.run();
    assert_eq!(width(&harness), with_both);
    harness.key_press(Key::Backslash);
    harness.run();
    assert_eq!(width(&harness), 1280.0);
}

#[test]
fn the_film_takes_most_of_a_small_window() {
    let mut harness = app_with_scores(vec![phantom()]);
    let side = |harness: &AppHarness, name: &str| {
        let area = harness.get_by_label(name).rect();
        area.width().min(area.height()) - 4.0
    };
    assert!(side(&harness, "Film") >= 700.0);
    harness.state_mut().state.apply(Command::SetScale(2.0));
    harness.run_steps(8);
    assert!(
        side(&harness, "Film") * 2.0 >= 400.0,
        "at twice the size of text"
    );
}

#[test]
fn one_key_shows_and_hides_the_map() {
    let mut harness = app_with_scores(vec![phantom()]);
    assert!(harness.state().state.shared.settings.map.visible);
    harness.key_press(Key::M);
    harness.run();
    assert!(!harness.state().state.shared.settings.map.visible);
    harness.get_by_label("Map").click();
    harness.run();
    assert!(harness.state().state.shared.settings.map.visible);
}

#[test]
fn another_method_gives_other_maps_of_the_same_scores() {
    let mut harness = app_with_scores(vec![phantom()]);
    let before = harness
        .state()
        .state
        .shared
        .films
        .film
        .reading()
        .unwrap()
        .clone();
    let command = Command::Viewer(ViewerCommand::Map(MapCommand::SetMethod(MapMethod::Cam(
        CamMethod::PooledGradCam,
    ))));
    harness.state_mut().state.apply(command);
    harness.run();
    let after = harness
        .state()
        .state
        .shared
        .films
        .film
        .reading()
        .unwrap()
        .clone();
    assert_eq!(after.method, MapMethod::Cam(CamMethod::PooledGradCam));
    assert_ne!(before.maps, after.maps);
    assert_eq!(before.inference, after.inference);
}

#[test]
fn a_map_of_covered_places_says_how_far_it_has_come_and_can_be_stopped() {
    let mut harness = app_with_scores(vec![phantom()]);
    let command = MapCommand::SetMethod(MapMethod::Occlusion);
    let command = Command::Viewer(ViewerCommand::Map(command));
    harness.state_mut().state.apply(command);
    step_until("the progress", &mut harness, |app| {
        app.state.viewer.occlusion.progress().is_some()
    });
    harness.get_by_label_contains("of 256");
    harness.get_by_role_and_label(Role::Button, "Stop").click();
    step_until("the end", &mut harness, |app| {
        !app.state.viewer.occlusion.is_busy()
    });
    harness.run();
    assert!(harness.query_by_label_contains("of 256").is_none());
    let reading = harness.state().state.shared.films.film.reading().cloned();
    assert_eq!(reading.unwrap().method, MapMethod::default());
}

#[test]
fn the_smooth_map_and_the_exact_one_are_a_click_apart() {
    let mut harness = app_with_scores(vec![phantom()]);
    assert!(harness.state().state.shared.settings.map.smooth);
    // Cells of the built-in model hold the same weights: another one's differ.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("free.safetensors");
    let file = Classifier::default_file().unwrap();
    let (card, mut weights) = (file.card().clone(), file.weights().clone());
    weights.get_mut("head.dense.weight").unwrap().values[0] += 1.0;
    ModelFile::new(card, weights).unwrap().save(&path).unwrap();
    let state = &mut harness.state_mut().state;
    state.apply(Command::Open(vec![path.clone()]));
    step_until("the scores of that model", &mut harness, |app| {
        let loaded = app.state.shared.model.loaded.as_ref();
        let is_other = loaded.is_some_and(|it| it.classifier.path() == Some(path.as_path()));
        is_other && is_scored(app)
    });
    harness.run();
    harness.get_by_label("More").click();
    harness.run();
    harness.get_by_label("Smooth").click();
    harness.run();
    assert!(!harness.state().state.shared.settings.map.smooth);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::S);
    harness.run();
    assert!(harness.state().state.shared.settings.map.smooth);
}

#[test]
fn the_wheel_zooms_and_a_double_click_fits_again() {
    let mut harness = app_with_scores(vec![phantom()]);
    assert_eq!(harness.state().state.viewer.display().view, None);
    let center = harness.get_by_label("Film").rect().center();
    harness.hover_at(center);
    harness.step();
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Line,
        delta: egui::vec2(0.0, 3.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    // The wheel is smoothed over several frames.
    harness.run_steps(30);
    let zoomed = harness.state().state.viewer.display().view.unwrap();
    assert!(zoomed.zoom > 0.7, "{zoomed:?}");
    harness.key_press(Key::F);
    harness.run();
    assert_eq!(harness.state().state.viewer.display().view, None);
}

#[test]
fn the_display_never_changes_what_the_network_is_fed() {
    let mut harness = app_with_scores(vec![phantom()]);
    let before = harness
        .state()
        .state
        .shared
        .films
        .film
        .reading()
        .unwrap()
        .clone();
    harness.key_press(Key::M);
    harness.hover_at(harness.get_by_label("Film").rect().center());
    harness.event(egui::Event::Zoom(2.0));
    harness.run_steps(5);
    assert!(harness.state().state.viewer.display().view.is_some());
    harness
        .state_mut()
        .state
        .apply(Command::Viewer(ViewerCommand::ShowFilm(0)));
    step_until("the scores", &mut harness, is_scored);
    let after = harness
        .state()
        .state
        .shared
        .films
        .film
        .reading()
        .unwrap()
        .clone();
    assert_eq!(before.inference, after.inference);
}

#[test]
fn the_model_panel_shows_where_the_weights_come_from() {
    let mut harness = app_with(vec![]);
    step_until("the model", &mut harness, has_model);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::I);
    harness.run();
    harness.get_by_label_contains("NIH ChestX-ray14");
    harness.get_by_label_contains("Macro AUC");
    // A reader of films first: the words about them stand above what identifies the model.
    let top = |label: &str| harness.get_by_label(label).rect().top();
    let order = [
        "What it is for",
        "What it must not be used for",
        "How good it is",
        "For its builder",
    ];
    assert!(order.map(top).is_sorted(), "{:?}", order.map(top));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::I);
    harness.run();
    assert!(!harness.state().state.windows.about_shown);
}

#[test]
fn the_keys_are_listed() {
    let mut harness = app_with(vec![]);
    harness.key_press(Key::Questionmark);
    step_until("the model", &mut harness, has_model);
    harness.run();
    harness.get_by_label("Wheel or pinch");
    harness.get_by_label("Reload film");
}

/// Where the rows of all findings are that are on the screen.
fn rows(harness: &AppHarness) -> Vec<(String, egui::Rect)> {
    let loaded = harness.state().state.shared.model.loaded.as_ref().unwrap();
    let labels = loaded.classifier.card().labels.iter();
    let names = labels.map(|name| name.replace('_', " "));
    let row = |name: String| {
        let row = harness.query_by_role_and_label(Role::Button, &name)?.rect();
        Some((name, row))
    };
    names.filter_map(row).collect()
}

#[test]
fn a_click_on_a_row_below_the_open_one_leaves_every_row_where_it_is() {
    let mut harness = app_with_scores(vec![phantom()]);
    let before = rows(&harness);
    let mut below: Vec<_> = before.iter().map(|(name, row)| (row.top(), name)).collect();
    below.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (_, name) in below.into_iter().take(7).rev() {
        let at = before.iter().find(|(other, _)| other == name).unwrap().1;
        harness.hover_at(at.center());
        harness.run();
        let selected = harness.state().state.viewer.selected;
        harness.drag_at(at.center());
        harness.step();
        harness.drop_at(at.center());
        harness.run();
        assert_ne!(harness.state().state.viewer.selected, selected, "{name}");
        assert_eq!(rows(&harness), before, "{name}");
    }
}

#[test]
fn the_keys_bring_the_open_row_into_view_above_its_card() {
    let mut harness = app_with_scores(vec![phantom()]);
    for _ in 0..13 {
        harness.key_press(Key::ArrowDown);
        harness.run();
        let state = &harness.state().state;
        let loaded = state.shared.model.loaded.as_ref().unwrap();
        let labels = &loaded.classifier.card().labels;
        let open = labels.get(state.viewer.selected.unwrap()).unwrap();
        let open = open.replace('_', " ");
        let row = harness.get_by_role_and_label(Role::Button, &open).rect();
        let card = harness
            .get_by_role_and_label(Role::Slider, &format!("{open} threshold"))
            .rect();
        assert!(
            row.top() > 50.0 && row.bottom() < card.top(),
            "{open}: {row} {card}"
        );
    }
}

#[test]
fn the_film_has_half_the_height_of_a_small_window_with_words_of_twice_the_size() {
    let small = crate::harness::builder().with_size([512.0, 350.0]);
    let picker = crate::harness::PreparedPicker::new(thorax::state::Picked::Nothing);
    let mut harness = crate::harness::build(small, picker, vec![phantom()]);
    step_until("the scores", &mut harness, is_scored);
    harness.run();
    let film = harness.get_by_label("Film").rect();
    let side = film.width().min(film.height());
    assert!(side >= 0.7 * 350.0, "{film}");
    // What has no room in the strip of tools is in its menu.
    harness.get_by_label("More tools").click();
    harness.run();
    harness.get_by_label_contains("Rotate clockwise");
}

//! The viewer's mouse and keys, as radiology viewers have them.

use std::path::PathBuf;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, Vec2};
use egui_kittest::kittest::Queryable as _;
use thorax::app::ThoraxApp;
use thorax::domain::{Display, GrayChoice, Measurement, OperatingPoint, Threshold};
use thorax::model::{Classifier, ModelFile};
use thorax::state::{CompareCommand, CompareWith, Tool};
use thorax::ui::panels::Pane;

use crate::films::{own_phantom, phantom};
use crate::harness::{AppHarness, app_with_scores, is_scored, step_until};

pub fn app() -> AppHarness {
    app_with_scores(vec![phantom()])
}

fn display(harness: &AppHarness) -> Display {
    harness.state().state.viewer.display().clone()
}

fn measured(harness: &AppHarness) -> Vec<Measurement> {
    let films = &harness.state().state.shared.films;
    films.current_entry().unwrap().measurements.clone()
}

pub fn middle(harness: &AppHarness) -> Pos2 {
    harness.get_by_label("Film").rect().center()
}

/// A press, some moves and a release, a frame each.
pub fn drag(harness: &mut AppHarness, button: PointerButton, from: Pos2, by: Vec2) {
    harness.hover_at(from);
    harness.step();
    press(harness, button, from, true);
    harness.step();
    for part in 1..=4 {
        harness.hover_at(from + by * (part as f32 / 4.0));
        harness.step();
    }
    press(harness, button, from + by, false);
    harness.step();
    harness.step();
}

pub fn press(harness: &mut AppHarness, button: PointerButton, pos: Pos2, pressed: bool) {
    harness.event(Event::PointerButton {
        pos,
        button,
        pressed,
        modifiers: Modifiers::NONE,
    });
}

/// Center and width in use.
fn window(harness: &AppHarness) -> (f64, f64) {
    let state = &harness.state().state;
    let opened = state.shared.films.film.opened();
    let window = opened.map(|opened| opened.window_of(&state.viewer.display().gray));
    window.map_or((0.0, 0.0), |window| (window.center(), window.width()))
}

#[test]
fn a_left_drag_right_widens_the_window_and_a_drag_up_brightens() {
    let mut harness = app();
    let before = window(&harness);
    let start = middle(&harness);
    drag(
        &mut harness,
        PointerButton::Primary,
        start,
        Vec2::new(80.0, 0.0),
    );
    let wider = window(&harness);
    assert!(
        wider.1 > before.1 && wider.0 == before.0,
        "{before:?} {wider:?}"
    );
    drag(
        &mut harness,
        PointerButton::Primary,
        start,
        Vec2::new(0.0, -80.0),
    );
    let brighter = window(&harness);
    assert!(
        brighter.0 < wider.0 && brighter.1 == wider.1,
        "{brighter:?}"
    );
    // Two drags, two steps of undo.
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run();
    assert_eq!(window(&harness), wider);
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    harness.run();
    assert_eq!(window(&harness), brighter);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run();
    assert_eq!(display(&harness), Display::default());
}

#[test]
fn the_axes_of_the_window_drag_can_be_swapped() {
    let mut harness = app();
    let before = window(&harness);
    harness.get_by_label("Presets").click();
    harness.run();
    harness
        .get_by_label("Drag vertically for the width")
        .click();
    harness.run();
    harness.key_press(Key::Escape);
    harness.run();
    assert!(
        harness
            .state()
            .state
            .shared
            .settings
            .viewer
            .window_axes_swapped
    );
    let start = middle(&harness);
    drag(
        &mut harness,
        PointerButton::Primary,
        start,
        Vec2::new(0.0, -80.0),
    );
    let after = window(&harness);
    assert!(after.1 > before.1 && after.0 == before.0, "{after:?}");
}

#[test]
fn middle_drag_and_space_drag_pan() {
    let mut harness = app();
    let start = middle(&harness);
    drag(
        &mut harness,
        PointerButton::Middle,
        start,
        Vec2::new(40.0, 24.0),
    );
    let panned = display(&harness).view.unwrap();
    harness.key_down(Key::Space);
    drag(
        &mut harness,
        PointerButton::Primary,
        start,
        Vec2::new(40.0, 24.0),
    );
    harness.key_up(Key::Space);
    harness.run();
    let again = display(&harness).view.unwrap();
    assert!(
        (again.origin.x - panned.origin.x - 40.0).abs() < 0.1,
        "{again:?}"
    );
    assert!(
        (again.origin.y - panned.origin.y - 24.0).abs() < 0.1,
        "{again:?}"
    );
    assert_eq!(again.zoom, panned.zoom);
    assert_eq!(display(&harness).gray, GrayChoice::File);
}

#[test]
fn space_over_the_film_presses_no_button() {
    let mut harness = app();
    harness
        .get_by_role_and_label(Role::Button, "Invert black and white")
        .click();
    harness.run();
    assert!(display(&harness).inverted);
    let start = middle(&harness);
    harness.hover_at(start);
    harness.step();
    harness.key_press(Key::Space);
    harness.run();
    assert!(display(&harness).inverted, "the button was pressed again");
}

#[test]
fn a_double_click_fits_the_film() {
    // Each event has a frame of its own: four of them must be as quick as two clicks.
    let builder = crate::harness::builder().with_step_dt(0.02);
    let picker = crate::harness::PreparedPicker::new(thorax::state::Picked::Nothing);
    let mut harness = crate::harness::build(builder, picker, vec![phantom()]);
    step_until("the scores", &mut harness, is_scored);
    harness.key_press(Key::Num0);
    harness.run();
    assert!((display(&harness).view.unwrap().zoom - 1.0).abs() < 1e-6);
    let pos = middle(&harness);
    harness.hover_at(pos);
    harness.step();
    for _ in 0..2 {
        press(&mut harness, PointerButton::Primary, pos, true);
        press(&mut harness, PointerButton::Primary, pos, false);
        harness.step();
    }
    harness.run();
    assert_eq!(display(&harness).view, None);
}

#[test]
fn keys_turn_flip_and_invert_and_the_badge_says_so() {
    let mut harness = app();
    harness.key_press(Key::X);
    harness.key_press(Key::R);
    harness.key_press(Key::I);
    harness.run();
    let display = display(&harness);
    assert!(display.inverted);
    assert!(display.orientation.is_mirrored());
    assert_eq!(display.orientation.quarter_turns(), 1);
    let words = display.orientation.words().unwrap();
    assert_eq!(words, "FLIPPED · TURNED 90°");
    harness.key_press_modifiers(Modifiers::SHIFT, Key::R);
    harness.run();
    assert_eq!(
        crate::viewer::display(&harness).orientation.quarter_turns(),
        0
    );
    harness.key_press(Key::Home);
    harness.run();
    assert_eq!(crate::viewer::display(&harness), Display::default());
}

#[test]
fn number_keys_choose_windows() {
    let mut harness = app();
    let opened = harness
        .state()
        .state
        .shared
        .films
        .film
        .opened()
        .unwrap()
        .clone();
    let presets = opened.presets();
    let keys = [Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num1];
    for (key, place) in keys.into_iter().zip([1, 2, 3, 4, 0]) {
        harness.key_press(key);
        harness.run();
        assert_eq!(display(&harness).gray, presets[place].1, "{key:?}");
    }
}

#[test]
fn the_histograms_window_can_be_dragged() {
    let mut harness = app();
    harness.key_press(Key::H);
    harness.run();
    let before = window(&harness);
    let histogram = harness.get_by_label("Histogram of the film").rect();
    drag(
        &mut harness,
        PointerButton::Primary,
        histogram.center(),
        Vec2::new(30.0, 0.0),
    );
    let after = window(&harness);
    assert!(after.0 > before.0, "{before:?} {after:?}");
    assert!((after.1 - before.1).abs() < 1e-6);
}

#[test]
fn a_length_is_measured_in_pixels_of_the_film_where_spacing_is_unknown() {
    let (_folder, film) = own_phantom();
    let mut harness = app_with_scores(vec![film]);
    harness.key_press(Key::L);
    harness.run();
    assert_eq!(harness.state().state.viewer.tool, Tool::Length);
    let start = middle(&harness);
    drag(
        &mut harness,
        PointerButton::Primary,
        start,
        Vec2::new(60.0, 80.0),
    );
    let measurements = measured(&harness);
    let [Measurement::Length([from, to])] = measurements.as_slice() else {
        panic!("{measurements:?}");
    };
    let area = harness.state().state.viewer.main.area.unwrap();
    let film = harness
        .state()
        .state
        .shared
        .films
        .film
        .opened()
        .unwrap()
        .size();
    let length = (to.x - from.x).hypot(to.y - from.y) * area.fitted(film).zoom;
    assert!((length - 100.0).abs() < 0.5, "{length}");
    assert!(measurements[0].text(None).ends_with(" px"));
    harness.key_press(Key::Delete);
    harness.run();
    assert!(measured(&harness).is_empty());
}

#[test]
fn three_clicks_make_an_angle() {
    let (_folder, film) = own_phantom();
    let mut harness = app_with_scores(vec![film]);
    harness.key_press(Key::A);
    harness.run();
    let center = middle(&harness);
    for offset in [Vec2::new(60.0, 0.0), Vec2::ZERO, Vec2::new(0.0, -60.0)] {
        let pos = center + offset;
        harness.hover_at(pos);
        harness.step();
        press(&mut harness, PointerButton::Primary, pos, true);
        press(&mut harness, PointerButton::Primary, pos, false);
        harness.step();
        harness.step();
    }
    let measurements = measured(&harness);
    assert_eq!(measurements.len(), 1);
    assert_eq!(measurements[0].text(None), "90.0°");
}

#[test]
fn the_palette_finds_actions_by_part_of_their_words() {
    let mut harness = app();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    harness.run_steps(3);
    let field = harness.get_by_role_and_label(Role::TextInput, "Search commands");
    field.type_text("flip top");
    harness.run_steps(3);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    let state = &harness.state().state;
    assert!(state.windows.palette.is_none());
    assert!(state.viewer.display().orientation.is_mirrored());
}

#[test]
fn a_key_can_be_changed_and_a_taken_one_is_refused() {
    let mut harness = app();
    harness.key_press(Key::Questionmark);
    harness.run();
    harness
        .get_by_label("Key of Invert black and white: I")
        .click_accesskit();
    harness.run();
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::B);
    harness.run();
    harness.get_by_label("Key of Invert black and white: Ctrl+Shift+B");
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::B);
    harness.run();
    assert!(display(&harness).inverted);
    harness.key_press(Key::I);
    harness.run();
    assert!(display(&harness).inverted, "the old key is free");
    harness
        .get_by_label("Key of Invert black and white: Ctrl+Shift+B")
        .click_accesskit();
    harness.run();
    harness.key_press(Key::F);
    harness.run();
    harness.get_by_label_contains("is already used by \"Fit film\"");
    harness.get_by_label("Reset shortcuts").click();
    harness.run();
    harness.get_by_label("Key of Invert black and white: I");
}

#[test]
fn words_and_buttons_grow_up_to_twice_their_size() {
    let mut harness = app();
    for _ in 0..12 {
        harness.key_press_modifiers(Modifiers::COMMAND, Key::Plus);
    }
    harness.run();
    assert_eq!(harness.state().state.shared.settings.scale, 2.0);
    assert_eq!(harness.ctx.zoom_factor(), 2.0);
    harness.get_by_label(thorax::domain::NOTICE);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num0);
    harness.run();
    assert_eq!(harness.state().state.shared.settings.scale, 1.0);
}

#[test]
fn the_drawn_film_can_be_tried_from_the_first_page() {
    let mut harness = crate::harness::app_with(vec![]);
    step_until("the model", &mut harness, crate::harness::has_model);
    harness.get_by_label("Open sample film").click();
    step_until("the scores", &mut harness, is_scored);
    harness.run();
    harness.get_by_role_and_label(Role::Button, "drawn-film.png");
}

#[test]
fn two_films_side_by_side_move_together_until_they_are_unlinked() {
    let films = crate::films::folder(2, false);
    let mut harness = app_with_scores(vec![films.path().to_owned()]);
    harness.key_press(Key::D);
    step_until("the film beside", &mut harness, |app| {
        let compare = app.state.viewer.compare.as_ref();
        compare.is_some_and(|compare| compare.film.reading().is_some())
    });
    harness.run();
    let beside = harness.get_by_label("Film beside").rect();
    drag(
        &mut harness,
        PointerButton::Middle,
        beside.center(),
        Vec2::new(30.0, 10.0),
    );
    let state = &harness.state().state;
    let moved = state.viewer.display().view.unwrap();
    let other = state
        .viewer
        .beside_display(&state.shared.films)
        .unwrap()
        .view
        .unwrap();
    assert!((moved.zoom - other.zoom).abs() < 1e-4, "films of one size");
    harness.key_press(Key::I);
    harness.run();
    let state = &harness.state().state;
    let beside = state.viewer.beside_display(&state.shared.films);
    assert!(beside.unwrap().inverted);
    harness.get_by_label("Linked").click();
    harness.run();
    harness.key_press(Key::I);
    harness.run();
    let state = &harness.state().state;
    assert!(
        !state.viewer.display().inverted
            && state
                .viewer
                .beside_display(&state.shared.films)
                .unwrap()
                .inverted
    );
    harness.get_by_label("Close").click();
    harness.run();
    assert!(harness.state().state.viewer.compare.is_none());
}

#[test]
fn one_film_is_shown_under_two_models() {
    let other = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let other = other.join("weights/thorax.safetensors");
    let picker = crate::harness::PreparedPicker::new(thorax::state::Picked::Files(vec![other]));
    let mut harness = crate::harness::build(crate::harness::builder(), picker, vec![phantom()]);
    step_until("the scores", &mut harness, is_scored);
    let command = thorax::state::Command::PickComparedModel;
    harness.state_mut().state.apply(command);
    step_until("the other model's scores", &mut harness, |app| {
        let compare = app.state.viewer.compare.as_ref();
        compare.is_some_and(|compare| compare.film.reading().is_some())
    });
    let state = &harness.state().state;
    let compare = state.viewer.compare.as_ref().unwrap();
    let (main, beside) = (
        state.shared.films.film.reading().unwrap(),
        compare.film.reading().unwrap(),
    );
    assert_eq!(main.opened.film.path, beside.opened.film.path);
    // The same weights from a file: the same name and, to the bit, the same scores.
    let loaded = state.shared.model.loaded.as_ref().unwrap();
    assert_eq!(Some(loaded.classifier.id()), compare.model_id());
    assert_eq!(main.inference.scores, beside.inference.scores);
}

/// The built-in card over other weights: operating points at 0.125, no calibration.
fn another_model(folder: &tempfile::TempDir) -> PathBuf {
    let file = Classifier::default_file().unwrap();
    let (mut card, mut weights) = (file.card().clone(), file.weights().clone());
    weights.get_mut("head.dense.bias").unwrap().values[0] += 1.0;
    let point = OperatingPoint::of(&Threshold::moved(0.125, "valid").unwrap());
    card.operating_points = card.labels.map(|_, _| Some(point.clone()));
    card.calibration = card.labels.map(|_, _| None);
    let path = folder.path().join("another.safetensors");
    ModelFile::new(card, weights).unwrap().save(&path).unwrap();
    path
}

#[test]
fn a_film_under_another_model_is_judged_by_that_models_thresholds_or_by_none() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = app_with_scores(vec![phantom()]);
    let of_main = crate::harness::threshold(&harness, "Mass");
    assert_ne!(of_main, 0.125);
    let show = CompareCommand::Show(CompareWith::Model(another_model(&folder)));
    let show = thorax::state::ViewerCommand::Compare(show);
    let state = &mut harness.state_mut().state;
    state.apply(thorax::state::Command::Viewer(show));
    let threshold_beside = |app: &ThoraxApp| {
        let compare = app.state.viewer.compare.as_ref().unwrap();
        let display = Display::default();
        let pane = Pane::beside(&app.state, compare, &display);
        pane.thresholds
            .map(|found| found.of("Mass").unwrap().value())
    };
    assert_eq!(
        threshold_beside(harness.state()),
        None,
        "it is being loaded"
    );
    step_until("the other model's scores", &mut harness, |app| {
        let compare = app.state.viewer.compare.as_ref();
        compare.is_some_and(|compare| compare.film.reading().is_some())
    });
    assert_eq!(threshold_beside(harness.state()), Some(0.125));
    assert_eq!(crate::harness::threshold(&harness, "Mass"), of_main);
}

#[test]
fn the_calibrated_risk_is_that_of_the_model_that_made_the_score() {
    let folder = tempfile::tempdir().unwrap();
    let other = another_model(&folder);
    let mut harness = app_with_scores(vec![phantom()]);
    let logits = |app: &ThoraxApp| {
        let reading = app.state.shared.films.film.reading();
        reading.map(|reading| reading.inference.logits.clone())
    };
    let before = logits(harness.state()).unwrap();
    let effusion = before.labels().position("Effusion");
    let state = &mut harness.state_mut().state;
    let select = thorax::state::ViewerCommand::SelectFinding(effusion);
    state.apply(thorax::state::Command::Viewer(select));
    harness.run();
    harness.get_by_label_contains("%, calibrated");
    let open = thorax::state::Command::Open(vec![other.clone()]);
    harness.state_mut().state.apply(open);
    step_until("the scores of the other model", &mut harness, |app| {
        let loaded = app.state.shared.model.loaded.as_ref().unwrap();
        let is_other = loaded.classifier.path() == Some(other.as_path());
        // In no frame do scores of the first stand beside the card of the second.
        assert_eq!(logits(app).is_some_and(|now| now == before), !is_other);
        is_other && logits(app).is_some()
    });
    harness.run();
    crate::harness::open_finding(&mut harness, "Effusion");
    harness.get_by_label("Risk: n/a, the model has no calibration for it");
}

#[test]
fn what_was_open_is_opened_again_at_the_film_that_was_in_view() {
    let films = crate::films::folder(3, false);
    let mut harness = app_with_scores(vec![films.path().to_owned()]);
    harness.key_press(Key::PageDown);
    step_until("the second film", &mut harness, |app| {
        app.state.shared.films.current() == Some(1) && is_scored(app)
    });
    let session = harness.state().state.shared.settings.session.clone();
    assert_eq!(session.opened, [films.path()]);
    drop(harness);
    let mut harness = crate::harness::app_with(vec![]);
    let state = &mut harness.state_mut().state;
    state.shared.settings.session = session;
    state.restore_session();
    step_until("the scores", &mut harness, is_scored);
    let state = &harness.state().state;
    assert_eq!(
        (
            state.shared.films.entries().len(),
            state.shared.films.current()
        ),
        (3, Some(1))
    );
}

#[test]
fn films_that_come_while_others_are_being_listed_are_all_there() {
    let (first, second) = (
        crate::films::folder(2, false),
        crate::films::folder(2, false),
    );
    let mut harness = crate::harness::app_with(vec![]);
    for folder in [&first, &second] {
        let command = thorax::state::Command::Open(vec![folder.path().to_owned()]);
        harness.state_mut().state.apply(command);
    }
    step_until("both lists", &mut harness, |app| {
        app.state.shared.films.entries().len() == 4 && is_scored(app)
    });
}

#[test]
fn a_folder_that_is_gone_is_missed_once_and_not_at_every_start() {
    let mut harness = crate::harness::app_with(vec![]);
    let gone = PathBuf::from("/gone/films");
    let state = &mut harness.state_mut().state;
    state.shared.settings.session.opened = vec![gone];
    state.restore_session();
    step_until("the error", &mut harness, |app| {
        app.state
            .shared
            .notices
            .iter()
            .any(|notice| notice.text.contains("/gone/films"))
    });
    assert!(
        harness
            .state()
            .state
            .shared
            .settings
            .session
            .opened
            .is_empty()
    );
}

#[test]
fn a_film_without_contrast_offers_an_auto_window_and_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dim.png");
    let mut film = image::open(phantom()).unwrap().into_luma8();
    film.pixels_mut().for_each(|pixel| pixel.0[0] /= 8);
    film.save(&path).unwrap();
    let mut harness = app_with_scores(vec![path]);
    harness.get_by_label("Use auto window").click();
    harness.step();
    step_until("the scores", &mut harness, is_scored);
    harness.run();
    harness.get_by_label_contains("was set aside by the user");
    harness.get_by_label("Use the film as in its file").click();
    harness.step();
    step_until("the scores", &mut harness, is_scored);
    harness.run();
    harness.get_by_label("Use auto window");
    assert!(harness.query_by_label_contains("was set aside").is_none());
}

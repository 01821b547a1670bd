//! Measurements over the film: drawn, selected, moved, written, removed and kept.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, Rect, Vec2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use tempfile::TempDir;
use thorax::domain::{Display, Measurement, MeasurementKind, Point};
use thorax::state::{FilmState, Sidecar, Tool};

use crate::films::own_phantom;
use crate::harness::{AppHarness, app_with_scores, step_until};
use crate::viewer::{drag, middle, press};

/// The folder outlives the program, which writes its notes there at the end.
fn app() -> (TempDir, AppHarness) {
    let (folder, film) = own_phantom();
    (folder, app_with_scores(vec![film]))
}

fn measurements(harness: &AppHarness) -> Vec<Measurement> {
    let films = &harness.state().state.shared.films;
    films.current_entry().unwrap().measurements.clone()
}

fn selected(harness: &AppHarness) -> Option<usize> {
    harness.state().state.viewer.main.measuring.selected
}

fn key(harness: &mut AppHarness, key: Key) {
    harness.key_press(key);
    harness.run_steps(4);
}

fn undo(harness: &mut AppHarness) {
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(4);
}

fn left(harness: &mut AppHarness, from: Pos2, by: Vec2) {
    drag(harness, PointerButton::Primary, from, by);
    harness.run_steps(4);
}

fn click(harness: &mut AppHarness, pos: Pos2) {
    harness.hover_at(pos);
    harness.step();
    press(harness, PointerButton::Primary, pos, true);
    press(harness, PointerButton::Primary, pos, false);
    harness.run_steps(4);
}

/// Where a place of the film in view lies on the screen.
fn on_screen(harness: &AppHarness, pos_in_image: Point) -> Pos2 {
    let viewer = &harness.state().state.viewer;
    let opened = harness.state().state.shared.films.film.opened();
    let film = opened.unwrap().size();
    let display: &Display = viewer.display();
    let area = viewer.main.area.unwrap();
    let fitted = area.fitted(display.orientation.shown_size(film));
    let shown = display.orientation.shown_from_image(pos_in_image, film);
    let pos = display.view.unwrap_or(fitted).apply(shown);
    Pos2::new(pos.x, pos.y)
}

fn assert_close(a: Pos2, b: Pos2) {
    assert!(a.distance(b) < 0.1, "{a:?} {b:?}");
}

/// A length of the middle, 100 points to the right of it.
fn with_length() -> (TempDir, AppHarness, Pos2) {
    let (folder, mut harness) = app();
    key(&mut harness, Key::L);
    let start = middle(&harness);
    left(&mut harness, start, vec2(100.0, 0.0));
    key(&mut harness, Key::W);
    assert_eq!(measurements(&harness).len(), 1);
    (folder, harness, start)
}

#[test]
fn a_drag_and_clicks_make_the_same_of_each_kind() {
    for (tool, kind) in [
        (Key::L, MeasurementKind::Length),
        (Key::A, MeasurementKind::Angle),
        (Key::K, MeasurementKind::Ratio),
        (Key::E, MeasurementKind::Rectangle),
    ] {
        let (_folder, mut harness) = app();
        key(&mut harness, tool);
        let center = middle(&harness);
        let ends = [
            vec2(-80.0, -60.0),
            vec2(40.0, -50.0),
            vec2(-120.0, 40.0),
            vec2(90.0, 60.0),
        ];
        let places = ends.map(|by| center + by);
        for &pos in &places[..kind.n_points()] {
            click(&mut harness, pos);
        }
        left(&mut harness, places[0], places[1] - places[0]);
        match kind {
            MeasurementKind::Angle => click(&mut harness, places[2]),
            MeasurementKind::Ratio => left(&mut harness, places[2], places[3] - places[2]),
            _ => {}
        }
        let made = measurements(&harness);
        let [by_clicks, by_drag] = made.as_slice() else {
            panic!("{kind:?}: {made:?}");
        };
        assert_eq!((by_clicks.kind(), by_drag.kind()), (kind, kind));
        for (clicked, dragged) in by_clicks.points().iter().zip(by_drag.points()) {
            assert_close(on_screen(&harness, *clicked), on_screen(&harness, *dragged));
        }
        for (&place, point) in places.iter().zip(by_drag.points()) {
            assert_close(on_screen(&harness, *point), place);
        }
    }
}

#[test]
fn a_length_is_selected_moved_and_removed_and_each_is_one_step() {
    let (_folder, mut harness, start) = with_length();
    let before = measurements(&harness);
    let gray = harness.state().state.viewer.display().clone();
    // All of it by its line, which neither windows nor pans.
    left(&mut harness, start + vec2(50.0, 0.0), vec2(20.0, 30.0));
    assert_eq!(selected(&harness), Some(0));
    let moved = measurements(&harness);
    for (point, by) in moved[0].points().iter().zip([0.0, 100.0]) {
        assert_close(on_screen(&harness, *point), start + vec2(20.0 + by, 30.0));
    }
    // One end by its handle.
    left(&mut harness, start + vec2(122.0, 31.0), vec2(-40.0, 20.0));
    let [from, to] = *measurements(&harness)[0].points() else {
        panic!("no length");
    };
    assert_eq!(from, moved[0].points()[0]);
    let end = on_screen(&harness, to);
    assert!(end.distance(start + vec2(82.0, 51.0)) < 0.1, "{end:?}");
    assert_eq!(harness.state().state.viewer.display(), &gray);
    undo(&mut harness);
    assert_eq!(measurements(&harness), moved);
    undo(&mut harness);
    assert_eq!(measurements(&harness), before);
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    harness.run();
    assert_eq!(measurements(&harness), moved);
    click(&mut harness, start + vec2(70.0, 30.0));
    assert_eq!(selected(&harness), Some(0));
    key(&mut harness, Key::Delete);
    assert!(measurements(&harness).is_empty());
    undo(&mut harness);
    assert_eq!(measurements(&harness), moved);
}

#[test]
fn escape_and_a_click_beside_it_deselect_and_a_drag_there_windows() {
    let (_folder, mut harness, start) = with_length();
    for by_key in [true, false] {
        click(&mut harness, start + vec2(50.0, 2.0));
        assert_eq!(selected(&harness), Some(0));
        if by_key {
            key(&mut harness, Key::Escape);
        } else {
            click(&mut harness, start + vec2(50.0, 150.0));
        }
        assert_eq!(selected(&harness), None);
    }
    let before = harness.state().state.viewer.display().clone();
    left(&mut harness, start + vec2(50.0, 150.0), vec2(60.0, 0.0));
    assert_ne!(harness.state().state.viewer.display().gray, before.gray);
    assert_eq!(measurements(&harness).len(), 1);
}

#[test]
fn measurements_are_held_by_the_film_when_it_is_turned_and_zoomed() {
    let (_folder, mut harness, _) = with_length();
    let before = measurements(&harness);
    for turn in [Key::R, Key::X, Key::Plus] {
        key(&mut harness, turn);
        let [from, to] = *measurements(&harness)[0].points() else {
            panic!("no length");
        };
        let ends = [from, to].map(|pos| on_screen(&harness, pos));
        let by = (ends[1] - ends[0]).normalized() * 12.0;
        left(&mut harness, ends[0] + (ends[1] - ends[0]) * 0.5, by);
        for (end, pos) in ends.into_iter().zip(measurements(&harness)[0].points()) {
            assert_close(on_screen(&harness, *pos), end + by);
        }
        undo(&mut harness);
        assert_eq!(measurements(&harness), before);
    }
}

#[test]
fn text_is_written_at_its_place_and_no_key_of_it_does_anything_else() {
    let (_folder, mut harness) = app();
    key(&mut harness, Key::T);
    assert_eq!(harness.state().state.viewer.tool, Tool::Text);
    let pos = middle(&harness);
    click(&mut harness, pos);
    let before = harness.state().state.viewer.display().clone();
    for letter in ["x", "r", "i", " ", "m"] {
        let pressed = Key::from_name(&letter.to_uppercase()).unwrap_or(Key::Space);
        harness.key_down(pressed);
        harness.event(Event::Text(letter.to_owned()));
        harness.step();
        harness.key_up(pressed);
        harness.step();
    }
    key(&mut harness, Key::Enter);
    let made = measurements(&harness);
    assert_eq!(made[0].words(), Some("xri m"));
    assert_close(on_screen(&harness, made[0].points()[0]), pos);
    assert_eq!(harness.state().state.viewer.display(), &before);
    assert!(harness.state().state.shared.settings.map.visible);
    // Escape leaves nothing, and takes neither the tool nor what is there.
    click(&mut harness, pos + vec2(0.0, 80.0));
    harness.event(Event::Text("no".to_owned()));
    harness.step();
    key(&mut harness, Key::Escape);
    assert_eq!(measurements(&harness), made);
    assert!(!harness.state().state.viewer.is_writing());
    // An arrow takes words too.
    harness.key_press_modifiers(Modifiers::SHIFT, Key::T);
    harness.run();
    left(&mut harness, pos + vec2(0.0, 80.0), vec2(60.0, -20.0));
    harness.event(Event::Text("nodule".to_owned()));
    harness.step();
    key(&mut harness, Key::Enter);
    assert_eq!(measurements(&harness)[1].words(), Some("nodule"));
    assert_eq!(measurements(&harness)[1].kind(), MeasurementKind::Arrow);
}

#[test]
fn a_double_click_on_text_edits_it_and_does_not_fit_the_film() {
    let builder = crate::harness::builder().with_step_dt(0.02);
    let picker = crate::harness::PreparedPicker::new(thorax::state::Picked::Nothing);
    let (_folder, film) = own_phantom();
    let mut harness = crate::harness::build(builder, picker, vec![film]);
    step_until("the scores", &mut harness, crate::harness::is_scored);
    key(&mut harness, Key::Plus);
    key(&mut harness, Key::T);
    let pos = middle(&harness);
    click(&mut harness, pos);
    harness.event(Event::Text("old".to_owned()));
    harness.step();
    key(&mut harness, Key::Enter);
    key(&mut harness, Key::W);
    let view = harness.state().state.viewer.display().view;
    assert!(view.is_some());
    let on_it = pos + vec2(6.0, 6.0);
    harness.hover_at(on_it);
    harness.step();
    for _ in 0..2 {
        press(&mut harness, PointerButton::Primary, on_it, true);
        press(&mut harness, PointerButton::Primary, on_it, false);
        harness.step();
    }
    harness.run();
    assert!(harness.state().state.viewer.is_writing());
    assert_eq!(harness.state().state.viewer.display().view, view);
    harness.key_press(Key::End);
    harness.event(Event::Text("er".to_owned()));
    harness.step();
    key(&mut harness, Key::Enter);
    assert_eq!(measurements(&harness)[0].words(), Some("older"));
    undo(&mut harness);
    assert_eq!(measurements(&harness)[0].words(), Some("old"));
}

#[test]
fn a_screen_reader_is_told_every_measurement_with_its_result() {
    let (_folder, mut harness, start) = with_length();
    key(&mut harness, Key::E);
    left(&mut harness, start + vec2(-60.0, 40.0), vec2(40.0, 30.0));
    let film = harness.get_by_label("Film");
    let description = film.accesskit_node().description().unwrap_or_default();
    let text = measurements(&harness)[0].text(None);
    assert!(
        description.contains(&format!("Length {text}")),
        "{description}"
    );
    assert!(description.contains("Rectangle"), "{description}");
    assert!(
        description.contains("mean") && description.contains("± "),
        "{description}"
    );
}

#[test]
fn measurements_are_kept_beside_the_films_and_come_back_with_them() {
    let films = crate::films::folder(2, false);
    let open = || app_with_scores(vec![films.path().to_owned()]);
    let notes = Sidecar::path(films.path(), None);
    let mut harness = open();
    key(&mut harness, Key::K);
    let center = middle(&harness);
    left(&mut harness, center - vec2(30.0, 0.0), vec2(60.0, 0.0));
    left(&mut harness, center - vec2(60.0, -9.0), vec2(120.0, 0.0));
    let made = measurements(&harness);
    assert_eq!(made[0].text(None), "CTR 0.50");
    // Dropping the program waits for the notes.
    drop(harness);
    let kept = Sidecar::read(&notes).unwrap().films;
    assert_eq!(kept.len(), 1);
    let mut harness = open();
    assert_eq!(measurements(&harness), made);
    // Another film has none, and the first has its own again.
    key(&mut harness, Key::PageDown);
    assert!(measurements(&harness).is_empty());
    key(&mut harness, Key::PageUp);
    step_until("the film", &mut harness, |app| {
        matches!(app.state.shared.films.film, FilmState::Read(_))
    });
    assert_eq!(measurements(&harness), made);
    key(&mut harness, Key::Delete);
    assert!(measurements(&harness).is_empty());
    drop(harness);
    let text = std::fs::read_to_string(&notes).unwrap();
    assert!(!text.contains("cardiothoracic_ratio"), "{text}");
    assert!(measurements(&open()).is_empty());
}

#[test]
fn the_film_beside_has_measurements_of_its_own_that_are_undone() {
    let films = crate::films::folder(2, false);
    let mut harness = app_with_scores(vec![films.path().to_owned()]);
    key(&mut harness, Key::D);
    step_until("the film beside", &mut harness, |app| {
        let compare = app.state.viewer.compare.as_ref();
        compare.is_some_and(|compare| compare.film.reading().is_some())
    });
    harness.run();
    key(&mut harness, Key::L);
    let beside = harness.get_by_label("Film beside").rect().center();
    left(&mut harness, beside, vec2(50.0, 20.0));
    let of_beside = |harness: &AppHarness| {
        let entries = harness.state().state.shared.films.entries().iter();
        let lists: Vec<usize> = entries.map(|entry| entry.measurements.len()).collect();
        lists
    };
    assert_eq!(of_beside(&harness), [0, 1]);
    key(&mut harness, Key::W);
    left(&mut harness, beside + vec2(25.0, 10.0), vec2(0.0, 30.0));
    undo(&mut harness);
    assert_eq!(of_beside(&harness), [0, 1]);
    undo(&mut harness);
    assert_eq!(of_beside(&harness), [0, 0]);
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    harness.run();
    click(&mut harness, beside + vec2(25.0, 10.0));
    key(&mut harness, Key::Delete);
    assert_eq!(of_beside(&harness), [0, 0]);
}

#[test]
fn the_tools_that_measure_are_in_the_strip_which_is_one_row() {
    let (_folder, mut harness) = app();
    let rect = |harness: &AppHarness, label: &str| -> Rect {
        harness.get_by_role_and_label(Role::Button, label).rect()
    };
    let (first, last) = (
        rect(&harness, "W/L"),
        rect(&harness, "Maps of all findings"),
    );
    assert!(
        (first.center().y - last.center().y).abs() < 1.0,
        "{first} {last}"
    );
    for tool in Tool::ALL {
        let Some(_) = tool.measures() else {
            continue;
        };
        harness.get_by_role_and_label(Role::Button, tool.label());
    }
    harness.get_by_role_and_label(Role::Button, "CTR").click();
    harness.run();
    assert_eq!(harness.state().state.viewer.tool, Tool::Ratio);
}

#[test]
fn a_fast_stroke_covers_all_of_its_way_and_is_one_step() {
    let (_folder, mut harness) = app();
    key(&mut harness, Key::C);
    let center = middle(&harness);
    let (from, to) = (center - vec2(120.0, 40.0), center + vec2(120.0, 40.0));
    harness.hover_at(from);
    harness.step();
    // The whole stroke within one frame: down, one far move, up.
    press(&mut harness, PointerButton::Primary, from, true);
    harness.event(Event::PointerMoved(from + (to - from) * 0.5));
    harness.event(Event::PointerMoved(to));
    press(&mut harness, PointerButton::Primary, to, false);
    harness.run();
    let cover = |harness: &AppHarness| harness.state().state.viewer.probe.cover.clone();
    let once = cover(&harness).expect("nothing is covered");
    let area = harness.state().state.viewer.main.area.unwrap();
    let opened = harness.state().state.shared.films.film.opened().cloned();
    let film = opened.unwrap().size();
    let view = area.fitted(film);
    for step in 0..=200 {
        let pos = from + (to - from) * (step as f32 / 200.0);
        let place = view.invert(Point { x: pos.x, y: pos.y });
        let pixel = |pos: f32, side: f32| (pos / side * once.side() as f32) as usize;
        let (column, row) = (pixel(place.x, film.width), pixel(place.y, film.height));
        assert!(
            once.pixels()[row * once.side() + column],
            "a gap at {pos:?}"
        );
    }
    step_until("the scores", &mut harness, |app| {
        let probe = &app.state.viewer.probe;
        probe.reading.is_some() && !probe.is_busy()
    });
    // Another stroke over many frames.
    left(&mut harness, center - vec2(0.0, 120.0), vec2(0.0, 60.0));
    let twice = cover(&harness).unwrap();
    assert_ne!(twice, once);
    undo(&mut harness);
    assert_eq!(cover(&harness), Some(once));
    undo(&mut harness);
    assert_eq!(cover(&harness), None);
    assert!(
        harness.state().state.viewer.probe.reading.is_none(),
        "scores follow"
    );
    for expected in [None, Some(&twice)] {
        harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
        harness.run();
        if expected.is_some() {
            assert_eq!(cover(&harness).as_ref(), expected);
        }
    }
}

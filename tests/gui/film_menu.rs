//! The menu on the right button, and what the pictures on buttons say.

use egui::accesskit::Role;
use egui::{Key, Modifiers, OutputCommand};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use thorax::state::{Command, Mark};

use crate::films::{folder, phantom};
use crate::harness::{AppHarness, app_with_scores, step_until};

/// The strip of small films with the first of three in view.
fn app(folder: &std::path::Path) -> AppHarness {
    app_with_scores(vec![folder.to_owned()])
}

fn copied(harness: &AppHarness) -> Option<String> {
    let commands = &harness.output().platform_output.commands;
    commands.iter().find_map(|command| match command {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    })
}

#[test]
fn the_right_button_over_a_row_opens_a_menu_of_its_film_and_leaves_the_one_in_view() {
    let films = folder(3, false);
    let mut harness = app(films.path());
    let name = |idx: usize, harness: &AppHarness| {
        let entry = &harness.state().state.shared.films.entries()[idx];
        (entry.name.clone(), entry.path.clone())
    };
    let (row, path) = name(1, &harness);
    harness
        .get_by_role_and_label(Role::Button, &row)
        .click_secondary();
    harness.run();
    harness.get_by_label_contains("Mark as flagged").click();
    harness.run();
    let films = &harness.state().state.shared.films;
    assert_eq!(films.current(), Some(0), "the row was not opened");
    assert_eq!(films.entries()[1].mark, Some(Mark::Flagged));
    assert_eq!(films.entries()[0].mark, None);
    harness
        .get_by_role_and_label(Role::Button, &row)
        .click_secondary();
    harness.run();
    harness.get_by_label_contains("Copy path of film").click();
    let mut text = None;
    for _ in 0..6 {
        harness.step();
        text = text.or(copied(&harness));
    }
    assert_eq!(text, Some(path.display().to_string()));
}

#[test]
fn a_desktop_without_a_file_manager_says_so() {
    let mut harness = app_with_scores(vec![phantom()]);
    harness.get_by_label("Film").click_secondary();
    harness.run();
    harness.get_by_label("Show in folder").click();
    let told = "no file manager available";
    step_until("the sentence", &mut harness, |app| {
        let mut notices = app.state.shared.notices.iter();
        notices.any(|notice| notice.text.contains(told))
    });
}

#[test]
fn the_menu_of_the_film_opens_by_a_key_and_escape_closes_it() {
    let mut harness = app_with_scores(vec![phantom()]);
    let label = "Copy picture with file name";
    assert!(harness.query_by_label_contains(label).is_none());
    harness.key_press_modifiers(Modifiers::SHIFT, Key::F10);
    harness.run();
    let film = harness.get_by_label("Film").rect();
    let entry = harness.get_by_label_contains(label).rect();
    assert!(film.contains(entry.center()), "{entry:?} in {film:?}");
    harness.key_press(Key::Escape);
    harness.run();
    assert!(harness.query_by_label_contains(label).is_none());
}

#[test]
fn a_tooltip_has_the_name_the_key_of_the_user_and_a_sentence() {
    let mut harness = app_with_scores(vec![phantom()]);
    let key = Command::SetKey("FlipHorizontally", Some("Ctrl+Shift+F".to_owned()));
    harness.state_mut().state.apply(key);
    harness.run();
    harness.get_by_label("Flip left and right").hover();
    for _ in 0..12 {
        harness.step();
    }
    let said: Vec<String> = harness
        .query_all_by_role(Role::Label)
        .filter_map(|node| node.accesskit_node().value())
        .collect();
    let says = |part: &str| said.iter().any(|text| text.contains(part));
    assert!(says("Mirrors the film on the screen"), "{said:?}");
    assert!(says("Shift+F"), "{said:?}");
}

#[test]
fn the_tool_strip_is_one_row_on_the_smallest_screen() {
    let mut harness = app_with_scores(vec![phantom()]);
    for size in [[1280.0, 800.0], [1024.0, 700.0]] {
        harness.set_size(size.into());
        harness.run();
        let first = harness.get_by_label("W/L").rect();
        let last = harness.get_by_label("Maps of all findings").rect();
        assert!((first.center().y - last.center().y).abs() < 1.0, "{size:?}");
        assert!(last.right() <= size[0], "{size:?} {last:?}");
    }
}

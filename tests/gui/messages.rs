//! What the window says and how it leaves: messages, the card over a film, Escape, the first page and the tour.

use std::path::PathBuf;

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use thorax::domain::Correction;
use thorax::state::{Command, ListCommand, Tool, TourStep};

use crate::films::phantom;
use crate::harness::{AppHarness, app_with, app_with_scores, has_model, is_scored, step_until};

/// The drawn film, changed and saved.
fn changed(
    change: impl FnOnce(image::GrayImage) -> image::GrayImage,
) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changed.png");
    let film = change(image::open(phantom()).unwrap().into_luma8());
    film.save(&path).unwrap();
    (folder, path)
}

fn correction(harness: &AppHarness) -> Correction {
    let films = &harness.state().state.shared.films;
    films.correction_of(films.current_path().unwrap())
}

fn scores(harness: &AppHarness) -> Vec<f32> {
    let reading = harness.state().state.shared.films.film.reading();
    let scores = &reading.unwrap().inference.scores;
    scores.values().iter().map(|score| score.get()).collect()
}

#[test]
fn a_film_on_its_side_is_rotated_by_its_card_and_has_the_scores_of_the_upright_one() {
    let upright = scores(&app_with_scores(vec![phantom()]));
    let (_folder, path) = changed(|film| image::imageops::rotate90(&film));
    let mut harness = app_with_scores(vec![path]);
    harness.get_by_label_contains("Looks rotated clockwise by 90°. Scores hidden.");
    harness.get_by_label("Rotate and score").click();
    harness.step();
    step_until("the scores", &mut harness, is_scored);
    harness.run();
    assert_eq!(correction(&harness).quarter_turns, 3);
    assert_eq!(scores(&harness), upright);
    assert!(harness.query_by_label_contains("Scores hidden").is_none());
    // It is said as long as it holds, and taken back by one click.
    harness.get_by_label_contains("by the user before scoring");
    harness.get_by_label("Use the film as in its file").click();
    harness.step();
    step_until("the scores", &mut harness, is_scored);
    harness.run();
    harness.get_by_label_contains("Scores hidden.");
}

#[test]
fn an_inverted_film_is_inverted_by_its_card() {
    let upright = scores(&app_with_scores(vec![phantom()]));
    let (_folder, path) = changed(|mut film| {
        image::imageops::invert(&mut film);
        film
    });
    let mut harness = app_with_scores(vec![path]);
    harness.get_by_label("Invert and score").click();
    harness.step();
    step_until("the scores", &mut harness, is_scored);
    harness.run();
    assert!(correction(&harness).inverted);
    assert_eq!(scores(&harness), upright);
}

#[test]
fn what_is_wrong_with_a_film_is_said_once_and_on_the_film_where_findings_are_hidden() {
    let (_folder, path) = changed(|mut film| {
        film.pixels_mut().for_each(|pixel| pixel.0[0] /= 8);
        film
    });
    let mut harness = app_with_scores(vec![path]);
    let said = |harness: &AppHarness| harness.query_all_by_label_contains("Low contrast").count();
    assert_eq!(said(&harness), 1);
    harness.key_press(Key::CloseBracket);
    harness.run();
    assert_eq!(said(&harness), 1);
}

#[test]
fn a_message_is_in_the_status_line_and_all_of_them_are_a_click_away() {
    let mut harness = app_with(vec![]);
    step_until("the model", &mut harness, has_model);
    harness
        .state_mut()
        .state
        .apply(Command::Notify("Saved a.png".to_owned()));
    harness.step();
    harness.get_by_label("Saved a.png").click();
    harness.run_steps(4);
    assert!(harness.state().state.windows.messages_shown);
    assert_eq!(harness.query_all_by_label("Saved a.png").count(), 2);
    harness.key_press(Key::Escape);
    harness.step();
    harness.step();
    assert!(!harness.state().state.windows.messages_shown);
}

#[test]
fn escape_closes_windows_one_by_one_then_leaves_the_tool_and_nothing_more() {
    let mut harness = app_with_scores(vec![phantom()]);
    harness.key_press(Key::C);
    harness.run();
    assert_eq!(harness.state().state.viewer.tool, Tool::Cover);
    harness.key_press(Key::Questionmark);
    harness.run();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::L);
    harness.run();
    let seen = |harness: &AppHarness| {
        let state = &harness.state().state;
        (
            state.windows.keys_shown,
            state.shared.prompt.is_some(),
            state.viewer.tool,
        )
    };
    assert_eq!(seen(&harness), (true, true, Tool::Cover));
    for expected in [
        (false, true, Tool::Cover),
        (false, false, Tool::Cover),
        (false, false, Tool::Window),
        (false, false, Tool::Window),
    ] {
        harness.key_press(Key::Escape);
        harness.run();
        assert_eq!(seen(&harness), expected);
    }
    assert!(is_scored(harness.state()));
}

#[test]
fn escape_in_a_menu_closes_the_menu_only() {
    let mut harness = app_with_scores(vec![phantom()]);
    harness.key_press(Key::C);
    harness.run();
    harness.get_by_label("Help").click();
    harness.run();
    harness.get_by_label_contains("Two-minute tour");
    harness.key_press(Key::Escape);
    harness.run();
    assert!(harness.query_by_label_contains("Two-minute tour").is_none());
    assert_eq!(harness.state().state.viewer.tool, Tool::Cover);
}

#[test]
fn the_path_line_moves_nothing() {
    let mut harness = app_with_scores(vec![phantom()]);
    let film = harness.get_by_label("Film").rect();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::L);
    harness.run();
    harness.get_by_label("Path of a film, folder or model");
    assert_eq!(harness.get_by_label("Film").rect(), film);
}

#[test]
fn the_first_page_starts_a_tour_of_four_steps_over_the_sample_film_that_can_be_left() {
    let mut harness = app_with(vec![]);
    step_until("the model", &mut harness, has_model);
    harness.run();
    harness.get_by_label("Two-minute tour").click();
    harness.step();
    step_until("the scores", &mut harness, is_scored);
    harness.run();
    for step in TourStep::ALL {
        assert_eq!(harness.state().state.windows.tour, Some(step));
        harness.get_by_label(step.title());
        let last = step.after().is_none();
        let next = if last { "Done" } else { "Next" };
        if step == TourStep::Findings {
            // The button has the focus.
            harness.key_press(Key::Enter);
        } else {
            harness.get_by_label(next).click();
        }
        harness.run();
    }
    assert_eq!(harness.state().state.windows.tour, None);
    // From the menu too, over whatever film is open; and it can be skipped.
    harness
        .state_mut()
        .state
        .apply(Command::ShowTour(Some(TourStep::Film)));
    harness.run();
    harness.get_by_label("Skip tour").click();
    harness.run();
    assert_eq!(harness.state().state.windows.tour, None);
}

#[test]
fn a_folder_opened_lately_is_on_the_first_page() {
    let folder = crate::list::nih_folder();
    let mut harness = app_with_scores(vec![folder.path().to_owned()]);
    harness
        .state_mut()
        .state
        .apply(Command::List(ListCommand::CloseAllFilms));
    harness.run();
    let parent = folder
        .path()
        .parent()
        .unwrap()
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    let name = folder
        .path()
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    harness.get_by_label(&format!("{name}  ({parent})")).click();
    harness.step();
    step_until("the scores", &mut harness, is_scored);
}

#[test]
fn tab_begins_at_the_open_finding() {
    let mut harness = app_with_scores(vec![phantom()]);
    let selected = harness.state().state.viewer.selected.unwrap();
    harness.key_press(Key::Tab);
    harness.run();
    let loaded = harness.state().state.shared.model.loaded.as_ref().unwrap();
    let name = loaded
        .classifier
        .card()
        .labels
        .get(selected)
        .unwrap()
        .replace('_', " ");
    let row = harness.get_by_role_and_label(egui::accesskit::Role::Button, &name);
    assert!(row.accesskit_node().is_focused());
}

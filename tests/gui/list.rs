//! The reading list: scoring behind it, order and filter, marks.

use std::path::Path;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use thorax::state::{
    Command, Decision, ListCommand, ListFilter, Mark, Sidecar, SortKey, SortOrder, ViewerCommand,
};

use crate::films::folder;
use crate::harness::{AppHarness, app_with, app_with_scores, is_scored, step_until};

/// A folder of films with NIH's names and a table, the list in view and the first film scored.
fn app(folder: &Path) -> AppHarness {
    app_with_scores(vec![folder.to_owned()])
}

/// Films of two patients, as NIH names them, and a table that knows them.
pub fn nih_folder() -> tempfile::TempDir {
    let films = folder(5, false);
    let mut rows = String::from(
        "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Sex,View Position\n",
    );
    for n in 0..5 {
        let patient = 1 + n % 2;
        let name = format!("{patient:08}_{n:03}.png");
        let old = films.path().join(format!("film{n}.png"));
        std::fs::rename(old, films.path().join(&name)).unwrap();
        let labels = if n == 3 {
            "Effusion|Mass"
        } else {
            "No Finding"
        };
        rows.push_str(&format!("{name},{labels},{n},{patient},50,F,PA\n"));
    }
    std::fs::write(films.path().join("Data_Entry_2017_v2020.csv"), rows).unwrap();
    films
}

fn send(harness: &mut AppHarness, command: ListCommand) {
    let state = &mut harness.state_mut().state;
    state.apply(Command::List(command));
    harness.run_steps(4);
}

fn shown(harness: &AppHarness) -> Vec<String> {
    let state = &harness.state().state;
    let places = state.list.places().iter();
    places
        .map(|&place| state.shared.films.entries()[place].name.clone())
        .collect()
}

fn score_all(harness: &mut AppHarness) {
    harness.get_by_label("Score all").click();
    step_until("all scores", harness, |app| {
        let mut entries = app.state.shared.films.entries().iter();
        entries.all(|entry| entry.scores.is_some()) && app.state.list.scoring_progress().is_none()
    });
    harness.run();
}

#[test]
fn the_whole_list_is_scored_as_films_in_view_are() {
    let films = nih_folder();
    let mut harness = app(films.path());
    score_all(&mut harness);
    for place in 0..5 {
        let state = &mut harness.state_mut().state;
        let listed = state.shared.films.entries()[place].scores.clone().unwrap();
        state.apply(Command::Viewer(ViewerCommand::ShowFilm(place)));
        step_until("the film", &mut harness, is_scored);
        let reading = harness
            .state()
            .state
            .shared
            .films
            .film
            .reading()
            .unwrap()
            .clone();
        let scores: Vec<f32> = reading
            .inference
            .scores
            .values()
            .iter()
            .map(|s| s.get())
            .collect();
        assert_eq!(scores, listed.to_vec());
    }
}

#[test]
fn the_list_is_sorted_by_any_score_and_steps_follow_it() {
    let films = nih_folder();
    let mut harness = app(films.path());
    score_all(&mut harness);
    let order = SortOrder {
        key: SortKey::Score(4),
        descending: true,
    };
    send(&mut harness, ListCommand::Sort(order));
    let state = &harness.state().state;
    let scores: Vec<f32> = state
        .list
        .places()
        .iter()
        .map(|&place| state.shared.films.entries()[place].scores.as_ref().unwrap()[4])
        .collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    let first = state.list.places()[0];
    let second = state.list.places()[1];
    harness
        .state_mut()
        .state
        .apply(Command::Viewer(ViewerCommand::ShowFilm(first)));
    harness.run_steps(2);
    harness.key_press(Key::PageDown);
    harness.run_steps(2);
    assert_eq!(harness.state().state.shared.films.current(), Some(second));
}

#[test]
fn films_are_filtered_by_words_truth_and_decision() {
    let films = nih_folder();
    let mut harness = app(films.path());
    score_all(&mut harness);
    assert_eq!(shown(&harness).len(), 5);
    // In the strip of small films the filter opens from a button.
    harness.get_by_label("Sort and filter").click();
    harness.run();
    harness
        .get_by_role_and_label(Role::TextInput, "Search the list")
        .focus();
    harness.run_steps(2);
    harness
        .get_by_role_and_label(Role::TextInput, "Search the list")
        .type_text("_003");
    harness.run();
    assert_eq!(shown(&harness), ["00000002_003.png"]);
    let mass = ListFilter {
        label: 9,
        truth: Some(true),
        ..ListFilter::default()
    };
    send(&mut harness, ListCommand::Filter(mass.clone()));
    assert_eq!(shown(&harness), ["00000002_003.png"]);
    let not = ListFilter {
        truth: Some(false),
        ..mass
    };
    send(&mut harness, ListCommand::Filter(not));
    assert_eq!(shown(&harness).len(), 4);
    let count = |decision, harness: &mut AppHarness| {
        let filter = ListFilter {
            decision: Some(decision),
            ..ListFilter::default()
        };
        send(harness, ListCommand::Filter(filter));
        shown(harness).len()
    };
    let n_above = count(Decision::Above, &mut harness);
    let n_below = count(Decision::Below, &mut harness);
    assert_eq!(n_above + n_below, 5);
    assert!(harness.query_all_by_label("Filter (set)").count() > 0);
}

#[test]
fn films_of_the_same_patient_are_one_key_apart() {
    let films = nih_folder();
    let mut harness = app(films.path());
    let name = |harness: &AppHarness| {
        let entry = harness.state().state.shared.films.current_entry();
        entry.map(|entry| entry.name.clone()).unwrap_or_default()
    };
    assert_eq!(name(&harness), "00000001_000.png");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::PageDown);
    harness.run_steps(2);
    assert_eq!(name(&harness), "00000001_002.png");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::PageUp);
    harness.run_steps(2);
    assert_eq!(name(&harness), "00000001_000.png");
}

#[test]
fn marks_and_notes_lie_beside_the_films_and_come_back() {
    let films = nih_folder();
    let before = std::fs::read(films.path().join("00000001_000.png")).unwrap();
    let mut harness = app(films.path());
    harness.key_press(Key::B);
    harness.run();
    harness
        .get_by_role_and_label(Role::TextInput, "Note on this film")
        .focus();
    harness.run_steps(2);
    harness
        .get_by_role_and_label(Role::TextInput, "Note on this film")
        .type_text("look again");
    harness.run();
    // Closing saves what is not saved yet.
    drop(harness);
    let sidecar = Sidecar::read(&Sidecar::path(films.path(), None)).unwrap();
    let note = &sidecar.films["00000001_000.png"];
    assert_eq!(
        (note.mark, note.note.as_str()),
        (Some(Mark::Flagged), "look again")
    );
    let after = std::fs::read(films.path().join("00000001_000.png")).unwrap();
    assert_eq!(before, after, "a film's own file is never touched");
    let harness = app(films.path());
    let entry = harness
        .state()
        .state
        .shared
        .films
        .current_entry()
        .unwrap()
        .clone();
    assert_eq!(
        (entry.mark, entry.note.as_str()),
        (Some(Mark::Flagged), "look again")
    );
}

#[test]
fn a_damaged_sidecar_is_named_and_never_overwritten() {
    let films = nih_folder();
    let sidecar = Sidecar::path(films.path(), None);
    std::fs::write(&sidecar, "{ not json").unwrap();
    let mut harness = app_with(vec![films.path().to_owned()]);
    step_until("the scores", &mut harness, is_scored);
    harness.run();
    harness.get_by_label_contains("thorax-notes.json");
    harness.get_by_label("Dismiss").click();
    harness.run();
    harness.key_press(Key::B);
    step_until("the refusal", &mut harness, |app| {
        app.state
            .shared
            .notices
            .iter()
            .filter(|n| n.text.contains("thorax-notes"))
            .count()
            > 1
    });
    assert_eq!(std::fs::read_to_string(&sidecar).unwrap(), "{ not json");
}

#[test]
fn a_film_found_by_its_score_of_a_finding_shows_that_finding() {
    let films = nih_folder();
    let mut harness = app(films.path());
    score_all(&mut harness);
    let order = SortOrder {
        key: SortKey::Score(9),
        descending: true,
    };
    send(&mut harness, ListCommand::Sort(order));
    let first = harness.state().state.list.places()[0];
    let show = ViewerCommand::ShowFilm(first);
    let command = Command::Viewer(show);
    harness.state_mut().state.apply(command);
    step_until("the scores", &mut harness, is_scored);
    assert_eq!(harness.state().state.viewer.selected, Some(9));
    // Stepping through that order keeps to the finding.
    harness.key_press(Key::PageDown);
    step_until("the next film", &mut harness, |app| {
        app.state.shared.films.current() != Some(first) && is_scored(app)
    });
    assert_eq!(harness.state().state.viewer.selected, Some(9));
}

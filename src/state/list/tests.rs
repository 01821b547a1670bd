//! The film list without a window: a command in, state and effects out.

use std::path::{Path, PathBuf};

use super::*;
use crate::state::shared::tests::{another_model, errors, list, shared, shared_with_model};
use crate::state::{Effect, PickKind, Session, Shared, ViewerState, Workspace};

fn with_films(mut shared: Shared, names: &[&str]) -> (ListState, Shared) {
    list(&mut shared, names);
    let mut state = ListState::new(&shared.services);
    state.arrange(&shared);
    (state, shared)
}

fn apply(state: &mut ListState, command: ListCommand, shared: &mut Shared) -> Vec<Effect> {
    let effects = state.apply(command, shared);
    state.arrange(shared);
    effects
}

fn by_name(descending: bool) -> ListCommand {
    ListCommand::Sort(SortOrder {
        key: SortKey::Name,
        descending,
    })
}

fn text_filter(text: &str) -> ListCommand {
    ListCommand::Filter(ListFilter {
        text: text.to_owned(),
        ..ListFilter::default()
    })
}

#[test]
fn a_step_follows_the_order_of_the_list_and_stops_at_its_ends() {
    let (mut state, mut shared) = with_films(shared(), &["b.png", "c.png", "a.png"]);
    apply(&mut state, by_name(false), &mut shared);
    assert_eq!(state.places(), [2, 0, 1]);
    shared.films.show(0);
    let mut step = |step| state.apply(ListCommand::StepFilm(step), &mut shared);
    assert_eq!(step(1), [Effect::ShowFilm(1)]);
    assert_eq!(step(-1), [Effect::ShowFilm(2)]);
    assert_eq!(step(2), []);
}

#[test]
fn a_folder_says_what_it_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.png"), b"\x89PNG\r\n\x1a\n").unwrap();
    let mut directory = vec![0; 128];
    directory.extend(b"DICM\x02\0\x02\0UI\x14\x001.2.840.10008.1.3.10\0");
    std::fs::write(folder.path().join("DICOMDIR"), directory).unwrap();
    let (mut state, mut shared) = with_films(shared(), &[]);
    state.open(vec![folder.path().to_owned()], &shared);
    while shared.films.entries().is_empty() {
        state.poll(&mut shared);
        std::thread::yield_now();
    }
    let said: Vec<_> = shared
        .notices
        .iter()
        .map(|notice| notice.text.as_str())
        .collect();
    assert_eq!(said, ["1 file without a film was passed over: a DICOMDIR"]);
}

#[test]
fn from_a_film_outside_the_filter_a_step_leads_to_the_first_inside() {
    let (mut state, mut shared) = with_films(shared(), &["x.png", "chest1.png", "chest2.png"]);
    shared.films.show(0);
    apply(&mut state, text_filter("chest"), &mut shared);
    let effects = apply(&mut state, ListCommand::StepFilm(-1), &mut shared);
    assert_eq!(effects, [Effect::ShowFilm(1)]);
}

/// Two films of a model's findings: nothing of the first is above threshold, all of the second.
fn scored() -> (ListState, Shared) {
    let (state, mut shared) = with_films(shared_with_model(), &["a.png", "b.png"]);
    for (name, score) in [("a.png", 0.0), ("b.png", 1.0)] {
        let entry = shared.films.entry_mut(Path::new(name)).unwrap();
        entry.scores = Some(vec![score; 14].into());
        entry.status = FilmStatus::Scored;
    }
    (state, shared)
}

fn use_another_model(same_findings: bool, state: &mut ListState, shared: &mut Shared) {
    shared.use_model(another_model());
    state.model_changed(same_findings, shared);
    ViewerState::new(&shared.services.wake).model_changed(same_findings, shared);
    state.arrange(shared);
}

#[test]
fn thresholds_of_another_model_neither_sort_nor_filter_scores_of_the_one_before() {
    let above = ListCommand::Sort(SortOrder {
        key: SortKey::Above,
        descending: true,
    });
    let (mut state, mut shared) = scored();
    apply(&mut state, above, &mut shared);
    assert_eq!(state.places(), [1, 0]);
    use_another_model(true, &mut state, &mut shared);
    assert_eq!(state.places(), [0, 1], "no film has scores");
    let current = shared.model.loaded.as_ref().unwrap().thresholds.current();
    for entry in shared.films.entries() {
        assert_eq!(n_above(entry, Some(current)), None);
    }

    let (mut state, mut shared) = scored();
    let decision = ListFilter {
        decision: Some(Decision::Above),
        ..ListFilter::default()
    };
    apply(&mut state, ListCommand::Filter(decision), &mut shared);
    assert_eq!(state.places(), [1]);
    use_another_model(true, &mut state, &mut shared);
    assert!(state.places().is_empty());
}

#[test]
fn order_and_filter_by_a_finding_end_with_the_model_that_has_it() {
    let (mut state, mut shared) = scored();
    let order = SortOrder {
        key: SortKey::Score(3),
        descending: true,
    };
    apply(&mut state, ListCommand::Sort(order), &mut shared);
    let filter = ListFilter {
        text: "png".to_owned(),
        label: 3,
        decision: Some(Decision::Above),
        truth: Some(true),
        ..ListFilter::default()
    };
    apply(&mut state, ListCommand::Filter(filter.clone()), &mut shared);
    use_another_model(true, &mut state, &mut shared);
    assert_eq!((state.order, &state.filter), (order, &filter));
    use_another_model(false, &mut state, &mut shared);
    assert_eq!(state.order, SortOrder::default());
    let kept = ListFilter {
        text: "png".to_owned(),
        ..ListFilter::default()
    };
    assert_eq!(state.filter, kept);
}

#[test]
fn closing_a_film_shows_the_next_and_closing_the_last_clears_the_view() {
    let (mut state, mut shared) = with_films(shared(), &["a.png", "b.png"]);
    shared.settings.session.remember(&["a.png".into()]);
    shared.films.show(0);
    let effects = apply(&mut state, ListCommand::CloseFilm, &mut shared);
    assert_eq!(effects, [Effect::ShowFilm(0)]);
    assert_eq!(state.places(), [0]);
    shared.films.show(0);
    let effects = apply(&mut state, ListCommand::CloseFilm, &mut shared);
    assert_eq!(effects, [Effect::ClearFilm]);
    assert_eq!(shared.settings.session, Session::default());
}

#[test]
fn closing_all_films_ends_the_blinded_session_and_the_comparison() {
    let folder = tempfile::tempdir().unwrap();
    let (mut state, mut shared) = with_films(shared_with_model(), &["a.png", "b.png"]);
    state.start_blinded(folder.path().join("log.csv"), &mut shared);
    let effects = apply(&mut state, ListCommand::CloseAllFilms, &mut shared);
    assert_eq!(effects, [Effect::ClearFilm, Effect::CloseCompare]);
    assert!(state.blinded.is_none() && shared.films.entries().is_empty());
    assert!(state.places().is_empty());
}

#[test]
fn the_same_mark_twice_is_no_mark() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    let (mut state, mut shared) = with_films(shared(), &[path.to_str().unwrap()]);
    shared.films.show(0);
    let mut mark = |mark| {
        apply(&mut state, ListCommand::Mark(mark), &mut shared);
        shared.films.current_entry().unwrap().mark
    };
    assert_eq!(mark(Mark::Flagged), Some(Mark::Flagged));
    assert_eq!(mark(Mark::Reviewed), Some(Mark::Reviewed));
    assert_eq!(mark(Mark::Reviewed), None);
}

#[test]
fn a_blinded_session_asks_for_its_log_and_needs_a_model() {
    let (mut state, mut shared) = with_films(shared(), &["a.png"]);
    let effects = apply(&mut state, ListCommand::StartBlinded, &mut shared);
    assert_eq!(effects, [Effect::AskPath(PickKind::ReadingLog)]);
    assert_eq!(state.start_blinded("log.csv".into(), &mut shared), []);
    assert!(state.blinded.is_none());
    assert_eq!(
        errors(&shared),
        ["a blinded session needs a model: none is loaded"]
    );
}

#[test]
fn a_blinded_session_shows_its_film_and_hides_the_scores_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let (mut state, mut shared) = with_films(shared_with_model(), &["a.png", "b.png", "c.png"]);
    apply(&mut state, text_filter("b"), &mut shared);
    let effects = state.start_blinded(folder.path().join("log.csv"), &mut shared);
    let expected = [
        Effect::CloseCompare,
        Effect::ShowWorkspace(Workspace::Viewer),
        Effect::ShowFilm(1),
    ];
    assert_eq!(effects, expected, "only listed films are read");
    for film in ["a.png", "b.png"] {
        assert!(state.is_blinded_to(Some(Path::new(film))));
    }
    apply(&mut state, ListCommand::EndBlinded, &mut shared);
    assert!(!state.is_blinded_to(Some(Path::new("b.png"))));
}

#[test]
fn answers_to_another_film_than_the_one_in_view_are_not_logged() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.csv");
    let (mut state, mut shared) = with_films(shared_with_model(), &["a.png", "b.png"]);
    let asked = state.start_blinded(log.clone(), &mut shared);
    let [.., Effect::ShowFilm(asked)] = asked[..] else {
        panic!("{asked:?}");
    };
    shared.films.show(1 - asked);
    let commit = ListCommand::Commit {
        window: String::new(),
    };
    let effects = apply(&mut state, commit, &mut shared);
    assert_eq!(effects, [Effect::ShowFilm(asked)]);
    assert!(!state.is_committing());
    drop(state);
    // Begun, and without a row.
    assert_eq!(std::fs::metadata(&log).map_or(0, |log| log.len()), 0);
}

#[test]
fn a_film_of_the_session_that_was_closed_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (mut state, mut shared) = with_films(shared_with_model(), &["a.png"]);
    state.start_blinded(folder.path().join("log.csv"), &mut shared);
    shared.films.close_all();
    assert_eq!(apply(&mut state, ListCommand::ShowAsked, &mut shared), []);
    assert_eq!(
        errors(&shared),
        ["this film was removed from the list: a.png"]
    );
}

#[test]
fn a_model_with_other_findings_ends_the_blinded_session() {
    let folder = tempfile::tempdir().unwrap();
    let (mut state, mut shared) = with_films(shared_with_model(), &["a.png"]);
    state.start_blinded(folder.path().join("log.csv"), &mut shared);
    state.model_changed(true, &mut shared);
    assert!(state.blinded.is_some());
    state.model_changed(false, &mut shared);
    assert!(state.blinded.is_none() && state.report.is_some());
}

#[test]
fn the_list_follows_a_threshold_only_if_its_order_depends_on_it() {
    let (mut state, mut shared) = with_films(shared(), &["a.png"]);
    state.thresholds_moved();
    assert!(!state.stale);
    let order = SortOrder {
        key: SortKey::Above,
        descending: true,
    };
    apply(&mut state, ListCommand::Sort(order), &mut shared);
    state.thresholds_moved();
    assert!(state.stale);
}

#[test]
fn films_found_in_a_folder_are_listed_and_the_one_left_in_view_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = ["a.png", "b.png"]
        .map(|name| folder.path().join(name))
        .into();
    let phantom = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/phantom.png");
    for path in &paths {
        std::fs::copy(phantom, path).unwrap();
    }
    let (mut state, mut shared) = with_films(shared(), &[]);
    let session = Session {
        opened: vec![folder.path().to_owned()],
        current: Some(paths[1].clone()),
        ..Session::default()
    };
    state.restore(session, &shared);
    let mut effects = Vec::new();
    while state.is_searching() {
        effects.extend(state.poll(&mut shared));
        std::thread::yield_now();
    }
    assert_eq!(effects, [Effect::ShowFilm(1)]);
    assert_eq!(shared.films.entries().len(), 2);
}

//! The session in memory; also what other tests begin with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::committed::Commit;
use super::session::Committing;
use super::session_file::Begun;
use super::*;
use crate::domain::{Labels, Score, Threshold, ThresholdOrigin};

pub fn session(folder: &Path, n_films: usize) -> BlindedSession {
    let films = (0..n_films).map(|n| PathBuf::from(format!("/films/{n}.png")));
    let begun = Begun {
        started: "2026-11-25T11:00:00+00:00".to_owned(),
        model_id: "Thorax 0123".to_owned(),
        findings: Labels::nih_14().iter().map(ToOwned::to_owned).collect(),
        thresholds: vec![0.5; 14],
    };
    BlindedSession::new(films.collect(), begun, 7, folder.join("log.csv")).unwrap()
}

pub fn prepared(session: &BlindedSession, score: f32) -> Option<Committing> {
    let labels = Labels::nih_14();
    let scores = labels.map(|_, _| Score::new(score).unwrap());
    let at = || ThresholdOrigin::Moved {
        at: "a film".to_owned(),
    };
    let thresholds = labels.map(|_, _| Threshold::new(0.5, at()).unwrap());
    session.prepare(&Commit {
        scores: Some(&scores),
        thresholds: &thresholds,
        label: &|label| (label == "Mass").then_some(true),
        model_id: "Thorax 0123",
        window: "C 100 W 200",
        input: "",
        now: "2026-11-25T12:00:00+00:00".to_owned(),
    })
}

#[test]
fn every_film_is_read_once_in_an_order_that_the_seed_decides() {
    let order = |n_films| {
        let mut session = session(Path::new("folder"), n_films);
        let mut films = vec![session.film().unwrap().to_owned()];
        for _ in 1..n_films {
            assert!(session.step(1));
            films.push(session.film().unwrap().to_owned());
        }
        films
    };
    assert_eq!(order(30), order(30));
    let mut sorted = order(30);
    let first = (0..5).map(|n| PathBuf::from(format!("/films/{n}.png")));
    assert_ne!(sorted[..5], first.collect::<Vec<_>>());
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), 30);
}

#[test]
fn an_answer_counts_once_it_is_logged_and_never_changes_then() {
    let mut session = session(Path::new("folder"), 2);
    assert!(prepared(&session, 0.5).is_none(), "nothing is answered");
    session.answer(5, Some(Answer::Present));
    let committing = prepared(&session, 0.5).unwrap();
    // Finding 5 is Emphysema: the reader and the model, whose score is on the threshold, say yes.
    let row = committing.rows[5].join(",");
    assert!(
        row.contains(",Emphysema,present,,0.5,0.5,yes,yes,,"),
        "{row}"
    );
    let row = committing.rows[9].join(",");
    assert!(row.contains(",Mass,,,0.5,0.5,yes,,yes,"), "{row}");
    assert!(!session.is_committed());
    session.accept(committing);
    let committed = session.committed().unwrap();
    assert_eq!(committed.findings[5].agrees(), Some(true));
    assert_eq!(committed.n_open(), 13);
    session.answer(5, Some(Answer::Absent));
    session.answer_asked(Some(Answer::Absent));
    session.step_confidence(1);
    assert_eq!(session.answer_to(5).answer, Some(Answer::Present));
    assert!(session.answer_to(0).is_blank() && session.asked() == 0);
    assert!(prepared(&session, 0.1).is_none());
}

#[test]
fn answers_that_are_not_committed_wait_for_the_reader_to_come_back() {
    let mut session = session(Path::new("folder"), 2);
    let first = session.film().unwrap().to_owned();
    session.answer(3, Some(Answer::Absent));
    assert!(session.step(1) && !session.is_committed());
    assert!(session.answer_to(3).is_blank());
    assert!(!session.may_see(&first));
    assert!(session.step(-1));
    assert_eq!(session.answer_to(3).answer, Some(Answer::Absent));
    let committing = prepared(&session, 0.5).unwrap();
    session.accept(committing);
    session.step(1);
    assert!(session.may_see(&first) && !session.may_see(session.film().unwrap()));
    assert!(!session.may_see(Path::new("elsewhere.png")));
    assert!(
        !session.can_step(1),
        "the film in view is the last and the only open one"
    );
}

#[test]
fn after_the_last_film_come_those_that_were_left_open() {
    let mut session = session(Path::new("folder"), 3);
    let order: Vec<PathBuf> = session.films().map(Path::to_owned).collect();
    session.step(1);
    session.step(1);
    assert!(session.step(1), "on to the first, which is open");
    assert_eq!(session.film(), Some(order[0].as_path()));
}

#[test]
fn keys_answer_one_finding_after_the_other_and_to_take_back_stays() {
    let mut session = session(Path::new("folder"), 1);
    session.step_confidence(1);
    session.step_confidence(1);
    session.answer_asked(Some(Answer::Present));
    session.answer_asked(Some(Answer::Unsure));
    session.step_asked(-1);
    session.answer_asked(None);
    assert_eq!(session.asked(), 1);
    let first = session.answer_to(0);
    assert_eq!(first.answer, Some(Answer::Present));
    assert_eq!(first.confidence, Confidence::new(2));
    assert!(session.answer_to(1).is_blank() && session.n_answered() == 1);
    session.step_asked(-5);
    assert_eq!(session.asked(), 1, "beyond the end is nowhere");
    session.ask(99);
    assert_eq!(session.asked(), 13);
}

#[test]
fn a_session_goes_on_as_it_was_left() {
    let mut left = session(Path::new("folder"), 4);
    left.answer(0, Some(Answer::Present));
    let committing = prepared(&left, 0.5).unwrap();
    left.accept(committing);
    left.step(1);
    left.step(1);
    left.answer(2, Some(Answer::Unsure));
    let committed = BTreeMap::from([(1, left.committed_films().next().unwrap().clone())]);
    let again = BlindedSession::resumed(left.saved(), committed, left.log.clone());
    assert!(again.films().eq(left.films()));
    assert_eq!(again.progress(), (3, 4));
    assert_eq!(again.answer_to(2).answer, Some(Answer::Unsure));
    assert!(again.may_see(left.films().next().unwrap()));
    assert_eq!(again.committed_films().count(), 1);
    assert_eq!(again.saved().start, left.saved().start);
    // Killed after a commit, before the place was saved: on to the first open film.
    left.step(-1);
    left.step(-1);
    let saved = left.saved();
    assert_eq!(saved.number, 1);
    let committed = BTreeMap::from([(1, left.committed_films().next().unwrap().clone())]);
    let again = BlindedSession::resumed(saved, committed, left.log.clone());
    assert_eq!(again.progress(), (2, 4));
}

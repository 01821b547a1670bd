//! Evaluation without a window: a command in, state and effects out.

use std::path::PathBuf;

use super::*;
use crate::domain::{ModelIdentity, Threshold, ThresholdOrigin};
use crate::evaluate::OpenedSet;
use crate::scores::{FilmPrediction, Predictions, ScoredSet};
use crate::state::shared::tests::{errors, shared, shared_with_model};
use crate::state::{Effect, PickKind, Shared, Workspace};

/// Score of Mass and whether the film has it; no film has Hernia.
const FILMS: [(f64, bool); 6] = [
    (0.1, false),
    (0.2, false),
    (0.4, true),
    (0.6, false),
    (0.8, true),
    (0.9, true),
];

pub fn opened(name: &str, model: Option<&ModelIdentity>) -> OpenedSet {
    let films = FILMS
        .iter()
        .enumerate()
        .map(|(n, &(score, positive))| FilmPrediction {
            path: format!("{n}.png").into(),
            patient_id: n.to_string(),
            scores: vec![score, 0.3],
            truth: vec![Some(positive), Some(false)],
        });
    let predictions = Predictions {
        labels: vec!["Mass".to_owned(), "Hernia".to_owned()],
        films: films.collect(),
        model: model.cloned(),
    };
    OpenedSet {
        set: ScoredSet::new(name.to_owned(), predictions).unwrap().into(),
        warnings: Vec::new(),
        leak: None,
        author: None,
        test_table: None,
        films: None,
    }
}

/// The scores in view.
pub fn evaluation(shared: &mut Shared) -> EvaluationState {
    let mut state = EvaluationState::new(shared.services.wake.clone());
    open(&mut state, "valid", shared);
    state
}

pub fn open(state: &mut EvaluationState, name: &str, shared: &mut Shared) {
    open_of(state, name, None, shared);
}

pub fn open_of(
    state: &mut EvaluationState,
    name: &str,
    model: Option<&ModelIdentity>,
    shared: &mut Shared,
) {
    state.opening = crate::work::Task::Done(Opened::Set(Box::new(opened(name, model))));
    state.take_set(shared);
}

pub fn values(state: &EvaluationState) -> Vec<f64> {
    let thresholds = state.chosen.thresholds().iter();
    thresholds.map(Threshold::value).collect()
}

pub fn apply(state: &mut EvaluationState, commands: &[EvaluationCommand], shared: &mut Shared) {
    for command in commands {
        assert_eq!(state.apply(command.clone(), shared), []);
    }
}

#[test]
fn a_drag_is_one_step_and_says_where_it_was_made() {
    let mut shared = shared();
    let mut state = evaluation(&mut shared);
    let moves = [0.6, 0.7, 1.7].map(EvaluationCommand::SetThreshold);
    apply(&mut state, &moves, &mut shared);
    assert_eq!(state.threshold(), 1.0, "a threshold is a score");
    let moved = ThresholdOrigin::Moved {
        at: "valid".to_owned(),
    };
    assert_eq!(state.origin(), &moved);
    apply(&mut state, &[EvaluationCommand::Undo], &mut shared);
    assert_eq!(state.threshold(), 0.5);
    assert_eq!(state.origin(), &ThresholdOrigin::Unset);
    assert!(!state.chosen.can_undo());
}

#[test]
fn undo_returns_to_the_label_that_was_moved() {
    let mut shared = shared();
    let mut state = evaluation(&mut shared);
    let commands = [
        EvaluationCommand::SetThreshold(0.7),
        EvaluationCommand::SelectLabel(1),
        EvaluationCommand::SetThreshold(0.8),
        EvaluationCommand::SelectLabel(0),
        EvaluationCommand::Undo,
    ];
    apply(&mut state, &commands, &mut shared);
    assert_eq!(state.chosen.label_idx(), 1);
    assert_eq!(values(&state), [0.7, 0.5]);
}

#[test]
fn a_move_lists_the_films_that_changed_side_nearest_first() {
    let mut shared = shared();
    let mut state = evaluation(&mut shared);
    assert!(state.flipped_films().is_empty());
    apply(
        &mut state,
        &[EvaluationCommand::SetThreshold(0.85)],
        &mut shared,
    );
    assert_eq!(state.flipped_films(), [4, 3]);
    apply(
        &mut state,
        &[EvaluationCommand::SelectLabel(1)],
        &mut shared,
    );
    assert!(state.flipped_films().is_empty());
}

#[test]
fn a_cell_lists_its_films_at_the_threshold() {
    let mut shared = shared();
    let mut state = evaluation(&mut shared);
    let mut films_of = |cell| {
        apply(
            &mut state,
            &[EvaluationCommand::ShowCell(Some(cell))],
            &mut shared,
        );
        state.films_of_cell()
    };
    assert_eq!(films_of(Cell::TruePositives), [4, 5]);
    assert_eq!(films_of(Cell::FalsePositives), [3]);
    assert_eq!(films_of(Cell::FalseNegatives), [2]);
    assert_eq!(films_of(Cell::TrueNegatives), [1, 0]);
}

#[test]
fn locked_thresholds_are_neither_moved_nor_solved() {
    let mut shared = shared();
    let mut state = evaluation(&mut shared);
    let commands = [
        EvaluationCommand::SetThreshold(0.7),
        EvaluationCommand::Lock(true),
        EvaluationCommand::SetThreshold(0.2),
        EvaluationCommand::Solve { all: true },
    ];
    apply(&mut state, &commands, &mut shared);
    assert_eq!(values(&state), [0.7, 0.5]);
    assert!(!state.chosen.can_undo());
    apply(&mut state, &[EvaluationCommand::Lock(false)], &mut shared);
    assert!(state.chosen.can_undo());
}

#[test]
fn locked_thresholds_hold_on_the_next_scores_and_moved_ones_do_not() {
    let mut shared = shared();
    let mut state = evaluation(&mut shared);
    apply(
        &mut state,
        &[EvaluationCommand::SetThreshold(0.7)],
        &mut shared,
    );
    open(&mut state, "valid again", &mut shared);
    assert_eq!(state.threshold(), 0.5);
    let commands = [
        EvaluationCommand::SetThreshold(0.7),
        EvaluationCommand::Lock(true),
    ];
    apply(&mut state, &commands, &mut shared);
    open(&mut state, "test", &mut shared);
    assert_eq!(state.threshold(), 0.7);
    let locked = state.chosen.locked().unwrap();
    assert_eq!(locked.chosen_on, "valid again");
}

#[test]
fn solving_reaches_the_target_and_names_the_labels_without_a_solution() {
    let mut shared = shared();
    let mut state = evaluation(&mut shared);
    let target = TargetForm {
        kind: TargetKind::Sensitivity,
        value: 1.0,
    };
    let commands = [
        EvaluationCommand::SetTarget(target),
        EvaluationCommand::Solve { all: true },
    ];
    apply(&mut state, &commands, &mut shared);
    assert_eq!(values(&state), [0.4, 0.5]);
    assert!(matches!(state.origin(), ThresholdOrigin::Solved { set, .. } if set == "valid"));
    assert!(state.chosen.solve_notes[0].starts_with("Hernia: "));
    assert_eq!(state.flipped_films(), [2]);
}

#[test]
fn locked_thresholds_of_one_model_are_not_applied_to_scores_of_another() {
    let mut shared = shared();
    let mut state = evaluation(&mut shared);
    let [first, second] =
        ["174a1ab0", "00c0ffee"].map(|weights| ModelIdentity::new("Mine", weights, None));
    open_of(&mut state, "valid", Some(&first), &mut shared);
    let commands = [
        EvaluationCommand::SetThreshold(0.7),
        EvaluationCommand::Lock(true),
    ];
    apply(&mut state, &commands, &mut shared);
    open_of(&mut state, "test of another", Some(&second), &mut shared);
    assert_eq!(state.origin(), &ThresholdOrigin::Unset);
    let said = state.other_lock_text().unwrap();
    assert!(said.contains("scores of Mine 174a1ab0 (valid)"), "{said}");
    let moved = EvaluationCommand::SetThreshold(0.3);
    apply(&mut state, &[moved], &mut shared);
    assert_eq!(state.threshold(), 0.3, "nothing is locked here");
    open_of(&mut state, "test", Some(&first), &mut shared);
    assert_eq!(state.threshold(), 0.7);
    assert_eq!(state.other_lock_text(), None);
}

#[test]
fn a_film_is_opened_with_the_finding_in_view() {
    let mut shared = shared_with_model();
    let mut state = evaluation(&mut shared);
    let mass = shared
        .model
        .classifier()
        .unwrap()
        .card()
        .labels
        .position("Mass");
    let absent = EvaluationCommand::OpenFilm(PathBuf::from("no folder/2.png"));
    assert!(state.apply(absent, &mut shared).is_empty());
    assert!(!state.film_opened, "the page stays");
    let film = tempfile::NamedTempFile::new().unwrap();
    let path = film.path().to_owned();
    let effects = state.apply(EvaluationCommand::OpenFilm(path.clone()), &mut shared);
    let expected = [
        Effect::SelectFinding {
            finding_idx: mass.unwrap(),
            film: path.clone(),
        },
        Effect::Open(vec![path]),
    ];
    assert_eq!(effects, expected);
    assert!(state.film_opened);
    let effects = state.apply(EvaluationCommand::Back, &mut shared);
    assert_eq!(effects, [Effect::ShowWorkspace(Workspace::Evaluation)]);
    assert!(!state.film_opened);
}

#[test]
fn a_folder_cannot_be_scored_without_a_model() {
    let mut shared = shared();
    let mut state = EvaluationState::new(shared.services.wake.clone());
    let pick = EvaluationPick::DataFolder;
    let effects = state.apply(EvaluationCommand::Pick(pick), &mut shared);
    assert_eq!(effects, [Effect::AskPath(PickKind::Evaluation(pick))]);
    let take = EvaluationCommand::Take(pick, "films".into());
    apply(&mut state, &[take], &mut shared);
    assert_eq!(errors(&shared), ["no model to score with"]);
    assert!(state.opening.running().is_none());
}

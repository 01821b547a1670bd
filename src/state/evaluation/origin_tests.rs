//! Thresholds belong to the model that made the scores, and are saved with where they come from.

use std::sync::Arc;

use super::tests::{apply, evaluation, open_of, opened, values};
use super::*;
use crate::domain::{ModelIdentity, Part, Threshold, ThresholdOrigin};
use crate::evaluate::ScoreAuthor;
use crate::state::shared::tests::{another_model, built_in, errors, shared_with_model};
use crate::state::{Effect, ModelOrigin, PickKind, Shared};
use crate::work::Task;

/// Scores of a part, by a model.
fn open_part(
    state: &mut EvaluationState,
    part: Part,
    model: Option<&ModelIdentity>,
    shared: &mut Shared,
) {
    let mut opened = opened(part.name(), model);
    Arc::make_mut(&mut opened.set).part = Some(part);
    state.opening = Task::Done(Opened::Set(Box::new(opened)));
    state.take_set(shared);
}

fn in_use(shared: &Shared) -> ModelIdentity {
    shared.model.classifier().unwrap().identity().clone()
}

#[test]
fn thresholds_of_the_viewers_model_are_not_those_of_scores_that_name_no_model() {
    let mut shared = shared_with_model();
    let mut state = evaluation(&mut shared);
    assert_eq!(
        state.chosen.thresholds(),
        [Threshold::unset(), Threshold::unset()]
    );
    assert!(state.author_card().is_none());
    let named = in_use(&shared);
    open_of(&mut state, "valid", Some(&named), &mut shared);
    let loaded = shared.model.loaded.as_ref().unwrap();
    let of_model = loaded.thresholds.current().of("Mass").unwrap();
    assert_ne!(of_model.value(), 0.5, "else this test shows nothing");
    assert_eq!(state.chosen.threshold(), of_model);
    assert!(state.author_card().is_some());
}

#[test]
fn thresholds_are_of_the_model_that_made_the_scores_while_the_viewer_holds_another() {
    let mut shared = shared_with_model();
    let mut state = evaluation(&mut shared);
    let other = another_model();
    let mut scores = opened("valid", Some(other.identity()));
    scores.author = Some(Arc::new(ScoreAuthor::of(&other, None)));
    state.opening = Task::Done(Opened::Set(Box::new(scores)));
    state.take_set(&mut shared);
    assert_eq!(values(&state), [0.125, 0.125]);
    assert!(matches!(state.origin(), ThresholdOrigin::Model { .. }));
    // What the viewer does with its own model changes nothing here.
    shared.use_model(built_in());
    state.model_changed(&shared.model);
    assert_eq!(values(&state), [0.125, 0.125]);
    // The model that made the scores comes into use: what its thresholds are there counts.
    shared.use_model(another_model());
    let loaded = shared.model.loaded.as_mut().unwrap();
    let mass = loaded.classifier.card().labels.position("Mass").unwrap();
    loaded.thresholds.set(mass, 0.25);
    state.model_changed(&shared.model);
    assert_eq!(state.threshold(), 0.25);
    // Unless one was moved.
    apply(
        &mut state,
        &[EvaluationCommand::SetThreshold(0.77)],
        &mut shared,
    );
    state.model_changed(&shared.model);
    assert_eq!(state.threshold(), 0.77);
}

#[test]
fn what_is_saved_is_what_was_chosen_with_rule_part_and_table() {
    let mut shared = shared_with_model();
    let mut state = evaluation(&mut shared);
    let named = in_use(&shared);
    open_part(&mut state, Part::Valid, Some(&named), &mut shared);
    assert_eq!(
        state.points(),
        [],
        "the model's own are not written again, nor 0.5"
    );
    let target = TargetForm {
        kind: TargetKind::Youden,
        value: 0.0,
    };
    let commands = [
        EvaluationCommand::SetTarget(target),
        EvaluationCommand::Solve { all: false },
    ];
    apply(&mut state, &commands, &mut shared);
    let points = state.points();
    let [(label, solved)] = points.as_slice() else {
        panic!("expected one, got {points:?}");
    };
    assert_eq!(
        (label.as_str(), solved.origin().words().as_str()),
        ("Mass", "Youden's index on validation films, valid")
    );
    let commands = [
        EvaluationCommand::SelectLabel(1),
        EvaluationCommand::SetThreshold(0.25),
    ];
    apply(&mut state, &commands, &mut shared);
    let words = state
        .points()
        .pop()
        .map(|(_, moved)| moved.origin().words());
    assert_eq!(words.unwrap(), "set by hand on validation films, valid");
    // Locked, they are saved from the test films with where they were chosen.
    let before = state.points();
    apply(&mut state, &[EvaluationCommand::Lock(true)], &mut shared);
    open_part(&mut state, Part::Test, Some(&named), &mut shared);
    assert_eq!(state.points(), before);
    let pick = EvaluationCommand::Pick(EvaluationPick::Model);
    let ask = Effect::AskPath(PickKind::Evaluation(EvaluationPick::Model));
    assert_eq!(state.apply(pick, &mut shared), [ask]);
}

#[test]
fn choosing_on_test_films_asks_first() {
    let mut shared = shared_with_model();
    let mut state = evaluation(&mut shared);
    let named = in_use(&shared);
    open_part(&mut state, Part::Test, Some(&named), &mut shared);
    let before = values(&state);
    let solve = EvaluationCommand::Solve { all: false };
    apply(&mut state, std::slice::from_ref(&solve), &mut shared);
    assert_eq!(
        (state.asked.as_ref(), values(&state)),
        (Some(&solve), before.clone())
    );
    apply(&mut state, &[EvaluationCommand::Decline], &mut shared);
    assert_eq!(
        (state.asked.as_ref(), values(&state)),
        (None, before.clone())
    );
    apply(
        &mut state,
        &[solve, EvaluationCommand::Confirm],
        &mut shared,
    );
    assert_eq!(state.asked, None);
    assert_ne!(values(&state), before);
    let words = state.origin().words();
    assert!(words.ends_with("on test films, test"), "{words}");
    // So does saving what was chosen there.
    let pick = EvaluationCommand::Pick(EvaluationPick::Model);
    apply(&mut state, std::slice::from_ref(&pick), &mut shared);
    assert_eq!(state.asked, Some(pick));
    let ask = Effect::AskPath(PickKind::Evaluation(EvaluationPick::Model));
    assert_eq!(state.apply(EvaluationCommand::Confirm, &mut shared), [ask]);
    // On validation films nothing is asked.
    open_part(&mut state, Part::Valid, Some(&named), &mut shared);
    let solve = EvaluationCommand::Solve { all: false };
    apply(&mut state, &[solve], &mut shared);
    assert_eq!(state.asked, None);
}

#[test]
fn thresholds_are_saved_into_no_model_but_the_one_that_made_the_scores() {
    let mut shared = shared_with_model();
    let mut state = evaluation(&mut shared);
    let refused = |state: &mut EvaluationState, shared: &mut Shared| {
        let commands = [
            EvaluationCommand::SetThreshold(0.7),
            EvaluationCommand::Take(EvaluationPick::Model, "never.safetensors".into()),
        ];
        apply(state, &commands, shared);
        assert!(matches!(state.saving, Task::Idle));
        errors(shared)
            .last()
            .copied()
            .unwrap_or_default()
            .to_owned()
    };
    let said = refused(&mut state, &mut shared);
    assert!(said.contains("name no model"), "{said}");
    let other = ModelIdentity::new("Another run", "00c0ffee", None);
    open_of(&mut state, "valid", Some(&other), &mut shared);
    let said = refused(&mut state, &mut shared);
    assert!(said.contains("made by Another run 00c0ffee"), "{said}");
    // Weights of a paused training have no file.
    let loaded = shared.model.loaded.as_mut().unwrap();
    loaded.origin = ModelOrigin::Moment("run a".to_owned());
    let named = in_use(&shared);
    open_of(&mut state, "valid", Some(&named), &mut shared);
    let said = refused(&mut state, &mut shared);
    assert!(said.contains("in memory only"), "{said}");
}

use super::super::instruction_set::InstructionSet;
use super::super::plain::{Noise, Norm, assert_close, forward, random_weights};
use super::*;

/// Of the activation's range. f32 through Winograd keeps near 1e-5, the promise is 1e-3.
const ACTIVATION_TOLERANCE: f64 = 5e-5;
/// Of the largest logit; the promise is 5e-6 in score.
const LOGIT_TOLERANCE: f64 = 2e-5;

fn engine(n_threads: usize, set: InstructionSet) -> Arc<Engine> {
    Arc::new(Engine::with_instruction_set(n_threads, set).expect("threads start"))
}

fn network(depth: usize, side: usize, n_outputs: usize) -> (NetworkSpec, NamedTensors) {
    let spec = NetworkSpec::new(depth, side, n_outputs).expect("valid");
    (spec, random_weights(&spec, 1))
}

fn check_against_plain(depth: usize, side: usize, n_outputs: usize) {
    let (spec, weights) = network(depth, side, n_outputs);
    let films = Noise(2).films(&spec, 3);
    let film_len = side * side;
    let want = forward(&weights, &spec, &films, Norm::Running);
    for set in InstructionSet::available() {
        let mut plan = ScoringPlan::new(&weights, spec, engine(2, set)).expect("plan");
        let name = format!("{} depth {depth} side {side}", set.name());
        let logits = plan.score(&films).expect("score");
        assert_close(
            &format!("{name}: logits"),
            logits,
            &want.logits,
            LOGIT_TOLERANCE,
        );
        let outputs = plan.score_film(&films[..film_len]).expect("score");
        let want = &want.activation[..outputs.activation.len()];
        assert_close(
            &format!("{name}: activation"),
            outputs.activation,
            want,
            ACTIVATION_TOLERANCE,
        );
    }
}

#[test]
fn every_set_scores_as_plain_loops_do() {
    check_against_plain(20, 64, 14);
}

#[test]
fn one_block_a_stage_and_the_smallest_film_score_as_plain_loops_do() {
    check_against_plain(11, 32, 1);
}

#[test]
fn a_side_that_is_no_power_of_two_scores_as_plain_loops_do() {
    check_against_plain(11, 96, 3);
}

#[test]
fn scores_are_equal_bit_by_bit_for_any_threads_and_batch() {
    let (spec, weights) = network(11, 64, 5);
    let films = Noise(3).films(&spec, 5);
    let film_len = 64 * 64;
    for set in InstructionSet::available() {
        let mut plan = ScoringPlan::new(&weights, spec, engine(1, set)).expect("plan");
        let want = plan.score(&films).expect("score").to_vec();
        for n_threads in [2, 3, 8] {
            let mut plan = ScoringPlan::new(&weights, spec, engine(n_threads, set)).expect("plan");
            assert_eq!(
                plan.score(&films).expect("score"),
                want,
                "{n_threads} threads"
            );
            for (film, want) in films.chunks_exact(film_len).zip(want.chunks_exact(5)) {
                assert_eq!(plan.score_film(film).expect("score").logits, want);
            }
        }
    }
}

#[test]
fn films_of_extreme_values_stay_close() {
    let (spec, weights) = network(11, 32, 2);
    for scale in [0.0, 1e4, -1e4] {
        let films: Vec<f32> = Noise(5).films(&spec, 1).iter().map(|v| v * scale).collect();
        let want = forward(&weights, &spec, &films, Norm::Running);
        for set in InstructionSet::available() {
            let mut plan = ScoringPlan::new(&weights, spec, engine(2, set)).expect("plan");
            let got = plan.score_film(&films).expect("score");
            assert_close(
                "activation",
                got.activation,
                &want.activation,
                ACTIVATION_TOLERANCE,
            );
        }
    }
}

#[test]
fn a_film_of_another_size_is_refused() {
    let (spec, weights) = network(11, 32, 1);
    let engine = engine(1, InstructionSet::Portable);
    let mut plan = ScoringPlan::new(&weights, spec, engine).expect("plan");
    assert!(matches!(
        plan.score_film(&[0.0; 5]),
        Err(EngineError::Length {
            expected: 1024,
            found: 5,
            ..
        })
    ));
    assert!(plan.score(&[0.0; 1025]).is_err());
    assert!(plan.score(&[]).expect("no films, no scores").is_empty());
}

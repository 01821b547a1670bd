use super::super::instruction_set::InstructionSet;
use super::super::named_tensors::is_trainable;
use super::super::plain::{Noise, Norm as PlainNorm, assert_close, forward, random_weights};
use super::*;

fn engine(n_threads: usize, set: InstructionSet) -> Arc<Engine> {
    Arc::new(Engine::with_instruction_set(n_threads, set).expect("threads start"))
}

/// Share of the running statistics that a step keeps.
const MOMENTUM: f64 = 0.9;

fn network(depth: usize, side: usize, n_outputs: usize) -> (NetworkSpec, NamedTensors) {
    // Another momentum than Keras': the model file's is the one that counts.
    let spec = NetworkSpec::new(depth, side, n_outputs).expect("valid");
    let spec = spec.with_batch_norm(1e-3, MOMENTUM).expect("valid");
    (spec, random_weights(&spec, 1))
}

struct Batch {
    films: Vec<f32>,
    labels: Vec<f32>,
    loss: LossWeights,
}

fn batch(spec: &NetworkSpec, n_films: usize) -> Batch {
    let mut noise = Noise(7);
    let films = noise.films(spec, n_films);
    let n_outputs = spec.n_outputs();
    let labels = (0..n_films * n_outputs)
        .map(|_| noise.uniform().round())
        .collect();
    let positive: Vec<f32> = (0..n_outputs).map(|_| noise.uniform()).collect();
    let negative = positive.iter().map(|weight| 1.0 - weight).collect();
    Batch {
        films,
        labels,
        loss: LossWeights {
            positive,
            negative,
            l2: 0.0,
            focal_gamma: 0.0,
        },
    }
}

/// The loss by plain `f64` loops.
fn plain_loss(weights: &NamedTensors, spec: &NetworkSpec, batch: &Batch) -> f64 {
    let outputs = forward(weights, spec, &batch.films, PlainNorm::Batch);
    let n_outputs = spec.n_outputs();
    let terms = outputs.logits.iter().zip(&batch.labels).enumerate();
    let total: f64 = terms
        .map(|(i, (&z, &y))| {
            let (positive, negative) = (
                batch.loss.positive[i % n_outputs],
                batch.loss.negative[i % n_outputs],
            );
            let y = f64::from(y);
            f64::from(positive) * y * (-z).exp().ln_1p()
                + f64::from(negative) * (1.0 - y) * z.exp().ln_1p()
        })
        .sum();
    total / batch.labels.len() as f64
}

#[test]
fn the_forward_pass_is_that_of_plain_loops() {
    for (depth, side, n_films) in [(11, 32, 3), (20, 64, 2), (11, 96, 1)] {
        let (spec, weights) = network(depth, side, 3);
        let batch = batch(&spec, n_films);
        let want = forward(&weights, &spec, &batch.films, PlainNorm::Batch);
        let want_loss = plain_loss(&weights, &spec, &batch);
        for set in InstructionSet::available() {
            let mut plan = TrainingPlan::new(spec, n_films, engine(2, set)).expect("plan");
            let mut parameters = weights.clone();
            let loss = plan
                .gradients_of(&mut parameters, &batch.films, &batch.labels, &batch.loss)
                .expect("step");
            assert_close("logits", plan.logits(), &want.logits, 5e-5);
            assert!(
                (loss.total() - want_loss).abs() < 1e-5,
                "{loss:?} {want_loss}"
            );
            for (name, (mean, variance)) in &want.statistics {
                check_running(&weights, &parameters, name, "running_mean", mean, 1.0);
                let stage = name.strip_prefix("stage").map_or(
                    if name.starts_with("head") { 2 } else { 0 },
                    |rest| {
                        let stage: usize = rest[..1].parse().expect("digit");
                        // A stage's first bn1 sees the maps of the stage before.
                        stage - usize::from(stage > 0 && rest.ends_with("block0.bn1"))
                    },
                );
                let n_values = (n_films * (side >> stage).pow(2)) as f64;
                check_running(
                    &weights,
                    &parameters,
                    name,
                    "running_var",
                    variance,
                    n_values / (n_values - 1.0),
                );
            }
        }
    }
}

fn check_running(
    before: &NamedTensors,
    after: &NamedTensors,
    norm: &str,
    part: &str,
    batch: &[f64],
    factor: f64,
) {
    let name = format!("{norm}.{part}");
    let old = &before[&name].values;
    let want: Vec<f64> = old
        .iter()
        .zip(batch)
        .map(|(&old, new)| MOMENTUM * f64::from(old) + (1.0 - MOMENTUM) * new * factor)
        .collect();
    assert_close(&name, &after[&name].values, &want, 1e-5);
}

/// Compares the gradient along random directions, tensor by tensor, with the difference quotient of
/// the plain loss.
#[test]
fn every_gradient_is_the_plain_loss_difference_quotient() {
    let (spec, weights) = network(11, 32, 2);
    let batch = batch(&spec, 2);
    let mut gradients = Vec::new();
    for set in InstructionSet::available() {
        let mut plan = TrainingPlan::new(spec, 2, engine(2, set)).expect("plan");
        plan.gradients_of(
            &mut weights.clone(),
            &batch.films,
            &batch.labels,
            &batch.loss,
        )
        .expect("step");
        gradients.push((set, plan.gradients().clone()));
    }
    let mut noise = Noise(11);
    for (name, _) in spec.tensors().iter().filter(|(name, _)| is_trainable(name)) {
        let direction: Vec<f32> = weights[name]
            .values
            .iter()
            .map(|_| noise.spread())
            .collect();
        let length = direction
            .iter()
            .map(|d| f64::from(d * d))
            .sum::<f64>()
            .sqrt();
        let step = 3e-4 / length;
        let at = |step: f64| {
            let mut moved = weights.clone();
            let values = &mut moved.get_mut(name).expect("there").values;
            let mut taken = 0.0;
            for (value, &d) in values.iter_mut().zip(&direction) {
                let before = *value;
                *value += (step * f64::from(d)) as f32;
                taken += f64::from(*value - before) * f64::from(d);
            }
            (plain_loss(&moved, &spec, &batch), taken / (length * length))
        };
        let ((up, step_up), (down, step_down)) = (at(step), at(-step));
        let want = (up - down) / (step_up - step_down) / length;
        for (set, gradients) in &gradients {
            let gradient = &gradients[name].values;
            let along = gradient
                .iter()
                .zip(&direction)
                .map(|(g, d)| f64::from(g * d));
            let got = along.sum::<f64>() / length;
            let scale = gradient
                .iter()
                .map(|&g| f64::from(g).powi(2))
                .sum::<f64>()
                .sqrt();
            // ReLUs that change sides within the step bend the loss.
            let tolerance = 0.02 * scale / (gradient.len() as f64).sqrt().min(8.0) + 1e-5;
            assert!(
                (got - want).abs() <= tolerance,
                "{} {name}: {got} instead of {want}, length {scale}",
                set.name()
            );
        }
    }
}

/// Factors of 0 and 2, without a pattern.
fn dropout(spec: &NetworkSpec, n_films: usize) -> Vec<f32> {
    let mut noise = Noise(5);
    let n_factors = n_films * spec.n_pooled();
    (0..n_factors)
        .map(|_| 2.0 * noise.uniform().round())
        .collect()
}

#[test]
fn the_gradient_of_a_shared_weight_is_the_difference_quotient_with_all_its_copies_moved() {
    let (spec, mut weights) = network(11, 64, 2); // 4 cells
    HeadKind::Shared.share_weights(&mut weights);
    let batch = batch(&spec, 2);
    let dropout = dropout(&spec, 2);
    for dropout in [&[][..], &dropout] {
        let head = HeadPass {
            kind: HeadKind::Shared,
            dropout,
        };
        for set in InstructionSet::available() {
            let mut plan = TrainingPlan::new(spec, 2, engine(2, set)).expect("plan");
            let mut loss_of = |weights: &NamedTensors| {
                let (films, labels) = (&batch.films, &batch.labels);
                let loss =
                    plan.gradients_with(head, &mut weights.clone(), films, labels, &batch.loss);
                (loss.expect("step").total(), plan.gradients().clone())
            };
            let (_, gradients) = loss_of(&weights);
            for (output, channel) in [(0, 0), (0, 77), (1, 255)] {
                let copies: Vec<usize> = (0..4)
                    .map(|cell| output * spec.n_pooled() + cell * 256 + channel)
                    .collect();
                let mut at = |step: f32| {
                    let mut moved = weights.clone();
                    let head = moved.get_mut(HEAD_WEIGHT).expect("there");
                    for &copy in &copies {
                        head.values[copy] += step;
                    }
                    loss_of(&moved).0
                };
                let want = (at(0.02) - at(-0.02)) / 0.04;
                for &copy in &copies {
                    let got = f64::from(gradients[HEAD_WEIGHT].values[copy]);
                    let close = (got - want).abs() < 2e-3 * want.abs() + 2e-5;
                    assert!(close, "{} {channel}: {got} {want}", set.name());
                }
            }
        }
    }
}

#[test]
fn a_shared_head_moves_all_its_copies_alike_to_the_bit() {
    let (spec, mut weights) = network(11, 64, 2);
    HeadKind::Shared.share_weights(&mut weights);
    let batch = batch(&spec, 3);
    let dropout = dropout(&spec, 3);
    let head = HeadPass {
        kind: HeadKind::Shared,
        dropout: &dropout,
    };
    let adam = Adam {
        weight_decay: 0.1,
        ..Adam::with_learning_rate(1e-2)
    };
    let sgd = Sgd {
        learning_rate: 1e-2,
        momentum: 0.9,
    };
    for optimizer in [Optimizer::Adam(adam), Optimizer::Sgd(sgd)] {
        let engine = engine(2, InstructionSet::detect());
        let mut plan = TrainingPlan::new(spec, 3, engine).expect("plan");
        let mut state = TrainingState::new(&spec, weights.clone()).expect("state");
        for _ in 0..3 {
            let parameters = &mut state.parameters;
            plan.gradients_with(head, parameters, &batch.films, &batch.labels, &batch.loss)
                .expect("step");
            optimizer.update(plan.gradients(), 0.7, &mut state);
        }
        assert_ne!(
            state.parameters[HEAD_WEIGHT].values,
            weights[HEAD_WEIGHT].values
        );
        for tensors in [&state.parameters, &state.first_moments] {
            for row in tensors[HEAD_WEIGHT].values.chunks_exact(spec.n_pooled()) {
                let (first, rest) = row.split_at(256);
                assert!(rest.chunks_exact(256).all(|cell| cell == first));
            }
        }
    }
}

#[test]
fn a_step_comes_out_the_same_for_any_threads() {
    let (spec, weights) = network(11, 64, 2);
    let batch = batch(&spec, 3);
    let optimizer = Optimizer::Adam(Adam::with_learning_rate(1e-3));
    let run = |n_threads| {
        let engine = engine(n_threads, InstructionSet::detect());
        let mut plan = TrainingPlan::new(spec, 4, engine).expect("plan");
        let mut state = TrainingState::new(&spec, weights.clone()).expect("state");
        for _ in 0..2 {
            plan.step(
                &mut state,
                &batch.films,
                &batch.labels,
                &batch.loss,
                &optimizer,
            )
            .expect("step");
        }
        state
    };
    let want = run(1);
    assert_eq!(want.n_steps, 2);
    for n_threads in [2, 5] {
        assert!(run(n_threads) == want, "{n_threads} threads");
    }
}

#[test]
fn training_learns_four_films_by_heart() {
    let (spec, weights) = network(11, 32, 2);
    let mut batch = batch(&spec, 4);
    batch.loss.l2 = 1e-4;
    let engine = engine(2, InstructionSet::detect());
    let mut plan = TrainingPlan::new(spec, 4, engine).expect("plan");
    let mut state = TrainingState::new(&spec, weights).expect("state");
    let optimizer = Optimizer::Adam(Adam::with_learning_rate(1e-3));
    let mut losses = Vec::new();
    for _ in 0..40 {
        let loss = plan.step(
            &mut state,
            &batch.films,
            &batch.labels,
            &batch.loss,
            &optimizer,
        );
        losses.push(loss.expect("step").cross_entropy);
    }
    assert!(losses[39] < losses[0] / 20.0, "{losses:?}");
}

#[test]
fn the_penalty_is_that_of_the_kernels_alone() {
    let (spec, weights) = network(11, 32, 1);
    let mut batch = batch(&spec, 1);
    let mut plan = TrainingPlan::new(spec, 1, engine(1, InstructionSet::detect())).expect("plan");
    let mut gradients = |l2: f32| {
        batch.loss.l2 = l2;
        let loss = plan
            .gradients_of(
                &mut weights.clone(),
                &batch.films,
                &batch.labels,
                &batch.loss,
            )
            .expect("step");
        (loss.penalty, plan.gradients().clone())
    };
    let ((none, without), (penalty, with)) = (gradients(0.0), gradients(0.5));
    let mut squares = 0.0;
    for (name, gradient) in &without {
        let is_kernel = weights[name].shape.len() == 4;
        for ((&without, &with), &weight) in gradient
            .values
            .iter()
            .zip(&with[name].values)
            .zip(&weights[name].values)
        {
            let want = if is_kernel { without + weight } else { without };
            assert!((with - want).abs() < 1e-6, "{name}");
            squares += if is_kernel {
                f64::from(weight).powi(2)
            } else {
                0.0
            };
        }
    }
    assert!(none.abs() < f64::EPSILON);
    assert!((penalty - 0.5 * squares).abs() < 1e-6 * squares);
}

#[test]
fn a_batch_that_does_not_fit_is_refused() {
    let (spec, weights) = network(11, 32, 1);
    let mut plan = TrainingPlan::new(spec, 2, engine(1, InstructionSet::Portable)).expect("plan");
    let loss = LossWeights {
        positive: vec![0.5],
        negative: vec![0.5],
        l2: 0.0,
        focal_gamma: 0.0,
    };
    let mut check = |n_pixels: usize, n_labels: usize| {
        plan.gradients_of(
            &mut weights.clone(),
            &vec![0.0; n_pixels],
            &vec![0.0; n_labels],
            &loss,
        )
    };
    assert!(matches!(check(0, 0), Err(EngineError::EmptyBatch)));
    assert!(check(3 * 1024, 3).is_err());
    assert!(check(1024, 2).is_err());
    assert!(check(1025, 1).is_err());
    assert!(check(1024, 1).is_ok());
    let head = HeadPass {
        dropout: &[1.0; 5],
        ..HeadPass::default()
    };
    let refused = plan.gradients_with(head, &mut weights.clone(), &[0.0; 1024], &[0.0], &loss);
    let error = refused.expect_err("five factors").to_string();
    assert!(error.contains("dropout factors"), "{error}");
}

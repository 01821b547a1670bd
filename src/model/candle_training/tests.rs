use std::sync::Arc;

use super::super::Precision;
use super::*;
use thorax_engine::{Adam, Engine, HeadKind, TrainingPlan};

/// Of a gradient's length. Rounding decides whether a ReLU near 0 lets a gradient through, and a
/// batch norm spreads that over a channel.
const GRADIENT_TOLERANCE: f64 = 1e-2;
/// Absolute, for losses and logits of about 1.
const TOLERANCE: f64 = 2e-5;
/// bf16 keeps 8 bits of each factor, through eleven layers.
const BF16_LOGIT_TOLERANCE: f32 = 0.1;

struct Setup {
    architecture: NetworkSpec,
    parameters: NamedTensors,
    films: Vec<f32>,
    labels: Vec<f32>,
    loss: LossWeights,
}

fn setup(side: usize, n_films: usize) -> Setup {
    let architecture = NetworkSpec::new(11, side, 2).unwrap();
    let mut state = 7_u32;
    let mut noise = || {
        // Numerical Recipes' linear congruential generator; its high bits are good enough.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state as f32 / u32::MAX as f32
    };
    let tensors = architecture.tensors().into_iter();
    let parameters = tensors.map(|(name, shape)| {
        let n_values = shape.iter().product();
        let spread = (6.0 / (n_values / shape[0]) as f32).sqrt();
        let one = |name: &str, noise: f32| match name {
            name if name.ends_with("running_var") => 0.5 + noise,
            name if name.contains("bn") && name.ends_with("weight") => 0.5 + noise,
            name if name.ends_with("weight") => spread * (2.0 * noise - 1.0),
            _ => 0.2 * noise - 0.1,
        };
        let values = (0..n_values).map(|_| one(&name, noise())).collect();
        (name, HostTensor { shape, values })
    });
    let parameters = parameters.collect();
    let films = (0..n_films * side * side).map(|_| noise()).collect();
    Setup {
        architecture,
        parameters,
        films,
        labels: (0..2 * n_films).map(|i| (i % 3 % 2) as f32).collect(),
        loss: LossWeights {
            positive: vec![0.9, 0.6],
            negative: vec![0.1, 0.4],
            ..LossWeights::default()
        },
    }
}

impl Setup {
    fn engine_plan(&self) -> TrainingPlan {
        TrainingPlan::new(self.architecture, 4, Arc::new(Engine::new(2).unwrap())).unwrap()
    }

    fn candle(&self) -> CandleTraining {
        CandleTraining::new(self.architecture, &ComputeDevice::reference()).unwrap()
    }
}

fn length(values: impl Iterator<Item = f32>) -> f64 {
    values
        .map(|value| f64::from(value).powi(2))
        .sum::<f64>()
        .sqrt()
}

fn check_lengths(got: &NamedTensors, want: &NamedTensors, tolerance: f64) {
    assert!(got.keys().eq(want.keys()));
    for (name, want) in want {
        let got = &got[name];
        assert_eq!(got.shape, want.shape, "{name}");
        let pairs = got.values.iter().zip(&want.values);
        let off = length(pairs.map(|(got, want)| got - want));
        let size = length(want.values.iter().copied());
        assert!(
            off <= tolerance * size + 1e-6,
            "{name}: off by {off:e} of {size:e}"
        );
    }
}

#[test]
fn a_batch_has_the_engines_loss_logits_gradients_and_statistics() {
    for (side, n_films, l2, focal_gamma) in
        [(32, 3, 0.0, 0.0), (64, 2, 1e-3, 2.0), (32, 1, 0.0, 0.0)]
    {
        let mut setup = setup(side, n_films);
        (setup.loss.l2, setup.loss.focal_gamma) = (l2, focal_gamma);
        let (mut plan, mut candle) = (setup.engine_plan(), setup.candle());
        let (mut by_engine, mut by_candle) = (setup.parameters.clone(), setup.parameters.clone());
        let (films, labels, loss) = (&setup.films, &setup.labels, &setup.loss);
        let want = plan
            .gradients_of(&mut by_engine, films, labels, loss)
            .unwrap();
        let got = candle
            .gradients_of(&mut by_candle, films, labels, loss)
            .unwrap();
        assert!(
            (got.cross_entropy - want.cross_entropy).abs() < TOLERANCE,
            "{got:?} {want:?}"
        );
        assert!(
            (got.penalty - want.penalty).abs() <= TOLERANCE * want.penalty,
            "{got:?} {want:?}"
        );
        for (got, want) in candle.logits().iter().zip(plan.logits()) {
            assert!(f64::from(got - want).abs() < TOLERANCE, "{got} {want}");
        }
        check_lengths(candle.gradients(), plan.gradients(), GRADIENT_TOLERANCE);
        check_lengths(&by_candle, &by_engine, TOLERANCE);
        assert_ne!(
            by_candle["stem.bn.running_var"],
            setup.parameters["stem.bn.running_var"]
        );
    }
}

#[test]
fn labels_that_are_soft_or_not_known_are_taken_by_engine_and_by_candle_alike() {
    let mut setup = setup(32, 3);
    (setup.labels[0], setup.labels[3]) = (0.37, 0.8);
    setup.labels[1] = f32::NAN;
    setup.labels[4] = f32::NAN;
    let (mut plan, mut candle) = (setup.engine_plan(), setup.candle());
    let (mut by_engine, mut by_candle) = (setup.parameters.clone(), setup.parameters.clone());
    let (films, labels, loss) = (&setup.films, &setup.labels, &setup.loss);
    let want = plan.gradients_of(&mut by_engine, films, labels, loss);
    let got = candle.gradients_of(&mut by_candle, films, labels, loss);
    let (want, got) = (want.unwrap().cross_entropy, got.unwrap().cross_entropy);
    assert!(
        got.is_finite() && (got - want).abs() < TOLERANCE,
        "{got} {want}"
    );
    check_lengths(candle.gradients(), plan.gradients(), GRADIENT_TOLERANCE);
}

#[test]
fn a_shared_head_with_dropout_has_the_same_gradients_by_engine_and_by_candle() {
    let mut setup = setup(64, 3); // 4 cells
    let n_pooled = setup.architecture.n_pooled();
    let dropout: Vec<f32> = (0..3 * n_pooled).map(|i| (i * i % 7 % 2) as f32).collect();
    let head = HeadPass {
        kind: HeadKind::Shared,
        dropout: &dropout,
    };
    head.kind.share_weights(&mut setup.parameters);
    let (mut plan, mut candle) = (setup.engine_plan(), setup.candle());
    let (mut by_engine, mut by_candle) = (setup.parameters.clone(), setup.parameters.clone());
    let (films, labels, loss) = (&setup.films, &setup.labels, &setup.loss);
    plan.gradients_with(head, &mut by_engine, films, labels, loss)
        .unwrap();
    candle
        .gradients_with(head, &mut by_candle, films, labels, loss)
        .unwrap();
    for (got, want) in candle.logits().iter().zip(plan.logits()) {
        assert!(f64::from(got - want).abs() < TOLERANCE, "{got} {want}");
    }
    check_lengths(candle.gradients(), plan.gradients(), GRADIENT_TOLERANCE);
    for gradients in [candle.gradients(), plan.gradients()] {
        for row in gradients["head.dense.weight"].values.chunks_exact(n_pooled) {
            let (first, rest) = row.split_at(NetworkSpec::N_FEATURES);
            let cells = rest.chunks_exact(NetworkSpec::N_FEATURES);
            assert!(first.iter().any(|&g| g != 0.0) && cells.clone().all(|cell| cell == first));
        }
    }
    let few = HeadPass {
        dropout: &[1.0],
        ..head
    };
    let refused = candle.gradients_with(few, &mut by_candle, films, labels, loss);
    assert!(refused.unwrap_err().to_string().contains("dropout factors"));
}

#[test]
fn another_momentum_moves_running_statistics_as_far_by_engine_and_by_candle() {
    // A model file's momentum, on its way to either.
    let setup_of = |momentum| {
        let mut setup = setup(32, 3);
        setup.architecture = setup.architecture.with_batch_norm(1e-3, momentum).unwrap();
        setup
    };
    let running = |state: TrainingState| -> NamedTensors {
        let tensors = state.parameters.into_iter();
        tensors
            .filter(|(name, _)| name.contains(".running_"))
            .collect()
    };
    let optimizer = Optimizer::Adam(Adam::with_learning_rate(1e-3));
    let after_a_step = |momentum| {
        let setup = setup_of(momentum);
        let start = TrainingState::new(&setup.architecture, setup.parameters.clone()).unwrap();
        let (mut by_engine, mut by_candle) = (start.clone(), start.clone());
        let (films, labels, loss) = (&setup.films, &setup.labels, &setup.loss);
        setup
            .engine_plan()
            .step(&mut by_engine, films, labels, loss, &optimizer)
            .unwrap();
        setup
            .candle()
            .step(&mut by_candle, films, labels, loss, &optimizer)
            .unwrap();
        [start, by_engine, by_candle].map(running)
    };
    let [start, by_engine, by_candle] = after_a_step(0.9);
    assert!(!start.is_empty());
    check_lengths(&by_candle, &by_engine, TOLERANCE);

    // With a momentum of 0 nothing but the batch's own statistics is left; 0.9 takes a tenth.
    let [_, of_the_batch, _] = after_a_step(0.0);
    let mut expected = start;
    for (name, tensor) in &mut expected {
        for (kept, batch) in tensor.values.iter_mut().zip(&of_the_batch[name].values) {
            *kept = 0.9 * *kept + 0.1 * batch;
        }
    }
    check_lengths(&by_engine, &expected, TOLERANCE);
}

#[test]
fn logits_of_a_hundred_keep_loss_and_gradients_finite() {
    let mut setup = setup(32, 2);
    let bias = setup.parameters.get_mut("head.dense.bias").unwrap();
    bias.values = vec![100.0, -100.0];
    let mut candle = setup.candle();
    let labels = [0.0, 1.0, 0.0, 1.0];
    let loss = candle.gradients_of(&mut setup.parameters, &setup.films, &labels, &setup.loss);
    // Weights of 0.1 and 0.6, each about 100 wrong.
    let loss = loss.unwrap().total();
    assert!((loss - 35.0).abs() < 2.0, "{loss}");
    for (name, gradient) in candle.gradients() {
        assert!(
            gradient.values.iter().all(|value| value.is_finite()),
            "{name}"
        );
    }
}

#[test]
fn training_learns_four_films_by_heart_and_can_be_resumed() {
    let setup = setup(32, 4);
    let optimizer = Optimizer::Adam(Adam::with_learning_rate(1e-3));
    let mut state = TrainingState::new(&setup.architecture, setup.parameters.clone()).unwrap();
    let mut candle = setup.candle();
    let step = |candle: &mut CandleTraining, state: &mut TrainingState| {
        let (films, labels) = (&setup.films, &setup.labels);
        candle
            .step(state, films, labels, &setup.loss, &optimizer)
            .unwrap()
            .cross_entropy
    };
    let first = step(&mut candle, &mut state);
    for _ in 0..18 {
        step(&mut candle, &mut state);
    }
    let mut resumed = state.clone();
    let last = step(&mut candle, &mut state);
    assert!(last < first / 10.0, "{first} {last}");
    assert_eq!(state.n_steps, 20);
    step(&mut setup.candle(), &mut resumed);
    assert!(resumed == state, "a step depends on more than the state");
}

#[test]
fn bf16_trains_close_to_f32() {
    let setup = setup(32, 3);
    let run = |precision| {
        let device = ComputeDevice::reference_at(precision);
        let mut candle = CandleTraining::new(setup.architecture, &device).unwrap();
        let (films, labels) = (&setup.films, &setup.labels);
        candle
            .gradients_of(&mut setup.parameters.clone(), films, labels, &setup.loss)
            .unwrap();
        candle.logits().to_vec()
    };
    let (exact, rounded) = (run(Precision::F32), run(Precision::Bf16));
    assert_ne!(exact, rounded);
    for (got, want) in rounded.iter().zip(&exact) {
        assert!((got - want).abs() < BF16_LOGIT_TOLERANCE, "{got} {want}");
    }
}

#[test]
fn a_batch_that_does_not_fit_is_refused() {
    let setup = setup(32, 1);
    let mut candle = setup.candle();
    let mut check = |n_pixels: usize, n_labels: usize| {
        let (films, labels) = (vec![0.0; n_pixels], vec![0.0; n_labels]);
        candle.gradients_of(&mut setup.parameters.clone(), &films, &labels, &setup.loss)
    };
    assert!(matches!(
        check(0, 0),
        Err(ModelError::Engine(EngineError::EmptyBatch))
    ));
    assert!(check(1024, 1).is_err());
    assert!(check(1025, 2).is_err());
    let mut parameters = setup.parameters.clone();
    parameters.remove("head.bn.bias");
    let missing = candle.gradients_of(&mut parameters, &setup.films, &[0.0; 2], &setup.loss);
    assert!(missing.unwrap_err().to_string().contains("head.bn.bias"));
}

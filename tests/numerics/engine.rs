//! The engine against plain candle and against Keras.

use std::path::Path;
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use candle_nn::{VarBuilder, VarMap};
use thorax::bench::{arbitrary, arbitrary_weights};
use thorax::domain::sigmoid;
use thorax::model::{KerasImport, ResNetV2, import_keras};
use thorax_engine::{
    Engine, InstructionSet, LossWeights, NamedTensors, NetworkSpec, ScoringPlan, TrainingPlan,
};

use crate::reference::{Reference, shared_file};

/// The promise is 5e-6; Winograd and other orders of summing stay well below.
const SCORE_TOLERANCE: f32 = 1e-6;
/// Of the largest activation.
const ACTIVATION_TOLERANCE: f32 = 1e-5;
/// Of a gradient's length. Rounding decides whether a ReLU near 0 lets a gradient through, and a
/// batch norm spreads that over a channel; PyTorch in `f32` is up to 6e-3 from itself in `f64`.
pub const GRADIENT_TOLERANCE: f64 = 3e-2;

fn engine(set: InstructionSet) -> Arc<Engine> {
    Arc::new(Engine::with_instruction_set(2, set).unwrap())
}

/// All sets on small networks, the fastest on the real one: the plain one takes seconds a film.
fn sets(depth: usize) -> Vec<InstructionSet> {
    if depth > 20 {
        return vec![InstructionSet::detect()];
    }
    InstructionSet::available().collect()
}

pub fn largest_difference(got: &[f32], want: &[f32]) -> f32 {
    assert_eq!(got.len(), want.len());
    let pairs = got.iter().zip(want);
    pairs.fold(0.0, |worst, (got, want)| worst.max((got - want).abs()))
}

pub fn length(values: impl Iterator<Item = f32>) -> f64 {
    values
        .map(|value| f64::from(value).powi(2))
        .sum::<f64>()
        .sqrt()
}

pub fn check_gradient(what: &str, got: &[f32], want: &[f32]) {
    assert_eq!(got.len(), want.len(), "{what}");
    let off = length(got.iter().zip(want).map(|(got, want)| got - want));
    let size = length(want.iter().copied());
    assert!(
        off <= GRADIENT_TOLERANCE * size + 1e-6,
        "{what}: off by {off:e} of {size:e}"
    );
}

fn values(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// Scores and last activation of `n_films` by plain candle and by every instruction set.
fn check_scoring(depth: usize, side: usize, n_outputs: usize, n_films: usize) {
    let architecture = NetworkSpec::new(depth, side, n_outputs).unwrap();
    let weights = arbitrary_weights(&architecture);
    let films: Vec<f32> = arbitrary(n_films * side * side).collect();

    let config = NetworkSpec::new(depth, side, n_outputs).unwrap();
    let network = ResNetV2::from_weights(&config, &weights, &Device::Cpu).unwrap();
    let batch = Tensor::from_slice(&films, (n_films, 1, side, side), &Device::Cpu).unwrap();
    let features = network.forward_features(&batch, false).unwrap();
    let logits = values(&network.forward_head(&features).unwrap());
    let scores: Vec<_> = logits.into_iter().map(sigmoid).collect();
    let features = values(&features.permute((0, 2, 3, 1)).unwrap());
    let range = features.iter().copied().fold(0.0, f32::max);

    for set in sets(depth) {
        let mut plan = ScoringPlan::new(&weights, architecture, engine(set)).unwrap();
        let got: Vec<_> = plan
            .score(&films)
            .unwrap()
            .iter()
            .copied()
            .map(sigmoid)
            .collect();
        let off = largest_difference(&got, &scores);
        assert!(
            off <= SCORE_TOLERANCE,
            "{set:?}, depth {depth}, side {side}: {off:e}"
        );
        let each = films
            .chunks_exact(side * side)
            .zip(features.chunks_exact(features.len() / n_films));
        for (film, features) in each {
            let off = largest_difference(plan.score_film(film).unwrap().activation, features);
            assert!(
                off <= ACTIVATION_TOLERANCE * range,
                "{set:?}, side {side}: {off:e} of {range}"
            );
        }
    }
}

#[test]
fn the_engine_scores_as_plain_candle_does() {
    check_scoring(56, 128, 14, 2);
    check_scoring(20, 64, 3, 3);
    check_scoring(11, 96, 1, 1);
    check_scoring(11, 32, 5, 5);
}

/// Loss and every gradient by candle's own backward pass and by every instruction set.
fn check_training(depth: usize, side: usize, n_films: usize) {
    let architecture = NetworkSpec::new(depth, side, 2).unwrap();
    let weights = arbitrary_weights(&architecture);
    let films: Vec<f32> = arbitrary(n_films * side * side).collect();
    let labels: Vec<f32> = (0..2 * n_films).map(|i| (i % 3 % 2) as f32).collect();
    let loss = LossWeights {
        positive: vec![0.9, 0.6],
        negative: vec![0.1, 0.4],
        l2: 0.0,
        focal_gamma: 0.0,
    };

    let mut variables = VarMap::new();
    let vb = VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu);
    let config = NetworkSpec::new(depth, side, 2).unwrap();
    let network = ResNetV2::new(&config, &vb).unwrap();
    for (name, tensor) in &weights {
        let shape = tensor.shape.as_slice();
        let values = Tensor::from_slice(&tensor.values, shape, &Device::Cpu).unwrap();
        variables.set_one(name, values).unwrap();
    }
    let xs = Tensor::from_slice(&films, (n_films, 1, side, side), &Device::Cpu).unwrap();
    let logits = network.forward_t(&xs, true).unwrap();
    let want_loss = weighted_loss(&logits, &labels, &loss);
    let gradients = want_loss.backward().unwrap();
    let want_loss = f64::from(want_loss.to_scalar::<f32>().unwrap());

    for set in InstructionSet::available() {
        let mut plan = TrainingPlan::new(architecture, n_films, engine(set)).unwrap();
        let got = plan
            .gradients_of(&mut weights.clone(), &films, &labels, &loss)
            .unwrap();
        assert!(
            (got.total() - want_loss).abs() < 1e-5,
            "{set:?}: {got:?} for {want_loss}"
        );
        for (name, variable) in variables.data().lock().unwrap().iter() {
            // A batch norm takes off what these biases add.
            let is_silent = name.contains("conv") || name.contains("shortcut");
            let is_silent = is_silent && weights[name].shape.len() == 1;
            if let (Some(got), Some(want), false) = (
                plan.gradients().get(name),
                gradients.get(variable),
                is_silent,
            ) {
                check_gradient(&format!("{set:?} {name}"), &got.values, &values(want));
            }
        }
    }
}

/// `w⁺ y ln(1 + e^-z) + w⁻ (1 - y) ln(1 + e^z)`, mean over all; logits here are small.
fn weighted_loss(logits: &Tensor, labels: &[f32], loss: &LossWeights) -> Tensor {
    let device = &Device::Cpu;
    let ys = Tensor::from_slice(labels, logits.shape(), device).unwrap();
    let positive = Tensor::from_slice(&loss.positive, (1, 2), device).unwrap();
    let negative = Tensor::from_slice(&loss.negative, (1, 2), device).unwrap();
    let softplus = |z: &Tensor| (z.exp().unwrap() + 1.0).unwrap().log().unwrap();
    let hits = ys.broadcast_mul(&positive).unwrap();
    let misses = ys
        .affine(-1.0, 1.0)
        .unwrap()
        .broadcast_mul(&negative)
        .unwrap();
    let hits = (hits * softplus(&logits.neg().unwrap())).unwrap();
    let misses = (misses * softplus(logits)).unwrap();
    (hits + misses).unwrap().mean_all().unwrap()
}

#[test]
fn the_engine_has_the_gradients_of_plain_candle() {
    check_training(20, 64, 2);
    check_training(11, 32, 3);
}

pub fn keras_weights() -> Option<(NetworkSpec, NamedTensors)> {
    let path = shared_file("reference/keras/weights.h5")?;
    let model = import_keras(&path, KerasImport::of_notebook(&path)).unwrap();
    let architecture = NetworkSpec::new(56, 128, 14).unwrap();
    Some((architecture, model.weights().clone()))
}

#[test]
fn the_engine_scores_as_keras_does() {
    let (Some((architecture, weights)), Some(path)) = (
        keras_weights(),
        shared_file("reference/keras/reference.safetensors"),
    ) else {
        return;
    };
    let get = |name: &str| Reference::read(&path, name).values;
    for set in sets(56) {
        let mut plan = ScoringPlan::new(&weights, architecture, engine(set)).unwrap();
        for kind in ["nearest", "bilinear"] {
            let logits = plan.score(&get(&format!("input_{kind}"))).unwrap();
            let scores: Vec<_> = logits.iter().copied().map(sigmoid).collect();
            let off = largest_difference(&scores, &get(&format!("scores_{kind}")));
            assert!(off <= SCORE_TOLERANCE, "{set:?} {kind}: {off:e}");
        }
    }
}

#[test]
fn a_training_step_has_keras_loss_scores_and_gradients() {
    let (Some((architecture, weights)), Some(path)) = (
        keras_weights(),
        shared_file("reference/keras/reference.safetensors"),
    ) else {
        return;
    };
    let get = |name: &str| Reference::read(&path, name).values;
    let variables = keras_variables(&path);
    let names = KerasNames::new(&architecture);
    let (positive, negative) = (get("train_pos_weight"), get("train_neg_weight"));
    let loss = LossWeights {
        positive,
        negative,
        l2: 0.0,
        focal_gamma: 0.0,
    };
    for set in sets(56) {
        let mut plan = TrainingPlan::new(architecture, 6, engine(set)).unwrap();
        let (films, labels) = (get("input_bilinear"), get("train_labels"));
        let got = plan
            .gradients_of(&mut weights.clone(), &films, &labels, &loss)
            .unwrap();
        assert!(
            (got.total() - f64::from(get("train_loss")[0])).abs() < 1e-6,
            "{set:?}: {got:?}"
        );
        let scores: Vec<_> = plan.logits().iter().copied().map(sigmoid).collect();
        assert!(
            largest_difference(&scores, &get("train_scores")) < 1e-5,
            "{set:?}"
        );
        for (variable, norm) in variables.iter().zip(get("grad_norms")) {
            let (name, norm) = (names.name(variable), f64::from(norm));
            let got = length(plan.gradients()[&name].values.iter().copied());
            assert!(
                (got - norm).abs() <= GRADIENT_TOLERANCE * norm + 1e-6,
                "{set:?} {name}: {got} for {norm}"
            );
        }
        for variable in &variables {
            if let Some(want) = Reference::find(&path, &format!("grad/{variable}")) {
                let want = outputs_first(&want);
                let name = names.name(variable);
                check_gradient(
                    &format!("{set:?} {name}"),
                    &plan.gradients()[&name].values,
                    &want,
                );
            }
        }
    }
}

/// Keras' trained variables, in the order of `grad_norms`.
pub fn keras_variables(reference: &Path) -> Vec<String> {
    let json = std::fs::read_to_string(reference.with_file_name("reference.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let variables = json["variables"].as_array().unwrap().iter();
    variables.map(|v| v.as_str().unwrap().to_owned()).collect()
}

/// Keras keeps kernels as (row, column, in, out) and dense weights as (in, out).
pub fn outputs_first(keras: &Reference) -> Vec<f32> {
    let Some(&n_out) = keras.shape.last().filter(|_| keras.shape.len() > 1) else {
        return keras.values.clone();
    };
    let n_in = keras.shape[keras.shape.len() - 2];
    let n_taps = keras.values.len() / n_in / n_out;
    let mut values = Vec::with_capacity(keras.values.len());
    for output in 0..n_out {
        for input in 0..n_in {
            values
                .extend((0..n_taps).map(|tap| keras.values[(tap * n_in + input) * n_out + output]));
        }
    }
    values
}

/// Keras numbers layers of a kind in the order of their creation: a block's shortcut comes last.
pub struct KerasNames {
    convolutions: Vec<String>,
    norms: Vec<String>,
}

impl KerasNames {
    pub fn new(architecture: &NetworkSpec) -> Self {
        let names = architecture.tensors().into_iter().map(|(name, _)| name);
        let layers: Vec<_> = names
            .filter_map(|name| name.strip_suffix(".weight").map(str::to_owned))
            .collect();
        let (norms, others): (Vec<_>, Vec<_>) =
            layers.into_iter().partition(|name| name.contains(".bn"));
        let convolutions = others
            .into_iter()
            .filter(|name| !name.contains("dense"))
            .collect();
        Self {
            convolutions,
            norms,
        }
    }

    /// `stage0.block0.conv1.weight` for `conv2d_1/kernel:0`.
    pub fn name(&self, variable: &str) -> String {
        let (layer, part) = variable.split_once('/').unwrap();
        let number = layer.rsplit('_').next().unwrap().parse().unwrap_or(0_usize);
        let layer = match layer {
            layer if layer.starts_with("conv2d") => self.convolutions[number].as_str(),
            layer if layer.starts_with("batch_normalization") => self.norms[number].as_str(),
            _ => "head.dense",
        };
        match part {
            "kernel:0" | "gamma:0" => format!("{layer}.weight"),
            _ => format!("{layer}.bias"),
        }
    }
}

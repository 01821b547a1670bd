//! The engine's promises, each beside plain candle where that ends within minutes.
//!
//! `cargo bench --bench engine`; the table in `docs/performance.md` comes from
//! `benches/peers/run.sh`, which times other frameworks in the same run.

#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot start is to fail loudly"
)]
#![expect(
    clippy::print_stdout,
    reason = "the limit that figures are read against"
)]

use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use candle_nn::{Optimizer as _, VarBuilder, VarMap};
use divan::{Bencher, counter::ItemsCount};
use thorax::bench::{self, arbitrary, arbitrary_weights, classifier_of};
use thorax::model::{ComputeDevice, ResNetV2};
use thorax_engine::{
    Adam, Engine, LossWeights, NamedTensors, NetworkSpec, Optimizer, ScoringPlan, TrainingPlan,
    TrainingState,
};

fn main() {
    // Beside every figure stands what the machine could do in this very run.
    let engine = engine();
    let limit = engine.fma_gflops();
    println!(
        "{} threads, {}: {limit:.0} GFLOP/s of multiply-adds; a film takes 6.17 GFLOP to score \
         directly, 18.5 to train",
        engine.n_threads(),
        engine.instruction_set().name()
    );
    divan::main();
}

fn engine() -> Arc<Engine> {
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
    Arc::new(Engine::new(n_threads).unwrap())
}

fn architecture() -> NetworkSpec {
    NetworkSpec::new(56, 128, 14).unwrap()
}

fn weights() -> NamedTensors {
    arbitrary_weights(&architecture())
}

fn films(n_films: usize) -> Vec<f32> {
    arbitrary(n_films * 128 * 128)
        .map(|value| value + 0.5)
        .collect()
}

fn labels(n_films: usize) -> Vec<f32> {
    arbitrary(n_films * 14)
        .map(|value| value.signum().max(0.0))
        .collect()
}

#[divan::bench(args = [1, 32], sample_count = 20, max_time = 10)]
fn score(bencher: Bencher, n_films: usize) {
    let mut plan = ScoringPlan::new(&weights(), architecture(), engine()).unwrap();
    let films = films(n_films);
    bencher
        .counter(ItemsCount::new(n_films))
        .bench_local(|| plan.score(&films).map(<[f32]>::len).unwrap());
}

#[divan::bench(sample_count = 20, max_time = 10)]
fn score_with_maps(bencher: Bencher) {
    let classifier = classifier_of(&weights(), &architecture(), &ComputeDevice::cpu()).unwrap();
    let film = films(1);
    bencher.bench_local(|| bench::score_with_maps(&classifier, &film).unwrap());
}

#[divan::bench(args = [32], sample_count = 5, max_time = 20)]
fn train_step(bencher: Bencher, n_films: usize) {
    let mut plan = TrainingPlan::new(architecture(), n_films, engine()).unwrap();
    let mut state = TrainingState::new(&architecture(), weights()).unwrap();
    let (films, labels) = (films(n_films), labels(n_films));
    let loss = LossWeights {
        positive: vec![0.5; 14],
        negative: vec![0.5; 14],
        l2: 0.0,
        focal_gamma: 0.0,
    };
    let optimizer = Optimizer::Adam(Adam::with_learning_rate(1e-3));
    bencher.counter(ItemsCount::new(n_films)).bench_local(|| {
        plan.step(&mut state, &films, &labels, &loss, &optimizer)
            .unwrap()
    });
}

#[divan::bench(args = [1, 32], sample_count = 5, max_time = 20)]
fn candle_score(bencher: Bencher, n_films: usize) {
    let config = NetworkSpec::new(56, 128, 14).unwrap();
    let network = ResNetV2::from_weights(&config, &weights(), &Device::Cpu).unwrap();
    let films = Tensor::from_vec(films(n_films), (n_films, 1, 128, 128), &Device::Cpu).unwrap();
    bencher
        .counter(ItemsCount::new(n_films))
        .bench_local(|| network.forward_t(&films, false).unwrap());
}

/// A batch of 32 would need 27 GB.
#[divan::bench(args = [4], sample_count = 2, max_time = 30)]
fn candle_train_step(bencher: Bencher, n_films: usize) {
    let config = NetworkSpec::new(56, 128, 14).unwrap();
    let variables = VarMap::new();
    let vb = VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu);
    let network = ResNetV2::new(&config, &vb).unwrap();
    let mut optimizer = candle_nn::AdamW::new_lr(variables.all_vars(), 1e-4).unwrap();
    let films = Tensor::from_vec(films(n_films), (n_films, 1, 128, 128), &Device::Cpu).unwrap();
    let labels = Tensor::from_vec(labels(n_films), (n_films, 14), &Device::Cpu).unwrap();
    bencher.counter(ItemsCount::new(n_films)).bench_local(|| {
        let logits = network.forward_t(&films, true).unwrap();
        let tail = (logits.abs().unwrap().neg().unwrap().exp().unwrap() + 1.0).unwrap();
        let linear = (logits.relu().unwrap() - (&logits * &labels).unwrap()).unwrap();
        let loss = (linear + tail.log().unwrap()).unwrap().mean_all().unwrap();
        optimizer.backward_step(&loss).unwrap();
    });
}

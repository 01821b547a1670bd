//! The speed of this machine: the measurements of `thorax bench`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use thiserror::Error;

use crate::domain::{Labels, LabelsError, PerFinding};
use crate::explain::{CamMethod, Heatmap, class_activation_maps};
use crate::files::peak_mib;
use crate::imaging::{Interpolation, ModelInput, Preprocessing, PreprocessingError};
use crate::model::{
    Classifier, ComputeDevice, ModelCard, ModelError, ModelFault, ModelFile, Provenance,
};
use thorax_engine::{
    Adam, EngineError, HostTensor, LossWeights, NamedTensors, NetworkSpec, Optimizer, ScoringPlan,
    SpecError, TrainingPlan, TrainingState,
};

/// Films in the batches that are measured.
const BATCH: usize = 32;
/// Time for each of the five figures; slow machines get fewer samples, at least two.
const BUDGET: Duration = Duration::from_secs(4);

/// Medians on random films and weights; how fast the engine is does not depend on either.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BenchReport {
    /// One film, milliseconds.
    pub score_ms: f64,
    /// Films a second in batches of 32.
    pub score_films_per_s: f64,
    /// One film by [`Classifier::score_input`] and the class-activation maps of all outputs, as the
    /// window and the command line make them; milliseconds.
    pub maps_ms: f64,
    /// Films a second in training steps of 32.
    pub train_films_per_s: f64,
    /// The most memory that the process has had by the end of training, where the system tells.
    pub train_peak_mib: Option<f64>,
    /// Gigaflops of multiply-adds in registers on all threads: the machine's limit.
    pub fma_gflops: f64,
    /// Worker threads.
    pub threads: usize,
    /// The processor's name.
    pub device: String,
    /// The vector instructions in use.
    pub instruction_set: &'static str,
}

/// Why nothing was measured.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum BenchError {
    #[error("this device has no engine")]
    NoEngine,
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Content(#[from] ModelFault),
    #[error(transparent)]
    Config(#[from] SpecError),
    #[error(transparent)]
    Labels(#[from] LabelsError),
    #[error(transparent)]
    Preprocessing(#[from] PreprocessingError),
    #[error("labels and network do not fit together")]
    Card,
}

/// Measures the network of the notebook (depth 56, 128 by 128 pixels, 14 outputs); within 30 s.
pub fn measure(device: &ComputeDevice) -> Result<BenchReport, BenchError> {
    let engine = device.engine().ok_or(BenchError::NoEngine)?;
    let architecture = NetworkSpec::new(56, 128, 14)?;
    let weights = arbitrary_weights(&architecture);
    let film_len = architecture.side() * architecture.side();
    let films: Vec<f32> = arbitrary(BATCH * film_len)
        .map(|value| value + 0.5)
        .collect();
    let one = films.get(..film_len).unwrap_or_default();

    let fma_gflops = engine.fma_gflops();
    let mut plan = ScoringPlan::new(&weights, architecture, Arc::clone(engine))?;
    let score = median_secs(|| plan.score_film(one).map(drop))?;
    let score_batch = median_secs(|| plan.score(&films).map(drop))?;
    drop(plan);

    let classifier = classifier_of(&weights, &architecture, device)?;
    let maps = median_secs(|| score_with_maps(&classifier, one).map(drop))?;
    drop(classifier);

    let labels: Vec<f32> = arbitrary(BATCH * architecture.n_outputs())
        .map(|value| if value > 0.0 { 1.0 } else { 0.0 })
        .collect();
    let share = vec![0.5; architecture.n_outputs()];
    let loss = LossWeights {
        positive: share.clone(),
        negative: share,
        l2: 1e-4,
        focal_gamma: 0.0,
    };
    let optimizer = Optimizer::Adam(Adam::with_learning_rate(1e-3));
    let mut plan = TrainingPlan::new(architecture, BATCH, Arc::clone(engine))?;
    let mut state = TrainingState::new(&architecture, weights)?;
    let step = median_secs(|| {
        plan.step(&mut state, &films, &labels, &loss, &optimizer)
            .map(drop)
    })?;

    Ok(BenchReport {
        score_ms: score * 1e3,
        score_films_per_s: BATCH as f64 / score_batch,
        maps_ms: maps * 1e3,
        train_films_per_s: BATCH as f64 / step,
        train_peak_mib: peak_mib(),
        fma_gflops,
        threads: engine.n_threads(),
        device: device_name(),
        instruction_set: engine.instruction_set().name(),
    })
}

/// A classifier of plain weights, with a card that says nothing of them.
pub fn classifier_of(
    weights: &NamedTensors,
    architecture: &NetworkSpec,
    device: &ComputeDevice,
) -> Result<Classifier, BenchError> {
    let labels = (0..architecture.n_outputs()).map(|output| format!("output {output}"));
    let preprocessing = Preprocessing::new(
        architecture.side(),
        Interpolation::Nearest,
        Preprocessing::NOTEBOOK.scale(),
    )?;
    let card = ModelCard::new(
        "bench".to_owned(),
        Labels::new(labels.collect())?,
        *architecture,
        preprocessing,
        Provenance::default(),
    );
    let file = ModelFile::new(card.ok_or(BenchError::Card)?, weights.clone())?;
    Ok(Classifier::new(&file, None, device)?)
}

/// Scores `film`, `side * side` values, and makes the maps of all outputs as the window does.
pub fn score_with_maps(
    classifier: &Classifier,
    film: &[f32],
) -> Result<PerFinding<Heatmap>, ModelError> {
    let input = ModelInput {
        side: classifier.card().architecture.side(),
        values: film.to_vec(),
    };
    let inference = classifier.score_input(input)?;
    Ok(class_activation_maps(
        &inference.features,
        classifier.head(),
        &inference.scores,
        CamMethod::default(),
    ))
}

/// Weights that keep activations in a natural range without a forward pass to calibrate them.
pub fn arbitrary_weights(architecture: &NetworkSpec) -> NamedTensors {
    let tensors = architecture.tensors().into_iter();
    tensors
        .map(|(name, shape)| {
            let n_values = shape.iter().product();
            let fan_in: usize = shape.iter().skip(1).product();
            let is_one =
                name.ends_with("running_var") || name.contains(".bn") && name.ends_with(".weight");
            let values = if is_one {
                vec![1.0; n_values]
            } else {
                let spread = 2.0 / (fan_in as f32).sqrt();
                arbitrary(n_values).map(|value| value * spread).collect()
            };
            (name, HostTensor { shape, values })
        })
        .collect()
}

/// The same numbers in -0.5..0.5 every time.
pub fn arbitrary(n_values: usize) -> impl Iterator<Item = f32> {
    let mut state = 1_u64;
    (0..n_values).map(move |_| {
        // Knuth's MMIX generator; its upper bits are good enough to keep branches guessing.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 24) as f32 - 0.5
    })
}

/// Median of as many runs as fit the budget, after one that warms up.
fn median_secs<E>(mut run: impl FnMut() -> Result<(), E>) -> Result<f64, E> {
    const MAX_RUNS: usize = 100;
    let begin = Instant::now();
    run()?;
    let mut secs = Vec::new();
    while secs.len() < 2 || secs.len() < MAX_RUNS && begin.elapsed() < BUDGET {
        let start = Instant::now();
        run()?;
        secs.push(start.elapsed().as_secs_f64());
    }
    secs.sort_by(f64::total_cmp);
    Ok(secs.get(secs.len() / 2).copied().unwrap_or(f64::NAN))
}

fn device_name() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let name = model.map(|rest| rest.trim_start_matches([' ', '\t', ':']).trim());
    match name {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => format!("CPU ({})", std::env::consts::ARCH),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_of_measured_runs_and_errors_come_through() {
        let mut n_runs = 0;
        let secs = median_secs(|| {
            n_runs += 1;
            Ok::<_, EngineError>(())
        });
        assert!(secs.expect("runs") < 1.0);
        assert!(n_runs >= 3);
        assert!(median_secs(|| Err(EngineError::EmptyBatch)).is_err());
    }

    #[test]
    fn maps_of_all_outputs_are_made_on_the_path_that_ships() {
        let architecture = NetworkSpec::new(11, 32, 2).expect("valid");
        let weights = arbitrary_weights(&architecture);
        let device = ComputeDevice::cpu_with_threads(1).expect("threads start");
        let classifier = classifier_of(&weights, &architecture, &device).expect("a network");
        let film: Vec<f32> = arbitrary(32 * 32).collect();
        let maps = score_with_maps(&classifier, &film).expect("scores");
        assert_eq!(maps.values().len(), 2);
        assert!(
            maps.values()
                .iter()
                .all(|map| map.side() == architecture.feature_side())
        );
        assert!(score_with_maps(&classifier, &[0.0]).is_err());
    }

    #[test]
    fn arbitrary_weights_are_a_whole_network() {
        let architecture = NetworkSpec::new(11, 32, 2).expect("valid");
        assert!(
            architecture
                .check(&arbitrary_weights(&architecture))
                .is_ok()
        );
        assert!(arbitrary(1000).all(|value| (-0.5..=0.5).contains(&value)));
    }
}

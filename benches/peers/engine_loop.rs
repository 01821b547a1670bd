//! Thorax behind the loop that `benches/peers/compare.py` drives: orders on standard input, one
//! line of answer each.

#![expect(clippy::print_stdout, reason = "the answers")]

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Instant;

use safetensors::SafeTensors;
use thorax::bench::{classifier_of, score_with_maps};
use thorax::model::{Classifier, ComputeDevice};
use thorax_engine::{
    Adam, Engine, EngineError, HostTensor, LossWeights, NamedTensors, NetworkSpec, Optimizer,
    ScoringPlan, TrainingPlan, TrainingState,
};

fn main() -> Result<(), Box<dyn Error>> {
    let n_threads = std::env::var("THREADS").map_or(Ok(2), |n| n.parse())?;
    let mut engine_loop = EngineLoop {
        engine: Arc::new(Engine::new(n_threads)?),
        architecture: NetworkSpec::new(56, 128, 14)?,
        weights: read("weights.safetensors")?,
        expected: read("expected.safetensors")?,
        scoring: None,
        maps: None,
        training: None,
    };
    for line in std::io::stdin().lines() {
        let line = line?;
        let answer = match *line.split_whitespace().collect::<Vec<_>>() {
            ["check"] => engine_loop.check()?,
            ["memory"] => peak_mib(),
            ["limit"] => engine_loop.engine.fma_gflops().to_string(),
            [order, n, times] => engine_loop.time(order, n.parse()?, times.parse()?)?,
            _ => return Err(format!("unknown order: {line}").into()),
        };
        println!("{answer}");
        std::io::stdout().flush()?;
    }
    Ok(())
}

struct EngineLoop {
    engine: Arc<Engine>,
    architecture: NetworkSpec,
    weights: NamedTensors,
    expected: NamedTensors,
    scoring: Option<ScoringPlan>,
    /// Classifier of the same weights, which makes maps as the window does.
    maps: Option<Classifier>,
    training: Option<(TrainingPlan, TrainingState)>,
}

impl EngineLoop {
    fn get(&self, name: &str) -> Result<&[f32], EngineError> {
        let tensor = self.expected.get(name);
        let tensor = tensor.ok_or_else(|| EngineError::MissingTensor(name.into()))?;
        Ok(&tensor.values)
    }

    fn loss(&self) -> Result<LossWeights, EngineError> {
        let (positive, negative) = (
            self.get("positive")?.to_vec(),
            self.get("negative")?.to_vec(),
        );
        Ok(LossWeights {
            positive,
            negative,
            l2: 0.0,
            focal_gamma: 0.0,
        })
    }

    fn scoring_plan(&self) -> Result<ScoringPlan, EngineError> {
        ScoringPlan::new(&self.weights, self.architecture, Arc::clone(&self.engine))
    }

    /// Milliseconds of each of `times` runs.
    fn time(&mut self, order: &str, n: usize, times: usize) -> Result<String, Box<dyn Error>> {
        let films = self
            .get("films")?
            .get(..n * 128 * 128)
            .ok_or("at most 32 films")?
            .to_vec();
        let labels = self
            .get("labels")?
            .get(..n * 14)
            .ok_or("at most 32 films")?
            .to_vec();
        let (loss, optimizer) = (
            self.loss()?,
            Optimizer::Adam(Adam::with_learning_rate(1e-4)),
        );
        if order == "train" && self.training.is_none() {
            let plan = TrainingPlan::new(self.architecture, n, Arc::clone(&self.engine))?;
            let state = TrainingState::new(&self.architecture, self.weights.clone())?;
            self.training = Some((plan, state));
        } else if order == "maps" && self.maps.is_none() {
            let device = ComputeDevice::cpu_with_threads(self.engine.n_threads())?;
            self.maps = Some(classifier_of(&self.weights, &self.architecture, &device)?);
        } else if order == "score" && self.scoring.is_none() {
            self.scoring = Some(self.scoring_plan()?);
        }
        let mut took = Vec::new();
        for _ in 0..times {
            let start = Instant::now();
            match (order, &mut self.scoring, &self.maps, &mut self.training) {
                ("score", Some(plan), _, _) => drop(plan.score(&films)?.len()),
                ("maps", _, Some(classifier), _) => drop(score_with_maps(classifier, &films)?),
                ("train", _, _, Some((plan, state))) => {
                    plan.step(state, &films, &labels, &loss, &optimizer)?;
                }
                _ => return Err(format!("unknown order: {order}").into()),
            }
            took.push(format!("{:.3}", start.elapsed().as_secs_f64() * 1e3));
        }
        Ok(took.join(" "))
    }

    /// How far scores, the last activation, loss and gradients are from PyTorch's in `f64`.
    fn check(&self) -> Result<String, Box<dyn Error>> {
        let mut plan = self.scoring_plan()?;
        let films = self.get("films")?;
        let logits = plan.score(films)?;
        let scores: Vec<f32> = logits.iter().map(|z| 1.0 / (1.0 + (-z).exp())).collect();
        let scores = largest_difference(&scores, self.get("scores")?);
        let film = films.get(..128 * 128).ok_or("no films")?;
        let want = self.get("activation")?;
        let activation = largest_difference(plan.score_film(film)?.activation, want);
        let range = want.iter().copied().fold(0.0, f32::max);
        drop(plan);

        let mut plan = TrainingPlan::new(self.architecture, 4, Arc::clone(&self.engine))?;
        let (films, labels) = (
            films.get(..4 * 128 * 128),
            self.get("labels")?.get(..4 * 14),
        );
        let (films, labels) = (films.ok_or("no films")?, labels.ok_or("no labels")?);
        let loss = plan.gradients_of(&mut self.weights.clone(), films, labels, &self.loss()?)?;
        let want_loss = self.get("loss")?.first().copied().unwrap_or(f32::NAN);
        let mut worst = (0.0, "");
        for (name, gradient) in plan.gradients() {
            let is_zero = name.ends_with("bias") && !name.contains("bn") && !name.contains("dense");
            let error = relative_error(&gradient.values, self.get(&format!("grad/{name}"))?);
            if !is_zero && error > worst.0 {
                worst = (error, name);
            }
        }
        Ok(format!(
            "scores differ by {scores:.1e}, last activation by {activation:.1e} of {range:.2}; \
             loss {:.7} for {want_loss:.7}, worst gradient {} by {:.1e} of its length",
            loss.cross_entropy, worst.1, worst.0
        ))
    }
}

fn read(path: &str) -> Result<NamedTensors, Box<dyn Error>> {
    let bytes = std::fs::read(path)?;
    let mut tensors = BTreeMap::new();
    for (name, view) in SafeTensors::deserialize(&bytes)?.iter() {
        let values = view
            .data()
            .as_chunks()
            .0
            .iter()
            .copied()
            .map(f32::from_le_bytes)
            .collect();
        tensors.insert(
            name.to_owned(),
            HostTensor {
                shape: view.shape().to_vec(),
                values,
            },
        );
    }
    Ok(tensors)
}

fn largest_difference(got: &[f32], want: &[f32]) -> f32 {
    got.iter()
        .zip(want)
        .map(|(got, want)| (got - want).abs())
        .fold(0.0, f32::max)
}

fn relative_error(got: &[f32], want: &[f32]) -> f64 {
    let length = |values: &mut dyn Iterator<Item = f32>| -> f64 {
        values
            .map(|value| f64::from(value).powi(2))
            .sum::<f64>()
            .sqrt()
    };
    length(&mut got.iter().zip(want).map(|(got, want)| got - want))
        / length(&mut want.iter().copied())
}

fn peak_mib() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status
        .split("VmHWM:")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next());
    kib.and_then(|kib| kib.parse::<usize>().ok())
        .map_or("?".into(), |kib| (kib / 1024).to_string())
}

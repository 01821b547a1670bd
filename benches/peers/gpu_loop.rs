//! Thorax on a GPU behind the loop that `benches/peers/gpu.py` drives: orders on standard input,
//! one line of answer each. Never run on a GPU so far.
//!
//! `PRECISION`: f32, tf32 or bf16. `DEVICE=reference` runs the same by candle on the processor.

#![expect(clippy::print_stdout, reason = "the answers")]

use std::error::Error;
use std::io::Write as _;
use std::time::Instant;

use candle_core::Tensor;
use safetensors::SafeTensors;
use thorax::domain::sigmoid;
use thorax::model::{CandleTraining, ComputeDevice, Precision, ResNetV2};
use thorax_engine::{
    Adam, HostTensor, LossWeights, NamedTensors, NetworkSpec, Optimizer, ScoringPlan, TrainingState,
};

const SIDE: usize = 128;
const N_OUTPUTS: usize = 14;

fn main() -> Result<(), Box<dyn Error>> {
    let precision = match std::env::var("PRECISION").as_deref() {
        Ok("tf32") => Precision::Tf32,
        Ok("bf16") => Precision::Bf16,
        _ => Precision::F32,
    };
    let mut gpu_loop = GpuLoop {
        device: match std::env::var("DEVICE").as_deref() {
            Ok("reference") => ComputeDevice::reference(),
            _ => ComputeDevice::cuda(precision)?,
        },
        precision,
        config: NetworkSpec::new(56, SIDE, N_OUTPUTS)?,
        weights: read("weights.safetensors")?,
        expected: read("expected.safetensors")?,
        scoring: None,
        training: None,
    };
    for line in std::io::stdin().lines() {
        let line = line?;
        let answer = match *line.split_whitespace().collect::<Vec<_>>() {
            ["check"] => gpu_loop.check()?.to_string(),
            [order, n, times] => gpu_loop.time(order, n.parse()?, times.parse()?)?,
            _ => return Err(format!("unknown order: {line}").into()),
        };
        println!("{answer}");
        std::io::stdout().flush()?;
    }
    Ok(())
}

struct GpuLoop {
    device: ComputeDevice,
    precision: Precision,
    config: NetworkSpec,
    weights: NamedTensors,
    expected: NamedTensors,
    scoring: Option<ResNetV2>,
    training: Option<(CandleTraining, TrainingState)>,
}

impl GpuLoop {
    /// The first `n` times `len` values, the films there are over and over.
    fn repeated(&self, name: &str, n: usize, len: usize) -> Result<Vec<f32>, Box<dyn Error>> {
        let tensor = self.expected.get(name).ok_or("missing tensor")?;
        Ok(tensor
            .values
            .iter()
            .copied()
            .cycle()
            .take(n * len)
            .collect())
    }

    /// Logits of a batch; waits for the device, since it hands them to the host.
    fn score(&mut self, films: &[f32]) -> Result<Vec<f32>, Box<dyn Error>> {
        let device = self.device.candle();
        let network = match self.scoring.take() {
            Some(network) => network,
            None => ResNetV2::from_weights_at(&self.config, self.precision, &self.weights, device)?,
        };
        let shape = (films.len() / (SIDE * SIDE), 1, SIDE, SIDE);
        let xs = Tensor::from_slice(films, shape, device)?;
        let logits = network.forward_t(&xs, false)?.flatten_all()?.to_vec1()?;
        self.scoring = Some(network);
        Ok(logits)
    }

    fn train(&mut self, films: &[f32], labels: &[f32]) -> Result<(), Box<dyn Error>> {
        let (mut training, mut state) = if let Some(training) = self.training.take() {
            training
        } else {
            let state = TrainingState::new(&self.config, self.weights.clone())?;
            (CandleTraining::new(self.config, &self.device)?, state)
        };
        let loss = LossWeights {
            positive: self.repeated("positive", 1, N_OUTPUTS)?,
            negative: self.repeated("negative", 1, N_OUTPUTS)?,
            ..LossWeights::default()
        };
        let optimizer = Optimizer::Adam(Adam::with_learning_rate(1e-4));
        training.step(&mut state, films, labels, &loss, &optimizer)?;
        self.training = Some((training, state));
        Ok(())
    }

    /// Milliseconds of each of `times` runs.
    fn time(&mut self, order: &str, n: usize, times: usize) -> Result<String, Box<dyn Error>> {
        let films = self.repeated("films", n, SIDE * SIDE)?;
        let labels = self.repeated("labels", n, N_OUTPUTS)?;
        let mut took = Vec::new();
        for _ in 0..times {
            let start = Instant::now();
            match order {
                "score" => drop(self.score(&films)?),
                "train" => self.train(&films, &labels)?,
                _ => return Err(format!("unknown order: {order}").into()),
            }
            took.push(format!("{:.3}", start.elapsed().as_secs_f64() * 1e3));
        }
        Ok(took.join(" "))
    }

    /// Largest difference of a score from the engine's on the processor, over 32 films.
    fn check(&mut self) -> Result<f32, Box<dyn Error>> {
        let films = self.repeated("films", 32, SIDE * SIDE)?;
        let processor = ComputeDevice::cpu();
        let engine = processor.engine().ok_or("no engine")?;
        let mut plan = ScoringPlan::new(&self.weights, self.config, engine.clone())?;
        let want = plan.score(&films)?.to_vec();
        let pairs = self.score(&films)?.into_iter().zip(want);
        let differences = pairs.map(|(got, want)| (sigmoid(got) - sigmoid(want)).abs());
        Ok(differences.fold(0.0, f32::max))
    }
}

fn read(path: &str) -> Result<NamedTensors, Box<dyn Error>> {
    let bytes = std::fs::read(path)?;
    let mut tensors = NamedTensors::new();
    for (name, view) in SafeTensors::deserialize(&bytes)?.iter() {
        let values = view.data().as_chunks().0.iter().copied();
        let tensor = HostTensor {
            shape: view.shape().to_vec(),
            values: values.map(f32::from_le_bytes).collect(),
        };
        tensors.insert(name.to_owned(), tensor);
    }
    Ok(tensors)
}

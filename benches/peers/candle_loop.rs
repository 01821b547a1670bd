//! Plain candle behind the loop that `benches/peers/compare.py` drives, as `engine_loop.rs` is.

#![expect(clippy::print_stdout, reason = "the answers")]

mod plain_candle;

use std::error::Error;
use std::io::Write as _;
use std::time::Instant;

use candle_core::safetensors::load;
use candle_core::{DType, Device, Tensor};
use candle_nn::{AdamW, Optimizer as _, ParamsAdamW, VarBuilder, VarMap};

use plain_candle::PlainResNet;

fn main() -> Result<(), Box<dyn Error>> {
    let expected = load("expected.safetensors", &Device::Cpu)?;
    let expected = |name: &str| expected.get(name).ok_or(format!("{name} is missing"));
    let weights = load("weights.safetensors", &Device::Cpu)?;
    let weights = VarBuilder::from_tensors(weights, DType::F32, &Device::Cpu);
    let network = PlainResNet::new(&weights)?;
    let films = expected("films")?;
    let mut training = Training::new()?;

    for line in std::io::stdin().lines() {
        let line = line?;
        let answer = match *line.split_whitespace().collect::<Vec<_>>() {
            ["check"] => {
                let logits = network.forward_t(films, false)?;
                let scores = candle_nn::ops::sigmoid(&logits)?;
                let error = (scores - expected("scores")?)?.abs()?.max_all()?;
                format!("scores differ by {:.1e}", error.to_scalar::<f32>()?)
            }
            ["memory"] => peak_mib(),
            [order @ ("score" | "train"), n, times] => {
                let n = n.parse()?;
                let films = films.narrow(0, 0, n)?.contiguous()?;
                let labels = expected("labels")?.narrow(0, 0, n)?.contiguous()?;
                let mut took = Vec::new();
                for _ in 0..times.parse()? {
                    let start = Instant::now();
                    if order == "score" {
                        network.forward_t(&films, false)?.to_vec2::<f32>()?;
                    } else {
                        training.step(&films, &labels, expected("positive")?)?;
                    }
                    took.push(format!("{:.3}", start.elapsed().as_secs_f64() * 1e3));
                }
                took.join(" ")
            }
            _ => return Err(format!("unknown order: {line}").into()),
        };
        println!("{answer}");
        std::io::stdout().flush()?;
    }
    Ok(())
}

struct Training {
    network: PlainResNet,
    adam: AdamW,
}

impl Training {
    fn new() -> candle_core::Result<Self> {
        let variables = VarMap::new();
        let vb = VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu);
        let network = PlainResNet::new(&vb)?;
        // Without decay it is Adam.
        let parameters = ParamsAdamW {
            lr: 1e-4,
            weight_decay: 0.0,
            ..ParamsAdamW::default()
        };
        let adam = AdamW::new(variables.all_vars(), parameters)?;
        Ok(Self { network, adam })
    }

    /// The weighted loss of `network.py`, stable at any logit.
    fn step(
        &mut self,
        films: &Tensor,
        labels: &Tensor,
        positive: &Tensor,
    ) -> candle_core::Result<f32> {
        let logits = self.network.forward_t(films, true)?;
        let tail = (logits.abs()?.neg()?.exp()? + 1.0)?.log()?;
        let if_negative = (logits.relu()? + tail)?;
        let if_positive = (&if_negative - &logits)?;
        let negative = (1.0 - positive)?;
        let by_positive = labels.broadcast_mul(positive)?;
        let by_negative = (1.0 - labels)?.broadcast_mul(&negative)?;
        let loss = ((by_positive * if_positive)? + (by_negative * if_negative)?)?.mean_all()?;
        self.adam.backward_step(&loss)?;
        loss.to_scalar()
    }
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

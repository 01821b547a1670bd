//! The network in plain `f64` loops, for tests to be held against: slow, short, obvious.

use std::collections::BTreeMap;

use super::named_tensors::{HostTensor, NamedTensors};
use super::network_spec::{CELL, NetworkSpec};

/// Numbers in `[0, 1)` that depend on the seed alone (splitmix64).
pub(super) struct Noise(pub u64);

impl Noise {
    pub fn uniform(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32
    }

    /// Uniform with mean 0 and standard deviation 1.
    pub fn spread(&mut self) -> f32 {
        (self.uniform() - 0.5) * 12f32.sqrt()
    }

    pub fn films(&mut self, spec: &NetworkSpec, n_films: usize) -> Vec<f32> {
        let len = n_films * spec.side() * spec.side();
        (0..len).map(|_| self.uniform()).collect()
    }
}

/// Random weights whose running statistics are those of two random films, so that activations keep
/// a natural range.
pub(super) fn random_weights(spec: &NetworkSpec, seed: u64) -> NamedTensors {
    let mut noise = Noise(seed);
    let mut weights: NamedTensors = spec
        .tensors()
        .into_iter()
        .map(|(name, shape)| {
            let n_values = shape.iter().product();
            let fan_in: usize = shape.iter().skip(1).product();
            let is_norm = name.contains(".bn");
            let values = (0..n_values).map(|_| match (is_norm, name.ends_with("weight")) {
                (true, true) => 1.0 + 0.2 * noise.spread(),
                (false, true) => (2.0 / fan_in as f32).sqrt() * noise.spread(),
                _ => 0.1 * noise.spread(),
            });
            let values = values.collect();
            (name, HostTensor { shape, values })
        })
        .collect();
    let films = noise.films(spec, 2);
    let statistics = forward(&weights, spec, &films, Norm::Batch).statistics;
    for (name, (mean, variance)) in statistics {
        for (part, values) in [("running_mean", mean), ("running_var", variance)] {
            if let Some(tensor) = weights.get_mut(&format!("{name}.{part}")) {
                tensor.values = values.iter().map(|&value| value as f32).collect();
            }
        }
    }
    weights
}

/// Which statistics batch norm uses.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Norm {
    Running,
    Batch,
}

pub(super) struct PlainOutputs {
    /// `(film, output)`.
    pub logits: Vec<f64>,
    /// `(film, h, w, c)`.
    pub activation: Vec<f64>,
    /// Mean and biased variance of the batch at every norm.
    pub statistics: BTreeMap<String, (Vec<f64>, Vec<f64>)>,
}

/// Activations `(film, row, column, channel)` of square maps.
#[derive(Clone)]
struct Maps {
    side: usize,
    channels: usize,
    values: Vec<f64>,
}

struct Pass<'a> {
    weights: &'a NamedTensors,
    epsilon: f64,
    norm: Norm,
    statistics: BTreeMap<String, (Vec<f64>, Vec<f64>)>,
}

pub(super) fn forward(
    weights: &NamedTensors,
    spec: &NetworkSpec,
    films: &[f32],
    norm: Norm,
) -> PlainOutputs {
    let epsilon = f64::from(spec.epsilon());
    let mut pass = Pass {
        weights,
        epsilon,
        norm,
        statistics: BTreeMap::new(),
    };
    let values = films.iter().map(|&value| f64::from(value)).collect();
    let xs = Maps {
        side: spec.side(),
        channels: 1,
        values,
    };
    let mut xs = pass.norm_relu(&pass.convolve(&xs, "stem.conv", 1), "stem.bn");
    for id in spec.blocks() {
        let ys = if id.has_first_norm() {
            pass.norm_relu(&xs, &id.name("bn1"))
        } else {
            xs.clone()
        };
        let ys = pass.convolve(&ys, &id.name("conv1"), id.stride());
        let ys = pass.norm_relu(&ys, &id.name("bn2"));
        let ys = pass.convolve(&ys, &id.name("conv2"), 1);
        let ys = pass.norm_relu(&ys, &id.name("bn3"));
        let mut ys = pass.convolve(&ys, &id.name("conv3"), 1);
        if id.is_first() {
            xs = pass.convolve(&xs, &id.name("shortcut"), id.stride());
        }
        for (y, x) in ys.values.iter_mut().zip(&xs.values) {
            *y += x;
        }
        xs = ys;
    }
    let activation = pass.norm_relu(&xs, "head.bn");
    let logits = pass.head(&activation);
    PlainOutputs {
        logits,
        activation: activation.values,
        statistics: pass.statistics,
    }
}

impl Pass<'_> {
    fn get(&self, name: &str) -> &HostTensor {
        &self.weights[name]
    }

    fn convolve(&self, xs: &Maps, name: &str, stride: usize) -> Maps {
        let kernel = self.get(&format!("{name}.weight"));
        let bias = &self.get(&format!("{name}.bias")).values;
        let (n_out, n_in, width) = (kernel.shape[0], kernel.shape[1], kernel.shape[2]);
        // (row, column, input, output), so that the inner loop is over neighbors.
        let mut by_tap = vec![0.0; width * width * n_in * n_out];
        for output in 0..n_out {
            for input in 0..n_in {
                for k in 0..width * width {
                    let value = kernel.values[(output * n_in + input) * width * width + k];
                    by_tap[(k * n_in + input) * n_out + output] = f64::from(value);
                }
            }
        }
        let (side, out_side, border) = (xs.side, xs.side / stride, width / 2);
        let n_films = xs.values.len() / (side * side * n_in);
        let mut values = Vec::with_capacity(n_films * out_side * out_side * n_out);
        for at in 0..n_films * out_side * out_side {
            let (film, i0, j0) = (
                at / out_side / out_side,
                at / out_side % out_side,
                at % out_side,
            );
            let mut sums: Vec<f64> = bias.iter().map(|&bias| f64::from(bias)).collect();
            for k in 0..width * width {
                let (i, j) = (i0 * stride + k / width, j0 * stride + k % width);
                if i < border || j < border || i >= side + border || j >= side + border {
                    continue;
                }
                let pixel = ((film * side + i - border) * side + j - border) * n_in;
                for input in 0..n_in {
                    let x = xs.values[pixel + input];
                    let row = &by_tap[(k * n_in + input) * n_out..][..n_out];
                    for (sum, tap) in sums.iter_mut().zip(row) {
                        *sum += x * tap;
                    }
                }
            }
            values.extend(sums);
        }
        Maps {
            side: out_side,
            channels: n_out,
            values,
        }
    }

    fn norm_relu(&mut self, xs: &Maps, name: &str) -> Maps {
        let part = |part: &str| -> Vec<f64> {
            let values = &self.get(&format!("{name}.{part}")).values;
            values.iter().map(|&value| f64::from(value)).collect()
        };
        let (weight, bias) = (part("weight"), part("bias"));
        let (mean, variance) = match self.norm {
            Norm::Running => (part("running_mean"), part("running_var")),
            Norm::Batch => statistics(xs),
        };
        let mut ys = xs.clone();
        for pixel in ys.values.chunks_exact_mut(xs.channels) {
            for (c, value) in pixel.iter_mut().enumerate() {
                let unit = (*value - mean[c]) / (variance[c] + self.epsilon).sqrt();
                *value = (unit * weight[c] + bias[c]).max(0.0);
            }
        }
        self.statistics.insert(name.into(), (mean, variance));
        ys
    }

    fn head(&self, activation: &Maps) -> Vec<f64> {
        let (weights, bias) = (
            self.get("head.dense.weight"),
            &self.get("head.dense.bias").values,
        );
        let (side, channels) = (activation.side, activation.channels);
        let n_cells = side / CELL;
        let mut logits = Vec::new();
        for film in activation.values.chunks_exact(side * side * channels) {
            let mut pooled = vec![0.0; n_cells * n_cells * channels];
            for (pixel, values) in film.chunks_exact(channels).enumerate() {
                let cell = pixel / side / CELL * n_cells + pixel % side / CELL;
                for (mean, value) in pooled[cell * channels..].iter_mut().zip(values) {
                    *mean += value / (CELL * CELL) as f64;
                }
            }
            for (row, &bias) in weights.values.chunks_exact(pooled.len()).zip(bias) {
                let products = row.iter().zip(&pooled).map(|(&w, x)| f64::from(w) * x);
                logits.push(f64::from(bias) + products.sum::<f64>());
            }
        }
        logits
    }
}

fn statistics(xs: &Maps) -> (Vec<f64>, Vec<f64>) {
    let n = (xs.values.len() / xs.channels) as f64;
    let mean_of = |part: &dyn Fn(usize, f64) -> f64| -> Vec<f64> {
        let mut sums = vec![0.0; xs.channels];
        for pixel in xs.values.chunks_exact(xs.channels) {
            for (c, (sum, &value)) in sums.iter_mut().zip(pixel).enumerate() {
                *sum += part(c, value);
            }
        }
        sums.iter().map(|sum| sum / n).collect()
    };
    let mean = mean_of(&|_, value| value);
    let variance = mean_of(&|c, value| (value - mean[c]).powi(2));
    (mean, variance)
}

/// Fails with the worst place when `got` and `want` differ by more than `tolerance` times the
/// largest value of `want`.
pub(super) fn assert_close(what: &str, got: &[f32], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len(), "{what}");
    let range = want
        .iter()
        .fold(0.0, |range: f64, value| range.max(value.abs()));
    let errors = got
        .iter()
        .zip(want)
        .map(|(&got, want)| (f64::from(got) - want).abs());
    let Some((at, error)) = errors.enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b)) else {
        return;
    };
    assert!(
        error <= tolerance * range,
        "{what}: {} instead of {} at {at} of {}, range {range}",
        got[at],
        want[at],
        got.len()
    );
}

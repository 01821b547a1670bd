use std::sync::LazyLock;

use super::Severity;
use crate::domain::Remedy;

/// Inputs of the network: the pixels that it looks at.
const N_INPUTS: usize = Appearance::SIDE * Appearance::SIDE;
/// Hidden units: those of two networks of 64 whose outputs are averaged.
const N_HIDDEN: usize = 128;
/// What it tells apart.
const N_KINDS: usize = 7;
/// Probability of an upright frontal film below which a film is doubtful: something else is as
/// likely. 0.7 % of 1,006 validation films are below it.
const DOUBTFUL_BELOW: f64 = 0.5;
/// Below which it is refused: 0.1 % of them are.
const REFUSED_BELOW: f64 = 0.02;
/// Spread of grays below which nothing is to be seen.
const LEAST_SPREAD: f64 = 1.0;

/// Made by `assets/fit_input_check.py`, 16 bits each: hidden weights and biases, then those of the
/// outputs.
const WEIGHTS: &[u8] = include_bytes!("../../../assets/input_check.bin");
const _: () = {
    let n_numbers = (N_INPUTS + 1) * N_HIDDEN + (N_HIDDEN + 1) * N_KINDS;
    assert!(WEIGHTS.len() == 2 * n_numbers);
};
/// The network, decoded when the first film is looked at.
static LAYERS: LazyLock<[Layer; 2]> = LazyLock::new(|| {
    let (numbers, _) = WEIGHTS.as_chunks::<2>();
    let mut numbers = numbers
        .iter()
        .map(|bytes| binary16(u16::from_le_bytes(*bytes)));
    let mut layer = |n_inputs, n_outputs| Layer::read(&mut numbers, n_inputs, n_outputs);
    [layer(N_INPUTS, N_HIDDEN), layer(N_HIDDEN, N_KINDS)]
});

/// Sums of weighted inputs, one for each output.
struct Layer {
    /// Those of the first input for all outputs, then those of the second and so on.
    weights: Vec<f32>,
    /// One for each output.
    biases: Vec<f32>,
}

impl Layer {
    fn read(numbers: &mut impl Iterator<Item = f32>, n_inputs: usize, n_outputs: usize) -> Self {
        Self {
            weights: numbers.take(n_inputs * n_outputs).collect(),
            biases: numbers.take(n_outputs).collect(),
        }
    }

    fn outputs(&self, inputs: &[f64]) -> Vec<f64> {
        let mut sums: Vec<f64> = self.biases.iter().map(|&bias| f64::from(bias)).collect();
        let rows = self.weights.chunks_exact(self.biases.len().max(1));
        for (row, input) in rows.zip(inputs) {
            for (sum, &weight) in sums.iter_mut().zip(row) {
                *sum += f64::from(weight) * input;
            }
        }
        sums
    }
}

/// The value of a finite number of 16 bits (IEEE 754 binary16).
fn binary16(bits: u16) -> f32 {
    let exponent = i32::from((bits >> 10) & 0x1f);
    let fraction = f32::from(bits & 0x3ff);
    let size = match exponent {
        0 => fraction * 2_f32.powi(-24),
        _ => (1024.0 + fraction) * 2_f32.powi(exponent - 25),
    };
    if bits >> 15 == 0 { size } else { -size }
}

/// What a picture looks like to a small network of two layers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Appearance {
    probabilities: [f64; N_KINDS],
}

/// What it looks like most, apart from an upright film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    Upright,
    Turned90,
    Turned180,
    Turned270,
    Inverted,
    Cropped,
    NoFilm,
}

impl Likeness {
    /// What would bring such a film upright, with black air.
    pub fn remedy(self) -> Option<Remedy> {
        match self {
            Self::Turned90 => Some(Remedy::Rotate(3)),
            Self::Turned180 => Some(Remedy::Rotate(2)),
            Self::Turned270 => Some(Remedy::Rotate(1)),
            Self::Inverted => Some(Remedy::Invert),
            Self::Upright | Self::Cropped | Self::NoFilm => None,
        }
    }
}

impl Appearance {
    /// Side of the picture that the network is fed.
    pub const SIDE: usize = 24;

    /// Looks at `SIDE * SIDE` grays, row by row; `None` where there is nothing to see.
    pub fn of(grays: &[u8]) -> Option<Self> {
        let inputs = standardized(grays)?;
        let [first, second] = &*LAYERS;
        let hidden = first.outputs(&inputs).into_iter().map(|sum| sum.max(0.0));
        let outputs = second.outputs(&hidden.collect::<Vec<f64>>());
        Some(Self {
            probabilities: softmax(&outputs),
        })
    }

    /// How much its looks speak against it; a note where they do not.
    pub fn severity(&self) -> Severity {
        let [upright, ..] = self.probabilities;
        if upright < REFUSED_BELOW {
            Severity::Refusal
        } else if upright < DOUBTFUL_BELOW {
            Severity::Warning
        } else {
            Severity::Note
        }
    }

    /// What it looks like most, apart from an upright film.
    pub fn likeness(&self) -> Likeness {
        let kinds = [
            Likeness::Turned90,
            Likeness::Turned180,
            Likeness::Turned270,
            Likeness::Inverted,
            Likeness::Cropped,
            Likeness::NoFilm,
        ];
        let others = self.probabilities.iter().skip(1).zip(kinds);
        let most = others.max_by(|(a, _), (b, _)| a.total_cmp(b));
        most.map_or(Likeness::Upright, |(_, kind)| kind)
    }

    /// Of each kind, in the order of the fit; they add up to 1.
    #[cfg(test)]
    pub fn probabilities(&self) -> [f64; N_KINDS] {
        self.probabilities
    }
}

/// Mean 0 and standard deviation 1; `None` where grays hardly differ.
fn standardized(grays: &[u8]) -> Option<Vec<f64>> {
    let n = grays.len().max(1) as f64;
    let mean = grays.iter().map(|&gray| f64::from(gray)).sum::<f64>() / n;
    let centered: Vec<f64> = grays.iter().map(|&gray| f64::from(gray) - mean).collect();
    let spread = (centered.iter().map(|value| value * value).sum::<f64>() / n).sqrt();
    let scaled = centered.into_iter().map(|value| value / spread);
    (spread >= LEAST_SPREAD).then(|| scaled.collect())
}

fn softmax(outputs: &[f64]) -> [f64; N_KINDS] {
    let top = outputs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut probabilities = [0.0; N_KINDS];
    for (to, output) in probabilities.iter_mut().zip(outputs) {
        *to = (output - top).exp();
    }
    let sum: f64 = probabilities.iter().sum();
    probabilities.map(|value| value / sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_16_bits_have_their_values() {
        let check = |bits, expected: f32| assert_eq!(binary16(bits).to_bits(), expected.to_bits());
        check(0x0000, 0.0);
        check(0x3c00, 1.0);
        check(0xc000, -2.0);
        check(0x3555, 0.333_251_95);
        check(0x0001, 2_f32.powi(-24));
        check(0x03ff, 1023.0 * 2_f32.powi(-24));
        check(0x7bff, 65_504.0);
    }
}

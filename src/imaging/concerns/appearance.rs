use super::Severity;
use crate::domain::Remedy;

/// Hidden units of the network.
const N_HIDDEN: usize = 40;
/// What it tells apart.
const N_KINDS: usize = 7;
/// Probability of an upright frontal film below which a film is doubtful: 0.5 % of 218 validation
/// films are.
const DOUBTFUL_BELOW: f64 = 0.3;
/// Below which it is refused: no validation film is.
const REFUSED_BELOW: f64 = 0.005;
/// Spread of grays below which nothing is to be seen.
const LEAST_SPREAD: f64 = 1.0;

/// Made by `assets/fit_input_check.py`: hidden weights and biases, then those of the outputs.
const WEIGHTS: &[u8] = include_bytes!("../../../assets/input_check.bin");

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
        let (numbers, _) = WEIGHTS.as_chunks::<4>();
        let mut numbers = numbers
            .iter()
            .map(|bytes| f64::from(f32::from_le_bytes(*bytes)));
        let mut layer = |inputs: &[f64], n_outputs: usize| -> Vec<f64> {
            let weights: Vec<f64> = numbers.by_ref().take(inputs.len() * n_outputs).collect();
            let biases: Vec<f64> = numbers.by_ref().take(n_outputs).collect();
            let rows = weights.chunks_exact(inputs.len().max(1));
            let dot = |row: &[f64]| row.iter().zip(inputs).map(|(w, x)| w * x).sum::<f64>();
            rows.zip(biases)
                .map(|(row, bias)| dot(row) + bias)
                .collect()
        };
        let hidden = layer(&inputs, N_HIDDEN);
        let hidden: Vec<f64> = hidden.into_iter().map(|value| value.max(0.0)).collect();
        let outputs = layer(&hidden, N_KINDS);
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

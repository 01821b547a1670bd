//! The parts of a step, of several processes or one after the other in one, and what the processes tell each other: all go
//! on with the same weights.

use super::TrainError;
use thorax_engine::{HostTensor, NamedTensors, is_trainable};
use thorax_ranks::{Ranks, RanksError};

/// What is known of one part of a step's batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepPart {
    /// Mean over the known labels of its films.
    pub cross_entropy: f64,
    /// The penalty, the same for all with films.
    pub penalty: f64,
    /// How many labels of its films are known.
    pub n_known: usize,
    /// Logits `(film, label)`.
    pub logits: Vec<f32>,
    /// The labels of these films.
    pub truth: Vec<f32>,
}

impl StepPart {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(24 + 8 * self.logits.len());
        bytes.extend(self.cross_entropy.to_le_bytes());
        bytes.extend(self.penalty.to_le_bytes());
        bytes.extend((self.n_known as u64).to_le_bytes());
        let numbers = self.logits.iter().chain(&self.truth);
        bytes.extend(numbers.flat_map(|number| number.to_le_bytes()));
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (head, numbers) = bytes.split_first_chunk::<24>()?;
        let ([cross_entropy, penalty, n_known], _) = head.as_chunks::<8>() else {
            return None;
        };
        let (numbers, _) = numbers.as_chunks::<4>();
        let (logits, truth) = numbers.split_at(numbers.len() / 2);
        let floats = |of: &[[u8; 4]]| of.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
        Some(Self {
            cross_entropy: f64::from_le_bytes(*cross_entropy),
            penalty: f64::from_le_bytes(*penalty),
            n_known: usize::try_from(u64::from_le_bytes(*n_known)).ok()?,
            logits: floats(logits),
            truth: floats(truth),
        })
    }
}

/// All parts, in the order of their films.
#[derive(Clone, Debug, PartialEq)]
pub struct WholeStep(Vec<StepPart>);

impl WholeStep {
    /// Exchanges the parts of all processes.
    pub fn of(ranks: &Ranks, own: &StepPart) -> Result<Self, TrainError> {
        if ranks.size() == 1 {
            return Ok(Self(vec![own.clone()]));
        }
        let parts = ranks.gather(&own.to_bytes())?;
        let parts: Option<Vec<_>> = parts
            .iter()
            .map(|bytes| StepPart::from_bytes(bytes))
            .collect();
        let parts =
            parts.ok_or_else(|| TrainError::Value("a process sent a broken step".to_owned()))?;
        Ok(Self(parts))
    }

    /// How much each process's gradient counts: its known labels, over which its loss is a mean.
    pub fn weights(&self) -> Vec<f64> {
        self.0.iter().map(|part| part.n_known as f64).collect()
    }

    /// Mean over all known labels, and the penalty; not finite where any part's is not.
    pub fn loss(&self) -> (f64, f64) {
        if let [only] = self.0.as_slice() {
            return (only.cross_entropy, only.penalty);
        }
        let with_films = || self.0.iter().filter(|part| !part.logits.is_empty());
        let n_known: usize = with_films().map(|part| part.n_known).sum();
        let sum: f64 = with_films()
            .map(|part| part.cross_entropy * part.n_known as f64)
            .sum();
        let penalty = with_films().map(|part| part.penalty).next();
        (sum / n_known.max(1) as f64, penalty.unwrap_or_default())
    }

    /// Logits of the whole batch, in the order of its films.
    pub fn logits(&self) -> impl Iterator<Item = f32> {
        self.0.iter().flat_map(|part| part.logits.iter().copied())
    }

    /// Its labels.
    pub fn truth(&self) -> impl Iterator<Item = f32> {
        self.0.iter().flat_map(|part| part.truth.iter().copied())
    }

    /// 1 for each process that had films, 0 for the others: how much its running statistics count.
    fn had_films(&self) -> Vec<f64> {
        let had = |part: &StepPart| f64::from(u8::from(!part.logits.is_empty()));
        self.0.iter().map(had).collect()
    }
}

impl From<Vec<StepPart>> for WholeStep {
    /// Parts that one process has taken one after the other.
    fn from(parts: Vec<StepPart>) -> Self {
        Self(parts)
    }
}

impl From<WholeStep> for StepPart {
    /// All parts as one.
    fn from(step: WholeStep) -> Self {
        let (cross_entropy, penalty) = step.loss();
        Self {
            cross_entropy,
            penalty,
            n_known: step.0.iter().map(|part| part.n_known).sum(),
            logits: step.logits().collect(),
            truth: step.truth().collect(),
        }
    }
}

/// Gradients of nothing: in a message, the place of a process without films.
pub fn no_gradients(parameters: &NamedTensors) -> NamedTensors {
    let learned = parameters.iter().filter(|(name, _)| is_trainable(name));
    let zeros = learned.map(|(name, tensor)| {
        let zeros = HostTensor {
            shape: tensor.shape.clone(),
            values: vec![0.0; tensor.values.len()],
        };
        (name.clone(), zeros)
    });
    zeros.collect()
}

/// The gradient of the whole batch in place of that of a part.
pub fn mean_gradients(
    ranks: &Ranks,
    gradients: &mut NamedTensors,
    step: &WholeStep,
) -> Result<(), RanksError> {
    // Nothing is known of any label: the penalty's gradient alone, of the first with films.
    let weights = step.weights();
    let weights = if weights.iter().any(|weight| *weight > 0.0) {
        weights
    } else {
        step.had_films()
    };
    mean_of(ranks, gradients, |_| true, &weights)
}

/// Running statistics as the mean of those that the processes have after the step.
pub fn mean_running_statistics(
    ranks: &Ranks,
    parameters: &mut NamedTensors,
    step: &WholeStep,
) -> Result<(), RanksError> {
    mean_of(
        ranks,
        parameters,
        |name| !is_trainable(name),
        &step.had_films(),
    )
}

/// All chosen tensors in one message.
fn mean_of(
    ranks: &Ranks,
    tensors: &mut NamedTensors,
    chosen: impl Fn(&str) -> bool,
    weights: &[f64],
) -> Result<(), RanksError> {
    let mut values = chosen_values(tensors, &chosen);
    ranks.weighted_mean(&mut values, weights)?;
    set_chosen(tensors, chosen, &values);
    Ok(())
}

/// The values of all tensors whose names are chosen, one tensor after the other.
pub fn chosen_values(tensors: &NamedTensors, chosen: impl Fn(&str) -> bool) -> Vec<f32> {
    let chosen = tensors.iter().filter(|(name, _)| chosen(name));
    chosen
        .flat_map(|(_, tensor)| tensor.values.iter().copied())
        .collect()
}

/// Puts values that [`chosen_values`] has given in their places.
pub fn set_chosen(tensors: &mut NamedTensors, chosen: impl Fn(&str) -> bool, values: &[f32]) {
    let mut values = values.iter();
    for (_, tensor) in tensors.iter_mut().filter(|(name, _)| chosen(name)) {
        for (place, value) in tensor.values.iter_mut().zip(&mut values) {
            *place = *value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(cross_entropy: f64, n_known: usize) -> StepPart {
        StepPart {
            cross_entropy,
            penalty: 0.25,
            n_known,
            logits: vec![0.5; n_known],
            truth: vec![1.0; n_known],
        }
    }

    #[test]
    fn a_part_survives_the_wire() {
        let mut part = part(0.125, 3);
        part.truth[1] = f32::NAN;
        let back = StepPart::from_bytes(&part.to_bytes()).unwrap();
        assert_eq!(back.to_bytes(), part.to_bytes());
        assert_eq!(back.n_known, 3);
        assert!(StepPart::from_bytes(&[0; 23]).is_none());
    }

    #[test]
    fn the_loss_of_a_step_is_the_mean_over_all_known_labels() {
        let step = WholeStep(vec![part(1.0, 2), part(4.0, 6), StepPart::default()]);
        assert_eq!(step.loss(), (3.25, 0.25));
        assert_eq!(step.weights(), [2.0, 6.0, 0.0]);
        assert_eq!(step.had_films(), [1.0, 1.0, 0.0]);
        assert_eq!(step.logits().count(), 8);
        let broken = WholeStep(vec![part(1.0, 2), part(f64::NAN, 6)]);
        assert!(!broken.loss().0.is_finite());
    }
}

//! One step, and the moving average after it.

use super::TrainError;
use super::checkpoint::Checkpoint;
use super::config::TrainConfig;
use super::stepper::Stepper;
use crate::dataset::Batch;
use crate::domain::sigmoid;
use thorax_engine::{BatchLoss, LossWeights, NamedTensors, gradient_norm};

/// Takes one step: gradients, clipping, optimizer, moving average; adds up the epoch's figures.
///
/// A loss that is not finite is handed back with the state spoilt: the caller stops.
pub fn take_step(
    stepper: &mut Stepper,
    config: &TrainConfig,
    loss: &LossWeights,
    learning_rate: f64,
    batch: &Batch,
    checkpoint: &mut Checkpoint,
) -> Result<BatchLoss, TrainError> {
    let state = &mut checkpoint.state;
    let parameters = &mut state.parameters;
    let batch_loss = stepper.gradients_of(parameters, &batch.pixels, &batch.targets, loss)?;
    if !batch_loss.total().is_finite() {
        return Ok(batch_loss);
    }
    let scale = clip_scale(config.clip_norm, stepper.gradients());
    let optimizer = config.optimizer_at(learning_rate);
    optimizer.update(stepper.gradients(), scale, state);
    if let Some(averaged) = &mut checkpoint.averaged {
        average(averaged, &state.parameters, config.ema_decay, state.n_steps);
    }
    let n_films = batch.films.len();
    checkpoint.place.loss_sum += batch_loss.cross_entropy * n_films as f64;
    checkpoint.place.n_films += n_films;
    let scores = stepper.logits().iter().map(|&logit| sigmoid(logit));
    checkpoint.scores.extend(scores);
    checkpoint.truth.extend_from_slice(&batch.truth);
    Ok(batch_loss)
}

/// Scale factor of gradients for clipping to `clip_norm`; 0 disables clipping.
fn clip_scale(clip_norm: f64, gradients: &NamedTensors) -> f32 {
    if clip_norm == 0.0 {
        return 1.0;
    }
    let norm = gradient_norm(gradients);
    if norm > clip_norm {
        (clip_norm / norm) as f32
    } else {
        1.0
    }
}

/// Moves the average by what `decay` does not keep. Early on it keeps less, `(1 + n) / (10 + n)`,
/// so that the weights of the very beginning are soon forgotten.
fn average(averaged: &mut NamedTensors, now: &NamedTensors, decay: f64, n_steps: u64) {
    let n_steps = n_steps as f64;
    let kept = decay.min((1.0 + n_steps) / (10.0 + n_steps)) as f32;
    for (name, averaged) in averaged {
        let now = now.get(name).map_or(&[][..], |tensor| &tensor.values);
        for (average, &value) in averaged.values.iter_mut().zip(now) {
            *average = kept * *average + (1.0 - kept) * value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use thorax_engine::HostTensor;

    fn tensors(values: &[f32]) -> NamedTensors {
        let tensor = HostTensor {
            shape: vec![values.len()],
            values: values.to_vec(),
        };
        NamedTensors::from([("w".to_owned(), tensor)])
    }

    #[test]
    fn long_gradients_are_shortened_and_short_ones_left_alone() {
        let gradients = tensors(&[3.0, 4.0]);
        assert_eq!(clip_scale(0.0, &gradients), 1.0);
        assert_eq!(clip_scale(10.0, &gradients), 1.0);
        assert_eq!(clip_scale(2.5, &gradients), 0.5);
    }

    #[test]
    fn the_average_forgets_its_beginning_and_is_slow_later() {
        let mut averaged = tensors(&[0.0]);
        average(&mut averaged, &tensors(&[1.0]), 0.99, 1);
        assert!((averaged["w"].values[0] - 9.0 / 11.0).abs() < 1e-6);
        let mut averaged = tensors(&[0.0]);
        average(&mut averaged, &tensors(&[1.0]), 0.99, 1_000_000);
        assert!((averaged["w"].values[0] - 0.01).abs() < 1e-6);
    }
}

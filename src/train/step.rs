//! One step, and the moving average after it.

use super::TrainError;
use super::averaged_weights::average;
use super::checkpoint::Checkpoint;
use super::config::TrainConfig;
use super::exchange::{WholeStep, mean_gradients, mean_running_statistics};
use super::own_step::{OwnStep, StepSetting};
use super::stepper::Stepper;
use crate::dataset::Batch;
use crate::domain::sigmoid;
use thorax_engine::{BatchLoss, LossWeights, NamedTensors, gradient_norm};
use thorax_ranks::Ranks;

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
    ranks: &Ranks,
) -> Result<BatchLoss, TrainError> {
    let state = &mut checkpoint.state;
    let parameters = &mut state.parameters;
    let setting = StepSetting {
        config,
        loss,
        place: &checkpoint.place,
    };
    let mut own = OwnStep::take(stepper, setting, batch, parameters)?;
    let step = WholeStep::of(ranks, &own.part)?;
    let (cross_entropy, penalty) = step.loss();
    let batch_loss = BatchLoss {
        cross_entropy,
        penalty,
    };
    if !batch_loss.total().is_finite() {
        return Ok(batch_loss);
    }
    if ranks.size() > 1 {
        mean_gradients(ranks, own.gradients_mut(stepper), &step)?;
        mean_running_statistics(ranks, parameters, &step)?;
    }
    let gradients = own.gradients(stepper);
    let scale = clip_scale(config, gradients);
    let optimizer = config.optimizer_at(learning_rate);
    optimizer.update(gradients, scale, state);
    if let Some(averaged) = &mut checkpoint.averaged {
        average(averaged, &state.parameters, config.ema_decay, state.n_steps);
    }
    let n_films = batch.n_whole;
    checkpoint.place.loss_sum += batch_loss.cross_entropy * n_films as f64;
    checkpoint.place.n_films += n_films;
    checkpoint.scores.extend(step.logits().map(sigmoid));
    checkpoint.truth.extend(step.truth());
    Ok(batch_loss)
}

/// Scale factor of gradients for clipping to `clip_norm`; 0 disables clipping.
fn clip_scale(config: &TrainConfig, gradients: &NamedTensors) -> f32 {
    let clip_norm = config.clip_norm;
    if clip_norm == 0.0 {
        return 1.0;
    }
    let norm = gradient_norm(gradients, config.head);
    if norm > clip_norm {
        (clip_norm / norm) as f32
    } else {
        1.0
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
        let scale = |clip_norm| {
            let config = TrainConfig {
                clip_norm,
                ..TrainConfig::default()
            };
            clip_scale(&config, &gradients)
        };
        assert_eq!(scale(0.0), 1.0);
        assert_eq!(scale(10.0), 1.0);
        assert_eq!(scale(2.5), 0.5);
    }
}

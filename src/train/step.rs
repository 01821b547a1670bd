//! One step, and the moving average after it.

use super::TrainError;
use super::averaged_weights::average;
use super::checkpoint::{Checkpoint, Place};
use super::config::TrainConfig;
use super::exchange::{StepPart, WholeStep, mean_gradients, mean_running_statistics, no_gradients};
use super::stepper::Stepper;
use crate::dataset::{Batch, Stream};
use crate::domain::sigmoid;
use thorax_engine::{
    BatchLoss, HeadKind, HeadPass, LossWeights, NamedTensors, NetworkSpec, gradient_norm,
};
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
    let dropout = head_dropout(config, stepper.architecture(), batch, &checkpoint.place);
    let head = HeadPass {
        kind: config.head,
        dropout: &dropout,
    };
    let state = &mut checkpoint.state;
    let parameters = &mut state.parameters;
    let own = part_of_step(stepper, head, parameters, batch, loss)?;
    let step = WholeStep::of(ranks, &own)?;
    let (cross_entropy, penalty) = step.loss();
    let batch_loss = BatchLoss {
        cross_entropy,
        penalty,
    };
    if !batch_loss.total().is_finite() {
        return Ok(batch_loss);
    }
    let mut together = None;
    if ranks.size() > 1 {
        let mut gradients = if batch.films.is_empty() {
            no_gradients(parameters)
        } else {
            stepper.gradients().clone()
        };
        mean_gradients(ranks, &mut gradients, &step)?;
        mean_running_statistics(ranks, parameters, &step)?;
        together = Some(gradients);
    }
    let gradients = together.as_ref().unwrap_or_else(|| stepper.gradients());
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

/// Loss and gradients of the films that this process has; nothing where there are fewer films than processes.
fn part_of_step(
    stepper: &mut Stepper,
    head: HeadPass<'_>,
    parameters: &mut NamedTensors,
    batch: &Batch,
    loss: &LossWeights,
) -> Result<StepPart, TrainError> {
    if batch.films.is_empty() {
        return Ok(StepPart::default());
    }
    let found = stepper.gradients_of(head, parameters, &batch.pixels, &batch.targets, loss)?;
    Ok(StepPart {
        cross_entropy: found.cross_entropy,
        penalty: found.penalty,
        n_known: batch
            .targets
            .iter()
            .filter(|target| !target.is_nan())
            .count(),
        logits: stepper.logits().to_vec(),
        truth: batch.truth.clone(),
    })
}

/// Factors of a step's pooled values `(film, row, column, channel)`: 0 for dropped ones, the others
/// keep the mean (Srivastava et al. 2014); empty without dropout.
///
/// Where cells share their weights, the dense layer has one feature a channel: a channel is then
/// dropped in all cells of a film.
fn head_dropout(
    config: &TrainConfig,
    architecture: &NetworkSpec,
    batch: &Batch,
    place: &Place,
) -> Vec<f32> {
    let rate = config.head_dropout;
    if rate == 0.0 {
        return Vec::new();
    }
    let (epoch, step) = (place.epoch, place.next_batch);
    let mut random = Stream::HeadDropout { epoch, step }.random(config.seed);
    let kept = (1.0 / (1.0 - rate)) as f32;
    let mut draw = |n: usize| -> Vec<f32> {
        let one = |_| if random.uniform() < rate { 0.0 } else { kept };
        (0..n).map(one).collect()
    };
    // Drawn for the whole batch, whoever has its films.
    let films = (0..batch.n_whole).map(|place| {
        let factors = match config.head {
            HeadKind::Free => draw(architecture.n_pooled()),
            HeadKind::Shared => {
                let n_cells = architecture.n_cells().pow(2);
                draw(NetworkSpec::N_FEATURES).repeat(n_cells)
            }
        };
        (place, factors)
    });
    let own = batch.first..batch.first + batch.films.len();
    let films = films.filter(|(place, _)| own.contains(place));
    films.flat_map(|(_, factors)| factors).collect()
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

    #[test]
    fn dropout_drops_its_share_anew_in_each_step_and_channels_of_a_shared_head_whole() {
        let architecture = NetworkSpec::new(11, 64, 2).unwrap(); // 4 cells
        let batch = Batch {
            films: vec![0, 1, 2],
            first: 0,
            n_whole: 3,
            pixels: Vec::new(),
            truth: Vec::new(),
            targets: Vec::new(),
        };
        let factors = |head, head_dropout, next_batch| {
            let config = TrainConfig {
                head,
                head_dropout,
                ..TrainConfig::default()
            };
            let mut place = Place::start();
            place.next_batch = next_batch;
            super::head_dropout(&config, &architecture, &batch, &place)
        };
        assert!(factors(HeadKind::Free, 0.0, 0).is_empty());
        for head in [HeadKind::Free, HeadKind::Shared] {
            let drawn = factors(head, 0.25, 0);
            assert_eq!(drawn.len(), 3 * 4 * 256);
            let n_dropped = drawn.iter().filter(|&&factor| factor == 0.0).count();
            let share = n_dropped as f64 / drawn.len() as f64;
            assert!((share - 0.25).abs() < 0.05, "{share}");
            let kept = 4.0 / 3.0;
            assert!(drawn.iter().all(|&factor| [0.0, kept].contains(&factor)));
            assert_eq!(drawn, factors(head, 0.25, 0));
            assert_ne!(drawn, factors(head, 0.25, 1));
            let films: Vec<_> = drawn.chunks_exact(4 * 256).collect();
            assert_ne!(films[0], films[1]);
            let (first, rest) = films[0].split_at(256);
            let are_alike = rest.chunks_exact(256).all(|cell| cell == first);
            assert_eq!(are_alike, head == HeadKind::Shared);
        }
    }
}

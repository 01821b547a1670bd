//! What one process does of a step: loss and gradients of its films, taken at once or in parts one after the other.

use super::TrainError;
use super::checkpoint::Place;
use super::config::TrainConfig;
use super::exchange::{StepPart, WholeStep, chosen_values, no_gradients, set_chosen};
use super::stepper::Stepper;
use crate::dataset::{Batch, Stream};
use thorax_engine::{HeadKind, HeadPass, LossWeights, NamedTensors, NetworkSpec, is_trainable};
use thorax_ranks::{Share, WeightedSum};

/// What a step goes by, besides its films and the weights.
#[derive(Clone, Copy, Debug)]
pub struct StepSetting<'a> {
    pub config: &'a TrainConfig,
    pub loss: &'a LossWeights,
    pub place: &'a Place,
}

/// What the films of this process say.
#[derive(Debug)]
pub struct OwnStep {
    pub part: StepPart,
    /// `None`: as they are in the stepper.
    gradients: Option<NamedTensors>,
}

impl OwnStep {
    /// Goes forward and back; running statistics in `parameters` are then those after the step.
    ///
    /// Of `batch_parts` parts, each starts from the same running statistics and normalizes by its own; gradients count by
    /// the known labels, as those of several processes do.
    pub fn take(
        stepper: &mut Stepper,
        setting: StepSetting<'_>,
        batch: &Batch,
        parameters: &mut NamedTensors,
    ) -> Result<Self, TrainError> {
        if batch.films.is_empty() {
            return Ok(Self {
                part: StepPart::default(),
                gradients: Some(no_gradients(parameters)),
            });
        }
        let n_parts = setting.config.batch_parts.min(batch.films.len());
        if n_parts <= 1 {
            return Ok(Self {
                part: step_of(stepper, setting, batch, parameters)?,
                gradients: None,
            });
        }
        let is_statistic = |name: &str| !is_trainable(name);
        let before = chosen_values(parameters, is_statistic);
        let mut statistics = WeightedSum::new(before.len());
        let mut gradients = no_gradients(parameters);
        let mut gradient = WeightedSum::new(chosen_values(&gradients, |_| true).len());
        let mut parts = Vec::with_capacity(n_parts);
        // Nothing is known of any label: the penalty's gradient alone.
        let counts_labels = n_known(batch) > 0;
        for share in Share::all(n_parts) {
            set_chosen(parameters, is_statistic, &before);
            let part = step_of(stepper, setting, &batch.part(share), parameters)?;
            let weight = if counts_labels { part.n_known } else { 1 };
            gradient.add(&chosen_values(stepper.gradients(), |_| true), weight as f64);
            statistics.add(&chosen_values(parameters, is_statistic), 1.0);
            parts.push(part);
        }
        let mean: Vec<f32> = gradient.mean().collect();
        set_chosen(&mut gradients, |_| true, &mean);
        let mean: Vec<f32> = statistics.mean().collect();
        set_chosen(parameters, is_statistic, &mean);
        Ok(Self {
            part: WholeStep::from(parts).into(),
            gradients: Some(gradients),
        })
    }

    /// Gradients of the whole.
    pub fn gradients<'a>(&'a self, stepper: &'a Stepper) -> &'a NamedTensors {
        let own = self.gradients.as_ref();
        own.unwrap_or_else(|| stepper.gradients())
    }

    /// The same to be changed.
    pub fn gradients_mut(&mut self, stepper: &Stepper) -> &mut NamedTensors {
        let own = &mut self.gradients;
        own.get_or_insert_with(|| stepper.gradients().clone())
    }
}

fn n_known(batch: &Batch) -> usize {
    let known = batch.targets.iter().filter(|target| !target.is_nan());
    known.count()
}

/// Loss and gradients of films that are taken at once.
fn step_of(
    stepper: &mut Stepper,
    setting: StepSetting<'_>,
    batch: &Batch,
    parameters: &mut NamedTensors,
) -> Result<StepPart, TrainError> {
    let StepSetting {
        config,
        loss,
        place,
    } = setting;
    let dropout = head_dropout(config, stepper.architecture(), batch, place);
    let head = HeadPass {
        kind: config.head,
        dropout: &dropout,
    };
    let found = stepper.gradients_of(head, parameters, &batch.pixels, &batch.targets, loss)?;
    Ok(StepPart {
        cross_entropy: found.cross_entropy,
        penalty: found.penalty,
        n_known: n_known(batch),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ComputeDevice;
    use crate::train::fresh_weights;

    /// Different films, of which the last has no known label.
    fn batch() -> Batch {
        let (n_films, side) = (5, 32);
        let gray = |place: usize| (place as f32 * 0.37).sin();
        let label = |place: usize| match place % 4 {
            0 => 1.0,
            3 => f32::NAN,
            _ => 0.0,
        };
        let mut targets: Vec<f32> = (0..n_films * 2).map(label).collect();
        targets[8..].fill(f32::NAN);
        Batch {
            films: (0..n_films).collect(),
            first: 0,
            n_whole: n_films,
            pixels: (0..n_films * side * side).map(gray).collect(),
            truth: targets.clone(),
            targets,
        }
    }

    #[test]
    fn parts_count_by_their_known_labels_and_each_normalizes_by_its_own_films() {
        let spec = NetworkSpec::new(11, 32, 2).unwrap();
        let device = ComputeDevice::cpu_with_threads(1).unwrap();
        let fresh = fresh_weights(&spec, 1);
        let loss = LossWeights {
            positive: vec![0.7, 0.6],
            negative: vec![0.3, 0.4],
            l2: 1e-3,
            focal_gamma: 0.0,
        };
        let place = Place::start();
        let step = |batch_parts: usize, batch: &Batch| {
            let config = TrainConfig {
                batch_parts,
                ..TrainConfig::default()
            };
            let setting = StepSetting {
                config: &config,
                loss: &loss,
                place: &place,
            };
            let mut stepper = Stepper::new(spec, 5, &device).unwrap();
            let mut parameters = fresh.clone();
            let own = OwnStep::take(&mut stepper, setting, batch, &mut parameters).unwrap();
            let gradients = own.gradients(&stepper).clone();
            (own.part, gradients, parameters)
        };
        let whole = batch();
        let films = |range: std::ops::Range<usize>| Batch {
            films: range.clone().collect(),
            first: range.start,
            n_whole: 5,
            pixels: whole.pixels[range.start * 1024..range.end * 1024].to_vec(),
            truth: whole.truth[range.start * 2..range.end * 2].to_vec(),
            targets: whole.targets[range.start * 2..range.end * 2].to_vec(),
        };
        // Films 0 and 1 know 3 labels, films 2 to 4 know 3.
        let (first, first_gradients, first_after) = step(1, &films(0..2));
        let (second, second_gradients, second_after) = step(1, &films(2..5));
        let (a, b) = (first.n_known as f64, second.n_known as f64);
        assert!(a > 0.0 && b > 0.0);
        let (both, gradients, after) = step(2, &whole);
        assert_eq!(both.n_known, first.n_known + second.n_known);
        let expected = (first.cross_entropy * a + second.cross_entropy * b) / (a + b);
        assert!((both.cross_entropy - expected).abs() < 1e-12);
        assert_eq!(both.penalty, first.penalty);
        assert_eq!(both.logits, [first.logits, second.logits].concat());
        let close = |found: &NamedTensors, of: [&NamedTensors; 2], weights: [f64; 2]| {
            for (name, tensor) in found {
                let [one, other] = of.map(|of| &of[name].values);
                for ((&found, &one), &other) in tensor.values.iter().zip(one).zip(other) {
                    let mean = (f64::from(one) * weights[0] + f64::from(other) * weights[1])
                        / (weights[0] + weights[1]);
                    let error = (f64::from(found) - mean).abs();
                    assert!(error <= 1e-6 * mean.abs(), "{name}: {found} and {mean}");
                }
            }
        };
        close(&gradients, [&first_gradients, &second_gradients], [a, b]);
        close(&after, [&first_after, &second_after], [1.0, 1.0]);
        // Batch statistics are not those of all films at once.
        assert_ne!(step(1, &whole).0.logits, both.logits);
        // More parts than films: one film a part.
        assert_eq!(step(9, &whole).0.logits.len(), 10);
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

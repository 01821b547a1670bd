//! Optimizers as Keras and PyTorch compute them, on plain values: their state is open to checkpoints.

use serde::{Deserialize, Serialize};

use super::super::named_tensors::NamedTensors;
use super::head::HeadKind;
use super::state::TrainingState;

/// Settings of Adam (Kingma and Ba, 2015).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    /// Learning rate.
    pub learning_rate: f64,
    /// Decay of the gradients' running mean.
    pub beta1: f64,
    /// Decay of the squared gradients' running mean.
    pub beta2: f64,
    /// Added to the root of the second moment (Keras: 1e-7, before bias correction of the step).
    pub epsilon: f64,
    /// Decoupled weight decay, as a fraction of the kernel per step, times the learning rate (Loshchilov and Hutter, 2019);
    /// 0 for plain Adam. Norms and biases are spared.
    pub weight_decay: f64,
}

/// Settings of gradient descent with momentum, as in Keras' `SGD`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    /// Learning rate.
    pub learning_rate: f64,
    /// Momentum, in `[0, 1)`.
    pub momentum: f64,
}

/// Optimizer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Optimizer {
    /// Adam, with or without decoupled weight decay.
    Adam(Adam),
    /// Gradient descent with momentum.
    Sgd(Sgd),
}

/// Which optimizer, without its numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OptimizerKind {
    /// Adam as in Keras.
    #[default]
    Adam,
    /// Adam with decoupled weight decay.
    AdamW,
    /// Gradient descent with momentum.
    Sgd,
}

impl Adam {
    /// Keras' defaults with another learning rate.
    pub fn with_learning_rate(learning_rate: f64) -> Self {
        Self {
            learning_rate,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-7,
            weight_decay: 0.0,
        }
    }

    fn update(&self, gradients: &NamedTensors, scale: f32, state: &mut TrainingState) {
        let n_steps = state.n_steps as f64;
        let correction = (1.0 - self.beta2.powf(n_steps)).sqrt() / (1.0 - self.beta1.powf(n_steps));
        let rate = (self.learning_rate * correction) as f32;
        let (beta1, beta2, epsilon) = (self.beta1 as f32, self.beta2 as f32, self.epsilon as f32);
        for (name, gradient) in gradients {
            let (Some(values), Some(first), Some(second)) = (
                state.parameters.get_mut(name),
                state.first_moments.get_mut(name),
                state.second_moments.get_mut(name),
            ) else {
                continue;
            };
            let kept = 1.0 - self.decay_of(&gradient.shape) as f32;
            let moments = first.values.iter_mut().zip(&mut second.values);
            for ((value, &gradient), (first, second)) in
                values.values.iter_mut().zip(&gradient.values).zip(moments)
            {
                let gradient = gradient * scale;
                *first += (gradient - *first) * (1.0 - beta1);
                *second += (gradient * gradient - *second) * (1.0 - beta2);
                *value = kept * *value - rate * *first / (second.sqrt() + epsilon);
            }
        }
    }

    /// Kernels and dense weights have several dimensions; norms and biases have one.
    fn decay_of(&self, shape: &[usize]) -> f64 {
        if shape.len() > 1 {
            self.learning_rate * self.weight_decay
        } else {
            0.0
        }
    }
}

impl Sgd {
    fn update(&self, gradients: &NamedTensors, scale: f32, state: &mut TrainingState) {
        let (rate, momentum) = (self.learning_rate as f32, self.momentum as f32);
        for (name, gradient) in gradients {
            let (Some(values), Some(velocity)) = (
                state.parameters.get_mut(name),
                state.first_moments.get_mut(name),
            ) else {
                continue;
            };
            let velocities = velocity.values.iter_mut();
            for ((value, &gradient), velocity) in values
                .values
                .iter_mut()
                .zip(&gradient.values)
                .zip(velocities)
            {
                *velocity = momentum * *velocity - rate * gradient * scale;
                *value += *velocity;
            }
        }
    }
}

impl Optimizer {
    /// Counts one step and moves every parameter that has a gradient; gradients count `scale` times,
    /// which is 1 unless they are clipped.
    pub fn update(&self, gradients: &NamedTensors, scale: f32, state: &mut TrainingState) {
        state.n_steps += 1;
        match self {
            Self::Adam(adam) => adam.update(gradients, scale, state),
            Self::Sgd(sgd) => sgd.update(gradients, scale, state),
        }
    }
}

/// Length of all gradients as one vector; a weight that cells share counts once.
pub fn gradient_norm(gradients: &NamedTensors, head: HeadKind) -> f64 {
    let tensors = gradients.iter();
    tensors
        .flat_map(|(name, tensor)| head.own_values(name, tensor))
        .map(|value| f64::from(value).powi(2))
        .sum::<f64>()
        .sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::super::named_tensors::HostTensor;
    use super::*;

    fn tensors(shape: &[usize], values: &[f32]) -> NamedTensors {
        let tensor = HostTensor {
            shape: shape.to_vec(),
            values: values.to_vec(),
        };
        NamedTensors::from([("w".into(), tensor)])
    }

    fn state(shape: &[usize], values: &[f32]) -> TrainingState {
        let zeros = tensors(shape, &vec![0.0; values.len()]);
        TrainingState {
            parameters: tensors(shape, values),
            first_moments: zeros.clone(),
            second_moments: zeros,
            n_steps: 0,
        }
    }

    fn check(state: &TrainingState, expected: &[f32]) {
        for (got, want) in state.parameters["w"].values.iter().zip(expected) {
            assert!((got - want).abs() < 1e-4, "{got} {want}");
        }
    }

    #[test]
    fn the_first_step_of_adam_has_the_learning_rate_as_length() {
        let optimizer = Optimizer::Adam(Adam::with_learning_rate(0.01));
        let mut state = state(&[3], &[1.0, 1.0, 1.0]);
        optimizer.update(&tensors(&[3], &[5.0, -0.001, 0.0]), 1.0, &mut state);
        check(&state, &[0.99, 1.01, 1.0]);
    }

    #[test]
    fn moments_are_running_means() {
        let optimizer = Optimizer::Adam(Adam::with_learning_rate(0.01));
        let mut state = state(&[1], &[0.0]);
        for _ in 0..2 {
            optimizer.update(&tensors(&[1], &[2.0]), 1.0, &mut state);
        }
        let (first, second) = (&state.first_moments["w"], &state.second_moments["w"]);
        assert!((first.values[0] - 0.38).abs() < 1e-6);
        assert!((second.values[0] - 4.0 * (1.0 - 0.999f32.powi(2))).abs() < 1e-6);
    }

    #[test]
    fn weight_decay_shrinks_kernels_and_spares_biases() {
        let adam = Adam {
            weight_decay: 0.5,
            ..Adam::with_learning_rate(0.1)
        };
        for (shape, expected) in [(&[1, 1][..], 1.9), (&[1][..], 2.0)] {
            let mut state = state(shape, &[2.0]);
            Optimizer::Adam(adam).update(&tensors(shape, &[0.0]), 1.0, &mut state);
            check(&state, &[expected]);
        }
    }

    #[test]
    fn momentum_goes_on_without_a_gradient() {
        let sgd = Sgd {
            learning_rate: 0.1,
            momentum: 0.5,
        };
        let mut state = state(&[1], &[0.0]);
        Optimizer::Sgd(sgd).update(&tensors(&[1], &[1.0]), 2.0, &mut state);
        check(&state, &[-0.2]);
        Optimizer::Sgd(sgd).update(&tensors(&[1], &[0.0]), 1.0, &mut state);
        check(&state, &[-0.3]);
    }

    #[test]
    fn the_norm_is_that_of_one_vector() {
        let mut gradients = tensors(&[1], &[3.0]);
        gradients.extend([("v".to_owned(), tensors(&[1], &[4.0])["w"].clone())]);
        for head in [HeadKind::Free, HeadKind::Shared] {
            assert!((gradient_norm(&gradients, head) - 5.0).abs() < 1e-12);
        }
    }

    #[test]
    fn a_shared_weight_counts_once_in_the_norm() {
        // Two outputs, four cells of 256 channels.
        let gradient = tensors(&[2, 1024], &[0.5; 2048])["w"].clone();
        let gradients = NamedTensors::from([("head.dense.weight".to_owned(), gradient)]);
        let norm = |head| gradient_norm(&gradients, head);
        assert!((norm(HeadKind::Free) - 512.0_f64.sqrt()).abs() < 1e-12);
        assert!((norm(HeadKind::Shared) - 128.0_f64.sqrt()).abs() < 1e-12);
    }
}

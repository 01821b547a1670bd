//! Adam as Keras computes it.

use super::super::architecture::NamedTensors;

/// Settings of the optimizer (Kingma and Ba, 2015).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    /// Step size.
    pub learning_rate: f64,
    /// Decay of the gradients' running mean.
    pub beta1: f64,
    /// Decay of the squared gradients' running mean.
    pub beta2: f64,
    /// Added to the root of the second moment (Keras: 1e-7, before bias correction of the step).
    pub epsilon: f64,
}

impl Adam {
    /// Keras' defaults with another step size.
    pub fn with_learning_rate(learning_rate: f64) -> Self {
        Self {
            learning_rate,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-7,
        }
    }

    /// The `n_steps`-th update (from 1) of every tensor that has a gradient.
    pub(super) fn update(
        &self,
        n_steps: u64,
        gradients: &NamedTensors,
        parameters: &mut NamedTensors,
        first_moments: &mut NamedTensors,
        second_moments: &mut NamedTensors,
    ) {
        let n_steps = n_steps as f64;
        let correction = (1.0 - self.beta2.powf(n_steps)).sqrt() / (1.0 - self.beta1.powf(n_steps));
        let rate = (self.learning_rate * correction) as f32;
        let (beta1, beta2, epsilon) = (self.beta1 as f32, self.beta2 as f32, self.epsilon as f32);
        for (name, gradient) in gradients {
            let (Some(values), Some(first), Some(second)) = (
                parameters.get_mut(name),
                first_moments.get_mut(name),
                second_moments.get_mut(name),
            ) else {
                continue;
            };
            let moments = first.values.iter_mut().zip(&mut second.values);
            for ((value, &gradient), (first, second)) in
                values.values.iter_mut().zip(&gradient.values).zip(moments)
            {
                *first += (gradient - *first) * (1.0 - beta1);
                *second += (gradient * gradient - *second) * (1.0 - beta2);
                *value -= rate * *first / (second.sqrt() + epsilon);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::architecture::HostTensor;
    use super::*;

    fn tensors(values: &[f32]) -> NamedTensors {
        let values = values.to_vec();
        NamedTensors::from([(
            "w".into(),
            HostTensor {
                shape: vec![values.len()],
                values,
            },
        )])
    }

    #[test]
    fn the_first_step_has_the_learning_rate_as_length() {
        let adam = Adam::with_learning_rate(0.01);
        let mut parameters = tensors(&[1.0, 1.0, 1.0]);
        let (mut first, mut second) = (tensors(&[0.0; 3]), tensors(&[0.0; 3]));
        let gradients = tensors(&[5.0, -0.001, 0.0]);
        adam.update(1, &gradients, &mut parameters, &mut first, &mut second);
        let got = &parameters["w"].values;
        for (got, want) in got.iter().zip([0.99, 1.01, 1.0]) {
            assert!((got - want).abs() < 1e-4, "{got} {want}");
        }
    }

    #[test]
    fn moments_are_running_means() {
        let adam = Adam::with_learning_rate(0.01);
        let mut parameters = tensors(&[0.0]);
        let (mut first, mut second) = (tensors(&[0.0]), tensors(&[0.0]));
        for n_steps in 1..=2 {
            let gradients = tensors(&[2.0]);
            adam.update(
                n_steps,
                &gradients,
                &mut parameters,
                &mut first,
                &mut second,
            );
        }
        assert!((first["w"].values[0] - 0.38).abs() < 1e-6);
        assert!((second["w"].values[0] - 4.0 * (1.0 - 0.999f32.powi(2))).abs() < 1e-6);
    }
}

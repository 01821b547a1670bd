//! The head and the loss: small, so in plain code on the caller's thread.

/// Weights of the binary cross-entropy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LossWeights {
    /// Of positive labels, one for each output: the share of negatives in the training films.
    pub positive: Vec<f32>,
    /// Of negative labels: the share of positives.
    pub negative: Vec<f32>,
    /// Times the sum of squares of the convolutions' kernels (Keras' `l2`); 0 for none.
    pub l2: f32,
    /// Focusing exponent of the focal loss (Lin et al. 2017, `gamma`); 0 disables it.
    pub focal_gamma: f32,
}

/// The loss of one batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchLoss {
    /// Weighted binary cross-entropy, mean over the known labels of all films and outputs.
    pub cross_entropy: f64,
    /// The penalty on the convolutions' kernels.
    pub penalty: f64,
}

impl BatchLoss {
    /// Loss function.
    pub fn total(&self) -> f64 {
        self.cross_entropy + self.penalty
    }
}

impl LossWeights {
    /// The loss of logits `(film, output)`, without the penalty: mean over the known labels.
    ///
    /// Labels are 0 or 1, or between where they are soft: the loss of a positive counts for that
    /// share. NaN is unknown: those add neither to the sum nor to what it is divided
    /// by, and their gradient is 0. Without a known label the loss is 0.
    pub fn value(&self, logits: &[f32], labels: &[f32]) -> f64 {
        self.cross_entropy(logits, labels, |_, _| {})
    }

    /// The same, and its gradient by the logits.
    pub fn value_and_gradient(&self, logits: &[f32], labels: &[f32], gradient: &mut [f32]) -> f64 {
        self.cross_entropy(logits, labels, |i, slope| {
            if let Some(gradient) = gradient.get_mut(i) {
                *gradient = slope as f32;
            }
        })
    }

    fn cross_entropy(
        &self,
        logits: &[f32],
        labels: &[f32],
        mut take_slope: impl FnMut(usize, f64),
    ) -> f64 {
        let n_outputs = self.positive.len().max(1);
        let n_known = labels.iter().filter(|label| !label.is_nan()).count().max(1) as f64;
        let mut loss = 0.0;
        for (i, (&logit, &label)) in logits.iter().zip(labels).enumerate() {
            if label.is_nan() {
                take_slope(i, 0.0);
                continue;
            }
            let (logit, label) = (f64::from(logit), f64::from(label));
            let positive = f64::from(self.positive[i % n_outputs]) * label;
            let negative = f64::from(self.negative[i % n_outputs]) * (1.0 - label);
            let (if_positive, up) = self.one_sided(logit);
            let (if_negative, down) = self.one_sided(-logit);
            loss += positive * if_positive + negative * if_negative;
            take_slope(i, (positive * up - negative * down) / n_known);
        }
        loss / n_known
    }

    /// Loss of one output whose logit should be large, and its slope.
    ///
    /// With `p` the sigmoid: `(1 - p)^gamma * -ln p`. `-ln p = ln(1 + e^-z)` is taken as
    /// `max(-z, 0) + ln(1 + e^-|z|)`: no logarithm of a rounded sigmoid.
    fn one_sided(&self, logit: f64) -> (f64, f64) {
        let surprise = (-logit).max(0.0) + (-logit.abs()).exp().ln_1p();
        let miss = 1.0 / (1.0 + logit.exp());
        if self.focal_gamma == 0.0 {
            return (surprise, -miss);
        }
        let gamma = f64::from(self.focal_gamma);
        let share = miss.powf(gamma);
        let slope = -share * (gamma * (1.0 - miss) * surprise + miss);
        (share * surprise, slope)
    }
}

/// `values · weightsᵀ + bias`: logits `(film, output)` from pooled values `(film, n)`.
pub(super) fn dense(pooled: &[f32], weights: &[f32], bias: &[f32], logits: &mut [f32]) {
    let n = weights.len() / bias.len();
    for (film, logits) in pooled
        .chunks_exact(n)
        .zip(logits.chunks_exact_mut(bias.len()))
    {
        for ((logit, row), &bias) in logits.iter_mut().zip(weights.chunks_exact(n)).zip(bias) {
            *logit = bias + dot(row, film);
        }
    }
}

/// Gradients of [`dense`] by weights, bias and pooled values, all overwritten.
pub(super) fn dense_gradient(
    pooled: &[f32],
    weights: &[f32],
    by_logits: &[f32],
    by_weights: &mut [f32],
    by_bias: &mut [f32],
    by_pooled: &mut [f32],
) {
    let n_outputs = by_bias.len();
    let n = weights.len() / n_outputs;
    by_weights.fill(0.0);
    by_bias.fill(0.0);
    by_pooled.fill(0.0);
    let films = pooled.chunks_exact(n).zip(by_pooled.chunks_exact_mut(n));
    for ((film, by_film), slopes) in films.zip(by_logits.chunks_exact(n_outputs)) {
        for (output, &slope) in slopes.iter().enumerate() {
            by_bias[output] += slope;
            let row = output * n..(output + 1) * n;
            for (by_weight, &value) in by_weights[row.clone()].iter_mut().zip(film) {
                *by_weight += slope * value;
            }
            for (by_value, &weight) in by_film.iter_mut().zip(&weights[row]) {
                *by_value += slope * weight;
            }
        }
    }
}

/// Sixteen running sums, so that the compiler can use registers.
fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0f32; 16];
    for (left, right) in left.chunks_exact(16).zip(right.chunks_exact(16)) {
        for ((sum, &left), &right) in sums.iter_mut().zip(left).zip(right) {
            *sum += left * right;
        }
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights() -> LossWeights {
        LossWeights {
            positive: vec![0.9, 0.4],
            negative: vec![0.1, 0.6],
            ..LossWeights::default()
        }
    }

    #[test]
    fn the_loss_stays_finite_at_a_hundred() {
        let mut gradient = [0.0; 4];
        let loss = weights().value_and_gradient(
            &[100.0, -100.0, 100.0, -100.0],
            &[0.0, 1.0, 1.0, 0.0],
            &mut gradient,
        );
        assert!((loss - (10.0 + 40.0) / 4.0).abs() < 1e-4, "{loss}");
        assert!(gradient.iter().all(|g| g.is_finite()), "{gradient:?}");
    }

    #[test]
    fn the_gradient_is_the_difference_quotient() {
        for focal_gamma in [0.0, 0.5, 2.0] {
            let weights = LossWeights {
                focal_gamma,
                ..weights()
            };
            let (logits, labels) = ([0.3, -1.2, 2.0, 0.0], [1.0, 0.0, 0.0, 1.0]);
            let mut gradient = [0.0; 4];
            weights.value_and_gradient(&logits, &labels, &mut gradient);
            for i in 0..4 {
                let at = |step: f32| {
                    let mut moved = logits;
                    moved[i] += step;
                    weights.value(&moved, &labels)
                };
                let slope = (at(0.01) - at(-0.01)) / 0.02;
                let got = f64::from(gradient[i]);
                assert!((slope - got).abs() < 1e-5, "{focal_gamma} {i}: {slope}");
            }
        }
    }

    #[test]
    fn focus_spares_what_is_right_and_stays_finite() {
        let focused = LossWeights {
            focal_gamma: 2.0,
            ..weights()
        };
        let right = (&[4.0, -4.0], &[1.0, 0.0]);
        assert!(focused.value(right.0, right.1) < weights().value(right.0, right.1) / 100.0);
        let mut gradient = [0.0; 2];
        let loss = focused.value_and_gradient(&[100.0, -100.0], &[0.0, 1.0], &mut gradient);
        assert!((loss - 25.0).abs() < 1e-4, "{loss}");
        assert!(gradient.iter().all(|g| g.is_finite()), "{gradient:?}");
    }

    #[test]
    fn a_label_that_is_not_known_counts_neither_above_nor_below() {
        let labels = [1.0, f32::NAN, 0.0, 1.0];
        let mut gradient = [9.0; 4];
        let loss = weights().value_and_gradient(&[0.3, -1.2, 2.0, 0.0], &labels, &mut gradient);
        // The same two films without the second's label, one film after the other.
        let first = weights().value(&[0.3], &[1.0]);
        let rest = weights().value(&[2.0, 0.0], &[0.0, 1.0]);
        assert!((loss - (first + 2.0 * rest) / 3.0).abs() < 1e-12, "{loss}");
        assert_eq!(gradient[1], 0.0);
        let mut gradient = [9.0; 2];
        let unknown = [f32::NAN; 2];
        let loss = weights().value_and_gradient(&[0.3, 0.1], &unknown, &mut gradient);
        assert_eq!((loss, gradient), (0.0, [0.0; 2]));
    }

    #[test]
    fn the_dense_gradient_undoes_the_dense_layer() {
        let n = 32;
        let pooled: Vec<f32> = (0..2 * n).map(|i| (i as f32 * 0.37).sin()).collect();
        let weights: Vec<f32> = (0..3 * n).map(|i| (i as f32 * 0.11).cos()).collect();
        let mut logits = [0.0; 6];
        dense(&pooled, &weights, &[0.5, -0.5, 0.0], &mut logits);
        // With the logits as their own slopes, slopes · logits is quadratic in either argument.
        let (mut by_weights, mut by_bias, mut by_pooled) =
            (vec![0.0; 3 * n], vec![0.0; 3], vec![0.0; 2 * n]);
        dense_gradient(
            &pooled,
            &weights,
            &logits,
            &mut by_weights,
            &mut by_bias,
            &mut by_pooled,
        );
        let along = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let without_bias: f32 = logits
            .iter()
            .zip([0.5, -0.5, 0.0].iter().cycle())
            .map(|(z, b)| z * (z - b))
            .sum();
        assert!((along(&by_weights, &weights) - without_bias).abs() < 1e-3);
        assert!((along(&by_pooled, &pooled) - without_bias).abs() < 1e-3);
        assert!((by_bias[0] - (logits[0] + logits[3])).abs() < 1e-5);
    }
}

//! The head and the loss: small, so in plain code on the caller's thread.

/// Weights of the binary cross-entropy.
#[derive(Clone, Debug, PartialEq)]
pub struct LossWeights {
    /// Of positive labels, one for each output: the share of negatives in the training films.
    pub positive: Vec<f32>,
    /// Of negative labels: the share of positives.
    pub negative: Vec<f32>,
    /// Times the sum of squares of the convolutions' kernels (Keras' `l2`); 0 for none.
    pub l2: f32,
}

/// The loss of one batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchLoss {
    /// Weighted binary cross-entropy, mean over films and outputs.
    pub cross_entropy: f64,
    /// The penalty on the convolutions' kernels.
    pub penalty: f64,
}

impl BatchLoss {
    /// What training makes smaller.
    pub fn total(&self) -> f64 {
        self.cross_entropy + self.penalty
    }
}

impl LossWeights {
    /// Weighted binary cross-entropy of logits `(film, output)` and its gradient.
    ///
    /// `ln(1 + e^z)` is taken as `max(z, 0) + ln(1 + e^-|z|)`: no logarithm of a rounded sigmoid.
    pub(super) fn cross_entropy(
        &self,
        logits: &[f32],
        labels: &[f32],
        gradient: &mut [f32],
    ) -> f64 {
        let n_outputs = self.positive.len();
        let mut loss = 0.0;
        for (i, (gradient, (&logit, &label))) in gradient
            .iter_mut()
            .zip(logits.iter().zip(labels))
            .enumerate()
        {
            let (logit, label) = (f64::from(logit), f64::from(label));
            let positive = f64::from(self.positive[i % n_outputs]) * label;
            let negative = f64::from(self.negative[i % n_outputs]) * (1.0 - label);
            let tail = (-logit.abs()).exp().ln_1p();
            loss += positive * ((-logit).max(0.0) + tail) + negative * (logit.max(0.0) + tail);
            let score = 1.0 / (1.0 + (-logit).exp());
            let slope = negative * score - positive * (1.0 - score);
            *gradient = (slope / logits.len() as f64) as f32;
        }
        loss / logits.len() as f64
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
            l2: 0.0,
        }
    }

    #[test]
    fn the_loss_stays_finite_at_a_hundred() {
        let mut gradient = [0.0; 4];
        let loss = weights().cross_entropy(
            &[100.0, -100.0, 100.0, -100.0],
            &[0.0, 1.0, 1.0, 0.0],
            &mut gradient,
        );
        assert!((loss - (10.0 + 40.0) / 4.0).abs() < 1e-4, "{loss}");
        assert!(gradient.iter().all(|g| g.is_finite()), "{gradient:?}");
    }

    #[test]
    fn the_gradient_is_the_difference_quotient() {
        let (logits, labels) = ([0.3, -1.2, 2.0, 0.0], [1.0, 0.0, 0.0, 1.0]);
        let mut gradient = [0.0; 4];
        let mut scratch = [0.0; 4];
        weights().cross_entropy(&logits, &labels, &mut gradient);
        for i in 0..4 {
            let mut at = |step: f32| {
                let mut moved = logits;
                moved[i] += step;
                weights().cross_entropy(&moved, &labels, &mut scratch)
            };
            let slope = (at(0.01) - at(-0.01)) / 0.02;
            assert!(
                (slope - f64::from(gradient[i])).abs() < 1e-5,
                "{i}: {slope}"
            );
        }
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

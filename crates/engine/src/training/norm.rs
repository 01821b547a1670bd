use super::super::buffer::Buffer;
use super::super::error::EngineError;
use super::super::named_tensors::NamedTensors;
use super::tensor;

/// A batch norm in training: batch statistics forward, their share of the gradient backward.
///
/// Both directions become one multiply-add a value, so that neither needs a pass of its own.
pub(super) struct Norm {
    name: String,
    /// Forward: `scale * value + shift`.
    pub scale: Buffer,
    pub shift: Buffer,
    /// Backward: `slope * gradient + value_slope * value + constant`.
    pub slope: Buffer,
    pub value_slope: Buffer,
    pub constant: Buffer,
    mean: Vec<f64>,
    variance: Vec<f64>,
    inverse_deviation: Vec<f64>,
}

impl Norm {
    pub fn new(name: String, n_channels: usize) -> Self {
        let zeros = || Buffer::zeros(n_channels);
        Self {
            name,
            scale: zeros(),
            shift: zeros(),
            slope: zeros(),
            value_slope: zeros(),
            constant: zeros(),
            mean: vec![0.0; n_channels],
            variance: vec![0.0; n_channels],
            inverse_deviation: vec![0.0; n_channels],
        }
    }

    pub fn n_channels(&self) -> usize {
        self.mean.len()
    }

    /// Takes each channel's sum and sum of squares over `n_values`.
    pub fn finish_statistics(
        &mut self,
        sums: &[f64],
        n_values: usize,
        parameters: &NamedTensors,
        epsilon: f32,
    ) -> Result<(), EngineError> {
        let weight = tensor(parameters, &format!("{}.weight", self.name))?;
        let bias = tensor(parameters, &format!("{}.bias", self.name))?;
        let (sums, squares) = sums.split_at(self.n_channels());
        let (scales, shifts) = (self.scale.as_mut_slice(), self.shift.as_mut_slice());
        for c in 0..self.mean.len() {
            let mean = sums[c] / n_values as f64;
            let variance = (squares[c] / n_values as f64 - mean * mean).max(0.0);
            let inverse_deviation = (variance + f64::from(epsilon)).sqrt().recip();
            let scale = f64::from(weight[c]) * inverse_deviation;
            (self.mean[c], self.variance[c]) = (mean, variance);
            self.inverse_deviation[c] = inverse_deviation;
            scales[c] = scale as f32;
            shifts[c] = (f64::from(bias[c]) - mean * scale) as f32;
        }
        Ok(())
    }

    /// Takes each channel's sums of the gradient and of gradient times value; gives the gradients
    /// of weight and bias to `gradients`.
    ///
    /// With `u = (z - mean) / deviation` the norm's gradient is
    /// `scale * (dn - mean(dn) - u * mean(dn * u))` (Ioffe and Szegedy, 2015).
    pub fn finish_gradient(
        &mut self,
        sums: &[f64],
        n_values: usize,
        parameters: &NamedTensors,
        gradients: &mut NamedTensors,
    ) -> Result<(), EngineError> {
        let weight = tensor(parameters, &format!("{}.weight", self.name))?;
        let (sums, products) = sums.split_at(self.n_channels());
        let (slopes, value_slopes) = (self.slope.as_mut_slice(), self.value_slope.as_mut_slice());
        let constants = self.constant.as_mut_slice();
        let mut weight_gradient = Vec::with_capacity(self.mean.len());
        for c in 0..self.mean.len() {
            let (mean, inverse_deviation) = (self.mean[c], self.inverse_deviation[c]);
            let by_weight = (products[c] - mean * sums[c]) * inverse_deviation;
            let scale = f64::from(weight[c]) * inverse_deviation;
            let value_slope = -scale * inverse_deviation * by_weight / n_values as f64;
            slopes[c] = scale as f32;
            value_slopes[c] = value_slope as f32;
            constants[c] = (-scale * sums[c] / n_values as f64 - value_slope * mean) as f32;
            weight_gradient.push(by_weight as f32);
        }
        let bias_gradient = sums[..self.mean.len()].iter().map(|&sum| sum as f32);
        set(gradients, &format!("{}.bias", self.name), bias_gradient);
        set(gradients, &format!("{}.weight", self.name), weight_gradient);
        Ok(())
    }

    /// Moves the running statistics by `1 - momentum` towards the batch's. `left_out` is what
    /// biases that training leaves out would have added to each channel.
    pub fn update_running(
        &self,
        parameters: &mut NamedTensors,
        left_out: &[f64],
        n_values: usize,
        momentum: f64,
    ) {
        let blend =
            |old: f32, new: f64| (momentum * f64::from(old) + (1.0 - momentum) * new) as f32;
        // The running variance is the unbiased one, as in Keras' fused layer.
        let unbiased = n_values as f64 / (n_values as f64 - 1.0).max(1.0);
        if let Some(means) = parameters.get_mut(&format!("{}.running_mean", self.name)) {
            for ((value, mean), left_out) in means.values.iter_mut().zip(&self.mean).zip(left_out) {
                *value = blend(*value, mean + left_out);
            }
        }
        if let Some(variances) = parameters.get_mut(&format!("{}.running_var", self.name)) {
            for (value, variance) in variances.values.iter_mut().zip(&self.variance) {
                *value = blend(*value, variance * unbiased);
            }
        }
    }
}

fn set(tensors: &mut NamedTensors, name: &str, values: impl IntoIterator<Item = f32>) {
    if let Some(tensor) = tensors.get_mut(name) {
        for (to, value) in tensor.values.iter_mut().zip(values) {
            *to = value;
        }
    }
}

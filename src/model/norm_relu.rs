use candle_core::{Result, Tensor, Var};
use candle_nn::{Init, VarBuilder};

use super::custom_backward::{ArgumentGradients, Backward, with_backward};
use thorax_engine::NetworkSpec;

/// Batch norm, then ReLU; (B, C, H, W) in and out.
///
/// In training one node of the graph, which keeps nothing but its input and its output: candle's
/// own norm keeps every step between, several times the memory.
pub struct NormRelu {
    weight: Tensor,
    bias: Tensor,
    running_mean: Var,
    running_var: Var,
    epsilon: f64,
    momentum: f64,
}

impl NormRelu {
    /// Takes `weight`, `bias`, `running_mean` and `running_var` of `vb`; running statistics that
    /// are variables there are the same variables here.
    pub fn new(n_channels: usize, config: &NetworkSpec, vb: &VarBuilder<'_>) -> Result<Self> {
        let tensor = |name, start| vb.get_with_hints(n_channels, name, Init::Const(start));
        Ok(Self {
            weight: tensor("weight", 1.0)?,
            bias: tensor("bias", 0.0)?,
            running_mean: Var::from_tensor(&tensor("running_mean", 0.0)?)?,
            running_var: Var::from_tensor(&tensor("running_var", 1.0)?)?,
            epsilon: config.bn_epsilon(),
            momentum: config.bn_momentum(),
        })
    }

    /// In training by the batch's own statistics, towards which the running ones move.
    pub fn forward_t(&self, xs: &Tensor, train: bool) -> Result<Tensor> {
        if train {
            self.forward_train(xs)
        } else {
            self.forward_running(xs)?.relu()
        }
    }

    fn forward_running(&self, xs: &Tensor) -> Result<Tensor> {
        let deviation = (self.running_var.as_detached_tensor() + self.epsilon)?.sqrt()?;
        xs.broadcast_sub(&over_map(&self.running_mean.as_detached_tensor())?)?
            .broadcast_div(&over_map(&deviation)?)?
            .broadcast_mul(&over_map(&self.weight)?)?
            .broadcast_add(&over_map(&self.bias)?)
    }

    fn forward_train(&self, xs: &Tensor) -> Result<Tensor> {
        let values = xs.detach();
        let mean = channel_means(&values)?;
        let squares = values.broadcast_sub(&over_map(&mean)?)?.sqr()?;
        let variance = channel_means(&squares)?;
        self.update_running(&mean, &variance, n_values(xs)?)?;

        let inverse_deviation = (variance + self.epsilon)?.sqrt()?.recip()?;
        let scale = (self.weight.detach() * &inverse_deviation)?;
        let shift = (self.bias.detach() - (&mean * &scale)?)?;
        let ys = values
            .broadcast_mul(&over_map(&scale)?)?
            .broadcast_add(&over_map(&shift)?)?
            .relu()?;
        let rule = NormReluBackward {
            mean,
            inverse_deviation,
        };
        with_backward(ys, [xs, &self.weight, &self.bias], rule)
    }

    fn update_running(&self, mean: &Tensor, variance: &Tensor, n_values: f64) -> Result<()> {
        // The running variance is the unbiased one, as in Keras' fused layer.
        let unbiased = n_values / (n_values - 1.0).max(1.0);
        for (running, batch, factor) in [
            (&self.running_mean, mean, 1.0),
            (&self.running_var, variance, unbiased),
        ] {
            let kept = (running.as_detached_tensor() * self.momentum)?;
            running.set(&(kept + (batch * ((1.0 - self.momentum) * factor))?)?)?;
        }
        Ok(())
    }
}

struct NormReluBackward {
    /// (C)
    mean: Tensor,
    /// (C), with epsilon
    inverse_deviation: Tensor,
}

impl Backward for NormReluBackward {
    const NAME: &'static str = "norm and ReLU";

    /// With `u = (x - mean) / deviation` and `dn` what the ReLU lets through, the gradient is
    /// `scale * (dn - mean(dn) - u * mean(dn * u))` (Ioffe and Szegedy, 2015).
    fn backward(
        &self,
        [xs, weight, _bias]: [&Tensor; 3],
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<ArgumentGradients> {
        let n_values = n_values(xs)?;
        // The output is never below 0, so its sign is the ReLU's slope.
        let passed = (gradient * result.detach().sign()?)?;
        let centred = xs.detach().broadcast_sub(&over_map(&self.mean)?)?;
        let by_bias = (channel_means(&passed)? * n_values)?;
        let by_weight = (channel_means(&(&passed * &centred)?)? * n_values)?;
        let by_weight = (by_weight * &self.inverse_deviation)?;
        let scale = (weight.detach() * &self.inverse_deviation)?;
        let value_slope = (&scale * &self.inverse_deviation)?;
        let value_slope = ((value_slope * &by_weight)? * (-1.0 / n_values))?;
        let constant = ((&scale * &by_bias)? * (-1.0 / n_values))?;
        let by_xs = (passed.broadcast_mul(&over_map(&scale)?)?
            + centred.broadcast_mul(&over_map(&value_slope)?)?)?
        .broadcast_add(&over_map(&constant)?)?;
        Ok([Some(by_xs), Some(by_weight), Some(by_bias)])
    }
}

/// Means over films and pixels, (C). Pixels first: their sums stay small, and keep more digits.
fn channel_means(xs: &Tensor) -> Result<Tensor> {
    xs.flatten_from(2)?.mean(2)?.mean(0)
}

/// Values of a channel.
fn n_values(xs: &Tensor) -> Result<f64> {
    let (n_batch, _, height, width) = xs.dims4()?;
    Ok((n_batch * height * width) as f64)
}

/// (C) as (1, C, 1, 1).
fn over_map(channels: &Tensor) -> Result<Tensor> {
    channels.reshape((1, (), 1, 1))
}

#[cfg(test)]
mod tests;

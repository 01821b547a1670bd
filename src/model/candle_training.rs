use std::collections::BTreeMap;
use std::fmt;

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::VarBuilder;

use super::device::ComputeDevice;
use super::error::ModelError;
use super::resnet_v2::ResNetV2;
use thorax_engine::{
    BatchLoss, EngineError, HeadPass, HostTensor, LossWeights, NamedTensors, NetworkSpec,
    Optimizer, TrainingState, is_trainable,
};

/// Training steps by candle's tensors, on a GPU above all; as a [`thorax_engine::TrainingPlan`].
///
/// Parameters, moments and gradients stay on the host between steps, so that the same optimizer,
/// checks and checkpoints serve both: 7 MB each way, little beside a step.
pub struct CandleTraining {
    architecture: NetworkSpec,
    device: Device,
    network: ResNetV2,
    /// Of the network, running statistics included.
    variables: BTreeMap<String, Var>,
    gradients: NamedTensors,
    logits: Vec<f32>,
}

impl CandleTraining {
    /// Makes room for the parameters on the device; a batch takes memory only while it is computed.
    pub fn new(architecture: NetworkSpec, device: &ComputeDevice) -> Result<Self, ModelError> {
        let precision = device.precision();
        let device = device.candle().clone();
        let mut variables = BTreeMap::new();
        let mut gradients = NamedTensors::new();
        for (name, shape) in architecture.tensors() {
            variables.insert(
                name.clone(),
                Var::zeros(shape.as_slice(), DType::F32, &device)?,
            );
            if is_trainable(&name) {
                let values = vec![0.0; shape.iter().product()];
                gradients.insert(name, HostTensor { shape, values });
            }
        }
        let tensors = variables.iter().map(|(name, variable)| {
            let tensor = if is_silent(name, variable.rank()) {
                variable.as_detached_tensor()
            } else {
                variable.as_tensor().clone()
            };
            (name.clone(), tensor)
        });
        let vb = VarBuilder::from_tensors(tensors.collect(), DType::F32, &device);
        Ok(Self {
            network: ResNetV2::with_precision(&architecture, precision, &vb)?,
            architecture,
            device,
            variables,
            gradients,
            logits: Vec::new(),
        })
    }

    /// The network that it trains.
    pub fn spec(&self) -> &NetworkSpec {
        &self.architecture
    }

    /// Logits `(film, output)` of the last batch, with batch statistics.
    pub fn logits(&self) -> &[f32] {
        &self.logits
    }

    /// Gradients of the last batch by the name of the parameter.
    ///
    /// Those of convolutions' biases are 0: a batch norm follows all of them.
    pub fn gradients(&self) -> &NamedTensors {
        &self.gradients
    }

    /// One step: `films` are `(film, side, side)`, `labels` 0 to 1, or NaN (unknown),
    /// as `(film, output)`.
    ///
    /// Where the loss is not finite the caller should stop, the state is spoilt.
    pub fn step(
        &mut self,
        state: &mut TrainingState,
        films: &[f32],
        labels: &[f32],
        loss: &LossWeights,
        optimizer: &Optimizer,
    ) -> Result<BatchLoss, ModelError> {
        let batch_loss = self.gradients_of(&mut state.parameters, films, labels, loss)?;
        optimizer.update(&self.gradients, 1.0, state);
        Ok(batch_loss)
    }

    /// The loss and, in [`CandleTraining::gradients`], its gradients. Running statistics move, other
    /// parameters stay.
    pub fn gradients_of(
        &mut self,
        parameters: &mut NamedTensors,
        films: &[f32],
        labels: &[f32],
        loss: &LossWeights,
    ) -> Result<BatchLoss, ModelError> {
        self.gradients_with(HeadPass::default(), parameters, films, labels, loss)
    }

    /// The same with a head that shares its weights or drops features.
    pub fn gradients_with(
        &mut self,
        head: HeadPass<'_>,
        parameters: &mut NamedTensors,
        films: &[f32],
        labels: &[f32],
        loss: &LossWeights,
    ) -> Result<BatchLoss, ModelError> {
        self.architecture.check(parameters)?;
        let n_films = self.check_batch(films, labels, loss)?;
        head.check(&self.architecture, n_films)?;
        for (name, variable) in &self.variables {
            if let Some(tensor) = parameters.get(name) {
                let shape = tensor.shape.as_slice();
                variable.set(&Tensor::from_slice(&tensor.values, shape, &self.device)?)?;
            }
        }
        let side = self.architecture.side();
        let xs = Tensor::from_slice(films, (n_films, 1, side, side), &self.device)?;
        let features = self.network.forward_features(&xs, true)?; // (B, C, h, w)
        let mut pooled = self.network.pool(&features)?; // (B, cells * C)
        if !head.dropout.is_empty() {
            let factors = Tensor::from_slice(head.dropout, pooled.shape(), &self.device)?;
            pooled = (pooled * factors)?;
        }
        let logits = self.network.dense(&pooled)?; // (B, K)
        self.logits = logits.flatten_all()?.to_vec1()?;

        // Few numbers and the one part that must not differ between devices: by the engine's code.
        let mut by_logits = vec![0.0; self.logits.len()];
        let cross_entropy = loss.value_and_gradient(&self.logits, labels, &mut by_logits);
        let by_logits = Tensor::from_vec(by_logits, logits.shape(), &self.device)?;
        // Its gradient is that of the loss.
        let mut objective = (logits * by_logits)?.sum_all()?;
        let penalty = self.penalty(loss.l2)?;
        if let Some(penalty) = &penalty {
            objective = (objective + penalty)?;
        }
        let gradients = objective.backward()?;
        for (name, gradient) in &mut self.gradients {
            let variable = self.variables.get(name);
            if let Some(found) = variable.and_then(|variable| gradients.get(variable)) {
                gradient.values = found.flatten_all()?.to_vec1()?;
            }
        }
        head.kind.share_gradient(&mut self.gradients);
        self.take_running(parameters)?;
        let penalty = penalty.map(|penalty| penalty.to_scalar::<f32>());
        Ok(BatchLoss {
            cross_entropy,
            penalty: penalty.transpose()?.map_or(0.0, f64::from),
        })
    }

    /// `l2` times the sum of squares of every convolution's kernel.
    fn penalty(&self, l2: f32) -> Result<Option<Tensor>, ModelError> {
        if l2 == 0.0 {
            return Ok(None);
        }
        let kernels = self.variables.values();
        let kernels = kernels.filter(|variable| variable.rank() == 4);
        let squares = kernels.map(|kernel| kernel.sqr()?.sum_all());
        let squares = squares.collect::<candle_core::Result<Vec<_>>>()?;
        Ok(Some(
            (Tensor::stack(&squares, 0)?.sum_all()? * f64::from(l2))?,
        ))
    }

    fn take_running(&self, parameters: &mut NamedTensors) -> Result<(), ModelError> {
        for (name, tensor) in parameters {
            let running = self.variables.get(name);
            if let Some(running) = running.filter(|_| !is_trainable(name)) {
                tensor.values = running.to_vec1()?;
            }
        }
        Ok(())
    }

    fn check_batch(
        &self,
        films: &[f32],
        labels: &[f32],
        loss: &LossWeights,
    ) -> Result<usize, EngineError> {
        let film_len = self.architecture.side() * self.architecture.side();
        let n_outputs = self.architecture.n_outputs();
        let n_films = films.len() / film_len;
        if n_films == 0 {
            return Err(EngineError::EmptyBatch);
        }
        for (what, expected, found) in [
            ("pixels", n_films * film_len, films.len()),
            ("labels", n_films * n_outputs, labels.len()),
            ("positive weights", n_outputs, loss.positive.len()),
            ("negative weights", n_outputs, loss.negative.len()),
        ] {
            if expected != found {
                return Err(EngineError::Length {
                    what,
                    expected,
                    found,
                });
            }
        }
        Ok(n_films)
    }
}

impl fmt::Debug for CandleTraining {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CandleTraining")
            .field("architecture", &self.architecture)
            .field("device", &self.device)
            .finish_non_exhaustive()
    }
}

/// Biases of convolutions: the batch norm behind takes off what they add, so all that a gradient
/// could hold is rounding, which Adam would blow up to full steps.
fn is_silent(name: &str, rank: usize) -> bool {
    let is_convolution = name.contains("conv") || name.contains("shortcut");
    is_convolution && rank == 1
}

#[cfg(test)]
mod tests;

//! Training: one step is a forward pass with batch statistics, the loss, every gradient, the optimizer.
//!
//! Only raw outputs of convolutions are kept; norms and ReLU are computed again on reading. Sums
//! for the norms are gathered by the kernel that makes the values. Work is cut into a fixed number
//! of groups with sums of their own, added up in order, so a step's outcome does not depend on
//! which thread was faster.

mod backward;
mod block;
mod forward;
mod head;
mod loss;
mod norm;
mod optimizer;
mod packed;
mod pass;
mod rows;
mod space;
mod state;
mod team;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use super::engine::Engine;
use super::error::EngineError;
use super::named_tensors::NamedTensors;
use super::network_spec::NetworkSpec;

pub use head::{HeadKind, HeadPass};
pub use loss::{BatchLoss, LossWeights};
pub use optimizer::{Adam, Optimizer, OptimizerKind, Sgd, gradient_norm};
pub use state::TrainingState;

use head::HEAD_WEIGHT;
use pass::Passes;

/// All that a training step needs besides the state: memory for one batch, packed weights.
pub struct TrainingPlan {
    engine: Arc<Engine>,
    spec: NetworkSpec,
    passes: Passes,
    gradients: NamedTensors,
    logits: Vec<f32>,
}

impl TrainingPlan {
    /// Sets memory aside for batches of up to `n_films`.
    pub fn new(
        spec: NetworkSpec,
        n_films: usize,
        engine: Arc<Engine>,
    ) -> Result<Self, EngineError> {
        if n_films == 0 {
            return Err(EngineError::EmptyBatch);
        }
        Ok(Self {
            passes: Passes::new(spec, n_films, &engine),
            gradients: state::trainable_zeros(&spec),
            logits: Vec::with_capacity(n_films * spec.n_outputs()),
            engine,
            spec,
        })
    }

    /// The network that it trains.
    pub fn spec(&self) -> &NetworkSpec {
        &self.spec
    }

    /// Logits `(film, output)` of the last batch, with batch statistics.
    pub fn logits(&self) -> &[f32] {
        &self.logits
    }

    /// Gradients of the last batch by the name of the parameter.
    ///
    /// Biases of convolutions have none: a batch norm follows all of them.
    pub fn gradients(&self) -> &NamedTensors {
        &self.gradients
    }

    /// One step: `films` are `(film, side, side)`, `labels` 0 to 1, or NaN (unknown),
    /// as `(film, output)`.
    ///
    /// Parameters, running statistics and moments of `state` move; where the loss is not finite
    /// the caller should stop, the state is spoilt.
    pub fn step(
        &mut self,
        state: &mut TrainingState,
        films: &[f32],
        labels: &[f32],
        loss: &LossWeights,
        optimizer: &Optimizer,
    ) -> Result<BatchLoss, EngineError> {
        let batch_loss = self.gradients_of(&mut state.parameters, films, labels, loss)?;
        optimizer.update(&self.gradients, 1.0, state);
        Ok(batch_loss)
    }

    /// The loss and, in [`TrainingPlan::gradients`], its gradients. Running statistics move, other
    /// parameters stay.
    pub fn gradients_of(
        &mut self,
        parameters: &mut NamedTensors,
        films: &[f32],
        labels: &[f32],
        loss: &LossWeights,
    ) -> Result<BatchLoss, EngineError> {
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
    ) -> Result<BatchLoss, EngineError> {
        self.spec.check(parameters)?;
        let n_films = self.check_batch(films, labels, loss)?;
        head.check(&self.spec, n_films)?;
        let n_outputs = self.spec.n_outputs();

        self.passes
            .forward(&self.engine, parameters, films, n_films)?;
        let weights = tensor(parameters, HEAD_WEIGHT)?;
        let bias = tensor(parameters, "head.dense.bias")?;
        self.logits.resize(n_films * n_outputs, 0.0);
        let (pooled, by_pooled) = self.passes.pooled_and_gradient(n_films);
        let pooled = head.dropped(pooled);
        loss::dense(&pooled, weights, bias, &mut self.logits);
        let mut by_logits = vec![0.0; n_films * n_outputs];
        let cross_entropy = loss.value_and_gradient(&self.logits, labels, &mut by_logits);

        let mut by_weights = vec![0.0; weights.len()];
        let mut by_bias = vec![0.0; bias.len()];
        loss::dense_gradient(
            &pooled,
            weights,
            &by_logits,
            &mut by_weights,
            &mut by_bias,
            by_pooled,
        );
        head.drop_gradient(by_pooled);
        set(&mut self.gradients, HEAD_WEIGHT, &by_weights);
        set(&mut self.gradients, "head.dense.bias", &by_bias);
        head.kind.share_gradient(&mut self.gradients);
        self.passes
            .backward(&self.engine, parameters, &mut self.gradients, n_films)?;

        let momentum = self.spec.bn_momentum();
        self.passes.update_running(parameters, n_films, momentum)?;
        let penalty = add_penalty(loss.l2, parameters, &mut self.gradients);
        Ok(BatchLoss {
            cross_entropy,
            penalty,
        })
    }

    fn check_batch(
        &self,
        films: &[f32],
        labels: &[f32],
        loss: &LossWeights,
    ) -> Result<usize, EngineError> {
        let film_len = self.spec.side() * self.spec.side();
        let n_outputs = self.spec.n_outputs();
        let n_films = films.len() / film_len;
        if n_films == 0 {
            return Err(EngineError::EmptyBatch);
        }
        let check = |what, expected, found| {
            if expected == found {
                return Ok(());
            }
            Err(EngineError::Length {
                what,
                expected,
                found,
            })
        };
        check(
            "pixels",
            n_films.min(self.passes.n_films()) * film_len,
            films.len(),
        )?;
        check("labels", n_films * n_outputs, labels.len())?;
        check("positive weights", n_outputs, loss.positive.len())?;
        check("negative weights", n_outputs, loss.negative.len())?;
        Ok(n_films)
    }
}

impl fmt::Debug for TrainingPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrainingPlan")
            .field("spec", &self.spec)
            .field("n_films", &self.passes.n_films())
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

/// `l2` times the sum of squares of every convolution's kernel; adds its gradient.
fn add_penalty(l2: f32, parameters: &NamedTensors, gradients: &mut NamedTensors) -> f64 {
    if l2 == 0.0 {
        return 0.0;
    }
    let mut squares = 0.0;
    for (name, gradient) in gradients {
        let Some(kernel) = parameters
            .get(name)
            .filter(|kernel| kernel.shape.len() == 4)
        else {
            continue;
        };
        for (gradient, &value) in gradient.values.iter_mut().zip(&kernel.values) {
            *gradient += 2.0 * l2 * value;
            squares += f64::from(value) * f64::from(value);
        }
    }
    f64::from(l2) * squares
}

fn tensor<'a>(tensors: &'a NamedTensors, name: &str) -> Result<&'a [f32], EngineError> {
    match tensors.get(name) {
        Some(tensor) => Ok(&tensor.values),
        None => Err(EngineError::MissingTensor(name.into())),
    }
}

fn set(tensors: &mut NamedTensors, name: &str, values: &[f32]) {
    if let Some(tensor) = tensors.get_mut(name) {
        tensor.values.copy_from_slice(values);
    }
}

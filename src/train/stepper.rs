use std::sync::Arc;

use crate::model::{CandleTraining, ComputeDevice, ModelError};
use thorax_engine::{BatchLoss, HeadPass, LossWeights, NamedTensors, NetworkSpec, TrainingPlan};

/// The implementation of a step: the built-in kernels, or candle's tensors.
pub enum Stepper {
    /// The CPU engine.
    Engine(Box<TrainingPlan>),
    /// A GPU, or the slow reference.
    Candle(Box<CandleTraining>),
}

impl Stepper {
    /// Makes ready for batches of up to `n_films`.
    pub fn new(
        architecture: NetworkSpec,
        n_films: usize,
        device: &ComputeDevice,
    ) -> Result<Self, ModelError> {
        Ok(match device.engine() {
            Some(engine) => {
                let plan = TrainingPlan::new(architecture, n_films, Arc::clone(engine))?;
                Self::Engine(Box::new(plan))
            }
            None => Self::Candle(Box::new(CandleTraining::new(architecture, device)?)),
        })
    }

    /// The loss of a batch; its gradients are then in [`Stepper::gradients`].
    pub fn gradients_of(
        &mut self,
        head: HeadPass<'_>,
        parameters: &mut NamedTensors,
        films: &[f32],
        targets: &[f32],
        loss: &LossWeights,
    ) -> Result<BatchLoss, ModelError> {
        match self {
            Self::Engine(plan) => Ok(plan.gradients_with(head, parameters, films, targets, loss)?),
            Self::Candle(training) => {
                training.gradients_with(head, parameters, films, targets, loss)
            }
        }
    }

    /// The network that it trains.
    pub fn architecture(&self) -> &NetworkSpec {
        match self {
            Self::Engine(plan) => plan.spec(),
            Self::Candle(training) => training.spec(),
        }
    }

    /// Gradients of the last batch.
    pub fn gradients(&self) -> &NamedTensors {
        match self {
            Self::Engine(plan) => plan.gradients(),
            Self::Candle(training) => training.gradients(),
        }
    }

    /// Logits `(film, label)` of the last batch.
    pub fn logits(&self) -> &[f32] {
        match self {
            Self::Engine(plan) => plan.logits(),
            Self::Candle(training) => training.logits(),
        }
    }
}

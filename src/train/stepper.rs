use std::sync::Arc;

use super::TrainError;
use crate::model::ComputeDevice;
use crate::model::kernels::{
    Architecture, BatchLoss, EngineError, LossWeights, NamedTensors, TrainingPlan,
};

/// What computes a step: our kernels, or candle's tensors.
pub enum Stepper {
    /// The CPU engine.
    Engine(Box<TrainingPlan>),
}

impl Stepper {
    /// Sets memory aside for batches of up to `n_films`.
    pub fn new(
        architecture: Architecture,
        n_films: usize,
        device: &ComputeDevice,
    ) -> Result<Self, TrainError> {
        let Some(engine) = device.engine() else {
            return Err(TrainError::Value("this device cannot train".to_owned()));
        };
        let plan = TrainingPlan::new(architecture, n_films, Arc::clone(engine))?;
        Ok(Self::Engine(Box::new(plan)))
    }

    /// The loss of a batch; its gradients are then in [`Stepper::gradients`].
    pub fn gradients_of(
        &mut self,
        parameters: &mut NamedTensors,
        films: &[f32],
        truth: &[f32],
        loss: &LossWeights,
    ) -> Result<BatchLoss, EngineError> {
        match self {
            Self::Engine(plan) => plan.gradients_of(parameters, films, truth, loss),
        }
    }

    /// Gradients of the last batch.
    pub fn gradients(&self) -> &NamedTensors {
        match self {
            Self::Engine(plan) => plan.gradients(),
        }
    }

    /// Logits `(film, label)` of the last batch.
    pub fn logits(&self) -> &[f32] {
        match self {
            Self::Engine(plan) => plan.logits(),
        }
    }
}

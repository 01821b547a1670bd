use super::super::error::EngineError;
use super::super::named_tensors::{HostTensor, NamedTensors, is_trainable};
use super::super::network_spec::NetworkSpec;

/// The training state of a checkpoint, besides the position in the data.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingState {
    /// Weights and running statistics.
    pub parameters: NamedTensors,
    /// Running means of the gradients.
    pub first_moments: NamedTensors,
    /// Running means of the squared gradients.
    pub second_moments: NamedTensors,
    /// Updates so far.
    pub n_steps: u64,
}

impl TrainingState {
    /// Training that begins from `parameters`, with moments of zero.
    pub fn new(spec: &NetworkSpec, parameters: NamedTensors) -> Result<Self, EngineError> {
        spec.check(&parameters)?;
        Ok(Self {
            parameters,
            first_moments: trainable_zeros(spec),
            second_moments: trainable_zeros(spec),
            n_steps: 0,
        })
    }
}

/// Zeros for every tensor that is learned by gradient.
pub(super) fn trainable_zeros(spec: &NetworkSpec) -> NamedTensors {
    let tensors = spec.tensors().into_iter();
    tensors
        .filter(|(name, _)| is_trainable(name))
        .map(|(name, shape)| {
            let values = vec![0.0; shape.iter().product()];
            (name, HostTensor { shape, values })
        })
        .collect()
}

use std::sync::{Mutex, PoisonError};

use candle_core::Tensor;

use super::device::ComputeDevice;
use super::error::ModelError;
use super::inference::FeatureMaps;
use super::resnet_v2::ResNetV2;
use crate::imaging::ModelInput;
use thorax_engine::{NamedTensors, NetworkSpec, ScoringPlan};

/// Films that candle computes at once: more would take gigabytes.
const CANDLE_BATCH: usize = 32;

/// The network by whatever computes it; all ways give the same within rounding.
pub enum Network {
    /// Our own kernels. They work in memory of their own, so for one film at a time.
    Plan(Mutex<ScoringPlan>),
    /// candle's tensors.
    Candle(ResNetV2, ComputeDevice),
}

impl Network {
    pub fn new(
        config: &NetworkSpec,
        weights: &NamedTensors,
        device: &ComputeDevice,
    ) -> Result<Self, ModelError> {
        let Some(engine) = device.engine() else {
            let network =
                ResNetV2::from_weights_at(config, device.precision(), weights, device.candle())?;
            // Films may be scored by another thread, whose stream on a GPU does not wait for ours.
            device.candle().synchronize()?;
            return Ok(Self::Candle(network, device.clone()));
        };
        let plan = ScoringPlan::new(weights, *config, engine.clone())?;
        Ok(Self::Plan(Mutex::new(plan)))
    }

    /// Logits (K) and last activation (h, w, C) of one film.
    pub fn forward(&self, input: &ModelInput) -> Result<(Vec<f32>, FeatureMaps), ModelError> {
        match self {
            Self::Plan(plan) => {
                // A panic in a kernel leaves numbers behind that the next film overwrites.
                let mut plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
                let side = plan.spec().feature_side();
                let outputs = plan.score_film(&input.values)?;
                let features = FeatureMaps {
                    side,
                    n_channels: NetworkSpec::N_FEATURES,
                    values: outputs.activation.to_vec(),
                };
                Ok((outputs.logits.to_vec(), features))
            }
            Self::Candle(network, device) => candle_forward(network, device, input),
        }
    }

    /// Whether a film's logits are the same to the bit in any batch.
    pub fn is_batch_invariant(&self) -> bool {
        matches!(self, Self::Plan(_))
    }

    /// Logits (B, K) of films (B, H, W), row by row.
    pub fn logits(&self, films: &[f32], config: &NetworkSpec) -> Result<Vec<f32>, ModelError> {
        match self {
            Self::Plan(plan) => {
                let mut plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(plan.score(films)?.to_vec())
            }
            Self::Candle(network, device) => {
                let side = config.side();
                let mut logits = Vec::new();
                for films in films.chunks(CANDLE_BATCH * side * side) {
                    let shape = (films.len() / (side * side), 1, side, side);
                    let xs = Tensor::from_slice(films, shape, device.candle())?; // (B, 1, H, W)
                    let ys = network.forward_t(&xs, false)?; // (B, K)
                    logits.extend(ys.flatten_all()?.to_vec1::<f32>()?);
                }
                Ok(logits)
            }
        }
    }
}

fn candle_forward(
    network: &ResNetV2,
    device: &ComputeDevice,
    input: &ModelInput,
) -> Result<(Vec<f32>, FeatureMaps), ModelError> {
    let shape = (1, 1, input.side, input.side);
    let xs = Tensor::from_slice(&input.values, shape, device.candle())?; // (B, 1, H, W)
    let features = network.forward_features(&xs, false)?; // (1, C, h, w)
    let logits = network.forward_head(&features)?; // (1, K)
    let (_, n_channels, side, _) = features.dims4()?;
    let features = features.permute((0, 2, 3, 1))?.flatten_all()?;
    let features = FeatureMaps {
        side,
        n_channels,
        values: features.to_vec1()?,
    };
    Ok((logits.flatten_all()?.to_vec1()?, features))
}

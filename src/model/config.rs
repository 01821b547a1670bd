use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::kernels::{Architecture, EngineError};

/// Shape of the network: a bottleneck ResNet-v2 for one gray channel, as in Keras' example.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", into = "Unchecked")]
pub struct ResNetConfig {
    architecture: Architecture,
    depth: usize,
    bn_epsilon: f64,
    bn_momentum: f64,
}

/// Hyper-parameters that make no network.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ConfigError {
    #[error("expected a depth of 9n + 2 from 11 to 1001, got {depth}")]
    Depth { depth: usize },
    #[error("expected an input side of 32 to 1024, a multiple of 32, got {side}")]
    Side { side: usize },
    #[error("expected 1 to 1000 outputs, got {n_outputs}")]
    Outputs { n_outputs: usize },
    #[error(
        "expected batch norm with epsilon above 0 and momentum in 0..1, got {epsilon}, {momentum}"
    )]
    BatchNorm { epsilon: f64, momentum: f64 },
}

/// The change of channels and map size in a block of one stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Channels that come in.
    pub n_in: usize,
    /// Channels inside the bottleneck.
    pub n_mid: usize,
    /// Channels that go out.
    pub n_out: usize,
    /// Stride of the stage's first block.
    pub stride: usize,
}

impl ResNetConfig {
    /// Channels of the first convolution.
    pub const N_STEM: usize = 16;
    /// The three stages: halving the map and widening it.
    pub const STAGES: [Stage; 3] = [
        Stage {
            n_in: 16,
            n_mid: 16,
            n_out: 64,
            stride: 1,
        },
        Stage {
            n_in: 64,
            n_mid: 64,
            n_out: 128,
            stride: 2,
        },
        Stage {
            n_in: 128,
            n_mid: 128,
            n_out: 256,
            stride: 2,
        },
    ];
    /// Channels of the last activation, C.
    pub const N_FEATURES: usize = 256;
    /// Side of the squares that the last pooling averages.
    pub const POOL: usize = 8;

    /// Keras' batch norm: epsilon 1e-3, momentum 0.99.
    pub fn new(depth: usize, side: usize, n_outputs: usize) -> Result<Self, ConfigError> {
        Self::try_from(Unchecked {
            depth,
            side,
            n_outputs,
            bn_epsilon: 1e-3,
            bn_momentum: 0.99,
        })
    }

    /// The same network in the engine's terms, which has the list of its tensors.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The engine's network.
    pub fn of_engine(architecture: &Architecture) -> Result<Self, ConfigError> {
        Self::try_from(Unchecked {
            depth: architecture.depth(),
            side: architecture.side(),
            n_outputs: architecture.n_outputs(),
            bn_epsilon: f64::from(architecture.epsilon()),
            bn_momentum: architecture.bn_momentum(),
        })
    }

    /// Layers with weights, `9 n + 2`.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Blocks in each stage, n.
    pub fn n_blocks(&self) -> usize {
        (self.depth - 2) / 9
    }

    /// Width and height of the input in pixels.
    pub fn side(&self) -> usize {
        self.architecture.side()
    }

    /// Labels, K.
    pub fn n_outputs(&self) -> usize {
        self.architecture.n_outputs()
    }

    /// Added to variances.
    pub fn bn_epsilon(&self) -> f64 {
        self.bn_epsilon
    }

    /// Share of the old running statistics that a training step keeps, as Keras counts it.
    pub fn bn_momentum(&self) -> f64 {
        self.bn_momentum
    }

    /// Width and height of the last activation.
    pub fn feature_side(&self) -> usize {
        self.side() / 4
    }

    /// Cells along each side of the pooled map.
    pub fn n_cells(&self) -> usize {
        self.feature_side() / Self::POOL
    }
}

/// The fields as read from a file, before validation.
#[derive(Serialize, Deserialize)]
struct Unchecked {
    depth: usize,
    side: usize,
    n_outputs: usize,
    bn_epsilon: f64,
    bn_momentum: f64,
}

impl TryFrom<Unchecked> for ResNetConfig {
    type Error = ConfigError;

    fn try_from(fields: Unchecked) -> Result<Self, ConfigError> {
        let Unchecked {
            depth,
            side,
            n_outputs,
            bn_epsilon,
            bn_momentum,
        } = fields;
        // The engine would take larger ones; a file that asks for them is more likely broken.
        if depth > 1001 {
            return Err(ConfigError::Depth { depth });
        }
        if side > 1024 {
            return Err(ConfigError::Side { side });
        }
        if n_outputs > 1000 {
            return Err(ConfigError::Outputs { n_outputs });
        }
        if !(bn_epsilon > 0.0 && bn_epsilon < 1.0 && (0.0..1.0).contains(&bn_momentum)) {
            return Err(ConfigError::BatchNorm {
                epsilon: bn_epsilon,
                momentum: bn_momentum,
            });
        }
        let architecture = Architecture::new(depth, side, n_outputs, bn_epsilon as f32);
        let architecture = architecture.map_err(|error| match error {
            EngineError::Side(side) => ConfigError::Side { side },
            EngineError::NoOutputs => ConfigError::Outputs { n_outputs },
            _ => ConfigError::Depth { depth },
        })?;
        Ok(Self {
            architecture: architecture.with_bn_momentum(bn_momentum),
            depth,
            bn_epsilon,
            bn_momentum,
        })
    }
}

impl From<ResNetConfig> for Unchecked {
    fn from(config: ResNetConfig) -> Self {
        Self {
            depth: config.depth,
            side: config.side(),
            n_outputs: config.n_outputs(),
            bn_epsilon: config.bn_epsilon,
            bn_momentum: config.bn_momentum,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_network_has_six_blocks_a_stage_and_sixteen_cells() {
        let config = ResNetConfig::new(56, 128, 14).unwrap();
        assert_eq!(config.n_blocks(), 6);
        assert_eq!((config.feature_side(), config.n_cells()), (32, 4));
    }

    #[test]
    fn shapes_that_are_no_network_are_refused() {
        let error = |depth, side, n_outputs| ResNetConfig::new(depth, side, n_outputs).unwrap_err();
        assert_eq!(error(50, 128, 14), ConfigError::Depth { depth: 50 });
        assert_eq!(error(2, 128, 14), ConfigError::Depth { depth: 2 });
        assert_eq!(error(56, 100, 14), ConfigError::Side { side: 100 });
        assert_eq!(error(56, 128, 0), ConfigError::Outputs { n_outputs: 0 });
    }
}

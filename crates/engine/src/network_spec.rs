use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::error::EngineError;
use super::named_tensors::NamedTensors;

/// Groups of blocks that work at one resolution.
pub(super) const N_STAGES: usize = NetworkSpec::STAGES.len();
/// Channels inside the blocks of a stage; also those that enter its first block.
pub(super) const MID: [usize; N_STAGES] = [
    NetworkSpec::STAGES[0].n_mid,
    NetworkSpec::STAGES[1].n_mid,
    NetworkSpec::STAGES[2].n_mid,
];
/// Channels that leave the blocks of a stage.
pub(super) const OUT: [usize; N_STAGES] = [
    NetworkSpec::STAGES[0].n_out,
    NetworkSpec::STAGES[1].n_out,
    NetworkSpec::STAGES[2].n_out,
];
/// Pixels along one side of a pooling cell of the head.
pub(super) const CELL: usize = NetworkSpec::POOL;
/// The side of a film is a multiple of this: two halvings, then whole cells.
const SIDE_STEP: usize = 4 * CELL;

/// A network that is not of this family, or is larger than any that is used.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum SpecError {
    #[error(
        "expected a depth of 9n + 2 from 11 to {}, got {depth}",
        NetworkSpec::MAX_DEPTH
    )]
    Depth { depth: usize },
    #[error(
        "expected an input side of {SIDE_STEP} to {}, a multiple of {SIDE_STEP}, got {side}",
        NetworkSpec::MAX_SIDE
    )]
    Side { side: usize },
    #[error("expected 1 to {} outputs, got {n_outputs}", NetworkSpec::MAX_OUTPUTS)]
    Outputs { n_outputs: usize },
    #[error(
        "expected batch norm with epsilon above 0 and momentum in 0..1, got {epsilon}, {momentum}"
    )]
    BatchNorm { epsilon: f64, momentum: f64 },
}

/// The change of channels and map size in the blocks of one stage.
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

/// Description of a network: a bottleneck ResNet-v2 for one gray channel, as in Keras' example.
///
/// Fixes the name and the shape of every tensor. Written to model files as it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", into = "Unchecked")]
pub struct NetworkSpec {
    blocks_per_stage: usize,
    side: usize,
    n_outputs: usize,
    bn_epsilon: f64,
    bn_momentum: f64,
}

impl NetworkSpec {
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
    /// Deeper networks could be computed; a file that asks for one is more likely broken.
    pub const MAX_DEPTH: usize = 1001;
    /// As [`Self::MAX_DEPTH`], for pixels along one side of the input.
    pub const MAX_SIDE: usize = 1024;
    /// As [`Self::MAX_DEPTH`], for outputs.
    pub const MAX_OUTPUTS: usize = 1000;

    /// `depth` layers with weights (9n + 2), films of `side` by `side` pixels (a multiple of 32),
    /// `n_outputs` findings, and Keras' batch norm: epsilon 1e-3, momentum 0.99.
    pub fn new(depth: usize, side: usize, n_outputs: usize) -> Result<Self, SpecError> {
        Self::try_from(Unchecked {
            depth,
            side,
            n_outputs,
            bn_epsilon: 1e-3,
            bn_momentum: 0.99,
        })
    }

    /// The same network with another batch norm: `epsilon` is added to variances, `momentum` is the
    /// share of the running statistics that a training step keeps, in `[0, 1)`.
    pub fn with_batch_norm(self, epsilon: f64, momentum: f64) -> Result<Self, SpecError> {
        Self::try_from(Unchecked {
            bn_epsilon: epsilon,
            bn_momentum: momentum,
            ..Unchecked::from(self)
        })
    }

    /// Layers with weights, 9n + 2.
    pub fn depth(&self) -> usize {
        9 * self.blocks_per_stage + 2
    }

    /// Blocks in each stage, n.
    pub fn n_blocks(&self) -> usize {
        self.blocks_per_stage
    }

    /// Width and height of the input in pixels.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Outputs of the head, K.
    pub fn n_outputs(&self) -> usize {
        self.n_outputs
    }

    /// Added to the variances of batch norm.
    pub fn bn_epsilon(&self) -> f64 {
        self.bn_epsilon
    }

    /// Share of the running statistics of batch norm that a training step keeps, in `[0, 1)`.
    pub fn bn_momentum(&self) -> f64 {
        self.bn_momentum
    }

    /// Width and height of the last activation.
    pub fn feature_side(&self) -> usize {
        self.side_of(N_STAGES - 1)
    }

    /// Pooling cells along each side of the last activation.
    pub fn n_cells(&self) -> usize {
        self.feature_side() / Self::POOL
    }

    /// Values that enter the dense layer: the means of 8x8 cells, `(row, column, channel)`.
    pub fn n_pooled(&self) -> usize {
        self.n_cells().pow(2) * Self::N_FEATURES
    }

    /// What the kernels add to variances.
    pub(super) fn epsilon(&self) -> f32 {
        self.bn_epsilon as f32
    }

    /// Pixels along one side of the maps of a stage.
    pub(super) fn side_of(&self, stage: usize) -> usize {
        self.side >> stage
    }

    /// All blocks in order.
    pub(super) fn blocks(&self) -> impl DoubleEndedIterator<Item = BlockId> + use<> {
        let n = self.blocks_per_stage;
        (0..N_STAGES * n).map(move |i| BlockId {
            stage: i / n,
            block: i % n,
            n_blocks: n,
        })
    }

    /// Every tensor of the network in the order of the forward pass, with its shape.
    pub fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let mut list = TensorList::default();
        list.convolution("stem.conv", [MID[0], 1, 3, 3]);
        list.norm("stem.bn", MID[0]);
        for id in self.blocks() {
            let (mid, out) = (MID[id.stage], OUT[id.stage]);
            if id.has_first_norm() {
                list.norm(&id.name("bn1"), id.n_in());
            }
            list.convolution(&id.name("conv1"), [mid, id.n_in(), 1, 1]);
            list.norm(&id.name("bn2"), mid);
            list.convolution(&id.name("conv2"), [mid, mid, 3, 3]);
            list.norm(&id.name("bn3"), mid);
            list.convolution(&id.name("conv3"), [out, mid, 1, 1]);
            if id.is_first() {
                list.convolution(&id.name("shortcut"), [out, mid, 1, 1]);
            }
        }
        list.norm("head.bn", Self::N_FEATURES);
        list.0.push((
            "head.dense.weight".into(),
            vec![self.n_outputs, self.n_pooled()],
        ));
        list.0
            .push(("head.dense.bias".into(), vec![self.n_outputs]));
        list.0
    }

    /// Whether `tensors` hold all that the network needs, in the right shapes.
    pub fn check(&self, tensors: &NamedTensors) -> Result<(), EngineError> {
        for (name, expected) in self.tensors() {
            let Some(tensor) = tensors.get(&name) else {
                return Err(EngineError::MissingTensor(name));
            };
            let n_values: usize = expected.iter().product();
            if tensor.shape != expected || tensor.values.len() != n_values {
                return Err(EngineError::TensorShape {
                    name,
                    expected,
                    found: tensor.shape.clone(),
                });
            }
        }
        Ok(())
    }
}

/// The fields as a file has them, before they are checked.
#[derive(Serialize, Deserialize)]
struct Unchecked {
    depth: usize,
    side: usize,
    n_outputs: usize,
    bn_epsilon: f64,
    bn_momentum: f64,
}

impl TryFrom<Unchecked> for NetworkSpec {
    type Error = SpecError;

    fn try_from(fields: Unchecked) -> Result<Self, SpecError> {
        let Unchecked {
            depth,
            side,
            n_outputs,
            bn_epsilon,
            bn_momentum,
        } = fields;
        if !(11..=Self::MAX_DEPTH).contains(&depth) || !(depth - 2).is_multiple_of(9) {
            return Err(SpecError::Depth { depth });
        }
        if !(SIDE_STEP..=Self::MAX_SIDE).contains(&side) || !side.is_multiple_of(SIDE_STEP) {
            return Err(SpecError::Side { side });
        }
        if !(1..=Self::MAX_OUTPUTS).contains(&n_outputs) {
            return Err(SpecError::Outputs { n_outputs });
        }
        if !(bn_epsilon > 0.0 && bn_epsilon < 1.0 && (0.0..1.0).contains(&bn_momentum)) {
            return Err(SpecError::BatchNorm {
                epsilon: bn_epsilon,
                momentum: bn_momentum,
            });
        }
        Ok(Self {
            blocks_per_stage: (depth - 2) / 9,
            side,
            n_outputs,
            bn_epsilon,
            bn_momentum,
        })
    }
}

impl From<NetworkSpec> for Unchecked {
    fn from(spec: NetworkSpec) -> Self {
        Self {
            depth: spec.depth(),
            side: spec.side,
            n_outputs: spec.n_outputs,
            bn_epsilon: spec.bn_epsilon,
            bn_momentum: spec.bn_momentum,
        }
    }
}

#[derive(Default)]
struct TensorList(Vec<(String, Vec<usize>)>);

impl TensorList {
    fn convolution(&mut self, name: &str, shape: [usize; 4]) {
        self.0.push((format!("{name}.weight"), shape.to_vec()));
        self.0.push((format!("{name}.bias"), vec![shape[0]]));
    }

    fn norm(&mut self, name: &str, n_channels: usize) {
        for part in ["weight", "bias", "running_mean", "running_var"] {
            self.0.push((format!("{name}.{part}"), vec![n_channels]));
        }
    }
}

/// One bottleneck block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockId {
    pub stage: usize,
    pub block: usize,
    n_blocks: usize,
}

impl BlockId {
    /// `stage1.block0.{part}`.
    pub fn name(self, part: &str) -> String {
        format!("stage{}.block{}.{part}", self.stage, self.block)
    }

    /// The first of its stage: it changes the number of channels and has a shortcut convolution.
    pub fn is_first(self) -> bool {
        self.block == 0
    }

    /// The last of its stage.
    pub fn is_last(self) -> bool {
        self.block + 1 == self.n_blocks
    }

    /// The very first block follows the stem's ReLU and has no norm of its own.
    pub fn has_first_norm(self) -> bool {
        self.stage > 0 || self.block > 0
    }

    /// Distance of the pixels that the first convolution and the shortcut read.
    pub fn stride(self) -> usize {
        if self.is_first() && self.stage > 0 {
            2
        } else {
            1
        }
    }

    /// Channels that enter the block.
    pub fn n_in(self) -> usize {
        if self.is_first() {
            MID[self.stage]
        } else {
            OUT[self.stage]
        }
    }

    /// Index among all blocks.
    pub fn index(self) -> usize {
        self.stage * self.n_blocks + self.block
    }

    /// Prefix of the name of the batch norm that follows the block.
    pub fn following_norm(self) -> String {
        let next = |stage, block| {
            Self {
                stage,
                block,
                ..self
            }
            .name("bn1")
        };
        match (self.is_last(), self.stage + 1 == N_STAGES) {
            (false, _) => next(self.stage, self.block + 1),
            (true, false) => next(self.stage + 1, 0),
            (true, true) => "head.bn".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{HostTensor, is_trainable};

    #[test]
    fn depth_56_has_the_parameters_of_the_study() {
        let spec = NetworkSpec::new(56, 128, 14).expect("valid");
        let n_parameters: usize = spec
            .tensors()
            .iter()
            .filter(|(name, _)| is_trainable(name))
            .map(|(_, shape)| shape.iter().product::<usize>())
            .sum();
        assert_eq!(n_parameters, 1_717_838);
        assert_eq!(spec.n_blocks(), 6);
        assert_eq!((spec.feature_side(), spec.n_cells()), (32, 4));
        assert_eq!(spec.n_pooled(), 4096);
    }

    #[test]
    fn what_the_family_does_not_have_is_refused() {
        let check = |depth, side, n_outputs| NetworkSpec::new(depth, side, n_outputs).err();
        assert_eq!(check(50, 128, 14), Some(SpecError::Depth { depth: 50 }));
        assert_eq!(check(2, 128, 14), Some(SpecError::Depth { depth: 2 }));
        assert_eq!(check(11, 100, 14), Some(SpecError::Side { side: 100 }));
        assert_eq!(check(11, 0, 14), Some(SpecError::Side { side: 0 }));
        assert_eq!(check(11, 2048, 14), Some(SpecError::Side { side: 2048 }));
        assert_eq!(check(11, 32, 0), Some(SpecError::Outputs { n_outputs: 0 }));
        assert_eq!(check(11, 32, 1), None);
        let spec = NetworkSpec::new(11, 32, 1).expect("valid");
        assert!(spec.with_batch_norm(0.0, 0.9).is_err());
        assert!(spec.with_batch_norm(1e-3, 1.0).is_err());
    }

    #[test]
    fn a_missing_or_misshapen_tensor_names_itself() {
        let spec = NetworkSpec::new(11, 32, 1).expect("valid");
        let mut tensors: NamedTensors = spec
            .tensors()
            .into_iter()
            .map(|(name, shape)| {
                let values = vec![0.0; shape.iter().product()];
                (name, HostTensor { shape, values })
            })
            .collect();
        assert!(spec.check(&tensors).is_ok());
        tensors
            .get_mut("head.bn.weight")
            .expect("there")
            .values
            .pop();
        let text = spec.check(&tensors).expect_err("wrong").to_string();
        assert!(text.contains("head.bn.weight"), "{text}");
        tensors.remove("stem.conv.bias");
        let text = spec.check(&tensors).expect_err("missing").to_string();
        assert_eq!(text, "missing tensor stem.conv.bias");
    }
}

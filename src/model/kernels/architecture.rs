use std::collections::BTreeMap;

use thiserror::Error;

/// Groups of blocks that work at one resolution.
pub(super) const N_STAGES: usize = 3;
/// Channels inside the blocks of a stage; also those that enter its first block.
pub(super) const MID: [usize; N_STAGES] = [16, 64, 128];
/// Channels that leave the blocks of a stage.
pub(super) const OUT: [usize; N_STAGES] = [64, 128, 256];
/// Pixels along one side of a pooling cell of the head.
pub(super) const CELL: usize = 8;
/// The side of a film is a multiple of this: two halvings, then whole cells.
const SIDE_STEP: usize = 4 * CELL;

/// Values of one tensor, last dimension fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct HostTensor {
    /// Length of every dimension; their product is the number of values.
    pub shape: Vec<usize>,
    /// The values.
    pub values: Vec<f32>,
}

/// Tensors by the names they have in model files: `stem.conv.weight`, `stage0.block0.bn2.bias`, …
pub type NamedTensors = BTreeMap<String, HostTensor>;

/// Errors of the engine.
#[derive(Debug, Error)]
pub enum EngineError {
    /// Not of the family ResNet-v2 with three stages of bottleneck blocks.
    #[error("expected a depth of 9n + 2 with n at least 1, got {0}")]
    Depth(usize),
    /// The last map must be whole cells of 8x8.
    #[error("expected a side that is a positive multiple of {SIDE_STEP}, got {0}")]
    Side(usize),
    /// A network without outputs.
    #[error("expected at least 1 output, got 0")]
    NoOutputs,
    /// A parameter that the network needs is not there.
    #[error("missing tensor {0}")]
    MissingTensor(String),
    /// A parameter of another network.
    #[error("expected shape {expected:?}, got {found:?}: {name}")]
    TensorShape {
        /// Name of the tensor.
        name: String,
        /// The expected value.
        expected: Vec<usize>,
        /// The given value.
        found: Vec<usize>,
    },
    /// A slice that does not hold what it should.
    #[error("expected {expected} values of {what}, got {found}")]
    Length {
        /// The purpose of the slice.
        what: &'static str,
        /// How many values it needs.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// Training needs at least one film.
    #[error("expected at least 1 film in a batch, got 0")]
    EmptyBatch,
    /// The processor lacks the instructions asked for.
    #[error("this processor has no {0} instructions")]
    InstructionSet(&'static str),
    /// A worker thread could not be started.
    #[error("could not start the engine's threads")]
    Threads(#[from] std::io::Error),
}

/// Keras' default.
const KERAS_BN_MOMENTUM: f64 = 0.99;

/// Which member of the family: everything that fixes the shape of every tensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Architecture {
    blocks_per_stage: usize,
    side: usize,
    n_outputs: usize,
    epsilon: f32,
    bn_momentum: f64,
}

impl Architecture {
    /// `depth` convolution layers (9n + 2), films of `side` by `side` pixels (a multiple of 32),
    /// `epsilon` added to the variances of batch norm.
    pub fn new(
        depth: usize,
        side: usize,
        n_outputs: usize,
        epsilon: f32,
    ) -> Result<Self, EngineError> {
        if depth < 11 || !(depth - 2).is_multiple_of(9) {
            return Err(EngineError::Depth(depth));
        }
        if side == 0 || !side.is_multiple_of(SIDE_STEP) {
            return Err(EngineError::Side(side));
        }
        if n_outputs == 0 {
            return Err(EngineError::NoOutputs);
        }
        Ok(Self {
            blocks_per_stage: (depth - 2) / 9,
            side,
            n_outputs,
            epsilon,
            bn_momentum: KERAS_BN_MOMENTUM,
        })
    }

    /// The same network whose batch norms keep this share of their running statistics in a
    /// training step, in `[0, 1)`.
    #[must_use]
    pub fn with_bn_momentum(self, bn_momentum: f64) -> Self {
        Self {
            bn_momentum,
            ..self
        }
    }

    /// Share of the running statistics of batch norm that a training step keeps, in `[0, 1)`;
    /// 0.99 as in Keras unless [`Self::with_bn_momentum`] says otherwise.
    pub fn bn_momentum(&self) -> f64 {
        self.bn_momentum
    }

    /// Convolution layers, 9n + 2.
    pub fn depth(&self) -> usize {
        9 * self.blocks_per_stage + 2
    }

    /// Pixels along one side of a film.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Outputs of the head.
    pub fn n_outputs(&self) -> usize {
        self.n_outputs
    }

    /// Added to the variances of batch norm.
    pub fn epsilon(&self) -> f32 {
        self.epsilon
    }

    /// Pixels along one side of the last activation.
    pub fn last_side(&self) -> usize {
        self.side_of(N_STAGES - 1)
    }

    /// Channels of the last activation.
    pub fn last_channels(&self) -> usize {
        OUT[N_STAGES - 1]
    }

    /// Values that enter the dense layer: the means of 8x8 cells, `(row, column, channel)`.
    pub fn n_pooled(&self) -> usize {
        self.cells_per_side() * self.cells_per_side() * self.last_channels()
    }

    pub(super) fn cells_per_side(&self) -> usize {
        self.last_side() / CELL
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
        list.norm("head.bn", self.last_channels());
        list.0.push((
            "head.dense.weight".into(),
            vec![self.n_outputs, self.n_pooled()],
        ));
        list.0
            .push(("head.dense.bias".into(), vec![self.n_outputs]));
        list.0
    }

    /// Gives plain values by name the shapes that they have in this network.
    pub fn named_tensors(
        &self,
        values: &BTreeMap<String, Vec<f32>>,
    ) -> Result<NamedTensors, EngineError> {
        let mut tensors = NamedTensors::new();
        for (name, shape) in self.tensors() {
            let Some(values) = values.get(&name).cloned() else {
                return Err(EngineError::MissingTensor(name));
            };
            tensors.insert(name, HostTensor { shape, values });
        }
        self.check(&tensors)?;
        Ok(tensors)
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

/// Whether a tensor is learned by gradient; running statistics are gathered instead.
pub fn is_trainable(name: &str) -> bool {
    !name.ends_with("running_mean") && !name.ends_with("running_var")
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

    #[test]
    fn depth_56_has_the_parameters_of_the_study() {
        let architecture = Architecture::new(56, 128, 14, 1e-3).expect("valid");
        let n_parameters: usize = architecture
            .tensors()
            .iter()
            .filter(|(name, _)| is_trainable(name))
            .map(|(_, shape)| shape.iter().product::<usize>())
            .sum();
        assert_eq!(n_parameters, 1_717_838);
        assert_eq!(
            (architecture.last_side(), architecture.n_pooled()),
            (32, 4096)
        );
    }

    #[test]
    fn what_the_family_does_not_have_is_refused() {
        let check = |depth, side, n_outputs| Architecture::new(depth, side, n_outputs, 1e-3).err();
        assert!(matches!(check(50, 128, 14), Some(EngineError::Depth(50))));
        assert!(matches!(check(2, 128, 14), Some(EngineError::Depth(2))));
        assert!(matches!(check(11, 100, 14), Some(EngineError::Side(100))));
        assert!(matches!(check(11, 0, 14), Some(EngineError::Side(0))));
        assert!(matches!(check(11, 32, 0), Some(EngineError::NoOutputs)));
        assert!(check(11, 32, 1).is_none());
    }

    #[test]
    fn a_missing_or_misshapen_tensor_names_itself() {
        let architecture = Architecture::new(11, 32, 1, 1e-3).expect("valid");
        let mut tensors: NamedTensors = architecture
            .tensors()
            .into_iter()
            .map(|(name, shape)| {
                let values = vec![0.0; shape.iter().product()];
                (name, HostTensor { shape, values })
            })
            .collect();
        assert!(architecture.check(&tensors).is_ok());
        tensors
            .get_mut("head.bn.weight")
            .expect("there")
            .values
            .pop();
        let text = architecture.check(&tensors).expect_err("wrong").to_string();
        assert!(text.contains("head.bn.weight"), "{text}");
        tensors.remove("stem.conv.bias");
        let text = architecture
            .check(&tensors)
            .expect_err("missing")
            .to_string();
        assert_eq!(text, "missing tensor stem.conv.bias");
    }
}

//! The network's weights for scoring: batch norms folded into the preceding convolutions.

use super::super::buffer::Buffer;
use super::super::error::EngineError;
use super::super::gemm::{PanelWidth, Panels};
use super::super::instruction_set::InstructionSet;
use super::super::named_tensors::{HostTensor, NamedTensors};
use super::super::network_spec::{BlockId, MID, NetworkSpec, OUT};
use super::super::winograd::KernelPlanes;

pub(super) struct FoldedNetwork {
    pub stem: FoldedConv,
    /// The first block's first convolution; later ones belong to the block before them.
    pub entry: FoldedConv,
    pub blocks: Vec<FoldedBlock>,
    pub head: Head,
}

/// A convolution with the batch norm behind it folded in.
pub(super) struct FoldedConv {
    pub weights: Panels,
    pub bias: Buffer,
}

/// From a block's 3x3 convolution to the next block's first one.
pub(super) struct FoldedBlock {
    pub kernels: KernelPlanes,
    pub kernels_bias: Buffer,
    /// The third convolution; in the first block of a stage followed by the shortcut's weights.
    pub expansion: Panels,
    /// The next batch norm cannot be folded, since the sum is needed as it is.
    pub scale: Buffer,
    pub shift: Buffer,
    /// The next block's first convolution; the last block has none.
    pub reduction: Option<FoldedConv>,
}

/// The dense layer.
pub(super) struct Head {
    /// `(output, pooled value)`.
    pub weights: Buffer,
    pub bias: Vec<f32>,
}

/// Reads tensors that [`NetworkSpec::check`] has found to be there.
struct Weights<'a> {
    tensors: &'a NamedTensors,
    epsilon: f64,
}

impl FoldedNetwork {
    pub fn new(
        tensors: &NamedTensors,
        spec: &NetworkSpec,
        set: InstructionSet,
    ) -> Result<Self, EngineError> {
        spec.check(tensors)?;
        let weights = Weights {
            tensors,
            epsilon: f64::from(spec.epsilon()),
        };
        let stem_norm = weights.affine("stem.bn")?;
        let stem = weights.folded("stem.conv", &stem_norm, 9, set)?;
        let entry = weights.folded(
            "stage0.block0.conv1",
            &weights.affine("stage0.block0.bn2")?,
            MID[0],
            set,
        )?;
        // The contribution per channel of the biases left out of the sum so far.
        let mut left_out = vec![0.0; MID[0]];
        let mut blocks = Vec::new();
        for id in spec.blocks() {
            blocks.push(weights.block(id, &mut left_out, set)?);
        }
        Ok(Self {
            stem,
            entry,
            blocks,
            head: weights.head()?,
        })
    }
}

impl Weights<'_> {
    fn get(&self, name: &str) -> Result<&[f32], EngineError> {
        self.tensor(name).map(|tensor| tensor.values.as_slice())
    }

    fn tensor(&self, name: &str) -> Result<&HostTensor, EngineError> {
        self.tensors
            .get(name)
            .ok_or_else(|| EngineError::MissingTensor(name.into()))
    }

    /// Batch norm with running statistics as `(scale, shift)` of each channel.
    fn affine(&self, name: &str) -> Result<Vec<(f64, f64)>, EngineError> {
        let part = |part| self.get(&format!("{name}.{part}"));
        let (weight, bias) = (part("weight")?, part("bias")?);
        let (mean, variance) = (part("running_mean")?, part("running_var")?);
        Ok((0..weight.len())
            .map(|c| {
                let scale = f64::from(weight[c]) / (f64::from(variance[c]) + self.epsilon).sqrt();
                (scale, f64::from(bias[c]) - f64::from(mean[c]) * scale)
            })
            .collect())
    }

    /// A convolution over `n_in` inputs with `norm` folded into it.
    fn folded(
        &self,
        name: &str,
        norm: &[(f64, f64)],
        n_in: usize,
        set: InstructionSet,
    ) -> Result<FoldedConv, EngineError> {
        let weights = self.get(&format!("{name}.weight"))?;
        let n_out = norm.len();
        let width = PanelWidth::for_outputs(n_out);
        let weights = Panels::new(set, width, n_in, n_out, |input, output| {
            (f64::from(weights[output * n_in + input]) * norm[output].0) as f32
        });
        Ok(FoldedConv {
            weights,
            bias: self.folded_bias(name, norm)?,
        })
    }

    fn folded_bias(&self, name: &str, norm: &[(f64, f64)]) -> Result<Buffer, EngineError> {
        let bias = self.get(&format!("{name}.bias"))?;
        let folded = bias.iter().zip(norm);
        let folded: Vec<f32> = folded
            .map(|(&bias, (scale, shift))| (f64::from(bias) * scale + shift) as f32)
            .collect();
        Ok(Buffer::from_values(&folded))
    }

    fn block(
        &self,
        id: BlockId,
        left_out: &mut Vec<f64>,
        set: InstructionSet,
    ) -> Result<FoldedBlock, EngineError> {
        let (mid, out) = (MID[id.stage], OUT[id.stage]);
        let norm = self.affine(&id.name("bn3"))?;
        let mut kernels = KernelPlanes::zeros(mid);
        let weights = self.get(&id.name("conv2.weight"))?;
        kernels.fill(set, |input, output| {
            let first = (output * mid + input) * 9;
            let scaled = |k: usize| (f64::from(weights[first + k]) * norm[output].0) as f32;
            [0, 1, 2].map(|row| [0, 1, 2].map(|column| scaled(row * 3 + column)))
        });
        let expansion = self.expansion(id, left_out, set)?;
        let following = id.following_norm();
        let (scale, shift): (Vec<f32>, Vec<f32>) = self
            .affine(&following)?
            .into_iter()
            .zip(left_out.iter())
            .map(|((scale, shift), left_out)| (scale as f32, (shift + scale * left_out) as f32))
            .unzip();
        let reduction = match following.strip_suffix("bn1") {
            Some(next) => {
                let norm = self.affine(&format!("{next}bn2"))?;
                Some(self.folded(&format!("{next}conv1"), &norm, out, set)?)
            }
            None => None,
        };
        Ok(FoldedBlock {
            kernels,
            kernels_bias: self.folded_bias(&id.name("conv2"), &norm)?,
            expansion,
            scale: Buffer::from_values(&scale),
            shift: Buffer::from_values(&shift),
            reduction,
        })
    }

    /// The third convolution and the shortcut without their biases, which go into `left_out`.
    fn expansion(
        &self,
        id: BlockId,
        left_out: &mut Vec<f64>,
        set: InstructionSet,
    ) -> Result<Panels, EngineError> {
        let (mid, out) = (MID[id.stage], OUT[id.stage]);
        let weights = self.get(&id.name("conv3.weight"))?;
        let bias = self.get(&id.name("conv3.bias"))?;
        let panels = if id.is_first() {
            let shortcut = self.get(&id.name("shortcut.weight"))?;
            let shortcut_bias = self.get(&id.name("shortcut.bias"))?;
            *left_out = shortcut
                .chunks_exact(mid)
                .zip(shortcut_bias)
                .map(|(row, &bias)| {
                    let through = row.iter().zip(left_out.iter());
                    f64::from(bias) + through.map(|(&w, left)| f64::from(w) * left).sum::<f64>()
                })
                .collect();
            Panels::new(
                set,
                PanelWidth::Wide,
                2 * mid,
                out,
                |input, output| match input.checked_sub(mid) {
                    None => weights[output * mid + input],
                    Some(input) => shortcut[output * mid + input],
                },
            )
        } else {
            Panels::new(set, PanelWidth::Wide, mid, out, |input, output| {
                weights[output * mid + input]
            })
        };
        for (left, &bias) in left_out.iter_mut().zip(bias) {
            *left += f64::from(bias);
        }
        Ok(panels)
    }

    fn head(&self) -> Result<Head, EngineError> {
        Ok(Head {
            weights: Buffer::from_values(self.get("head.dense.weight")?),
            bias: self.get("head.dense.bias")?.to_vec(),
        })
    }
}

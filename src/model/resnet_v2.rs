use candle_core::{DType, Device, Result, Tensor};
use candle_nn::{Linear, Module as _, VarBuilder, linear};

use super::Precision;
use super::block::{Block, Place};
use super::convolution::{Convolution, ConvolutionShape};
use super::norm_relu::NormRelu;
use thorax_engine::{NamedTensors, NetworkSpec};

/// The network in candle's tensors: the reference that every faster path is held against.
pub struct ResNetV2 {
    stem_conv: Convolution,
    stem_bn: NormRelu,
    stages: Vec<Vec<Block>>,
    head_bn: NormRelu,
    dense: Linear,
    n_cells: usize,
}

impl ResNetV2 {
    /// Takes weights named `stem.conv.weight` … `head.dense.bias`; a missing one names itself.
    pub fn new(config: &NetworkSpec, vb: &VarBuilder<'_>) -> Result<Self> {
        Self::with_precision(config, Precision::F32, vb)
    }

    /// The same, its convolutions at another precision.
    pub fn with_precision(
        config: &NetworkSpec,
        precision: Precision,
        vb: &VarBuilder<'_>,
    ) -> Result<Self> {
        let mut stages = Vec::new();
        for (stage_idx, stage) in NetworkSpec::STAGES.into_iter().enumerate() {
            let vb = vb.pp(format!("stage{stage_idx}"));
            let blocks = (0..config.n_blocks()).map(|block_idx| {
                let place = Place {
                    stage_idx,
                    block_idx,
                };
                let vb = vb.pp(format!("block{block_idx}"));
                Block::new(stage, place, config, precision, &vb)
            });
            stages.push(blocks.collect::<Result<Vec<_>>>()?);
        }
        let (stem, head) = (vb.pp("stem"), vb.pp("head"));
        let n_stem = NetworkSpec::N_STEM;
        let n_pooled = config.n_cells().pow(2) * NetworkSpec::N_FEATURES;
        let stem_shape = ConvolutionShape {
            n_in: 1,
            n_out: n_stem,
            kernel: 3,
            stride: 1,
        };
        Ok(Self {
            stem_conv: Convolution::new(stem_shape, precision, &stem.pp("conv"))?,
            stem_bn: NormRelu::new(n_stem, config, &stem.pp("bn"))?,
            stages,
            head_bn: NormRelu::new(NetworkSpec::N_FEATURES, config, &head.pp("bn"))?,
            dense: linear(n_pooled, config.n_outputs(), head.pp("dense"))?,
            n_cells: config.n_cells(),
        })
    }

    /// Builds the network from the weights of a model file, as plain tensors: no graph is kept.
    pub fn from_weights(
        config: &NetworkSpec,
        weights: &NamedTensors,
        device: &Device,
    ) -> Result<Self> {
        Self::from_weights_at(config, Precision::F32, weights, device)
    }

    /// The same, its convolutions at another precision.
    pub fn from_weights_at(
        config: &NetworkSpec,
        precision: Precision,
        weights: &NamedTensors,
        device: &Device,
    ) -> Result<Self> {
        let tensors = weights.iter().map(|(name, tensor)| {
            let shape = tensor.shape.as_slice();
            Ok((
                name.clone(),
                Tensor::from_slice(&tensor.values, shape, device)?,
            ))
        });
        let tensors = tensors.collect::<Result<_>>()?;
        let vb = VarBuilder::from_tensors(tensors, DType::F32, device);
        Self::with_precision(config, precision, &vb)
    }

    /// The last activation, (B, C, h, w), of films (B, 1, H, W).
    pub fn forward_features(&self, xs: &Tensor, train: bool) -> Result<Tensor> {
        let mut ys = self
            .stem_bn
            .forward_t(&self.stem_conv.forward(xs)?, train)?;
        for block in self.stages.iter().flatten() {
            ys = block.forward_t(&ys, train)?;
        }
        self.head_bn.forward_t(&ys, train)
    }

    /// Logits (B, K) of the last activation.
    pub fn forward_head(&self, features: &Tensor) -> Result<Tensor> {
        self.dense(&self.pool(features)?)
    }

    /// Means of the cells, (B, cells * C), of the last activation.
    pub fn pool(&self, features: &Tensor) -> Result<Tensor> {
        let (n_batch, n_channels, _, _) = features.dims4()?; // (B, C, h, w)
        let n_flat = self.n_cells.pow(2) * n_channels;
        let pooled = features.avg_pool2d(NetworkSpec::POOL)?;
        // Keras flattens (row, column, channel).
        pooled.permute((0, 2, 3, 1))?.reshape((n_batch, n_flat))
    }

    /// Logits (B, K) of the means of the cells.
    pub fn dense(&self, pooled: &Tensor) -> Result<Tensor> {
        self.dense.forward(pooled)
    }

    /// Logits (B, K) of films (B, 1, H, W).
    pub fn forward_t(&self, xs: &Tensor, train: bool) -> Result<Tensor> {
        self.forward_head(&self.forward_features(xs, train)?)
    }
}

//! The network as anyone would write it with candle: its own convolutions and norms, backward too.
//!
//! `thorax::model::ResNetV2` is no measure of candle's training, since its convolutions go back by
//! code of ours.

use candle_core::{Result, Tensor};
use candle_nn::{
    BatchNorm, BatchNormConfig, Conv2d, Conv2dConfig, Linear, Module as _, ModuleT as _,
    VarBuilder, batch_norm, conv2d, linear,
};

/// Blocks of a stage at depth 56.
const N_BLOCKS: usize = 6;
/// Channels in, between and out, and the stride, of each stage.
const STAGES: [[usize; 4]; 3] = [[16, 16, 64, 1], [64, 64, 128, 2], [128, 128, 256, 2]];

/// ResNet-v2 of depth 56 for films of 128 x 128, weights named as in a model file.
pub struct PlainResNet {
    stem: (Conv2d, BatchNorm),
    blocks: Vec<Block>,
    norm: BatchNorm,
    dense: Linear,
}

struct Block {
    /// Missing in the first block, whose input is activated already.
    bn1: Option<BatchNorm>,
    conv1: Conv2d,
    bn2: BatchNorm,
    conv2: Conv2d,
    bn3: BatchNorm,
    conv3: Conv2d,
    shortcut: Option<Conv2d>,
}

impl PlainResNet {
    pub fn new(vb: &VarBuilder<'_>) -> Result<Self> {
        let mut blocks = Vec::new();
        for (stage, [n_in, n_mid, n_out, stride]) in STAGES.into_iter().enumerate() {
            for block in 0..N_BLOCKS {
                let first = block == 0;
                let (n_in, stride) = if first { (n_in, stride) } else { (n_out, 1) };
                let vb = vb.pp(format!("stage{stage}")).pp(format!("block{block}"));
                let activated = stage == 0 && first;
                blocks.push(Block {
                    bn1: (!activated)
                        .then(|| norm(n_in, &vb.pp("bn1")))
                        .transpose()?,
                    conv1: convolution([n_in, n_mid, 1, stride], &vb.pp("conv1"))?,
                    bn2: norm(n_mid, &vb.pp("bn2"))?,
                    conv2: convolution([n_mid, n_mid, 3, 1], &vb.pp("conv2"))?,
                    bn3: norm(n_mid, &vb.pp("bn3"))?,
                    conv3: convolution([n_mid, n_out, 1, 1], &vb.pp("conv3"))?,
                    shortcut: first
                        .then(|| convolution([n_in, n_out, 1, stride], &vb.pp("shortcut")))
                        .transpose()?,
                });
            }
        }
        let (stem, head) = (vb.pp("stem"), vb.pp("head"));
        Ok(Self {
            stem: (
                convolution([1, 16, 3, 1], &stem.pp("conv"))?,
                norm(16, &stem.pp("bn"))?,
            ),
            blocks,
            norm: norm(256, &head.pp("bn"))?,
            dense: linear(4 * 4 * 256, 14, head.pp("dense"))?,
        })
    }

    /// Logits (B, 14) of films (B, 1, 128, 128).
    pub fn forward_t(&self, xs: &Tensor, train: bool) -> Result<Tensor> {
        let (conv, bn) = &self.stem;
        let mut xs = bn.forward_t(&conv.forward(xs)?, train)?.relu()?;
        for block in &self.blocks {
            xs = block.forward_t(&xs, train)?;
        }
        let pooled = self.norm.forward_t(&xs, train)?.relu()?.avg_pool2d(8)?;
        self.dense
            .forward(&pooled.permute((0, 2, 3, 1))?.flatten_from(1)?)
    }
}

impl Block {
    fn forward_t(&self, xs: &Tensor, train: bool) -> Result<Tensor> {
        let ys = match &self.bn1 {
            Some(bn1) => bn1.forward_t(xs, train)?.relu()?,
            None => xs.clone(),
        };
        let ys = self.conv1.forward(&ys)?;
        let ys = self
            .conv2
            .forward(&self.bn2.forward_t(&ys, train)?.relu()?)?;
        let ys = self
            .conv3
            .forward(&self.bn3.forward_t(&ys, train)?.relu()?)?;
        match &self.shortcut {
            Some(shortcut) => shortcut.forward(xs)? + ys,
            None => xs + ys,
        }
    }
}

fn convolution([n_in, n_out, kernel, stride]: [usize; 4], vb: &VarBuilder<'_>) -> Result<Conv2d> {
    let config = Conv2dConfig {
        padding: kernel / 2,
        stride,
        ..Conv2dConfig::default()
    };
    conv2d(n_in, n_out, kernel, config, vb.clone())
}

fn norm(n_channels: usize, vb: &VarBuilder<'_>) -> Result<BatchNorm> {
    let config = BatchNormConfig {
        eps: 1e-3,
        momentum: 0.01,
        ..BatchNormConfig::default()
    };
    batch_norm(n_channels, config, vb.clone())
}

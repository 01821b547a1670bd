use candle_core::{Result, Tensor};
use candle_nn::{
    BatchNorm, BatchNormConfig, Conv2d, Conv2dConfig, Module as _, ModuleT as _, VarBuilder,
    batch_norm, conv2d,
};

use super::ResNetConfig;
use super::config::Stage;

/// Batch norm, then ReLU; (B, C, H, W) in and out.
pub struct NormRelu(BatchNorm);

impl NormRelu {
    pub fn new(n_channels: usize, config: &ResNetConfig, vb: VarBuilder<'_>) -> Result<Self> {
        let bn_config = BatchNormConfig {
            eps: config.bn_epsilon(),
            // candle counts the share of the new statistics, Keras that of the old.
            momentum: 1.0 - config.bn_momentum(),
            ..BatchNormConfig::default()
        };
        Ok(Self(batch_norm(n_channels, bn_config, vb)?))
    }

    pub fn forward_t(&self, xs: &Tensor, train: bool) -> Result<Tensor> {
        self.0.forward_t(xs, train)?.relu()
    }
}

/// One bottleneck of ResNet-v2 (He et al. 2016, "Identity Mappings"), as Keras' example orders it.
pub struct Block {
    /// Missing in the very first block, whose input the stem has activated already.
    bn1: Option<NormRelu>,
    conv1: Conv2d,
    bn2: NormRelu,
    conv2: Conv2d,
    bn3: NormRelu,
    conv3: Conv2d,
    /// In the first block of a stage, where the number of channels changes.
    shortcut: Option<Conv2d>,
}

/// Where in the network a block stands.
#[derive(Clone, Copy)]
pub struct Place {
    pub stage_idx: usize,
    pub block_idx: usize,
}

impl Block {
    pub fn new(
        stage: Stage,
        place: Place,
        config: &ResNetConfig,
        vb: &VarBuilder<'_>,
    ) -> Result<Self> {
        let first = place.block_idx == 0;
        let (n_in, stride) = if first {
            (stage.n_in, stage.stride)
        } else {
            (stage.n_out, 1)
        };
        let norm = |n_channels, name| NormRelu::new(n_channels, config, vb.pp(name));
        let (mid, out) = (stage.n_mid, stage.n_out);
        let activated = first && place.stage_idx == 0;
        Ok(Self {
            bn1: (!activated).then(|| norm(n_in, "bn1")).transpose()?,
            conv1: convolution(n_in, mid, 1, stride, vb.pp("conv1"))?,
            bn2: norm(mid, "bn2")?,
            conv2: convolution(mid, mid, 3, 1, vb.pp("conv2"))?,
            bn3: norm(mid, "bn3")?,
            conv3: convolution(mid, out, 1, 1, vb.pp("conv3"))?,
            shortcut: first
                .then(|| convolution(n_in, out, 1, stride, vb.pp("shortcut")))
                .transpose()?,
        })
    }

    pub fn forward_t(&self, xs: &Tensor, train: bool) -> Result<Tensor> {
        let ys = match &self.bn1 {
            Some(bn1) => bn1.forward_t(xs, train)?,
            None => xs.clone(),
        };
        let ys = self.conv1.forward(&ys)?;
        let ys = self.conv2.forward(&self.bn2.forward_t(&ys, train)?)?;
        let ys = self.conv3.forward(&self.bn3.forward_t(&ys, train)?)?;
        match &self.shortcut {
            Some(shortcut) => shortcut.forward(xs)? + ys,
            None => xs + ys,
        }
    }
}

/// A square convolution with bias, padded to keep the size at stride 1.
pub fn convolution(
    n_in: usize,
    n_out: usize,
    kernel: usize,
    stride: usize,
    vb: VarBuilder<'_>,
) -> Result<Conv2d> {
    let config = Conv2dConfig {
        padding: kernel / 2,
        stride,
        ..Conv2dConfig::default()
    };
    conv2d(n_in, n_out, kernel, config, vb)
}

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::Precision;
use super::convolution::{Convolution, ConvolutionShape};
use super::norm_relu::NormRelu;
use thorax_engine::{NetworkSpec, Stage};

/// One bottleneck of ResNet-v2 (He et al. 2016, "Identity Mappings"), as Keras' example orders it.
pub struct Block {
    /// Missing in the very first block, whose input the stem has activated already.
    bn1: Option<NormRelu>,
    conv1: Convolution,
    bn2: NormRelu,
    conv2: Convolution,
    bn3: NormRelu,
    conv3: Convolution,
    /// In the first block of a stage, where the number of channels changes.
    shortcut: Option<Convolution>,
}

/// Position of a block in the network.
#[derive(Clone, Copy)]
pub struct Place {
    pub stage_idx: usize,
    pub block_idx: usize,
}

impl Block {
    pub fn new(
        stage: Stage,
        place: Place,
        config: &NetworkSpec,
        precision: Precision,
        vb: &VarBuilder<'_>,
    ) -> Result<Self> {
        let first = place.block_idx == 0;
        let (n_in, stride) = if first {
            (stage.n_in, stage.stride)
        } else {
            (stage.n_out, 1)
        };
        let norm = |n_channels, name| NormRelu::new(n_channels, config, &vb.pp(name));
        let convolution = |n_in, n_out, kernel, stride, name| {
            let shape = ConvolutionShape {
                n_in,
                n_out,
                kernel,
                stride,
            };
            Convolution::new(shape, precision, &vb.pp(name))
        };
        let (mid, out) = (stage.n_mid, stage.n_out);
        let activated = first && place.stage_idx == 0;
        Ok(Self {
            bn1: (!activated).then(|| norm(n_in, "bn1")).transpose()?,
            conv1: convolution(n_in, mid, 1, stride, "conv1")?,
            bn2: norm(mid, "bn2")?,
            conv2: convolution(mid, mid, 3, 1, "conv2")?,
            bn3: norm(mid, "bn3")?,
            conv3: convolution(mid, out, 1, 1, "conv3")?,
            shortcut: first
                .then(|| convolution(n_in, out, 1, stride, "shortcut"))
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

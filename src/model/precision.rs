use candle_core::{DType, Result, Tensor};

/// How exactly convolutions on a GPU multiply; all else, and the processor, stays at `f32`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// Products and sums of 24 bits.
    #[default]
    F32,
    /// TF32: 11-bit mantissas for products, f32 accumulation.
    ///
    /// Sets the mode of cuBLAS for the whole program.
    Tf32,
    /// Factors rounded to 8 bits, sums of 24 bits; weights, norms and gradients are kept at `f32`.
    Bf16,
}

impl Precision {
    /// As `--precision` and the status line name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Tf32 => "tf32",
            Self::Bf16 => "bf16",
        }
    }

    /// A factor of a convolution, detached from the graph, rounded to this precision.
    ///
    /// candle's processor kernels do not convolve bf16: there the values are rounded and stay f32,
    /// which is what a GPU computes too, its sums being f32.
    pub(super) fn rounded(self, factor: &Tensor) -> Result<Tensor> {
        let factor = factor.detach();
        match self {
            Self::F32 | Self::Tf32 => Ok(factor),
            Self::Bf16 if factor.device().is_cpu() => {
                let dtype = factor.dtype();
                factor.to_dtype(DType::BF16)?.to_dtype(dtype)
            }
            Self::Bf16 => factor.to_dtype(DType::BF16),
        }
    }
}

use candle_core::{Result, Tensor};
use candle_nn::{VarBuilder, init};

use super::Precision;
use super::custom_backward::{ArgumentGradients, Backward, with_backward};

/// A square convolution with bias, padded to keep the size at stride 1.
///
/// Forward it is candle's; its backward pass is made of contiguous convolutions and matrix
/// products. candle's own takes the input's gradient by a transposed convolution, which a GPU
/// computes one value a thread, and fails where H and W leave different remainders by the stride.
pub struct Convolution {
    /// (out, in, k, k)
    weight: Tensor,
    bias: Tensor,
    geometry: Geometry,
    precision: Precision,
}

/// The parameters that determine a convolution's shapes.
#[derive(Clone, Copy, Debug)]
pub struct ConvolutionShape {
    pub n_in: usize,
    pub n_out: usize,
    /// Side of the kernel, odd.
    pub kernel: usize,
    pub stride: usize,
}

impl Convolution {
    /// Takes `weight` and `bias` of `vb`.
    pub fn new(shape: ConvolutionShape, precision: Precision, vb: &VarBuilder<'_>) -> Result<Self> {
        let ConvolutionShape {
            n_in,
            n_out,
            kernel,
            stride,
        } = shape;
        let weight = (n_out, n_in, kernel, kernel);
        Ok(Self {
            weight: vb.get_with_hints(weight, "weight", init::DEFAULT_KAIMING_NORMAL)?,
            bias: vb.get_with_hints(n_out, "bias", init::ZERO)?,
            geometry: Geometry { kernel, stride },
            precision,
        })
    }

    /// (B, out, h, w) of (B, in, H, W), with `h = (H - 1) / stride + 1`.
    pub fn forward(&self, xs: &Tensor) -> Result<Tensor> {
        let Geometry { stride, .. } = self.geometry;
        let kernel = self.precision.rounded(&self.weight)?;
        let factors = self.precision.rounded(xs)?;
        let ys = factors.conv2d(&kernel, self.geometry.padding(), stride, 1, 1)?;
        let bias = self.bias.detach().reshape((1, (), 1, 1))?;
        let ys = ys.to_dtype(xs.dtype())?.broadcast_add(&bias)?;
        let rule = ConvolutionBackward {
            geometry: self.geometry,
            precision: self.precision,
        };
        with_backward(ys, [xs, &self.weight, &self.bias], rule)
    }
}

#[derive(Clone, Copy, Debug)]
struct Geometry {
    kernel: usize,
    stride: usize,
}

impl Geometry {
    fn padding(self) -> usize {
        self.kernel / 2
    }

    /// Rows from the first that the kernel meets to the last, for `n` rows that come out.
    fn span(self, n: usize) -> usize {
        (n - 1) * self.stride + 1
    }
}

struct ConvolutionBackward {
    geometry: Geometry,
    precision: Precision,
}

impl Backward for ConvolutionBackward {
    const NAME: &'static str = "convolution";

    fn backward(
        &self,
        [xs, weight, bias]: [&Tensor; 3],
        _result: &Tensor,
        gradient: &Tensor,
    ) -> Result<ArgumentGradients> {
        let factors = self.precision.rounded(&gradient.contiguous()?)?;
        let by_xs = xs.track_op().then(|| {
            let kernel = self.precision.rounded(weight)?;
            let by_xs = self
                .geometry
                .input_gradient(&kernel, &factors, xs.dims4()?)?;
            by_xs.to_dtype(xs.dtype())
        });
        let by_weight = weight.track_op().then(|| {
            let xs = self.precision.rounded(xs)?;
            let by_weight = self.geometry.weight_gradient(&xs, &factors, weight)?;
            by_weight.to_dtype(weight.dtype())
        });
        let by_bias = bias.track_op().then(|| gradient.sum((0, 2, 3)));
        Ok([
            by_xs.transpose()?,
            by_weight.transpose()?,
            by_bias.transpose()?,
        ])
    }
}

impl Geometry {
    /// The gradient, its values `stride` apart, convolved with the turned kernel.
    fn input_gradient(
        self,
        kernel: &Tensor,
        gradient: &Tensor,
        (_, _, height, width): (usize, usize, usize, usize),
    ) -> Result<Tensor> {
        if self.kernel == 1 {
            // A single weight commutes with spreading: convolve the fewer values.
            let turned = kernel.transpose(0, 1)?.contiguous()?; // (in, out, 1, 1)
            let by_xs = gradient.conv2d(&turned, 0, 1, 1, 1)?;
            return self.spread(&by_xs, height, width);
        }
        let turned = kernel.contiguous()?.flip(&[2, 3])?;
        let turned = turned.transpose(0, 1)?.contiguous()?; // (in, out, k, k)
        let (padding, rim) = (self.padding(), self.kernel - 1);
        let (height, width) = (height + 2 * padding - rim, width + 2 * padding - rim);
        let spread = self.spread(gradient, height, width)?;
        spread.conv2d(&turned, rim - padding, 1, 1, 1)
    }

    /// Values `stride` apart with zeros between, cropped to (height, width).
    fn spread(self, values: &Tensor, height: usize, width: usize) -> Result<Tensor> {
        if self.stride == 1 {
            return Ok(values.clone());
        }
        let (n_batch, n_channels, h, w) = values.dims4()?;
        let gap = self.stride - 1;
        let values = values.reshape((n_batch * n_channels, h, 1, w, 1))?;
        let values = values
            .pad_with_zeros(4, 0, gap)?
            .pad_with_zeros(2, 0, gap)?;
        let values = values.reshape((n_batch, n_channels, h * self.stride, w * self.stride))?;
        values
            .narrow(2, 0, height)?
            .narrow(3, 0, width)?
            .contiguous()
    }

    /// For each tap of the kernel one matrix product a film: gradients by the inputs it met.
    fn weight_gradient(self, xs: &Tensor, gradient: &Tensor, weight: &Tensor) -> Result<Tensor> {
        let (n_batch, n_out, h, w) = gradient.dims4()?;
        let n_in = xs.dim(1)?;
        let padding = self.padding();
        let padded = xs.pad_with_zeros(2, padding, padding)?;
        let padded = padded.pad_with_zeros(3, padding, padding)?;
        let gradient = gradient.reshape((n_batch, n_out, h * w))?;
        let mut taps = Vec::with_capacity(self.kernel * self.kernel);
        for row in 0..self.kernel {
            let rows = self.every(&padded, 2, row, h)?;
            for column in 0..self.kernel {
                let met = self.every(&rows, 3, column, w)?.contiguous()?;
                let met = met.reshape((n_batch, n_in, h * w))?;
                let products = gradient.matmul(&met.transpose(1, 2)?)?; // (B, out, in)
                // Films are added up at the weights' own precision.
                taps.push(products.to_dtype(weight.dtype())?.sum(0)?);
            }
        }
        Tensor::stack(&taps, 2)?.reshape(weight.shape())
    }

    /// `n` slices along `dim` from `start` on, `stride` apart; a view.
    fn every(self, xs: &Tensor, dim: usize, start: usize, n: usize) -> Result<Tensor> {
        let xs = xs.narrow(dim, start, self.span(n))?;
        if self.stride == 1 {
            return Ok(xs);
        }
        xs.unfold(dim, 1, self.stride)?.squeeze(4)
    }
}

#[cfg(test)]
mod tests;

//! Matrix products of pixels by channels: every convolution ends here.
//!
//! Activations are row-major `(pixel, channel)` and are read where they lie; weights are packed
//! once into panels of a few registers' width, so that the inner loop reads both in order.

use super::ahead::Meanwhile;
use super::buffer::Buffer;
use super::instruction_set::InstructionSet;
use super::lane::Lane;

/// The channel counts of the network are multiples of this; so is every packed width.
pub(super) const CHANNEL_STEP: usize = 16;
/// The number of pixels in a product is a multiple of this.
pub(super) const PIXEL_STEP: usize = 4;

/// How many output channels a panel holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PanelWidth {
    /// One register by many pixels: for 16 output channels.
    Slim,
    /// Two registers by eight pixels: best where many pixels share few output channels.
    Medium,
    /// Four registers by four pixels: reads and writes long rows in order.
    Wide,
}

impl PanelWidth {
    /// The width for products that narrow or keep the number of channels.
    pub fn for_outputs(n_out: usize) -> Self {
        if n_out == CHANNEL_STEP {
            Self::Slim
        } else {
            Self::Medium
        }
    }

    /// The width for products that widen, whose long rows are then read and written in order.
    pub const fn for_expansion(n_out: usize) -> Self {
        if n_out < 4 * CHANNEL_STEP {
            Self::Slim
        } else {
            Self::Wide
        }
    }

    /// Channels in a panel; [`multiply`] picks its tile by the same rule.
    const fn channels(self, lane_width: usize) -> usize {
        match (lane_width, self) {
            (16, Self::Medium) => 32,
            (16, Self::Wide) => 64,
            _ => 16,
        }
    }
}

/// Weights `(n_in, n_out)` as panels: `[n_out / width][n_in][width]`.
pub(super) struct Panels {
    values: Buffer,
    width: PanelWidth,
    n_in: usize,
}

impl Panels {
    /// Panels of zeros, to be filled by [`Panels::fill`].
    pub fn zeros(width: PanelWidth, n_in: usize, n_out: usize) -> Self {
        Self {
            values: Buffer::zeros(n_in * n_out),
            width,
            n_in,
        }
    }

    /// Packs `weight(input, output)` for one instruction set.
    pub fn new(
        set: InstructionSet,
        width: PanelWidth,
        n_in: usize,
        n_out: usize,
        weight: impl Fn(usize, usize) -> f32,
    ) -> Self {
        let mut panels = Self::zeros(width, n_in, n_out);
        panels.fill(set, weight);
        panels
    }

    /// Packs other weights of the same size.
    pub fn fill(&mut self, set: InstructionSet, weight: impl Fn(usize, usize) -> f32) {
        let (n_in, n_channels) = (self.n_in, self.width.channels(set.lane_width()));
        let panels = self
            .values
            .as_mut_slice()
            .chunks_exact_mut(n_in * n_channels);
        for (panel_idx, panel) in panels.enumerate() {
            for (input, row) in panel.chunks_exact_mut(n_channels).enumerate() {
                for (j, value) in row.iter_mut().enumerate() {
                    *value = weight(input, panel_idx * n_channels + j);
                }
            }
        }
    }

    /// Where the weight of `(input, output)` lies, for those who pack by themselves.
    pub fn positions(
        set: InstructionSet,
        width: PanelWidth,
        n_in: usize,
    ) -> impl Fn(usize, usize) -> usize {
        let n_channels = width.channels(set.lane_width());
        move |input, output| (output / n_channels * n_in + input) * n_channels + output % n_channels
    }

    pub fn as_slice(&self) -> &[f32] {
        self.values.as_slice()
    }

    pub fn width(&self) -> PanelWidth {
        self.width
    }
}

/// The initial value and the epilogue of a product, register by register.
///
/// # Safety
/// As for [`Lane`]; `pixel` and `channel` lie inside the product.
pub(super) trait Epilogue<L: Lane> {
    /// The value that the sum starts from.
    unsafe fn start(&self, pixel: usize, channel: usize) -> L;
    /// Takes the sum of `channel..channel + L::WIDTH` at `pixel`.
    unsafe fn finish(&mut self, pixel: usize, channel: usize, sum: L);
}

/// Writes plain sums into rows of `stride`.
pub(super) struct Store<'a> {
    pub to: &'a mut [f32],
    pub stride: usize,
}

impl<L: Lane> Epilogue<L> for Store<'_> {
    #[inline(always)]
    unsafe fn start(&self, _pixel: usize, _channel: usize) -> L {
        // SAFETY: the caller has the instructions.
        unsafe { L::splat(0.0) }
    }

    #[inline(always)]
    unsafe fn finish(&mut self, pixel: usize, channel: usize, sum: L) {
        // SAFETY: `to` holds the product's rows.
        unsafe { sum.store(self.to, pixel * self.stride + channel) };
    }
}

/// Adds to rows of `stride`.
pub(super) struct AddTo<'a> {
    pub to: &'a mut [f32],
    pub stride: usize,
}

impl<L: Lane> Epilogue<L> for AddTo<'_> {
    #[inline(always)]
    unsafe fn start(&self, pixel: usize, channel: usize) -> L {
        // SAFETY: `to` holds the product's rows.
        unsafe { L::load(self.to, pixel * self.stride + channel) }
    }

    #[inline(always)]
    unsafe fn finish(&mut self, pixel: usize, channel: usize, sum: L) {
        // SAFETY: `to` holds the product's rows.
        unsafe { sum.store(self.to, pixel * self.stride + channel) };
    }
}

/// Starts from `from` and writes to `to`.
pub(super) struct AddFrom<'a> {
    pub from: &'a [f32],
    pub from_stride: usize,
    pub to: &'a mut [f32],
    pub stride: usize,
}

impl<L: Lane> Epilogue<L> for AddFrom<'_> {
    #[inline(always)]
    unsafe fn start(&self, pixel: usize, channel: usize) -> L {
        // SAFETY: `from` holds the product's rows.
        unsafe { L::load(self.from, pixel * self.from_stride + channel) }
    }

    #[inline(always)]
    unsafe fn finish(&mut self, pixel: usize, channel: usize, sum: L) {
        // SAFETY: `to` holds the product's rows.
        unsafe { sum.store(self.to, pixel * self.stride + channel) };
    }
}

/// Starts from a bias and writes `max(0, sum)` into rows of `stride`.
pub(super) struct BiasRelu<'a> {
    pub bias: &'a [f32],
    pub to: &'a mut [f32],
    pub stride: usize,
}

impl<L: Lane> Epilogue<L> for BiasRelu<'_> {
    #[inline(always)]
    unsafe fn start(&self, _pixel: usize, channel: usize) -> L {
        // SAFETY: `bias` holds one value a channel.
        unsafe { L::load(self.bias, channel) }
    }

    #[inline(always)]
    unsafe fn finish(&mut self, pixel: usize, channel: usize, sum: L) {
        // SAFETY: `to` holds the product's rows.
        unsafe {
            sum.max(L::splat(0.0))
                .store(self.to, pixel * self.stride + channel);
        }
    }
}

/// Pixels that a product reads: `K` values at every `stride`-th, from each of several sources.
#[derive(Clone, Copy)]
pub(super) struct Pixels<'a> {
    /// Sources whose products are added up; their weights follow each other in the panels.
    pub sources: &'a [&'a [f32]],
    /// Distance of one pixel to the next; constant at every call, so it is folded into addresses.
    pub stride: usize,
    /// How many pixels.
    pub n: usize,
}

/// `epilogue(start + pixels × panels)`.
///
/// # Safety
/// The processor has the instructions of `L`; `panels` were packed for them with
/// `K * sources.len()` inputs; every source holds `(pixels.n - 1) * stride + K` values;
/// `pixels.n` is a multiple of [`PIXEL_STEP`].
#[inline(always)]
pub(super) unsafe fn multiply<L: Lane, const K: usize>(
    pixels: Pixels,
    panels: &[f32],
    width: PanelWidth,
    n_out: usize,
    epilogue: &mut impl Epilogue<L>,
    meanwhile: &mut impl Meanwhile,
) {
    // SAFETY: passed on from the caller; tile widths are those of `PanelWidth::channels`.
    unsafe {
        match (L::WIDTH, width) {
            (16, PanelWidth::Slim) => {
                tiles::<L, 16, 1, K>(pixels, panels, n_out, epilogue, meanwhile);
            }
            (16, PanelWidth::Medium) => {
                tiles::<L, 8, 2, K>(pixels, panels, n_out, epilogue, meanwhile);
            }
            (16, PanelWidth::Wide) => {
                tiles::<L, 4, 4, K>(pixels, panels, n_out, epilogue, meanwhile);
            }
            _ => tiles::<L, 4, 2, K>(pixels, panels, n_out, epilogue, meanwhile),
        }
    }
}

/// Goes over the product in tiles of `M` pixels by `N` registers, what remains in tiles of 4.
#[inline(always)]
unsafe fn tiles<L: Lane, const M: usize, const N: usize, const K: usize>(
    pixels: Pixels,
    panels: &[f32],
    n_out: usize,
    epilogue: &mut impl Epilogue<L>,
    meanwhile: &mut impl Meanwhile,
) {
    let width = N * L::WIDTH;
    let panel_len = pixels.sources.len() * K * width;
    debug_assert_eq!(pixels.n % PIXEL_STEP, 0);
    debug_assert_eq!(n_out % width, 0);
    debug_assert_eq!(panels.len(), n_out / width * panel_len);
    for source in pixels.sources {
        debug_assert!(source.len() >= (pixels.n - 1) * pixels.stride + K);
    }
    let mut channel = 0;
    while channel < n_out {
        // SAFETY: the panel lies inside `panels`, the tile inside the pixels.
        unsafe {
            let panel = panels.as_ptr().add(channel / width * panel_len);
            let mut pixel = 0;
            while pixel + M <= pixels.n {
                tile::<L, M, N, K>(pixels, pixel, panel, channel, epilogue, meanwhile);
                pixel += M;
            }
            while pixel < pixels.n {
                tile::<L, PIXEL_STEP, N, K>(pixels, pixel, panel, channel, epilogue, meanwhile);
                pixel += PIXEL_STEP;
            }
        }
        channel += width;
    }
}

#[inline(always)]
unsafe fn tile<L: Lane, const M: usize, const N: usize, const K: usize>(
    pixels: Pixels,
    pixel: usize,
    panel: *const f32,
    channel: usize,
    epilogue: &mut impl Epilogue<L>,
    meanwhile: &mut impl Meanwhile,
) {
    // SAFETY: `tiles` keeps the tile inside the pixels and the panel inside the weights.
    unsafe {
        let mut sums = [[L::splat(0.0); N]; M];
        for (i, row) in sums.iter_mut().enumerate() {
            for (j, sum) in row.iter_mut().enumerate() {
                *sum = epilogue.start(pixel + i, channel + j * L::WIDTH);
            }
        }
        let mut weights = panel;
        for source in pixels.sources {
            let values = source.as_ptr().add(pixel * pixels.stride);
            for k in 0..K {
                meanwhile.step(k);
                let mut row = [L::splat(0.0); N];
                for (j, weight) in row.iter_mut().enumerate() {
                    let at = std::slice::from_raw_parts(weights.add(j * L::WIDTH), L::WIDTH);
                    *weight = L::load(at, 0);
                }
                for (i, sums) in sums.iter_mut().enumerate() {
                    let value = L::splat(*values.add(i * pixels.stride + k));
                    for (sum, &weight) in sums.iter_mut().zip(&row) {
                        *sum = value.mul_add(weight, *sum);
                    }
                }
                weights = weights.add(N * L::WIDTH);
            }
        }
        for (i, row) in sums.iter().enumerate() {
            for (j, &sum) in row.iter().enumerate() {
                epilogue.finish(pixel + i, channel + j * L::WIDTH, sum);
            }
        }
    }
}

/// `sums[i][o] += Σ over pixels of left[pixel][i] * right[pixel][o]`: the gradient of a product's
/// weights.
///
/// # Safety
/// The processor has the instructions of `L`; the slices hold `(n_pixels, n_in)`,
/// `(n_pixels, n_out)` and `(n_in, n_out)` values.
#[inline(always)]
pub(super) unsafe fn add_outer_products<L: Lane>(
    left: &[f32],
    n_in: usize,
    right: &[f32],
    n_out: usize,
    sums: &mut [f32],
    meanwhile: &mut impl Meanwhile,
) {
    // SAFETY: passed on from the caller; both counts are multiples of 16.
    unsafe {
        if L::WIDTH == 16 {
            if n_out == CHANNEL_STEP {
                outer_tiles::<L, 16, 1>(left, n_in, right, n_out, sums, meanwhile);
            } else {
                outer_tiles::<L, 8, 2>(left, n_in, right, n_out, sums, meanwhile);
            }
        } else {
            outer_tiles::<L, 4, 2>(left, n_in, right, n_out, sums, meanwhile);
        }
    }
}

#[inline(always)]
unsafe fn outer_tiles<L: Lane, const M: usize, const N: usize>(
    left: &[f32],
    n_in: usize,
    right: &[f32],
    n_out: usize,
    sums: &mut [f32],
    meanwhile: &mut impl Meanwhile,
) {
    let n_pixels = right.len() / n_out;
    debug_assert_eq!(n_in % M, 0);
    debug_assert_eq!(n_out % (N * L::WIDTH), 0);
    debug_assert_eq!(right.len(), n_pixels * n_out);
    debug_assert_eq!(left.len(), n_pixels * n_in);
    debug_assert_eq!(sums.len(), n_in * n_out);
    let mut channel = 0;
    while channel < n_out {
        let mut input = 0;
        while input < n_in {
            // SAFETY: checked above; the tile lies inside all three.
            unsafe {
                let mut tile = [[L::splat(0.0); N]; M];
                for (i, row) in tile.iter_mut().enumerate() {
                    for (j, sum) in row.iter_mut().enumerate() {
                        *sum = L::load(sums, (input + i) * n_out + channel + j * L::WIDTH);
                    }
                }
                for pixel in 0..n_pixels {
                    meanwhile.step(pixel);
                    let mut row = [L::splat(0.0); N];
                    for (j, value) in row.iter_mut().enumerate() {
                        *value = L::load(right, pixel * n_out + channel + j * L::WIDTH);
                    }
                    let values = left.as_ptr().add(pixel * n_in + input);
                    for (i, sums) in tile.iter_mut().enumerate() {
                        let value = L::splat(*values.add(i));
                        for (sum, &right) in sums.iter_mut().zip(&row) {
                            *sum = value.mul_add(right, *sum);
                        }
                    }
                }
                for (i, row) in tile.iter().enumerate() {
                    for (j, &sum) in row.iter().enumerate() {
                        sum.store(sums, (input + i) * n_out + channel + j * L::WIDTH);
                    }
                }
            }
            input += M;
        }
        channel += N * L::WIDTH;
    }
}

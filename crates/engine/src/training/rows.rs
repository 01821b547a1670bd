//! Row kernels between the matrix products of a training step.
//!
//! Rows are `(pixel, channel)`; the functions go over a few registers of channels at a time and
//! keep those channels' coefficients and sums in registers while they pass over the pixels.

use super::super::lane::Lane;
use super::norm::Norm;

/// Calls `$function::<L, N>` with `N` registers at a time, four where there are as many channels.
macro_rules! by_registers {
    ($function:ident::<$lane:ident>($channels:expr, $($argument:expr),* $(,)?)) => {
        match $channels / $lane::WIDTH {
            1 => $function::<$lane, 1>($channels, $($argument),*),
            2 => $function::<$lane, 2>($channels, $($argument),*),
            _ => $function::<$lane, 4>($channels, $($argument),*),
        }
    };
}

/// Every `stride`-th value group of a row: pixels `stride` values apart.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub values: &'a [f32],
    pub stride: usize,
}

#[inline(always)]
unsafe fn registers<L: Lane, const N: usize>(from: &[f32], at: usize) -> [L; N] {
    // SAFETY: passed on from the caller.
    unsafe {
        let mut out = [L::splat(0.0); N];
        for (i, lane) in out.iter_mut().enumerate() {
            *lane = L::load(from, at + i * L::WIDTH);
        }
        out
    }
}

/// Adds the registers of `parts` to `sums[at..]`, place by place.
#[inline(always)]
unsafe fn add_to_sums<L: Lane, const N: usize>(parts: [L; N], sums: &mut [f64], at: usize) {
    for (i, part) in parts.iter().enumerate() {
        let mut values = [0.0; 16];
        // SAFETY: no register holds more than 16 values; the caller has the instructions.
        unsafe { part.store(&mut values, 0) };
        let sums = &mut sums[at + i * L::WIDTH..][..L::WIDTH];
        for (sum, &value) in sums.iter_mut().zip(&values) {
            *sum += f64::from(value);
        }
    }
}

/// `to = max(0, scale * from + shift)`.
///
/// # Safety
/// For all functions of this file: the processor has the instructions of `L`, and rows hold the
/// pixels that `to` (or the shortest) has.
#[inline(always)]
pub(super) unsafe fn norm_relu<L: Lane>(channels: usize, norm: &Norm, from: Row, to: &mut [f32]) {
    // SAFETY: passed on from the caller.
    unsafe { by_registers!(norm_relu_of::<L>(channels, norm, from, to)) }
}

#[inline(always)]
unsafe fn norm_relu_of<L: Lane, const N: usize>(
    channels: usize,
    norm: &Norm,
    from: Row,
    to: &mut [f32],
) {
    let n_pixels = to.len() / channels;
    for channel in (0..channels).step_by(N * L::WIDTH) {
        // SAFETY: passed on from the caller.
        unsafe {
            let scale = registers::<L, N>(norm.scale.as_slice(), channel);
            let shift = registers::<L, N>(norm.shift.as_slice(), channel);
            for pixel in 0..n_pixels {
                for i in 0..N {
                    let at = channel + i * L::WIDTH;
                    let value = L::load(from.values, pixel * from.stride + at);
                    let value = value.mul_add(scale[i], shift[i]).max(L::splat(0.0));
                    value.store(to, pixel * channels + at);
                }
            }
        }
    }
}

/// Adds the sums and the sums of squares of each channel of `row` to `sums`.
#[inline(always)]
pub(super) unsafe fn add_statistics<L: Lane>(channels: usize, row: &[f32], sums: &mut [f64]) {
    // SAFETY: passed on from the caller.
    unsafe { by_registers!(add_statistics_of::<L>(channels, row, sums)) }
}

#[inline(always)]
unsafe fn add_statistics_of<L: Lane, const N: usize>(
    channels: usize,
    row: &[f32],
    sums: &mut [f64],
) {
    let n_pixels = row.len() / channels;
    for channel in (0..channels).step_by(N * L::WIDTH) {
        // SAFETY: passed on from the caller.
        unsafe {
            let mut sum = [L::splat(0.0); N];
            let mut squares = sum;
            for pixel in 0..n_pixels {
                for i in 0..N {
                    let value = L::load(row, pixel * channels + channel + i * L::WIDTH);
                    sum[i] = sum[i].add(value);
                    squares[i] = value.mul_add(value, squares[i]);
                }
            }
            add_to_sums(sum, sums, channel);
            add_to_sums(squares, sums, channels + channel);
        }
    }
}

/// The gradient through ReLU: `to = gradient where scale * values + shift > 0, else 0`.
///
/// Adds `Σ to` and `Σ to * values` of each channel to `sums`: what the norm's own gradient needs.
/// `to` is written past the caches, since the whole batch comes before it is read again.
/// With `KEEP`, `activation` gets what the forward pass made of the values, else it stays as it is.
#[inline(always)]
pub(super) unsafe fn relu_gradient<L: Lane, const KEEP: bool>(
    channels: usize,
    norm: &Norm,
    gradient: &[f32],
    values: Row,
    to: &mut [f32],
    activation: &mut [f32],
    sums: &mut [f64],
) {
    // SAFETY: passed on from the caller.
    unsafe {
        match channels / L::WIDTH {
            1 => relu_gradient_of::<L, KEEP, 1>(
                channels, norm, gradient, values, to, activation, sums,
            ),
            2 => relu_gradient_of::<L, KEEP, 2>(
                channels, norm, gradient, values, to, activation, sums,
            ),
            _ => relu_gradient_of::<L, KEEP, 4>(
                channels, norm, gradient, values, to, activation, sums,
            ),
        }
    }
}

#[inline(always)]
unsafe fn relu_gradient_of<L: Lane, const KEEP: bool, const N: usize>(
    channels: usize,
    norm: &Norm,
    gradient: &[f32],
    values: Row,
    to: &mut [f32],
    activation: &mut [f32],
    sums: &mut [f64],
) {
    let n_pixels = gradient.len() / channels;
    for channel in (0..channels).step_by(N * L::WIDTH) {
        // SAFETY: passed on from the caller; `to` has the pixels where `values` has them.
        unsafe {
            let scale = registers::<L, N>(norm.scale.as_slice(), channel);
            let shift = registers::<L, N>(norm.shift.as_slice(), channel);
            let mut sum = [L::splat(0.0); N];
            let mut products = sum;
            for pixel in 0..n_pixels {
                for i in 0..N {
                    let at = channel + i * L::WIDTH;
                    let value = L::load(values.values, pixel * values.stride + at);
                    let gate = value.mul_add(scale[i], shift[i]);
                    let passed = L::load(gradient, pixel * channels + at).where_positive(gate);
                    passed.stream(to, pixel * values.stride + at);
                    if KEEP {
                        gate.max(L::splat(0.0))
                            .store(activation, pixel * channels + at);
                    }
                    sum[i] = sum[i].add(passed);
                    products[i] = passed.mul_add(value, products[i]);
                }
            }
            add_to_sums(sum, sums, channel);
            add_to_sums(products, sums, channels + channel);
        }
    }
}

/// The gradient through a norm: `to = slope * gradient + value_slope * values + constant`, added to
/// what `to` holds when `ADD`.
#[inline(always)]
pub(super) unsafe fn norm_gradient<L: Lane, const ADD: bool>(
    channels: usize,
    norm: &Norm,
    gradient: &[f32],
    values: &[f32],
    to: &mut [f32],
) {
    // SAFETY: passed on from the caller.
    unsafe {
        match channels / L::WIDTH {
            1 => norm_gradient_of::<L, ADD, 1>(channels, norm, gradient, values, to),
            2 => norm_gradient_of::<L, ADD, 2>(channels, norm, gradient, values, to),
            _ => norm_gradient_of::<L, ADD, 4>(channels, norm, gradient, values, to),
        }
    }
}

#[inline(always)]
unsafe fn norm_gradient_of<L: Lane, const ADD: bool, const N: usize>(
    channels: usize,
    norm: &Norm,
    gradient: &[f32],
    values: &[f32],
    to: &mut [f32],
) {
    let n_pixels = to.len() / channels;
    for channel in (0..channels).step_by(N * L::WIDTH) {
        // SAFETY: passed on from the caller.
        unsafe {
            let slope = registers::<L, N>(norm.slope.as_slice(), channel);
            let value_slope = registers::<L, N>(norm.value_slope.as_slice(), channel);
            let constant = registers::<L, N>(norm.constant.as_slice(), channel);
            for pixel in 0..n_pixels {
                for i in 0..N {
                    let at = pixel * channels + channel + i * L::WIDTH;
                    let inner = L::load(values, at).mul_add(value_slope[i], constant[i]);
                    let mut out = L::load(gradient, at).mul_add(slope[i], inner);
                    if ADD {
                        out = out.add(L::load(to, at));
                    }
                    out.store(to, at);
                }
            }
        }
    }
}

/// Copies `channels` values a pixel.
#[inline(always)]
pub(super) fn gather(channels: usize, from: Row, to: &mut [f32]) {
    for (pixel, to) in to.chunks_exact_mut(channels).enumerate() {
        to.copy_from_slice(&from.values[pixel * from.stride..][..channels]);
    }
}

/// Writes `from` past the caches to `to`, which starts on a cache line.
#[inline(always)]
pub(super) unsafe fn stream<L: Lane>(from: &[f32], to: &mut [f32]) {
    for at in (0..to.len()).step_by(L::WIDTH) {
        // SAFETY: passed on from the caller.
        unsafe { L::load(from, at).stream(to, at) };
    }
}

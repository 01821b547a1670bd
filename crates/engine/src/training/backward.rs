//! The backward pass of a training step: the forward kernels turned round, last first.
//!
//! A norm's gradient needs sums over the whole batch, so each kernel stores the gradient of a
//! norm's *output* together with those sums, and the next one takes it through the norm on reading.

use super::super::ahead::{Fetch, Nothing};
use super::super::gemm::{AddFrom, Epilogue, Store, add_outer_products};
use super::super::instruction_set::LaneWork;
use super::super::lane::Lane;
use super::super::network_spec::{CELL, MID, N_STAGES, OUT};
use super::super::winograd::{
    N_PLANES, add_kernel_gradients, multiply_planes, transform_gradient, transform_input,
    transform_output,
};
use super::forward::{Place, multiply_rows, padded_row, taps};
use super::norm::Norm;
use super::packed::PackedBlock;
use super::rows::{Row, gather, norm_gradient, norm_relu, relu_gradient};
use super::space::{Flow, Saved, WorkerSpace, keeps_sums};
use super::team::Item;

// SAFETY (all blocks of this file): as in `forward`.

/// From the head's cells back to the last norm, a row.
pub(super) struct UnpoolCells<'a> {
    pub saved: &'a Saved,
    pub flow: &'a Flow,
    pub norm: &'a Norm,
    pub side: usize,
    pub item: Item<'a>,
}

impl LaneWork for UnpoolCells<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        const C: usize = OUT[N_STAGES - 1];
        let Self {
            saved,
            flow,
            norm,
            side,
            item,
        } = self;
        let Item {
            index,
            sums,
            worker,
        } = item;
        let [gradient, ..] = &mut worker.rows;
        let gradient = &mut gradient.as_mut_slice()[..side * C];
        let last = saved.last();
        let len = side / CELL * C;
        let first = index / CELL * len;
        let range = index * side * C..(index + 1) * side * C;
        // SAFETY: see above.
        unsafe {
            let cells = flow.pooled.part(first..first + len);
            for (column, pixel) in gradient.chunks_exact_mut(C).enumerate() {
                let cell = &cells[column / CELL * C..][..C];
                for (to, &value) in pixel.iter_mut().zip(cell) {
                    *to = value / (CELL * CELL) as f32;
                }
            }
            let values = Row {
                values: last.part(range.clone()),
                stride: C,
            };
            let to = flow.sum_norm.part_mut(range);
            let sums = &mut sums.statistics;
            relu_gradient::<L, false>(C, norm, gradient, values, to, &mut [], sums);
        }
    }
}

/// Shared state of the kernels of one block in the backward pass.
#[derive(Clone, Copy)]
pub(super) struct Back<'a> {
    pub place: Place,
    pub saved: &'a Saved,
    pub flow: &'a Flow,
    pub packed: &'a PackedBlock,
    /// Norms of what enters, of the second and third convolution's input, and of what leaves.
    pub entering: &'a Norm,
    pub second: &'a Norm,
    pub third: &'a Norm,
    pub leaving: &'a Norm,
}

/// Back through the third convolution, a row.
pub(super) struct ExpandBack<'a, const C: usize, const OUT: usize>(pub Back<'a>, pub Item<'a>);

impl<const C: usize, const OUT: usize> LaneWork for ExpandBack<'_, C, OUT> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        let Self(back, item) = self;
        let Item {
            index,
            sums,
            worker,
        } = item;
        let Back {
            place,
            saved,
            flow,
            packed,
            ..
        } = back;
        let (block, n_pixels) = (place.block, place.n_pixels());
        let [by_mid, mid, _] = &mut worker.rows;
        let by_mid = &mut by_mid.as_mut_slice()[..n_pixels * C];
        let mid = &mut mid.as_mut_slice()[..n_pixels * C];
        let own = place.own(index, OUT);
        // SAFETY: see above.
        unsafe {
            let by_sum = flow.sum.part_mut(own.clone());
            let by_norm = flow.sum_norm.part(own.clone());
            let sum = saved.leaving(place.id).part(own.clone());
            if place.id.is_last() {
                // Nothing has flowed into `flow.sum` yet.
                norm_gradient::<L, false>(OUT, back.leaving, by_norm, sum, by_sum);
                if place.id.stage + 1 < N_STAGES {
                    add_shortcut::<L, OUT>(place, flow, index, by_sum);
                }
            } else {
                norm_gradient::<L, true>(OUT, back.leaving, by_norm, sum, by_sum);
            }
            let mut store = Store {
                to: by_mid,
                stride: C,
            };
            let mid_own = place.own(index, C);
            let values = saved.second[block].part(mid_own.clone());
            let ahead = &mut Fetch::<1>::after([by_norm, sum, by_sum, values]);
            multiply_rows::<L, C, OUT, false>(
                n_pixels,
                &[by_sum],
                &packed.expand_back,
                &mut store,
                ahead,
            );
            let to = flow.third_norm.part_mut(mid_own);
            let from = Row { values, stride: C };
            let statistics = &mut sums.statistics;
            relu_gradient::<L, true>(C, back.third, by_mid, from, to, mid, statistics);
            let weights = &mut sums.weights.as_mut_slice()[..C * OUT];
            add_outer_products::<L>(mid, C, by_sum, OUT, weights, ahead);
            if !place.id.is_first() && !keeps_sums(place.id.stage) {
                // Back to what entered the block, where the block before expects it.
                let mut inner = TakeFrom {
                    to: saved.leaving(place.id).part_mut(own),
                    stride: OUT,
                };
                multiply_rows::<L, OUT, C, true>(
                    n_pixels,
                    &[mid],
                    &packed.expand,
                    &mut inner,
                    ahead,
                );
            }
        }
    }
}

/// Takes sums off rows of `stride`.
struct TakeFrom<'a> {
    to: &'a mut [f32],
    stride: usize,
}

impl<L: Lane> Epilogue<L> for TakeFrom<'_> {
    #[inline(always)]
    unsafe fn start(&self, _pixel: usize, _channel: usize) -> L {
        // SAFETY: the caller has the instructions.
        unsafe { L::splat(0.0) }
    }

    #[inline(always)]
    unsafe fn finish(&mut self, pixel: usize, channel: usize, sum: L) {
        let at = pixel * self.stride + channel;
        // SAFETY: `to` holds the product's rows.
        unsafe { L::load(self.to, at).sub(sum).store(self.to, at) }
    }
}

/// Adds what came back through the next stage's shortcut to the pixels that it read: every other
/// one of every other row.
#[inline(always)]
unsafe fn add_shortcut<L: Lane, const C: usize>(
    place: Place,
    flow: &Flow,
    item: usize,
    by_sum: &mut [f32],
) {
    let (side, half) = (place.side, place.side / 2);
    for (i, to) in by_sum.chunks_exact_mut(side * C).enumerate() {
        let row = item * place.rows + i;
        if !row.is_multiple_of(2) {
            continue;
        }
        let first = row / 2 * half * C;
        // SAFETY: passed on from the caller.
        unsafe {
            let from = flow.shortcut.part(first..first + half * C);
            for pixel in 0..half {
                for channel in (0..C).step_by(L::WIDTH) {
                    let at = 2 * pixel * C + channel;
                    let sum = L::load(from, pixel * C + channel).add(L::load(to, at));
                    sum.store(to, at);
                }
            }
        }
    }
}

/// Back through the shortcut convolution of a stage's first block, a row.
pub(super) struct ShortcutBack<'a, const C: usize, const OUT: usize>(pub Back<'a>, pub Item<'a>);

impl<const C: usize, const OUT: usize> LaneWork for ShortcutBack<'_, C, OUT> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        let Self(back, item) = self;
        let Item {
            index,
            sums,
            worker,
        } = item;
        let Back {
            place,
            saved,
            flow,
            packed,
            ..
        } = back;
        let (block, n_pixels) = (place.block, place.n_pixels());
        let Some(panels) = &packed.shortcut_back else {
            return;
        };
        let [entering, ..] = &mut worker.rows;
        let entering = &mut entering.as_mut_slice()[..n_pixels * C];
        // SAFETY: see above.
        unsafe {
            let by_sum = flow.sum.part(place.own(index, OUT));
            for (from, to) in place.entering(index, C) {
                let values = saved.entering(place.id).part(from);
                let from = Row {
                    values,
                    stride: place.stride * C,
                };
                if block == 0 {
                    norm_relu::<L>(C, back.entering, from, &mut entering[to]);
                } else {
                    gather(C, from, &mut entering[to]);
                }
            }
            let weights = &mut sums.weights.as_mut_slice()[..C * OUT];
            add_outer_products::<L>(entering, C, by_sum, OUT, weights, &mut Nothing);
            let to = flow.shortcut.part_mut(place.own(index, C));
            multiply_rows::<L, C, OUT, false>(
                n_pixels,
                &[by_sum],
                panels,
                &mut Store { to, stride: C },
                &mut Nothing,
            );
        }
    }
}

/// Back through the 3x3 convolution, a strip.
pub(super) struct ConvolveBack<'a, const C: usize>(pub Back<'a>, pub Item<'a>);

impl<const C: usize> LaneWork for ConvolveBack<'_, C> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        let Self(back, item) = self;
        let Item {
            index,
            sums,
            worker,
        } = item;
        let Back {
            place,
            saved,
            flow,
            packed,
            ..
        } = back;
        let (block, grid) = (place.block, place.grid);
        let WorkerSpace {
            padded,
            planes,
            products,
            rows: [by_mid, ..],
        } = worker;
        let (planes, products) = (planes.as_mut_slice(), products.as_mut_slice());
        let padded = &mut padded.as_mut_slice()[..grid.padded_len(C)];
        let row_len = (grid.width + 2) * C;
        let len = grid.rows * grid.width * C;
        let by_mid = &mut by_mid.as_mut_slice()[..len];
        let strip = index * len..(index + 1) * len;
        // SAFETY: see above.
        unsafe {
            for (i, to) in padded.chunks_exact_mut(row_len).enumerate() {
                if let Some((row, to)) = padded_row(C, grid, index, i, to) {
                    let by_norm = flow.third_norm.part(row.clone());
                    let values = saved.second[block].part(row);
                    norm_gradient::<L, false>(C, back.third, by_norm, values, to);
                }
            }
            transform_input::<L, C>(grid, padded, planes);
            multiply_planes::<L, C>(grid, &packed.kernels_back, planes, products);
            transform_output::<L, C>(
                grid,
                products,
                &mut Store {
                    to: by_mid,
                    stride: C,
                },
            );
            let values = Row {
                values: saved.first[block].part(strip.clone()),
                stride: C,
            };
            let to = flow.second_norm.part_mut(strip);
            let statistics = &mut sums.statistics;
            relu_gradient::<L, false>(C, back.second, by_mid, values, to, &mut [], statistics);

            transform_gradient::<L, C>(grid, padded, products);
            for (i, to) in padded.chunks_exact_mut(row_len).enumerate() {
                if let Some((row, to)) = padded_row(C, grid, index, i, to) {
                    let values = saved.first[block].part(row);
                    norm_relu::<L>(C, back.second, Row { values, stride: C }, to);
                }
            }
            transform_input::<L, C>(grid, padded, planes);
            let weights = &mut sums.weights.as_mut_slice()[..N_PLANES * C * C];
            add_kernel_gradients::<L, C>(grid, planes, products, weights);
        }
    }
}

/// Back through the first convolution, a row.
pub(super) struct ReduceBack<'a, const C: usize, const IN: usize>(pub Back<'a>, pub Item<'a>);

impl<const C: usize, const IN: usize> LaneWork for ReduceBack<'_, C, IN> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        let Self(back, item) = self;
        let Item {
            index,
            sums,
            worker,
        } = item;
        let Back {
            place,
            saved,
            flow,
            packed,
            ..
        } = back;
        let (block, n_pixels, stride) = (place.block, place.n_pixels(), place.stride);
        let [by_first, entering, by_entering] = &mut worker.rows;
        let by_first = &mut by_first.as_mut_slice()[..n_pixels * C];
        let entering = &mut entering.as_mut_slice()[..n_pixels * IN];
        let by_entering = &mut by_entering.as_mut_slice()[..n_pixels * IN];
        // SAFETY: see above.
        unsafe {
            let by_norm = flow.second_norm.part(place.own(index, C));
            let first = saved.first[block].part(place.own(index, C));
            norm_gradient::<L, false>(C, back.second, by_norm, first, by_first);
            let panels = &packed.reduce_back;
            let read = saved
                .entering(place.id)
                .part(place.entering_span(index, IN));
            let ahead = &mut Fetch::<1>::after([by_norm, first, read]);
            if block == 0 {
                // The stem's output also went through the shortcut.
                let from = flow.shortcut.part(place.own(index, IN));
                let mut add = AddFrom {
                    from,
                    from_stride: IN,
                    to: by_entering,
                    stride: IN,
                };
                multiply_rows::<L, IN, C, true>(n_pixels, &[by_first], panels, &mut add, ahead);
            } else {
                let mut store = Store {
                    to: by_entering,
                    stride: IN,
                };
                multiply_rows::<L, IN, C, true>(n_pixels, &[by_first], panels, &mut store, ahead);
            }
            for (from, row) in place.entering(index, IN) {
                // Pixels that a stride skips get no gradient through this norm.
                let end = from.start + stride * from.len();
                let to = flow.sum_norm.part_mut(from.start..end);
                if stride > 1 {
                    to.fill(0.0);
                }
                let from = Row {
                    values: saved.entering(place.id).part(from),
                    stride: stride * IN,
                };
                let (gradient, activation) = (&by_entering[row.clone()], &mut entering[row]);
                let (norm, sums) = (back.entering, &mut sums.statistics);
                relu_gradient::<L, true>(IN, norm, gradient, from, to, activation, sums);
            }
            let weights = &mut sums.weights.as_mut_slice()[..IN * C];
            add_outer_products::<L>(entering, IN, by_first, C, weights, ahead);
        }
    }
}

/// Back through the stem's convolution: only its weights have a gradient.
pub(super) struct StemBack<'a> {
    pub saved: &'a Saved,
    pub flow: &'a Flow,
    pub norm: &'a Norm,
    pub side: usize,
    pub item: Item<'a>,
}

impl LaneWork for StemBack<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        const C: usize = MID[0];
        let Self {
            saved,
            flow,
            norm,
            side,
            item,
        } = self;
        let Item {
            index,
            sums,
            worker,
        } = item;
        let [by_stem, ..] = &mut worker.rows;
        let by_stem = &mut by_stem.as_mut_slice()[..side * C];
        let range = index * side * C..(index + 1) * side * C;
        // SAFETY: see above.
        unsafe {
            let (by_norm, values) = (flow.sum_norm.part(range.clone()), saved.stem.part(range));
            norm_gradient::<L, false>(C, norm, by_norm, values, by_stem);
            let taps = taps(saved, side, index);
            let weights = &mut sums.weights.as_mut_slice()[..9 * C];
            for channel in (0..C).step_by(L::WIDTH) {
                let mut tile = [L::splat(0.0); 9];
                for (k, sum) in tile.iter_mut().enumerate() {
                    *sum = L::load(weights, k * C + channel);
                }
                for pixel in 0..side {
                    let gradient = L::load(by_stem, pixel * C + channel);
                    for (sum, tap) in tile.iter_mut().zip(&taps) {
                        *sum = L::splat(tap[pixel]).mul_add(gradient, *sum);
                    }
                }
                for (k, sum) in tile.iter().enumerate() {
                    sum.store(weights, k * C + channel);
                }
            }
        }
    }
}

//! The backward pass of a training step: the forward kernels turned round, last first.
//!
//! A norm's gradient needs sums over the whole batch, so each kernel stores the gradient of a
//! norm's *output* together with those sums, and the next one takes it through the norm on reading.

use super::super::architecture::{CELL, MID, N_STAGES, OUT};
use super::super::gemm::{AddTo, Store, add_outer_products};
use super::super::instruction_set::LaneWork;
use super::super::lane::Lane;
use super::super::winograd::{
    N_PLANES, TileGrid, add_kernel_gradients, multiply_planes, transform_gradient, transform_input,
    transform_output,
};
use super::forward::{Place, multiply_row, padded_row, taps};
use super::norm::Norm;
use super::packed::PackedBlock;
use super::rows::{Row, gather, norm_gradient, norm_relu, relu_gradient};
use super::space::{Flow, GroupSums, Saved, WorkerSpace};

// SAFETY (all blocks of this file): as in `forward`.

/// From the head's cells back to the last norm, a row.
pub(super) struct UnpoolCells<'a> {
    pub saved: &'a Saved,
    pub flow: &'a Flow,
    pub norm: &'a Norm,
    pub side: usize,
    pub item: usize,
    pub sums: &'a mut GroupSums,
    pub worker: &'a mut WorkerSpace,
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
            sums,
            worker,
        } = self;
        let [gradient, ..] = &mut worker.rows;
        let gradient = &mut gradient.as_mut_slice()[..side * C];
        let Some(last) = saved.sums.last() else {
            return;
        };
        let len = side / CELL * C;
        let first = item / CELL * len;
        let range = item * side * C..(item + 1) * side * C;
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
            relu_gradient::<L>(C, norm, gradient, values, to, &mut sums.statistics);
        }
    }
}

/// What the kernels of one block share on the way back.
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
pub(super) struct ExpandBack<'a, const C: usize, const OUT: usize> {
    pub back: Back<'a>,
    /// Nothing has flowed into `flow.sum` yet: the block is the last of its stage.
    pub is_last: bool,
    /// The next stage's shortcut, which reads every other pixel, has left its gradient.
    pub has_shortcut: bool,
    pub item: usize,
    pub sums: &'a mut GroupSums,
    pub worker: &'a mut WorkerSpace,
}

impl<const C: usize, const OUT: usize> LaneWork for ExpandBack<'_, C, OUT> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        let Self {
            back,
            is_last,
            has_shortcut,
            item,
            sums,
            worker,
        } = self;
        let Back {
            place,
            saved,
            flow,
            packed,
            ..
        } = back;
        let Place { block, side, .. } = place;
        let [by_mid, mid, _] = &mut worker.rows;
        let by_mid = &mut by_mid.as_mut_slice()[..side * C];
        let mid = &mut mid.as_mut_slice()[..side * C];
        // SAFETY: see above.
        unsafe {
            let by_sum = flow.sum.part_mut(place.row(item, OUT));
            let by_norm = flow.sum_norm.part(place.row(item, OUT));
            let sum = saved.sums[block + 1].part(place.row(item, OUT));
            if is_last {
                norm_gradient::<L, false>(OUT, back.leaving, by_norm, sum, by_sum);
                if has_shortcut && (item % side).is_multiple_of(2) {
                    let half = side / 2;
                    let row = item / side * half + item % side / 2;
                    let from = flow.shortcut.part(row * half * OUT..(row + 1) * half * OUT);
                    add_to_every_other::<L, OUT>(from, by_sum);
                }
            } else {
                norm_gradient::<L, true>(OUT, back.leaving, by_norm, sum, by_sum);
            }
            let mut store = Store {
                to: by_mid,
                stride: C,
            };
            multiply_row::<L, C, OUT>(side, &[by_sum], &packed.expand_back, &mut store);
            let range = place.row(item, C);
            let values = Row {
                values: saved.second[block].part(range.clone()),
                stride: C,
            };
            let to = flow.third_norm.part_mut(range);
            relu_gradient::<L>(C, back.third, by_mid, values, to, &mut sums.statistics);
            norm_relu::<L>(C, back.third, values, mid);
            let weights = &mut sums.weights.as_mut_slice()[..C * OUT];
            add_outer_products::<L>(mid, C, by_sum, OUT, weights);
        }
    }
}

#[inline(always)]
unsafe fn add_to_every_other<L: Lane, const C: usize>(from: &[f32], to: &mut [f32]) {
    for pixel in 0..from.len() / C {
        for channel in (0..C).step_by(L::WIDTH) {
            let at = 2 * pixel * C + channel;
            // SAFETY: passed on from the caller: `to` has twice the pixels of `from`.
            unsafe {
                L::load(from, pixel * C + channel)
                    .add(L::load(to, at))
                    .store(to, at);
            }
        }
    }
}

/// Back through the shortcut convolution of a stage's first block, a row.
pub(super) struct ShortcutBack<'a, const C: usize, const OUT: usize> {
    pub back: Back<'a>,
    pub item: usize,
    pub sums: &'a mut GroupSums,
    pub worker: &'a mut WorkerSpace,
}

impl<const C: usize, const OUT: usize> LaneWork for ShortcutBack<'_, C, OUT> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        let Self {
            back,
            item,
            sums,
            worker,
        } = self;
        let Back {
            place,
            saved,
            flow,
            packed,
            ..
        } = back;
        let Place {
            block,
            side,
            stride,
            ..
        } = place;
        let Some(panels) = &packed.shortcut_back else {
            return;
        };
        let [entering, ..] = &mut worker.rows;
        let entering = &mut entering.as_mut_slice()[..side * C];
        // SAFETY: see above.
        unsafe {
            let by_sum = flow.sum.part(place.row(item, OUT));
            let values = saved.sums[block].part(place.entering(item, C));
            let from = Row {
                values,
                stride: stride * C,
            };
            if block == 0 {
                norm_relu::<L>(C, back.entering, from, entering);
            } else {
                gather(C, from, entering);
            }
            let weights = &mut sums.weights.as_mut_slice()[..C * OUT];
            add_outer_products::<L>(entering, C, by_sum, OUT, weights);
            let to = flow.shortcut.part_mut(place.row(item, C));
            multiply_row::<L, C, OUT>(side, &[by_sum], panels, &mut Store { to, stride: C });
        }
    }
}

/// Back through the 3x3 convolution, a strip.
pub(super) struct ConvolveBack<'a, const C: usize> {
    pub back: Back<'a>,
    pub grid: TileGrid,
    pub item: usize,
    pub sums: &'a mut GroupSums,
    pub worker: &'a mut WorkerSpace,
}

impl<const C: usize> LaneWork for ConvolveBack<'_, C> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        let Self {
            back,
            grid,
            item,
            sums,
            worker,
        } = self;
        let Back {
            place,
            saved,
            flow,
            packed,
            ..
        } = back;
        let block = place.block;
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
        let strip = item * len..(item + 1) * len;
        // SAFETY: see above.
        unsafe {
            for (i, to) in padded.chunks_exact_mut(row_len).enumerate() {
                if let Some((row, to)) = padded_row(C, grid, item, i, to) {
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
            relu_gradient::<L>(C, back.second, by_mid, values, to, &mut sums.statistics);

            transform_gradient::<L, C>(grid, padded, products);
            for (i, to) in padded.chunks_exact_mut(row_len).enumerate() {
                if let Some((row, to)) = padded_row(C, grid, item, i, to) {
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
pub(super) struct ReduceBack<'a, const C: usize, const IN: usize> {
    pub back: Back<'a>,
    pub item: usize,
    pub sums: &'a mut GroupSums,
    pub worker: &'a mut WorkerSpace,
}

impl<const C: usize, const IN: usize> LaneWork for ReduceBack<'_, C, IN> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        let Self {
            back,
            item,
            sums,
            worker,
        } = self;
        let Back {
            place,
            saved,
            flow,
            packed,
            ..
        } = back;
        let Place {
            block,
            side,
            stride,
            ..
        } = place;
        let [by_first, entering, by_entering] = &mut worker.rows;
        let by_first = &mut by_first.as_mut_slice()[..side * C];
        let entering = &mut entering.as_mut_slice()[..side * IN];
        let by_entering = &mut by_entering.as_mut_slice()[..side * IN];
        // SAFETY: see above.
        unsafe {
            let by_norm = flow.second_norm.part(place.row(item, C));
            let first = saved.first[block].part(place.row(item, C));
            norm_gradient::<L, false>(C, back.second, by_norm, first, by_first);

            let range = place.entering(item, IN);
            let values = saved.sums[block].part(range.clone());
            let from = Row {
                values,
                stride: stride * IN,
            };
            norm_relu::<L>(IN, back.entering, from, entering);
            let weights = &mut sums.weights.as_mut_slice()[..IN * C];
            add_outer_products::<L>(entering, IN, by_first, C, weights);

            if block == 0 {
                // The stem's output also went through the shortcut.
                by_entering.copy_from_slice(flow.shortcut.part(place.row(item, IN)));
                let mut add = AddTo {
                    to: by_entering,
                    stride: IN,
                };
                multiply_row::<L, IN, C>(side, &[by_first], &packed.reduce_back, &mut add);
            } else {
                let mut store = Store {
                    to: by_entering,
                    stride: IN,
                };
                multiply_row::<L, IN, C>(side, &[by_first], &packed.reduce_back, &mut store);
            }
            // Pixels that a stride skips get no gradient through this norm.
            let end = range.start + stride * range.len();
            let to = flow.sum_norm.part_mut(range.start..end);
            if stride > 1 {
                to.fill(0.0);
            }
            let sums = &mut sums.statistics;
            relu_gradient::<L>(IN, back.entering, by_entering, from, to, sums);
        }
    }
}

/// Back through the stem's convolution: only its weights have a gradient.
pub(super) struct StemBack<'a> {
    pub saved: &'a Saved,
    pub flow: &'a Flow,
    pub norm: &'a Norm,
    pub side: usize,
    pub item: usize,
    pub sums: &'a mut GroupSums,
    pub worker: &'a mut WorkerSpace,
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
            sums,
            worker,
        } = self;
        let [by_stem, ..] = &mut worker.rows;
        let by_stem = &mut by_stem.as_mut_slice()[..side * C];
        let range = item * side * C..(item + 1) * side * C;
        // SAFETY: see above.
        unsafe {
            let (by_norm, values) = (flow.sum_norm.part(range.clone()), saved.sums[0].part(range));
            norm_gradient::<L, false>(C, norm, by_norm, values, by_stem);
            let taps = taps(saved, side, item);
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

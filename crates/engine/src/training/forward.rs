//! The forward pass of a training step: three kernels a block, each ending in the sums that the
//! next norm is made of.

use std::ops::Range;

use super::super::ahead::{Fetch, Meanwhile, Nothing};
use super::super::gemm::{AddFrom, Epilogue, PanelWidth, Panels, Pixels, Store, multiply};
use super::super::instruction_set::LaneWork;
use super::super::lane::Lane;
use super::super::network_spec::{BlockId, CELL, MID, N_STAGES, OUT};
use super::super::winograd::{TileGrid, multiply_planes, transform_input, transform_output};
use super::norm::Norm;
use super::packed::PackedBlock;
use super::rows::{Row, add_statistics, gather, norm_relu, stream};
use super::space::{Saved, WorkerSpace};
use super::team::Item;

// SAFETY (all blocks of this file): tasks of a pass write rows or strips that do not overlap and
// read what earlier passes wrote; scratch memory is the worker's own; lengths are those of
// `space`; the caller of `LaneWork::run` vouches for the instructions.

/// Position of a block: what its kernels need to find their rows.
///
/// An item of the 1x1 convolutions is a few rows, so that weights are read for many pixels at once.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub id: BlockId,
    /// Index of the block.
    pub block: usize,
    /// Pixels along one side of the block's maps.
    pub side: usize,
    /// Pixels along one side of the maps that enter it.
    pub side_in: usize,
    /// Distance of the pixels that it reads.
    pub stride: usize,
    /// Rows of an item.
    pub rows: usize,
    /// Strips of the 3x3 convolution.
    pub grid: TileGrid,
}

impl Place {
    /// Pixels of an item.
    pub fn n_pixels(&self) -> usize {
        self.rows * self.side
    }

    /// The range of values of an item in the block's own maps of `channels`.
    pub fn own(&self, item: usize, channels: usize) -> Range<usize> {
        let len = self.n_pixels() * channels;
        item * len..(item + 1) * len
    }

    /// For each row of an item: the values of the entering maps that it begins with, and its place
    /// in scratch memory, both of `channels`.
    pub fn entering(
        self,
        item: usize,
        channels: usize,
    ) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        let len = self.side * channels;
        let row_len = self.side_in * channels;
        (0..self.rows).map(move |i| {
            let first = (item * self.rows + i) * self.stride * row_len;
            (first..first + row_len, i * len..(i + 1) * len)
        })
    }

    /// The values of the entering maps from an item's first row to where the next item's begins.
    pub fn entering_span(&self, item: usize, channels: usize) -> Range<usize> {
        let len = self.rows * self.stride * self.side_in * channels;
        item * len..(item + 1) * len
    }
}

/// The stem: a row of 3x3 sums over one channel.
pub(super) struct Stem<'a> {
    pub saved: &'a Saved,
    pub weights: &'a Panels,
    pub side: usize,
    pub item: Item<'a>,
}

/// The nine shifted rows that a 3x3 convolution of the padded `input` reads for row `item`.
///
/// # Safety
/// Nobody writes to the input.
#[inline(always)]
pub(super) unsafe fn taps(saved: &Saved, side: usize, item: usize) -> [&[f32]; 9] {
    let mut taps: [&[f32]; 9] = [&[]; 9];
    let (film, row) = (item / side, item % side);
    for (k, tap) in taps.iter_mut().enumerate() {
        let first = (film * (side + 2) + row + k / 3) * (side + 2) + k % 3;
        // SAFETY: passed on from the caller.
        *tap = unsafe { saved.input.part(first..first + side) };
    }
    taps
}

impl LaneWork for Stem<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        const C: usize = MID[0];
        let Self {
            saved,
            weights,
            side,
            item: Item { index, sums, .. },
        } = self;
        // SAFETY: see above.
        unsafe {
            let taps = taps(saved, side, index);
            let pixels = Pixels {
                sources: &taps,
                stride: 1,
                n: side,
            };
            let to = saved
                .stem
                .part_mut(index * side * C..(index + 1) * side * C);
            let mut store = Store { to, stride: C };
            multiply::<L, 1>(
                pixels,
                weights.as_slice(),
                PanelWidth::Slim,
                C,
                &mut store,
                &mut Nothing,
            );
            add_statistics::<L>(C, store.to, &mut sums.statistics);
        }
    }
}

/// Shared state of the kernels of one block in the forward pass.
#[derive(Clone, Copy)]
pub(super) struct Forward<'a> {
    pub place: Place,
    pub saved: &'a Saved,
    pub packed: &'a PackedBlock,
    /// The norm of what the kernel reads.
    pub norm: &'a Norm,
    /// The stem's norm: the first block's shortcut reads what comes out of it.
    pub shortcut_norm: Option<&'a Norm>,
}

/// First convolution of a row: `IN` to `C` channels.
pub(super) struct Reduce<'a, const C: usize, const IN: usize>(pub Forward<'a>, pub Item<'a>);

impl<const C: usize, const IN: usize> LaneWork for Reduce<'_, C, IN> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        let Self(forward, item) = self;
        let Forward {
            place,
            saved,
            packed,
            norm,
            ..
        } = forward;
        let Item {
            index,
            sums,
            worker,
        } = item;
        let n_pixels = place.n_pixels();
        let [entering, out, _] = &mut worker.rows;
        let entering = &mut entering.as_mut_slice()[..n_pixels * IN];
        let out = &mut out.as_mut_slice()[..n_pixels * C];
        let stride = place.stride * IN;
        // SAFETY: see above.
        unsafe {
            for (from, to) in place.entering(index, IN) {
                let values = saved.entering(place.id).part(from);
                norm_relu::<L>(IN, norm, Row { values, stride }, &mut entering[to]);
            }
            let mut store = Store { to: out, stride: C };
            let read = saved
                .entering(place.id)
                .part(place.entering_span(index, IN));
            let ahead = &mut Fetch::<2>::after([read]);
            multiply_rows::<L, C, IN, false>(
                n_pixels,
                &[entering],
                &packed.reduce,
                &mut store,
                ahead,
            );
            add_statistics::<L>(C, out, &mut sums.statistics);
            stream::<L>(out, saved.first[place.block].part_mut(place.own(index, C)));
        }
    }
}

/// The product of whole rows by `panels`.
#[inline(always)]
pub(super) unsafe fn multiply_rows<
    L: Lane,
    const N_OUT: usize,
    const K: usize,
    const WIDE: bool,
>(
    n_pixels: usize,
    sources: &[&[f32]],
    panels: &Panels,
    epilogue: &mut impl Epilogue<L>,
    meanwhile: &mut impl Meanwhile,
) {
    let pixels = Pixels {
        sources,
        stride: K,
        n: n_pixels,
    };
    let width = if WIDE {
        PanelWidth::for_expansion(N_OUT)
    } else {
        PanelWidth::for_outputs(N_OUT)
    };
    // SAFETY: passed on from the caller.
    unsafe { multiply::<L, K>(pixels, panels.as_slice(), width, N_OUT, epilogue, meanwhile) };
}

/// 3x3 convolution of a strip.
pub(super) struct Convolve<'a, const C: usize>(pub Forward<'a>, pub Item<'a>);

impl<const C: usize> LaneWork for Convolve<'_, C> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        let Self(forward, item) = self;
        let Forward {
            place,
            saved,
            packed,
            norm,
            ..
        } = forward;
        let Item {
            index,
            sums,
            worker,
        } = item;
        let grid = place.grid;
        let WorkerSpace {
            padded,
            planes,
            products,
            rows: [out, ..],
        } = worker;
        let len = grid.rows * grid.width * C;
        let out = &mut out.as_mut_slice()[..len];
        let (planes, products) = (planes.as_mut_slice(), products.as_mut_slice());
        let padded = &mut padded.as_mut_slice()[..grid.padded_len(C)];
        // SAFETY: see above.
        unsafe {
            for (i, to) in padded.chunks_exact_mut((grid.width + 2) * C).enumerate() {
                if let Some((row, to)) = padded_row(C, grid, index, i, to) {
                    let values = saved.first[place.block].part(row);
                    norm_relu::<L>(C, norm, Row { values, stride: C }, to);
                }
            }
            transform_input::<L, C>(grid, padded, planes);
            multiply_planes::<L, C>(grid, &packed.kernels, planes, products);
            transform_output::<L, C>(grid, products, &mut Store { to: out, stride: C });
            add_statistics::<L>(C, out, &mut sums.statistics);
            let to = saved.second[place.block].part_mut(index * len..(index + 1) * len);
            stream::<L>(out, to);
        }
    }
}

/// Clears the border in row `i` of a strip that has one pixel of border on every side.
///
/// Gives the range of values of the map's row that belongs there, and where; `None` above and below
/// the map, where all is border.
#[inline(always)]
pub(super) fn padded_row(
    channels: usize,
    grid: TileGrid,
    item: usize,
    i: usize,
    to: &mut [f32],
) -> Option<(Range<usize>, &mut [f32])> {
    let side = grid.width;
    let (len, n_strips) = (side * channels, side / grid.rows);
    let (film, first) = (item / n_strips, item % n_strips * grid.rows);
    // Row i of the strip is row first + i - 1 of the map.
    let at = first + i;
    if at == 0 || at > side {
        to.fill(0.0);
        return None;
    }
    let (left, rest) = to.split_at_mut(channels);
    let (inside, right) = rest.split_at_mut(len);
    left.fill(0.0);
    right.fill(0.0);
    let from = (film * side + at - 1) * len;
    Some((from..from + len, inside))
}

/// Third convolution of a row, shortcut or residual, and their sum.
pub(super) struct Expand<'a, const C: usize, const OUT: usize, const FIRST: bool>(
    pub Forward<'a>,
    pub Item<'a>,
);

impl<const C: usize, const OUT: usize, const FIRST: bool> LaneWork for Expand<'_, C, OUT, FIRST> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        let Self(forward, item) = self;
        let Forward {
            place,
            saved,
            packed,
            norm,
            shortcut_norm,
        } = forward;
        let Item {
            index,
            sums,
            worker,
        } = item;
        let (block, n_pixels) = (place.block, place.n_pixels());
        let [mid, entering, sum] = &mut worker.rows;
        let mid = &mut mid.as_mut_slice()[..n_pixels * C];
        let sum = &mut sum.as_mut_slice()[..n_pixels * OUT];
        // SAFETY: see above.
        unsafe {
            let values = saved.second[block].part(place.own(index, C));
            norm_relu::<L>(C, norm, Row { values, stride: C }, mid);
            if FIRST {
                let entering = &mut entering.as_mut_slice()[..n_pixels * C];
                for (from, to) in place.entering(index, C) {
                    let values = saved.entering(place.id).part(from);
                    let from = Row {
                        values,
                        stride: place.stride * C,
                    };
                    match shortcut_norm {
                        Some(norm) => norm_relu::<L>(C, norm, from, &mut entering[to]),
                        None => gather(C, from, &mut entering[to]),
                    }
                }
                let mut store = Store {
                    to: sum,
                    stride: OUT,
                };
                let sources = [&*mid, &*entering];
                multiply_rows::<L, OUT, C, true>(
                    n_pixels,
                    &sources,
                    &packed.expand,
                    &mut store,
                    &mut Nothing,
                );
            } else {
                let from = saved.entering(place.id).part(place.own(index, OUT));
                let mut add = AddFrom {
                    from,
                    from_stride: OUT,
                    to: sum,
                    stride: OUT,
                };
                let ahead = &mut Fetch::<1>::after([values, from]);
                multiply_rows::<L, OUT, C, true>(n_pixels, &[mid], &packed.expand, &mut add, ahead);
            }
            add_statistics::<L>(OUT, sum, &mut sums.statistics);
            stream::<L>(sum, saved.leaving(place.id).part_mut(place.own(index, OUT)));
        }
    }
}

/// Means of one row of the head's cells.
pub(super) struct PoolCells<'a> {
    pub saved: &'a Saved,
    pub norm: &'a Norm,
    pub side: usize,
    pub item: Item<'a>,
}

impl LaneWork for PoolCells<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        const C: usize = OUT[N_STAGES - 1];
        let Self {
            saved,
            norm,
            side,
            item: Item { index, worker, .. },
        } = self;
        let [row, ..] = &mut worker.rows;
        let row = &mut row.as_mut_slice()[..side * C];
        let last = saved.last();
        let len = side / CELL * C;
        // SAFETY: see above.
        unsafe {
            let cells = saved.pooled.part_mut(index * len..(index + 1) * len);
            cells.fill(0.0);
            let share = L::splat(1.0 / (CELL * CELL) as f32);
            for i in index * CELL..(index + 1) * CELL {
                let values = last.part(i * side * C..(i + 1) * side * C);
                norm_relu::<L>(C, norm, Row { values, stride: C }, row);
                for pixel in 0..side {
                    for channel in (0..C).step_by(L::WIDTH) {
                        let at = pixel / CELL * C + channel;
                        let value = L::load(row, pixel * C + channel);
                        value.mul_add(share, L::load(cells, at)).store(cells, at);
                    }
                }
            }
        }
    }
}

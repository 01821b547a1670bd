//! One strip of one pass over a film: the work that a thread takes on at a time.

use super::super::architecture::{Architecture, BlockId, CELL, MID, N_STAGES, OUT};
use super::super::gemm::{AddTo, BiasRelu, Epilogue, Pixels, Store, multiply};
use super::super::instruction_set::LaneWork;
use super::super::lane::Lane;
use super::super::winograd::{TileGrid, multiply_planes, transform_input, transform_output};
use super::fold::{FoldedBlock, FoldedConv, FoldedNetwork, Head};
use super::space::{CHUNK, FilmSpace, WorkerSpace};

/// Rows of the stem that one task computes.
pub(super) const STEM_ROWS: usize = 8;

/// What every strip of a film gets one thread at a time.
#[derive(Clone, Copy)]
pub(super) enum Pass {
    /// Stem and the first block's first convolution.
    Stem,
    /// From a block's 3x3 convolution to the next block's first; strips of so many rows.
    Block { id: BlockId, rows: usize },
    /// Means of a row of cells.
    Pool,
    /// The dense layer, in one task.
    Dense,
    /// One row of all class-activation maps.
    Maps,
}

pub(super) struct StripWork<'a> {
    pub architecture: &'a Architecture,
    pub network: &'a FoldedNetwork,
    pub film: &'a FilmSpace,
    pub worker: &'a WorkerSpace,
    pub pass: Pass,
    pub strip: usize,
}

// SAFETY (all blocks of this file): tasks of a pass write strips that do not overlap, they read
// what earlier passes wrote (or, of the sum, their own strip), and each worker has its own
// scratch memory; `run`'s caller vouches for the instructions.
impl LaneWork for StripWork<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        // SAFETY: see above.
        unsafe {
            match self.pass {
                Pass::Stem => self.stem::<L>(),
                Pass::Block { id, rows } => match id.stage {
                    0 => self.block::<L, { MID[0] }, { OUT[0] }>(id, rows),
                    1 => self.block::<L, { MID[1] }, { OUT[1] }>(id, rows),
                    _ => self.block::<L, { MID[2] }, { OUT[2] }>(id, rows),
                },
                Pass::Pool => self.pool::<L>(),
                Pass::Dense => self.dense::<L>(&self.network.head),
                Pass::Maps => self.maps::<L>(&self.network.head),
            }
        }
    }
}

impl StripWork<'_> {
    #[inline(always)]
    unsafe fn stem<L: Lane>(&self) {
        const C: usize = MID[0];
        let side = self.architecture.side();
        let (stem, film) = (&self.network.stem, self.film);
        for row in self.strip * STEM_ROWS..(self.strip + 1) * STEM_ROWS {
            // SAFETY: see the impl above.
            unsafe {
                let mut taps: [&[f32]; 9] = [&[]; 9];
                for (k, tap) in taps.iter_mut().enumerate() {
                    let first = (row + k / 3) * (side + 2) + k % 3;
                    *tap = film.input.part(first..first + side);
                }
                let pixels = Pixels {
                    sources: &taps,
                    stride: 1,
                    n_pixels: side,
                };
                let to = film.stem.part_mut(row * side * C..(row + 1) * side * C);
                let mut epilogue = BiasRelu {
                    bias: stem.bias.as_slice(),
                    to,
                    stride: C,
                };
                let weights = &stem.weights;
                multiply::<L, 1>(
                    pixels,
                    weights.as_slice(),
                    weights.width(),
                    C,
                    &mut epilogue,
                );
                let stem: &[f32] = epilogue.to;
                let mid = MidRow {
                    film,
                    stage: 0,
                    parity: 0,
                    side,
                };
                reduce::<L, C>(stem, side, &self.network.entry, &mid, row, 0);
            }
        }
    }

    #[inline(always)]
    unsafe fn block<L: Lane, const C: usize, const OUT: usize>(&self, id: BlockId, rows: usize) {
        let Some(block) = self.network.blocks.get(id.index()) else {
            return;
        };
        let side = self.architecture.side_of(id.stage);
        let first_row = self.strip * rows;
        // SAFETY: see the impl above.
        unsafe {
            let mid = self.convolve::<L, C>(id, block, first_row, rows, side);
            let halves = id.is_last() && id.stage + 1 < N_STAGES;
            let mut job = RowJob {
                film: self.film,
                worker: self.worker,
                id,
                block,
                side,
                mid,
            };
            for row in (0..rows).step_by(if halves { 2 } else { 1 }) {
                job.mid = &mid[row * side * C..(row + 1) * side * C];
                match (id.is_first(), halves) {
                    (true, false) => job.run::<L, C, OUT, true, 1>(first_row + row),
                    (false, false) => job.run::<L, C, OUT, false, 1>(first_row + row),
                    (true, true) => job.run::<L, C, OUT, true, 2>(first_row + row),
                    (false, true) => job.run::<L, C, OUT, false, 2>(first_row + row),
                }
            }
        }
    }

    /// The 3x3 convolution of a strip.
    #[inline(always)]
    unsafe fn convolve<'a, L: Lane, const C: usize>(
        &'a self,
        id: BlockId,
        block: &'a FoldedBlock,
        first_row: usize,
        rows: usize,
        side: usize,
    ) -> &'a [f32] {
        let grid = TileGrid { rows, width: side };
        let stage = &self.film.stages[id.stage];
        let first = first_row * (side + 2) * C;
        let len = grid.planes_len(C);
        // SAFETY: see the impl above.
        unsafe {
            let padded = stage.mid[id.block % 2].part(first..first + grid.padded_len(C));
            let planes = self.worker.planes.part_mut(0..len);
            let products = self.worker.products.part_mut(0..len);
            let to = self.worker.mid.part_mut(0..rows * side * C);
            transform_input::<L, C>(grid, padded, planes);
            multiply_planes::<L, C>(grid, &block.kernels, planes, products);
            let mut epilogue = BiasRelu {
                bias: block.kernels_bias.as_slice(),
                to,
                stride: C,
            };
            transform_output::<L, C>(grid, products, &mut epilogue);
            epilogue.to
        }
    }

    #[inline(always)]
    unsafe fn pool<L: Lane>(&self) {
        let (side, n_channels) = (
            self.architecture.last_side(),
            self.architecture.last_channels(),
        );
        let n_cells = self.architecture.cells_per_side();
        // SAFETY: see the impl above.
        unsafe {
            let row_len = side * n_channels;
            let first = self.strip * CELL * row_len;
            let rows = self.film.activation.part(first..first + CELL * row_len);
            let first = self.strip * n_cells * n_channels;
            let pooled = self
                .film
                .pooled
                .part_mut(first..first + n_cells * n_channels);
            for cell in 0..n_cells {
                for channel in (0..n_channels).step_by(L::WIDTH) {
                    let mut sum = L::splat(0.0);
                    for row in 0..CELL {
                        for column in 0..CELL {
                            let pixel = row * side + cell * CELL + column;
                            sum = sum.add(L::load(rows, pixel * n_channels + channel));
                        }
                    }
                    let mean = sum.mul(L::splat(1.0 / (CELL * CELL) as f32));
                    mean.store(pooled, cell * n_channels + channel);
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn dense<L: Lane>(&self, head: &Head) {
        // SAFETY: see the impl above.
        unsafe {
            let pooled = self.film.pooled.as_slice();
            let logits = self.film.logits.part_mut(0..self.film.logits.len());
            let rows = head.weights.as_slice().chunks_exact(pooled.len());
            for ((logit, row), bias) in logits.iter_mut().zip(rows).zip(&head.bias) {
                *logit = bias + dot::<L>(row, pooled);
            }
        }
    }

    #[inline(always)]
    unsafe fn maps<L: Lane>(&self, head: &Head) {
        let (side, n_channels) = (
            self.architecture.last_side(),
            self.architecture.last_channels(),
        );
        // SAFETY: see the impl above.
        unsafe {
            let row_len = side * n_channels;
            let first = self.strip * row_len;
            let row = self.film.activation.part(first..first + row_len);
            let weights = head.map_weights.as_slice().chunks_exact(n_channels);
            for (output, weights) in weights.enumerate() {
                let first = (output * side + self.strip) * side;
                let map = self.film.maps.part_mut(first..first + side);
                for (value, pixel) in map.iter_mut().zip(row.chunks_exact(n_channels)) {
                    *value = dot::<L>(weights, pixel);
                }
            }
        }
    }
}

/// A row of a block's output, from the third convolution to the next block's first.
struct RowJob<'a> {
    film: &'a FilmSpace,
    worker: &'a WorkerSpace,
    id: BlockId,
    block: &'a FoldedBlock,
    side: usize,
    mid: &'a [f32],
}

impl RowJob<'_> {
    /// Computes every `STEP`-th pixel of `row`.
    #[inline(always)]
    unsafe fn run<
        L: Lane,
        const C: usize,
        const OUT: usize,
        const FIRST: bool,
        const STEP: usize,
    >(
        &self,
        row: usize,
    ) {
        let n_columns = self.side / STEP;
        let out_row = row / STEP;
        for column in (0..n_columns).step_by(CHUNK) {
            let n_pixels = CHUNK.min(n_columns - column);
            let is_final = self.id.is_last() && self.id.stage + 1 == N_STAGES;
            let pixel = out_row * n_columns + column;
            // SAFETY: see the impl of `StripWork`.
            unsafe {
                let to = if is_final {
                    let range = pixel * OUT..(pixel + n_pixels) * OUT;
                    self.film.activation.part_mut(range)
                } else {
                    self.worker.normalized.part_mut(0..n_pixels * OUT)
                };
                self.expand::<L, C, OUT, FIRST, STEP>(row, column, n_pixels, to);
                let Some(reduction) = &self.block.reduction else {
                    continue;
                };
                let id = self.id;
                let mid = if id.is_last() {
                    MidRow {
                        film: self.film,
                        stage: id.stage + 1,
                        parity: 0,
                        side: n_columns,
                    }
                } else {
                    let parity = (id.block + 1) % 2;
                    MidRow {
                        film: self.film,
                        stage: id.stage,
                        parity,
                        side: n_columns,
                    }
                };
                reduce::<L, OUT>(to, n_pixels, reduction, &mid, out_row, column);
            }
        }
    }

    /// Third convolution, shortcut or residual, the sum, and the sum normalised into `to`.
    #[inline(always)]
    unsafe fn expand<
        L: Lane,
        const C: usize,
        const OUT: usize,
        const FIRST: bool,
        const STEP: usize,
    >(
        &self,
        row: usize,
        column: usize,
        n_pixels: usize,
        to: &mut [f32],
    ) {
        let (side, stage) = (self.side, &self.film.stages[self.id.stage]);
        let block = self.block;
        // The range of `width`-channel pixels that every STEP-th of is used.
        let span = |width: usize| {
            let first = row * side + column * STEP;
            first * width..(first + (n_pixels - 1) * STEP + 1) * width
        };
        let packed = |width: usize| {
            let first = row / STEP * (side / STEP) + column;
            first * width..(first + n_pixels) * width
        };
        let mid_first = column * STEP * C;
        let mid = &self.mid[mid_first..mid_first + (n_pixels - 1) * STEP * C + C];
        let (scale, shift) = (block.scale.as_slice(), block.shift.as_slice());
        let panels = &block.expansion;
        // SAFETY: see the impl of `StripWork`.
        unsafe {
            let sum = if STEP == 1 {
                stage.sum.part_mut(packed(OUT))
            } else {
                stage.exit.part_mut(packed(OUT))
            };
            if FIRST {
                let entering = match self.id.stage {
                    0 => &self.film.stem,
                    later => &self.film.stages[later - 1].exit,
                };
                let sources = [mid, entering.part(span(C))];
                let pixels = Pixels {
                    sources: &sources,
                    stride: STEP * C,
                    n_pixels,
                };
                let inner = Store {
                    to: sum,
                    stride: OUT,
                };
                let mut epilogue = Normalized {
                    inner,
                    scale,
                    shift,
                    to,
                    stride: OUT,
                };
                multiply::<L, C>(
                    pixels,
                    panels.as_slice(),
                    panels.width(),
                    OUT,
                    &mut epilogue,
                );
                return;
            }
            let pixels = Pixels {
                sources: &[mid],
                stride: STEP * C,
                n_pixels,
            };
            if STEP == 1 {
                let inner = AddTo {
                    to: sum,
                    stride: OUT,
                };
                let mut epilogue = Normalized {
                    inner,
                    scale,
                    shift,
                    to,
                    stride: OUT,
                };
                multiply::<L, C>(
                    pixels,
                    panels.as_slice(),
                    panels.width(),
                    OUT,
                    &mut epilogue,
                );
            } else {
                let from = stage.sum.part(span(OUT));
                let inner = AddFrom {
                    from,
                    from_stride: STEP * OUT,
                    to: sum,
                    stride: OUT,
                };
                let mut epilogue = Normalized {
                    inner,
                    scale,
                    shift,
                    to,
                    stride: OUT,
                };
                multiply::<L, C>(
                    pixels,
                    panels.as_slice(),
                    panels.width(),
                    OUT,
                    &mut epilogue,
                );
            }
        }
    }
}

/// Where a first convolution writes: inside the border of a stage's map.
struct MidRow<'a> {
    film: &'a FilmSpace,
    stage: usize,
    parity: usize,
    side: usize,
}

/// A first convolution over `n_pixels` of a row, from `column` on.
#[inline(always)]
unsafe fn reduce<L: Lane, const K: usize>(
    from: &[f32],
    n_pixels: usize,
    convolution: &FoldedConv,
    mid: &MidRow,
    row: usize,
    column: usize,
) {
    let weights = &convolution.weights;
    let n_out = weights.n_out();
    let first = ((row + 1) * (mid.side + 2) + column + 1) * n_out;
    let pixels = Pixels {
        sources: &[from],
        stride: K,
        n_pixels,
    };
    // SAFETY: see the impl of `StripWork`.
    unsafe {
        let map = &mid.film.stages[mid.stage].mid[mid.parity];
        let to = map.part_mut(first..first + n_pixels * n_out);
        let mut epilogue = BiasRelu {
            bias: convolution.bias.as_slice(),
            to,
            stride: n_out,
        };
        // As constants, so that strides are folded into addresses.
        match n_out {
            16 => multiply::<L, K>(
                pixels,
                weights.as_slice(),
                weights.width(),
                16,
                &mut BiasRelu {
                    stride: 16,
                    ..epilogue
                },
            ),
            64 => multiply::<L, K>(
                pixels,
                weights.as_slice(),
                weights.width(),
                64,
                &mut BiasRelu {
                    stride: 64,
                    ..epilogue
                },
            ),
            n_out => multiply::<L, K>(
                pixels,
                weights.as_slice(),
                weights.width(),
                n_out,
                &mut epilogue,
            ),
        }
    }
}

/// Starts from `from` and writes to `to`.
struct AddFrom<'a> {
    from: &'a [f32],
    from_stride: usize,
    to: &'a mut [f32],
    stride: usize,
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
        unsafe { sum.store(self.to, pixel * self.stride + channel) }
    }
}

/// Also writes `max(0, scale * sum + shift)` to `to`.
struct Normalized<'a, E> {
    inner: E,
    scale: &'a [f32],
    shift: &'a [f32],
    to: &'a mut [f32],
    stride: usize,
}

impl<L: Lane, E: Epilogue<L>> Epilogue<L> for Normalized<'_, E> {
    #[inline(always)]
    unsafe fn start(&self, pixel: usize, channel: usize) -> L {
        // SAFETY: passed on from the caller.
        unsafe { self.inner.start(pixel, channel) }
    }

    #[inline(always)]
    unsafe fn finish(&mut self, pixel: usize, channel: usize, sum: L) {
        // SAFETY: `scale` and `shift` hold one value a channel, `to` the product's rows.
        unsafe {
            self.inner.finish(pixel, channel, sum);
            let (scale, shift) = (L::load(self.scale, channel), L::load(self.shift, channel));
            let value = sum.mul_add(scale, shift).max(L::splat(0.0));
            value.store(self.to, pixel * self.stride + channel);
        }
    }
}

/// `Σ left[i] * right[i]`, in an order that only the register's width decides.
#[inline(always)]
unsafe fn dot<L: Lane>(left: &[f32], right: &[f32]) -> f32 {
    const N: usize = 4;
    debug_assert_eq!(left.len(), right.len());
    debug_assert_eq!(left.len() % (N * L::WIDTH), 0);
    // SAFETY: the lengths are equal and whole steps.
    unsafe {
        let mut sums = [L::splat(0.0); N];
        for at in (0..left.len()).step_by(N * L::WIDTH) {
            for (i, sum) in sums.iter_mut().enumerate() {
                let at = at + i * L::WIDTH;
                *sum = L::load(left, at).mul_add(L::load(right, at), *sum);
            }
        }
        let total = sums[0].add(sums[1]).add(sums[2].add(sums[3]));
        let mut parts = [0.0; 16];
        total.store(&mut parts, 0);
        parts.iter().sum()
    }
}

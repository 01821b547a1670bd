//! One strip of one pass over a film: the work that a thread takes on at a time.

use super::super::ahead::{Fetch, Meanwhile, Nothing};
use super::super::gemm::{AddFrom, AddTo, BiasRelu, Epilogue, PanelWidth, Pixels, Store, multiply};
use super::super::instruction_set::{InstructionSet, LaneWork};
use super::super::lane::Lane;
use super::super::network_spec::{BlockId, MID, N_STAGES, OUT};
use super::super::winograd::{TileGrid, multiply_planes, transform_input, transform_output};
use super::fold::{FoldedBlock, FoldedConv};
use super::head::{Dense, Pool};
use super::space::{CHUNK, FilmSpace};
use super::work::{Pass, STEM_ROWS, StripWork};

// SAFETY (all blocks of this file): tasks of a pass write strips that do not overlap, they read
// what earlier passes wrote (or, of the sum, their own strip), and each worker has its own
// scratch memory; the caller of `LaneWork::run` vouches for the instructions.

impl StripWork<'_> {
    pub fn run(&self, set: InstructionSet) {
        match self.pass {
            Pass::Stem => set.run(Stem(self)),
            Pass::Block { id, rows } => match id.stage {
                0 => self.block::<{ MID[0] }, { OUT[0] }>(set, id, rows),
                1 => self.block::<{ MID[1] }, { OUT[1] }>(set, id, rows),
                _ => self.block::<{ MID[2] }, { OUT[2] }>(set, id, rows),
            },
            Pass::Pool => set.run(Pool(self)),
            Pass::Dense => set.run(Dense(self)),
        }
    }

    fn block<const C: usize, const OUT: usize>(
        &self,
        set: InstructionSet,
        id: BlockId,
        rows: usize,
    ) {
        let Some(block) = self.network.blocks.get(id.index()) else {
            return;
        };
        let side = self.spec.side_of(id.stage);
        let strip = BlockStrip {
            work: self,
            id,
            block,
            side,
            first_row: self.strip * rows,
            rows,
        };
        // Each a kernel of its own: one function of all would take a minute to compile.
        set.run(Convolve::<C>(strip));
        match (id.is_first(), id.is_last() && id.stage + 1 < N_STAGES) {
            (true, false) => set.run(Expand::<C, OUT, true, 1>(strip)),
            (false, false) => set.run(Expand::<C, OUT, false, 1>(strip)),
            (true, true) => set.run(Expand::<C, OUT, true, 2>(strip)),
            (false, true) => set.run(Expand::<C, OUT, false, 2>(strip)),
        }
    }
}

struct Stem<'a>(&'a StripWork<'a>);

impl LaneWork for Stem<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        const C: usize = MID[0];
        let StripWork {
            spec,
            network,
            film,
            strip,
            ..
        } = *self.0;
        let side = spec.side();
        let stem = &network.stem;
        for row in strip * STEM_ROWS..(strip + 1) * STEM_ROWS {
            // SAFETY: see above.
            unsafe {
                let mut taps: [&[f32]; 9] = [&[]; 9];
                for (k, tap) in taps.iter_mut().enumerate() {
                    let first = (row + k / 3) * (side + 2) + k % 3;
                    *tap = film.input.part(first..first + side);
                }
                let pixels = Pixels {
                    sources: &taps,
                    stride: 1,
                    n: side,
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
                    &mut Nothing,
                );
                let mid = MidRow {
                    film,
                    stage: 0,
                    parity: 0,
                    side,
                };
                let entry = &network.entry;
                reduce::<L, C>(epilogue.to, side, entry, &mid, row, 0, &mut Nothing);
            }
        }
    }
}

/// Rows of one block.
#[derive(Clone, Copy)]
struct BlockStrip<'a> {
    work: &'a StripWork<'a>,
    id: BlockId,
    block: &'a FoldedBlock,
    side: usize,
    first_row: usize,
    rows: usize,
}

/// The 3x3 convolution of a strip, into the worker's scratch memory.
struct Convolve<'a, const C: usize>(BlockStrip<'a>);

impl<const C: usize> LaneWork for Convolve<'_, C> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        let BlockStrip {
            work,
            id,
            block,
            side,
            first_row,
            rows,
        } = self.0;
        let worker = work.worker;
        let grid = TileGrid { rows, width: side };
        let mid = &work.film.stages[id.stage].mid[id.block % 2];
        let first = first_row * (side + 2) * C;
        let len = grid.planes_len(C);
        // SAFETY: see above.
        unsafe {
            let padded = mid.part(first..first + grid.padded_len(C));
            let planes = worker.planes.part_mut(0..len);
            let products = worker.products.part_mut(0..len);
            transform_input::<L, C>(grid, padded, planes);
            multiply_planes::<L, C>(grid, &block.kernels, planes, products);
            let to = worker.mid.part_mut(0..rows * side * C);
            let mut epilogue = BiasRelu {
                bias: block.kernels_bias.as_slice(),
                to,
                stride: C,
            };
            transform_output::<L, C>(grid, products, &mut epilogue);
        }
    }
}

/// The rest of a block, from the third convolution to the next block's first, at every `STEP`-th
/// pixel of a strip.
struct Expand<'a, const C: usize, const OUT: usize, const FIRST: bool, const STEP: usize>(
    BlockStrip<'a>,
);

impl<const C: usize, const OUT: usize, const FIRST: bool, const STEP: usize> LaneWork
    for Expand<'_, C, OUT, FIRST, STEP>
{
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        let BlockStrip {
            work, side, rows, ..
        } = self.0;
        for row in (0..rows).step_by(STEP) {
            // SAFETY: see above.
            unsafe {
                let mid = work.worker.mid.part(row * side * C..(row + 1) * side * C);
                self.row::<L>(self.0.first_row + row, mid);
            }
        }
    }
}

impl<const C: usize, const OUT: usize, const FIRST: bool, const STEP: usize>
    Expand<'_, C, OUT, FIRST, STEP>
{
    /// One row, a few pixels at a time.
    #[inline(always)]
    unsafe fn row<L: Lane>(&self, row: usize, mid: &[f32]) {
        let BlockStrip {
            work,
            id,
            block,
            side,
            ..
        } = self.0;
        let &StripWork { film, worker, .. } = work;
        let n_columns = side / STEP;
        let out_row = row / STEP;
        let (stage, parity) = if id.is_last() {
            (id.stage + 1, 0)
        } else {
            (id.stage, (id.block + 1) % 2)
        };
        for column in (0..n_columns).step_by(CHUNK) {
            let n_pixels = CHUNK.min(n_columns - column);
            let mid_first = column * STEP * C;
            let mid = &mid[mid_first..mid_first + (n_pixels - 1) * STEP * C + C];
            // SAFETY: see above.
            unsafe {
                if let Some(reduction) = &block.reduction {
                    let to = worker.normalized.part_mut(0..n_pixels * OUT);
                    self.expand::<L>(row, column, n_pixels, mid, to);
                    let next = MidRow {
                        film,
                        stage,
                        parity,
                        side: n_columns,
                    };
                    let first = (row * side + column * STEP) * OUT;
                    let sum = &film.stages[id.stage].sum;
                    let ahead =
                        &mut Fetch::<1>::after([sum.part(first..first + n_pixels * STEP * OUT)]);
                    reduce::<L, OUT>(to, n_pixels, reduction, &next, out_row, column, ahead);
                } else {
                    let pixel = row * side + column;
                    let range = pixel * OUT..(pixel + n_pixels) * OUT;
                    let to = film.activation.part_mut(range);
                    self.expand::<L>(row, column, n_pixels, mid, to);
                }
            }
        }
    }

    /// Third convolution, shortcut or residual, the sum, and the sum normalised into `to`.
    #[inline(always)]
    unsafe fn expand<L: Lane>(
        &self,
        row: usize,
        column: usize,
        n_pixels: usize,
        mid: &[f32],
        to: &mut [f32],
    ) {
        let BlockStrip {
            work,
            id,
            block,
            side,
            ..
        } = self.0;
        let film = work.film;
        let stage = &film.stages[id.stage];
        // The range of `width`-channel pixels that every STEP-th of is used.
        let span = |width: usize| {
            let first = row * side + column * STEP;
            first * width..(first + (n_pixels - 1) * STEP + 1) * width
        };
        let first = (row / STEP * (side / STEP) + column) * OUT;
        let packed = first..first + n_pixels * OUT;
        let stride = OUT;
        // SAFETY: see above.
        unsafe {
            let to_sum = if STEP == 1 { &stage.sum } else { &stage.exit }.part_mut(packed);
            if FIRST {
                let entering = match id.stage {
                    0 => &film.stem,
                    later => &film.stages[later - 1].exit,
                };
                let sources = [mid, entering.part(span(C))];
                let inner = Store { to: to_sum, stride };
                finish_block::<L, _, C, OUT, STEP>(block, &sources, n_pixels, inner, to);
            } else if STEP == 1 {
                let inner = AddTo { to: to_sum, stride };
                finish_block::<L, _, C, OUT, STEP>(block, &[mid], n_pixels, inner, to);
            } else {
                let (from, from_stride) = (stage.sum.part(span(OUT)), STEP * OUT);
                let inner = AddFrom {
                    from,
                    from_stride,
                    to: to_sum,
                    stride,
                };
                finish_block::<L, _, C, OUT, STEP>(block, &[mid], n_pixels, inner, to);
            }
        }
    }
}

/// `inner` takes the block's sum, `to` what the next norm and ReLU make of it.
#[inline(always)]
unsafe fn finish_block<
    L: Lane,
    E: Epilogue<L>,
    const C: usize,
    const OUT: usize,
    const STEP: usize,
>(
    block: &FoldedBlock,
    sources: &[&[f32]],
    n_pixels: usize,
    inner: E,
    to: &mut [f32],
) {
    let (scale, shift) = (block.scale.as_slice(), block.shift.as_slice());
    let mut epilogue = Normalized {
        inner,
        scale,
        shift,
        to,
        stride: OUT,
    };
    let pixels = Pixels {
        sources,
        stride: STEP * C,
        n: n_pixels,
    };
    let panels = block.expansion.as_slice();
    // SAFETY: passed on from the caller.
    unsafe {
        multiply::<L, C>(
            pixels,
            panels,
            PanelWidth::Wide,
            OUT,
            &mut epilogue,
            &mut Nothing,
        );
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
    meanwhile: &mut impl Meanwhile,
) {
    let (weights, bias) = (convolution.weights.as_slice(), convolution.bias.as_slice());
    let n_out = MID[mid.stage];
    let first = ((row + 1) * (mid.side + 2) + column + 1) * n_out;
    let pixels = Pixels {
        sources: &[from],
        stride: K,
        n: n_pixels,
    };
    // SAFETY: see above.
    unsafe {
        let map = &mid.film.stages[mid.stage].mid[mid.parity];
        let to = map.part_mut(first..first + n_pixels * n_out);
        let mut epilogue = BiasRelu {
            bias,
            to,
            stride: n_out,
        };
        if n_out == MID[0] {
            multiply::<L, K>(
                pixels,
                weights,
                PanelWidth::Slim,
                n_out,
                &mut epilogue,
                meanwhile,
            );
        } else {
            multiply::<L, K>(
                pixels,
                weights,
                PanelWidth::Medium,
                n_out,
                &mut epilogue,
                meanwhile,
            );
        }
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

//! Memory of a training step: what the forward pass leaves for the backward pass, gradients on
//! their way, and scratch.

use super::super::buffer::Buffer;
use super::super::network_spec::{BlockId, MID, N_STAGES, NetworkSpec, OUT};
use super::super::winograd::{N_PLANES, TILE, TileGrid};

/// Raw outputs of the convolutions, `(film, row, column, channel)`; norms and ReLU are computed
/// again where they are needed.
pub(super) struct Saved {
    /// Films with a border of zeros.
    pub input: Buffer,
    /// The stem's output.
    pub stem: Buffer,
    /// The sums that leave each stage's blocks: one for all where [`keeps_sums`] says no.
    sums: [Vec<Buffer>; N_STAGES],
    /// Outputs of each block's first and second convolution.
    pub first: Vec<Buffer>,
    pub second: Vec<Buffer>,
    /// Means of the head's cells, `(film, row, column, channel)`.
    pub pooled: Buffer,
}

/// Gradients on their way back; each is overwritten by the block before.
pub(super) struct Flow {
    /// Of the sum that leaves the block, without the part that comes through the next norm.
    pub sum: Buffer,
    /// Of the next norm's output.
    pub sum_norm: Buffer,
    /// Of the outputs of the block's third and second norm.
    pub third_norm: Buffer,
    pub second_norm: Buffer,
    /// Through the shortcut, at the pixels that it reads.
    pub shortcut: Buffer,
    pub pooled: Buffer,
}

/// What a group of tasks sums up; groups are added up in order, so sums do not depend on which
/// worker took which group.
pub(super) struct GroupSums {
    /// Two sums for each channel.
    pub statistics: Vec<f64>,
    /// Gradients of weights, `(input, output)`, for the 3x3 convolutions plane by plane.
    pub weights: Buffer,
}

/// Scratch memory of one worker.
pub(super) struct WorkerSpace {
    pub padded: Buffer,
    pub planes: Buffer,
    pub products: Buffer,
    /// Rows on their way from one step to the next.
    pub rows: [Buffer; 3],
}

/// Whether the sums between the blocks of a stage are kept for the way back.
///
/// Where they are not, every block takes its own addend off again: a product more, but a batch of
/// 32 trains in less than 2 GB. The last stage's are the smallest and its products the largest.
pub(super) fn keeps_sums(stage: usize) -> bool {
    stage + 1 == N_STAGES
}

/// Rows of a strip of a stage's 3x3 convolutions.
pub(super) fn strip_rows(stage: usize) -> usize {
    if stage + 1 == N_STAGES {
        2 * TILE
    } else {
        TILE
    }
}

/// Rows of an item of a stage's 1x1 convolutions: about 128 pixels.
pub(super) fn item_rows(side: usize) -> usize {
    let most = (128 / side).clamp(1, side);
    (1..=most)
        .rev()
        .find(|&rows| side.is_multiple_of(rows))
        .unwrap_or(1)
}

impl Saved {
    pub fn new(spec: &NetworkSpec, n_films: usize) -> Self {
        let side = spec.side();
        let map = |stage: usize, channels: usize| {
            let side = spec.side_of(stage);
            Buffer::zeros(n_films * side * side * channels)
        };
        Self {
            input: Buffer::zeros(n_films * (side + 2) * (side + 2)),
            stem: Buffer::zeros(n_films * side * side * MID[0]),
            sums: std::array::from_fn(|stage| {
                let blocks = spec.blocks().filter(|id| id.stage == stage);
                let n_kept = if keeps_sums(stage) { blocks.count() } else { 1 };
                (0..n_kept).map(|_| map(stage, OUT[stage])).collect()
            }),
            first: spec
                .blocks()
                .map(|id| map(id.stage, MID[id.stage]))
                .collect(),
            second: spec
                .blocks()
                .map(|id| map(id.stage, MID[id.stage]))
                .collect(),
            pooled: Buffer::zeros(n_films * spec.n_pooled()),
        }
    }
}

impl Saved {
    /// The input of a block: the stem's output, the sum of the stage before or its own stage's.
    pub fn entering(&self, id: BlockId) -> &Buffer {
        match (id.stage, id.is_first()) {
            (0, true) => &self.stem,
            (stage, true) => self.sum(stage - 1, usize::MAX),
            (stage, false) => self.sum(stage, id.block - 1),
        }
    }

    /// The sum that leaves a block.
    pub fn leaving(&self, id: BlockId) -> &Buffer {
        self.sum(id.stage, id.block)
    }

    /// The sum that leaves the last block of all.
    pub fn last(&self) -> &Buffer {
        self.sum(N_STAGES - 1, usize::MAX)
    }

    /// After `block` of `stage`, or its last.
    fn sum(&self, stage: usize, block: usize) -> &Buffer {
        let sums = &self.sums[stage];
        &sums[block.min(sums.len() - 1)]
    }
}

impl Flow {
    pub fn new(spec: &NetworkSpec, n_films: usize) -> Self {
        let largest = |channels: [usize; N_STAGES]| {
            let len = |stage: usize| spec.side_of(stage).pow(2) * channels[stage];
            Buffer::zeros(n_films * (0..N_STAGES).map(len).max().unwrap_or(0))
        };
        Self {
            sum: largest(OUT),
            sum_norm: largest(OUT),
            third_norm: largest(MID),
            second_norm: largest(MID),
            shortcut: largest(MID),
            pooled: Buffer::zeros(n_films * spec.n_pooled()),
        }
    }
}

impl GroupSums {
    pub fn new() -> Self {
        let largest = MID[N_STAGES - 1];
        Self {
            statistics: vec![0.0; 2 * OUT[N_STAGES - 1]],
            weights: Buffer::zeros(N_PLANES * largest * largest),
        }
    }
}

impl WorkerSpace {
    pub fn new(spec: &NetworkSpec) -> Self {
        let longest = |len: &dyn Fn(TileGrid, usize) -> usize| {
            let strip = |stage| TileGrid {
                rows: strip_rows(stage),
                width: spec.side_of(stage),
            };
            (0..N_STAGES)
                .map(|stage| len(strip(stage), MID[stage]))
                .max()
                .unwrap_or(0)
        };
        // An item of the widest maps, or a strip of 3x3 outputs.
        let item = |stage| {
            let side = spec.side_of(stage);
            item_rows(side) * side * OUT[stage]
        };
        let row = (0..N_STAGES)
            .map(item)
            .chain([longest(&|grid, channels| grid.rows * grid.width * channels)])
            .max()
            .unwrap_or(0);
        let planes = longest(&|grid, channels| grid.planes_len(channels));
        Self {
            padded: Buffer::zeros(longest(&|grid, channels| grid.padded_len(channels))),
            planes: Buffer::zeros(planes),
            products: Buffer::zeros(planes),
            rows: [(); 3].map(|()| Buffer::zeros(row)),
        }
    }
}

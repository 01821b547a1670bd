//! Memory that scoring works in, allocated once.

use super::super::buffer::Buffer;
use super::super::network_spec::{CELL, MID, N_STAGES, NetworkSpec, OUT};
use super::super::winograd::TileGrid;

/// Pixels of a row that go through a block's 1x1 convolutions together, so that what one writes
/// the next finds in the first cache.
pub(super) const CHUNK: usize = 32;

/// Activations of one film.
pub(super) struct FilmSpace {
    /// The film with a border of zeros.
    pub input: Buffer,
    /// After the stem's ReLU.
    pub stem: Buffer,
    pub stages: [StageSpace; N_STAGES],
    /// After the last ReLU, `(row, column, channel)`.
    pub activation: Buffer,
    /// Means of the head's cells.
    pub pooled: Buffer,
    pub logits: Buffer,
}

/// Activations of one film in one stage.
pub(super) struct StageSpace {
    /// The sum that blocks add to, biases left out.
    pub sum: Buffer,
    /// Every other pixel of the last block's sum in both directions: all that the next stage reads.
    pub exit: Buffer,
    /// What goes into the 3x3 convolutions, with a border of zeros: read by one block while it
    /// writes the other for the next.
    pub mid: [Buffer; 2],
}

/// Scratch memory of one worker, small enough for its caches.
pub(super) struct WorkerSpace {
    pub planes: Buffer,
    pub products: Buffer,
    /// Outputs of the 3x3 convolution.
    pub mid: Buffer,
    /// The block's sum after the next norm and ReLU.
    pub normalized: Buffer,
}

impl FilmSpace {
    pub fn new(spec: &NetworkSpec) -> Self {
        let side = spec.side();
        let (last_side, n_outputs) = (spec.feature_side(), spec.n_outputs());
        Self {
            input: Buffer::zeros((side + 2) * (side + 2)),
            stem: Buffer::zeros(side * side * MID[0]),
            stages: std::array::from_fn(|stage| {
                let side = spec.side_of(stage);
                let padded = (side + 2) * (side + 2) * MID[stage];
                let exit = if stage + 1 < N_STAGES {
                    side * side / 4 * OUT[stage]
                } else {
                    0
                };
                StageSpace {
                    sum: Buffer::zeros(side * side * OUT[stage]),
                    exit: Buffer::zeros(exit),
                    mid: [Buffer::zeros(padded), Buffer::zeros(padded)],
                }
            }),
            activation: Buffer::zeros(last_side * last_side * NetworkSpec::N_FEATURES),
            pooled: Buffer::zeros(spec.n_pooled()),
            logits: Buffer::zeros(n_outputs),
        }
    }

    /// Copies `film` inside the border.
    ///
    /// # Safety
    /// Nobody else uses the input meanwhile.
    pub unsafe fn load(&self, film: &[f32], side: usize) {
        for (row, values) in film.chunks_exact(side).enumerate() {
            let first = (row + 1) * (side + 2) + 1;
            // SAFETY: passed on from the caller.
            unsafe { self.input.part_mut(first..first + side) }.copy_from_slice(values);
        }
    }
}

impl WorkerSpace {
    pub fn new(spec: &NetworkSpec) -> Self {
        let longest = |len: &dyn Fn(usize, TileGrid) -> usize| {
            let strip = |stage| TileGrid {
                rows: CELL,
                width: spec.side_of(stage),
            };
            (0..N_STAGES)
                .map(|stage| len(MID[stage], strip(stage)))
                .max()
                .unwrap_or(0)
        };
        let planes = longest(&|channels, grid| grid.planes_len(channels));
        Self {
            planes: Buffer::zeros(planes),
            products: Buffer::zeros(planes),
            mid: Buffer::zeros(longest(&|channels, grid| grid.rows * grid.width * channels)),
            normalized: Buffer::zeros(CHUNK * OUT[N_STAGES - 1]),
        }
    }
}

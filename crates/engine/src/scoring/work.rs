//! What one task is told: a strip of a pass over a film.

use super::super::network_spec::{BlockId, NetworkSpec};
use super::fold::FoldedNetwork;
use super::space::{FilmSpace, WorkerSpace};

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
}

/// All that a task works on.
pub(super) struct StripWork<'a> {
    pub spec: &'a NetworkSpec,
    pub network: &'a FoldedNetwork,
    pub film: &'a FilmSpace,
    pub worker: &'a WorkerSpace,
    pub pass: Pass,
    pub strip: usize,
}

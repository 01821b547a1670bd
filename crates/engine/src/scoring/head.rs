//! From the last activation to logits.

use super::super::instruction_set::LaneWork;
use super::super::lane::Lane;
use super::super::network_spec::{CELL, NetworkSpec};
use super::work::StripWork;

// SAFETY (all blocks of this file): as in `strip`.

/// Means of a row of cells.
pub(super) struct Pool<'a>(pub &'a StripWork<'a>);

impl LaneWork for Pool<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        let StripWork {
            spec, film, strip, ..
        } = *self.0;
        let (side, n_channels) = (spec.feature_side(), NetworkSpec::N_FEATURES);
        let n_cells = spec.n_cells();
        let row_len = side * n_channels;
        // SAFETY: see above.
        unsafe {
            let first = strip * CELL * row_len;
            let rows = film.activation.part(first..first + CELL * row_len);
            let first = strip * n_cells * n_channels;
            let pooled = film.pooled.part_mut(first..first + n_cells * n_channels);
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
}

/// Logits of the pooled values.
pub(super) struct Dense<'a>(pub &'a StripWork<'a>);

impl LaneWork for Dense<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lane>(self) {
        let StripWork { network, film, .. } = *self.0;
        let head = &network.head;
        // SAFETY: see above.
        unsafe {
            let pooled = film.pooled.as_slice();
            let logits = film.logits.part_mut(0..film.logits.len());
            let rows = head.weights.as_slice().chunks_exact(pooled.len());
            for ((logit, row), bias) in logits.iter_mut().zip(rows).zip(&head.bias) {
                *logit = bias + dot::<L>(row, pooled);
            }
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

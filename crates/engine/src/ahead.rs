//! Fetching what the next item will read while this one's products keep the arithmetic units busy.

/// A side task, done once in every step of a product's inner loop.
pub(super) trait Meanwhile {
    /// Step `k` of a tile.
    fn step(&mut self, k: usize);
}

/// Nothing on the side.
pub(super) struct Nothing;

impl Meanwhile for Nothing {
    #[inline(always)]
    fn step(&mut self, _k: usize) {}
}

impl<M: Meanwhile> Meanwhile for Option<M> {
    #[inline(always)]
    fn step(&mut self, k: usize) {
        if let Some(work) = self {
            work.step(k);
        }
    }
}

/// Values of a cache line.
const LINE: usize = 16;
/// Slices that a pass reads at most.
const N_PARTS: usize = 4;

/// Brings what follows some slices into the second cache, a line at every `EVERY`-th step.
///
/// A pass goes through memory in order, so what follows is what its next item reads.
pub(super) struct Fetch<const EVERY: usize> {
    /// Where each part goes on, and how many lines of it are left.
    parts: [(*const f32, usize); N_PARTS],
    next: *const f32,
    n_left: usize,
    part: usize,
}

impl<const EVERY: usize> Fetch<EVERY> {
    /// Fetches as many values after each slice as it has itself.
    #[inline(always)]
    pub fn after<const N: usize>(slices: [&[f32]; N]) -> Self {
        const { assert!(N <= N_PARTS && N > 0) };
        let mut parts = [(std::ptr::null(), 0); N_PARTS];
        // After the last part the first again: what is there already costs next to nothing.
        for (part, slice) in parts.iter_mut().zip(slices.iter().cycle()) {
            *part = (slice.as_ptr_range().end, slice.len().div_ceil(LINE));
        }
        let [(next, n_left), ..] = parts;
        Self {
            parts,
            next,
            n_left,
            part: 0,
        }
    }
}

impl<const EVERY: usize> Meanwhile for Fetch<EVERY> {
    #[inline(always)]
    fn step(&mut self, k: usize) {
        if !k.is_multiple_of(EVERY) {
            return;
        }
        prefetch(self.next);
        self.next = self.next.wrapping_add(LINE);
        self.n_left = self.n_left.wrapping_sub(1);
        if self.n_left == 0 {
            self.part = (self.part + 1) % N_PARTS;
            (self.next, self.n_left) = self.parts[self.part];
        }
    }
}

/// Only a hint: any address will do.
#[inline(always)]
fn prefetch(at: *const f32) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: part of SSE, which every x86-64 has; a prefetch never faults.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T1>(at.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = at;
}

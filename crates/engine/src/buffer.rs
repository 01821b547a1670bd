use std::cell::UnsafeCell;
use std::ops::Range;

/// One cache line, so that every buffer starts on one.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct CacheLine([f32; 16]);

/// Values that start on a cache line; parts that do not overlap may be written by different workers.
pub(super) struct Buffer {
    lines: Box<[UnsafeCell<CacheLine>]>,
    len: usize,
}

// SAFETY: shared access goes through `part` and `part_mut`, whose callers keep parts apart.
unsafe impl Sync for Buffer {}

impl Buffer {
    /// `len` zeros.
    pub fn zeros(len: usize) -> Self {
        let mut lines = Box::<[UnsafeCell<CacheLine>]>::new_uninit_slice(len.div_ceil(16));
        // Before the first write, which is when the system picks the pages.
        ask_for_huge_pages(&mut lines);
        // SAFETY: all-zero bytes are the value 0.0 in every place.
        let lines = unsafe {
            lines.as_mut_ptr().write_bytes(0, lines.len());
            lines.assume_init()
        };
        Self { lines, len }
    }

    /// A copy of `values`.
    pub fn from_values(values: &[f32]) -> Self {
        let mut buffer = Self::zeros(values.len());
        buffer.as_mut_slice().copy_from_slice(values);
        buffer
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn as_slice(&self) -> &[f32] {
        // SAFETY: no part is being written: that needs `part_mut`, whose caller promised so.
        unsafe { self.part(0..self.len) }
    }

    pub fn as_mut_slice(&mut self) -> &mut [f32] {
        // SAFETY: `&mut self` rules out every other part.
        unsafe { self.part_mut(0..self.len) }
    }

    /// Reads `range`.
    ///
    /// # Safety
    /// Nobody writes to the range while the slice lives.
    #[inline(always)]
    pub unsafe fn part(&self, range: Range<usize>) -> &[f32] {
        let len = self.checked_len(&range);
        // SAFETY: the range lies inside the allocation; the caller rules out writers.
        unsafe { std::slice::from_raw_parts(self.start().add(range.start), len) }
    }

    /// Writes `range`.
    ///
    /// # Safety
    /// No other reference to any of the range exists while the slice lives.
    #[inline(always)]
    #[expect(
        clippy::mut_from_ref,
        reason = "the caller keeps parts apart; that is the type's use"
    )]
    pub unsafe fn part_mut(&self, range: Range<usize>) -> &mut [f32] {
        let len = self.checked_len(&range);
        // SAFETY: the range lies inside the allocation; the caller rules out other references.
        unsafe { std::slice::from_raw_parts_mut(self.start().add(range.start), len) }
    }

    #[inline(always)]
    fn start(&self) -> *mut f32 {
        UnsafeCell::raw_get(self.lines.as_ptr()).cast()
    }

    #[inline(always)]
    fn checked_len(&self, range: &Range<usize>) -> usize {
        assert!(
            range.start <= range.end && range.end <= self.len,
            "{range:?} of {}",
            self.len
        );
        range.end - range.start
    }
}

/// Asks the system for pages of 2 MiB where a buffer spans some: a training step walks through more
/// than a gigabyte, and looking up its small pages took 5 % of the time.
fn ask_for_huge_pages<T>(memory: &mut [T]) {
    #[cfg(target_os = "linux")]
    {
        const PAGE: usize = 4096;
        const HUGE_PAGE: usize = 2 << 20;
        let bytes = size_of_val(memory);
        let start = memory.as_mut_ptr().cast::<u8>();
        let skipped = start.align_offset(PAGE);
        if bytes < 2 * HUGE_PAGE {
            return;
        }
        // SAFETY: the range lies inside `memory`; advice changes no value, and a refusal (pages
        // that are not 4 KiB, a system without huge ones) leaves all as it was.
        unsafe {
            let range = start.add(skipped).cast();
            libc::madvise(range, bytes - skipped, libc::MADV_HUGEPAGE);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = memory;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_see_what_was_written_and_start_on_a_cache_line() {
        let mut buffer = Buffer::from_values(&[1.0, 2.0, 3.0]);
        buffer.as_mut_slice()[1] = 5.0;
        assert_eq!(buffer.as_slice(), [1.0, 5.0, 3.0]);
        assert_eq!(buffer.as_slice().as_ptr().align_offset(64), 0);
        // SAFETY: the two parts do not overlap.
        let (left, right) = unsafe { (buffer.part_mut(0..1), buffer.part(1..3)) };
        left[0] = right[1];
        assert_eq!(buffer.as_slice(), [3.0, 5.0, 3.0]);
    }

    #[test]
    fn an_empty_buffer_has_an_empty_slice() {
        assert!(Buffer::zeros(0).as_slice().is_empty());
    }
}

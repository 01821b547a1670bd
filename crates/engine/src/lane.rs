//! One vector register of `f32` values: the only file that names processor instructions.
//!
//! Kernels are written once against [`Lane`] and compiled for each register by
//! [`InstructionSet::run`](super::InstructionSet). Everything here and everything generic over a
//! lane is `#[inline(always)]`, so that it lands in a function that has the instructions enabled.

/// A register that holds [`Lane::WIDTH`] values.
///
/// # Safety
/// Every method needs a processor that has the register's instructions. Methods that touch memory
/// also need the accessed values to lie inside the slice, which debug builds check.
pub(super) trait Lane: Copy {
    /// Values in the register.
    const WIDTH: usize;

    /// `value` in every place.
    unsafe fn splat(value: f32) -> Self;
    /// Values `at..at + WIDTH` of `from`.
    unsafe fn load(from: &[f32], at: usize) -> Self;
    /// Writes to `at..at + WIDTH` of `to`.
    unsafe fn store(self, to: &mut [f32], at: usize);
    /// Writes past the caches to `at..at + WIDTH` of `to`, a place on a register boundary;
    /// [`publish_streams`] comes before another thread reads it.
    unsafe fn stream(self, to: &mut [f32], at: usize);
    /// `self * factor + addend`, rounded once where the processor can.
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self;
    /// `self + other`.
    unsafe fn add(self, other: Self) -> Self;
    /// `self - other`.
    unsafe fn sub(self, other: Self) -> Self;
    /// `self * other`.
    unsafe fn mul(self, other: Self) -> Self;
    /// The larger of both, `other` where `self` is NaN.
    unsafe fn max(self, other: Self) -> Self;
    /// `self` where `gate > 0`, else 0: the derivative of ReLU.
    unsafe fn where_positive(self, gate: Self) -> Self;
}

/// Makes what [`Lane::stream`] wrote visible to other threads; stores past the caches are not
/// ordered by locks and atomics.
pub(super) fn publish_streams() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the instruction is part of SSE, which every x86-64 has.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}

/// Debug builds check what release builds take on trust.
#[inline(always)]
fn debug_check(len: usize, at: usize, width: usize) {
    debug_assert!(
        at + width <= len,
        "values {at}..{} of a slice of {len}",
        at + width
    );
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m256, __m512, _CMP_GT_OQ, _mm256_add_ps, _mm256_and_ps, _mm256_cmp_ps, _mm256_fmadd_ps,
        _mm256_loadu_ps, _mm256_max_ps, _mm256_mul_ps, _mm256_set1_ps, _mm256_setzero_ps,
        _mm256_storeu_ps, _mm256_stream_ps, _mm256_sub_ps, _mm512_add_ps, _mm512_cmp_ps_mask,
        _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_maskz_mov_ps, _mm512_max_ps, _mm512_mul_ps,
        _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps, _mm512_stream_ps, _mm512_sub_ps,
    };

    use super::{Lane, debug_check};

    macro_rules! x86_lane {
        ($register:ty, $width:literal, $splat:ident, $load:ident, $store:ident, $stream:ident,
         $mul_add:ident, $add:ident, $sub:ident, $mul:ident, $max:ident,
         |$value:ident, $gate:ident| $where_positive:expr) => {
            // SAFETY (all blocks): the caller runs on a processor with the register's
            // instructions and keeps accesses inside the slices, as the trait demands.
            impl Lane for $register {
                const WIDTH: usize = $width;

                #[inline(always)]
                unsafe fn splat(value: f32) -> Self {
                    // SAFETY: see above.
                    unsafe { $splat(value) }
                }
                #[inline(always)]
                unsafe fn load(from: &[f32], at: usize) -> Self {
                    debug_check(from.len(), at, $width);
                    // SAFETY: see above.
                    unsafe { $load(from.as_ptr().add(at)) }
                }
                #[inline(always)]
                unsafe fn store(self, to: &mut [f32], at: usize) {
                    debug_check(to.len(), at, $width);
                    // SAFETY: see above.
                    unsafe { $store(to.as_mut_ptr().add(at), self) }
                }
                #[inline(always)]
                unsafe fn stream(self, to: &mut [f32], at: usize) {
                    debug_check(to.len(), at, $width);
                    debug_assert_eq!(to[at..].as_ptr().align_offset(4 * $width), 0);
                    // SAFETY: see above; the caller aligned the place.
                    unsafe { $stream(to.as_mut_ptr().add(at), self) }
                }
                #[inline(always)]
                unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
                    // SAFETY: see above.
                    unsafe { $mul_add(self, factor, addend) }
                }
                #[inline(always)]
                unsafe fn add(self, other: Self) -> Self {
                    // SAFETY: see above.
                    unsafe { $add(self, other) }
                }
                #[inline(always)]
                unsafe fn sub(self, other: Self) -> Self {
                    // SAFETY: see above.
                    unsafe { $sub(self, other) }
                }
                #[inline(always)]
                unsafe fn mul(self, other: Self) -> Self {
                    // SAFETY: see above.
                    unsafe { $mul(self, other) }
                }
                #[inline(always)]
                unsafe fn max(self, other: Self) -> Self {
                    // SAFETY: see above.
                    unsafe { $max(self, other) }
                }
                #[inline(always)]
                unsafe fn where_positive(self, gate: Self) -> Self {
                    let ($value, $gate) = (self, gate);
                    // SAFETY: see above.
                    unsafe { $where_positive }
                }
            }
        };
    }

    x86_lane!(
        __m512,
        16,
        _mm512_set1_ps,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_stream_ps,
        _mm512_fmadd_ps,
        _mm512_add_ps,
        _mm512_sub_ps,
        _mm512_mul_ps,
        _mm512_max_ps,
        |value, gate| _mm512_maskz_mov_ps(
            _mm512_cmp_ps_mask::<_CMP_GT_OQ>(gate, _mm512_setzero_ps()),
            value
        )
    );
    x86_lane!(
        __m256,
        8,
        _mm256_set1_ps,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_stream_ps,
        _mm256_fmadd_ps,
        _mm256_add_ps,
        _mm256_sub_ps,
        _mm256_mul_ps,
        _mm256_max_ps,
        |value, gate| _mm256_and_ps(
            value,
            _mm256_cmp_ps::<_CMP_GT_OQ>(gate, _mm256_setzero_ps())
        )
    );
}

/// Eight values that the compiler spreads over whatever registers the target has.
#[derive(Clone, Copy)]
pub(super) struct PortableLane([f32; 8]);

impl PortableLane {
    #[inline(always)]
    fn zip(self, other: Self, combine: impl Fn(f32, f32) -> f32) -> Self {
        let mut out = self.0;
        for (value, other) in out.iter_mut().zip(other.0) {
            *value = combine(*value, other);
        }
        Self(out)
    }
}

impl Lane for PortableLane {
    const WIDTH: usize = 8;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self([value; 8])
    }
    #[inline(always)]
    unsafe fn load(from: &[f32], at: usize) -> Self {
        debug_check(from.len(), at, 8);
        // SAFETY: the caller keeps `at..at + 8` inside the slice; arrays of f32 need no more
        // alignment than f32.
        Self(unsafe { from.as_ptr().add(at).cast::<[f32; 8]>().read() })
    }
    #[inline(always)]
    unsafe fn store(self, to: &mut [f32], at: usize) {
        debug_check(to.len(), at, 8);
        // SAFETY: as for `load`.
        unsafe { to.as_mut_ptr().add(at).cast::<[f32; 8]>().write(self.0) }
    }
    #[inline(always)]
    unsafe fn stream(self, to: &mut [f32], at: usize) {
        // SAFETY: the same demands.
        unsafe { self.store(to, at) }
    }
    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
        // Without the instruction `f32::mul_add` is a slow library call.
        if cfg!(any(target_arch = "aarch64", target_feature = "fma")) {
            let mut out = self.0;
            for ((value, factor), addend) in out.iter_mut().zip(factor.0).zip(addend.0) {
                *value = value.mul_add(factor, addend);
            }
            Self(out)
        } else {
            self.zip(factor, |a, b| a * b).zip(addend, |a, b| a + b)
        }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| a - b)
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        self.zip(other, |a, b| a * b)
    }
    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        self.zip(other, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    unsafe fn where_positive(self, gate: Self) -> Self {
        self.zip(gate, |value, gate| if gate > 0.0 { value } else { 0.0 })
    }
}

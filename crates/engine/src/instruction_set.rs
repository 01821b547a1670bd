use super::lane::{Lane, PortableLane};

/// Which vector instructions the kernels use; found at run time, so one binary serves every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InstructionSet {
    /// Plain Rust that the compiler vectorises: SSE2 on x86-64, NEON on 64-bit ARM.
    Portable,
    /// 256-bit registers with fused multiply-add.
    Avx2,
    /// 512-bit registers.
    Avx512,
}

impl InstructionSet {
    /// The fastest set that this processor has.
    pub fn detect() -> Self {
        [Self::Avx512, Self::Avx2]
            .into_iter()
            .find(|set| set.is_available())
            .unwrap_or(Self::Portable)
    }

    /// Every set that this processor has, slowest first.
    pub fn available() -> impl Iterator<Item = Self> {
        [Self::Portable, Self::Avx2, Self::Avx512]
            .into_iter()
            .filter(|set| set.is_available())
    }

    /// Whether this processor has the set.
    pub fn is_available(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512bw")
                    && Self::Avx2.is_available()
            }
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => false,
        }
    }

    /// The name that `thorax bench` reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "AVX2",
            Self::Avx512 => "AVX-512",
        }
    }

    /// Values in one register.
    pub(super) fn lane_width(self) -> usize {
        match self {
            Self::Portable | Self::Avx2 => 8,
            Self::Avx512 => 16,
        }
    }

    /// Runs `work`, compiled for this set.
    ///
    /// # Panics
    /// When the processor lacks the set; constructors of the engine check this first.
    #[inline]
    pub(super) fn run<W: LaneWork>(self, work: W) -> W::Output {
        assert!(
            self.is_available(),
            "this processor has no {} instructions",
            self.name()
        );
        match self {
            // SAFETY: the plain lane needs nothing of the processor.
            Self::Portable => unsafe { work.run::<PortableLane>() },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: availability was checked above.
            Self::Avx2 => unsafe { run_avx2(work) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: availability was checked above.
            Self::Avx512 => unsafe { run_avx512(work) },
            #[cfg(not(target_arch = "x86_64"))]
            // SAFETY: the plain lane needs nothing of the processor; never reached.
            Self::Avx2 | Self::Avx512 => unsafe { work.run::<PortableLane>() },
        }
    }
}

/// A piece of work that is compiled once for each instruction set.
pub(super) trait LaneWork {
    /// The result of the work.
    type Output;

    /// Does the work with registers of type `L`; must be `#[inline(always)]`.
    ///
    /// # Safety
    /// The processor must have the instructions of `L`.
    unsafe fn run<L: Lane>(self) -> Self::Output;
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn run_avx2<W: LaneWork>(work: W) -> W::Output {
    // SAFETY: this function's own features are those of the register.
    unsafe { work.run::<std::arch::x86_64::__m256>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
fn run_avx512<W: LaneWork>(work: W) -> W::Output {
    // SAFETY: this function's own features are those of the register.
    unsafe { work.run::<std::arch::x86_64::__m512>() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[a*b + c, a + b, a - b, a * b, max(a, b), a where b > 0]` over one register.
    struct EveryOperation<'a>(&'a [f32], &'a [f32], &'a [f32]);

    impl LaneWork for EveryOperation<'_> {
        type Output = Vec<Vec<f32>>;

        #[inline(always)]
        unsafe fn run<L: Lane>(self) -> Self::Output {
            // SAFETY: the slices hold 16 values, no register holds more.
            unsafe {
                let (a, b, c) = (L::load(self.0, 0), L::load(self.1, 0), L::load(self.2, 0));
                [
                    a.mul_add(b, c),
                    a.add(b),
                    a.sub(b),
                    a.mul(b),
                    a.max(b),
                    a.where_positive(b),
                    L::splat(3.0),
                ]
                .map(|lane| {
                    let mut out = vec![0.0; L::WIDTH];
                    lane.store(&mut out, 0);
                    out
                })
                .to_vec()
            }
        }
    }

    #[test]
    fn every_set_computes_what_plain_arithmetic_does() {
        let a: Vec<f32> = (0..16).map(|i| i as f32 - 7.5).collect();
        let b: Vec<f32> = (0..16).map(|i| ((i * 5) % 7) as f32 - 3.0).collect();
        let c: Vec<f32> = (0..16).map(|i| i as f32 * 0.25).collect();
        for set in InstructionSet::available() {
            let got = set.run(EveryOperation(&a, &b, &c));
            for i in 0..got[0].len() {
                let (a, b, c) = (a[i], b[i], c[i]);
                let gated = if b > 0.0 { a } else { 0.0 };
                let want = [a * b + c, a + b, a - b, a * b, a.max(b), gated, 3.0];
                for (got, want) in got.iter().zip(want) {
                    assert!(
                        (got[i] - want).abs() <= 1e-6 * want.abs(),
                        "{} at {i}",
                        set.name()
                    );
                }
            }
        }
    }

    #[test]
    fn the_detected_set_is_the_last_available() {
        assert_eq!(
            InstructionSet::available().last(),
            Some(InstructionSet::detect())
        );
    }
}

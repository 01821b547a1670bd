/// A seeded generator of random numbers, the same in every version of Thorax and on every machine.
///
/// xoshiro256++ (Blackman and Vigna, 2019), its state filled by `SplitMix64`: a split made today is
/// the same in five years, which a crate's default generator does not promise. Not for secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeededRandom {
    state: [u64; 4],
}

impl SeededRandom {
    /// The generator that starts from `seed`; every seed gives a different sequence.
    pub fn new(seed: u64) -> Self {
        let mut fill = seed;
        let state = [(); 4].map(|()| {
            fill = fill.wrapping_add(GOLDEN);
            mix(fill)
        });
        Self { state }
    }

    /// The generator of one of many streams under a seed, as of an epoch and a film's index.
    ///
    /// The order of `stream` counts; streams that differ in any number are unrelated.
    pub fn for_stream(seed: u64, stream: &[u64]) -> Self {
        let mut mixed = mix(seed.wrapping_add(GOLDEN));
        for number in stream {
            mixed = mix(mixed.wrapping_add(GOLDEN) ^ mix(number.wrapping_add(GOLDEN)));
        }
        Self::new(mixed)
    }

    /// The state of the generator, to save and resume from.
    pub fn state(&self) -> [u64; 4] {
        self.state
    }

    /// The generator with this `state`; `None` for all zeros, which it never leaves.
    pub fn from_state(state: [u64; 4]) -> Option<Self> {
        (state != [0; 4]).then_some(Self { state })
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let result = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let (c, d) = (c ^ a, d ^ b);
        let (a_next, b_next) = (a ^ d, b ^ c);
        self.state = [a_next, b_next, c ^ (b << 17), d.rotate_left(45)];
        result
    }

    /// A whole number from 0 up to, not including, `n`, all equally likely; 0 where `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        let n = n as u64;
        // Lemire (2019): the high half of a product; low halves that would favour some are redrawn.
        let n_unfair = n.wrapping_neg().checked_rem(n).unwrap_or(0);
        loop {
            let product = u128::from(self.next_u64()) * u128::from(n);
            if product as u64 >= n_unfair {
                return (product >> 64) as usize;
            }
        }
    }

    /// A number in `[0, 1)`, one of 2^53 evenly spaced ones.
    pub fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number from the standard normal distribution.
    ///
    /// Its last bit may differ between systems, whose logarithms do.
    pub fn normal(&mut self) -> f64 {
        // Marsaglia's polar method; its second number is dropped, so that `state` is all there is.
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return x * (-2.0 * square.ln() / square).sqrt();
            }
        }
    }

    /// Brings the values into random order, every order equally likely.
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        // Fisher and Yates, from the end.
        for last in (1..values.len()).rev() {
            values.swap(self.below(last + 1), last);
        }
    }
}

/// 2^64 by the golden ratio, the step of `SplitMix64`.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The finalizer of `SplitMix64`: a bijection in which each bit of the input reaches all of the output.
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_published_generators() {
        // From the authors' C code: xoshiro256++ at state 1, 2, 3, 4.
        let mut random = SeededRandom::from_state([1, 2, 3, 4]).unwrap();
        let expected = [41_943_041, 58_720_359, 3_588_806_011_781_223];
        assert_eq!([(); 3].map(|()| random.next_u64()), expected);
        // SplitMix64 from seed 1477776061723855037 fills the state.
        let [a, b, c, _] = SeededRandom::new(1_477_776_061_723_855_037).state();
        assert_eq!(a, 1_985_237_415_132_408_290);
        assert_eq!(b, 2_979_275_885_539_914_483);
        assert_eq!(c, 13_511_426_838_097_143_398);
    }

    #[test]
    fn a_seed_gives_the_same_numbers_for_ever() {
        // Pinned: if this fails, every split and undersampling made before has changed.
        let mut random = SeededRandom::new(42);
        assert_eq!(random.next_u64(), 15_021_278_609_987_233_951);
        assert_eq!(random.next_u64(), 5_881_210_131_331_364_753);
        let mut order: Vec<u8> = (0..8).collect();
        SeededRandom::new(7).shuffle(&mut order);
        assert_eq!(order, [7, 5, 6, 3, 2, 4, 1, 0]);
        let mut stream = SeededRandom::for_stream(1, &[2, 3]);
        assert_eq!(stream.next_u64(), 15_768_512_972_285_049_374);
    }

    #[test]
    fn a_saved_state_goes_on_where_it_stopped() {
        let mut random = SeededRandom::new(3);
        let _ = (random.normal(), random.below(10));
        let mut again = SeededRandom::from_state(random.state()).unwrap();
        assert_eq!(random.normal(), again.normal());
        assert_eq!(random, again);
        assert_eq!(SeededRandom::from_state([0; 4]), None);
    }

    #[test]
    fn streams_differ_in_every_number_and_in_their_order() {
        let streams: [&[u64]; 7] = [&[], &[0], &[1], &[0, 0], &[0, 1], &[1, 0], &[1, 1]];
        let first: BTreeSet<u64> = (0..3)
            .flat_map(|seed| {
                streams.map(|stream| SeededRandom::for_stream(seed, stream).next_u64())
            })
            .collect();
        assert_eq!(first.len(), 21);
    }

    #[test]
    fn numbers_are_evenly_and_normally_spread() {
        let mut random = SeededRandom::new(11);
        let mut counts = [0_u32; 7];
        for _ in 0..70_000 {
            counts[random.below(7)] += 1;
        }
        // 10,000 each, standard deviation 93.
        assert!(
            counts.iter().all(|n| n.abs_diff(10_000) < 500),
            "{counts:?}"
        );
        assert_eq!((random.below(1), random.below(0)), (0, 0));
        let values: Vec<f64> = (0..50_000).map(|_| random.normal()).collect();
        let mean = values.iter().sum::<f64>() / 50_000.0;
        let square = values.iter().map(|value| value * value).sum::<f64>() / 50_000.0;
        assert!(
            mean.abs() < 0.02 && (square - 1.0).abs() < 0.03,
            "{mean} {square}"
        );
        let uniform: Vec<f64> = (0..10_000).map(|_| random.uniform()).collect();
        assert!(uniform.iter().all(|value| (0.0..1.0).contains(value)));
        let mean = uniform.iter().sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.02, "{mean}");
    }
}

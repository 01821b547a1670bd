//! Peak speed of the machine: the limit that scoring and training are compared with.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::engine::Engine;
use super::instruction_set::LaneWork;
use super::lane::Lane;

/// Independent sums, enough to hide the latency of a multiply-add and few enough for any register
/// file.
const N_SUMS: usize = 10;
const N_ROUNDS: usize = 1 << 16;

/// Multiply-adds in registers, without memory.
struct FmaLoop;

impl LaneWork for FmaLoop {
    /// How many operations were done, a multiply-add being two, and a value that keeps them alive.
    type Output = (usize, f32);

    #[inline(always)]
    unsafe fn run<L: Lane>(self) -> Self::Output {
        // SAFETY: passed on from the caller; the array holds any register.
        unsafe {
            let (factor, addend) = (L::splat(black_box(0.999)), L::splat(black_box(0.001)));
            let mut sums = [L::splat(black_box(1.0)); N_SUMS];
            for _ in 0..N_ROUNDS {
                for sum in &mut sums {
                    *sum = sum.mul_add(factor, addend);
                }
            }
            let mut total = sums[0];
            for &sum in &sums[1..] {
                total = total.add(sum);
            }
            let mut values = [0.0; 16];
            total.store(&mut values, 0);
            (2 * N_ROUNDS * N_SUMS * L::WIDTH, values[0])
        }
    }
}

impl Engine {
    /// Gigaflops of a loop of multiply-adds on all threads: the median of several short runs.
    pub fn fma_gflops(&self) -> f64 {
        const N_RUNS: usize = 9;
        const RUN: Duration = Duration::from_millis(30);
        let mut rates: Vec<f64> = (0..N_RUNS)
            .map(|_| {
                let rates = std::sync::Mutex::new(0.0);
                self.pool.run(&[self.n_threads()], |_| {
                    let (start, mut n_operations) = (Instant::now(), 0);
                    while start.elapsed() < RUN {
                        let (operations, value) = self.instruction_set().run(FmaLoop);
                        black_box(value);
                        n_operations += operations;
                    }
                    let rate = n_operations as f64 / start.elapsed().as_secs_f64() / 1e9;
                    *rates
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner) += rate;
                });
                rates.into_inner().unwrap_or(0.0)
            })
            .collect();
        rates.sort_by(f64::total_cmp);
        rates[N_RUNS / 2]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_a_positive_number() {
        let engine = Engine::new(2).expect("threads start");
        assert!(engine.fma_gflops() > 0.1);
    }
}

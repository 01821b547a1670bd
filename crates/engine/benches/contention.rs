//! Whether a busy machine slows the engine's pool down more than it would a plain rayon version.
//!
//! `cargo bench -p thorax-engine` drives the same passes with the engine's own pool and with one
//! parallel loop of rayon a pass, in turn, beside 0, 1 and 2 programs that do nothing but compute,
//! and prints medians. The pool is compiled in from its file, so that nothing is made public for
//! this; a task is arithmetic in registers, as long as a task of the engine.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    unsafe_code,
    clippy::indexing_slicing,
    reason = "a bench that cannot start is to fail loudly; the pool's own reasons stand in the engine"
)]

#[expect(
    dead_code,
    reason = "what only the engine and the pool's own tests call"
)]
#[path = "../src/pool.rs"]
mod pool;

use std::hint::black_box;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use rayon::iter::{IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _};

use pool::ThreadPool;

const N_THREADS: usize = 2;
const N_ROUNDS: usize = 25;

/// Equal passes of equal tasks, one after the other.
#[derive(Clone, Copy)]
struct Passes {
    n: usize,
    n_tasks: usize,
    task_us: u64,
}

/// As the engine cuts its work on the network of depth 56.
fn work() -> [(&'static str, Vec<Passes>); 2] {
    let passes = |n, n_tasks, task_us| Passes {
        n,
        n_tasks,
        task_us,
    };
    [
        (
            "score one film",
            vec![passes(6, 32, 31), passes(6, 16, 125), passes(6, 4, 500)],
        ),
        ("a part of a training step", vec![passes(6, 8, 4500)]),
    ]
}

fn main() {
    if std::env::args().any(|arg| arg == "--busy") {
        return keep_busy();
    }
    let rounds_per_us = calibrate();
    let drivers = [
        (
            "the engine's pool",
            Driver::Own(ThreadPool::new(N_THREADS).unwrap()),
        ),
        ("rayon, as polite", Driver::Rayon(rayon_pool(10))),
        ("rayon, as it comes", Driver::Rayon(rayon_pool(0))),
    ];
    println!("{N_THREADS} threads, medians of {N_ROUNDS} in ms (ratio to the engine's pool)");
    for (name, passes) in work() {
        for n_busy in 0..=2 {
            let _busy: Vec<_> = (0..n_busy).map(|_| Busy::start()).collect();
            let mut took = [const { Vec::new() }; 3];
            for _ in 0..N_ROUNDS {
                for ((_, driver), took) in drivers.iter().zip(&mut took) {
                    let start = Instant::now();
                    driver.run(&passes, rounds_per_us);
                    took.push(start.elapsed().as_secs_f64() * 1e3);
                }
            }
            let [own, rayon_polite, rayon] = took.map(median);
            print!("{name}, {n_busy} busy programs:");
            for ((name, _), time) in drivers.iter().zip([own, rayon_polite, rayon]) {
                print!("  {name} {time:.1} ({:.2})", time / own);
            }
            println!();
        }
    }
}

enum Driver {
    Own(ThreadPool),
    Rayon(rayon::ThreadPool),
}

impl Driver {
    fn run(&self, passes: &[Passes], rounds_per_us: f64) {
        let passes = passes
            .iter()
            .flat_map(|&same| std::iter::repeat_n(same, same.n));
        match self {
            Self::Own(pool) => {
                let passes: Vec<_> = passes.collect();
                let n_tasks: Vec<_> = passes.iter().map(|pass| pass.n_tasks).collect();
                pool.run(&n_tasks, |turn| {
                    compute(passes[turn.pass].task_us, rounds_per_us);
                });
            }
            Self::Rayon(pool) => pool.install(|| {
                for pass in passes {
                    (0..pass.n_tasks)
                        .into_par_iter()
                        .with_max_len(1)
                        .for_each(|_| compute(pass.task_us, rounds_per_us));
                }
            }),
        }
    }
}

/// Threads at the niceness that the engine's workers have, or at the usual one.
fn rayon_pool(niceness: i32) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new()
        .num_threads(N_THREADS)
        .start_handler(move |_| lower_priority(niceness))
        .build()
        .unwrap()
}

fn lower_priority(niceness: i32) {
    #[cfg(target_os = "linux")]
    // SAFETY: plain system calls without pointers.
    unsafe {
        let thread = libc::gettid();
        libc::setpriority(libc::PRIO_PROCESS, thread.cast_unsigned(), niceness);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = niceness;
}

/// Arithmetic for about `us` microseconds of an undisturbed processor.
fn compute(us: u64, rounds_per_us: f64) {
    let mut sums = [black_box(1.0_f32); 8];
    for _ in 0..(us as f64 * rounds_per_us) as usize {
        for sum in &mut sums {
            *sum = *sum * 0.999 + 0.001;
        }
        black_box(&mut sums);
    }
}

/// Rounds of [`compute`] in a microsecond: the best of several tries, which no one disturbed.
fn calibrate() -> f64 {
    const N_ROUNDS: usize = 100_000;
    let tries = (0..30).map(|_| {
        let start = Instant::now();
        compute(1, N_ROUNDS as f64);
        start.elapsed()
    });
    N_ROUNDS as f64 / (tries.min().unwrap().as_secs_f64() * 1e6)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Another program that wants a processor, until it is dropped.
struct Busy(Child);

impl Busy {
    fn start() -> Self {
        let program = std::env::current_exe().unwrap();
        Self(Command::new(program).arg("--busy").spawn().unwrap())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        // One that has ended by itself has done its work.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Ends by itself should the bench be killed.
fn keep_busy() {
    let start = Instant::now();
    while start.elapsed() < Duration::from_mins(2) {
        compute(1000, 100.0);
    }
}

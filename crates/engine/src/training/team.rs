//! How a pass is shared out, and how what its groups have summed up becomes one sum.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::engine::Engine;
use super::super::gemm::CHANNEL_STEP;
use super::super::lane::publish_streams;
use super::super::network_spec::NetworkSpec;
use super::super::winograd::{N_PLANES, kernel_gradient};
use super::space::{GroupSums, WorkerSpace};

/// Minimum number of groups of a pass: results are identical for up to as many threads.
const N_GROUPS: usize = 8;

/// Sums of the groups and scratch memory of the workers. Locks are never waited for: a group is one
/// task, a worker does one task at a time.
pub(super) struct Team {
    groups: Vec<Mutex<GroupSums>>,
    workers: Vec<Mutex<WorkerSpace>>,
}

/// A task: the rows or the strip with this index, and what it may write to besides.
pub(super) struct Item<'a> {
    pub index: usize,
    pub sums: &'a mut GroupSums,
    pub worker: &'a mut WorkerSpace,
}

impl Team {
    pub fn new(spec: &NetworkSpec, engine: &Engine) -> Self {
        let n_threads = engine.n_threads();
        let worker = |_| Mutex::new(WorkerSpace::new(spec));
        Self {
            groups: (0..N_GROUPS.max(n_threads))
                .map(|_| Mutex::new(GroupSums::new()))
                .collect(),
            workers: (0..n_threads).map(worker).collect(),
        }
    }

    /// Calls `task` for every item; groups begin with sums of zero, `n_weights` of them for weights.
    pub fn run(
        &self,
        engine: &Engine,
        n_items: usize,
        n_weights: usize,
        task: impl Fn(Item) + Sync,
    ) {
        let n_groups = self.groups.len();
        engine.pool.run(&[n_groups], |turn| {
            let (mut group, mut worker) = (
                lock(&self.groups[turn.task]),
                lock(&self.workers[turn.worker]),
            );
            group.statistics.fill(0.0);
            group.weights.as_mut_slice()[..n_weights].fill(0.0);
            let first = |group| group * n_items / n_groups;
            for index in first(turn.task)..first(turn.task + 1) {
                let (sums, worker) = (&mut *group, &mut *worker);
                task(Item {
                    index,
                    sums,
                    worker,
                });
            }
            publish_streams();
        });
    }

    /// Both sums of each channel over all groups.
    pub fn statistics(&self, n_channels: usize) -> Vec<f64> {
        let mut sums = vec![0.0; 2 * n_channels];
        for group in &self.groups {
            for (sum, part) in sums.iter_mut().zip(&lock(group).statistics) {
                *sum += part;
            }
        }
        sums
    }

    /// Writes the gradient of a 1x1 convolution's weights, `(output, input)`.
    pub fn write_gradient(&self, engine: &Engine, n_in: usize, gradient: &mut [f32]) {
        let n_out = gradient.len() / n_in;
        self.for_outputs(engine, n_in, gradient, |groups, first, chunk| {
            for input in 0..n_in {
                let sums = sum_groups(groups, input * n_out + first);
                for (output, sum) in sums.iter().enumerate() {
                    chunk[output * n_in + input] = *sum;
                }
            }
        });
    }

    /// Writes the gradient of a 3x3 convolution's weights, `(output, input, row, column)`.
    pub fn write_kernel_gradient(&self, engine: &Engine, channels: usize, gradient: &mut [f32]) {
        self.for_outputs(engine, channels * 9, gradient, |groups, first, chunk| {
            for input in 0..channels {
                let planes: [_; N_PLANES] = std::array::from_fn(|plane| {
                    sum_groups(groups, (plane * channels + input) * channels + first)
                });
                for (output, kernel) in chunk.chunks_exact_mut(channels * 9).enumerate() {
                    // A plane holds sixteen outputs; a patch, one output of every plane.
                    let patch =
                        std::array::from_fn(|i| std::array::from_fn(|j| planes[i * 6 + j][output]));
                    let gradient = kernel_gradient(patch);
                    kernel[input * 9..][..9].copy_from_slice(gradient.as_flattened());
                }
            }
        });
    }

    /// Calls `write(sums of the groups, first output, its values)` for every sixteen outputs.
    fn for_outputs(
        &self,
        engine: &Engine,
        values_per_output: usize,
        gradient: &mut [f32],
        write: impl Fn(&[&[f32]], usize, &mut [f32]) + Sync,
    ) {
        let groups: Vec<_> = self.groups.iter().map(lock).collect();
        let groups: Vec<&[f32]> = groups
            .iter()
            .map(|group| group.weights.as_slice())
            .collect();
        let chunks = gradient.chunks_exact_mut(CHANNEL_STEP * values_per_output);
        let chunks: Vec<_> = chunks.map(Mutex::new).collect();
        engine.pool.run(&[chunks.len()], |turn| {
            write(
                &groups,
                turn.task * CHANNEL_STEP,
                &mut lock(&chunks[turn.task]),
            );
        });
    }
}

/// Sixteen neighboring sums over all groups, in their order.
fn sum_groups(groups: &[&[f32]], at: usize) -> [f32; CHANNEL_STEP] {
    let mut sums = [0.0; CHANNEL_STEP];
    for group in groups {
        for (sum, part) in sums.iter_mut().zip(&group[at..at + CHANNEL_STEP]) {
            *sum += part;
        }
    }
    sums
}

/// A task that panicked leaves sums that the next pass clears, so a poisoned lock is as good as any.
pub(super) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

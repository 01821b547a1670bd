use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::RanksError;
use super::launcher::launched;
use super::mpi::Mpi;

/// A part of work that is shared in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    rank: usize,
    n_ranks: usize,
}

impl Share {
    /// All of it.
    pub const WHOLE: Self = Self {
        rank: 0,
        n_ranks: 1,
    };

    /// Shares that are all of it together, in order.
    pub fn all(n_shares: usize) -> impl Iterator<Item = Self> {
        (0..n_shares).map(move |rank| Self {
            rank,
            n_ranks: n_shares,
        })
    }

    /// Its part of `n` things in order; parts differ by one at most.
    pub fn of(self, n: usize) -> Range<usize> {
        let first = |rank: usize| rank * n / self.n_ranks;
        first(self.rank)..first(self.rank + 1)
    }
}

/// All processes of a training. What one of them calls, all must call, in the same order.
#[derive(Clone)]
pub struct Ranks {
    rank: usize,
    size: usize,
    n_local: usize,
    others: Option<Arc<Mutex<Mpi>>>,
}

impl fmt::Debug for Ranks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rank {} of {}", self.rank, self.size)
    }
}

impl Default for Ranks {
    fn default() -> Self {
        Self::alone()
    }
}

impl Ranks {
    /// This process alone.
    pub fn alone() -> Self {
        Self {
            rank: 0,
            size: 1,
            n_local: 1,
            others: None,
        }
    }

    /// Joins the other processes, where a launcher has started several; or else alone. Once in a program.
    pub fn join() -> Result<Self, RanksError> {
        let launched = launched();
        if launched.n_ranks == 1 {
            return Ok(Self::alone());
        }
        let mpi = Mpi::open(launched.n_ranks)?;
        let size = mpi.size();
        Ok(Self {
            rank: mpi.rank(),
            size,
            n_local: launched.n_local.unwrap_or(size).clamp(1, size),
            others: Some(Arc::new(Mutex::new(mpi))),
        })
    }

    /// Number of this process, from 0. The first writes files.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// How many processes there are, at least 1.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Whether this is the process that writes.
    pub fn is_first(&self) -> bool {
        self.rank == 0
    }

    /// Processes on this machine, at least 1; all where the launcher does not say.
    pub fn n_local(&self) -> usize {
        self.n_local
    }

    /// This process's share of work that all have in common.
    pub fn share(&self) -> Share {
        Share {
            rank: self.rank,
            n_ranks: self.size,
        }
    }

    /// The bytes of every process, in rank order.
    pub fn gather(&self, own: &[u8]) -> Result<Vec<Vec<u8>>, RanksError> {
        self.with(|mpi| mpi.gather(own))
            .unwrap_or_else(|| Ok(vec![own.to_vec()]))
    }

    /// The weighted mean of the processes' values, element by element: summed in `f64` in rank order, so that the bits
    /// depend on the number of processes alone, and processes with equal values get them back. Weights are the same
    /// in every process, one each, whole numbers, their sum above 0.
    pub fn weighted_mean(&self, values: &mut [f32], weights: &[f64]) -> Result<(), RanksError> {
        self.with(|mpi| mpi.weighted_mean(values, weights))
            .unwrap_or(Ok(()))
    }

    /// Whether any process says so.
    pub fn any(&self, own: bool) -> Result<bool, RanksError> {
        let all = self.gather(&[u8::from(own)])?;
        Ok(all.iter().flatten().any(|&said| said != 0))
    }

    /// Waits for all, without keeping the processor busy: others may have long work.
    pub fn wait(&self) -> Result<(), RanksError> {
        self.with(Mpi::wait).unwrap_or(Ok(()))
    }

    /// Ends all processes of the program, this one too: the others wait for what it will not send.
    pub fn abort(&self) {
        self.with(Mpi::abort);
    }

    fn with<T>(&self, call: impl FnOnce(&mut Mpi) -> T) -> Option<T> {
        let others = self.others.as_ref()?;
        Some(call(
            &mut others.lock().unwrap_or_else(PoisonError::into_inner),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_alone_gets_back_what_it_gave() {
        let alone = Ranks::alone();
        let mut values = [0.1, f32::NAN, -3.0];
        let before = values.map(f32::to_bits);
        alone.weighted_mean(&mut values, &[7.0]).unwrap();
        assert_eq!(values.map(f32::to_bits), before);
        assert_eq!(alone.gather(b"own").unwrap(), [b"own"]);
        assert!(alone.any(true).unwrap() && !alone.any(false).unwrap());
        alone.wait().unwrap();
        assert_eq!(alone.share(), Share::WHOLE);
    }

    #[test]
    fn parts_cover_everything_once_and_are_alike() {
        for n_ranks in 1..6 {
            for n in 0..20 {
                let part = |rank| Share { rank, n_ranks }.of(n);
                let parts: Vec<_> = (0..n_ranks).map(part).collect();
                let all: Vec<usize> = parts.iter().cloned().flatten().collect();
                assert_eq!(all, (0..n).collect::<Vec<_>>());
                let lengths = parts.iter().map(ExactSizeIterator::len);
                assert!(lengths.clone().max().unwrap() - lengths.min().unwrap() <= 1);
            }
        }
    }
}

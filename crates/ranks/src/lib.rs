//! Processes that work together, each known by its rank: the few operations that data-parallel training needs.
//!
//! No library is linked. A program that was started by `mpiexec` opens one with the ABI of MPI 5 (`libmpi_abi.so.1`:
//! MPICH from 5.0, Open MPI from 6.0); any other is alone, and all operations hand back what they were given.

mod error;
mod launcher;
#[cfg_attr(all(feature = "mpi", target_os = "linux"), path = "mpi/open.rs")]
#[cfg_attr(not(all(feature = "mpi", target_os = "linux")), path = "mpi/none.rs")]
mod mpi;
mod ranks;
mod weighted_sum;

pub use error::RanksError;
pub use launcher::{Launched, launched};
pub use ranks::{Ranks, Share};
pub use weighted_sum::WeightedSum;

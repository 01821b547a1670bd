use thiserror::Error;

/// Errors from joining the other processes.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum RanksError {
    #[error(
        "started as one of {n_ranks} processes, but no MPI library was found: expected libmpi_abi.so.1 (MPICH from \
         5.0, Open MPI from 6.0) on the library path, beside mpiexec or named by THORAX_MPI ({reason})"
    )]
    Library { n_ranks: usize, reason: String },
    #[error(
        "started as one of {n_ranks} processes, but this build has no MPI: expected the feature `mpi` on Linux"
    )]
    NotBuilt { n_ranks: usize },
    #[error("{call} of the MPI library failed with code {code}")]
    Call { call: &'static str, code: i32 },
    #[error("{what} is more than MPI takes in one message")]
    TooLong { what: &'static str },
}

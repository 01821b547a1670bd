use std::fmt;

use super::error::EngineError;
use super::instruction_set::InstructionSet;
use super::pool::ThreadPool;

/// Threads and instructions that scoring and training share; one for the whole program.
pub struct Engine {
    pub(super) pool: ThreadPool,
    instruction_set: InstructionSet,
}

impl Engine {
    /// Starts `n_threads` workers (at least one) that use the fastest instructions there are.
    pub fn new(n_threads: usize) -> Result<Self, EngineError> {
        Self::with_instruction_set(n_threads, InstructionSet::detect())
    }

    /// As [`Engine::new`], with instructions of the caller's choice.
    pub fn with_instruction_set(
        n_threads: usize,
        instruction_set: InstructionSet,
    ) -> Result<Self, EngineError> {
        if !instruction_set.is_available() {
            return Err(EngineError::InstructionSet(instruction_set.name()));
        }
        Ok(Self {
            pool: ThreadPool::new(n_threads)?,
            instruction_set,
        })
    }

    /// Number of workers.
    pub fn n_threads(&self) -> usize {
        self.pool.n_threads()
    }

    /// The instructions in use.
    pub fn instruction_set(&self) -> InstructionSet {
        self.instruction_set
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("n_threads", &self.n_threads())
            .field("instruction_set", &self.instruction_set)
            .finish_non_exhaustive()
    }
}

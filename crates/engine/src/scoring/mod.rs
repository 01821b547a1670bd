//! Scoring: films in, logits and last activation out.
//!
//! Batch norms with fixed statistics are folded into the convolutions before them, biases, ReLU and
//! residual sums into the products' last step. A block is one pass: the 3x3 convolution of a strip
//! of rows, then, a few pixels at a time, the third convolution, the sum, the next batch norm with
//! ReLU, and the next block's first convolution. Where the next stage reads only every other pixel,
//! only those are computed. One film is spread over the threads strip by strip; of several, each
//! thread takes one. Either way every value is computed in the same order, so scores are equal bit
//! by bit for any number of threads and any batch.

mod fold;
mod head;
mod space;
mod strip;
#[cfg(test)]
mod tests;
mod work;

use std::fmt;
use std::sync::Arc;

use super::buffer::Buffer;
use super::engine::Engine;
use super::error::EngineError;
use super::gemm::PIXEL_STEP;
use super::named_tensors::NamedTensors;
use super::network_spec::{N_STAGES, NetworkSpec};
use super::winograd::TILE;
use fold::FoldedNetwork;
use space::{FilmSpace, WorkerSpace};
use work::{Pass, STEM_ROWS, StripWork};

/// A network made ready to score on the CPU: packed weights and all the memory it needs.
pub struct ScoringPlan {
    engine: Arc<Engine>,
    spec: NetworkSpec,
    network: FoldedNetwork,
    /// One for each worker; a film that all share is in the first.
    films: Vec<FilmSpace>,
    workers: Vec<WorkerSpace>,
    passes: Vec<Pass>,
    /// Number of tasks of each pass.
    tasks: Vec<usize>,
    logits: Buffer,
}

/// The result of scoring one film.
#[derive(Clone, Copy, Debug)]
pub struct FilmOutputs<'a> {
    /// One for each output, before the sigmoid.
    pub logits: &'a [f32],
    /// After the last ReLU, `(h, w, c)`.
    pub activation: &'a [f32],
}

impl ScoringPlan {
    /// Folds and packs `weights`; some tens of milliseconds.
    pub fn new(
        weights: &NamedTensors,
        spec: NetworkSpec,
        engine: Arc<Engine>,
    ) -> Result<Self, EngineError> {
        let network = FoldedNetwork::new(weights, &spec, engine.instruction_set())?;
        let n_threads = engine.n_threads();
        let passes = passes(&spec, n_threads);
        let tasks = passes.iter().map(|&pass| n_tasks(&spec, pass)).collect();
        Ok(Self {
            films: (0..n_threads).map(|_| FilmSpace::new(&spec)).collect(),
            workers: (0..n_threads).map(|_| WorkerSpace::new(&spec)).collect(),
            logits: Buffer::zeros(0),
            engine,
            spec,
            network,
            passes,
            tasks,
        })
    }

    /// The spec of the plan.
    pub fn spec(&self) -> &NetworkSpec {
        &self.spec
    }

    /// Scores one film, `side * side` values.
    pub fn score_film(&mut self, film: &[f32]) -> Result<FilmOutputs<'_>, EngineError> {
        self.check_len(film.len(), 1)?;
        self.run_together(film);
        let [film, ..] = self.films.as_slice() else {
            return Err(EngineError::EmptyBatch);
        };
        Ok(FilmOutputs {
            logits: film.logits.as_slice(),
            activation: film.activation.as_slice(),
        })
    }

    /// Logits `(film, output)` of any number of films, `side * side` values each.
    pub fn score(&mut self, films: &[f32]) -> Result<&[f32], EngineError> {
        let film_len = self.film_len();
        let n_films = films.len() / film_len;
        self.check_len(films.len(), n_films)?;
        let n_outputs = self.spec.n_outputs();
        if self.logits.len() < n_films * n_outputs {
            self.logits = Buffer::zeros(n_films * n_outputs);
        }
        // A film for each thread while there are enough, then all threads on one.
        let n_apart = n_films - n_films % self.engine.n_threads();
        let (apart, together) = films.split_at(n_apart * film_len);
        self.run_apart(apart);
        for (film, logits) in together.chunks_exact(film_len).zip(n_apart..) {
            self.run_together(film);
            let range = logits * n_outputs..(logits + 1) * n_outputs;
            if let [film, ..] = self.films.as_slice() {
                self.logits.as_mut_slice()[range].copy_from_slice(film.logits.as_slice());
            }
        }
        Ok(&self.logits.as_slice()[..n_films * n_outputs])
    }

    /// All passes over one film, shared by all threads.
    fn run_together(&mut self, film: &[f32]) {
        let Some(space) = self.films.first() else {
            return;
        };
        // SAFETY: `&mut self`; no worker runs yet.
        unsafe { space.load(film, self.spec.side()) };
        self.engine.pool.run(&self.tasks, |turn| {
            self.run_strip(space, turn.worker, turn.pass, turn.task);
        });
    }

    /// Scores films one a thread, into `self.logits`.
    fn run_apart(&mut self, films: &[f32]) {
        let film_len = self.film_len();
        let n_outputs = self.spec.n_outputs();
        self.engine.pool.run(&[films.len() / film_len], |turn| {
            let space = &self.films[turn.worker];
            let film = &films[turn.task * film_len..(turn.task + 1) * film_len];
            // SAFETY: the space is this worker's own.
            unsafe { space.load(film, self.spec.side()) };
            for (pass, &n_tasks) in self.tasks.iter().enumerate() {
                for strip in 0..n_tasks {
                    self.run_strip(space, turn.worker, pass, strip);
                }
            }
            let range = turn.task * n_outputs..(turn.task + 1) * n_outputs;
            // SAFETY: every film has its own place.
            unsafe { self.logits.part_mut(range) }.copy_from_slice(space.logits.as_slice());
        });
    }

    fn run_strip(&self, film: &FilmSpace, worker: usize, pass: usize, strip: usize) {
        let work = StripWork {
            spec: &self.spec,
            network: &self.network,
            film,
            worker: &self.workers[worker],
            pass: self.passes[pass],
            strip,
        };
        work.run(self.engine.instruction_set());
    }

    fn film_len(&self) -> usize {
        self.spec.side() * self.spec.side()
    }

    fn check_len(&self, found: usize, n_films: usize) -> Result<(), EngineError> {
        let expected = n_films.max(1) * self.film_len();
        if found == expected || found == 0 && n_films == 0 {
            return Ok(());
        }
        Err(EngineError::Length {
            what: "pixels",
            expected,
            found,
        })
    }
}

impl fmt::Debug for ScoringPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScoringPlan")
            .field("spec", &self.spec)
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

/// All passes in order.
fn passes(spec: &NetworkSpec, n_threads: usize) -> Vec<Pass> {
    let blocks = spec.blocks().map(|id| {
        // Longer strips reuse kernels more often, but the small maps of the last stage have only a
        // few; narrow ones need both rows of tiles, since products are of whole steps of pixels.
        let is_last_stage = id.stage + 1 == N_STAGES;
        let has_enough = spec.n_cells() >= n_threads;
        let is_narrow = !spec.feature_side().is_multiple_of(TILE * PIXEL_STEP);
        let rows = if is_last_stage && (has_enough || is_narrow) {
            2 * TILE
        } else {
            TILE
        };
        Pass::Block { id, rows }
    });
    std::iter::once(Pass::Stem)
        .chain(blocks)
        .chain([Pass::Pool, Pass::Dense])
        .collect()
}

fn n_tasks(spec: &NetworkSpec, pass: Pass) -> usize {
    match pass {
        Pass::Stem => spec.side() / STEM_ROWS,
        Pass::Block { id, rows } => spec.side_of(id.stage) / rows,
        Pass::Pool => spec.n_cells(),
        Pass::Dense => 1,
    }
}

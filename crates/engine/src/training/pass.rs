//! The passes of a step in order, each over rows of pixels or strips of rows.

use std::sync::Mutex;

use super::super::engine::Engine;
use super::super::error::EngineError;
use super::super::gemm::{PanelWidth, Panels};
use super::super::named_tensors::NamedTensors;
use super::super::network_spec::{BlockId, CELL, MID, NetworkSpec, OUT};
use super::backward::{StemBack, UnpoolCells};
use super::forward::{PoolCells, Stem};
use super::norm::Norm;
use super::packed::PackedBlock;
use super::space::{Flow, Saved};
use super::team::{Team, lock};
use super::tensor;

pub(super) struct Passes {
    pub(super) spec: NetworkSpec,
    capacity: usize,
    pub(super) blocks: Vec<BlockId>,
    stem: Panels,
    pub(super) packed: Vec<PackedBlock>,
    /// Norms of what enters each block (the stem's before the first), then the head's.
    pub(super) entering: Vec<Norm>,
    /// Norms of the inputs of each block's second and third convolution.
    pub(super) second: Vec<Norm>,
    pub(super) third: Vec<Norm>,
    pub(super) saved: Saved,
    pub(super) flow: Flow,
    pub(super) team: Team,
}

/// Shared state of the passes of one call.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub engine: &'a Engine,
    pub parameters: &'a NamedTensors,
    pub n_films: usize,
}

impl Passes {
    pub fn new(spec: NetworkSpec, n_films: usize, engine: &Engine) -> Self {
        let blocks: Vec<_> = spec.blocks().collect();
        let norms = |part: &str| -> Vec<_> {
            let norm = |id: &BlockId| Norm::new(id.name(part), MID[id.stage]);
            blocks.iter().map(norm).collect()
        };
        let leaving = |id: &BlockId| Norm::new(id.following_norm(), OUT[id.stage]);
        let stem_norm = Norm::new("stem.bn".into(), MID[0]);
        Self {
            capacity: n_films,
            stem: Panels::zeros(PanelWidth::Slim, 9, MID[0]),
            packed: blocks.iter().copied().map(PackedBlock::new).collect(),
            entering: std::iter::once(stem_norm)
                .chain(blocks.iter().map(leaving))
                .collect(),
            second: norms("bn2"),
            third: norms("bn3"),
            saved: Saved::new(&spec, n_films),
            flow: Flow::new(&spec, n_films),
            team: Team::new(&spec, engine),
            spec,
            blocks,
        }
    }

    /// The most films that a batch may have.
    pub fn n_films(&self) -> usize {
        self.capacity
    }

    /// Pooled values of the last forward pass, and where their gradient belongs.
    pub fn pooled_and_gradient(&mut self, n_films: usize) -> (&[f32], &mut [f32]) {
        let len = n_films * self.spec.n_pooled();
        let gradient = &mut self.flow.pooled.as_mut_slice()[..len];
        (&self.saved.pooled.as_slice()[..len], gradient)
    }

    /// From films to pooled values.
    pub fn forward(
        &mut self,
        engine: &Engine,
        parameters: &NamedTensors,
        films: &[f32],
        n_films: usize,
    ) -> Result<(), EngineError> {
        self.load(films);
        self.pack(engine, parameters)?;
        let call = Call {
            engine,
            parameters,
            n_films,
        };
        self.stem_forward(call)?;
        for index in 0..self.blocks.len() {
            match self.blocks[index].stage {
                0 => self.block_forward::<{ MID[0] }, { OUT[0] }>(call, index)?,
                1 => self.block_forward::<{ MID[1] }, { OUT[1] }>(call, index)?,
                _ => self.block_forward::<{ MID[2] }, { OUT[2] }>(call, index)?,
            }
        }
        let Some(norm) = self.entering.last() else {
            return Ok(());
        };
        let (saved, side) = (&self.saved, self.spec.feature_side());
        self.team.run(engine, n_films * side / CELL, 0, |item| {
            engine.instruction_set().run(PoolCells {
                saved,
                norm,
                side,
                item,
            });
        });
        Ok(())
    }

    /// From the gradient of the pooled values to every other.
    pub fn backward(
        &mut self,
        engine: &Engine,
        parameters: &NamedTensors,
        gradients: &mut NamedTensors,
        n_films: usize,
    ) -> Result<(), EngineError> {
        let call = Call {
            engine,
            parameters,
            n_films,
        };
        let n_blocks = self.blocks.len();
        let side = self.spec.feature_side();
        let (saved, flow, norm) = (&self.saved, &self.flow, &self.entering[n_blocks]);
        self.team.run(engine, n_films * side, 0, |item| {
            let work = UnpoolCells {
                saved,
                flow,
                norm,
                side,
                item,
            };
            engine.instruction_set().run(work);
        });
        let n_values = n_films * side * side;
        finish_gradient(
            &self.team,
            call,
            &mut self.entering[n_blocks],
            n_values,
            gradients,
        )?;
        for index in (0..n_blocks).rev() {
            match self.blocks[index].stage {
                0 => self.block_backward::<{ MID[0] }, { OUT[0] }>(call, index, gradients)?,
                1 => self.block_backward::<{ MID[1] }, { OUT[1] }>(call, index, gradients)?,
                _ => self.block_backward::<{ MID[2] }, { OUT[2] }>(call, index, gradients)?,
            }
        }
        self.stem_backward(call, gradients);
        Ok(())
    }

    /// Moves every norm's running statistics towards the last batch's.
    pub fn update_running(
        &self,
        parameters: &mut NamedTensors,
        n_films: usize,
        momentum: f64,
    ) -> Result<(), EngineError> {
        let bias = |parameters: &NamedTensors, name: &str| -> Result<Vec<f64>, EngineError> {
            Ok(tensor(parameters, name)?
                .iter()
                .map(|&value| f64::from(value))
                .collect())
        };
        let n_values = |stage: usize| n_films * self.spec.side_of(stage).pow(2);
        let stem = bias(parameters, "stem.conv.bias")?;
        self.entering[0].update_running(parameters, &stem, n_values(0), momentum);
        // The contribution of the biases of all previous blocks to the sum.
        let mut left_out = vec![0.0; MID[0]];
        for (index, id) in self.blocks.iter().enumerate() {
            let n_values = n_values(id.stage);
            let first = bias(parameters, &id.name("conv1.bias"))?;
            self.second[index].update_running(parameters, &first, n_values, momentum);
            let second = bias(parameters, &id.name("conv2.bias"))?;
            self.third[index].update_running(parameters, &second, n_values, momentum);
            if id.is_first() {
                let weights = tensor(parameters, &id.name("shortcut.weight"))?;
                let rows = weights.chunks_exact(left_out.len());
                let through = rows.map(|row| {
                    row.iter()
                        .zip(&left_out)
                        .map(|(&w, left)| f64::from(w) * left)
                        .sum::<f64>()
                });
                let shortcut = bias(parameters, &id.name("shortcut.bias"))?;
                left_out = through
                    .zip(shortcut)
                    .map(|(through, bias)| through + bias)
                    .collect();
            }
            for (left, bias) in left_out
                .iter_mut()
                .zip(bias(parameters, &id.name("conv3.bias"))?)
            {
                *left += bias;
            }
            self.entering[index + 1].update_running(parameters, &left_out, n_values, momentum);
        }
        Ok(())
    }

    fn load(&mut self, films: &[f32]) {
        let side = self.spec.side();
        let input = self.saved.input.as_mut_slice();
        let padded = input.chunks_exact_mut((side + 2) * (side + 2));
        for (film, padded) in films.chunks_exact(side * side).zip(padded) {
            let rows = padded.chunks_exact_mut(side + 2).skip(1);
            for (row, to) in film.chunks_exact(side).zip(rows) {
                to[1..=side].copy_from_slice(row);
            }
        }
    }

    fn pack(&mut self, engine: &Engine, parameters: &NamedTensors) -> Result<(), EngineError> {
        let set = engine.instruction_set();
        let stem = tensor(parameters, "stem.conv.weight")?;
        self.stem.fill(set, |tap, output| stem[output * 9 + tap]);
        // The last blocks are the largest.
        let blocks: Vec<_> = self.packed.iter_mut().rev().map(Mutex::new).collect();
        let outcome = Mutex::new(Ok(()));
        engine.pool.run(&[blocks.len()], |turn| {
            if let Err(error) = lock(&blocks[turn.task]).fill(set, parameters) {
                *lock(&outcome) = Err(error);
            }
        });
        outcome.into_inner().unwrap_or(Ok(()))
    }

    fn stem_forward(&mut self, call: Call) -> Result<(), EngineError> {
        let side = self.spec.side();
        let (saved, weights) = (&self.saved, &self.stem);
        self.team.run(call.engine, call.n_films * side, 0, |item| {
            call.engine.instruction_set().run(Stem {
                saved,
                weights,
                side,
                item,
            });
        });
        let n_values = call.n_films * side * side;
        let norm = &mut self.entering[0];
        finish_statistics(&self.team, call, norm, n_values, self.spec.epsilon())
    }

    fn stem_backward(&mut self, call: Call, gradients: &mut NamedTensors) {
        let side = self.spec.side();
        let (saved, flow, norm) = (&self.saved, &self.flow, &self.entering[0]);
        self.team
            .run(call.engine, call.n_films * side, 9 * MID[0], |item| {
                let work = StemBack {
                    saved,
                    flow,
                    norm,
                    side,
                    item,
                };
                call.engine.instruction_set().run(work);
            });
        if let Some(gradient) = gradients.get_mut("stem.conv.weight") {
            self.team
                .write_gradient(call.engine, 9, &mut gradient.values);
        }
    }
}

pub(super) fn finish_statistics(
    team: &Team,
    call: Call,
    norm: &mut Norm,
    n_values: usize,
    epsilon: f32,
) -> Result<(), EngineError> {
    let sums = team.statistics(norm.n_channels());
    norm.finish_statistics(&sums, n_values, call.parameters, epsilon)
}

pub(super) fn finish_gradient(
    team: &Team,
    call: Call,
    norm: &mut Norm,
    n_values: usize,
    gradients: &mut NamedTensors,
) -> Result<(), EngineError> {
    let sums = team.statistics(norm.n_channels());
    norm.finish_gradient(&sums, n_values, call.parameters, gradients)
}

//! The passes of one block, forward and back.

use super::super::error::EngineError;
use super::super::named_tensors::NamedTensors;
use super::super::winograd::{N_PLANES, TileGrid};
use super::backward::{Back, ConvolveBack, ExpandBack, ReduceBack, ShortcutBack};
use super::forward::{Convolve, Expand, Forward, Place, Reduce};
use super::norm::Norm;
use super::pass::{Call, Passes, finish_gradient, finish_statistics};
use super::space::{item_rows, strip_rows};

impl Passes {
    pub(super) fn block_forward<const C: usize, const OUT: usize>(
        &mut self,
        call: Call,
        index: usize,
    ) -> Result<(), EngineError> {
        let place = self.place(index);
        let Call {
            engine, n_films, ..
        } = call;
        let (set, epsilon) = (engine.instruction_set(), self.spec.epsilon());
        let (is_first, n_rows) = (place.id.is_first(), n_films * place.side);
        let (n_items, n_strips) = (n_rows / place.rows, n_rows / place.grid.rows);
        let (n_values, team) = (n_rows * place.side, &self.team);

        let forward = self.forward_of(place, &self.entering[index]);
        team.run(engine, n_items, 0, |item| {
            if is_first {
                set.run(Reduce::<C, C>(forward, item));
            } else {
                set.run(Reduce::<C, OUT>(forward, item));
            }
        });
        finish_statistics(team, call, &mut self.second[index], n_values, epsilon)?;

        let forward = self.forward_of(place, &self.second[index]);
        team.run(engine, n_strips, 0, |item| {
            set.run(Convolve::<C>(forward, item));
        });
        finish_statistics(team, call, &mut self.third[index], n_values, epsilon)?;

        let forward = self.forward_of(place, &self.third[index]);
        team.run(engine, n_items, 0, |item| {
            if is_first {
                set.run(Expand::<C, OUT, true>(forward, item));
            } else {
                set.run(Expand::<C, OUT, false>(forward, item));
            }
        });
        finish_statistics(team, call, &mut self.entering[index + 1], n_values, epsilon)
    }

    pub(super) fn block_backward<const C: usize, const OUT: usize>(
        &mut self,
        call: Call,
        index: usize,
        gradients: &mut NamedTensors,
    ) -> Result<(), EngineError> {
        let place = self.place(index);
        let Call {
            engine, n_films, ..
        } = call;
        let (set, team) = (engine.instruction_set(), &self.team);
        let (id, n_rows) = (place.id, n_films * place.side);
        let (n_items, n_strips) = (n_rows / place.rows, n_rows / place.grid.rows);
        let n_values = n_rows * place.side;

        let back = self.back(place);
        team.run(engine, n_items, C * OUT, |item| {
            set.run(ExpandBack::<C, OUT>(back, item));
        });
        if let Some(gradient) = gradients.get_mut(&id.name("conv3.weight")) {
            team.write_gradient(engine, C, &mut gradient.values);
        }
        finish_gradient(team, call, &mut self.third[index], n_values, gradients)?;

        let back = self.back(place);
        if id.is_first() {
            team.run(engine, n_items, C * OUT, |item| {
                set.run(ShortcutBack::<C, OUT>(back, item));
            });
            if let Some(gradient) = gradients.get_mut(&id.name("shortcut.weight")) {
                team.write_gradient(engine, C, &mut gradient.values);
            }
        }
        team.run(engine, n_strips, N_PLANES * C * C, |item| {
            set.run(ConvolveBack::<C>(back, item));
        });
        if let Some(gradient) = gradients.get_mut(&id.name("conv2.weight")) {
            team.write_kernel_gradient(engine, C, &mut gradient.values);
        }
        finish_gradient(team, call, &mut self.second[index], n_values, gradients)?;

        let back = self.back(place);
        team.run(engine, n_items, id.n_in() * C, |item| {
            if id.is_first() {
                set.run(ReduceBack::<C, C>(back, item));
            } else {
                set.run(ReduceBack::<C, OUT>(back, item));
            }
        });
        if let Some(gradient) = gradients.get_mut(&id.name("conv1.weight")) {
            team.write_gradient(engine, id.n_in(), &mut gradient.values);
        }
        let n_values = n_films * place.side_in * place.side_in;
        finish_gradient(team, call, &mut self.entering[index], n_values, gradients)
    }

    fn place(&self, index: usize) -> Place {
        let id = self.blocks[index];
        let side = self.spec.side_of(id.stage);
        let stride = id.stride();
        Place {
            id,
            block: index,
            side,
            side_in: side * stride,
            stride,
            rows: item_rows(side),
            grid: TileGrid {
                rows: strip_rows(id.stage),
                width: side,
            },
        }
    }

    fn forward_of<'a>(&'a self, place: Place, norm: &'a Norm) -> Forward<'a> {
        Forward {
            place,
            saved: &self.saved,
            packed: &self.packed[place.block],
            norm,
            shortcut_norm: (place.block == 0).then_some(&self.entering[0]),
        }
    }

    fn back(&self, place: Place) -> Back<'_> {
        let index = place.block;
        Back {
            place,
            saved: &self.saved,
            flow: &self.flow,
            packed: &self.packed[index],
            entering: &self.entering[index],
            second: &self.second[index],
            third: &self.third[index],
            leaving: &self.entering[index + 1],
        }
    }
}

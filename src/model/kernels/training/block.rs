//! The passes of one block, forward and back.

use super::super::architecture::{BlockId, EngineError, N_STAGES, NamedTensors};
use super::super::winograd::{N_PLANES, TileGrid};
use super::backward::{Back, ConvolveBack, ExpandBack, ReduceBack, ShortcutBack};
use super::forward::{Convolve, Expand, Place, Reduce};
use super::pass::{Call, Passes, finish_gradient, finish_statistics};
use super::space::{item_rows, strip_rows};

impl Passes {
    fn place(&self, index: usize) -> (BlockId, Place, TileGrid) {
        let id = self.blocks[index];
        let side = self.architecture.side_of(id.stage);
        let stride = id.stride();
        let place = Place {
            id,
            block: index,
            side,
            side_in: side * stride,
            stride,
            rows: item_rows(side),
        };
        (
            id,
            place,
            TileGrid {
                rows: strip_rows(id.stage),
                width: side,
            },
        )
    }

    pub(super) fn block_forward<const C: usize, const OUT: usize>(
        &mut self,
        call: Call,
        index: usize,
    ) -> Result<(), EngineError> {
        let (id, place, grid) = self.place(index);
        let Call {
            engine, n_films, ..
        } = call;
        let (set, epsilon) = (engine.instruction_set(), self.architecture.epsilon());
        let (n_rows, n_values) = (n_films * place.side, n_films * place.side * place.side);
        let (saved, packed, team) = (&self.saved, &self.packed[index], &self.team);

        let norm = &self.entering[index];
        team.run(engine, n_rows / place.rows, 0, |item, sums, worker| {
            if id.is_first() {
                set.run(Reduce::<C, C> {
                    place,
                    saved,
                    packed,
                    norm,
                    item,
                    sums,
                    worker,
                });
            } else {
                set.run(Reduce::<C, OUT> {
                    place,
                    saved,
                    packed,
                    norm,
                    item,
                    sums,
                    worker,
                });
            }
        });
        finish_statistics(team, call, &mut self.second[index], n_values, epsilon)?;

        let norm = &self.second[index];
        team.run(engine, n_rows / grid.rows, 0, |item, sums, worker| {
            set.run(Convolve::<C> {
                place,
                saved,
                packed,
                norm,
                grid,
                item,
                sums,
                worker,
            });
        });
        finish_statistics(team, call, &mut self.third[index], n_values, epsilon)?;

        let norm = &self.third[index];
        let entering_norm = (index == 0).then_some(&self.entering[0]);
        team.run(engine, n_rows / place.rows, 0, |item, sums, worker| {
            if id.is_first() {
                set.run(Expand::<C, OUT, true> {
                    place,
                    saved,
                    packed,
                    norm,
                    entering_norm,
                    item,
                    sums,
                    worker,
                });
            } else {
                set.run(Expand::<C, OUT, false> {
                    place,
                    saved,
                    packed,
                    norm,
                    entering_norm,
                    item,
                    sums,
                    worker,
                });
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
        let (id, place, grid) = self.place(index);
        let Call {
            engine, n_films, ..
        } = call;
        let (set, team) = (engine.instruction_set(), &self.team);
        let (n_rows, n_values) = (n_films * place.side, n_films * place.side * place.side);

        let back = self.back(index, place);
        let (is_last, has_shortcut) = (id.is_last(), id.stage + 1 < N_STAGES);
        team.run(
            engine,
            n_rows / place.rows,
            C * OUT,
            |item, sums, worker| {
                set.run(ExpandBack::<C, OUT> {
                    back,
                    is_last,
                    has_shortcut,
                    item,
                    sums,
                    worker,
                });
            },
        );
        if let Some(gradient) = gradients.get_mut(&id.name("conv3.weight")) {
            team.write_gradient(engine, C, &mut gradient.values);
        }
        finish_gradient(team, call, &mut self.third[index], n_values, gradients)?;

        let back = self.back(index, place);
        if id.is_first() {
            team.run(
                engine,
                n_rows / place.rows,
                C * OUT,
                |item, sums, worker| {
                    set.run(ShortcutBack::<C, OUT> {
                        back,
                        item,
                        sums,
                        worker,
                    });
                },
            );
            if let Some(gradient) = gradients.get_mut(&id.name("shortcut.weight")) {
                team.write_gradient(engine, C, &mut gradient.values);
            }
        }
        team.run(
            engine,
            n_rows / grid.rows,
            N_PLANES * C * C,
            |item, sums, worker| {
                set.run(ConvolveBack::<C> {
                    back,
                    grid,
                    item,
                    sums,
                    worker,
                });
            },
        );
        if let Some(gradient) = gradients.get_mut(&id.name("conv2.weight")) {
            team.write_kernel_gradient(engine, C, &mut gradient.values);
        }
        finish_gradient(team, call, &mut self.second[index], n_values, gradients)?;

        let back = self.back(index, place);
        team.run(
            engine,
            n_rows / place.rows,
            id.n_in() * C,
            |item, sums, worker| {
                if id.is_first() {
                    set.run(ReduceBack::<C, C> {
                        back,
                        item,
                        sums,
                        worker,
                    });
                } else {
                    set.run(ReduceBack::<C, OUT> {
                        back,
                        item,
                        sums,
                        worker,
                    });
                }
            },
        );
        if let Some(gradient) = gradients.get_mut(&id.name("conv1.weight")) {
            team.write_gradient(engine, id.n_in(), &mut gradient.values);
        }
        let n_values = n_films * place.side_in * place.side_in;
        finish_gradient(team, call, &mut self.entering[index], n_values, gradients)
    }

    fn back(&self, index: usize, place: Place) -> Back<'_> {
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

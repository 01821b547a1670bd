use std::path::Path;

use super::AppState;

/// The contents of an undo step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undoable {
    Threshold,
    Display,
}

impl AppState {
    /// Whether a threshold move or a change of the display can be taken back.
    pub fn can_undo(&self) -> bool {
        let thresholds = self.shared.model.loaded.as_ref();
        self.displays.can_undo() || thresholds.is_some_and(|loaded| loaded.thresholds.can_undo())
    }

    /// Takes back what was changed last that still can be.
    pub(super) fn undo(&mut self) {
        while let Some(undoable) = self.undo_order.pop() {
            let undone = match (undoable, &mut self.shared.model.loaded) {
                (Undoable::Threshold, Some(loaded)) => loaded.thresholds.undo(),
                (Undoable::Threshold, None) => false,
                (Undoable::Display, _) => self.displays.undo(),
            };
            if undone {
                return self.redo_order.push(undoable);
            }
        }
    }

    /// Whether something that was taken back can be made again.
    pub fn can_redo(&self) -> bool {
        !self.redo_order.is_empty()
    }

    /// Makes again what was taken back last.
    pub(super) fn redo(&mut self) {
        while let Some(undoable) = self.redo_order.pop() {
            let made = match (undoable, &mut self.shared.model.loaded) {
                (Undoable::Threshold, Some(loaded)) => loaded.thresholds.redo(),
                (Undoable::Threshold, None) => false,
                (Undoable::Display, _) => self.displays.redo(),
            };
            if made {
                return self.undo_order.push(undoable);
            }
        }
    }

    pub(super) fn n_threshold_steps(&self) -> u64 {
        let loaded = self.shared.model.loaded.as_ref();
        loaded.map_or(0, |loaded| loaded.thresholds.n_steps())
    }

    pub(super) fn turn_display_to(&mut self, film: Option<&Path>) {
        self.probe.clear();
        self.displays.show(film);
        for order in [&mut self.undo_order, &mut self.redo_order] {
            order.retain(|undoable| *undoable != Undoable::Display);
        }
    }
}

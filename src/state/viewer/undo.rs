use super::ViewerState;
use crate::state::{Effect, Shared};

/// What a step of undo changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undoable {
    Threshold,
    Display,
}

/// The order of steps of two histories: thresholds of the model in use, display of the film in view.
#[derive(Debug, Default)]
pub struct UndoOrder {
    undo: Vec<Undoable>,
    redo: Vec<Undoable>,
}

impl UndoOrder {
    /// Another step has been made.
    pub fn push(&mut self, undoable: Undoable) {
        self.undo.push(undoable);
        self.redo.clear();
    }

    /// Another film is in view: the display of the one before stays as it is.
    pub fn forget_displays(&mut self) {
        for order in [&mut self.undo, &mut self.redo] {
            order.retain(|undoable| *undoable != Undoable::Display);
        }
    }
}

impl ViewerState {
    /// Whether a threshold move or a change of the display can be undone.
    pub fn can_undo(&self, shared: &Shared) -> bool {
        let thresholds = shared.model.loaded.as_ref();
        self.main.displays.can_undo()
            || thresholds.is_some_and(|loaded| loaded.thresholds.can_undo())
    }

    /// Whether something that was undone can be redone.
    pub fn can_redo(&self) -> bool {
        !self.undo.redo.is_empty()
    }

    /// Undoes the last step that still can be.
    pub(super) fn undo(&mut self, shared: &mut Shared) -> Vec<Effect> {
        while let Some(undoable) = self.undo.undo.pop() {
            let undone = match (undoable, &mut shared.model.loaded) {
                (Undoable::Threshold, Some(loaded)) => loaded.thresholds.undo(),
                (Undoable::Threshold, None) => false,
                (Undoable::Display, _) => self.main.displays.undo(),
            };
            if undone {
                self.undo.redo.push(undoable);
                break;
            }
        }
        vec![Effect::ThresholdsMoved]
    }

    /// Redoes the step that was undone last.
    pub(super) fn redo(&mut self, shared: &mut Shared) -> Vec<Effect> {
        while let Some(undoable) = self.undo.redo.pop() {
            let redone = match (undoable, &mut shared.model.loaded) {
                (Undoable::Threshold, Some(loaded)) => loaded.thresholds.redo(),
                (Undoable::Threshold, None) => false,
                (Undoable::Display, _) => self.main.displays.redo(),
            };
            if redone {
                self.undo.undo.push(undoable);
                break;
            }
        }
        vec![Effect::ThresholdsMoved]
    }
}

use std::mem::replace;

use super::{DisplayChange, ViewerState};
use crate::domain::{Display, GrayChoice, PerFinding, Threshold};
use crate::state::history::{Gesture, Steps};
use crate::state::{Effect, Shared};

/// What a step of undo in the viewer puts back.
#[derive(Clone, Debug)]
pub enum ViewerStep {
    /// The thresholds of the model in use.
    Thresholds(PerFinding<Threshold>),
    /// The display of the film in view.
    Display(Display),
}

impl Steps<ViewerStep> {
    /// Another film is in view: the display of the one before stays as it is.
    pub fn forget_displays(&mut self) {
        self.retain(|step| !matches!(step, ViewerStep::Display(_)));
    }

    /// Another model is in use: thresholds of the one before mean nothing to it.
    pub fn forget_thresholds(&mut self) {
        self.retain(|step| !matches!(step, ViewerStep::Thresholds(_)));
    }
}

impl ViewerState {
    /// Whether a threshold move or a change of the display can be undone.
    pub fn can_undo(&self) -> bool {
        self.undo.can_undo()
    }

    /// Whether something that was undone can be redone.
    pub fn can_redo(&self) -> bool {
        self.undo.can_redo()
    }

    /// Undoes the last step.
    pub(super) fn undo(&mut self, shared: &mut Shared) -> Vec<Effect> {
        let display = self.main.displays.current_mut();
        self.undo.undo(|step| put_back(step, display, shared));
        vec![Effect::ThresholdsMoved]
    }

    /// Redoes the step that was undone last.
    pub(super) fn redo(&mut self, shared: &mut Shared) -> Vec<Effect> {
        let display = self.main.displays.current_mut();
        self.undo.redo(|step| put_back(step, display, shared));
        vec![Effect::ThresholdsMoved]
    }
}

/// Puts a step's values back; the step that undoes that.
fn put_back(step: ViewerStep, display: &mut Display, shared: &mut Shared) -> ViewerStep {
    match (step, &mut shared.model.loaded) {
        (ViewerStep::Thresholds(before), Some(loaded)) => {
            ViewerStep::Thresholds(loaded.thresholds.replace(before))
        }
        (step @ ViewerStep::Thresholds(_), None) => step,
        (ViewerStep::Display(before), _) => ViewerStep::Display(replace(display, before)),
    }
}

/// The gesture that a change belongs to; `None` for one that is a step of its own.
pub(super) fn gesture_of(change: &DisplayChange) -> Option<Gesture> {
    match change {
        DisplayChange::DragWindow { .. } | DisplayChange::SetGray(GrayChoice::Dragged(_)) => {
            Some(Gesture::Window)
        }
        DisplayChange::SetView(_) | DisplayChange::Pan { .. } | DisplayChange::Zoom(_) => {
            Some(Gesture::View)
        }
        DisplayChange::SetGray(GrayChoice::File | GrayChoice::Preset(..))
        | DisplayChange::UsePreset(_)
        | DisplayChange::Invert
        | DisplayChange::Turn(_)
        | DisplayChange::FlipHorizontally
        | DisplayChange::FlipVertically
        | DisplayChange::Fit
        | DisplayChange::ActualSize
        | DisplayChange::AddMeasurement(_)
        | DisplayChange::RemoveLastMeasurement
        | DisplayChange::Reset => None,
    }
}

use std::mem::{replace, take};
use std::path::PathBuf;

use super::{DisplayChange, ViewerState};
use crate::domain::{Display, GrayChoice, Measurement, PerFinding, Threshold};
use crate::explain::Cover;
use crate::state::history::{Gesture, Steps};
use crate::state::{Effect, Shared};

/// What a step of undo in the viewer puts back.
#[derive(Clone, Debug)]
pub enum ViewerStep {
    /// The thresholds of the model in use.
    Thresholds(PerFinding<Threshold>),
    /// The display of the film in view.
    Display(Display),
    /// The measurements of a film: the one in view, or the one beside it.
    Measurements(PathBuf, Vec<Measurement>),
    /// What is covered of the film in view; `None` where nothing is.
    Cover(Option<Cover>),
}

impl Steps<ViewerStep> {
    /// Another film is in view: the one before stays as it is.
    pub fn forget_film(&mut self) {
        self.retain(|step| matches!(step, ViewerStep::Thresholds(_)));
    }

    /// Another model is in use: thresholds of the one before mean nothing to it.
    pub fn forget_thresholds(&mut self) {
        self.retain(|step| !matches!(step, ViewerStep::Thresholds(_)));
    }

    /// Another model or another window makes another input, of which nothing is covered.
    pub fn forget_covers(&mut self) {
        self.retain(|step| !matches!(step, ViewerStep::Cover(_)));
    }
}

impl ViewerState {
    /// Whether a threshold move or a change of the film can be undone.
    pub fn can_undo(&self) -> bool {
        self.undo.can_undo()
    }

    /// Whether something that was undone can be redone.
    pub fn can_redo(&self) -> bool {
        self.undo.can_redo()
    }

    /// Undoes the last step.
    pub(super) fn undo(&mut self, shared: &mut Shared) -> Vec<Effect> {
        let (mut steps, mut effects) = (take(&mut self.undo), Vec::new());
        steps.undo(|step| self.put_back(step, shared, &mut effects));
        self.undo = steps;
        effects
    }

    /// Redoes the step that was undone last.
    pub(super) fn redo(&mut self, shared: &mut Shared) -> Vec<Effect> {
        let (mut steps, mut effects) = (take(&mut self.undo), Vec::new());
        steps.redo(|step| self.put_back(step, shared, &mut effects));
        self.undo = steps;
        effects
    }

    /// Puts a step's values back; the step that undoes that.
    fn put_back(
        &mut self,
        step: ViewerStep,
        shared: &mut Shared,
        effects: &mut Vec<Effect>,
    ) -> ViewerStep {
        match step {
            ViewerStep::Thresholds(before) => {
                let Some(loaded) = &mut shared.model.loaded else {
                    return ViewerStep::Thresholds(before);
                };
                effects.push(Effect::ThresholdsMoved);
                ViewerStep::Thresholds(loaded.thresholds.replace(before))
            }
            ViewerStep::Display(before) => {
                ViewerStep::Display(replace(self.main.displays.current_mut(), before))
            }
            ViewerStep::Measurements(film, before) => {
                // What was selected may be another one now.
                self.abandon_measuring();
                let Some(entry) = shared.films.entry_mut(&film) else {
                    return ViewerStep::Measurements(film, before);
                };
                let now = replace(&mut entry.measurements, before);
                effects.push(Effect::MeasurementsChanged(film.clone()));
                ViewerStep::Measurements(film, now)
            }
            ViewerStep::Cover(before) => {
                let now = self.probe.cover.clone();
                self.cover_so(before, shared);
                ViewerStep::Cover(now)
            }
        }
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
        | DisplayChange::Reset => None,
    }
}

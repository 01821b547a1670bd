use std::mem::replace;

use crate::domain::{PerFinding, Threshold};

/// Where the user moves thresholds in the viewer.
const IN_THE_VIEWER: &str = "films in the viewer";

/// The thresholds in use with one model, and the model's own to go back to.
#[derive(Clone, Debug)]
pub struct Thresholds {
    current: PerFinding<Threshold>,
    model: PerFinding<Threshold>,
}

impl Thresholds {
    /// Starts from the model's operating points, unset where it has none.
    pub fn of_model(model: PerFinding<Threshold>) -> Self {
        Self {
            current: model.clone(),
            model,
        }
    }

    /// The thresholds in use.
    pub fn current(&self) -> &PerFinding<Threshold> {
        &self.current
    }

    /// The threshold of one finding that the model brings; unset where it brings none.
    pub fn of_model_file(&self, finding_idx: usize) -> Option<&Threshold> {
        self.model.get(finding_idx)
    }

    /// Moves one threshold; a move to where it is is none.
    pub fn set(&mut self, finding_idx: usize, value: f32) {
        let slot = self.current.get_mut(finding_idx);
        let moved = Threshold::moved(f64::from(value), IN_THE_VIEWER);
        if let (Some(slot), Some(moved)) = (slot, moved)
            && slot.value() != moved.value()
        {
            *slot = moved;
        }
    }

    /// Back to the model's operating point, or to unset where it has none.
    pub fn reset(&mut self, finding_idx: usize) {
        let model = self.model.get(finding_idx);
        if let (Some(slot), Some(model)) = (self.current.get_mut(finding_idx), model) {
            slot.clone_from(model);
        }
    }

    /// Resets all thresholds to the model's operating points.
    pub fn reset_all(&mut self) {
        self.current.clone_from(&self.model);
    }

    /// Puts back thresholds as they were; those that they replace.
    pub(super) fn replace(&mut self, before: PerFinding<Threshold>) -> PerFinding<Threshold> {
        replace(&mut self.current, before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Labels, ThresholdOrigin};

    /// The first finding has an operating point, the others have none.
    fn thresholds() -> Thresholds {
        let how = "Youden's index on valid".to_owned();
        let of_model = Threshold::new(0.25, ThresholdOrigin::Model { how }).unwrap();
        let unset = Threshold::unset();
        let point = |idx: usize| if idx == 0 { &of_model } else { &unset };
        Thresholds::of_model(Labels::nih_14().map(|idx, _| point(idx).clone()))
    }

    fn first_two(thresholds: &Thresholds) -> [(f64, String); 2] {
        [0, 1].map(|idx| {
            let threshold = &thresholds.current().values()[idx];
            (threshold.value(), threshold.origin().words())
        })
    }

    #[test]
    fn a_threshold_changes_its_origin_with_its_value_and_gets_both_back() {
        let mut thresholds = thresholds();
        let of_model = (0.25, "Youden's index on valid".to_owned());
        let unset = (0.5, "not set".to_owned());
        assert_eq!(first_two(&thresholds), [of_model.clone(), unset.clone()]);
        thresholds.set(0, 0.75);
        thresholds.set(1, 0.75);
        let moved = (0.75, "set by hand on films in the viewer".to_owned());
        assert_eq!(first_two(&thresholds), [moved.clone(), moved.clone()]);
        thresholds.reset(1);
        assert_eq!(first_two(&thresholds), [moved, unset.clone()]);
        thresholds.reset_all();
        assert_eq!(first_two(&thresholds), [of_model, unset]);
    }

    #[test]
    fn a_move_to_the_same_place_is_no_move() {
        let mut thresholds = thresholds();
        let before = thresholds.current().clone();
        thresholds.set(0, 0.25);
        thresholds.set(1, f32::NAN);
        assert_eq!(*thresholds.current(), before);
    }
}

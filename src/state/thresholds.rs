use super::history::{Gesture, History};
use crate::domain::{OperatingPoint, PerFinding, Threshold, ThresholdOrigin};

/// The thresholds in use with one model, the model's own to go back to, and the moves so far.
#[derive(Clone, Debug)]
pub struct Thresholds {
    history: History<PerFinding<Threshold>>,
    model: PerFinding<Option<OperatingPoint>>,
}

impl Thresholds {
    /// Starts from the model's operating points, 0.5 where it has none.
    pub fn of_model(model: PerFinding<Option<OperatingPoint>>) -> Self {
        Self {
            history: History::new(defaults_of(&model)),
            model,
        }
    }

    /// The thresholds in use.
    pub fn current(&self) -> &PerFinding<Threshold> {
        self.history.now()
    }

    /// What the model file brings for one finding.
    pub fn operating_point(&self, finding_idx: usize) -> Option<&OperatingPoint> {
        self.model.get(finding_idx).and_then(Option::as_ref)
    }

    /// The threshold of a label and who chose it; `None` for a label that the model lacks.
    pub fn with_origin(&self, label: &str) -> Option<(f64, ThresholdOrigin)> {
        let finding_idx = self.current().labels().position(label)?;
        let threshold = f64::from(self.current().get(finding_idx)?.get());
        let origin = match self.operating_point(finding_idx) {
            _ if !self.is_at_default(finding_idx) => ThresholdOrigin::Moved {
                at: "the viewer".to_owned(),
            },
            Some(point) => ThresholdOrigin::Model {
                chosen_by: point.chosen_by.clone(),
            },
            None => ThresholdOrigin::Unset,
        };
        Some((threshold, origin))
    }

    /// Whether one finding's threshold is the model's operating point, or 0.5 if it has none.
    pub fn is_at_default(&self, finding_idx: usize) -> bool {
        let default = self.default(finding_idx);
        self.current().get(finding_idx).copied() == default
    }

    /// Whether there is a move to take back.
    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    /// Moves one threshold; whether a step of undo has begun. A whole drag, up to
    /// [`Self::end_move`], is one step.
    pub fn set(&mut self, finding_idx: usize, threshold: Threshold) -> bool {
        let gesture = Some(Gesture::Threshold(finding_idx));
        self.history.change(gesture, |current| {
            if let Some(current) = current.get_mut(finding_idx) {
                *current = threshold;
            }
        })
    }

    /// The drag is over: the next move is a step of its own.
    pub fn end_move(&mut self) {
        self.history.end_gesture();
    }

    /// Back to the model's operating point, or to 0.5 where it has none; whether that is a step.
    pub fn reset(&mut self, finding_idx: usize) -> bool {
        self.end_move();
        let default = self.default(finding_idx);
        let moved = default.is_some_and(|default| self.set(finding_idx, default));
        self.end_move();
        moved
    }

    /// Resets all thresholds to the model's operating points; whether that is a step.
    pub fn reset_all(&mut self) -> bool {
        self.end_move();
        let defaults = defaults_of(&self.model);
        self.history.change(None, |current| *current = defaults)
    }

    /// Undoes the last move; whether there was one.
    pub fn undo(&mut self) -> bool {
        self.history.undo()
    }

    /// Redoes the move that was undone last; whether there was one.
    pub fn redo(&mut self) -> bool {
        self.history.redo()
    }

    fn default(&self, finding_idx: usize) -> Option<Threshold> {
        let point = self.model.get(finding_idx)?;
        Some(OperatingPoint::threshold_or_half(point.as_ref()))
    }
}

fn defaults_of(model: &PerFinding<Option<OperatingPoint>>) -> PerFinding<Threshold> {
    model.map(|point| OperatingPoint::threshold_or_half(point.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Labels;

    fn threshold(value: f32) -> Threshold {
        Threshold::new(value).unwrap()
    }

    fn thresholds() -> Thresholds {
        let points = Labels::nih_14().map(|idx, _| {
            (idx == 0).then(|| OperatingPoint {
                threshold: threshold(0.3),
                chosen_by: "Youden's index on valid".to_owned(),
            })
        });
        Thresholds::of_model(points)
    }

    fn first_two(thresholds: &Thresholds) -> (f32, f32) {
        let values = thresholds.current().values();
        (values[0].get(), values[1].get())
    }

    #[test]
    fn thresholds_start_at_the_models_operating_points() {
        assert_eq!(first_two(&thresholds()), (0.3, 0.5));
    }

    #[test]
    fn a_whole_drag_is_taken_back_at_once() {
        let mut thresholds = thresholds();
        for value in [0.4, 0.5, 0.6] {
            thresholds.set(0, threshold(value));
        }
        thresholds.end_move();
        thresholds.set(0, threshold(0.7));
        thresholds.undo();
        assert_eq!(first_two(&thresholds), (0.6, 0.5));
        thresholds.undo();
        assert_eq!(first_two(&thresholds), (0.3, 0.5));
        assert!(!thresholds.can_undo());
        assert!(thresholds.redo() && thresholds.redo() && !thresholds.redo());
        assert_eq!(first_two(&thresholds), (0.7, 0.5));
    }

    #[test]
    fn reset_returns_to_the_model_or_to_a_half() {
        let mut thresholds = thresholds();
        thresholds.set(0, threshold(0.9));
        thresholds.set(1, threshold(0.9));
        thresholds.reset(1);
        assert_eq!(first_two(&thresholds), (0.9, 0.5));
        assert!(thresholds.is_at_default(1) && !thresholds.is_at_default(0));
        thresholds.reset_all();
        assert_eq!(first_two(&thresholds), (0.3, 0.5));
        thresholds.undo();
        assert_eq!(first_two(&thresholds), (0.9, 0.5));
    }

    #[test]
    fn a_move_to_the_same_place_is_no_move() {
        let mut thresholds = thresholds();
        thresholds.set(0, threshold(0.3));
        thresholds.reset_all();
        assert!(!thresholds.can_undo());
    }
}

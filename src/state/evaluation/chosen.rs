use super::{Locked, TargetForm, TargetKind};
use crate::domain::{Threshold, ThresholdOrigin};
use crate::state::history::{Gesture, History};

/// The label in view, and one threshold a label: positive iff score >= threshold.
#[derive(Clone, Debug, Default, PartialEq)]
struct Points {
    label_idx: usize,
    thresholds: Vec<f64>,
    /// Who chose each of them.
    origins: Vec<ThresholdOrigin>,
}

/// The thresholds chosen in evaluation, with undo.
pub struct ChosenThresholds {
    history: History<Points>,
    /// Threshold of the label in view before the last move.
    pub(super) move_began_at: Option<f64>,
    /// The target of the thresholds.
    pub target: TargetForm,
    /// Messages of the last solve for findings without a solution.
    pub solve_notes: Vec<String>,
    /// Thresholds that are held fast.
    pub frozen: Option<Locked>,
}

impl Default for ChosenThresholds {
    fn default() -> Self {
        Self {
            history: History::default(),
            move_began_at: None,
            target: TargetForm {
                kind: TargetKind::Sensitivity,
                value: 0.9,
            },
            solve_notes: Vec::new(),
            frozen: None,
        }
    }
}

impl ChosenThresholds {
    /// The label in view.
    pub fn label_idx(&self) -> usize {
        self.history.now().label_idx
    }

    /// One threshold a label.
    pub fn thresholds(&self) -> &[f64] {
        &self.history.now().thresholds
    }

    /// Who chose each threshold.
    pub fn origins(&self) -> &[ThresholdOrigin] {
        &self.history.now().origins
    }

    /// The threshold of the label in view.
    pub fn threshold(&self) -> f64 {
        let half = f64::from(Threshold::HALF.get());
        let threshold = self.thresholds().get(self.label_idx());
        threshold.copied().unwrap_or(half)
    }

    /// Whether a move can be undone.
    pub fn can_undo(&self) -> bool {
        self.has_moved() && self.frozen.is_none()
    }

    /// Whether a threshold was moved since the scores were opened.
    pub(super) fn has_moved(&self) -> bool {
        self.history.can_undo()
    }

    pub(super) fn select_label(&mut self, label_idx: usize) {
        self.history.now_mut().label_idx = label_idx;
        self.history.end_gesture();
        self.move_began_at = None;
    }

    /// Moves the threshold of the label in view; a drag up to [`Self::end_move`] is one step.
    pub(super) fn move_to(&mut self, threshold: f64, at: &str) {
        let before = self.threshold();
        if self.frozen.is_some() || !threshold.is_finite() || threshold == before {
            return;
        }
        let label_idx = self.label_idx();
        let origin = ThresholdOrigin::Moved { at: at.to_owned() };
        let gesture = Some(Gesture::Threshold(label_idx));
        let begins = self.history.change(gesture, |points| {
            points.set(label_idx, threshold.clamp(0.0, 1.0), origin);
        });
        if begins {
            self.move_began_at = Some(before);
        }
    }

    pub(super) fn end_move(&mut self) {
        self.history.end_gesture();
    }

    /// Takes solved thresholds, with the label of each, as one step.
    pub(super) fn take_solved(&mut self, solved: Vec<(usize, f64, ThresholdOrigin)>) {
        self.move_began_at = Some(self.threshold());
        self.history.change(None, |points| {
            for (label_idx, threshold, origin) in solved {
                points.set(label_idx, threshold, origin);
            }
        });
        self.history.end_gesture();
    }

    pub(super) fn undo(&mut self) {
        if self.history.undo() {
            self.move_began_at = None;
        }
    }

    /// Replaces all thresholds; nothing is left to undo.
    pub(super) fn replace(&mut self, thresholds: Vec<f64>, origins: Vec<ThresholdOrigin>) {
        let points = self.history.now_mut();
        (points.thresholds, points.origins) = (thresholds, origins);
        self.history.forget_steps();
    }

    /// Other scores are in view: nothing is left to undo.
    pub(super) fn forget_moves(&mut self) {
        self.history.forget_steps();
        self.move_began_at = None;
        self.solve_notes.clear();
    }
}

impl Points {
    fn set(&mut self, label_idx: usize, threshold: f64, origin: ThresholdOrigin) {
        if let (Some(slot), Some(chosen_by)) = (
            self.thresholds.get_mut(label_idx),
            self.origins.get_mut(label_idx),
        ) {
            (*slot, *chosen_by) = (threshold, origin);
        }
    }
}

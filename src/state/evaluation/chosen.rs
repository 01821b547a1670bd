use super::{Locked, TargetForm, TargetKind};
use crate::domain::Threshold;
use crate::state::history::{Gesture, History};

/// The label in view, and one threshold a label: positive iff score >= threshold.
#[derive(Clone, Debug, Default, PartialEq)]
struct Points {
    label_idx: usize,
    thresholds: Vec<Threshold>,
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
    /// Locked thresholds, kept also while scores are in view that they do not belong to.
    pub(super) lock: Option<Locked>,
    /// Whether they belong to the scores in view.
    pub(super) lock_holds: bool,
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
            lock: None,
            lock_holds: false,
        }
    }
}

impl ChosenThresholds {
    /// The label in view.
    pub fn label_idx(&self) -> usize {
        self.history.now().label_idx
    }

    /// One threshold a label.
    pub fn thresholds(&self) -> &[Threshold] {
        &self.history.now().thresholds
    }

    /// The threshold of the label in view.
    pub fn threshold(&self) -> &Threshold {
        const UNSET: &Threshold = &Threshold::unset();
        self.thresholds().get(self.label_idx()).unwrap_or(UNSET)
    }

    /// Thresholds that are held fast on the scores in view.
    pub fn locked(&self) -> Option<&Locked> {
        self.lock.as_ref().filter(|_| self.lock_holds)
    }

    /// Thresholds that are held fast for scores of another model than those in view.
    pub fn locked_elsewhere(&self) -> Option<&Locked> {
        self.lock.as_ref().filter(|_| !self.lock_holds)
    }

    /// Whether a move can be undone.
    pub fn can_undo(&self) -> bool {
        self.has_moved() && self.locked().is_none()
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
    pub(super) fn move_to(&mut self, value: f64, at: &str) {
        let before = self.threshold().value();
        let moved = Threshold::moved(value, at);
        let Some(moved) = moved.filter(|moved| moved.value() != before) else {
            return;
        };
        if self.locked().is_some() {
            return;
        }
        let label_idx = self.label_idx();
        let gesture = Some(Gesture::Threshold(label_idx));
        let begins = self
            .history
            .change(gesture, |points| points.set(label_idx, moved));
        if begins {
            self.move_began_at = Some(before);
        }
    }

    pub(super) fn end_move(&mut self) {
        self.history.end_gesture();
    }

    /// Takes solved thresholds, with the label of each, as one step.
    pub(super) fn take_solved(&mut self, solved: Vec<(usize, Threshold)>) {
        self.move_began_at = Some(self.threshold().value());
        self.history.change(None, |points| {
            for (label_idx, threshold) in solved {
                points.set(label_idx, threshold);
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
    pub(super) fn replace(&mut self, thresholds: Vec<Threshold>) {
        self.history.now_mut().thresholds = thresholds;
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
    fn set(&mut self, label_idx: usize, threshold: Threshold) {
        if let Some(slot) = self.thresholds.get_mut(label_idx) {
            *slot = threshold;
        }
    }
}

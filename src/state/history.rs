/// How many steps can be undone.
const MAX_STEPS: usize = 200;

/// Changes that follow each other as one step: a drag, or turns of the wheel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gesture {
    /// Window center and width.
    Window,
    /// Zoom and pan.
    View,
    /// A measurement moved or one of its points.
    Measurement,
    /// A stroke that covers parts of the film.
    Cover,
    /// The threshold of one finding.
    Threshold(usize),
}

/// Steps that can be undone and redone; each holds what puts it back.
#[derive(Clone, Debug)]
pub struct Steps<S> {
    undo: Vec<S>,
    redo: Vec<S>,
    /// The gesture whose changes are being gathered into one step.
    gesture: Option<Gesture>,
}

impl<S> Default for Steps<S> {
    fn default() -> Self {
        Self {
            undo: Vec::new(),
            redo: Vec::new(),
            gesture: None,
        }
    }
}

impl<S> Steps<S> {
    /// Whether there is a step to undo.
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Whether there is a step to redo.
    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// Takes note of a change that `before` puts back; whether a new step has begun. Changes of
    /// one gesture are one step.
    pub fn push(&mut self, gesture: Option<Gesture>, before: S) -> bool {
        let begins = gesture.is_none() || self.gesture != gesture;
        if begins {
            if self.undo.len() == MAX_STEPS {
                self.undo.remove(0);
            }
            self.undo.push(before);
            self.redo.clear();
        }
        self.gesture = gesture;
        begins
    }

    /// Ends the gesture: the next change is a step of its own.
    pub fn end_gesture(&mut self) {
        self.gesture = None;
    }

    /// Undoes the last step; whether there was one. `put_back` answers with what it replaced.
    pub fn undo(&mut self, put_back: impl FnOnce(S) -> S) -> bool {
        self.gesture = None;
        let undone = self.undo.pop().map(put_back);
        let any = undone.is_some();
        self.redo.extend(undone);
        any
    }

    /// Redoes the step that was undone last; whether there was one.
    pub fn redo(&mut self, put_back: impl FnOnce(S) -> S) -> bool {
        self.gesture = None;
        let redone = self.redo.pop().map(put_back);
        let any = redone.is_some();
        self.undo.extend(redone);
        any
    }

    /// Forgets the steps that are not to be kept.
    pub fn retain(&mut self, keep: impl Fn(&S) -> bool) {
        self.undo.retain(&keep);
        self.redo.retain(&keep);
        self.gesture = None;
    }
}

/// A value whose changes can be undone.
#[derive(Clone, Debug, Default)]
pub struct History<T> {
    now: T,
    steps: Steps<T>,
}

impl<T: Clone + PartialEq> History<T> {
    /// The value as it is now.
    pub fn now(&self) -> &T {
        &self.now
    }

    /// The value as it is now, to be changed without a step.
    pub fn now_mut(&mut self) -> &mut T {
        &mut self.now
    }

    /// Whether there is a step to undo.
    pub fn can_undo(&self) -> bool {
        self.steps.can_undo()
    }

    /// Changes the value; whether a new step has begun. Changes of one gesture are one step.
    pub fn change(&mut self, gesture: Option<Gesture>, change: impl FnOnce(&mut T)) -> bool {
        let before = self.now.clone();
        change(&mut self.now);
        self.now != before && self.steps.push(gesture, before)
    }

    /// Ends the gesture: the next change is a step of its own.
    pub fn end_gesture(&mut self) {
        self.steps.end_gesture();
    }

    /// Undoes the last step; whether there was one.
    pub fn undo(&mut self) -> bool {
        let now = &mut self.now;
        self.steps.undo(|before| std::mem::replace(now, before))
    }

    /// Forgets the steps; the value stays as it is.
    pub fn forget_steps(&mut self) {
        self.steps = Steps::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds one after the other; which of the changes began a step.
    fn add(history: &mut History<i32>, gesture: Option<Gesture>, values: &[i32]) -> Vec<bool> {
        let values = values.iter();
        values
            .map(|value| history.change(gesture, |now| *now += value))
            .collect()
    }

    #[test]
    fn changes_of_one_gesture_are_one_step() {
        let mut history = History::default();
        let begun = add(&mut history, Some(Gesture::View), &[1, 1, 1]);
        assert_eq!(begun, [true, false, false]);
        assert!(history.undo() && !history.undo());
        assert_eq!(*history.now(), 0);
    }

    #[test]
    fn another_gesture_or_none_begins_another_step() {
        let mut history = History::default();
        add(&mut history, Some(Gesture::Threshold(0)), &[1]);
        add(&mut history, Some(Gesture::Threshold(1)), &[10]);
        add(&mut history, None, &[100, 1000]);
        let mut seen = Vec::new();
        while history.undo() {
            seen.push(*history.now());
        }
        assert_eq!(seen, [111, 11, 1, 0]);
    }

    #[test]
    fn an_ended_gesture_is_not_carried_on() {
        let mut history = History::default();
        add(&mut history, Some(Gesture::Window), &[1]);
        history.end_gesture();
        add(&mut history, Some(Gesture::Window), &[1]);
        history.undo();
        assert_eq!(*history.now(), 1);
    }

    #[test]
    fn what_was_undone_is_redone_until_something_else_changes() {
        let (mut steps, mut now) = (Steps::default(), 1);
        steps.push(None, 0);
        assert!(steps.undo(|before| std::mem::replace(&mut now, before)));
        assert_eq!((now, steps.can_undo(), steps.can_redo()), (0, false, true));
        assert!(steps.redo(|after| std::mem::replace(&mut now, after)));
        assert_eq!((now, steps.can_undo(), steps.can_redo()), (1, true, false));
        steps.undo(|before| std::mem::replace(&mut now, before));
        steps.push(None, 5);
        assert!(!steps.redo(|after| after));
    }

    #[test]
    fn steps_that_no_longer_count_are_passed_over() {
        let mut steps = Steps::default();
        for step in [1, 2, 3, 4] {
            steps.push(None, step);
        }
        steps.undo(|step| step);
        steps.retain(|step| step % 2 == 1);
        let mut seen = Vec::new();
        while steps.undo(|step| {
            seen.push(step);
            step
        }) {}
        assert_eq!(seen, [3, 1]);
        assert!(steps.can_redo());
    }

    #[test]
    fn a_change_to_the_same_value_is_no_step() {
        let mut history = History::default();
        assert_eq!(add(&mut history, None, &[0]), [false]);
        assert!(!history.can_undo());
    }

    #[test]
    fn the_oldest_steps_are_forgotten_first() {
        let mut history = History::default();
        add(&mut history, None, &[1; MAX_STEPS + 5]);
        while history.undo() {}
        assert_eq!(*history.now(), 5);
    }

    #[test]
    fn without_its_steps_the_value_stays() {
        let mut history = History::default();
        add(&mut history, None, &[1, 1]);
        history.undo();
        history.forget_steps();
        assert_eq!(*history.now(), 1);
        assert!(!history.undo());
    }
}

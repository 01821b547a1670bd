/// How many steps can be undone.
const MAX_STEPS: usize = 200;

/// Changes that follow each other as one step: a drag, or turns of the wheel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gesture {
    /// Window center and width.
    Window,
    /// Zoom and pan.
    View,
    /// The threshold of one finding.
    Threshold(usize),
}

/// A value whose changes can be undone and redone.
#[derive(Clone, Debug, Default)]
pub struct History<T> {
    now: T,
    undo: Vec<T>,
    redo: Vec<T>,
    /// The gesture whose changes are being gathered into one step.
    gesture: Option<Gesture>,
}

impl<T: Clone + PartialEq> History<T> {
    /// Starts with nothing to undo.
    pub fn new(now: T) -> Self {
        Self {
            now,
            undo: Vec::new(),
            redo: Vec::new(),
            gesture: None,
        }
    }

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
        !self.undo.is_empty()
    }

    /// Changes the value; whether a new step has begun. Changes of one gesture are one step.
    pub fn change(&mut self, gesture: Option<Gesture>, change: impl FnOnce(&mut T)) -> bool {
        let before = self.now.clone();
        change(&mut self.now);
        if self.now == before {
            return false;
        }
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

    /// Undoes the last step; whether there was one.
    pub fn undo(&mut self) -> bool {
        self.gesture = None;
        let Some(before) = self.undo.pop() else {
            return false;
        };
        self.redo.push(std::mem::replace(&mut self.now, before));
        true
    }

    /// Redoes the step that was undone last; whether there was one.
    pub fn redo(&mut self) -> bool {
        self.gesture = None;
        let Some(after) = self.redo.pop() else {
            return false;
        };
        self.undo.push(std::mem::replace(&mut self.now, after));
        true
    }

    /// Forgets the steps; the value stays as it is.
    pub fn forget_steps(&mut self) {
        self.undo.clear();
        self.redo.clear();
        self.gesture = None;
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
        let mut history = History::new(0);
        let begun = add(&mut history, Some(Gesture::View), &[1, 1, 1]);
        assert_eq!(begun, [true, false, false]);
        assert!(history.undo() && !history.undo());
        assert_eq!(*history.now(), 0);
    }

    #[test]
    fn another_gesture_or_none_begins_another_step() {
        let mut history = History::new(0);
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
        let mut history = History::new(0);
        add(&mut history, Some(Gesture::Window), &[1]);
        history.end_gesture();
        add(&mut history, Some(Gesture::Window), &[1]);
        history.undo();
        assert_eq!(*history.now(), 1);
    }

    #[test]
    fn what_was_undone_is_redone_until_something_else_changes() {
        let mut history = History::new(0);
        add(&mut history, None, &[1, 1]);
        history.undo();
        assert!(history.redo() && !history.redo());
        assert_eq!(*history.now(), 2);
        history.undo();
        add(&mut history, None, &[5]);
        assert!(!history.redo());
        assert_eq!(*history.now(), 6);
    }

    #[test]
    fn a_change_to_the_same_value_is_no_step() {
        let mut history = History::new(3);
        assert_eq!(add(&mut history, None, &[0]), [false]);
        assert!(!history.can_undo());
    }

    #[test]
    fn the_oldest_steps_are_forgotten_first() {
        let mut history = History::new(0);
        add(&mut history, None, &[1; MAX_STEPS + 5]);
        while history.undo() {}
        assert_eq!(*history.now(), 5);
    }

    #[test]
    fn without_its_steps_the_value_stays() {
        let mut history = History::new(0);
        add(&mut history, None, &[1, 1]);
        history.undo();
        history.forget_steps();
        assert_eq!(*history.now(), 1);
        assert!(!history.undo() && !history.redo());
    }
}

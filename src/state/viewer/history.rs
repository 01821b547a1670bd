use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::domain::Display;

/// How many changes of one film's display can be taken back.
const MAX_UNDO: usize = 200;

/// Changes that follow each other as one: a drag, or turns of the wheel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gesture {
    /// Window center and width.
    Window,
    /// Zoom and pan.
    View,
}

/// How the film in view is shown, how it was shown before, and how other films were left.
#[derive(Debug, Default)]
pub struct Displays {
    film: Option<PathBuf>,
    current: Display,
    undo: Vec<Display>,
    redo: Vec<Display>,
    gesture: Option<Gesture>,
    left: BTreeMap<PathBuf, Display>,
    n_steps: u64,
}

impl Displays {
    /// How the film in view is shown.
    pub fn current(&self) -> &Display {
        &self.current
    }

    /// Whether there is a change to take back.
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Counts up with every change that can be taken back.
    pub(in crate::state) fn n_steps(&self) -> u64 {
        self.n_steps
    }

    /// Turns to another film, which is shown as it was left; changes of the last one stay made.
    pub(in crate::state) fn show(&mut self, film: Option<&Path>) {
        if self.film.as_deref() == film {
            return;
        }
        let display = std::mem::take(&mut self.current);
        if let Some(before) = self.film.take()
            && display != Display::default()
        {
            self.left.insert(before, display);
        }
        self.film = film.map(Path::to_owned);
        self.current = film
            .and_then(|film| self.left.remove(film))
            .unwrap_or_default();
        self.undo.clear();
        self.redo.clear();
        self.gesture = None;
    }

    /// Makes a change; those of one gesture are one step of undo.
    pub(in crate::state) fn change(
        &mut self,
        gesture: Option<Gesture>,
        change: impl FnOnce(&mut Display),
    ) {
        let before = self.current.clone();
        change(&mut self.current);
        if self.current == before {
            return;
        }
        if gesture.is_none() || self.gesture != gesture {
            if self.undo.len() == MAX_UNDO {
                self.undo.remove(0);
            }
            self.undo.push(before);
            self.redo.clear();
            self.n_steps += 1;
        }
        self.gesture = gesture;
    }

    /// The drag ended: the next change is a separate undo step.
    pub(in crate::state) fn end_gesture(&mut self) {
        self.gesture = None;
    }

    /// Takes the last change back.
    pub(in crate::state) fn undo(&mut self) {
        self.gesture = None;
        if let Some(before) = self.undo.pop() {
            self.redo.push(std::mem::replace(&mut self.current, before));
        }
    }

    /// Makes the change again that was taken back last; whether there was one.
    pub(in crate::state) fn redo(&mut self) -> bool {
        self.gesture = None;
        let Some(after) = self.redo.pop() else {
            return false;
        };
        self.undo.push(std::mem::replace(&mut self.current, after));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invert(displays: &mut Displays) {
        displays.change(None, |display| display.inverted = !display.inverted);
    }

    #[test]
    fn a_gesture_is_taken_back_whole() {
        let mut displays = Displays::default();
        displays.show(Some(Path::new("a")));
        for turns in 1..4 {
            displays.change(Some(Gesture::View), |display| {
                display.orientation = display.orientation.turned(turns);
            });
        }
        invert(&mut displays);
        assert_eq!(displays.n_steps(), 2);
        displays.undo();
        assert!(!displays.current().inverted);
        assert!(displays.redo() && displays.current().inverted && !displays.redo());
        displays.undo();
        displays.undo();
        assert_eq!(displays.current(), &Display::default());
        assert!(!displays.can_undo());
    }

    #[test]
    fn a_gesture_that_has_ended_is_not_carried_on() {
        let mut displays = Displays::default();
        let turn = |displays: &mut Displays| {
            displays.change(Some(Gesture::View), |display| {
                display.orientation = display.orientation.turned(1);
            });
        };
        turn(&mut displays);
        displays.end_gesture();
        turn(&mut displays);
        displays.undo();
        assert_eq!(displays.current().orientation.quarter_turns(), 1);
    }

    #[test]
    fn a_film_comes_back_as_it_was_left() {
        let mut displays = Displays::default();
        displays.show(Some(Path::new("a")));
        invert(&mut displays);
        displays.show(Some(Path::new("b")));
        assert!(!displays.current().inverted && !displays.can_undo());
        displays.show(Some(Path::new("a")));
        assert!(displays.current().inverted);
    }

    #[test]
    fn what_changes_nothing_is_no_step() {
        let mut displays = Displays::default();
        displays.change(None, |display| display.inverted = false);
        assert!(!displays.can_undo());
    }
}

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::domain::Display;
use crate::state::history::{Gesture, History};

/// How the film in view is shown, how it was shown before, and how other films were left.
#[derive(Debug, Default)]
pub struct Displays {
    film: Option<PathBuf>,
    history: History<Display>,
    left: BTreeMap<PathBuf, Display>,
}

impl Displays {
    /// How the film in view is shown.
    pub fn current(&self) -> &Display {
        self.history.now()
    }

    /// Whether there is a change to take back.
    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    /// Turns to another film, which is shown as it was left; changes of the last one stay made.
    pub(in crate::state) fn show(&mut self, film: Option<&Path>) {
        if self.film.as_deref() == film {
            return;
        }
        let display = self.history.now().clone();
        if let Some(before) = self.film.take()
            && display != Display::default()
        {
            self.left.insert(before, display);
        }
        self.film = film.map(Path::to_owned);
        let left = film.and_then(|film| self.left.remove(film));
        self.history = History::new(left.unwrap_or_default());
    }

    /// Makes a change; whether a step of undo has begun. Changes of one gesture are one step.
    pub(in crate::state) fn change(
        &mut self,
        gesture: Option<Gesture>,
        change: impl FnOnce(&mut Display),
    ) -> bool {
        self.history.change(gesture, change)
    }

    /// The drag ended: the next change is a separate undo step.
    pub(in crate::state) fn end_gesture(&mut self) {
        self.history.end_gesture();
    }

    /// Undoes the last change; whether there was one.
    pub(in crate::state) fn undo(&mut self) -> bool {
        self.history.undo()
    }

    /// Redoes the change that was undone last; whether there was one.
    pub(in crate::state) fn redo(&mut self) -> bool {
        self.history.redo()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invert(displays: &mut Displays) {
        displays.change(None, |display| display.inverted = !display.inverted);
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
}

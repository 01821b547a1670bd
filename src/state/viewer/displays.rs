use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::domain::{Display, Orientation, Size};

/// How the film in view is shown, and how other films were left.
#[derive(Debug, Default)]
pub struct Displays {
    film: Option<PathBuf>,
    current: Display,
    left: BTreeMap<PathBuf, Display>,
}

impl Displays {
    /// How the film in view is shown.
    pub fn current(&self) -> &Display {
        &self.current
    }

    /// How the film in view is shown, to be changed.
    pub(super) fn current_mut(&mut self) -> &mut Display {
        &mut self.current
    }

    /// The film in view was rotated by quarter turns clockwise before it was scored: measurements go with it, and it
    /// is fitted anew. `before` is its extent before that, in pixels.
    pub(super) fn rotate(&mut self, quarter_turns: u8, before: Size) {
        let turn = Orientation::default().turned(quarter_turns.cast_signed());
        self.current.view = None;
        for measurement in &mut self.current.measurements {
            *measurement = measurement.mapped(|point| turn.shown_from_image(point, before));
        }
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
        let left = film.and_then(|film| self.left.remove(film));
        self.current = left.unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invert(displays: &mut Displays) {
        displays.current_mut().inverted ^= true;
    }

    #[test]
    fn a_film_comes_back_as_it_was_left() {
        let mut displays = Displays::default();
        displays.show(Some(Path::new("a")));
        invert(&mut displays);
        displays.show(Some(Path::new("b")));
        assert!(!displays.current().inverted);
        displays.show(Some(Path::new("a")));
        assert!(displays.current().inverted);
    }
}

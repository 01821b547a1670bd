use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::domain::Display;

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

    /// The film in view.
    pub fn film(&self) -> Option<&Path> {
        self.film.as_deref()
    }

    /// How the film in view is shown, to be changed.
    pub(super) fn current_mut(&mut self) -> &mut Display {
        &mut self.current
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

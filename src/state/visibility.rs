use std::borrow::Cow;

use super::{AppState, Compare, Notices};

/// Whether scores may be seen: the list knows the blinded session, the viewer the refused film.
impl AppState {
    /// Whether a blinded session hides the scores of the film in view.
    pub fn is_blinded(&self) -> bool {
        self.list.is_blinded_to(self.shared.films.current_path())
    }

    /// Whether the scores of the film in view must not be seen.
    pub fn hides_answer(&self) -> bool {
        self.is_blinded() || self.viewer.is_refused(&self.shared.films)
    }

    /// Whether the scores of the film beside it must not be seen.
    pub fn hides_answer_beside(&self, compare: &Compare) -> bool {
        let opened = compare.film.opened();
        opened.is_some_and(|opened| {
            self.list.is_blinded_to(Some(&opened.film.path)) || opened.concerns.is_refused()
        })
    }

    /// All that was said, without the names of films that a blinded session hides.
    pub fn visible_notices(&self) -> Cow<'_, Notices> {
        let notices = &self.shared.notices;
        if self.list.blinded.is_none() {
            return Cow::Borrowed(notices);
        }
        Cow::Owned(notices.with_texts(|text| self.list.without_names(text)))
    }

    /// Whether the metadata of the film in view are shown; a blinded session hides them.
    pub fn shows_metadata(&self) -> bool {
        self.windows.metadata_shown && self.list.blinded.is_none()
    }

    /// Whether there are visible scores, and no export is running.
    pub fn can_export(&self) -> bool {
        let seen = !self.hides_answer() && self.shared.films.film.reading().is_some();
        seen && !self.viewer.exports.is_running() && self.shared.model.loaded.is_some()
    }
}

use crate::state::{AppState, Films, Model, ViewerState};
use crate::ui::shortcuts::Actions;

/// What the panel of findings shows.
pub struct FindingsView<'a> {
    /// Its actions.
    pub actions: Actions<'a>,
    /// The film in view, and the list that it is on.
    pub films: &'a Films,
    /// The model in use, with its thresholds.
    pub model: &'a Model,
    /// The selected finding, what is covered, intervals and boxes.
    pub viewer: &'a ViewerState,
}

impl<'a> FindingsView<'a> {
    /// The findings of this state.
    pub fn of(state: &'a AppState) -> Self {
        Self {
            actions: Actions::of(state),
            films: &state.shared.films,
            model: &state.shared.model,
            viewer: &state.viewer,
        }
    }
}

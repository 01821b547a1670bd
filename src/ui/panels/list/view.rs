use crate::state::{AppState, Films, ListState, Model};
use crate::ui::shortcuts::Actions;

/// What the panels of the film list show.
pub struct ListView<'a> {
    /// Their actions.
    pub actions: Actions<'a>,
    /// The list.
    pub list: &'a ListState,
    /// The films on it.
    pub films: &'a Films,
    /// The model in use.
    pub model: &'a Model,
    /// The selected finding.
    pub selected: Option<usize>,
}

impl<'a> ListView<'a> {
    /// The list of this state.
    pub fn of(state: &'a AppState) -> Self {
        Self {
            actions: Actions::of(state),
            list: &state.list,
            films: &state.shared.films,
            model: &state.shared.model,
            selected: state.viewer.selected,
        }
    }
}

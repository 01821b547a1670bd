use std::path::Path;

use crate::state::{AppState, EvaluationSettings, EvaluationState, Model};
use crate::ui::shortcuts::Actions;

/// What the panels of evaluation show.
pub struct EvaluationView<'a> {
    /// Their actions.
    pub actions: Actions<'a>,
    /// The scores, the thresholds and what follows from them.
    pub evaluation: &'a EvaluationState,
    /// How its figures are shown.
    pub settings: EvaluationSettings,
    /// The model in use.
    pub model: &'a Model,
    /// The film in the viewer.
    pub film: Option<&'a Path>,
    /// Whether a file dialog is open.
    pub is_picking: bool,
}

impl<'a> EvaluationView<'a> {
    /// The evaluation of this state.
    pub fn of(state: &'a AppState) -> Self {
        Self {
            actions: Actions::of(state),
            evaluation: &state.evaluation,
            settings: state.shared.settings.evaluation,
            model: &state.shared.model,
            film: state.shared.films.current_path(),
            is_picking: state.is_picking(),
        }
    }
}

use crate::domain::{PerFinding, Score, Threshold};
use crate::state::{AppState, Compare, CompareWith, Films, Model, ViewerState};
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
    /// The scores of the film beside, while two are compared.
    pub beside: Option<ComparedScores<'a>>,
}

/// The other side of a comparison: another film under the model in use, or the same film under another model.
pub struct ComparedScores<'a> {
    /// Names of the two sides, left and right: of the films, or of the models.
    pub names: [String; 2],
    /// None while there are none to be seen.
    pub scores: Option<&'a PerFinding<Score>>,
    /// The thresholds that they are judged by; none of a model that is being loaded.
    pub thresholds: Option<&'a PerFinding<Threshold>>,
}

impl<'a> ComparedScores<'a> {
    fn of(state: &'a AppState, compare: &'a Compare) -> Self {
        let films = &state.shared.films;
        let loaded = state.shared.model.loaded.as_ref();
        let name_of = |path: &std::path::Path| {
            let hidden = state.list.is_blinded_to(Some(path));
            let name = path.file_name().unwrap_or(path.as_os_str());
            let name = name.to_string_lossy().into_owned();
            if hidden { "film".to_owned() } else { name }
        };
        let in_use = || loaded.map(|loaded| loaded.thresholds.current());
        let (names, thresholds) = match &compare.with {
            CompareWith::Film(path) => {
                let main = films.current_path().map(name_of);
                ([main.unwrap_or_default(), name_of(path)], in_use())
            }
            CompareWith::Model(_) => {
                let main = loaded.map(|loaded| loaded.classifier.id().to_owned());
                let other = compare.model_id().unwrap_or("loading model…");
                let names = [main.unwrap_or_default(), other.to_owned()];
                (names, compare.thresholds())
            }
        };
        let scored = compare.film.reading();
        let scored = scored.filter(|_| !state.hides_answer_beside(compare));
        Self {
            names,
            scores: scored.map(|scored| &scored.inference.scores),
            thresholds,
        }
    }
}

impl<'a> FindingsView<'a> {
    /// The findings of this state.
    pub fn of(state: &'a AppState) -> Self {
        Self {
            actions: Actions::of(state),
            films: &state.shared.films,
            model: &state.shared.model,
            viewer: &state.viewer,
            beside: state
                .viewer
                .compare
                .as_ref()
                .map(|compare| ComparedScores::of(state, compare)),
        }
    }
}

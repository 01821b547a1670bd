use crate::explain::MapMethod;
use crate::film::ScoredFilm;
use crate::state::{AppState, MapSettings, Occlusion};
use crate::ui::shortcuts::Actions;

/// How maps are shown, and the one on screen.
pub struct MapControlsView<'a> {
    /// Its actions.
    pub actions: Actions<'a>,
    /// The settings of maps.
    pub map: &'a MapSettings,
    /// The scored film, where its maps may be seen.
    pub scored: Option<&'a ScoredFilm>,
    /// The finding whose map is over the film.
    pub selected: Option<usize>,
    /// How often maps of this finding and method hit radiologists' boxes, where the model knows.
    pub hits: Option<String>,
    /// The map of covered places that is being made.
    pub occlusion: &'a Occlusion,
}

impl<'a> MapControlsView<'a> {
    /// The controls of this state.
    pub fn of(state: &'a AppState) -> Self {
        let scored = state.shared.films.film.reading();
        let scored = scored.filter(|_| !state.hides_answer()).map(AsRef::as_ref);
        let card = state.shared.model.classifier();
        let card = card.map(|classifier| classifier.card());
        let record = card.zip(state.viewer.selected);
        let record = record.and_then(|(card, finding_idx)| card.maps.get(finding_idx)?.as_ref());
        let hits = record.zip(scored);
        Self {
            actions: Actions::of(state),
            map: &state.shared.settings.map,
            scored,
            hits: hits.and_then(|(record, scored)| record.hits_text(scored.method.key())),
            selected: state.viewer.selected,
            occlusion: &state.viewer.occlusion,
        }
    }

    /// The method of the map on screen, or else that of the next.
    pub(super) fn method(&self) -> MapMethod {
        let known = self.scored.map(|scored| scored.method);
        known.unwrap_or(MapMethod::Cam(self.map.method))
    }

    /// The largest value of the map on screen; 0 without positive evidence.
    pub(super) fn max(&self) -> Option<f32> {
        let maps = self.scored?.shown_maps(self.map.smooth);
        Some(maps.get(self.selected?)?.max())
    }
}

use std::sync::Arc;

use super::ViewerState;
use crate::domain::PerFinding;
use crate::explain::{Heatmap, MapMethod, occlusion_maps};
use crate::film::ScoredFilm;
use crate::model::Classifier;
use crate::state::{FilmState, Shared};
use crate::work::{JobContext, Latest, Progress, Wake};

/// The map of covered places of the film in view, made when it is asked for.
///
/// It takes seconds, so another film does not get one by itself: it has the map of the settings.
pub struct Occlusion {
    making: Latest<OcclusionRequest, OcclusionAnswer>,
    /// Whether the film in view has this map now.
    shown: bool,
}

struct OcclusionRequest {
    scored: Arc<ScoredFilm>,
    classifier: Arc<Classifier>,
}

/// A scored film, and the drop of its scores at each place.
type OcclusionAnswer = (Arc<ScoredFilm>, PerFinding<Heatmap>);

impl Occlusion {
    pub(in crate::state) fn new(wake: Wake) -> Self {
        Self {
            making: Latest::new("occlusion", wake, make),
            shown: false,
        }
    }

    /// Whether a map is being made.
    pub fn is_busy(&self) -> bool {
        self.making.is_busy()
    }

    /// How far the map being made has come.
    pub fn progress(&self) -> Option<Progress> {
        self.making.progress()
    }

    /// Whether the film in view has this map now.
    pub fn is_shown(&self) -> bool {
        self.shown
    }

    /// Stops making a map; one that is shown stays.
    pub(super) fn stop(&mut self) {
        self.making.cancel();
    }

    /// The film in view goes back to the map of the settings.
    pub(super) fn leave(&mut self) {
        self.making.cancel();
        self.shown = false;
    }
}

impl ViewerState {
    /// Begins to cover the film in view place by place.
    pub(super) fn make_occlusion(&mut self, shared: &Shared) {
        let (Some(scored), Some(classifier)) =
            (shared.films.film.reading(), shared.model.classifier())
        else {
            return;
        };
        if scored.method != MapMethod::Occlusion {
            self.occlusion.making.request(OcclusionRequest {
                scored: Arc::clone(scored),
                classifier: Arc::clone(classifier),
            });
        }
    }

    /// Lays the finished map over its film, if that is still in view.
    pub(super) fn poll_occlusion(&mut self, shared: &mut Shared) {
        let (_, ended) = self.occlusion.making.poll();
        let Some((scored, maps)) = shared.told(ended) else {
            return;
        };
        let current = shared.films.film.reading();
        let same = current.filter(|current| Arc::ptr_eq(&current.opened, &scored.opened));
        if let Some(current) = same {
            shared.films.film = FilmState::Read(Arc::new(current.with_occlusion(maps)));
            self.occlusion.shown = true;
        }
    }
}

fn make(request: OcclusionRequest, ctx: &JobContext) -> anyhow::Result<OcclusionAnswer> {
    let maps = occlusion_maps(&request.classifier, &request.scored.inference, ctx)?;
    Ok((request.scored, maps))
}

use super::ViewerState;
use super::undo::ViewerStep;
use crate::domain::Point;
use crate::explain::Cover;
use crate::state::Shared;
use crate::state::history::Gesture;

impl ViewerState {
    /// Covers or uncovers all that the brush passes; a whole stroke is one step of undo.
    pub(super) fn cover(&mut self, path: &[Point], covers: bool, shared: &Shared) {
        let Some(reading) = shared.films.film.reading() else {
            return;
        };
        let before = self.probe.cover.clone();
        let side = reading.inference.input.side;
        let mut cover = before.clone().unwrap_or_else(|| Cover::none(side));
        cover.stroke(path, self.probe.brush, covers);
        let cover = (!cover.is_empty()).then_some(cover);
        if cover != before {
            self.cover_so(cover, shared);
            self.undo
                .push(Some(Gesture::Cover), ViewerStep::Cover(before));
        }
    }

    /// Uncovers all: a step of its own.
    pub(super) fn uncover(&mut self) {
        if let Some(before) = self.probe.cover.clone() {
            self.probe.clear();
            self.undo.push(None, ViewerStep::Cover(Some(before)));
        }
    }

    /// Covers the film in view so; scores and maps follow.
    pub(super) fn cover_so(&mut self, cover: Option<Cover>, shared: &Shared) {
        let reading = shared.films.film.reading();
        match (cover, reading, shared.model.classifier()) {
            (Some(cover), Some(reading), Some(classifier)) => {
                let film = (reading, classifier, shared.settings.map.method);
                self.probe.set_cover(cover, film);
            }
            _ => self.probe.clear(),
        }
    }
}

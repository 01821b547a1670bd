use std::sync::Arc;

use crate::dataset::FindingBox;
use crate::explain::{MAP_THRESHOLD, Overlap};
use crate::film::ScoredFilm;

/// How the map of the finding in view meets radiologists' boxes, made when what it is of changes.
#[derive(Debug, Default)]
pub struct BoxOverlap {
    of: Option<(Arc<ScoredFilm>, usize, f32)>,
    /// The share of the map's largest value from which places count, and the overlap; `None` where
    /// the finding has no box.
    pub found: Option<(f32, Overlap)>,
}

impl BoxOverlap {
    /// Measures it, if the film, the finding or the map threshold is another one now.
    pub(super) fn measure(&mut self, reading: &Arc<ScoredFilm>, finding_idx: usize, cut_off: f32) {
        // Without a map threshold the whole map would count; evaluation uses the same fraction.
        let cut = cut_off.max(MAP_THRESHOLD);
        let same = self.of.as_ref().is_some_and(|(known, idx, known_cut)| {
            Arc::ptr_eq(known, reading) && (*idx, *known_cut) == (finding_idx, cut)
        });
        if same {
            return;
        }
        self.of = Some((Arc::clone(reading), finding_idx, cut));
        let label = reading.maps.labels().get(finding_idx);
        let boxes = reading.opened.boxes().iter();
        let boxes: Vec<&FindingBox> = boxes
            .filter(|found| Some(found.finding.name()) == label)
            .collect();
        let heatmap = reading.maps.get(finding_idx).filter(|_| !boxes.is_empty());
        self.found = heatmap.map(|heatmap| (cut, Overlap::of(heatmap, &boxes, cut)));
    }
}

use std::path::PathBuf;

use super::FindingsView;
use crate::state::FindingGroups;

/// For so many frames a row is brought into view: parts of the panel find their sizes meanwhile.
const N_FRAMES_TO_REVEAL: usize = 3;

/// What the panel keeps between frames.
#[derive(Default)]
pub struct FindingsViews {
    pub(super) held: Option<HeldOrder>,
    /// The finding whose row was brought into view last, whether two films were compared then, and since how many
    /// frames.
    in_view: Option<(usize, bool)>,
    n_frames: usize,
    /// Height of summary and rows in the last frame.
    pub(super) rows_height_pt: f32,
}

impl FindingsViews {
    /// The finding whose row is to be brought into view: it was opened just now, by a key or another film.
    pub(super) fn to_reveal(&self, open: Option<usize>, compares: bool) -> Option<usize> {
        let same = self.in_view == open.map(|open| (open, compares));
        let known = same && self.n_frames >= N_FRAMES_TO_REVEAL;
        open.filter(|_| !known)
    }

    /// Keeps what was shown in this frame.
    pub(super) fn keep(&mut self, held: HeldOrder, compares: bool) {
        let now = held.open.map(|open| (open, compares));
        self.n_frames = if self.in_view == now {
            self.n_frames.saturating_add(1)
        } else {
            1
        };
        self.in_view = now;
        self.held = Some(held);
    }
}

/// The order of the rows since a finding was opened. It stays while the threshold of that finding moves: a row that
/// changed its place could not be dragged, and others could not be aimed at.
pub(super) struct HeldOrder {
    film: Option<PathBuf>,
    /// The open finding.
    pub(super) open: Option<usize>,
    pub(super) groups: FindingGroups,
}

impl HeldOrder {
    /// The order to show: the one held, as long as only the open finding would stand elsewhere.
    pub(super) fn of(held: Option<Self>, view: &FindingsView<'_>, now: &FindingGroups) -> Self {
        let (film, open) = (view.films.current_path(), view.viewer.selected);
        let is_kept = |held: &Self| {
            let same = held.film.as_deref() == film && held.open == open;
            same && open.is_some_and(|open| held.groups.differ_only_at(now, open))
        };
        held.filter(is_kept).unwrap_or_else(|| Self {
            film: film.map(Into::into),
            open,
            groups: now.clone(),
        })
    }
}

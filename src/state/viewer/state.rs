use std::path::PathBuf;

use super::undo::ViewerStep;
use super::{BoxOverlap, Compare, Exports, FindingGroups, Jitter, Occlusion, Pane, Probe, Tool};
use crate::domain::Display;
use crate::film::ScoredFilm;
use crate::state::history::Steps;
use crate::state::{Films, Shared};
use crate::work::Wake;

/// The viewer: the film in view, how it is shown, and what the network says about it.
pub struct ViewerState {
    /// The finding whose map is over the film.
    pub selected: Option<usize>,
    /// The film for which that was chosen: by the user, or as its top finding.
    pub(super) selected_on: Option<PathBuf>,
    /// The side of the film in view, which is in [`Shared`].
    pub main: Pane,
    /// The tool: the effect of a drag with the left button.
    pub tool: Tool,
    /// What is shown in place of the film or beside it.
    pub options: ViewOptions,
    /// The covered area of the film in view, and the resulting scores.
    pub probe: Probe,
    /// How the map in view meets radiologists' boxes.
    pub overlap: BoxOverlap,
    /// How far scores move when the film is changed a little.
    pub jitter: Jitter,
    /// The map of covered places, made on demand.
    pub occlusion: Occlusion,
    /// The comparison beside the film in view.
    pub compare: Option<Compare>,
    /// Files and clipboard.
    pub exports: Exports,
    /// Changes of thresholds and display, in their order.
    pub(super) undo: Steps<ViewerStep>,
}

/// What is shown in place of the film or beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ViewOptions {
    /// Whether the network's input is shown in place of the film.
    pub input_shown: bool,
    /// Whether the maps of all findings are shown in place of one film.
    pub all_maps_shown: bool,
    /// Whether the patient's name is shown, where a file has one. Never remembered.
    pub patient_name_shown: bool,
    /// A film that was refused as input and whose scores are to be shown nevertheless.
    pub shown_anyway: Option<PathBuf>,
}

impl ViewerState {
    /// Starts with no film.
    pub fn new(wake: &Wake) -> Self {
        Self {
            selected: None,
            selected_on: None,
            main: Pane::new("film", wake.clone()),
            tool: Tool::default(),
            options: ViewOptions::default(),
            probe: Probe::new(wake.clone()),
            overlap: BoxOverlap::default(),
            jitter: Jitter::new(wake.clone()),
            occlusion: Occlusion::new(wake.clone()),
            compare: None,
            exports: Exports::default(),
            undo: Steps::default(),
        }
    }

    /// How the film in view is shown.
    pub fn display(&self) -> &Display {
        self.main.display()
    }

    /// Window center and width of the film in view, as text; empty without a film.
    pub fn window_in_words(&self, films: &Films) -> String {
        let Some(opened) = films.film.opened() else {
            return String::new();
        };
        let window = opened.window_of(&self.display().gray);
        format!("C {:.0} W {:.0}", window.center(), window.width())
    }

    /// Lays the map of a finding over the film in view, and keeps it there.
    pub fn select(&mut self, finding_idx: Option<usize>, films: &Films) {
        self.selected = finding_idx;
        self.selected_on = films.current_path().map(ToOwned::to_owned);
    }

    /// Lays the map of a finding over a film that comes into view next.
    pub fn select_on(&mut self, finding_idx: usize, film: PathBuf) {
        self.selected = Some(finding_idx);
        self.selected_on = Some(film);
    }

    /// Selects the top finding of a film that comes into view, unless the user keeps theirs; none of a refused film,
    /// whose scores must not show.
    pub(super) fn follow_film(&mut self, reading: &ScoredFilm, shared: &Shared) {
        let path = &reading.opened.film.path;
        let keeps = shared.settings.viewer.finding_kept || self.selected_on.as_ref() == Some(path);
        if self.selected.is_some() && keeps {
            return;
        }
        if self.is_refused(&shared.films) {
            self.selected = None;
            return;
        }
        let thresholds = shared.model.loaded.as_ref();
        let thresholds = thresholds.map(|loaded| loaded.thresholds.current());
        let scores = Some(&reading.inference.scores);
        let groups = thresholds.map(|thresholds| FindingGroups::of(thresholds, scores));
        self.selected = groups.and_then(|groups| groups.in_order().next());
        self.selected_on = Some(path.clone());
    }

    /// Whether the film in view was refused as input, and nobody asked for its scores.
    pub fn is_refused(&self, films: &Films) -> bool {
        let opened = films.film.opened();
        opened.is_some_and(|opened| {
            opened.concerns.is_refused()
                && self.options.shown_anyway.as_ref() != Some(&opened.film.path)
        })
    }

    /// Measures how the map in view meets radiologists' boxes, if it is another one now.
    pub fn measure_overlap(&mut self, shared: &Shared) {
        let cut_off = shared.settings.map.cut_off;
        match (shared.films.film.reading(), self.selected) {
            (Some(reading), Some(finding_idx)) => {
                self.overlap.measure(reading, finding_idx, cut_off);
            }
            _ => self.overlap = BoxOverlap::default(),
        }
    }
}

use std::path::{Path, PathBuf};

use super::area::changed;
use super::undo::Undoable;
use super::{
    BRUSH_RANGE, CompareCommand, CompareWith, DisplayChange, DisplayCommand, MapCommand,
    ViewerCommand, ViewerState,
};
use crate::domain::GrayChoice;
use crate::state::history::Gesture;
use crate::state::{Effect, Shared, Thresholds};

impl ViewerState {
    /// Carries out a command of the viewer.
    pub fn apply(&mut self, command: ViewerCommand, shared: &mut Shared) -> Vec<Effect> {
        match command {
            ViewerCommand::ShowFilm(film_idx) => self.show_film(film_idx, shared),
            ViewerCommand::Retry => self.read_film(shared),
            ViewerCommand::ShowAnyway => {
                self.options.shown_anyway = shared.films.current_path().map(Path::to_owned);
            }
            ViewerCommand::SelectFinding(finding_idx) => self.selected = finding_idx,
            ViewerCommand::StepFinding(step) => self.step_finding(step, shared),
            ViewerCommand::SetThreshold(finding_idx, threshold) => {
                return self
                    .move_thresholds(shared, |thresholds| thresholds.set(finding_idx, threshold));
            }
            ViewerCommand::EndThresholdMove => {
                if let Some(loaded) = &mut shared.model.loaded {
                    loaded.thresholds.end_move();
                }
                // The list follows where the drag ended, not every step of it.
                return vec![Effect::ThresholdsMoved];
            }
            ViewerCommand::ResetThreshold(finding_idx) => {
                return self.move_thresholds(shared, |thresholds| thresholds.reset(finding_idx));
            }
            ViewerCommand::ResetAllThresholds => {
                return self.move_thresholds(shared, Thresholds::reset_all);
            }
            ViewerCommand::Undo => return self.undo(shared),
            ViewerCommand::Redo => return self.redo(shared),
            ViewerCommand::Map(command) => self.apply_to_map(command, shared),
            ViewerCommand::MeasureJitter => self.measure_jitter(shared),
            ViewerCommand::ShowPatientName(shown) => self.options.patient_name_shown = shown,
            ViewerCommand::Compare(command) => self.apply_to_compare(command, shared),
            ViewerCommand::Display(command) => self.apply_to_display(command, shared),
        }
        Vec::new()
    }

    /// Takes in what the jobs of the viewer have reported.
    pub fn poll(&mut self, shared: &mut Shared) -> Vec<Effect> {
        let effects = self.poll_film(shared);
        self.probe.poll(shared);
        self.exports.poll(shared);
        self.poll_compare(shared);
        self.jitter.poll(shared);
        effects
    }

    /// Shows the film in view under another model beside it.
    pub fn compare_with_model(&mut self, model: PathBuf, shared: &mut Shared) {
        let show = CompareCommand::Show(CompareWith::Model(model));
        self.apply_to_compare(show, shared);
    }

    fn step_finding(&mut self, step: isize, shared: &Shared) {
        let classifier = shared.model.classifier();
        let n_labels = classifier.map_or(0, |classifier| classifier.card().labels.len());
        let next = match self.selected {
            Some(finding_idx) => finding_idx.checked_add_signed(step),
            None => Some(0),
        };
        if let Some(finding_idx) = next.filter(|&idx| idx < n_labels) {
            self.selected = Some(finding_idx);
        }
    }

    /// Moves thresholds of the model in use; `change` tells whether a step of undo began.
    fn move_thresholds(
        &mut self,
        shared: &mut Shared,
        change: impl FnOnce(&mut Thresholds) -> bool,
    ) -> Vec<Effect> {
        let Some(loaded) = &mut shared.model.loaded else {
            return Vec::new();
        };
        if !change(&mut loaded.thresholds) {
            return Vec::new();
        }
        self.undo.push(Undoable::Threshold);
        vec![Effect::ThresholdsMoved]
    }

    fn apply_to_map(&mut self, command: MapCommand, shared: &mut Shared) {
        let map = &mut shared.settings.map;
        match command {
            MapCommand::Show(visible) => map.visible = visible,
            MapCommand::SetOpacity(opacity) => map.opacity = opacity.clamp(0.0, 1.0),
            MapCommand::SetColormap(colormap) => map.colormap = colormap,
            MapCommand::SetScale(scale) => map.scale = scale,
            MapCommand::SetCutOff(cut_off) => map.cut_off = cut_off.clamp(0.0, 0.99),
            MapCommand::SetContours(contours) => map.contours = contours,
            MapCommand::SetMethod(method) => {
                map.method = method;
                self.refresh_maps(shared);
                self.read_beside(shared);
            }
        }
    }

    pub(super) fn apply_to_display(&mut self, command: DisplayCommand, shared: &mut Shared) {
        match command {
            DisplayCommand::UseTool(tool) => self.tool = tool,
            DisplayCommand::SwapWindowAxes(swapped) => {
                shared.settings.viewer.window_axes_swapped = swapped;
            }
            DisplayCommand::ShowHistogram(shown) => {
                shared.settings.viewer.histogram_shown = shown;
            }
            DisplayCommand::ShowInput(shown) => self.options.input_shown = shown,
            DisplayCommand::ShowAllMaps(shown) => self.options.all_maps_shown = shown,
            DisplayCommand::Cover { x, y, covers } => self.cover((x, y), covers, shared),
            DisplayCommand::Uncover => self.probe.clear(),
            DisplayCommand::SetBrush(radius) => {
                self.probe.brush = radius.clamp(BRUSH_RANGE.0, BRUSH_RANGE.2);
            }
            DisplayCommand::EndGesture => self.displays.end_gesture(),
            DisplayCommand::Change(change) => self.change_display(change, shared),
        }
    }

    fn change_display(&mut self, change: DisplayChange, shared: &Shared) {
        let Some(opened) = shared.films.film.opened() else {
            return;
        };
        let (gesture, area) = (gesture_of(&change), self.area);
        let begins = self
            .displays
            .change(gesture, |display| changed(display, change, opened, area));
        if begins {
            self.undo.push(Undoable::Display);
        }
    }

    fn cover(&mut self, place: (f32, f32), covers: bool, shared: &Shared) {
        if let (Some(reading), Some(classifier)) =
            (shared.films.film.reading(), shared.model.classifier())
        {
            self.probe.brush_at(place, covers, reading, classifier);
        }
    }

    fn measure_jitter(&mut self, shared: &Shared) {
        if let (Some(opened), Some(classifier)) =
            (shared.films.film.opened(), shared.model.classifier())
        {
            self.jitter.ask(opened, classifier);
        }
    }
}

/// The gesture that a change belongs to; `None` for one that is a step of its own.
fn gesture_of(change: &DisplayChange) -> Option<Gesture> {
    match change {
        DisplayChange::DragWindow { .. } | DisplayChange::SetGray(GrayChoice::Dragged(_)) => {
            Some(Gesture::Window)
        }
        DisplayChange::SetView(_) | DisplayChange::Pan { .. } | DisplayChange::Zoom(_) => {
            Some(Gesture::View)
        }
        DisplayChange::SetGray(GrayChoice::File | GrayChoice::Preset(..))
        | DisplayChange::UsePreset(_)
        | DisplayChange::Invert
        | DisplayChange::Turn(_)
        | DisplayChange::FlipHorizontally
        | DisplayChange::FlipVertically
        | DisplayChange::Fit
        | DisplayChange::ActualSize
        | DisplayChange::AddMeasurement(_)
        | DisplayChange::RemoveLastMeasurement
        | DisplayChange::Reset => None,
    }
}

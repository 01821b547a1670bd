use std::path::{Path, PathBuf};

use super::undo::{ViewerStep, gesture_of};
use super::{
    BRUSH_RANGE, CompareCommand, CompareWith, DisplayChange, DisplayCommand, FindingGroups,
    MapCommand, ViewerCommand, ViewerState,
};
use crate::explain::MapMethod;
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
                if let Some(reading) = shared.films.film.reading().cloned() {
                    self.follow_film(&reading, shared);
                }
            }
            ViewerCommand::UseAutoWindow(auto) => self.use_auto_window(auto, shared),
            ViewerCommand::SelectFinding(finding_idx) => self.select(finding_idx, &shared.films),
            ViewerCommand::KeepFinding(kept) => shared.settings.viewer.finding_kept = kept,
            ViewerCommand::StepFinding(step) => self.step_finding(step, shared),
            ViewerCommand::SetThreshold(finding_idx, threshold) => {
                let gesture = Some(Gesture::Threshold(finding_idx));
                return self.move_thresholds(gesture, shared, |thresholds| {
                    thresholds.set(finding_idx, threshold);
                });
            }
            ViewerCommand::EndThresholdMove => {
                self.undo.end_gesture();
                // The list follows where the drag ended, not every step of it.
                return vec![Effect::ThresholdsMoved];
            }
            ViewerCommand::ResetThreshold(finding_idx) => {
                return self
                    .move_thresholds(None, shared, |thresholds| thresholds.reset(finding_idx));
            }
            ViewerCommand::ResetAllThresholds => {
                return self.move_thresholds(None, shared, Thresholds::reset_all);
            }
            ViewerCommand::Undo => return self.undo(shared),
            ViewerCommand::Redo => return self.redo(shared),
            ViewerCommand::Map(command) => self.apply_to_map(command, shared),
            ViewerCommand::MeasureJitter => self.measure_jitter(shared),
            ViewerCommand::ShowPanels { list, findings } => {
                let settings = &mut shared.settings.viewer;
                (settings.list_hidden, settings.findings_hidden) = (!list, !findings);
            }
            ViewerCommand::ShowPatientName(shown) => self.options.patient_name_shown = shown,
            ViewerCommand::Compare(command) => return self.apply_to_compare(command, shared),
            ViewerCommand::Display(command) => return self.apply_to_display(command, shared),
            ViewerCommand::SetAreas { area, beside } => {
                self.main.area = area;
                if let Some(compare) = &mut self.compare {
                    compare.pane.area = beside;
                }
            }
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
        self.poll_occlusion(shared);
        effects
    }

    /// Shows the film in view under another model beside it.
    pub fn compare_with_model(&mut self, model: PathBuf, shared: &mut Shared) {
        let show = CompareCommand::Show(CompareWith::Model(model));
        self.apply_to_compare(show, shared);
    }

    /// Up and down as the findings stand below each other.
    fn step_finding(&mut self, step: isize, shared: &Shared) {
        let Some(loaded) = &shared.model.loaded else {
            return;
        };
        let scored = shared.films.film.reading();
        let scored = scored.filter(|_| !self.is_refused(&shared.films));
        let scores = scored.map(|scored| &scored.inference.scores);
        let groups = FindingGroups::of(loaded.thresholds.current(), scores);
        let order: Vec<usize> = groups.in_order().collect();
        let place = order.iter().position(|&idx| Some(idx) == self.selected);
        let next = place.map_or(Some(0), |place| place.checked_add_signed(step));
        if let Some(&finding_idx) = next.and_then(|next| order.get(next)) {
            self.select(Some(finding_idx), &shared.films);
        }
    }

    /// Moves thresholds of the model in use; told where a step of undo begins.
    fn move_thresholds(
        &mut self,
        gesture: Option<Gesture>,
        shared: &mut Shared,
        change: impl FnOnce(&mut Thresholds),
    ) -> Vec<Effect> {
        let Some(loaded) = &mut shared.model.loaded else {
            return Vec::new();
        };
        let before = loaded.thresholds.current().clone();
        change(&mut loaded.thresholds);
        let moved = *loaded.thresholds.current() != before;
        let begins = moved && self.undo.push(gesture, ViewerStep::Thresholds(before));
        begins
            .then_some(Effect::ThresholdsMoved)
            .into_iter()
            .collect()
    }

    fn apply_to_map(&mut self, command: MapCommand, shared: &mut Shared) {
        let map = &mut shared.settings.map;
        match command {
            MapCommand::Show(visible) => map.visible = visible,
            MapCommand::SetOpacity(opacity) => map.opacity = opacity.clamp(0.0, 1.0),
            MapCommand::SetColormap(colormap) => map.colormap = colormap,
            MapCommand::SetSmooth(smooth) => map.smooth = smooth,
            MapCommand::SetCutOff(cut_off) => map.cut_off = cut_off.clamp(0.0, 0.99),
            MapCommand::SetContours(contours) => map.contours = contours,
            MapCommand::SetMethod(MapMethod::Cam(method)) => {
                map.method = method;
                self.occlusion.leave();
                self.refresh_maps(shared);
            }
            MapCommand::SetMethod(MapMethod::Occlusion) => self.make_occlusion(shared),
            MapCommand::StopOcclusion => self.occlusion.stop(),
        }
    }

    pub(super) fn apply_to_display(
        &mut self,
        command: DisplayCommand,
        shared: &mut Shared,
    ) -> Vec<Effect> {
        match command {
            DisplayCommand::UseTool(tool) => {
                self.tool = tool;
                self.undo.end_gesture();
                self.abandon_measuring();
            }
            DisplayCommand::SwapWindowAxes(swapped) => {
                shared.settings.viewer.window_axes_swapped = swapped;
            }
            DisplayCommand::ShowHistogram(shown) => {
                shared.settings.viewer.histogram_shown = shown;
            }
            DisplayCommand::ShowInput(shown) => self.options.input_shown = shown,
            DisplayCommand::ShowAllMaps(shown) => self.options.all_maps_shown = shown,
            DisplayCommand::Measure(command) => return self.measure(false, command, shared),
            DisplayCommand::Cover { path, covers } => self.cover(&path, covers, shared),
            DisplayCommand::Uncover => self.uncover(),
            DisplayCommand::SetBrush(radius) => {
                self.probe.brush = radius.clamp(BRUSH_RANGE.0, BRUSH_RANGE.2);
            }
            DisplayCommand::EndGesture => return self.end_gesture(shared),
            DisplayCommand::Change(change) => self.change_display(change, shared),
        }
        Vec::new()
    }

    fn change_display(&mut self, change: DisplayChange, shared: &Shared) {
        let gesture = gesture_of(&change);
        if let Some(before) = self.main.change(&shared.films.film, change) {
            self.undo.push(gesture, ViewerStep::Display(before));
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

use super::undo::ViewerStep;
use super::{MeasureCommand, Measuring, ViewerState};
use crate::state::{Effect, FilmState, Shared};

impl ViewerState {
    /// Whether words are being written on a film: keys are theirs.
    pub fn is_writing(&self) -> bool {
        let beside = self.compare.as_ref().map(|compare| &compare.pane);
        let mut panes = std::iter::once(&self.main).chain(beside);
        panes.any(|pane| pane.measuring.writing.is_some())
    }

    /// Carries out a command on the measurements of the film in view, or of the one beside it.
    pub(super) fn measure(
        &mut self,
        beside: bool,
        command: MeasureCommand,
        shared: &mut Shared,
    ) -> Vec<Effect> {
        let path_of = |film: &FilmState| Some(film.opened()?.film.path.clone());
        let (measuring, other, path) = match (&mut self.compare, beside) {
            (Some(compare), true) => {
                let path = path_of(&compare.film);
                let other = Some(&mut self.main.measuring);
                (&mut compare.pane.measuring, other, path)
            }
            (None, true) => return Vec::new(),
            (compare, false) => {
                let other = compare.as_mut().map(|compare| &mut compare.pane.measuring);
                let path = path_of(&shared.films.film);
                (&mut self.main.measuring, other, path)
            }
        };
        let Some(path) = path else {
            return Vec::new();
        };
        let Some(entry) = shared.films.entry_mut(&path) else {
            return Vec::new();
        };
        let before = entry.measurements.clone();
        let gesture = measuring.apply(command, self.tool, &mut entry.measurements);
        let changed = entry.measurements != before;
        // One thing is selected: that on which Delete and Escape act. The other side may show the same film.
        if let Some(other) = other
            && (measuring.selected.is_some() || entry.measurements.len() != before.len())
        {
            other.selected = None;
        }
        if !changed {
            return Vec::new();
        }
        let step = ViewerStep::Measurements(path.clone(), before);
        self.undo.push(gesture, step);
        measuring.is_dragged = gesture.is_some();
        if gesture.is_some() {
            return Vec::new();
        }
        vec![Effect::MeasurementsChanged(path)]
    }

    /// The drag ended: what it changed is to be saved.
    pub(super) fn end_gesture(&mut self, shared: &Shared) -> Vec<Effect> {
        self.undo.end_gesture();
        let beside = self.compare.as_mut();
        let beside = beside.map(|compare| (&mut compare.pane.measuring, &compare.film));
        let main = (&mut self.main.measuring, &shared.films.film);
        let mut effects = Vec::new();
        for (measuring, film) in std::iter::once(main).chain(beside) {
            if std::mem::take(&mut measuring.is_dragged)
                && let Some(opened) = film.opened()
            {
                effects.push(Effect::MeasurementsChanged(opened.film.path.clone()));
            }
        }
        effects
    }

    /// Takes back what is being measured or written; another tool measures something else.
    pub(super) fn abandon_measuring(&mut self) {
        let beside = self.compare.as_mut().map(|compare| &mut compare.pane);
        for pane in std::iter::once(&mut self.main).chain(beside) {
            pane.measuring = Measuring::default();
        }
    }
}

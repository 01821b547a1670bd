use super::{MeasureCommand, Tool};
use crate::domain::{Measurement, MeasurementKind, Point};
use crate::state::history::Gesture;

/// Measuring on one side of the viewer. The measurements are the film's: [`crate::state::FilmEntry`] has them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measuring {
    /// The selected one's place among those of the film.
    pub selected: Option<usize>,
    /// Places set so far of what is being measured, in film pixels.
    pub points: Vec<Point>,
    /// The words being written.
    pub writing: Option<Writing>,
    /// One has just been finished: what to draw next is known.
    pub is_finished: bool,
    /// A drag has changed what is to be saved at its end.
    pub(super) is_dragged: bool,
}

/// Words being written on a film.
#[derive(Clone, Debug, PartialEq)]
pub struct Writing {
    /// The place of the measurement that has them; `None` for a new one.
    pub place: Option<usize>,
    /// What they belong to, with its words as they were.
    pub measurement: Measurement,
}

impl Measuring {
    /// Whether something is begun or selected that Escape leaves first.
    pub fn is_active(&self) -> bool {
        self.selected.is_some() || !self.points.is_empty() || self.writing.is_some()
    }

    /// Whether places of `kind` set next begin a line, not end one.
    pub fn begins_line(&self, kind: MeasurementKind) -> bool {
        match kind {
            MeasurementKind::Angle => self.points.is_empty(),
            _ => self.points.len().is_multiple_of(2),
        }
    }

    /// Takes back what is begun, then what is selected.
    fn abandon(&mut self) {
        if self.points.is_empty() && self.writing.is_none() {
            self.selected = None;
        }
        self.points.clear();
        self.writing = None;
    }

    /// Carries out a command on the measurements of the film; the gesture that it belongs to.
    pub(super) fn apply(
        &mut self,
        command: MeasureCommand,
        tool: Tool,
        measurements: &mut Vec<Measurement>,
    ) -> Option<Gesture> {
        match command {
            MeasureCommand::Place(pos) => self.place(pos, tool, measurements),
            MeasureCommand::Abandon => self.abandon(),
            MeasureCommand::Add(measurement) => self.add(measurement, measurements),
            MeasureCommand::Select(selected) => {
                self.selected = selected.filter(|&place| place < measurements.len());
            }
            MeasureCommand::Change { place, to } => {
                if let Some(measurement) = measurements.get_mut(place) {
                    *measurement = to;
                }
                return Some(Gesture::Measurement);
            }
            MeasureCommand::Write(place) => {
                let measurement = measurements.get(place);
                let measurement = measurement.filter(|known| known.words().is_some());
                self.writing = measurement.cloned().map(|measurement| Writing {
                    place: Some(place),
                    measurement,
                });
            }
            MeasureCommand::EndWriting(words) => self.end_writing(words, measurements),
            MeasureCommand::Remove => {
                let last = measurements.len().checked_sub(1);
                if let Some(place) = self.selected.take().or(last)
                    && place < measurements.len()
                {
                    measurements.remove(place);
                }
                self.writing = None;
            }
        }
        None
    }

    fn place(&mut self, pos: Point, tool: Tool, measurements: &mut Vec<Measurement>) {
        let Some(kind) = tool.measures() else {
            return;
        };
        // Words are finished first.
        if self.writing.is_some() {
            return;
        }
        self.selected = None;
        self.is_finished = false;
        self.points.push(pos);
        if self.points.len() < kind.n_points() {
            return;
        }
        let points = std::mem::take(&mut self.points);
        let Some(measurement) = Measurement::new(kind, &points, String::new()) else {
            return;
        };
        if measurement.words().is_some() {
            self.writing = Some(Writing {
                place: None,
                measurement,
            });
        } else {
            self.add(measurement, measurements);
        }
    }

    fn add(&mut self, measurement: Measurement, measurements: &mut Vec<Measurement>) {
        self.selected = None;
        self.is_finished = true;
        measurements.push(measurement);
    }

    fn end_writing(&mut self, words: Option<String>, measurements: &mut Vec<Measurement>) {
        let (Some(writing), Some(words)) = (self.writing.take(), words) else {
            return;
        };
        let words = words.trim().to_owned();
        // An arrow without words points at something; no words at all are nothing.
        let is_nothing = words.is_empty() && writing.measurement.kind() == MeasurementKind::Text;
        let measurement = writing.measurement.with_words(words);
        match writing.place {
            None if is_nothing => {}
            None => self.add(measurement, measurements),
            Some(place) if place >= measurements.len() => {}
            Some(place) if is_nothing => {
                measurements.remove(place);
                self.selected = None;
            }
            Some(place) => {
                if let Some(known) = measurements.get_mut(place) {
                    *known = measurement;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(x: f32, y: f32) -> Point {
        Point { x, y }
    }

    fn apply(
        measuring: &mut Measuring,
        tool: Tool,
        measurements: &mut Vec<Measurement>,
        commands: &[MeasureCommand],
    ) {
        for command in commands {
            measuring.apply(command.clone(), tool, measurements);
        }
    }

    fn place(x: f32) -> MeasureCommand {
        MeasureCommand::Place(point(x, 1.0))
    }

    #[test]
    fn each_tool_makes_its_measurement_when_all_of_its_places_are_set() {
        for tool in Tool::ALL {
            let Some(kind) = tool.measures() else {
                continue;
            };
            let (mut measuring, mut measurements) = (Measuring::default(), Vec::new());
            for n in 0..kind.n_points() {
                assert!(
                    measurements.is_empty() && measuring.writing.is_none(),
                    "{tool:?}"
                );
                apply(&mut measuring, tool, &mut measurements, &[place(n as f32)]);
            }
            if measuring.writing.is_some() {
                let words = MeasureCommand::EndWriting(Some(" nodule ".to_owned()));
                apply(&mut measuring, tool, &mut measurements, &[words]);
                assert_eq!(measurements[0].words(), Some("nodule"));
            }
            assert_eq!(measurements.len(), 1);
            assert_eq!(measurements[0].kind(), kind);
            let finished = Measuring {
                is_finished: true,
                ..Measuring::default()
            };
            assert_eq!(measuring, finished);
        }
    }

    #[test]
    fn escape_takes_back_what_is_begun_and_then_the_selection() {
        let (mut measuring, mut measurements) = (Measuring::default(), Vec::new());
        let abandon = MeasureCommand::Abandon;
        let commands = [place(1.0), abandon.clone(), place(2.0), place(5.0)];
        apply(&mut measuring, Tool::Length, &mut measurements, &commands);
        let expected = Measurement::Length([point(2.0, 1.0), point(5.0, 1.0)]);
        assert_eq!(measurements, [expected]);
        let select = [MeasureCommand::Select(Some(0))];
        apply(&mut measuring, Tool::Window, &mut measurements, &select);
        assert!(measuring.is_active());
        apply(&mut measuring, Tool::Window, &mut measurements, &[abandon]);
        assert!(!measuring.is_active());
    }

    #[test]
    fn the_selected_measurement_is_removed_or_the_last_one() {
        let length = |x| Measurement::Length([point(x, 0.0), point(x, 9.0)]);
        let mut measurements = vec![length(0.0), length(1.0), length(2.0)];
        let mut measuring = Measuring::default();
        let remove = MeasureCommand::Remove;
        let commands = [MeasureCommand::Select(Some(0)), remove.clone()];
        apply(&mut measuring, Tool::Window, &mut measurements, &commands);
        assert_eq!(measurements, [length(1.0), length(2.0)]);
        let commands = [remove.clone(), remove.clone(), remove];
        apply(
            &mut measuring,
            Tool::Window,
            &mut measurements,
            &commands[..1],
        );
        assert_eq!(measurements, [length(1.0)]);
        apply(&mut measuring, Tool::Window, &mut measurements, &commands);
        assert!(measurements.is_empty());
    }

    #[test]
    fn words_that_are_emptied_are_removed_and_words_that_are_canceled_stay() {
        let text = |words: &str| Measurement::Text([point(3.0, 3.0)], words.to_owned());
        let mut measurements = vec![text("old")];
        let mut measuring = Measuring::default();
        let write = MeasureCommand::Write(0);
        let end = |words: Option<&str>| MeasureCommand::EndWriting(words.map(str::to_owned));
        let mut write_and_end = |words: Option<&str>, measurements: &mut Vec<Measurement>| {
            let commands = [write.clone(), end(words)];
            apply(&mut measuring, Tool::Window, measurements, &commands);
        };
        write_and_end(None, &mut measurements);
        assert_eq!(measurements, [text("old")]);
        write_and_end(Some("new"), &mut measurements);
        assert_eq!(measurements, [text("new")]);
        write_and_end(Some("  "), &mut measurements);
        assert!(measurements.is_empty());
    }
}

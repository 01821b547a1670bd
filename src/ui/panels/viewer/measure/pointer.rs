use egui::{Event, Key, PointerButton, Pos2, Response};

use super::super::{Pane, Placement};
use super::layout::Drawn;
use crate::domain::{Measurement, MeasurementKind, Point};
use crate::state::{CommandSender, DisplayCommand, MeasureCommand, Tool};

/// How far from a line a press still means it.
const TOLERANCE_PT: f32 = 6.0;
/// A drag shorter than this was meant as a click.
const LEAST_LINE_PT: f32 = 3.0;

/// A measurement held by the pointer.
pub struct Grab {
    /// Its place among those of the film.
    place: usize,
    /// The handle that is held; `None` where all of it is.
    handle: Option<usize>,
    /// As it was when the button went down.
    before: Measurement,
    /// Where that was, in film pixels.
    from: Point,
}

/// Where the pointer is over the film, or where a drag of it is.
pub fn position(response: &Response) -> Option<Pos2> {
    let pos = response.interact_pointer_pos();
    pos.or_else(|| response.hover_pos())
}

/// Whether the pointer is busy with measurements: then no tool windows, pans or zooms.
pub fn handle(
    response: &Response,
    placement: &Placement,
    pane: &Pane<'_>,
    drawn: &[Drawn],
    grab: &mut Option<Grab>,
    commands: &CommandSender,
) -> bool {
    let send = |command| pane.send(DisplayCommand::Measure(command), commands);
    let space = response.ctx.input(|input| input.key_down(Key::Space));
    if space && grab.is_none() {
        return false;
    }
    if let Some(kind) = pane.tool.measures() {
        *grab = None;
        draw(response, placement, pane, kind, &send);
        return false;
    }
    // The brush covers measurements too.
    if pane.tool == Tool::Cover {
        *grab = None;
        return false;
    }
    if let Some(pos) = pressed_at(response) {
        let selected = pane.measuring.selected;
        *grab = hit(drawn, selected, pos).and_then(|(place, handle)| {
            let before = pane.measurements.get(place)?.clone();
            send(MeasureCommand::Select(Some(place)));
            let from = placement.image(pos);
            Some(Grab {
                place,
                handle,
                before,
                from,
            })
        });
    }
    if response.double_clicked()
        && let Some((place, _)) = position(response).and_then(|pos| hit(drawn, None, pos))
        && pane
            .measurements
            .get(place)
            .is_some_and(|known| known.words().is_some())
    {
        *grab = None;
        send(MeasureCommand::Write(place));
        return true;
    }
    let Some(held) = grab else {
        if response.clicked_by(PointerButton::Primary) && pane.measuring.selected.is_some() {
            send(MeasureCommand::Select(None));
        }
        return false;
    };
    if let Some(pos) = position(response) {
        let pos = placement.image(pos);
        let to = held.at(pos, placement);
        let moved = response.dragged_by(PointerButton::Primary)
            || response.drag_stopped_by(PointerButton::Primary);
        let known = pane.measurements.get(held.place);
        if moved && known.is_some_and(|known| *known != to) {
            let place = held.place;
            send(MeasureCommand::Change { place, to });
        }
    }
    if !response.is_pointer_button_down_on() {
        *grab = None;
        pane.send(DisplayCommand::EndGesture, commands);
    }
    true
}

impl Grab {
    /// What it becomes with the pointer there.
    fn at(&self, pos: Point, placement: &Placement) -> Measurement {
        if let Some(handle) = self.handle {
            let pos = pos.within(placement.film);
            return self.before.clone().with_handle(handle, pos);
        }
        let by = Point {
            x: pos.x - self.from.x,
            y: pos.y - self.from.y,
        };
        self.before.clone().moved(by, placement.film)
    }
}

/// Where the left button went down over the film in this frame.
fn pressed_at(response: &Response) -> Option<Pos2> {
    let over = response.is_pointer_button_down_on() || response.clicked();
    let pressed = response.ctx.input(|input| {
        let mut events = input.events.iter();
        events.find_map(|event| match *event {
            Event::PointerButton {
                pos,
                button: PointerButton::Primary,
                pressed: true,
                ..
            } => Some(pos),
            _ => None,
        })
    });
    pressed.filter(|pos| over && response.rect.contains(*pos))
}

/// A drag sets two places, a click one; a drag that ends a line sets its end alone.
fn draw(
    response: &Response,
    placement: &Placement,
    pane: &Pane<'_>,
    kind: MeasurementKind,
    send: &impl Fn(MeasureCommand),
) {
    let place = |pos: Pos2| {
        let pos = placement.image(pos).within(placement.film);
        send(MeasureCommand::Place(pos));
    };
    let Some(pos) = position(response) else {
        return;
    };
    // Where the button went down, not where the drag was noticed.
    let start = response.ctx.input(|input| input.pointer.press_origin());
    if response.clicked_by(PointerButton::Primary) {
        place(pos);
    }
    if response.drag_started_by(PointerButton::Primary)
        && kind.n_points() > 1
        && pane.measuring.begins_line(kind)
        && let Some(start) = start
    {
        place(start);
    }
    if response.drag_stopped_by(PointerButton::Primary) {
        let points = &pane.measuring.points;
        let begun = points.last().map(|&last| placement.screen(last));
        // A press that lasted is a click too.
        let is_click = begun.is_some_and(|begun| begun.distance(pos) < LEAST_LINE_PT);
        if !is_click {
            place(pos);
        }
    }
}

/// The measurement at a position, and its handle if it is selected; those drawn last lie on top.
fn hit(drawn: &[Drawn], selected: Option<usize>, pos: Pos2) -> Option<(usize, Option<usize>)> {
    if let Some(place) = selected
        && let Some(shown) = drawn.get(place)
    {
        let mut handles = shown.handles.iter();
        let handle = handles.position(|handle| handle.distance(pos) <= TOLERANCE_PT);
        if handle.is_some() {
            return Some((place, handle));
        }
    }
    let place = drawn.iter().rposition(|shown| shown.is_at(pos))?;
    Some((place, None))
}

impl Drawn {
    /// Whether a press there means this one: its lines, its points or its words.
    fn is_at(&self, pos: Pos2) -> bool {
        let point = |pos: Pos2| Point { x: pos.x, y: pos.y };
        let near = |ends: &[Pos2]| match *ends {
            [from, to] => point(pos).distance_to_segment([point(from), point(to)]) <= TOLERANCE_PT,
            _ => false,
        };
        let mut lines = self.lines.iter();
        let mut handles = self.handles.iter();
        self.label.expand(2.0).contains(pos)
            || handles.any(|handle| handle.distance(pos) <= TOLERANCE_PT)
            || lines.any(|line| line.windows(2).any(near))
    }
}

#[cfg(test)]
mod tests {
    use egui::{Rect, pos2};

    use super::*;

    fn drawn(from: Pos2, to: Pos2, label: Rect) -> Drawn {
        Drawn {
            lines: vec![vec![from, to]],
            handles: vec![from, to],
            galley: None,
            label,
            spoken: String::new(),
        }
    }

    #[test]
    fn a_press_within_six_points_means_the_line_the_label_or_the_selected_ones_handle() {
        let label = Rect::from_min_max(pos2(200.0, 0.0), pos2(260.0, 20.0));
        let all = [
            drawn(pos2(0.0, 50.0), pos2(100.0, 50.0), label),
            drawn(pos2(50.0, 0.0), pos2(50.0, 100.0), Rect::NOTHING),
        ];
        for (pos, selected, expected) in [
            (pos2(20.0, 55.9), None, Some((0, None))),
            (pos2(20.0, 56.1), None, None),
            (pos2(50.0, 50.0), None, Some((1, None))),
            (pos2(230.0, 10.0), None, Some((0, None))),
            (pos2(0.0, 44.5), None, Some((0, None))),
            (pos2(3.0, 54.0), Some(0), Some((0, Some(0)))),
            (pos2(50.0, 95.0), Some(1), Some((1, Some(1)))),
            (pos2(50.0, 95.0), Some(0), Some((1, None))),
        ] {
            assert_eq!(hit(&all, selected, pos), expected, "{pos:?}");
        }
    }
}

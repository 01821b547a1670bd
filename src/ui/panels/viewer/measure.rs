use egui::{Align2, PointerButton, Pos2, Rect, Response, Stroke, Ui, Vec2};

use super::{Pane, Placement, paint};
use crate::domain::{Measurement, Point};
use crate::film::OpenedFilm;
use crate::state::{CommandSender, DisplayChange, Tool};
use crate::ui::theme;

/// Points of the measurement being drawn, in film pixels.
#[derive(Default)]
pub struct Pending {
    points: Vec<Point>,
    cursor: Option<Point>,
}

/// A drag sets both ends of a length; three clicks set an angle.
pub fn handle(
    response: &Response,
    placement: &Placement,
    pane: &Pane<'_>,
    pending: &mut Pending,
    commands: &CommandSender,
) {
    let pointer = response.interact_pointer_pos();
    let pointer = pointer.or_else(|| response.hover_pos());
    pending.cursor = pointer.map(|pos| placement.image(pos));
    match pane.tool {
        Tool::Length => {
            if response.drag_started_by(PointerButton::Primary) {
                // Where the button went down, not where the drag was noticed.
                let start = response.ctx.input(|input| input.pointer.press_origin());
                pending.points = start.map(|pos| placement.image(pos)).into_iter().collect();
            }
            if response.drag_stopped_by(PointerButton::Primary)
                && let ([from], Some(to)) = (pending.points.as_slice(), pending.cursor)
            {
                let length = Measurement::Length([*from, to]);
                pane.send(DisplayChange::AddMeasurement(length), commands);
                pending.points.clear();
            }
        }
        Tool::Angle => {
            if response.clicked_by(PointerButton::Primary)
                && let Some(pos) = pending.cursor
            {
                pending.points.push(pos);
            }
            if let [a, vertex, b] = *pending.points.as_slice() {
                let angle = Measurement::Angle([a, vertex, b]);
                pane.send(DisplayChange::AddMeasurement(angle), commands);
                pending.points.clear();
            }
        }
        _ => pending.points.clear(),
    }
}

/// Lines, ends and figures of all that was measured, and of what is being measured.
pub fn paint_ui(
    ui: &Ui,
    rect: Rect,
    placement: &Placement,
    pane: &Pane<'_>,
    opened: &OpenedFilm,
    pending: &Pending,
) {
    let spacing = opened.film.info.spacing;
    for measurement in &pane.display.measurements {
        let text = measurement.text(spacing);
        line_ui(ui, rect, placement, measurement.points(), &text);
    }
    if pending.points.is_empty() {
        return;
    }
    let mut points = pending.points.clone();
    points.extend(pending.cursor);
    let text = match *points.as_slice() {
        [from, to] if pane.tool == Tool::Length => Measurement::Length([from, to]).text(spacing),
        [a, vertex, b] => Measurement::Angle([a, vertex, b]).text(spacing),
        _ => String::new(),
    };
    line_ui(ui, rect, placement, &points, &text);
}

fn line_ui(ui: &Ui, rect: Rect, placement: &Placement, points: &[Point], text: &str) {
    let painter = ui.painter_at(rect);
    let line: Vec<Pos2> = points.iter().map(|&pos| placement.screen(pos)).collect();
    // Dark around light: seen on any gray.
    for (width, color) in [(3.5, theme::BOX_EDGE), (1.5, theme::MEASURE_LINE)] {
        painter.line(line.clone(), Stroke::new(width, color));
        for &end in &line {
            painter.circle_filled(end, width + 0.5, color);
        }
    }
    if let (Some(&last), false) = (line.last(), text.is_empty()) {
        let at = last + Vec2::new(10.0, -10.0);
        paint::words_ui(ui, rect, at, Align2::LEFT_BOTTOM, text);
    }
}

//! Measurements over the film: what the pointer does to them, where they are drawn, and how.

mod field;
mod layout;
mod paint;
mod pointer;

use std::sync::Arc;

use egui::{Response, Ui};

use super::{Pane, Placement};
use crate::film::OpenedFilm;
use crate::state::CommandSender;
use layout::{Drawn, Regions};
use pointer::Grab;

/// What the measurements of a film keep between frames.
#[derive(Default)]
pub struct MeasureViews {
    regions: Regions,
    grab: Option<Grab>,
    field: field::WordsField,
}

/// The measurements of a film in this frame.
pub struct Shown {
    drawn: Vec<Drawn>,
    /// A drag or a click is theirs, and not that of the tool.
    pub holds_pointer: bool,
}

impl Shown {
    /// All measurements in words, for screen readers.
    pub fn description(&self) -> Option<String> {
        let texts = self.drawn.iter().map(|drawn| drawn.spoken.as_str());
        let texts: Vec<&str> = texts.collect();
        (!texts.is_empty()).then(|| format!("Measurements: {}", texts.join("; ")))
    }
}

/// Lays the measurements out and turns presses, drags and clicks on them into commands.
pub fn handle(
    ui: &Ui,
    response: &Response,
    placement: &Placement,
    (pane, opened): (&Pane<'_>, &Arc<OpenedFilm>),
    views: &mut MeasureViews,
    commands: &CommandSender,
) -> Shown {
    let rect = response.rect;
    let drawn = layout::all(ui, rect, placement, (pane, opened), &mut views.regions);
    let grab = &mut views.grab;
    let holds_pointer = pointer::handle(response, placement, pane, &drawn, grab, commands);
    Shown {
        drawn,
        holds_pointer,
    }
}

/// Draws the measurements, what is being measured, and the field for words.
pub fn paint_ui(
    ui: &mut Ui,
    response: &Response,
    placement: &Placement,
    (pane, opened): (&Pane<'_>, &Arc<OpenedFilm>),
    (shown, views): (&Shown, &mut MeasureViews),
    commands: &CommandSender,
) {
    let rect = response.rect;
    let writing = pane.measuring.writing.as_ref();
    let written = writing.and_then(|writing| writing.place);
    for (place, drawn) in shown.drawn.iter().enumerate() {
        let selected = pane.measuring.selected == Some(place);
        paint::measurement_ui(ui, rect, drawn, selected, written == Some(place));
    }
    let cursor = pointer::position(response).map(|pos| placement.image(pos).within(placement.film));
    if let Some(begun) = layout::begun(ui, rect, placement, (pane, opened), cursor) {
        paint::measurement_ui(ui, rect, &begun, false, writing.is_some());
    }
    if let Some(kind) = pane.tool.measures() {
        let hint = match writing {
            Some(_) => "Enter keeps the words, Escape leaves",
            None if pane.measuring.is_finished && pane.measuring.points.is_empty() => {
                "Drag its ends to correct it, or draw another; Escape leaves the tool"
            }
            None => kind.hint(pane.measuring.points.len()),
        };
        paint::hint_ui(ui, rect, hint);
    }
    field::words_ui(ui, rect, placement, pane, &mut views.field, commands);
}

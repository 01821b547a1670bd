use std::sync::Arc;

use egui::{Align2, Painter, Pos2, Rect, Stroke, StrokeKind, Ui, Vec2};

use super::super::paint::words_ui;
use super::layout::Drawn;
use crate::ui::theme;

/// Lines, ends and result; handles where it is selected. Words that are being written have a field in their place.
pub fn measurement_ui(ui: &Ui, rect: Rect, drawn: &Drawn, selected: bool, written: bool) {
    let painter = ui.painter_at(rect);
    // Dark around light: seen on any gray.
    for (width, color) in [(3.5, theme::BOX_EDGE), (1.5, theme::MEASURE_LINE)] {
        for line in &drawn.lines {
            painter.line(line.clone(), Stroke::new(width, color));
        }
        if !drawn.lines.is_empty() && !selected {
            for &end in &drawn.handles {
                painter.circle_filled(end, width + 0.5, color);
            }
        }
    }
    if !written {
        label_ui(&painter, drawn, selected);
    }
    if selected {
        for &handle in &drawn.handles {
            let square = Rect::from_center_size(handle, Vec2::splat(theme::HANDLE_SIDE_PT));
            painter.rect_filled(square, 1.0, theme::BOX_EDGE);
            let stroke = Stroke::new(2.0, theme::MEASURE_LINE);
            painter.rect_stroke(square, 1.0, stroke, StrokeKind::Inside);
        }
    }
}

fn label_ui(painter: &Painter, drawn: &Drawn, selected: bool) {
    let Some(galley) = &drawn.galley else {
        return;
    };
    let at = drawn.label.min;
    for (x, y) in HALO {
        let by = Vec2::new(x, y) * 1.2;
        let dark = theme::BOX_EDGE;
        painter.galley_with_override_text_color(at + by, Arc::clone(galley), dark);
    }
    painter.galley(at, Arc::clone(galley), theme::MEASURE_LINE);
    if selected {
        let stroke = Stroke::new(1.0, theme::MEASURE_LINE);
        let frame = drawn.label.expand(3.0);
        painter.rect_stroke(frame, 2.0, stroke, StrokeKind::Outside);
    }
}

/// The same words in dark all around, so that light ones are seen on any gray.
const HALO: [(f32, f32); 8] = [
    (-1.0, 0.0),
    (1.0, 0.0),
    (0.0, -1.0),
    (0.0, 1.0),
    (-0.7, -0.7),
    (0.7, -0.7),
    (-0.7, 0.7),
    (0.7, 0.7),
];

/// What to draw next, at the film's head.
pub fn hint_ui(ui: &Ui, rect: Rect, text: &str) {
    let at: Pos2 = rect.center_top() + Vec2::new(0.0, theme::HINT_BELOW_TOP_PT);
    words_ui(ui, rect, at, Align2::CENTER_TOP, text);
}

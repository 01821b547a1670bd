use std::sync::Arc;

use egui::{
    ColorImage, Context, CursorIcon, Key, PointerButton, Pos2, Response, TextureHandle, TextureId,
    TextureOptions, Ui,
};

use super::{Pane, Placement};
use crate::domain::Point;
use crate::film::ScoredFilm;
use crate::state::{CommandSender, DisplayChange, DisplayCommand, Tool};

/// Wheel points that enlarge by a factor of e.
const WHEEL_POINTS_A_FACTOR_OF_E: f32 = 300.0;
/// Points of a zoom drag that enlarge by a factor of e.
const DRAG_POINTS_A_FACTOR_OF_E: f32 = 200.0;
/// Share of sharp pixels drawn while gray or zoom move.
const DETAIL_WHILE_MOVING: f32 = 0.7;

/// The pointer input over the film in this frame.
pub struct Pointer {
    /// Where it is, if it is over the viewer.
    pub over: Option<Pos2>,
    /// How fine the film has to be drawn.
    pub detail: f32,
    /// Whether the area under it is to be enlarged.
    pub magnifies: bool,
}

/// Turns drags, wheel, pinch and double clicks into commands; `busy` while the left button is about a measurement.
pub fn handle(
    ui: &Ui,
    response: &Response,
    pane: &Pane<'_>,
    placement: &Placement,
    busy: bool,
    commands: &CommandSender,
) -> Pointer {
    let view = placement.screen_from_shown;
    let space = ui.input(|input| input.key_down(Key::Space)) && !ui.ctx().text_edit_focused();
    let left = response.dragged_by(PointerButton::Primary) && !busy;
    let pans =
        response.dragged_by(PointerButton::Middle) || (left && (space || pane.tool == Tool::Pan));
    let delta = response.drag_delta();
    let mut moved = view;
    let mut detail = 1.0;
    if pans {
        moved = moved.panned(Point {
            x: delta.x,
            y: delta.y,
        });
    } else if left && pane.tool == Tool::Window && delta != egui::Vec2::ZERO {
        detail = DETAIL_WHILE_MOVING;
        pane.send(
            window_drag(delta, response, pane.window_axes_swapped),
            commands,
        );
    } else if left && pane.tool == Tool::Window {
        // A hand at rest in the midst of a drag.
        detail = DETAIL_WHILE_MOVING;
    } else if left && pane.tool == Tool::Zoom {
        detail = DETAIL_WHILE_MOVING;
        let start = ui.input(|input| input.pointer.press_origin());
        if let Some(start) = start {
            moved = moved.zoomed_at(point(start), (-delta.y / DRAG_POINTS_A_FACTOR_OF_E).exp());
        }
    }
    if let Some(cursor) = response.hover_pos() {
        let (wheel, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
        let factor = pinch * (wheel / WHEEL_POINTS_A_FACTOR_OF_E).exp();
        if (factor - 1.0).abs() > f32::EPSILON {
            detail = DETAIL_WHILE_MOVING;
            moved = moved.zoomed_at(point(cursor), factor);
        }
    }
    if moved != view {
        pane.send(DisplayChange::SetView(moved), commands);
    }
    // A stroke that covers ends by itself, after its last place.
    if response.drag_stopped() && pane.tool != Tool::Cover {
        pane.send(DisplayCommand::EndGesture, commands);
    }
    if response.double_clicked() && !busy && pane.tool.measures().is_none() {
        pane.send(DisplayChange::Fit, commands);
    }
    if busy {
        ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
    } else {
        cursor_ui(ui, response, pane.tool, pans || space);
    }
    let pressed = response.is_pointer_button_down_on();
    Pointer {
        over: response.hover_pos().or_else(|| {
            let pos = response.interact_pointer_pos();
            pos.filter(|pos| response.rect.contains(*pos))
        }),
        detail,
        magnifies: (pressed && pane.tool == Tool::Magnifier && !pans && !busy)
            || (ui.input(|input| input.key_down(Key::Z) && input.modifiers.is_none())
                && !ui.ctx().text_edit_focused()),
    }
}

/// Parts of the viewer's sides; right and up count as IHE's Basic Image Review has them.
fn window_drag(delta: egui::Vec2, response: &Response, swapped: bool) -> DisplayChange {
    let size = response.rect.size();
    let right = f64::from(delta.x / size.x.max(1.0));
    let up = f64::from(-delta.y / size.y.max(1.0));
    let (wider, brighter) = if swapped { (up, right) } else { (right, up) };
    DisplayChange::DragWindow { wider, brighter }
}

fn cursor_ui(ui: &Ui, response: &Response, tool: Tool, pans: bool) {
    if !response.hovered() && !response.dragged() {
        return;
    }
    ui.ctx().set_cursor_icon(match tool {
        _ if pans => CursorIcon::Grabbing,
        Tool::Pan => CursorIcon::Grab,
        Tool::Zoom => CursorIcon::ZoomIn,
        Tool::Window | Tool::Magnifier => CursorIcon::Default,
        Tool::Text => CursorIcon::Text,
        Tool::Length | Tool::Angle | Tool::Ratio | Tool::Rectangle | Tool::Arrow | Tool::Cover => {
            CursorIcon::Crosshair
        }
    });
}

fn point(pos: Pos2) -> Point {
    Point { x: pos.x, y: pos.y }
}

/// The network input as a texture.
#[derive(Default)]
pub struct InputTexture(Option<(Arc<ScoredFilm>, TextureHandle)>);

impl InputTexture {
    /// The input's grays, each pixel a square; `scale` is what the model multiplies grays by.
    pub fn of(&mut self, ctx: &Context, scored: &Arc<ScoredFilm>, scale: f32) -> TextureId {
        if let Some((known, texture)) = &self.0
            && Arc::ptr_eq(known, scored)
        {
            return texture.id();
        }
        let input = &scored.inference.input;
        let grays = input.values.iter();
        let grays: Vec<u8> = grays.map(|value| (value / scale).round() as u8).collect();
        let image = ColorImage::from_gray([input.side, input.side], &grays);
        let texture = ctx.load_texture("network input", image, TextureOptions::NEAREST);
        let id = texture.id();
        self.0 = Some((Arc::clone(scored), texture));
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drag_right_widens_and_a_drag_up_brightens() {
        egui::__run_test_ui(|ui| {
            let rect = egui::Rect::from_min_size(Pos2::ZERO, egui::vec2(200.0, 100.0));
            let response = ui.interact(rect, egui::Id::unique("film"), egui::Sense::drag());
            for (swapped, expected) in [(false, (0.1, 0.2)), (true, (0.2, 0.1))] {
                let command = window_drag(egui::vec2(20.0, -20.0), &response, swapped);
                let DisplayChange::DragWindow { wider, brighter } = command else {
                    panic!("{command:?}");
                };
                assert!((wider - expected.0).abs() < 1e-6);
                assert!((brighter - expected.1).abs() < 1e-6);
            }
        });
    }
}

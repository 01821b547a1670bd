use egui::{
    Color32, ColorImage, PointerButton, Pos2, Rect, Response, Stroke, TextureHandle,
    TextureOptions, Ui,
};

use super::placement::WHOLE_UV;
use super::{Pane, Placement};
use crate::explain::Cover;
use crate::state::{CommandSender, DisplayCommand, Tool};
use crate::ui::theme;

/// Left covers, right uncovers, as long as the button is down.
pub fn handle(
    ui: &Ui,
    response: &Response,
    pane: &Pane<'_>,
    placement: &Placement,
    commands: &CommandSender,
) {
    if pane.beside
        || pane.tool != Tool::Cover
        || pane.scored().is_none()
        || !response.is_pointer_button_down_on()
    {
        return;
    }
    let (covers, uncovers, moved) = ui.input(|input| {
        let pointer = &input.pointer;
        (
            pointer.button_down(PointerButton::Primary),
            pointer.button_down(PointerButton::Secondary),
            pointer.is_moving() || pointer.any_pressed(),
        )
    });
    if moved
        && (covers || uncovers)
        && let Some(pos) = response.interact_pointer_pos()
    {
        let place = placement.unit(pos);
        commands.display(DisplayCommand::Cover {
            x: place.x,
            y: place.y,
            covers,
        });
    }
}

/// The covered area as a texture.
#[derive(Default)]
pub struct CoverTexture(Option<(Cover, TextureHandle)>);

/// Gray where the film is covered, and the brush under the pointer.
pub fn paint_ui(
    ui: &Ui,
    rect: Rect,
    pointer: Option<Pos2>,
    placement: &Placement,
    pane: &Pane<'_>,
    texture: &mut CoverTexture,
) {
    let Some(probe) = pane.probe else {
        return;
    };
    let painter = ui.painter_at(rect);
    if let Some(cover) = &probe.cover {
        let texture = texture.of(ui, cover);
        painter.add(placement.picture(texture, placement.whole(), WHOLE_UV));
    }
    if let (Tool::Cover, Some(pos)) = (pane.tool, pointer) {
        let radius = probe.brush * placement.film.width * placement.screen_from_shown.zoom;
        for (width, color) in [(3.0, theme::BOX_EDGE), (1.0, theme::MEASURE_LINE)] {
            painter.circle_stroke(pos, radius, Stroke::new(width, color));
        }
    }
}

impl CoverTexture {
    fn of(&mut self, ui: &Ui, cover: &Cover) -> egui::TextureId {
        if let Some((known, texture)) = &self.0
            && known == cover
        {
            return texture.id();
        }
        let color = |covered: &bool| {
            if *covered {
                Color32::from_gray(128)
            } else {
                Color32::TRANSPARENT
            }
        };
        let pixels = cover.pixels().iter().map(color).collect();
        let image = ColorImage::new([cover.side(), cover.side()], pixels);
        let texture = ui
            .ctx()
            .load_texture("cover", image, TextureOptions::NEAREST);
        let id = texture.id();
        self.0 = Some((cover.clone(), texture));
        id
    }
}

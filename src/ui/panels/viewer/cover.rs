use std::mem::replace;

use egui::{
    Color32, ColorImage, Event, PointerButton, Pos2, Rect, Response, TextureHandle, TextureOptions,
    Ui,
};

use super::placement::WHOLE_UV;
use super::{Pane, Placement};
use crate::domain::Point;
use crate::explain::Cover;
use crate::state::{CommandSender, DisplayCommand, Tool};
use crate::ui::theme;

/// A stroke of the brush, from the press on.
#[derive(Default)]
pub struct Stroke {
    begun: Option<Begun>,
}

struct Begun {
    button: PointerButton,
    /// Where the brush was last, as parts of the film's width and height.
    last: Point,
}

/// Left covers, right uncovers, along the whole way of the pointer: all of its places in a frame count.
pub fn handle(
    response: &Response,
    pane: &Pane<'_>,
    placement: &Placement,
    stroke: &mut Stroke,
    commands: &CommandSender,
) {
    if pane.beside || pane.tool != Tool::Cover || pane.scored().is_none() {
        stroke.begun = None;
        return;
    }
    let events = response.ctx.input(|input| input.events.clone());
    // Press and release may be of one frame.
    let ended = response.ctx.input(|input| input.pointer.any_released());
    let over = response.is_pointer_button_down_on() || (ended && response.contains_pointer());
    for event in &events {
        for command in stroke.take(event, response.rect, over, placement) {
            commands.display(command);
        }
    }
}

impl Stroke {
    /// What an event of the pointer does.
    fn take(
        &mut self,
        event: &Event,
        rect: Rect,
        over: bool,
        placement: &Placement,
    ) -> Vec<DisplayCommand> {
        match *event {
            Event::PointerButton {
                pos,
                button: button @ (PointerButton::Primary | PointerButton::Secondary),
                pressed: true,
                ..
            } if over && self.begun.is_none() && rect.contains(pos) => {
                let last = placement.unit(pos);
                self.begun = Some(Begun { button, last });
                self.go_to(last)
            }
            Event::PointerMoved(pos) => self.go_to(placement.unit(pos)),
            Event::PointerButton {
                pos,
                button,
                pressed: false,
                ..
            } => {
                let is_its = |begun: &Begun| begun.button == button;
                if !self.begun.as_ref().is_some_and(is_its) {
                    return Vec::new();
                }
                let mut commands = self.go_to(placement.unit(pos));
                self.begun = None;
                commands.push(DisplayCommand::EndGesture);
                commands
            }
            _ => Vec::new(),
        }
    }

    fn go_to(&mut self, place: Point) -> Vec<DisplayCommand> {
        let Some(begun) = &mut self.begun else {
            return Vec::new();
        };
        let path = vec![replace(&mut begun.last, place), place];
        let covers = begun.button == PointerButton::Primary;
        vec![DisplayCommand::Cover { path, covers }]
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
            painter.circle_stroke(pos, radius, egui::Stroke::new(width, color));
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

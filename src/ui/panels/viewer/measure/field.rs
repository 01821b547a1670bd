use egui::{Area, Frame, Id, Key, Order, Rect, TextEdit, Ui};

use super::super::{Pane, Placement};
use crate::state::{CommandSender, DisplayCommand, MeasureCommand, Writing};
use crate::ui::theme;

/// Longer words would not fit on a film.
const MAX_CHARS: usize = 200;

/// The field in which words are written on the film, between frames.
#[derive(Default)]
pub struct WordsField {
    /// What they belong to, and the words so far.
    begun: Option<(Writing, String)>,
    /// Whether it has had the keyboard.
    had_focus: bool,
}

/// A field at the place of the words. Enter or a press elsewhere accepts, Escape leaves all as it was.
pub fn words_ui(
    ui: &Ui,
    rect: Rect,
    placement: &Placement,
    pane: &Pane<'_>,
    field: &mut WordsField,
    commands: &CommandSender,
) {
    let Some(writing) = &pane.measuring.writing else {
        field.begun = None;
        return;
    };
    let is_new = field
        .begun
        .as_ref()
        .is_none_or(|(known, _)| known != writing);
    if is_new {
        let words = writing.measurement.words().unwrap_or_default();
        field.begun = Some((writing.clone(), words.to_owned()));
        field.had_focus = false;
    }
    let had_focus = &mut field.had_focus;
    let Some((_, words)) = &mut field.begun else {
        return;
    };
    let points = writing.measurement.points();
    let at = points
        .first()
        .map_or(rect.center(), |&pos| placement.screen(pos));
    let place = rect.shrink(4.0);
    let area = Area::new(Id::unique(("words on the film", pane.name)))
        .order(Order::Foreground)
        .fixed_pos(at)
        .constrain_to(place);
    area.show(ui.ctx(), |ui| {
        Frame::popup(ui.style()).inner_margin(2.0).show(ui, |ui| {
            let edit = TextEdit::singleline(words)
                .char_limit(MAX_CHARS)
                .desired_width(theme::FIELD_WIDTH_PT)
                .hint_text("Words on the film");
            let response = ui.add(edit);
            if response.has_focus() {
                *had_focus = true;
            } else if *had_focus {
                let escaped = ui.input(|input| input.key_pressed(Key::Escape));
                let accepted = (!escaped).then(|| words.clone());
                let end = MeasureCommand::EndWriting(accepted);
                pane.send(DisplayCommand::Measure(end), commands);
            } else {
                response.request_focus();
            }
        });
    });
}

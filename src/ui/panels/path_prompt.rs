use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{Align2, Area, Context, Frame, Id, Key, Order, Ui, vec2};

use crate::state::{Command, CommandSender, PathPrompt};

/// Where the line floats, below the bars at the top: nothing moves for it.
const TOP_PT: f32 = 64.0;
/// Where it begins, right of the list, and the room that it leaves for the findings.
const LEFT_PT: f32 = 100.0;
const BESIDE_PT: f32 = 340.0;
/// Widest and narrowest line.
const WIDTH_PT: f32 = 760.0;
const LEAST_WIDTH_PT: f32 = 420.0;

/// A line for typing a path where there is no dialog, for whatever was asked for.
pub fn path_prompt_ui(ctx: &Context, prompt: &PathPrompt, commands: &CommandSender) {
    let whole = ctx.content_rect().width();
    let room = (whole - LEFT_PT - BESIDE_PT).max(LEAST_WIDTH_PT);
    let width = room.min(WIDTH_PT).min(whole - 48.0);
    let left = LEFT_PT.min(whole - width - 24.0).max(8.0);
    Area::new(Id::unique("path"))
        .order(Order::Foreground)
        .anchor(Align2::LEFT_TOP, vec2(left, TOP_PT))
        .show(ctx, |ui| {
            Frame::popup(ui.style()).show(ui, |ui| {
                ui.set_width(width);
                line_ui(ui, prompt, commands);
                if prompt.in_place_of_dialog {
                    ui.weak("This desktop has no file dialog: type or paste the path");
                }
            });
        });
}

fn line_ui(ui: &mut Ui, prompt: &PathPrompt, commands: &CommandSender) {
    ui.horizontal(|ui| {
        let label = ui.label(prompt.question());
        let mut text = prompt.text.clone();
        let width = (ui.available_width() - 160.0).max(120.0);
        let field = egui::TextEdit::singleline(&mut text).desired_width(width);
        let response = ui.add(field).labelled_by(label.id);
        let is_new = is_new(ui.ctx());
        if !prompt.text.is_empty() && is_new {
            // A path that is offered is replaced by typing.
            response.request_focus();
            let mut state = TextEditState::load(ui.ctx(), response.id).unwrap_or_default();
            let all = CCursorRange::two(CCursor::new(0), CCursor::new(prompt.text.chars().count()));
            state.cursor.set_char_range(Some(all));
            state.store(ui.ctx(), response.id);
        }
        if prompt.text.is_empty() && !ui.ctx().text_edit_focused() {
            response.request_focus();
        }
        if response.changed() {
            commands.send(Command::EditPath(text));
        }
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if ui.button(prompt.button()).clicked() || entered {
            commands.send(Command::UseTypedPath);
        }
        if ui.button("Cancel").clicked() {
            commands.send(Command::ShowPathField(false));
        }
    });
}

/// Whether the line was not there in the frame before.
fn is_new(ctx: &Context) -> bool {
    let id = Id::unique("frame of the path line");
    let frame = ctx.cumulative_frame_nr();
    let last: Option<u64> = ctx.data(|data| data.get_temp(id));
    ctx.data_mut(|data| data.insert_temp(id, frame));
    last.is_none_or(|last| last + 1 < frame)
}

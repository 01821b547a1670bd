use egui::{Align2, Area, Context, Frame, Id, Key, Order, Ui, vec2};

use crate::state::{Command, CommandSender, PathPrompt};

/// Where the line floats, below the bars at the top: nothing moves for it.
const TOP_PT: f32 = 64.0;
/// Widest line.
const WIDTH_PT: f32 = 760.0;

/// A line for typing a path where there is no dialog, for whatever was asked for.
pub fn path_prompt_ui(ctx: &Context, prompt: &PathPrompt, commands: &CommandSender) {
    let width = WIDTH_PT.min(ctx.content_rect().width() - 48.0);
    Area::new(Id::unique("path"))
        .order(Order::Foreground)
        .anchor(Align2::CENTER_TOP, vec2(0.0, TOP_PT))
        .show(ctx, |ui| {
            Frame::popup(ui.style()).show(ui, |ui| {
                ui.set_width(width);
                line_ui(ui, prompt, commands);
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
        if ui.button("Hide").clicked() {
            commands.send(Command::ShowPathField(false));
        }
    });
}

use egui::{Key, Ui};

use crate::state::{Command, CommandSender, PathPrompt};

/// A line for typing a path where there is no dialog, for whatever was asked for.
pub fn path_prompt_ui(ui: &mut Ui, prompt: &PathPrompt, commands: &CommandSender) {
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

use egui::{Key, Ui};

use super::path_prompt::{PathTyped, path_prompt_ui};
use crate::state::{Command, CommandSender};

/// A line for the folder of exports, where no dialog is to be had.
pub fn export_prompt_ui(ui: &mut Ui, text: &str, commands: &CommandSender) {
    for typed in path_prompt_ui(ui, "Folder for exports", text) {
        commands.send(match typed {
            PathTyped::Changed(text) => Command::EditExportPath(Some(text)),
            PathTyped::Entered => Command::TakeExportPath,
            PathTyped::Hidden => Command::EditExportPath(None),
        });
    }
}

/// A line for typing the path of a film, a folder or a model, where no dialog is to be had.
pub fn path_field_ui(ui: &mut Ui, typed_path: &str, commands: &CommandSender) {
    ui.horizontal(|ui| {
        let label = ui.label("Path of a film, folder or model");
        let mut text = typed_path.to_owned();
        let width = (ui.available_width() - 160.0).max(120.0);
        let field = egui::TextEdit::singleline(&mut text).desired_width(width);
        let response = ui.add(field).labelled_by(label.id);
        if typed_path.is_empty() && ui.memory(|memory| memory.focused().is_none()) {
            response.request_focus();
        }
        if response.changed() {
            commands.send(Command::EditPath(text));
        }
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if ui.button("Open path").clicked() || entered {
            commands.send(Command::OpenTypedPath);
        }
        if ui.button("Hide").clicked() {
            commands.send(Command::ShowPathField(false));
        }
    });
}

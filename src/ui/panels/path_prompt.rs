use egui::{Key, Ui};

/// What became of a path that is being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathTyped {
    /// The text is this now.
    Changed(String),
    /// It is to be used.
    Entered,
    /// It is not wanted any more.
    Hidden,
}

/// A line for a path where no dialog is to be had.
pub fn path_prompt_ui(ui: &mut Ui, question: &str, text: &str) -> Vec<PathTyped> {
    let mut typed = Vec::new();
    ui.horizontal(|ui| {
        let label = ui.label(question);
        let mut edited = text.to_owned();
        let width = (ui.available_width() - 150.0).max(120.0);
        let field = egui::TextEdit::singleline(&mut edited).desired_width(width);
        let response = ui.add(field).labelled_by(label.id);
        if text.is_empty() && !ui.ctx().text_edit_focused() {
            response.request_focus();
        }
        if response.changed() {
            typed.push(PathTyped::Changed(edited));
        }
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if ui.button("Use path").clicked() || entered {
            typed.push(PathTyped::Entered);
        }
        if ui.button("Hide").clicked() {
            typed.push(PathTyped::Hidden);
        }
    });
    typed
}

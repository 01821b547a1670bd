use egui::{Align2, Context, Grid, Window};

use crate::state::{Command, CommandSender};
use crate::ui::shortcuts::{Action, MOUSE};

/// The list of keys and of what the mouse does.
pub fn keys_ui(ctx: &Context, commands: &CommandSender) {
    let mut open = true;
    Window::new(Action::Keys.label())
        .open(&mut open)
        .collapsible(false)
        .pivot(Align2::CENTER_CENTER)
        .default_pos(ctx.content_rect().center())
        .resizable(false)
        .show(ctx, |ui| {
            Grid::new("keys")
                .num_columns(2)
                .spacing([28.0, 6.0])
                .striped(true)
                .show(ui, |ui| {
                    for action in Action::ALL {
                        if let Some(shortcut) = action.shortcut() {
                            ui.strong(ui.ctx().format_shortcut(&shortcut));
                            ui.label(action.label());
                            ui.end_row();
                        }
                    }
                    for (gesture, meaning) in MOUSE {
                        ui.strong(gesture);
                        ui.label(meaning);
                        ui.end_row();
                    }
                });
        });
    if !open {
        commands.send(Command::ShowKeys(false));
    }
}

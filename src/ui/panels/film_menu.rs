use egui::{Button, Key, Modifiers, Popup, PopupAnchor, Response, SetOpenCommand, Ui};

use crate::state::CommandSender;
use crate::ui::shortcuts::Actions;
use crate::ui::theme;

/// Width of the menu.
const WIDTH_PT: f32 = 300.0;

/// How a menu may be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MenuKeys {
    /// By the menu key while the widget has the focus.
    InFocus,
    /// By the menu key while it or nothing has the focus.
    InFocusOrAlone,
}

/// The menu of a film, on the right button or the menu key (or `Shift+F10`) over its row or its picture.
pub fn film_menu_ui(
    response: &Response,
    keys: MenuKeys,
    actions: Actions<'_>,
    film_idx: usize,
    commands: &CommandSender,
) {
    let ctx = &response.ctx;
    let has_focus = match keys {
        MenuKeys::InFocus => response.has_focus(),
        MenuKeys::InFocusOrAlone => {
            response.has_focus() || ctx.memory(|memory| memory.focused().is_none())
        }
    };
    let by_key = has_focus
        && ctx.input_mut(|input| {
            input.consume_key(Modifiers::NONE, Key::Menu)
                || input.consume_key(Modifiers::SHIFT, Key::F10)
        });
    // By key it opens at the widget, and stays there; by the button at the pointer.
    let id = response.id.with("menu by key");
    if by_key || response.secondary_clicked() {
        ctx.data_mut(|data| data.insert_temp(id, by_key));
    }
    let mut popup = Popup::context_menu(response)
        .style(theme::menu_style)
        .width(WIDTH_PT);
    if ctx.data(|data| data.get_temp(id).unwrap_or(false)) {
        popup = popup.anchor(PopupAnchor::Position(response.rect.center()));
    }
    if by_key {
        popup = popup.open_memory(Some(SetOpenCommand::Bool(true)));
    }
    popup.show(|ui| entries_ui(ui, actions, film_idx, commands));
}

fn entries_ui(ui: &mut Ui, actions: Actions<'_>, film_idx: usize, commands: &CommandSender) {
    for (place, group) in actions
        .film_menu(ui.ctx(), film_idx)
        .into_iter()
        .enumerate()
    {
        if place > 0 {
            ui.separator();
        }
        for entry in group {
            let button = match entry.selected {
                Some(selected) => Button::selectable(selected, entry.label),
                None => Button::new(entry.label),
            };
            let button = if entry.key.is_empty() {
                button
            } else {
                button.shortcut_text(entry.key.as_str())
            };
            let mut response = ui.add_enabled(entry.command.is_some(), button);
            if let Some(obstacle) = entry.obstacle {
                response = response.on_disabled_hover_text(obstacle);
            }
            if let Some(command) = entry.command.filter(|_| response.clicked()) {
                commands.send(command);
                ui.close();
            }
        }
    }
}

//! One table of what can be done: menu entry, key, tooltip and whether it is possible now.

mod command;
mod keymap;
mod table;

use egui::{Context, Modifiers};

use crate::state::{AppState, CommandSender, KeyChoices};

pub use keymap::{text_of, words_of};
pub use table::{Action, MOUSE};

/// A button that does `action`, grayed while that is not possible.
pub fn action_button_ui(
    ui: &mut egui::Ui,
    action: Action,
    state: &AppState,
    commands: &CommandSender,
) {
    let command = action.command(state);
    let mut button = egui::Button::new(action.label());
    if let Some(shortcut) = action.shortcut(&state.shared.settings.keys) {
        button = button.shortcut_text(words_of(ui.ctx(), &shortcut));
    }
    let response = ui.add_enabled(command.is_some(), button);
    if response.clicked()
        && let Some(command) = command
    {
        commands.send(command);
        ui.close();
    }
}

/// The action's shortcut as text, for tooltips; empty if it has none.
pub fn key_words(ctx: &Context, action: Action, keys: &KeyChoices) -> String {
    let shortcut = action.shortcut(keys);
    shortcut.map_or_else(String::new, |shortcut| words_of(ctx, &shortcut))
}

/// Words for a tooltip, with the action's key where it has one.
pub fn with_key(ctx: &Context, words: &str, action: Action, keys: &KeyChoices) -> String {
    match key_words(ctx, action, keys).as_str() {
        "" => words.to_owned(),
        key => format!("{words} ({key})"),
    }
}

/// Sends the commands of the keys pressed in this frame.
pub fn keys_ui(ctx: &Context, state: &AppState, commands: &CommandSender) {
    if state.windows.key_asked_for.is_some() {
        // The next key is an answer, not a command.
        return;
    }
    let typing = ctx.text_edit_focused();
    let focused = ctx.memory(|memory| memory.focused().is_some());
    // F1 always opens the help, as on every desktop.
    let first = egui::KeyboardShortcut::new(Modifiers::NONE, egui::Key::F1);
    let mut bound: Vec<_> = Action::ALL
        .iter()
        .filter_map(|&action| Some((action.shortcut(&state.shared.settings.keys)?, action)))
        .chain([(first, Action::Keys)])
        .collect();
    // A key without Shift also answers to one with it: the more special first.
    bound.sort_by_key(|(shortcut, _)| std::cmp::Reverse(n_modifiers(shortcut.modifiers)));
    // Space over the film is for panning, not for the button that was pressed last.
    if !typing && pointer_over_film(ctx, state) {
        ctx.input_mut(|input| input.consume_key(Modifiers::NONE, egui::Key::Space));
    }
    // The desktop's own key for copying comes as an event of its own.
    let copies = Action::CopyPicture.shortcut(&state.shared.settings.keys)
        == Action::CopyPicture.first_key();
    if copies
        && !typing
        && ctx.input(|input| input.events.contains(&egui::Event::Copy))
        && let Some(command) = Action::CopyPicture.command(state)
    {
        commands.send(command);
    }
    for (shortcut, action) in bound {
        let plain = !(shortcut.modifiers.command || shortcut.modifiers.ctrl);
        let steps = shortcut.modifiers.is_none()
            && matches!(
                action,
                Action::NextFinding | Action::PreviousFinding | Action::Cancel
            );
        // A widget in focus has the first right to letters and arrows.
        let edits = matches!(
            action,
            Action::Undo | Action::Redo | Action::CloseFilm | Action::ResetThresholds
        );
        let palette = state.windows.palette.is_some() && action != Action::Palette;
        if ((plain || edits) && typing) || (steps && focused) || palette {
            continue;
        }
        let (modifiers, key) = (shortcut.modifiers, shortcut.logical_key);
        // Keys can come faster than frames; each press counts.
        let n_presses = ctx.input_mut(|input| input.count_and_consume_key(modifiers, key));
        if n_presses == 0 {
            continue;
        }
        for command in action.command(state).into_iter().cycle().take(n_presses) {
            commands.send(command);
        }
    }
}

fn pointer_over_film(ctx: &Context, state: &AppState) -> bool {
    let pointer = ctx.input(|input| input.pointer.hover_pos());
    pointer
        .zip(state.viewer.main.area)
        .is_some_and(|(pos, area)| {
            let (left, top) = (area.top_left.x, area.top_left.y);
            let within = |pos: f32, start: f32, side: f32| (start..start + side).contains(&pos);
            within(pos.x, left, area.size.width) && within(pos.y, top, area.size.height)
        })
}

fn n_modifiers(modifiers: Modifiers) -> usize {
    let held = [
        modifiers.command || modifiers.ctrl,
        modifiers.alt,
        modifiers.shift,
    ];
    held.into_iter().filter(|held| *held).count()
}

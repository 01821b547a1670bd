//! One table of what can be done: menu entry, key, tooltip and whether it is possible now.

mod command;
mod film_menu;
mod keymap;
mod session_keys;
mod table;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod walk_tests;

use egui::{Button, Context, Modifiers, Response, Ui, Widget};

use crate::state::{AppState, Command, CommandSender, KeyChoices, Workspace};

pub use film_menu::MenuEntry;
pub use keymap::{text_of, words_of};
pub use table::{Action, ActionGroup, MOUSE};

/// The actions as they are now: whether each is possible, the command that carries it out, and its
/// key. Panels get this view in place of the whole state.
#[derive(Clone, Copy)]
pub struct Actions<'a> {
    state: &'a AppState,
}

impl<'a> Actions<'a> {
    /// The actions in this state.
    pub fn of(state: &'a AppState) -> Self {
        Self { state }
    }

    /// The command that carries out an action; `None` where that is not possible now.
    pub fn command(self, action: Action) -> Option<Command> {
        action.command(self.state)
    }

    /// Why it is not possible now, where that is not to be seen.
    pub fn obstacle(self, action: Action) -> Option<&'static str> {
        action.obstacle(self.state)
    }

    /// The action's shortcut as text, for tooltips; empty if it has none.
    pub fn key_words(self, ctx: &Context, action: Action) -> String {
        let shortcut = action.shortcut(self.keys());
        shortcut.map_or_else(String::new, |shortcut| words_of(ctx, &shortcut))
    }

    /// Words for a tooltip, with the action's key where it has one.
    pub fn with_key(self, ctx: &Context, words: &str, action: Action) -> String {
        match self.key_words(ctx, action).as_str() {
            "" => words.to_owned(),
            key => format!("{words} ({key})"),
        }
    }

    /// A tooltip with the name of an action, its key and what it does: `hint`, or the action's own sentence.
    pub fn explain(self, response: Response, action: Action, hint: Option<&str>) -> Response {
        let hint = hint.or(action.hint());
        let tip = |ui: &mut Ui| {
            ui.horizontal(|ui| {
                ui.strong(action.label().trim_end_matches('…'));
                ui.weak(self.key_words(ui.ctx(), action));
            });
            if let Some(hint) = hint {
                ui.label(hint);
            }
        };
        response.on_hover_ui(tip).on_disabled_hover_ui(tip)
    }

    /// Adds a button that does `action`, grayed while that is not possible; the tooltip says why.
    pub fn add(
        self,
        ui: &mut Ui,
        action: Action,
        button: impl Widget,
        commands: &CommandSender,
    ) -> Response {
        let command = self.command(action);
        let response = ui.add_enabled(command.is_some(), button);
        if response.clicked()
            && let Some(command) = command
        {
            commands.send(command);
        }
        match self.obstacle(action) {
            Some(obstacle) => response.on_disabled_hover_text(obstacle),
            None => response,
        }
    }

    /// A line of a menu that does `action`, with its key.
    pub fn menu_ui(self, ui: &mut Ui, action: Action, commands: &CommandSender) {
        let key = self.key_words(ui.ctx(), action);
        let button = Button::new(action.label());
        let button = if key.is_empty() {
            button
        } else {
            button.shortcut_text(key)
        };
        if self.add(ui, action, button, commands).clicked() {
            ui.close();
        }
    }

    fn keys(self) -> &'a KeyChoices {
        &self.state.shared.settings.keys
    }
}

/// Sends the commands of the keys pressed in this frame.
pub fn keys_ui(ctx: &Context, state: &AppState, commands: &CommandSender) {
    if state.windows.key_asked_for.is_some() {
        // The next key is an answer, not a command.
        return;
    }
    session_keys::session_keys_ui(ctx, state, commands);
    // Words on a film have the keys from the click on, a frame before their field is there.
    let writing = state.workspace == Workspace::Viewer && state.viewer.is_writing();
    let typing = ctx.text_edit_focused() || writing;
    // Escape leaves a field that is typed in, and does no more; egui has taken the focus away already.
    let was_typing = ctx.data_mut(|data| {
        let known = data.get_temp_mut_or_default::<bool>(egui::Id::unique("typing"));
        std::mem::replace(known, typing)
    });
    let leaves_field = was_typing && state.shared.prompt.is_none();
    let focused = writing || ctx.memory(|memory| memory.focused().is_some());
    // F1 always opens the help, as on every desktop.
    let first = egui::KeyboardShortcut::new(Modifiers::NONE, egui::Key::F1);
    let mut bound: Vec<_> = Action::ALL
        .iter()
        .filter(|action| !action.is_of_session())
        .filter_map(|&action| Some((action.shortcut(&state.shared.settings.keys)?, action)))
        .chain([(first, Action::Keys)])
        .collect();
    // A key without Shift also answers to one with it: the more special first.
    bound.sort_by_key(|(shortcut, _)| std::cmp::Reverse(n_modifiers(shortcut.modifiers)));
    let findings_shown = !state.shared.settings.viewer.findings_hidden;
    if !focused && findings_shown && state.workspace == Workspace::Viewer {
        begin_at_open_finding(ctx);
    }
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
        let leaves_field = leaves_field && action == Action::Cancel;
        let closes_menu = action == Action::Cancel && egui::Popup::is_any_open(ctx);
        if ((plain || edits) && typing)
            || (steps && focused)
            || palette
            || leaves_field
            || closes_menu
        {
            continue;
        }
        let (modifiers, key) = (shortcut.modifiers, shortcut.logical_key);
        // Keys can come faster than frames; each press counts.
        let n_presses = ctx.input_mut(|input| input.count_and_consume_key(modifiers, key));
        if n_presses == 0 {
            continue;
        }
        // A key cannot be grayed: it says why nothing happens.
        let told = || {
            action
                .obstacle(state)
                .map(|text| Command::Notify(text.to_owned()))
        };
        let command = action.command(state).or_else(told);
        for command in command.into_iter().cycle().take(n_presses) {
            commands.send(command);
        }
    }
}

/// Tab begins at the open finding, not at the first menu: from the film, that is what comes next.
fn begin_at_open_finding(ctx: &Context) {
    let tab = ctx.input(|input| input.key_pressed(egui::Key::Tab) && input.modifiers.is_none());
    let first = ctx.data(|data| data.get_temp::<egui::Id>(first_stop()));
    if let (true, Some(first)) = (tab, first) {
        ctx.memory_mut(|memory| {
            memory.move_focus(egui::FocusDirection::None);
            memory.request_focus(first);
        });
    }
}

/// Under which the panel of findings tells the widget of the open one.
pub fn first_stop() -> egui::Id {
    egui::Id::unique("first stop of Tab")
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
    let pressed = [
        modifiers.command || modifiers.ctrl,
        modifiers.alt,
        modifiers.shift,
    ];
    pressed.into_iter().filter(|pressed| *pressed).count()
}

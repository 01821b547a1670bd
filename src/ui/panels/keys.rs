use egui::{Align2, Context, Event, Grid, KeyboardShortcut, ScrollArea, Ui, Window};

use crate::state::{Command, CommandSender, KeyChoices};
use crate::ui::shortcuts::{Action, ActionGroup, MOUSE, text_of, words_of};
use crate::ui::theme;

/// The list of keys, each to be changed by a click, and of what the mouse does.
///
/// `asked_for` names the action whose key is pressed next.
pub fn keys_ui(
    ctx: &Context,
    keys: &KeyChoices,
    asked_for: Option<&'static str>,
    commands: &CommandSender,
) {
    let mut open = true;
    if let Some(name) = asked_for {
        assign_key(ctx, name, keys, commands);
    }
    Window::new(Action::Keys.label())
        .open(&mut open)
        .collapsible(false)
        .pivot(Align2::CENTER_CENTER)
        .default_pos(ctx.content_rect().center())
        .resizable(false)
        .show(ctx, |ui| {
            ui.horizontal(|ui| {
                ui.label("Click a key to change it");
                let changed = !keys.is_empty();
                let button = egui::Button::new("Reset shortcuts");
                if ui.add_enabled(changed, button).clicked() {
                    commands.send(Command::ResetKeys);
                }
            });
            let height = (ctx.content_rect().height() - 160.0).max(200.0);
            ScrollArea::vertical()
                .max_height(height)
                .min_scrolled_height(height)
                .show(ui, |ui| table_ui(ui, keys, asked_for, commands));
        });
    if !open {
        commands.send(Command::ShowKeys(false));
        commands.send(Command::AskKey(None));
    }
}

fn table_ui(
    ui: &mut Ui,
    keys: &KeyChoices,
    asked_for: Option<&'static str>,
    commands: &CommandSender,
) {
    for group in ActionGroup::ALL {
        ui.add_space(theme::SMALL_GAP_PT);
        ui.strong(group.title());
        if *group == ActionGroup::Session {
            ui.weak("While a session asks for findings, these keys come before all others");
        }
        Grid::new(group.title())
            .num_columns(2)
            .min_col_width(170.0)
            .spacing([18.0, 3.0])
            .striped(true)
            .show(ui, |ui| {
                for &action in group.actions() {
                    let asked = asked_for == Some(action.name());
                    row_ui(ui, action, keys, asked, commands);
                }
            });
    }
    ui.add_space(theme::SMALL_GAP_PT);
    ui.strong("Mouse over the film");
    Grid::new("mouse")
        .num_columns(2)
        .min_col_width(170.0)
        .spacing([18.0, 3.0])
        .striped(true)
        .show(ui, |ui| {
            for (gesture, meaning) in MOUSE {
                ui.label(gesture);
                ui.label(meaning);
                ui.end_row();
            }
        });
}

fn row_ui(ui: &mut Ui, action: Action, keys: &KeyChoices, asked: bool, commands: &CommandSender) {
    let words = match action.shortcut(keys) {
        _ if asked => "Press a key…".to_owned(),
        Some(shortcut) => words_of(ui.ctx(), &shortcut),
        None => "None".to_owned(),
    };
    ui.horizontal(|ui| {
        let button = egui::Button::selectable(asked, words.as_str());
        let response = ui.add(button);
        let name = format!("Key of {}: {words}", action.label());
        response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, asked, &name));
        let hover = "Click, then press the new key. Escape keeps the old key, Delete removes it";
        if response.on_hover_text(hover).clicked() {
            commands.send(Command::AskKey((!asked).then(|| action.name())));
        }
    });
    ui.label(action.label());
    ui.end_row();
}

/// Gives the key pressed next to the action that waits for one.
fn assign_key(ctx: &Context, name: &'static str, keys: &KeyChoices, commands: &CommandSender) {
    let pressed = ctx.input_mut(|input| {
        let place = input.events.iter().position(|event| {
            matches!(
                event,
                Event::Key {
                    pressed: true,
                    repeat: false,
                    ..
                }
            )
        })?;
        match input.events.remove(place) {
            Event::Key { key, modifiers, .. } => Some(KeyboardShortcut::new(modifiers, key)),
            _ => None,
        }
    });
    let Some(pressed) = pressed else {
        return;
    };
    let plain = pressed.modifiers.is_none();
    match pressed.logical_key {
        egui::Key::Escape if plain => commands.send(Command::AskKey(None)),
        egui::Key::Delete | egui::Key::Backspace if plain => {
            commands.send(Command::SetKey(name, None));
        }
        _ => {
            let text = text_of(&pressed);
            let asked = Action::named(name);
            match asked.and_then(|action| action.other_with(&pressed, keys)) {
                Some(action) => {
                    let words = words_of(ctx, &pressed);
                    let text = format!("{words} is already used by \"{}\"", action.label());
                    commands.send(Command::Notify(text));
                    commands.send(Command::AskKey(None));
                }
                None => commands.send(Command::SetKey(name, Some(text))),
            }
        }
    }
}

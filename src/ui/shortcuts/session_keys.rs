use egui::{Context, Event, Key, KeyboardShortcut, Modifiers};

use super::Action;
use crate::state::{AppState, CommandSender, Workspace};

/// Sends the commands of a blinded session's keys in the order in which they were pressed: an answer before a commit
/// counts, one after it is of the next film.
pub fn session_keys_ui(ctx: &Context, state: &AppState, commands: &CommandSender) {
    let in_session = state.list.blinded.is_some() && state.workspace == Workspace::Viewer;
    if !in_session || state.windows.palette.is_some() {
        return;
    }
    let bound = bound(state);
    let typing = ctx.text_edit_focused();
    let pressed = ctx.input_mut(|input| {
        let mut pressed = Vec::new();
        input.events.retain(|event| {
            let found = action_of(event, &bound);
            let found = found.filter(|(shortcut, _)| !(typing && is_plain(*shortcut)));
            if let Some((_, action)) = found
                && may_repeat(action, event)
            {
                pressed.push(action);
            }
            found.is_none()
        });
        pressed
    });
    if pressed.is_empty() {
        return;
    }
    // What was clicked before is not pressed again by the next key.
    ctx.memory_mut(|memory| {
        if let Some(id) = memory.focused() {
            memory.surrender_focus(id);
        }
    });
    for action in pressed {
        if let Some(command) = action.command(state) {
            commands.send(command);
        }
    }
}

/// The keys that the session takes before all others, as things are now.
fn bound(state: &AppState) -> Vec<(KeyboardShortcut, Action)> {
    let keys = &state.shared.settings.keys;
    let is_answering = state.list.is_answering(&state.shared.films);
    let moves = [
        Action::CommitAnswers,
        Action::NextOfSession,
        Action::PreviousOfSession,
    ];
    let actions = Action::ALL.iter().copied();
    let actions =
        actions.filter(|action| moves.contains(action) || is_answering && action.is_of_session());
    let mut bound: Vec<_> = actions
        .filter_map(|action| Some((action.shortcut(keys)?, action)))
        .collect();
    // Second keys, as everybody tries them.
    let plain = |key| KeyboardShortcut::new(Modifiers::NONE, key);
    if is_answering {
        bound.push((plain(Key::Backspace), Action::ClearAnswer));
    } else if state.list.shows_asked_film(&state.shared.films) {
        bound.push((plain(Key::Enter), Action::NextOfSession));
    }
    bound
}

/// The action of an event, with its key.
fn action_of(
    event: &Event,
    bound: &[(KeyboardShortcut, Action)],
) -> Option<(KeyboardShortcut, Action)> {
    let Event::Key {
        key,
        physical_key,
        pressed: true,
        modifiers,
        ..
    } = event
    else {
        return None;
    };
    // With Shift a digit is another sign on most keyboards: the place of the key tells.
    let digits = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5];
    let digit = physical_key.filter(|key| modifiers.shift && digits.contains(key));
    let key = digit.unwrap_or(*key);
    let mut bound = bound.iter();
    let found = bound.find(|(shortcut, _)| {
        shortcut.logical_key == key && modifiers.matches_exact(shortcut.modifiers)
    });
    found.copied()
}

fn is_plain(shortcut: KeyboardShortcut) -> bool {
    !(shortcut.modifiers.command || shortcut.modifiers.ctrl)
}

/// A key that is held answers once.
fn may_repeat(action: Action, event: &Event) -> bool {
    let steps = [
        Action::NextQuestion,
        Action::PreviousQuestion,
        Action::MoreConfidence,
        Action::LessConfidence,
    ];
    let is_repeat = matches!(event, Event::Key { repeat: true, .. });
    !is_repeat || steps.contains(&action)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(key: Key, physical_key: Option<Key>, modifiers: Modifiers) -> Event {
        Event::Key {
            key,
            physical_key,
            pressed: true,
            repeat: false,
            modifiers,
        }
    }

    #[test]
    fn a_digit_with_shift_is_told_by_the_place_of_its_key() {
        let shifted = KeyboardShortcut::new(Modifiers::SHIFT, Key::Num1);
        let plain = KeyboardShortcut::new(Modifiers::NONE, Key::Num1);
        let bound = [
            (plain, Action::AnswerPresent),
            (shifted, Action::Confidence1),
        ];
        let action = |event: &Event| action_of(event, &bound).map(|(_, action)| action);
        let shift = Modifiers::SHIFT;
        // As an American keyboard reports it, and as one does that has no sign there.
        for pressed in [Key::Exclamationmark, Key::Num1] {
            let event = key(pressed, Some(Key::Num1), shift);
            assert_eq!(action(&event), Some(Action::Confidence1), "{pressed:?}");
        }
        let event = key(Key::Num1, Some(Key::Num1), Modifiers::NONE);
        assert_eq!(action(&event), Some(Action::AnswerPresent));
        let event = key(Key::Num1, None, Modifiers::COMMAND);
        assert_eq!(action(&event), None);
    }

    #[test]
    fn a_key_that_is_held_answers_once() {
        let mut event = key(Key::Num1, None, Modifiers::NONE);
        assert!(may_repeat(Action::AnswerPresent, &event));
        if let Event::Key { repeat, .. } = &mut event {
            *repeat = true;
        }
        assert!(!may_repeat(Action::AnswerPresent, &event));
        assert!(may_repeat(Action::NextQuestion, &event));
    }
}

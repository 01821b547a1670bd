use egui::{Key, KeyboardShortcut, ModifierNames, Modifiers};

use super::Action;
use crate::state::KeyChoices;

impl Action {
    /// The key in use, if it has one.
    pub fn shortcut(self, keys: &KeyChoices) -> Option<KeyboardShortcut> {
        match keys.of(self.name()) {
            Some(text) => parse(text),
            None => self.first_key(),
        }
    }

    /// The action of this name, as settings know it.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|action| action.name() == name)
    }

    /// The other action whose key this is where this one's key counts: in a blinded session, or otherwise.
    pub fn other_with(self, shortcut: &KeyboardShortcut, keys: &KeyChoices) -> Option<Self> {
        // As it is written: Command and Ctrl are one here.
        let text = text_of(shortcut);
        let others = Self::ALL.iter().copied().filter(|action| *action != self);
        let mut alike = others.filter(|action| action.is_of_session() == self.is_of_session());
        alike.find(|action| {
            let shortcut = action.shortcut(keys);
            shortcut.is_some_and(|shortcut| text_of(&shortcut) == text)
        })
    }
}

/// As settings have it: `Ctrl+Shift+K`; modifiers alone or unknown keys give `None`.
pub fn parse(text: &str) -> Option<KeyboardShortcut> {
    let mut modifiers = Modifiers::NONE;
    let mut rest = text;
    loop {
        let known = [
            ("Ctrl+", Modifiers::COMMAND),
            ("Alt+", Modifiers::ALT),
            ("Shift+", Modifiers::SHIFT),
        ];
        let found = known.iter().find(|(name, _)| rest.starts_with(name));
        let Some((name, modifier)) = found else {
            break;
        };
        modifiers = modifiers.plus(*modifier);
        rest = rest.get(name.len()..)?;
    }
    let key = Key::from_name(rest)?;
    Some(KeyboardShortcut::new(modifiers, key))
}

/// As settings have it, so that it is read back as it was.
pub fn text_of(shortcut: &KeyboardShortcut) -> String {
    let modifiers = shortcut.modifiers;
    let mut text = String::new();
    for (pressed, name) in [
        (modifiers.command || modifiers.ctrl, "Ctrl+"),
        (modifiers.alt, "Alt+"),
        (modifiers.shift, "Shift+"),
    ] {
        if pressed {
            text.push_str(name);
        }
    }
    text + shortcut.logical_key.name()
}

/// As people read it on this system.
pub fn words_of(ctx: &egui::Context, shortcut: &KeyboardShortcut) -> String {
    let is_mac = ctx.os().is_mac();
    let words = shortcut.format(&ModifierNames::NAMES, is_mac);
    // As it is printed on the key.
    let sign = match shortcut.logical_key {
        Key::Questionmark => "?",
        Key::OpenBracket => "[",
        Key::CloseBracket => "]",
        Key::Backslash => "\\",
        Key::Plus => "+",
        Key::Minus => "-",
        _ => return words,
    };
    let name = shortcut.logical_key.name();
    words
        .strip_suffix(name)
        .map_or(words.clone(), |modifiers| format!("{modifiers}{sign}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_has_two_meanings() {
        let keys = KeyChoices::default();
        for &action in Action::ALL {
            if let Some(shortcut) = action.shortcut(&keys) {
                assert_eq!(action.other_with(&shortcut, &keys), None, "{action:?}");
            }
        }
    }

    #[test]
    fn every_key_is_read_as_it_is_written() {
        for &action in Action::ALL {
            if let Some(shortcut) = action.first_key() {
                let text = text_of(&shortcut);
                assert_eq!(parse(&text), Some(shortcut), "{text}");
            }
        }
        assert_eq!(parse("Ctrl+"), None);
        assert_eq!(parse("Nothing"), None);
    }

    #[test]
    fn the_users_key_takes_the_place_of_the_first_one() {
        let mut keys = KeyChoices::default();
        keys.set("Invert", Some("Ctrl+Shift+B".to_owned()));
        let shortcut = Action::Invert.shortcut(&keys).unwrap();
        assert_eq!(text_of(&shortcut), "Ctrl+Shift+B");
        keys.set("Invert", None);
        assert_eq!(Action::Invert.shortcut(&keys), None);
        keys.forget("Invert");
        assert_eq!(Action::Invert.shortcut(&keys), Action::Invert.first_key());
    }

    #[test]
    fn a_key_that_was_saved_under_an_earlier_name_is_still_the_actions_key() {
        let renamed = [
            ("ColoursOfSystem", Action::SystemColors),
            ("CommitReading", Action::CommitAnswers),
            ("EndReading", Action::EndSession),
            ("NextRead", Action::NextOfSession),
            ("OpenDrawnFilm", Action::OpenSampleFilm),
            ("PreviousRead", Action::PreviousOfSession),
            ("Retry", Action::ReloadFilm),
            ("StartReading", Action::StartSession),
            ("UsualSize", Action::ResetTextSize),
        ];
        for (name, action) in renamed {
            let saved = format!(r#"{{"{name}":"Ctrl+Shift+B"}}"#);
            let keys: KeyChoices = serde_json::from_str(&saved).unwrap();
            let shortcut = action.shortcut(&keys).unwrap();
            assert_eq!(text_of(&shortcut), "Ctrl+Shift+B", "{name}");
            let again = serde_json::to_string(&keys).unwrap();
            assert_eq!(again, saved.replace(name, action.name()));
        }
    }
}

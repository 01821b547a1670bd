use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Earlier names of actions, still read, and the names of today.
const RENAMED: [(&str, &str); 9] = [
    ("ColoursOfSystem", "SystemColors"),
    ("CommitReading", "CommitAnswers"),
    ("EndReading", "EndSession"),
    ("NextRead", "NextOfSession"),
    ("OpenDrawnFilm", "OpenSampleFilm"),
    ("PreviousRead", "PreviousOfSession"),
    ("Retry", "ReloadFilm"),
    ("StartReading", "StartSession"),
    ("UsualSize", "ResetTextSize"),
];

/// Keys that the user chose in place of the first ones, by the action's name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, String>", into = "BTreeMap<String, String>")]
pub struct KeyChoices(BTreeMap<String, String>);

impl From<BTreeMap<String, String>> for KeyChoices {
    fn from(mut keys: BTreeMap<String, String>) -> Self {
        for (old, name) in RENAMED {
            if let Some(key) = keys.remove(old) {
                keys.entry(name.to_owned()).or_insert(key);
            }
        }
        Self(keys)
    }
}

impl From<KeyChoices> for BTreeMap<String, String> {
    fn from(keys: KeyChoices) -> Self {
        keys.0
    }
}

impl KeyChoices {
    /// The user's choice for an action, empty where it is to have no key; `None` without a choice.
    pub fn of(&self, action: &str) -> Option<&str> {
        self.0.get(action).map(String::as_str)
    }

    /// Chooses a key, or none.
    pub fn set(&mut self, action: &str, key: Option<String>) {
        self.0.insert(action.to_owned(), key.unwrap_or_default());
    }

    /// Back to the action's first key.
    pub fn forget(&mut self, action: &str) {
        self.0.remove(action);
    }

    /// Whether any key is another than at first.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Back to all first keys.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

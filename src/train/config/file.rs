use std::path::Path;

use super::field::Field;
use super::group::FieldGroup;
use super::train_config::TrainConfig;
use crate::domain::{number_text, parse_number};
use crate::files::{Existing, read_text_bounded, write_file};
use crate::train::TrainError;

/// Larger files are no configurations, which have some kilobytes.
const MAX_FILE_BYTES: u64 = 1 << 20;

impl TrainConfig {
    /// Reads `config.toml`; errors name the unknown key or the value out of range.
    pub fn load(path: &Path) -> Result<Self, TrainError> {
        let text = read_text_bounded(path, MAX_FILE_BYTES).map_err(|fault| TrainError::Read {
            path: path.to_owned(),
            source: fault.into(),
        })?;
        Self::from_toml(&text, &[]).map_err(|error| TrainError::Config {
            path: path.to_owned(),
            reason: error.to_string(),
        })
    }

    /// Reads TOML, then overrides it with `key=value` pairs; values are TOML, or plain text otherwise.
    pub fn from_toml(text: &str, changes: &[(String, String)]) -> Result<Self, TrainError> {
        let invalid = |error: toml::de::Error| {
            // The message puts the key on a separate line.
            let text = error.to_string().trim().replace('\n', " ");
            TrainError::Value(wrong_kind(&text).unwrap_or(text))
        };
        let mut table: toml::Table = text.parse().map_err(invalid)?;
        rename_old_keys(&mut table, FieldGroup::all_fields())?;
        for (key, value) in changes {
            set(&mut table, key, parsed(value))?;
        }
        rename_old_keys(&mut table, FieldGroup::all_fields())?;
        let config: Self = table.try_into().map_err(invalid)?;
        config.check()?;
        Ok(config)
    }

    /// This configuration, overridden by `key=value` pairs.
    pub fn with_changes(&self, changes: &[(String, String)]) -> Result<Self, TrainError> {
        Self::from_toml(&self.to_toml()?, changes)
    }

    /// Serializes to TOML.
    pub fn to_toml(&self) -> Result<String, TrainError> {
        toml::to_string(self).map_err(|error| TrainError::Value(error.to_string()))
    }

    /// Writes `config.toml`; one that is there is replaced.
    pub fn save(&self, path: &Path) -> Result<(), TrainError> {
        self.save_as(path, Existing::Replace)
    }

    /// The same, with a say in what becomes of a file that is there.
    pub fn save_as(&self, path: &Path, existing: Existing) -> Result<(), TrainError> {
        let text = self.to_toml()?;
        write_file(path, text.as_bytes(), existing).map_err(|source| TrainError::Write {
            path: path.to_owned(),
            source,
        })
    }
}

/// The message that a value is of the wrong type, in the words of the other messages.
fn wrong_kind(text: &str) -> Option<String> {
    let (got, rest) = text
        .strip_prefix("invalid type: ")?
        .split_once(", expected ")?;
    let (expected, key) = rest.split_once(" in `")?;
    let key = key.strip_suffix('`')?;
    let expected = match expected {
        "usize" | "u64" => "a whole number",
        "f64" | "f32" => "a number",
        "a boolean" => "true or false",
        "a string" | "path string" => "a text",
        other => other,
    };
    let got = got.strip_prefix("string ").unwrap_or(got);
    let point = match parse_number(got.trim_matches('"')) {
        Ok(number) if expected == "a number" => format!(": write {}", number_text(number)),
        _ => String::new(),
    };
    Some(format!("expected {expected} for {key}, got {got}{point}"))
}

/// Moves values at old keys to the current ones.
fn rename_old_keys<'f>(
    table: &mut toml::Table,
    fields: impl Iterator<Item = &'f Field>,
) -> Result<(), TrainError> {
    for field in fields {
        for old_key in field.old_keys {
            if let Some(value) = table.remove(*old_key) {
                set(table, field.key, value)?;
            }
        }
    }
    Ok(())
}

/// Puts a value at a key like `augment.rotation_degrees`.
fn set(table: &mut toml::Table, key: &str, value: toml::Value) -> Result<(), TrainError> {
    match key.split_once('.') {
        None => {
            table.insert(key.to_owned(), value);
            Ok(())
        }
        Some((first, rest)) => {
            let below = table
                .entry(first)
                .or_insert_with(|| toml::Value::Table(toml::Table::new()));
            match below {
                toml::Value::Table(below) => set(below, rest, value),
                _ => Err(TrainError::Value(format!("{first} has no fields: {key}"))),
            }
        }
    }
}

fn parsed(value: &str) -> toml::Value {
    let table: Result<toml::Table, _> = format!("value = {value}").parse();
    let parsed = table.ok().and_then(|mut table| table.remove("value"));
    parsed.unwrap_or_else(|| toml::Value::String(value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::FieldKind;

    #[test]
    fn a_value_of_the_wrong_kind_is_refused_in_words() {
        let error = |key: &str, value: &str| {
            let changes = [(key.to_owned(), value.to_owned())];
            TrainConfig::from_toml("", &changes)
                .unwrap_err()
                .to_string()
        };
        let abc = error("epochs", "abc");
        assert_eq!(abc, "expected a whole number for epochs, got \"abc\"");
        let comma = error("learning_rate", "0,01");
        assert_eq!(
            comma,
            "expected a number for learning_rate, got \"0,01\": write 0.01"
        );
        let half = error("epochs", "0.5");
        assert!(
            half.starts_with("expected a whole number for epochs, got"),
            "{half}"
        );
        let kind = error("allow_leaks", "3");
        assert!(
            kind.starts_with("expected true or false for allow_leaks"),
            "{kind}"
        );
        let below = error("augment.shift", "wide");
        assert!(below.contains("shift, got \"wide\""), "{below}");
    }
    use thorax_engine::OptimizerKind;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn a_config_survives_its_file() {
        let config = TrainConfig {
            train_list: Some("train.txt".into()),
            epochs: 7,
            ..TrainConfig::default()
        };
        let text = config.to_toml().unwrap();
        assert_eq!(TrainConfig::from_toml(&text, &[]).unwrap(), config);
    }

    #[test]
    fn pairs_go_over_the_file_and_may_be_bare_text() {
        let changes = pairs(&[
            ("epochs", "3"),
            ("name", "a b"),
            ("test_list", "lists/test list.txt"),
            ("optimizer", "adamw"),
            ("augment.rotation_degrees", "5"),
        ]);
        let config = TrainConfig::from_toml("epochs = 9\nseed = 4", &changes).unwrap();
        assert_eq!((config.epochs, config.seed), (3, 4));
        assert_eq!(config.name, "a b");
        assert_eq!(config.test_list, Some("lists/test list.txt".into()));
        assert_eq!(config.optimizer, OptimizerKind::AdamW);
        assert_eq!(config.augment.rotation_degrees, 5.0);
    }

    #[test]
    fn what_is_unknown_or_out_of_range_names_itself() {
        let error = |key: &str, value: &str| {
            TrainConfig::from_toml("", &pairs(&[(key, value)]))
                .unwrap_err()
                .to_string()
        };
        assert!(error("epoch", "3").contains("epoch"));
        assert!(error("epochs", "0").contains("epochs"));
        assert!(error("epochs", "many").contains("a whole number for epochs"));
        assert!(error("depth", "50").contains("depth"));
        assert!(error("ema_decay", "1.0").contains("ema_decay"));
        assert!(error("loss", "huge").contains("huge"));
        assert!(error("seed.x", "1").contains("seed"));
    }

    #[test]
    fn a_value_at_an_old_key_is_read() {
        const FIELDS: [Field; 1] = [Field {
            old_keys: &["max_angle", "turn"],
            ..Field::new("augment.angle", "", "", FieldKind::Choice(&[]))
        }];
        let mut table = "turn = 3".parse().unwrap();
        rename_old_keys(&mut table, FIELDS.iter()).unwrap();
        assert_eq!(table, "augment.angle = 3".parse().unwrap());
    }
}

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;
use crate::dataset::{ColumnMap, LabelColumns, Undersampling};
use thorax_engine::NetworkSpec;

/// Every key that serde writes, those of missing values too, with its value.
fn written(config: &TrainConfig) -> BTreeMap<String, Value> {
    let Value::Object(values) = serde_json::to_value(config).unwrap() else {
        panic!("expected an object");
    };
    let mut flat = BTreeMap::new();
    for (key, value) in values {
        match value {
            Value::Object(inner) if key == "augment" => {
                let inner = inner.into_iter();
                flat.extend(inner.map(|(name, value)| (format!("{key}.{name}"), value)));
            }
            value => drop(flat.insert(key, value)),
        }
    }
    flat
}

/// Gives the setting another value.
fn change(field: &Field, config: &mut TrainConfig) {
    match &field.kind {
        FieldKind::Count(number) => (number.set)(config, (number.get)(config) + 1),
        FieldKind::Number(number) => (number.set)(config, (number.get)(config) + 0.125),
        FieldKind::Size(size) => *(size.at.get_mut)(config) += size.step,
        FieldKind::Choice(choices) | FieldKind::Undersampling(choices, _) => {
            let other = choices.iter().find(|choice| !(choice.is_chosen)(config));
            (other.unwrap().choose)(config);
        }
        FieldKind::Switch(at) => *(at.get_mut)(config) ^= true,
        FieldKind::Text(at) => (at.get_mut)(config).push('x'),
        FieldKind::OptionalText(at) => *(at.get_mut)(config) = Some("x".to_owned()),
        FieldKind::Data(at) => *(at.get_mut)(config) = "x".into(),
        FieldKind::DataFile(at) | FieldKind::ModelFile(at) => {
            *(at.get_mut)(config) = Some("x".into());
        }
        FieldKind::Columns(at) => {
            *(at.get_mut)(config) = Some(ColumnMap {
                image: "film".to_owned(),
                path: None,
                patient: "patient".to_owned(),
                labels: LabelColumns::OneEach {
                    columns: Vec::new(),
                },
                follow_up: None,
                age: None,
                sex: None,
                view_position: None,
            });
        }
    }
}

#[test]
fn every_key_that_serde_writes_has_one_row_and_every_row_a_key() {
    let keys: Vec<_> = written(&TrainConfig::default()).into_keys().collect();
    let mut rows: Vec<_> = FieldGroup::all_fields().map(|field| field.key).collect();
    rows.sort_unstable();
    assert_eq!(rows, keys);
}

#[test]
fn a_row_changes_its_own_key_alone() {
    let before = written(&TrainConfig::default());
    for field in FieldGroup::all_fields() {
        let mut config = TrainConfig::default();
        change(field, &mut config);
        let after = written(&config);
        let changed = after.iter().filter(|(key, value)| before[*key] != **value);
        let changed: Vec<_> = changed.map(|(key, _)| key.as_str()).collect();
        assert_eq!(changed, [field.key]);
    }
}

#[test]
fn choices_are_spelled_as_in_the_file() {
    for field in FieldGroup::all_fields() {
        let (FieldKind::Choice(choices) | FieldKind::Undersampling(choices, _)) = &field.kind
        else {
            continue;
        };
        for choice in *choices {
            let mut config = TrainConfig::default();
            (choice.choose)(&mut config);
            assert_eq!(written(&config)[field.key], choice.value);
            assert_eq!(field.value(&config), choice.value);
            let chosen = choices.iter().filter(|other| (other.is_chosen)(&config));
            let chosen: Vec<_> = chosen.map(|other| other.value).collect();
            assert_eq!(chosen, [choice.value]);
        }
    }
}

#[test]
fn what_is_out_of_range_is_refused_with_key_range_and_value() {
    let check = |field: &Field, value: &str, write: &dyn Fn(&mut TrainConfig)| {
        let mut config = TrainConfig::default();
        config.check().unwrap();
        write(&mut config);
        let error = config.check().unwrap_err().to_string();
        let expected = format!(
            "expected {} for {}, got {value}",
            field.allowed(),
            field.key
        );
        assert_eq!(error, expected);
    };
    for field in FieldGroup::all_fields() {
        match &field.kind {
            FieldKind::Count(number) => {
                let below = number.range.start().checked_sub(1);
                for value in below.into_iter().chain([number.range.end() + 1]) {
                    check(field, &value.to_string(), &|config| {
                        (number.set)(config, value);
                    });
                }
            }
            FieldKind::Number(number) => {
                let end = *number.range.end();
                let above = if end < 1e6 { end + 0.5 } else { f64::INFINITY };
                for value in [-0.7, above, f64::NAN] {
                    check(field, &value.to_string(), &|config| {
                        (number.set)(config, value);
                    });
                }
            }
            FieldKind::Size(size) => {
                let (start, end) = (size.range.start(), size.range.end());
                for value in [start - size.step, start + 1, end + size.step] {
                    check(field, &value.to_string(), &|config| {
                        *(size.at.get_mut)(config) = value;
                    });
                }
            }
            FieldKind::Undersampling(_, at) => check(field, "1.5@7", &|config| {
                *(at.get_mut)(config) = Undersampling::Fraction {
                    share: 1.5,
                    seed: 7,
                };
            }),
            // Values of other types are valid by construction.
            _ => {}
        }
    }
}

#[test]
fn the_longest_messages_read_well() {
    let check = |key: &str, value: &str, expected: &str| {
        let change = (key.to_owned(), value.to_owned());
        let error = TrainConfig::from_toml("", &[change]).unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    check("epochs", "0", "expected at least 1 for epochs, got 0");
    check(
        "depth",
        "50",
        "expected 11 to 1001 in steps of 9 for depth, got 50",
    );
    check(
        "learning_rate",
        "0",
        "expected 1e-12 to 10 for learning_rate, got 0",
    );
    let rotation = "expected 0 to 180 degrees for augment.rotation_degrees, got 200.1";
    check("augment.rotation_degrees", "200.1", rotation);
}

#[test]
fn sizes_are_those_that_make_a_network() {
    for size in 0..=1100 {
        let accepts = |change: fn(&mut TrainConfig, usize)| {
            let mut config = TrainConfig::default();
            change(&mut config, size);
            config.check().is_ok()
        };
        let depth = accepts(|config, size| config.depth = size);
        assert_eq!(depth, NetworkSpec::new(size, 32, 1).is_ok(), "depth {size}");
        let side = accepts(|config, size| config.side = size);
        assert_eq!(side, NetworkSpec::new(11, size, 1).is_ok(), "side {size}");
    }
}

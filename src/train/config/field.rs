use std::ops::RangeInclusive;
use std::path::PathBuf;

use super::train_config::TrainConfig;
use crate::dataset::{ColumnMap, Undersampling};
use crate::domain::number_text;

/// End of the range of counts without an upper bound: the largest that both TOML and an `f64` hold.
pub(super) const MAX_COUNT: u64 = 9_223_372_036_854_774_784;
/// End of the range of numbers without an upper bound; some are stored as `f32`.
pub(super) const MAX_NUMBER: f64 = f32::MAX as f64;

/// One training setting: one key of `config.toml`, one row of the form, one line of `--help`.
#[derive(Debug)]
pub struct Field {
    /// Key in `config.toml`; a dot leads into a table, as in `augment.shift`.
    pub key: &'static str,
    /// Earlier names of the key, still read.
    pub old_keys: &'static [&'static str],
    /// Name in the window.
    pub label: &'static str,
    /// Tooltip and text of `--help`.
    pub help: &'static str,
    /// Unit of a number, or empty.
    pub unit: &'static str,
    /// Type of the value, its range or choices, and access to it.
    pub kind: FieldKind,
    /// Whether the setting has an effect next to the others; the form hides it otherwise.
    pub applies: fn(&TrainConfig) -> bool,
    /// Warning below the field.
    pub warning: Option<FieldWarning>,
}

/// Warning about a risky value.
#[derive(Debug)]
pub struct FieldWarning {
    /// Whether the value is risky.
    pub is_due: fn(&TrainConfig) -> bool,
    /// What may go wrong.
    pub text: &'static str,
}

/// Type of a setting, its range or choices, and access to it.
#[derive(Debug)]
pub enum FieldKind {
    /// A whole number.
    Count(Number<u64>),
    /// A real number.
    Number(Number<f64>),
    /// A whole number that follows a rule.
    Size(Size),
    /// One of a few values.
    Choice(&'static [Choice]),
    /// On or off.
    Switch(Accessor<bool>),
    /// A text.
    Text(Accessor<String>),
    /// A text that may be missing.
    OptionalText(Accessor<Option<String>>),
    /// Folder of films or table.
    Data(Accessor<PathBuf>),
    /// List of films or table of soft labels; a relative path may start at the data folder.
    DataFile(Accessor<Option<PathBuf>>),
    /// Model file.
    ModelFile(Accessor<Option<PathBuf>>),
    /// Undersampling rule; the last choice has a fraction and a seed.
    Undersampling(&'static [Choice], Accessor<Undersampling>),
    /// Column mapping of a table.
    Columns(Accessor<Option<ColumnMap>>),
}

/// Access to the value of one setting.
#[derive(Debug)]
#[expect(missing_docs, reason = "a reference to read, a reference to write")]
pub struct Accessor<T> {
    pub get: fn(&TrainConfig) -> &T,
    pub get_mut: fn(&mut TrainConfig) -> &mut T,
}

/// A number in a range.
#[derive(Debug)]
pub struct Number<T> {
    /// Reads the value.
    pub get: fn(&TrainConfig) -> T,
    /// Writes the value.
    pub set: fn(&mut TrainConfig, T),
    /// Values that training accepts.
    pub range: RangeInclusive<T>,
    /// Change of the value per point that the mouse is dragged.
    pub speed: f64,
}

/// A number in equal steps from the start of a range.
#[derive(Debug)]
pub struct Size {
    /// Access to the value.
    pub at: Accessor<usize>,
    /// Values that training accepts, of which only every `step`th counts.
    pub range: RangeInclusive<usize>,
    /// Distance between two values.
    pub step: usize,
    /// Largest value that the form offers.
    pub max_offered: usize,
}

/// One of the values of a setting.
#[derive(Debug)]
pub struct Choice {
    /// Value in `config.toml`.
    pub value: &'static str,
    /// Name in the window.
    pub label: &'static str,
    /// Whether this is the value.
    pub is_chosen: fn(&TrainConfig) -> bool,
    /// Makes this the value.
    pub choose: fn(&mut TrainConfig),
}

impl Field {
    /// A setting that always applies, without unit, warning or old keys.
    pub(super) const fn new(
        key: &'static str,
        label: &'static str,
        help: &'static str,
        kind: FieldKind,
    ) -> Self {
        Self {
            key,
            old_keys: &[],
            label,
            help,
            unit: "",
            kind,
            applies: |_| true,
            warning: None,
        }
    }

    pub(super) const fn unit(self, unit: &'static str) -> Self {
        Self { unit, ..self }
    }

    pub(super) const fn applies_if(self, applies: fn(&TrainConfig) -> bool) -> Self {
        Self { applies, ..self }
    }

    pub(super) const fn warns_if(
        self,
        is_due: fn(&TrainConfig) -> bool,
        text: &'static str,
    ) -> Self {
        Self {
            warning: Some(FieldWarning { is_due, text }),
            ..self
        }
    }

    /// Whether the value is in its range.
    pub fn is_in_range(&self, config: &TrainConfig) -> bool {
        match &self.kind {
            FieldKind::Count(number) => number.range.contains(&(number.get)(config)),
            FieldKind::Number(number) => number.range.contains(&(number.get)(config)),
            FieldKind::Size(size) => size.contains(*(size.at.get)(config)),
            FieldKind::Undersampling(_, at) => match (at.get)(config) {
                Undersampling::Fraction { share, .. } => (0.0..=1.0).contains(share),
                Undersampling::None | Undersampling::EveryFifth => true,
            },
            // Values of other types are valid by construction.
            FieldKind::Choice(_)
            | FieldKind::Switch(_)
            | FieldKind::Text(_)
            | FieldKind::OptionalText(_)
            | FieldKind::Data(_)
            | FieldKind::DataFile(_)
            | FieldKind::ModelFile(_)
            | FieldKind::Columns(_) => true,
        }
    }

    /// Range or choices in words, such as `0 to 180 degrees` or `adam, adamw, sgd`.
    pub fn allowed(&self) -> String {
        let values = match &self.kind {
            FieldKind::Count(number) => range_text(&number.range, &MAX_COUNT, u64::to_string),
            FieldKind::Number(number) => {
                range_text(&number.range, &MAX_NUMBER, |value| number_text(*value))
            }
            FieldKind::Size(Size { range, step, .. }) => {
                format!("{} to {} in steps of {step}", range.start(), range.end())
            }
            FieldKind::Choice(choices) => {
                let values: Vec<_> = choices.iter().map(|choice| choice.value).collect();
                values.join(", ")
            }
            FieldKind::Undersampling(..) => {
                "none, every-fifth, FRACTION or FRACTION@SEED with a fraction of 0 to 1".to_owned()
            }
            FieldKind::Switch(_) => "true, false".to_owned(),
            FieldKind::Text(_) | FieldKind::OptionalText(_) => "text".to_owned(),
            FieldKind::Data(_) | FieldKind::DataFile(_) | FieldKind::ModelFile(_) => {
                "path".to_owned()
            }
            FieldKind::Columns(_) => "table".to_owned(),
        };
        format!("{values} {}", self.unit).trim_end().to_owned()
    }

    /// The value as `config.toml` has it, without quotes; empty if it is missing, a path or a table.
    pub fn value(&self, config: &TrainConfig) -> String {
        match &self.kind {
            FieldKind::Count(number) => (number.get)(config).to_string(),
            FieldKind::Number(number) => number_text((number.get)(config)),
            FieldKind::Size(size) => (size.at.get)(config).to_string(),
            FieldKind::Choice(choices) => {
                let chosen = choices.iter().find(|choice| (choice.is_chosen)(config));
                chosen.map_or("", |choice| choice.value).to_owned()
            }
            FieldKind::Undersampling(_, at) => (at.get)(config).to_string(),
            FieldKind::Switch(at) => (at.get)(config).to_string(),
            FieldKind::Text(at) => (at.get)(config).clone(),
            FieldKind::OptionalText(at) => (at.get)(config).clone().unwrap_or_default(),
            FieldKind::Data(_)
            | FieldKind::DataFile(_)
            | FieldKind::ModelFile(_)
            | FieldKind::Columns(_) => String::new(),
        }
    }
}

impl Size {
    /// The values that the form offers.
    pub fn offered(&self) -> impl Iterator<Item = usize> {
        (*self.range.start()..=self.max_offered).step_by(self.step)
    }

    fn contains(&self, value: usize) -> bool {
        self.range.contains(&value) && (value - self.range.start()).is_multiple_of(self.step)
    }
}

fn range_text<T: PartialEq>(
    range: &RangeInclusive<T>,
    unbounded: &T,
    text: impl Fn(&T) -> String,
) -> String {
    let (start, end) = (text(range.start()), text(range.end()));
    if range.end() == unbounded {
        format!("at least {start}")
    } else {
        format!("{start} to {end}")
    }
}

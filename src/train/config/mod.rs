//! The settings of a training, and one table of them: [`FieldGroup::fields`].
//!
//! The form, `--set`, `--help`, range checks and lists of paths all go by that table.

mod train_config;

mod field;
mod fields;
mod group;

mod preset;

mod check;
mod file;
#[cfg(test)]
mod tests;

pub use field::{Accessor, Choice, Field, FieldKind, FieldWarning, Number, Size};
pub use group::FieldGroup;
pub use preset::Preset;
pub use train_config::{LossKind, ScheduleKind, SelectBy, SplitKind, TrainConfig};

//! The film list: metadata of each film, order and filter, marks and notes, scoring in the
//! background, and blinded sessions in which the scores stay hidden until the reader commits.

mod apply;
mod arrange;
mod blinded;
mod command;
mod state;
mod entry;
mod kept_measurements;
mod listing;
mod log;
mod notes;
mod score;
mod search;
mod sidecar;

#[cfg(test)]
mod tests;

use arrange::same_patient;
pub use arrange::{Decision, ListFilter, SortKey, SortOrder, arranged, n_above, score};
pub use blinded::{Agreement, BlindedSession};
pub use command::ListCommand;
pub use entry::{FilmEntry, FilmStatus, Mark};
pub use sidecar::{FilmNote, NoteTimes, Sidecar};
pub use state::ListState;

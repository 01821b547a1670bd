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
mod notes;
mod results;
mod rows;
mod score;
mod search;
mod sidecar;
mod time_order;

#[cfg(test)]
mod tests;

pub use arrange::{Decision, ListFilter, SortKey, SortOrder, arranged, n_above, score};
pub use blinded::{
    AgreementRow, Answer, AnswerCommand, BlindedSession, CommittedFilm, CommittedFinding,
    Confidence, NetworkAnswer, NetworkDecision, ReaderAnswer, SessionReport,
};
pub use command::ListCommand;
pub use entry::{Corrected, FilmEntry, FilmStatus, Mark};
pub use listing::is_drawn_film;
pub use rows::{ListRow, ListRows, RowHeights};
pub use sidecar::{FilmNote, NoteTimes, Sidecar};
pub use state::ListState;
pub use time_order::NoPrior;

//! Blinded sessions: films in random order, the network hidden until the reader commits, a log of every answer.
//!
//! `session.rs` is the session in memory. On the disk it is two files: the log (`log.rs`), to which each commit is
//! appended before it counts, and the saved session beside it (`session_file.rs`): order of the films, what it began
//! with, answers that are not committed.

mod answer;
mod apply;
mod committed;
mod jobs;
mod log;
mod report;
mod resume;
mod session;
mod session_file;

#[cfg(test)]
mod session_tests;
#[cfg(test)]
mod tests;

pub use answer::{Answer, AnswerCommand, Confidence, ReaderAnswer};
pub use committed::{CommittedFilm, CommittedFinding, NetworkAnswer, NetworkDecision};
pub(super) use jobs::SessionJobs;
pub use report::{AgreementRow, SessionReport};
pub use session::BlindedSession;

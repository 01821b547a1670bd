use std::path::PathBuf;

use super::{AnswerCommand, ListFilter, Mark, SortOrder};

/// A command of the film list.
#[derive(Clone, Debug, PartialEq)]
pub enum ListCommand {
    /// Open the sample film.
    OpenDrawnFilm,
    /// Show the film this many places further on the list.
    StepFilm(isize),
    /// Take the film in view off the list.
    CloseFilm,
    /// Take all films off the list.
    CloseAllFilms,
    /// Sort the list.
    Sort(SortOrder),
    /// Show only films that pass.
    Filter(ListFilter),
    /// Make the small pictures of these films.
    WantPictures(Vec<PathBuf>),
    /// Score all films of the list that have no scores, in the background.
    ScoreAll,
    /// Stop that.
    StopScoring,
    /// The next film of the same patient, or the one before.
    StepPatient(isize),
    /// Mark the film in view; the same mark again takes it off.
    Mark(Mark),
    /// Mark a film of the list, whichever is in view.
    MarkFilm(usize, Mark),
    /// Write a note on the film in view.
    Note(String),
    /// Begin a blinded session of the films that the list shows.
    StartBlinded,
    /// Take up a blinded session again from its log.
    ResumeBlinded,
    /// Change the answers to the film in view.
    Answer(AnswerCommand),
    /// Commit to the answers: they are logged, and the network's are shown.
    Commit {
        /// Window center and width that the film was read at, for the log.
        window: String,
    },
    /// Back to the current film of the session.
    ShowAsked,
    /// Another film of the session; after the last one, when all are read, the end page.
    StepBlinded(isize),
    /// End the session and show its end page; committed answers stay in the log.
    EndBlinded,
    /// Write the table of the end page.
    SaveReport,
    /// Close the end page.
    CloseReport,
}

use crate::state::{AppState, BlindedSession, FilmState};
use crate::ui::shortcuts::Actions;

/// What the panel of a blinded session shows.
pub struct SessionView<'a> {
    /// Its actions.
    pub actions: Actions<'a>,
    /// The session.
    pub session: &'a BlindedSession,
    /// How far the film that it asks about has come.
    pub stage: SessionStage,
}

/// How far the film that a session asks about has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionStage {
    /// Another film is in view.
    Elsewhere,
    /// It is being opened, or scored behind the scenes: a commit must wait.
    Waiting,
    /// It has no scores: a commit is not possible.
    Failed,
    /// The reader answers.
    Asking,
    /// The answers are on their way to the log.
    Committing,
    /// They are there: the network's may be seen.
    Committed,
}

impl<'a> SessionView<'a> {
    /// The session of this state, while there is one.
    pub fn of(state: &'a AppState) -> Option<Self> {
        let session = state.list.blinded.as_ref()?;
        let films = &state.shared.films;
        let stage = if !state.list.shows_asked_film(films) {
            SessionStage::Elsewhere
        } else if session.is_committed() {
            SessionStage::Committed
        } else if state.list.is_committing() {
            SessionStage::Committing
        } else {
            match films.film {
                FilmState::Read(_) => SessionStage::Asking,
                FilmState::Failed { .. } | FilmState::Cancelled(_) => SessionStage::Failed,
                FilmState::Empty | FilmState::Opening | FilmState::Scoring(_) => {
                    SessionStage::Waiting
                }
            }
        };
        Some(Self {
            actions: Actions::of(state),
            session,
            stage,
        })
    }
}

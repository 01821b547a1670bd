use std::path::{Path, PathBuf};

use super::log;
use super::resume::Resumed;
use super::session::Committing;
use super::session_file::{SavedSession, save_session};
use crate::state::Services;
use crate::state::list::listing::Listing;
use crate::work::{Task, Wake};

/// The background work of blinded sessions.
pub struct SessionJobs {
    /// Answers on their way to the log; they count once written.
    pub committing: Task<Committing>,
    /// A session that is being read, to be taken up again, and its films.
    pub resuming: Task<(Resumed, Listing)>,
    /// The table of the end page on its way to the disk; the message once it is there.
    pub saving_table: Task<String>,
    saving: Task<()>,
    wake: Wake,
    /// The newest session that is not known to be on the disk.
    unsaved: Option<Save>,
    /// How far that is: what was noted is saved with the next request, or at the end of the program.
    stage: Stage,
}

/// A session to be saved beside its log.
#[derive(Clone, Debug)]
struct Save {
    log: PathBuf,
    session: SavedSession,
}

/// What becomes of a session that is not known to be on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Noted,
    /// To be saved once the job that is running has ended.
    Waiting,
    Saving,
}

impl SessionJobs {
    pub fn new(services: &Services) -> Self {
        Self {
            committing: Task::Idle,
            resuming: Task::Idle,
            saving_table: Task::Idle,
            saving: Task::Idle,
            wake: services.wake.clone(),
            unsaved: None,
            stage: Stage::Noted,
        }
    }

    /// Keeps a session as it is now for the next save, or for the end of the program.
    pub fn note(&mut self, log: &Path, session: SavedSession) {
        let log = log.to_owned();
        self.unsaved = Some(Save { log, session });
        // One that waits is saved as it is now.
        if self.stage == Stage::Saving {
            self.stage = Stage::Noted;
        }
    }

    /// Saves a session as it is now; the newest counts.
    pub fn save(&mut self, log: &Path, session: SavedSession) {
        self.note(log, session);
        self.stage = Stage::Waiting;
        self.start_waiting();
    }

    /// Why a session could not be saved, once that is known.
    pub fn poll_saving(&mut self) -> Option<String> {
        self.saving.poll();
        let error = self.saving.take()?.err();
        if error.is_none() && self.stage == Stage::Saving {
            self.unsaved = None;
        }
        self.start_waiting();
        error
    }

    /// A session that could not be begun is not saved later either.
    pub fn forget(&mut self) {
        self.unsaved = None;
    }

    fn start_waiting(&mut self) {
        if self.saving.is_running() || self.stage != Stage::Waiting {
            return;
        }
        if let Some(save) = self.unsaved.clone() {
            let work = move |_: &_| saved(&save);
            self.saving.start("save session", &self.wake, work);
            self.stage = Stage::Saving;
        }
    }
}

impl Drop for SessionJobs {
    /// The program ends: what is not known to be on the disk is written now.
    fn drop(&mut self) {
        // Waits for its thread.
        self.saving = Task::Idle;
        if let Some(save) = self.unsaved.take() {
            // There is nobody left to tell of a failure.
            let _ = saved(&save);
        }
    }
}

/// Nothing is saved beside a file that cannot be continued as a log.
fn saved(save: &Save) -> anyhow::Result<()> {
    log::check(&save.log)?;
    save_session(&save.log, save.session.clone())
}

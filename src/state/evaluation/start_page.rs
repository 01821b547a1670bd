use super::ScoreColumnsDraft;
use crate::domain::{Part, PartChoice};
use crate::state::Settings;
use crate::train::{FoundRuns, RunPlaces};
use crate::work::{Task, Wake};

/// What evaluation offers before scores are opened: runs, and films to score.
pub struct StartPage {
    /// The runs that the program knows of.
    pub runs: Task<FoundRuns>,
    /// The part of a folder's films to score.
    pub part: PartChoice,
    /// The choice of columns of a table of others, while it is open.
    pub columns: Option<ScoreColumnsDraft>,
    /// What the last search was for.
    searched: Option<RunPlaces>,
}

impl Default for StartPage {
    fn default() -> Self {
        Self {
            runs: Task::Idle,
            part: PartChoice::One(Part::Test),
            columns: None,
            searched: None,
        }
    }
}

impl StartPage {
    /// Looks for runs where training does, unless that is done.
    pub(super) fn keep_up(&mut self, settings: &Settings, wake: &Wake) {
        let places = RunPlaces {
            folders: settings.training.runs_folders.clone(),
            runs: settings.training.recent_runs.clone(),
        };
        if self.searched.as_ref() == Some(&places) || self.runs.is_running() {
            return;
        }
        self.searched = Some(places.clone());
        self.runs
            .start("runs", wake, move |ctx| Ok(places.list(ctx)?));
    }

    /// The next time that the page is shown, runs are looked for again.
    pub(super) fn forget_search(&mut self) {
        self.searched = None;
    }
}

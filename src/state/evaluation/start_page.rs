use super::ScoreColumnsDraft;
use crate::dataset::FilmCache;
use crate::domain::{Part, PartChoice};
use crate::evaluate::BuiltInScores;
use crate::state::Shared;
use crate::train::{FoundRuns, RunPlaces};
use crate::work::Task;

/// The built-in model's own scores, ready to be opened.
#[derive(Clone, Debug)]
pub struct BuiltInRow {
    /// Where they are.
    pub scores: BuiltInScores,
    /// Of each of [`BuiltInScores::PARTS`].
    pub macro_aucs: [Option<f64>; 2],
}

/// What evaluation offers before scores are opened: runs, and films to score.
pub struct StartPage {
    /// The runs that the program knows of.
    pub runs: Task<FoundRuns>,
    /// The built-in model's own scores, with their macro AUC of each of [`BuiltInScores::PARTS`].
    pub built_in: Task<BuiltInRow>,
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
            built_in: Task::Idle,
            part: PartChoice::One(Part::Test),
            columns: None,
            searched: None,
        }
    }
}

impl StartPage {
    /// Looks for runs where training does and lays out the built-in model's scores, unless that is done.
    pub(super) fn keep_up(&mut self, shared: &Shared) {
        let (settings, wake) = (&shared.settings, &shared.services.wake);
        if matches!(self.built_in, Task::Idle) {
            let folder = shared.services.cache_folder.clone();
            let folder = folder.unwrap_or_else(FilmCache::default_folder);
            self.built_in
                .start("scores of the built-in model", wake, move |_| {
                    let scores = BuiltInScores::lay_out(&folder)?;
                    let [valid, test] = BuiltInScores::PARTS.map(|part| scores.macro_auc(part));
                    Ok(BuiltInRow {
                        macro_aucs: [valid?, test?],
                        scores,
                    })
                });
        }
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

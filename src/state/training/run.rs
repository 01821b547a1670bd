use std::sync::Arc;

use super::{RunChoices, RunRecord, TrainingJob};
use crate::model::ModelFile;
use crate::train::Ending;
use crate::work::Progress;

/// The run in view and its activity.
pub struct ShownRun {
    /// What is known of it.
    pub record: RunRecord,
    /// Whether it is running.
    pub state: RunState,
    /// What its page shows of it.
    pub choices: RunChoices,
}

/// Whether a run is running, and how it ended.
pub enum RunState {
    /// It is on disk.
    AtRest,
    /// It is running.
    Running {
        /// The thread that does it.
        job: TrainingJob,
        /// What it is at.
        activity: Activity,
    },
    /// It ended while the program was open.
    Ended(Ending),
    /// It was stopped before the first step.
    Abandoned,
    /// It failed, with the chain of causes.
    Failed(String),
}

/// The phase of a running training.
#[derive(Clone, Debug)]
pub enum Activity {
    /// Splitting and decoding films.
    Preparing,
    /// Taking steps.
    Training,
    /// Scoring validation films, or test films at the end.
    Scoring,
    /// Waiting, with the model of this moment.
    Paused(Arc<ModelFile>),
}

/// The state of a run in a word or two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunPhase {
    /// On the disk, with epochs left to do.
    Unfinished,
    /// Splitting and decoding films.
    Preparing,
    /// Taking steps.
    Training,
    /// Scoring validation films, or test films at the end.
    Scoring,
    /// Told to pause; the batch is being finished.
    Pausing,
    /// Waiting.
    Paused,
    /// Told to stop; the batch is being finished and saved.
    Stopping,
    /// Stopped by the user; can be resumed.
    Stopped,
    /// All epochs are done, or there was no gain for long.
    Finished,
    /// It failed.
    Failed,
}

impl RunPhase {
    /// In the user's words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Unfinished => "Not finished",
            Self::Preparing => "Preparing films",
            Self::Training => "Training",
            Self::Scoring => "Scoring films",
            Self::Pausing => "Finishing batch, then pausing…",
            Self::Paused => "Paused",
            Self::Stopping => "Finishing batch…",
            Self::Stopped => "Stopped, can be resumed",
            Self::Finished => "Finished",
            Self::Failed => "Failed",
        }
    }
}

impl ShownRun {
    /// A run on the disk.
    pub(super) fn at_rest(record: RunRecord) -> Self {
        Self {
            record,
            state: RunState::AtRest,
            choices: RunChoices::default(),
        }
    }

    /// Whether it is running or paused.
    pub fn is_running(&self) -> bool {
        matches!(self.state, RunState::Running { .. })
    }

    /// The model of the pause, while there is one.
    pub fn paused_model(&self) -> Option<&Arc<ModelFile>> {
        let RunState::Running {
            activity: Activity::Paused(model),
            ..
        } = &self.state
        else {
            return None;
        };
        Some(model)
    }

    /// Why it could not go on.
    pub fn error(&self) -> Option<&str> {
        let RunState::Failed(error) = &self.state else {
            return None;
        };
        Some(error)
    }

    /// What it is at.
    pub fn phase(&self) -> RunPhase {
        match &self.state {
            RunState::AtRest if self.record.is_complete() || self.record.test_auc.is_some() => {
                RunPhase::Finished
            }
            RunState::AtRest => RunPhase::Unfinished,
            RunState::Ended(Ending::Stopped) | RunState::Abandoned => RunPhase::Stopped,
            RunState::Ended(Ending::Finished | Ending::StoppedEarly) => RunPhase::Finished,
            RunState::Failed(_) => RunPhase::Failed,
            RunState::Running { job, .. } if job.is_stopping() => RunPhase::Stopping,
            RunState::Running { job, activity } => match (job.is_pausing(), activity) {
                (true, Activity::Paused(_)) => RunPhase::Paused,
                (true, _) => RunPhase::Pausing,
                (false, Activity::Preparing) => RunPhase::Preparing,
                (false, Activity::Scoring) => RunPhase::Scoring,
                // The pause has just ended.
                (false, Activity::Training | Activity::Paused(_)) => RunPhase::Training,
            },
        }
    }

    /// How far decoding or scoring has come; `None` while it does neither.
    pub fn progress(&self) -> Option<Progress> {
        let RunState::Running {
            job,
            activity: Activity::Preparing | Activity::Scoring,
        } = &self.state
        else {
            return None;
        };
        job.progress()
    }

    /// Whether it can go on from a checkpoint in its folder.
    pub fn can_resume(&self) -> bool {
        let at_rest = !self.is_running() && self.phase() != RunPhase::Finished;
        at_rest && self.record.has_checkpoint
    }
}

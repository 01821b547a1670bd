use std::sync::Arc;

use crate::evaluate::{Bootstrap, BootstrapInterval, bootstrap_aucs};
use crate::scores::ScoredSet;
use crate::state::Shared;
use crate::work::{Progress, Task, Wake};

/// Settings of a bootstrap, and an interval for each label and, last, for the macro AUC.
pub type BootstrapFound = (Bootstrap, Vec<Option<BootstrapInterval>>);

/// What is worked out about the scores in view only when it is asked for.
#[derive(Default)]
pub struct Analyses {
    /// Intervals of the AUCs by patients drawn again and again.
    pub bootstrap: Task<BootstrapFound>,
}

/// Work that is running, for the header: one at a time is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Underway {
    /// What it is at.
    pub stage: String,
    /// How far it has come, if it says so.
    pub progress: Option<Progress>,
    /// It was asked to stop.
    pub is_canceling: bool,
}

impl Underway {
    /// Of a task, while it runs; `what` where the work does not say what it is at.
    pub(super) fn of<T>(task: &Task<T>, what: &str) -> Option<Self> {
        let running = task.running()?;
        let stage = running.stage();
        Some(Self {
            stage: if stage.is_empty() {
                what.to_owned()
            } else {
                stage
            },
            progress: running.progress(),
            is_canceling: running.is_canceling(),
        })
    }
}

impl Analyses {
    /// Intervals by patients: one for each label and, last, that of the macro AUC.
    pub fn patient_intervals(&self) -> Option<&[Option<BootstrapInterval>]> {
        let (_, intervals) = self.bootstrap.done()?;
        Some(intervals)
    }

    /// What is running.
    pub fn underway(&self) -> Option<Underway> {
        Underway::of(&self.bootstrap, "Drawing patients")
    }

    /// Draws patients again and again.
    pub(super) fn start_bootstrap(&mut self, set: Arc<ScoredSet>, wake: &Wake) {
        self.bootstrap.start("bootstrap", wake, move |ctx| {
            let settings = Bootstrap::default();
            let intervals = bootstrap_aucs(&set, &settings, ctx)?;
            Ok((settings, intervals))
        });
    }

    /// Stops what is running.
    pub(super) fn cancel(&self) {
        self.bootstrap.cancel();
    }

    /// Other scores are in view: nothing of this is about them.
    pub(super) fn clear(&mut self) {
        self.bootstrap.detach();
        *self = Self::default();
    }

    /// Takes in what the work has reported; failures are shown to the user.
    pub(super) fn poll(&mut self, shared: &mut Shared) {
        shared.polled(&mut self.bootstrap);
    }
}

use std::path::PathBuf;
use std::sync::Arc;

use super::analysis_jobs::{MapsFound, MapsJob, SubgroupsFound, SubgroupsJob};
use crate::evaluate::{Bootstrap, BootstrapInterval, MapRule, bootstrap_aucs};
use crate::explain::{MAP_THRESHOLD, MapMethod};
use crate::scores::ScoredSet;
use crate::state::Shared;
use crate::work::{Progress, Task, Wake};

/// Settings of a bootstrap, and an interval for each label and, last, for the macro AUC.
pub type BootstrapFound = (Bootstrap, Vec<Option<BootstrapInterval>>);

/// What is worked out about the scores in view only when it is asked for.
pub struct Analyses {
    /// Intervals of the AUCs by patients drawn again and again.
    pub bootstrap: Task<BootstrapFound>,
    /// Figures by view, sex, age and visit.
    pub subgroups: Task<SubgroupsFound>,
    /// How maps meet boxes.
    pub maps: Task<MapsFound>,
    /// Which maps, and what is measured of them.
    pub map_rule: MapRule,
    /// The films' table or folder, where another than the known one was chosen.
    pub films: Option<PathBuf>,
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

impl Default for Analyses {
    fn default() -> Self {
        Self {
            bootstrap: Task::Idle,
            subgroups: Task::Idle,
            maps: Task::Idle,
            map_rule: MapRule {
                method: MapMethod::default(),
                cut: MAP_THRESHOLD,
                curves: false,
            },
            films: None,
        }
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
            .or_else(|| Underway::of(&self.subgroups, "Reading the table"))
            .or_else(|| Underway::of(&self.maps, "Reading the table"))
    }

    /// Draws patients again and again.
    pub(super) fn start_bootstrap(&mut self, set: Arc<ScoredSet>, wake: &Wake) {
        self.bootstrap.start("bootstrap", wake, move |ctx| {
            let settings = Bootstrap::default();
            let intervals = bootstrap_aucs(&set, &settings, ctx)?;
            Ok((settings, intervals))
        });
    }

    pub(super) fn start_subgroups(&mut self, job: SubgroupsJob, wake: &Wake) {
        self.subgroups
            .start("subgroups", wake, move |ctx| job.run(ctx));
    }

    pub(super) fn start_maps(&mut self, job: MapsJob, wake: &Wake) {
        self.maps.start("boxes", wake, move |ctx| job.run(ctx));
    }

    /// Stops what is running.
    pub(super) fn cancel(&self) {
        self.bootstrap.cancel();
        self.subgroups.cancel();
        self.maps.cancel();
    }

    /// Other scores are in view: nothing of this is about them, but what is measured stays chosen.
    pub(super) fn clear(&mut self) {
        self.bootstrap.detach();
        self.subgroups.detach();
        self.maps.detach();
        *self = Self {
            map_rule: self.map_rule,
            ..Self::default()
        };
    }

    /// Takes in what the work has reported; failures of the bootstrap are shown to the user, those of
    /// the others where their results would be.
    pub(super) fn poll(&mut self, shared: &mut Shared) {
        shared.polled(&mut self.bootstrap);
        self.subgroups.poll();
        self.maps.poll();
    }
}

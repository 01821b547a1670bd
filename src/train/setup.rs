//! Inputs and result of a training.

use std::path::{Path, PathBuf};

use super::TrainError;
use super::config::TrainConfig;
use super::control::TrainControl;
use super::history::{AucTable, EpochMetrics};
use super::plan::DataPlan;
use super::prepared::Prepared;
use super::run_place::check_run_folder;
use super::trained_model::card;
use crate::dataset::FilmCache;
use crate::model::ComputeDevice;
use crate::work::Watch;
use thorax_engine::NetworkSpec;
use thorax_ranks::Ranks;

/// Inputs of a training besides its configuration.
#[derive(Clone, Debug)]
pub struct TrainSetup {
    /// The device that computes the network.
    pub device: ComputeDevice,
    /// Folder of decoded films.
    pub cache_folder: PathBuf,
    /// Pauses it from outside.
    pub control: TrainControl,
    /// The processes that train together; this one alone but under `mpiexec`.
    pub ranks: Ranks,
}

/// The outcome of a training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All epochs are done.
    Finished,
    /// The patience was used up.
    StoppedEarly,
    /// It was stopped; it can be resumed.
    Stopped,
}

/// The result of a training.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainReport {
    /// Run folder.
    pub folder: PathBuf,
    /// How it ended.
    pub ending: Ending,
    /// The epochs that are done.
    pub epochs: Vec<EpochMetrics>,
    /// AUC on the test films by the best weights; `None` while the run can go on.
    pub test_auc: Option<AucTable>,
}

impl TrainSetup {
    /// The user's cache folder, no pause yet.
    pub fn new(device: ComputeDevice) -> Self {
        Self {
            device,
            cache_folder: FilmCache::default_folder(),
            control: TrainControl::default(),
            ranks: Ranks::alone(),
        }
    }

    fn n_threads(&self) -> usize {
        self.device.engine().map_or(1, |engine| engine.n_threads())
    }

    /// Splits and decodes the films of a configuration.
    pub fn prepare(&self, config: &TrainConfig, watch: &dyn Watch) -> Result<Prepared, TrainError> {
        self.decode(DataPlan::new(config)?, watch)
    }

    /// The same for a new run at `root`, which must not be a folder of the films.
    pub(super) fn prepare_run(
        &self,
        config: &TrainConfig,
        root: &Path,
        watch: &dyn Watch,
    ) -> Result<Prepared, TrainError> {
        let plan = DataPlan::new(config)?;
        check_run_folder(root, &plan.data)?;
        self.decode(plan, watch)
    }

    fn decode(&self, plan: DataPlan, watch: &dyn Watch) -> Result<Prepared, TrainError> {
        plan.check_leaks()?;
        Prepared::new(plan, &self.cache_folder, self.n_threads(), watch)
    }
}

/// The network of a plan, for the engine.
pub(super) fn architecture(plan: &DataPlan) -> Result<NetworkSpec, TrainError> {
    Ok(card(plan, "")?.architecture)
}

/// Date and time, UTC, to the second.
pub(super) fn now() -> String {
    let now = chrono::Utc::now();
    now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

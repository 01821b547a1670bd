use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use super::StepCurve;
use crate::train::{
    AucTable, CurvedRun, EpochMetrics, PreparedRun, RunFolder, RunInfo, StepLoss, StepMetrics,
    TrainConfig, TrainError,
};

/// Lines of a run's log that are kept in memory.
const MAX_LOG_LINES: usize = 400;

/// Everything known about one run, running or on disk.
#[derive(Clone, Debug, Default)]
pub struct RunRecord {
    /// Its path.
    pub folder: PathBuf,
    /// What was asked for, once that is known.
    pub config: TrainConfig,
    /// Software, machine and data; `None` where the folder has none yet.
    pub info: Option<RunInfo>,
    /// Labels in output order; empty before the split.
    pub labels: Vec<String>,
    /// Films in train, valid and test.
    pub n_films: [usize; 3],
    /// Epochs that are done.
    pub epochs: Vec<EpochMetrics>,
    /// Epochs whose model is in the folder.
    pub kept_epochs: Vec<usize>,
    /// Reports of the running training.
    pub live: LiveReports,
    /// The end of the log, oldest line first.
    pub log: VecDeque<String>,
    /// AUC on the test films, once training has ended.
    pub test_auc: Option<AucTable>,
    /// Whether the folder has a checkpoint to resume from.
    pub has_checkpoint: bool,
    /// Counts up with every change that curves and tables show.
    pub revision: u64,
}

/// Losses of steps, and reports of a running training.
#[derive(Clone, Debug, Default)]
pub struct LiveReports {
    /// Loss by step, in epochs.
    pub steps: StepCurve,
    /// The step taken last.
    pub last_step: Option<StepMetrics>,
    /// The last thing that could not be saved.
    pub save_error: Option<String>,
}

impl RunRecord {
    /// A run that is about to begin.
    pub(super) fn beginning(folder: PathBuf, config: TrainConfig) -> Self {
        Self {
            folder,
            config,
            ..Self::default()
        }
    }

    /// Reads a run from its folder; the films need not be there any more.
    pub fn read(root: &Path) -> Result<Self, TrainError> {
        let folder = RunFolder::open(root)?;
        let config = folder.config()?;
        // A run that was stopped before its first step has a configuration only.
        let info = folder.info().ok();
        let epochs = folder.history()?;
        let mut log = folder.log_end();
        // The run is worth opening without them.
        let steps = folder.steps().unwrap_or_else(|error| {
            log += &format!("\n{error}");
            Vec::new()
        });
        let n_skipped = log.lines().count().saturating_sub(MAX_LOG_LINES);
        let frequencies = info.iter().flat_map(|info| &info.class_frequencies);
        Ok(Self {
            folder: root.to_owned(),
            labels: frequencies.map(|(label, _)| label.clone()).collect(),
            n_films: info.as_ref().map_or([0; 3], |info| info.n_films),
            test_auc: info.as_ref().and_then(|info| info.test_auc.clone()),
            kept_epochs: folder.kept_epochs(epochs.len()),
            log: log.lines().skip(n_skipped).map(ToOwned::to_owned).collect(),
            has_checkpoint: folder.checkpoint_path().is_file(),
            live: LiveReports {
                steps: StepCurve::of(&steps),
                ..LiveReports::default()
            },
            config,
            info,
            epochs,
            ..Self::default()
        })
    }

    /// Display name: the last component of its folder.
    pub fn name(&self) -> String {
        RunFolder::at(&self.folder).name()
    }

    /// The epoch whose weights are the best so far.
    pub fn best_epoch(&self) -> Option<&EpochMetrics> {
        self.epochs.iter().rev().find(|epoch| epoch.is_best)
    }

    /// Its curves, to be drawn.
    pub fn curved(&self) -> CurvedRun<'_> {
        CurvedRun {
            name: self.name(),
            config: &self.config,
            epochs: &self.epochs,
            steps: self.live.steps.points(),
        }
    }

    /// Whether all epochs that were asked for are done.
    pub fn is_complete(&self) -> bool {
        self.epochs.len() >= self.config.epochs
    }

    pub(super) fn take_prepared(&mut self, prepared: PreparedRun) {
        self.folder = prepared.folder;
        self.labels = prepared.labels;
        self.n_films = prepared.n_films;
        self.kept_epochs = prepared
            .epochs_done
            .iter()
            .map(|epoch| epoch.epoch)
            .collect();
        self.epochs = prepared.epochs_done;
        // Steps after the checkpoint are taken once more.
        self.live.steps = StepCurve::of(&prepared.steps_done);
        self.revision += 1;
    }

    pub(super) fn take_steps(&mut self, steps: &[StepMetrics]) {
        for step in steps {
            let epochs_done = StepLoss::from(step).epochs_done();
            self.live.steps.push(epochs_done, step.loss);
            self.live.last_step = Some(*step);
        }
        self.revision += 1;
    }

    pub(super) fn take_epoch(&mut self, epoch: EpochMetrics) {
        // An epoch that is taken twice would be a defect below; shown twice it would mislead.
        self.epochs.retain(|known| known.epoch < epoch.epoch);
        self.kept_epochs.retain(|&known| known < epoch.epoch);
        self.kept_epochs.push(epoch.epoch);
        self.epochs.push(epoch);
        self.has_checkpoint = true;
        self.revision += 1;
    }

    pub(super) fn take_line(&mut self, line: String) {
        if self.log.len() == MAX_LOG_LINES {
            self.log.pop_front();
        }
        self.log.push_back(line);
    }
}

#[cfg(test)]
pub(in crate::state) mod tests {
    use super::*;

    /// An epoch with an AUC for the first of two labels only.
    pub fn epoch(number: usize, train_loss: f64, auc: f64) -> EpochMetrics {
        let label = crate::train::LabelAuc {
            auc,
            low: Some(auc - 0.05),
            high: Some(auc + 0.05),
            n_pos: 12,
            n_neg: 30,
        };
        let table = AucTable {
            labels: vec![
                ("Mass".to_owned(), Some(label)),
                ("Hernia".to_owned(), None),
            ],
        };
        EpochMetrics {
            epoch: number,
            train_loss,
            penalty: 0.1,
            train_auc: table.clone(),
            valid_loss: Some(train_loss + 0.1),
            valid_auc: table,
            learning_rate: 1e-3,
            films_per_s: 50.0,
            elapsed_secs: 10.0 * number as f64,
            is_best: true,
            patience_left: None,
        }
    }

    fn step(epoch: usize, step: usize) -> StepMetrics {
        StepMetrics {
            epoch,
            step,
            n_steps: 4,
            loss: 1.0,
            penalty: 0.0,
            learning_rate: 1e-3,
            films_per_s: 10.0,
            eta_secs: 1.0,
        }
    }

    #[test]
    fn steps_stand_at_their_share_of_the_epoch() {
        let mut record = RunRecord::default();
        record.take_steps(&[step(2, 1), step(2, 4)]);
        assert_eq!(record.live.steps.points(), [[1.25, 1.0], [2.0, 1.0]]);
        assert_eq!(record.live.last_step.unwrap().step, 4);
    }

    #[test]
    fn a_resumed_run_shows_the_epochs_before_it() {
        let mut record = RunRecord::default();
        record.take_steps(&[step(1, 4), step(2, 1)]);
        record.take_prepared(PreparedRun {
            folder: PathBuf::from("runs/a"),
            n_films: [8, 4, 4],
            labels: vec!["Mass".to_owned()],
            n_steps_per_epoch: 4,
            n_epochs: 3,
            epochs_done: vec![epoch(1, 1.0, 0.6)],
            steps_done: vec![(&step(1, 4)).into()],
            n_unreadable: 0,
        });
        assert_eq!(record.live.steps.points(), [[1.0, 1.0]], "none twice");
        record.take_epoch(epoch(2, 0.9, 0.7));
        let numbers: Vec<_> = record.epochs.iter().map(|epoch| epoch.epoch).collect();
        assert_eq!(
            (numbers, record.kept_epochs.clone()),
            (vec![1, 2], vec![1, 2])
        );
        assert_eq!(record.name(), "a");
        assert_eq!(record.best_epoch().map(|epoch| epoch.epoch), Some(2));
    }

    #[test]
    fn the_log_keeps_its_end() {
        let mut record = RunRecord::default();
        (0..MAX_LOG_LINES + 5).for_each(|n| record.take_line(n.to_string()));
        assert_eq!(record.log.len(), MAX_LOG_LINES);
        assert_eq!(record.log.front().map(String::as_str), Some("5"));
    }

    #[test]
    fn a_folder_without_films_is_read_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let (run, _lock) = RunFolder::create(folder.path()).unwrap().keep();
        let config = TrainConfig {
            data: PathBuf::from("/gone"),
            epochs: 2,
            ..TrainConfig::default()
        };
        config.save(&run.config_path()).unwrap();
        run.save_history(&[epoch(1, 1.0, 0.6)]).unwrap();
        run.log("epoch 1").unwrap();
        let record = RunRecord::read(folder.path()).unwrap();
        assert_eq!((record.epochs.len(), record.log.len()), (1, 1));
        assert!(record.kept_epochs.is_empty() && !record.is_complete());
    }
}

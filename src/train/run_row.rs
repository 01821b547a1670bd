use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::config::TrainConfig;
use super::history::EpochMetrics;
use super::run_folder::RunFolder;
use super::run_info::RunInfo;
use super::run_settings::settings_of;
use super::{AucTable, TrainError};
use crate::domain::Part;

/// What has become of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunState {
    /// A training writes to its folder now, in this process or another.
    Running,
    /// It was stopped or killed; it can be resumed.
    Interrupted,
    /// All epochs are done, and the test films are scored if there are any.
    Finished,
    /// The patience was used up, and the test films are scored if there are any.
    StoppedEarly,
    /// Its files cannot be read, for this reason.
    Broken(String),
}

impl RunState {
    /// As tables and files show it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Interrupted => "interrupted",
            Self::Finished => "finished",
            Self::StoppedEarly => "stopped early",
            Self::Broken(_) => "broken",
        }
    }

    /// Whether nothing is left to train or to score.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Finished | Self::StoppedEarly)
    }
}

/// One run in a list of runs: what its folder says, without models and checkpoints.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    /// Its folder.
    pub folder: PathBuf,
    /// The last component of the folder.
    pub name: String,
    /// What has become of it.
    pub state: RunState,
    /// Epochs that are done.
    pub n_epochs_done: usize,
    /// Epochs that were asked for; 0 where the configuration cannot be read.
    pub n_epochs: usize,
    /// The epoch with the best weights so far, from 1.
    pub best_epoch: Option<usize>,
    /// Macro AUC of the validation films at the best epoch.
    pub valid_auc: Option<f64>,
    /// Macro AUC of the test films with the best weights.
    pub test_auc: Option<f64>,
    /// When it was started, UTC, as `2026-11-27T12:30:00Z`.
    pub started: Option<String>,
    /// Folder or table that it trains on.
    pub data: PathBuf,
    /// Films in train, valid and test; zeros before the films are decoded.
    pub n_films: [usize; 3],
    /// Settings by which the runs of one list differ, as `config.toml` writes them; a missing one is empty.
    pub differing: BTreeMap<String, String>,
    /// All settings but the data.
    pub(super) settings: BTreeMap<String, String>,
}

impl RunRow {
    /// Reads the run at `root`; one whose files cannot be read is [`RunState::Broken`].
    ///
    /// An error only where there is no run.
    pub fn read(root: &Path) -> Result<Self, TrainError> {
        let folder = match RunFolder::open(root) {
            Err(error @ TrainError::NoRun { .. }) => return Err(error),
            opened => opened,
        };
        let mut row = Self {
            folder: root.to_owned(),
            name: RunFolder::at(root).name(),
            state: RunState::Interrupted,
            n_epochs_done: 0,
            n_epochs: 0,
            best_epoch: None,
            valid_auc: None,
            test_auc: None,
            started: None,
            data: PathBuf::new(),
            n_films: [0; 3],
            differing: BTreeMap::new(),
            settings: BTreeMap::new(),
        };
        if let Err(error) = folder.and_then(|folder| row.fill(&folder)) {
            row.state = RunState::Broken(error.to_string());
        }
        Ok(row)
    }

    /// When it was started, to the minute, as `2026-11-27 12:30`; UTC.
    pub fn started_text(&self) -> String {
        let started = self.started.as_deref().unwrap_or("n/a");
        let minute: String = started.chars().take(16).collect();
        minute.replace('T', " ")
    }

    /// The settings by which it differs from the others of its list, as `depth=20, epochs=3`.
    pub fn differing_text(&self) -> String {
        let set = self.differing.iter().filter(|(_, value)| !value.is_empty());
        let texts: Vec<_> = set.map(|(key, value)| format!("{key}={value}")).collect();
        texts.join(", ")
    }

    /// The part whose scores say most of it, as far as they are written: test, or else validation.
    pub fn scored_part(&self) -> Option<Part> {
        match (self.test_auc, self.valid_auc) {
            (Some(_), _) => Some(Part::Test),
            (None, Some(_)) => Some(Part::Valid),
            (None, None) => None,
        }
    }

    fn fill(&mut self, folder: &RunFolder) -> Result<(), TrainError> {
        let config = folder.config()?;
        self.n_epochs = config.epochs;
        self.data.clone_from(&config.data);
        self.settings = settings_of(&config)?;
        let epochs = folder.history()?;
        self.n_epochs_done = epochs.len();
        let best = epochs.iter().rev().find(|epoch| epoch.is_best);
        self.best_epoch = best.map(|epoch| epoch.epoch);
        self.valid_auc = best.and_then(|epoch| epoch.valid_auc.macro_mean());
        let info = match folder.info() {
            // Earlier versions wrote it after the configuration.
            Err(TrainError::Read { source, .. }) if source.kind() == ErrorKind::NotFound => None,
            info => Some(info?),
        };
        if let Some(info) = &info {
            self.started = Some(info.started.clone());
            self.n_films = info.n_films;
            self.test_auc = info.test_auc.as_ref().and_then(AucTable::macro_mean);
        }
        self.state = if folder.is_locked()? {
            RunState::Running
        } else {
            ending(&config, &epochs, info.as_ref())
        };
        Ok(())
    }
}

/// How far a run has come that nobody trains now.
fn ending(config: &TrainConfig, epochs: &[EpochMetrics], info: Option<&RunInfo>) -> RunState {
    let best = epochs.iter().rev().find(|epoch| epoch.is_best);
    let n_without_gain = epochs.len() - best.map_or(0, |epoch| epoch.epoch.min(epochs.len()));
    // Stopped while the test films were scored, it resumes there.
    let scores_missing = info.is_none_or(|info| info.n_films[2] > 0 && info.test_auc.is_none());
    if scores_missing {
        RunState::Interrupted
    } else if epochs.len() >= config.epochs {
        RunState::Finished
    } else if config.patience > 0 && n_without_gain >= config.patience {
        RunState::StoppedEarly
    } else {
        RunState::Interrupted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::LabelAuc;

    fn epoch(number: usize, is_best: bool) -> EpochMetrics {
        EpochMetrics {
            epoch: number,
            train_loss: 0.5,
            penalty: 0.0,
            train_auc: AucTable::default(),
            valid_loss: None,
            valid_auc: table(0.5 + 0.1 * number as f64),
            learning_rate: 1e-3,
            films_per_s: 9.0,
            elapsed_secs: 1.0,
            is_best,
            patience_left: None,
        }
    }

    fn table(auc: f64) -> AucTable {
        let auc = LabelAuc {
            auc,
            low: None,
            high: None,
            n_pos: 3,
            n_neg: 4,
        };
        AucTable {
            labels: vec![("Mass".to_owned(), Some(auc))],
        }
    }

    fn info(n_test: usize, test_auc: Option<AucTable>) -> RunInfo {
        RunInfo {
            software: "Thorax".to_owned(),
            device: "CPU".to_owned(),
            started: "2026-11-27T12:30:00Z".to_owned(),
            table: PathBuf::from("t.csv"),
            data_fingerprint: String::new(),
            soft_labels_fingerprint: None,
            class_frequencies: Vec::new(),
            n_films: [8, 4, n_test],
            n_films_of_split: [8, 4, n_test],
            n_missing: [0; 3],
            unreadable: Vec::new(),
            n_leaking_patients: 0,
            test_auc,
        }
    }

    #[test]
    fn a_run_is_over_when_its_epochs_or_its_patience_and_its_test_films_are() {
        let check = |patience, epochs: &[bool], info: &RunInfo, expected| {
            let config = TrainConfig {
                epochs: 3,
                patience,
                ..TrainConfig::default()
            };
            let epochs = epochs.iter().enumerate();
            let epochs: Vec<_> = epochs.map(|(i, &best)| epoch(i + 1, best)).collect();
            assert_eq!(ending(&config, &epochs, Some(info)), expected);
        };
        let (judged, no_test) = (info(4, Some(table(0.7))), info(0, None));
        check(0, &[], &no_test, RunState::Interrupted);
        check(0, &[true, false], &no_test, RunState::Interrupted);
        check(0, &[true, false, false], &no_test, RunState::Finished);
        check(
            0,
            &[true, true, true],
            &info(4, None),
            RunState::Interrupted,
        );
        check(0, &[true, true, true], &judged, RunState::Finished);
        check(1, &[true, false], &judged, RunState::StoppedEarly);
        check(2, &[true, false], &no_test, RunState::Interrupted);
        check(2, &[], &no_test, RunState::Interrupted);
    }

    #[test]
    fn a_row_says_what_the_folder_says() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("a");
        assert!(matches!(RunRow::read(&root), Err(TrainError::NoRun { .. })));
        let (run, lock) = RunFolder::create(&root).unwrap().keep();
        let config = TrainConfig {
            data: PathBuf::from("/films"),
            epochs: 2,
            ..TrainConfig::default()
        };
        config.save(&run.config_path()).unwrap();
        run.save_info(&info(4, Some(table(0.7)))).unwrap();
        run.save_history(&[epoch(1, true), epoch(2, false)])
            .unwrap();
        let row = RunRow::read(&root).unwrap();
        assert_eq!(row.state, RunState::Running);
        drop(lock);
        let row = RunRow::read(&root).unwrap();
        assert_eq!((row.name.as_str(), &row.state), ("a", &RunState::Finished));
        assert_eq!((row.n_epochs_done, row.n_epochs), (2, 2));
        assert_eq!(
            (row.best_epoch, row.valid_auc, row.test_auc),
            (Some(1), Some(0.6), Some(0.7))
        );
        assert_eq!(row.data, PathBuf::from("/films"));
        assert_eq!(row.settings["epochs"], "2");
        assert_eq!(row.settings["augment.horizontal_flip"], "false");
        assert_eq!(row.settings.get("data"), None);

        std::fs::write(run.config_path(), "epochs = 0").unwrap();
        let row = RunRow::read(&root).unwrap();
        assert!(matches!(&row.state, RunState::Broken(why) if why.contains("config.toml")));
    }
}

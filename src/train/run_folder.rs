use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf, absolute};

use serde::{Deserialize, Serialize};

use super::checkpoint::Checkpoint;
use super::config::TrainConfig;
use super::history::{EpochMetrics, metrics_csv};
use super::plan::DataPlan;
use super::{AucTable, TrainError};
use crate::domain::Part;
use crate::files::{csv_line, csv_text, write_whole};
use crate::model::ModelFile;
use crate::scores::Predictions;

/// The folder of one training: everything needed to assess it years later, without the films.
///
/// ```text
/// config.toml            what was asked for
/// run.json               software, machine, data, parts, labels, class frequencies, test figures
/// split/{train,valid,test}.csv   image and patient of every film
/// metrics.csv  metrics.jsonl     one line an epoch
/// log.txt                        what was said
/// checkpoint.safetensors         to go on from
/// best.safetensors  last.safetensors  epochs/0001.safetensors …   model files
/// valid_predictions.csv  test_predictions.csv
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFolder {
    root: PathBuf,
}

/// The contents of `run.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunInfo {
    /// Version of this program.
    pub software: String,
    /// The device that the network ran on.
    pub device: String,
    /// When it was started, UTC.
    pub started: String,
    /// Path of the table.
    pub table: PathBuf,
    /// Of the decoded films: the same sources, the same fingerprint.
    pub data_fingerprint: String,
    /// Labels in output order, with their share in the training part.
    pub class_frequencies: Vec<(String, f64)>,
    /// Films that were used in train, valid and test.
    pub n_films: [usize; 3],
    /// Films of the split before undersampling and limits.
    pub n_films_of_split: [usize; 3],
    /// Films without a file.
    pub n_missing: [usize; 3],
    /// Films that could not be decoded, with the reason.
    pub unreadable: Vec<String>,
    /// Patients in more than one part of the split.
    pub n_leaking_patients: usize,
    /// AUC on the test films with the best weights, once training has ended.
    pub test_auc: Option<AucTable>,
}

impl RunFolder {
    /// Makes a folder for a new run; one that holds a run already is refused.
    pub fn create(root: &Path) -> Result<Self, TrainError> {
        let folder = Self {
            root: root.to_owned(),
        };
        if folder.config_path().exists() {
            let path = root.to_owned();
            return Err(TrainError::RunExists { path });
        }
        for below in ["split", "epochs"] {
            let path = root.join(below);
            fs::create_dir_all(&path).map_err(|source| TrainError::Write { path, source })?;
        }
        Ok(folder)
    }

    /// The folder of a run that was begun.
    pub fn open(root: &Path) -> Result<Self, TrainError> {
        let folder = Self {
            root: root.to_owned(),
        };
        if !folder.config_path().is_file() {
            let path = root.to_owned();
            return Err(TrainError::NoRun { path });
        }
        Ok(folder)
    }

    /// The folder at `root`, existing or not: for paths, without disk access.
    pub fn at(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// Its path.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The name of the run: the last component of its path.
    pub fn name(&self) -> String {
        let root = absolute(&self.root).unwrap_or_else(|_| self.root.clone());
        let name = root.file_name().unwrap_or(root.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// What was asked for.
    pub fn config_path(&self) -> PathBuf {
        self.root.join("config.toml")
    }

    /// To go on from.
    pub fn checkpoint_path(&self) -> PathBuf {
        self.root.join("checkpoint.safetensors")
    }

    /// The model of the best epoch.
    pub fn best_path(&self) -> PathBuf {
        self.root.join("best.safetensors")
    }

    /// The model of the last epoch.
    pub fn last_path(&self) -> PathBuf {
        self.root.join("last.safetensors")
    }

    /// The model of one epoch, from 1.
    pub fn epoch_path(&self, epoch: usize) -> PathBuf {
        self.root.join(format!("epochs/{epoch:04}.safetensors"))
    }

    /// Scores of the films of a part (`valid`, `test`) by the best model.
    pub fn predictions_path(&self, part: Part) -> PathBuf {
        self.root.join(format!("{part}_predictions.csv"))
    }

    /// What was said.
    pub fn log_path(&self) -> PathBuf {
        self.root.join("log.txt")
    }

    fn info_path(&self) -> PathBuf {
        self.root.join("run.json")
    }

    /// Reads the configuration.
    pub fn config(&self) -> Result<TrainConfig, TrainError> {
        TrainConfig::load(&self.config_path())
    }

    /// Reads `run.json`.
    pub fn info(&self) -> Result<RunInfo, TrainError> {
        let path = self.info_path();
        let text = read(&path)?;
        serde_json::from_str(&text).map_err(|error| broken(&path, &error))
    }

    /// Writes `run.json`.
    pub fn save_info(&self, info: &RunInfo) -> Result<(), TrainError> {
        let path = self.info_path();
        let text = serde_json::to_string_pretty(info).map_err(|error| broken(&path, &error))?;
        write(&path, &text)
    }

    /// The epochs that are done; none before the first is.
    pub fn history(&self) -> Result<Vec<EpochMetrics>, TrainError> {
        let path = self.root.join("metrics.jsonl");
        if !path.exists() {
            return Ok(Vec::new());
        }
        let text = read(&path)?;
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        lines
            .map(|line| serde_json::from_str(line).map_err(|error| broken(&path, &error)))
            .collect()
    }

    /// Writes the epochs that are done, as JSON lines and as a table.
    pub fn save_history(&self, epochs: &[EpochMetrics]) -> Result<(), TrainError> {
        let path = self.root.join("metrics.jsonl");
        let mut lines = String::new();
        for epoch in epochs {
            lines += &serde_json::to_string(epoch).map_err(|error| broken(&path, &error))?;
            lines.push('\n');
        }
        write(&path, &lines)?;
        write(&self.root.join("metrics.csv"), &metrics_csv(epochs))
    }

    /// Writes image and patient of every film of every part.
    pub fn save_split(&self, plan: &DataPlan) -> Result<(), TrainError> {
        for (name, part) in Part::ALL.iter().zip(&plan.parts) {
            let path = self.root.join(format!("split/{name}.csv"));
            let rows = part
                .rows
                .iter()
                .filter_map(|&row| plan.data.table.rows.get(row));
            let lines = rows.map(|row| [row.image.as_str(), row.patient_id.as_str()]);
            let lines = std::iter::once(["image", "patient_id"]).chain(lines);
            let text: String = lines.map(csv_line).collect();
            write_bytes(&path, text.as_bytes())?;
        }
        Ok(())
    }

    /// The patient of every film of a part, as [`RunFolder::save_split`] wrote them.
    pub fn patients(&self, part: Part) -> Result<Vec<String>, TrainError> {
        let path = self.root.join(format!("split/{part}.csv"));
        let mut reader = csv::Reader::from_path(&path).map_err(|error| broken(&path, &error))?;
        let patient = |record: Result<csv::StringRecord, csv::Error>| {
            let record = record.map_err(|error| broken(&path, &error))?;
            Ok(csv_text(record.get(1).unwrap_or_default()).to_owned())
        };
        reader.records().map(patient).collect()
    }

    /// The checkpoint to go on from; `None` before there is one.
    pub fn checkpoint(&self) -> Result<Option<Checkpoint>, TrainError> {
        let path = self.checkpoint_path();
        path.exists().then(|| Checkpoint::load(&path)).transpose()
    }

    /// Epochs whose model is kept.
    pub fn kept_epochs(&self, n_epochs: usize) -> Vec<usize> {
        (1..=n_epochs)
            .filter(|&epoch| self.epoch_path(epoch).is_file())
            .collect()
    }

    /// Writes the model of an epoch, and as the last; as the best if it is.
    pub fn save_model(&self, file: &ModelFile, epoch: &EpochMetrics) -> Result<(), TrainError> {
        file.save(&self.epoch_path(epoch.epoch))?;
        file.save(&self.last_path())?;
        if epoch.is_best {
            file.save(&self.best_path())?;
        }
        Ok(())
    }

    /// Reads the scores of a part by the best model.
    pub fn predictions(&self, part: Part) -> Result<Predictions, TrainError> {
        Ok(Predictions::load(&self.predictions_path(part))?)
    }

    /// Adds a line to the log.
    pub fn log(&self, line: &str) -> io::Result<()> {
        let mut options = OpenOptions::new();
        let mut file = options.create(true).append(true).open(self.log_path())?;
        writeln!(file, "{line}")
    }
}

fn read(path: &Path) -> Result<String, TrainError> {
    fs::read_to_string(path).map_err(|source| TrainError::Read {
        path: path.to_owned(),
        source,
    })
}

fn write(path: &Path, text: &str) -> Result<(), TrainError> {
    write_bytes(path, text.as_bytes())
}

fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), TrainError> {
    write_whole(path, bytes).map_err(|source| TrainError::Write {
        path: path.to_owned(),
        source,
    })
}

fn broken(path: &Path, error: &dyn ToString) -> TrainError {
    TrainError::Broken {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_takes_one_run_only() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunFolder::create(folder.path()).unwrap();
        TrainConfig::default().save(&run.config_path()).unwrap();
        let again = RunFolder::create(folder.path());
        assert!(matches!(again, Err(TrainError::RunExists { .. })));
        assert_eq!(RunFolder::open(folder.path()).unwrap(), run);
        assert_eq!(run.config().unwrap(), TrainConfig::default());
        assert_eq!(run.history().unwrap(), []);
        assert_eq!(run.checkpoint().unwrap(), None);
    }

    #[test]
    fn a_folder_without_a_run_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = RunFolder::open(folder.path()).unwrap_err().to_string();
        assert!(
            error.contains(&folder.path().display().to_string()),
            "{error}"
        );
    }
}

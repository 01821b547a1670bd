use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf, absolute};

use super::TrainError;
use super::checkpoint::Checkpoint;
use super::config::TrainConfig;
use super::history::{EpochMetrics, metrics_csv};
use super::plan::DataPlan;
use super::run_info::RunInfo;
use super::step_log::{StepLoss, read_steps};
use crate::domain::Part;
use crate::files::{
    Lock, append, csv_line, csv_text, read_end, read_text_bounded, remove_leftovers, write_whole,
};
use crate::model::ModelFile;
use crate::scores::Predictions;

/// Larger files are none of a run: its history has some kilobytes an epoch, its split 30 bytes a film.
const MAX_TEXT_BYTES: u64 = 256 << 20;
/// The end of the log that is read.
const MAX_LOG_BYTES: u64 = 1 << 20;

/// The folder of one training: everything needed to assess it years later, without the films.
///
/// ```text
/// config.toml            what was asked for
/// run.json               software, machine, data, parts, labels, class frequencies, test figures
/// split/{train,valid,test}.csv   image and patient of every film
/// metrics.csv  metrics.jsonl     one line an epoch
/// steps.csv                      the loss of every step, written as it is taken
/// log.txt                        what was said
/// checkpoint.safetensors         to go on from
/// best.safetensors  last.safetensors  epochs/0001.safetensors …   model files
/// valid_predictions.csv  test_predictions.csv
/// lock                           only while a training runs
/// ```
///
/// A link in it is refused: writing would reach files elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFolder {
    root: PathBuf,
}

/// Folders in a run's folder.
const FOLDERS: [&str; 2] = ["split", "epochs"];
/// The file by which a training locks the folder.
const LOCK: &str = "lock";

/// The folder of a run that begins. Dropped without [`NewRun::keep`], as where the start fails, it
/// removes what it made: nothing is left that looks like a run.
#[derive(Debug)]
pub struct NewRun {
    folder: RunFolder,
    /// The topmost folder that was missing before.
    made: Option<PathBuf>,
    lock: Option<Lock>,
    kept: bool,
}

impl NewRun {
    /// The folder.
    pub fn folder(&self) -> &RunFolder {
        &self.folder
    }

    /// The run has begun: its folder, and the lock to hold on to while the training runs.
    pub fn keep(mut self) -> (RunFolder, Option<Lock>) {
        self.kept = true;
        (self.folder.clone(), self.lock.take())
    }
}

impl Drop for NewRun {
    fn drop(&mut self) {
        if self.kept || self.folder.config_path().exists() {
            return;
        }
        let root = &self.folder.root;
        // What cannot be removed stays; folders are removed only where they are empty.
        if let Some(lock) = self.lock.take() {
            for part in Part::ALL {
                let _ = fs::remove_file(self.folder.split_path(part));
            }
            let _ = fs::remove_file(self.folder.info_path());
            for below in FOLDERS {
                let _ = fs::remove_dir(root.join(below));
            }
            drop(lock);
        }
        if let Some(made) = &self.made {
            for folder in root.ancestors().take_while(|a| a.starts_with(made)) {
                let _ = fs::remove_dir(folder);
            }
        }
    }
}

impl RunFolder {
    /// Makes a folder for a new run, locked for it; one that holds a run already is refused.
    ///
    /// Until [`NewRun::keep`] a failure removes what was made.
    pub fn create(root: &Path) -> Result<NewRun, TrainError> {
        let folder = Self::at(root);
        let first_new = root.ancestors().take_while(|above| !above.exists()).last();
        let mut new = NewRun {
            made: first_new.map(Path::to_owned),
            folder,
            lock: None,
            kept: false,
        };
        let folder = &new.folder;
        if folder.config_path().exists() {
            let path = root.to_owned();
            return Err(TrainError::RunExists { path });
        }
        let make = |path: PathBuf| {
            fs::create_dir_all(&path).map_err(|source| TrainError::Write { path, source })
        };
        folder.check_links()?;
        make(root.to_owned())?;
        new.lock = Some(folder.lock()?);
        // Another training may have begun before the lock was taken.
        if new.folder.config_path().exists() {
            let path = root.to_owned();
            return Err(TrainError::RunExists { path });
        }
        for below in FOLDERS {
            make(root.join(below))?;
        }
        Ok(new)
    }

    /// The folder of a run that was begun.
    pub fn open(root: &Path) -> Result<Self, TrainError> {
        let folder = Self::at(root);
        let config = fs::metadata(folder.config_path());
        if !config.as_ref().is_ok_and(fs::Metadata::is_file) {
            let path = root.to_owned();
            return Err(match config {
                Err(source) if source.kind() == ErrorKind::PermissionDenied => {
                    TrainError::Read { path, source }
                }
                _ => TrainError::NoRun { path },
            });
        }
        folder.check_links()?;
        Ok(folder)
    }

    /// Locks the folder for a training, which alone may write to it, and removes temporary files that
    /// a killed one left; an error while another has it.
    pub fn lock(&self) -> Result<Lock, TrainError> {
        let path = self.root.join(LOCK);
        let lock = Lock::try_new(&path).map_err(|source| TrainError::Write { path, source })?;
        let lock = lock.ok_or_else(|| TrainError::RunLocked {
            path: self.root.clone(),
        })?;
        remove_leftovers(&self.root);
        for below in FOLDERS {
            remove_leftovers(&self.root.join(below));
        }
        Ok(lock)
    }

    /// Whether a training holds the folder now; asks without writing.
    pub fn is_locked(&self) -> Result<bool, TrainError> {
        let path = self.root.join(LOCK);
        Lock::is_held(&path).map_err(|source| TrainError::Read { path, source })
    }

    /// An error for the first link in the folder.
    fn check_links(&self) -> Result<(), TrainError> {
        let is_link = |path: &Path| path.symlink_metadata().is_ok_and(|m| m.is_symlink());
        let folders = FOLDERS.map(|below| self.root.join(below));
        if let Some(path) = folders.iter().find(|path| is_link(path)) {
            let path = path.clone();
            return Err(TrainError::Link { path });
        }
        for folder in std::iter::once(&self.root).chain(&folders) {
            // A folder that is missing has no links.
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                if is_link(&entry.path()) {
                    let path = entry.path();
                    return Err(TrainError::Link { path });
                }
            }
        }
        Ok(())
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

    fn split_path(&self, part: Part) -> PathBuf {
        self.root.join(format!("split/{part}.csv"))
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

    /// The loss of every step.
    pub(super) fn steps_path(&self) -> PathBuf {
        self.root.join("steps.csv")
    }

    /// Reads the loss of every step, in the order in which they were taken; none in runs of earlier versions.
    pub fn steps(&self) -> Result<Vec<StepLoss>, TrainError> {
        read_steps(&self.steps_path())
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
            let path = self.split_path(*name);
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
        let path = self.split_path(part);
        let text = read(&path)?;
        let mut reader = csv::Reader::from_reader(text.as_bytes());
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
        append(&self.log_path(), format!("{line}\n").as_bytes())
    }

    /// The end of the log, up to 1 MB; empty where there is none.
    pub fn log_end(&self) -> String {
        let bytes = read_end(&self.log_path(), MAX_LOG_BYTES).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn read(path: &Path) -> Result<String, TrainError> {
    read_text_bounded(path, MAX_TEXT_BYTES).map_err(|fault| TrainError::Read {
        path: path.to_owned(),
        source: fault.into(),
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
        let (run, lock) = RunFolder::create(folder.path()).unwrap().keep();
        TrainConfig::default().save(&run.config_path()).unwrap();
        let again = RunFolder::create(folder.path());
        assert!(matches!(again, Err(TrainError::RunExists { .. })));
        drop(lock);
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

    #[test]
    fn a_start_that_fails_leaves_nothing_and_takes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("runs/first");
        let new = RunFolder::create(&root).unwrap();
        write(&new.folder().info_path(), "{}").unwrap();
        drop(new);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        // A folder that was there stays, with what is in it.
        fs::create_dir_all(root.join("split")).unwrap();
        fs::write(root.join("split/mine.csv"), "x").unwrap();
        drop(RunFolder::create(&root).unwrap());
        assert!(root.join("split/mine.csv").exists() && !root.join("epochs").exists());
    }

    #[test]
    fn two_trainings_do_not_share_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("run");
        let first = RunFolder::create(&root).unwrap();
        let second = RunFolder::create(&root);
        assert!(matches!(second, Err(TrainError::RunLocked { .. })));
        assert!(root.join("split").exists(), "the first one's folders stay");
        TrainConfig::default()
            .save(&first.folder().config_path())
            .unwrap();
        let (run, lock) = first.keep();
        assert!(matches!(run.lock(), Err(TrainError::RunLocked { .. })));
        drop(lock);
        run.lock().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_a_run_folder_is_refused_by_name() {
        for name in ["log.txt", "epochs", "epochs/0001.safetensors", "run.json"] {
            let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            let root = folder.path();
            TrainConfig::default()
                .save(&root.join("config.toml"))
                .unwrap();
            fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
            std::os::unix::fs::symlink(other.path(), root.join(name)).unwrap();
            let error = RunFolder::open(root).unwrap_err().to_string();
            assert!(error.contains("link") && error.ends_with(name), "{error}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn files_without_end_are_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunFolder::at(folder.path());
        for path in [run.info_path(), run.log_path(), run.checkpoint_path()] {
            std::os::unix::fs::symlink("/dev/zero", path).unwrap();
        }
        assert!(run.info().is_err() && run.checkpoint().is_err());
        assert!(run.log("x").is_err() && run.log_end().is_empty());
    }
}

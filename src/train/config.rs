use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::TrainError;
use crate::dataset::{Augmentation, ColumnMap, SplitLists, SplitRule, SplitShares, Undersampling};
use crate::files::write_whole;
use crate::imaging::{Interpolation, Preprocessing};
use thorax_engine::{Adam, NetworkSpec, Optimizer, OptimizerKind, Sgd};

/// Everything that determines the result of a training; saved as `config.toml` in the run folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainConfig {
    /// Name of the model.
    pub name: String,
    /// Known limitations of the data, for the model card.
    pub limits: Option<String>,
    /// Terms of use, acknowledgment and citation, for the model card.
    pub terms: Option<String>,
    /// A folder of films with its table, or the table.
    pub data: PathBuf,
    /// How films are split if no lists are given.
    pub split: SplitKind,
    /// List of training images, one per line; a relative path may start at the data folder.
    pub train_list: Option<PathBuf>,
    /// List of validation images.
    pub valid_list: Option<PathBuf>,
    /// List of test images.
    pub test_list: Option<PathBuf>,
    /// Fraction of patients for validation, in `(0, 1)`, if no list is given.
    pub valid_share: f64,
    /// Fraction of patients for testing, in `[0, 1)`, if no list is given.
    pub test_share: f64,
    /// Train although parts share patients.
    pub allow_leaks: bool,
    /// Undersampling of films without a finding in the training part.
    pub undersample: Undersampling,
    /// Undersample validation and test too.
    pub undersample_all: bool,
    /// Minimum number of positive training films to train a label; at least 1, since the weighted
    /// loss of a label that is never positive is identically zero.
    pub min_positives: usize,
    /// Number of training films to draw, weighted by their number of findings (kmader's kernel); 0 for all.
    pub draw_films: usize,
    /// Maximum number of films in each part, drawn at random; 0 for all.
    pub limit: usize,
    /// Layers of the network, `9 n + 2`.
    pub depth: usize,
    /// Side of the network input in pixels, a multiple of 32.
    pub side: usize,
    /// Interpolation for resizing films to the input.
    pub interpolation: Interpolation,
    /// Model with the initial weights, of any input size; random initialization without it.
    pub init: Option<PathBuf>,
    /// Loss function.
    pub loss: LossKind,
    /// Exponent of the focal loss.
    pub focal_gamma: f32,
    /// L2 penalty on convolution kernels.
    pub l2: f32,
    /// Optimizer.
    pub optimizer: OptimizerKind,
    /// Highest learning rate of the schedule.
    pub learning_rate: f64,
    /// SGD momentum, in `[0, 1)`.
    pub momentum: f64,
    /// Decoupled weight decay of the kernels (`AdamW`), scaled by the learning rate.
    pub weight_decay: f64,
    /// Gradient clipping: maximum norm. 0 disables it.
    pub clip_norm: f64,
    /// Decay of the exponential moving average of the weights, in `[0, 1)`. 0 disables it.
    pub ema_decay: f64,
    /// Learning-rate schedule.
    pub schedule: ScheduleKind,
    /// Epochs of linear warm-up from 0.
    pub warmup_epochs: f64,
    /// Final learning rate as a fraction of the highest (cosine), in `[0, 1]`.
    pub final_share: f64,
    /// Epochs between two decays of the learning rate (step), or without improvement before one (plateau).
    pub step_epochs: usize,
    /// Factor by which a decay multiplies the learning rate (step, plateau).
    pub step_factor: f64,
    /// Passes over the training films.
    pub epochs: usize,
    /// Films per step.
    pub batch_size: usize,
    /// Seed of weights, order and augmentation.
    pub seed: u64,
    /// Number of threads; 0 for one per core.
    pub threads: usize,
    /// Criterion that selects the best epoch.
    pub select_by: SelectBy,
    /// Minimum positive validation films for a label to count in the macro AUC of that selection.
    pub select_min_positives: usize,
    /// Epochs without improvement before training stops; 0 for never.
    pub patience: usize,
    /// Minutes between two checkpoints within an epoch.
    pub checkpoint_minutes: f64,
    /// Augmentation of training films.
    pub augment: Augmentation,
    /// Column mapping of a custom table.
    pub columns: Option<ColumnMap>,
}

/// How films are split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SplitKind {
    /// By patient: all films of a patient in one part.
    #[default]
    Patient,
    /// By image, as the notebook does: patients leak, scores will look better than they are.
    Image,
}

/// Loss function of a training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LossKind {
    /// Cross-entropy, positives and negatives each weighted by the frequency of the other, as in the notebook.
    #[default]
    Weighted,
    /// Cross-entropy.
    Plain,
    /// Focal loss: weighted, with less weight on well-classified films (Lin et al. 2017).
    Focal,
}

/// Learning-rate schedule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScheduleKind {
    /// Constant learning rate.
    Constant,
    /// Decay every `step_epochs` epochs.
    Step,
    /// Cosine annealing down to `final_share`.
    #[default]
    Cosine,
    /// Decay after `step_epochs` epochs without improvement.
    Plateau,
}

/// Criterion that selects the best epoch, on validation films.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SelectBy {
    /// Highest mean AUC of the labels for which it is defined.
    #[default]
    Auc,
    /// Lowest loss.
    Loss,
}

impl Default for TrainConfig {
    fn default() -> Self {
        Self {
            name: "Thorax".to_owned(),
            limits: None,
            terms: None,
            data: PathBuf::new(),
            split: SplitKind::Patient,
            train_list: None,
            valid_list: None,
            test_list: None,
            valid_share: 0.1,
            test_share: 0.2,
            allow_leaks: false,
            undersample: Undersampling::EveryFifth,
            undersample_all: false,
            min_positives: 1,
            draw_films: 0,
            limit: 0,
            depth: 56,
            side: 128,
            interpolation: Interpolation::Area,
            init: None,
            loss: LossKind::Weighted,
            focal_gamma: 2.0,
            l2: 1e-4,
            optimizer: OptimizerKind::Adam,
            learning_rate: 1e-3,
            momentum: 0.9,
            weight_decay: 0.05,
            clip_norm: 0.0,
            ema_decay: 0.0,
            schedule: ScheduleKind::Cosine,
            warmup_epochs: 1.0,
            final_share: 0.01,
            step_epochs: 10,
            step_factor: 0.1,
            epochs: 30,
            batch_size: 32,
            seed: 1,
            threads: 0,
            select_by: SelectBy::Auc,
            select_min_positives: 1,
            patience: 0,
            checkpoint_minutes: 10.0,
            augment: Augmentation::default(),
            columns: None,
        }
    }
}

impl TrainConfig {
    /// Whether both are equal character by character. `==` on paths ignores a trailing slash, which
    /// matters while a longer path is being typed.
    pub fn is_written_as(&self, other: &Self) -> bool {
        self == other && self.paths() == other.paths()
    }

    fn paths(&self) -> [Option<&OsStr>; 5] {
        [
            Some(self.data.as_os_str()),
            self.train_list.as_deref().map(Path::as_os_str),
            self.valid_list.as_deref().map(Path::as_os_str),
            self.test_list.as_deref().map(Path::as_os_str),
            self.init.as_deref().map(Path::as_os_str),
        ]
    }

    /// Reads `config.toml`; errors name the unknown key or the value out of range.
    pub fn load(path: &Path) -> Result<Self, TrainError> {
        let text = fs::read_to_string(path).map_err(|source| TrainError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::from_toml(&text, &[]).map_err(|error| TrainError::Config {
            path: path.to_owned(),
            reason: error.to_string(),
        })
    }

    /// Reads TOML, then overrides it with `key=value` pairs; values are TOML, or plain text otherwise.
    pub fn from_toml(text: &str, changes: &[(String, String)]) -> Result<Self, TrainError> {
        let invalid = |error: toml::de::Error| {
            // The message puts the key on a separate line.
            TrainError::Value(error.to_string().trim().replace('\n', " "))
        };
        let mut table: toml::Table = text.parse().map_err(invalid)?;
        for (key, value) in changes {
            set(&mut table, key, parsed(value))?;
        }
        let config: Self = table.try_into().map_err(invalid)?;
        config.check()?;
        Ok(config)
    }

    /// This configuration, overridden by `key=value` pairs.
    pub fn with_changes(&self, changes: &[(String, String)]) -> Result<Self, TrainError> {
        Self::from_toml(&self.to_toml()?, changes)
    }

    /// Serializes to TOML.
    pub fn to_toml(&self) -> Result<String, TrainError> {
        toml::to_string(self).map_err(|error| TrainError::Value(error.to_string()))
    }

    /// Writes `config.toml`.
    pub fn save(&self, path: &Path) -> Result<(), TrainError> {
        write_whole(path, self.to_toml()?.as_bytes()).map_err(|source| TrainError::Write {
            path: path.to_owned(),
            source,
        })
    }

    /// Whether every number is in its range.
    pub fn check(&self) -> Result<(), TrainError> {
        let refuse = |what: &str| Err(TrainError::Value(what.to_owned()));
        NetworkSpec::new(self.depth, self.side, 1)
            .map_err(|error| TrainError::Value(error.to_string()))?;
        if self.epochs == 0 {
            return refuse("expected at least 1 for epochs, got 0");
        }
        if self.min_positives == 0 {
            return refuse("expected at least 1 for min_positives, got 0");
        }
        if self.batch_size == 0 || self.batch_size > 4096 {
            return refuse("expected 1 to 4096 for batch_size");
        }
        if !(self.learning_rate > 0.0 && self.learning_rate <= 10.0) {
            return refuse("expected learning_rate above 0 and at most 10");
        }
        let shares = [
            ("valid_share", self.valid_share),
            ("test_share", self.test_share),
            ("momentum", self.momentum),
            ("ema_decay", self.ema_decay),
        ];
        for (name, value) in shares {
            if !(0.0..1.0).contains(&value) {
                return refuse(&format!("expected {name} in 0..1, got {value}"));
            }
        }
        if self.valid_share + self.test_share >= 1.0 {
            return refuse("expected valid_share and test_share to leave films for training");
        }
        if !(0.0..=1.0).contains(&self.final_share) || !(0.0..=1.0).contains(&self.step_factor) {
            return refuse("expected final_share and step_factor in 0..=1");
        }
        let not_negative = [
            ("focal_gamma", f64::from(self.focal_gamma)),
            ("l2", f64::from(self.l2)),
            ("weight_decay", self.weight_decay),
            ("clip_norm", self.clip_norm),
            ("warmup_epochs", self.warmup_epochs),
            ("checkpoint_minutes", self.checkpoint_minutes),
        ];
        for (name, value) in not_negative {
            if !(value.is_finite() && value >= 0.0) {
                return refuse(&format!("expected {name} of at least 0, got {value}"));
            }
        }
        self.augment
            .check()
            .map_err(|error| TrainError::Value(error.to_string()))
    }

    /// How films become network input.
    pub fn preprocessing(&self) -> Result<Preprocessing, TrainError> {
        Preprocessing::new(self.side, self.interpolation, 1.0 / 255.0)
            .map_err(|error| TrainError::Value(error.to_string()))
    }

    /// The rule of the split; lists that do not exist at their path are looked for next to the data.
    pub fn split_rule(&self, data_root: &Path) -> SplitRule {
        let shares = SplitShares {
            seed: self.seed,
            valid_share: self.valid_share,
            test_share: self.test_share,
        };
        let found = |list: &Option<PathBuf>| {
            let list = list.clone()?;
            Some(if list.exists() {
                list
            } else {
                data_root.join(list)
            })
        };
        let lists = [&self.train_list, &self.valid_list, &self.test_list];
        if lists.iter().any(|list| list.is_some()) {
            return SplitRule::Lists(SplitLists {
                train: found(&self.train_list),
                valid: found(&self.valid_list),
                test: found(&self.test_list),
                shares,
            });
        }
        match self.split {
            SplitKind::Patient => SplitRule::ByPatient(shares),
            SplitKind::Image => SplitRule::ByImage(shares),
        }
    }

    /// The same with paths that hold wherever the program is started.
    #[must_use]
    pub fn with_absolute_paths(&self) -> Self {
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        // A list that is not there is looked for beside the data: left as it is.
        let list = |list: &Option<PathBuf>| {
            let list = list.as_deref()?;
            Some(if list.exists() {
                absolute(list)
            } else {
                list.to_owned()
            })
        };
        Self {
            data: absolute(&self.data),
            train_list: list(&self.train_list),
            valid_list: list(&self.valid_list),
            test_list: list(&self.test_list),
            init: self.init.as_deref().map(absolute),
            ..self.clone()
        }
    }

    /// The optimizer with the given learning rate.
    pub fn optimizer_at(&self, learning_rate: f64) -> Optimizer {
        let adam = Adam::with_learning_rate(learning_rate);
        match self.optimizer {
            OptimizerKind::Adam => Optimizer::Adam(adam),
            OptimizerKind::AdamW => Optimizer::Adam(Adam {
                weight_decay: self.weight_decay,
                ..adam
            }),
            OptimizerKind::Sgd => Optimizer::Sgd(Sgd {
                learning_rate,
                momentum: self.momentum,
            }),
        }
    }
}

/// Puts a value at a key like `augment.rotation_degrees`.
fn set(table: &mut toml::Table, key: &str, value: toml::Value) -> Result<(), TrainError> {
    match key.split_once('.') {
        None => {
            table.insert(key.to_owned(), value);
            Ok(())
        }
        Some((first, rest)) => {
            let below = table
                .entry(first)
                .or_insert_with(|| toml::Value::Table(toml::Table::new()));
            match below {
                toml::Value::Table(below) => set(below, rest, value),
                _ => Err(TrainError::Value(format!("{first} has no fields: {key}"))),
            }
        }
    }
}

fn parsed(value: &str) -> toml::Value {
    let table: Result<toml::Table, _> = format!("value = {value}").parse();
    let parsed = table.ok().and_then(|mut table| table.remove("value"));
    parsed.unwrap_or_else(|| toml::Value::String(value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn a_config_survives_its_file() {
        let config = TrainConfig {
            train_list: Some("train.txt".into()),
            epochs: 7,
            ..TrainConfig::default()
        };
        let text = config.to_toml().unwrap();
        assert_eq!(TrainConfig::from_toml(&text, &[]).unwrap(), config);
    }

    #[test]
    fn pairs_go_over_the_file_and_may_be_bare_text() {
        let changes = pairs(&[
            ("epochs", "3"),
            ("name", "a b"),
            ("test_list", "lists/test list.txt"),
            ("optimizer", "adamw"),
            ("augment.rotation_degrees", "5"),
        ]);
        let config = TrainConfig::from_toml("epochs = 9\nseed = 4", &changes).unwrap();
        assert_eq!((config.epochs, config.seed), (3, 4));
        assert_eq!(config.name, "a b");
        assert_eq!(config.test_list, Some("lists/test list.txt".into()));
        assert_eq!(config.optimizer, OptimizerKind::AdamW);
        assert_eq!(config.augment.rotation_degrees, 5.0);
    }

    #[test]
    fn what_is_unknown_or_out_of_range_names_itself() {
        let error = |key: &str, value: &str| {
            TrainConfig::from_toml("", &pairs(&[(key, value)]))
                .unwrap_err()
                .to_string()
        };
        assert!(error("epoch", "3").contains("epoch"));
        assert!(error("epochs", "0").contains("epochs"));
        assert!(error("epochs", "many").contains("invalid type"));
        assert!(error("depth", "50").contains("depth"));
        assert!(error("ema_decay", "1.0").contains("ema_decay"));
        assert!(error("loss", "huge").contains("huge"));
        assert!(error("seed.x", "1").contains("seed"));
    }
}

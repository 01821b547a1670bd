use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::TrainError;
use crate::dataset::{Augmentation, ColumnMap, SplitLists, SplitRule, SplitShares, Undersampling};
use crate::files::write_whole;
use crate::imaging::{Interpolation, Preprocessing};
use crate::model::ResNetConfig;
use crate::model::kernels::{Adam, Optimizer, OptimizerKind, Sgd};

/// All that decides the outcome of a training; stands as `config.toml` in the run's folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainConfig {
    /// What people will call the model.
    pub name: String,
    /// Known weaknesses of the data, for the model file.
    pub limits: Option<String>,
    /// Terms of use, acknowledgement and citation, for the model file.
    pub terms: Option<String>,
    /// A folder of films with its table, or the table.
    pub data: PathBuf,
    /// How films are parted where no lists are given.
    pub split: SplitKind,
    /// Images of the training part, one a line; relative paths also seen from the data folder.
    pub train_list: Option<PathBuf>,
    /// Images of the validation part.
    pub valid_list: Option<PathBuf>,
    /// Images of the test part.
    pub test_list: Option<PathBuf>,
    /// Share of patients for validation, in `(0, 1)`, where no list says it.
    pub valid_share: f64,
    /// Share of patients for the test, in `[0, 1)`, where no list says it.
    pub test_share: f64,
    /// Go on although parts share patients.
    pub allow_leaks: bool,
    /// Which films without a finding are left out of the training part.
    pub undersample: Undersampling,
    /// Leave them out of validation and test too.
    pub undersample_all: bool,
    /// Labels with fewer positive training films are not learned; at least 1, since the weighted
    /// loss of a label that is never positive is nothing.
    pub min_positives: usize,
    /// Draw so many training films, those with more findings more often (kmader's kernel); 0 for all.
    pub draw_films: usize,
    /// At most so many films in each part, drawn at random; 0 for all.
    pub limit: usize,
    /// Layers of the network, `9 n + 2`.
    pub depth: usize,
    /// Pixels along one side of the network's input, a multiple of 32.
    pub side: usize,
    /// How films are brought to that size.
    pub interpolation: Interpolation,
    /// Model whose weights training begins with, of any side; from nothing without it.
    pub init: Option<PathBuf>,
    /// What is made smaller.
    pub loss: LossKind,
    /// Exponent of the focal loss.
    pub focal_gamma: f32,
    /// Times the sum of squares of the convolutions' kernels.
    pub l2: f32,
    /// What turns gradients into steps.
    pub optimizer: OptimizerKind,
    /// Step size at its highest.
    pub learning_rate: f64,
    /// Share of the last step that goes on (SGD).
    pub momentum: f64,
    /// Share of the kernels taken off in each step, times the step size (`AdamW`).
    pub weight_decay: f64,
    /// Longest gradient; longer ones are shortened. 0 for no bound.
    pub clip_norm: f64,
    /// Share of the old averaged weights kept in each step; 0 for no average.
    pub ema_decay: f64,
    /// How the step size changes.
    pub schedule: ScheduleKind,
    /// Epochs in which the step size rises from nothing.
    pub warmup_epochs: f64,
    /// Step size at the end as a share of the highest (cosine), in `[0, 1]`.
    pub final_share: f64,
    /// Epochs between two cuts of the step size (step), or without gain before one (plateau).
    pub step_epochs: usize,
    /// What a cut multiplies the step size by (step, plateau).
    pub step_factor: f64,
    /// Passes over the training films.
    pub epochs: usize,
    /// Films of one step.
    pub batch_size: usize,
    /// Seed of weights, order and augmentation.
    pub seed: u64,
    /// Threads; 0 for as many as there are cores.
    pub threads: usize,
    /// What the best epoch is chosen by.
    pub select_by: SelectBy,
    /// Labels with fewer positive validation films do not count in that choice (AUC).
    pub select_min_positives: usize,
    /// Epochs without gain before training stops; 0 for never.
    pub patience: usize,
    /// Minutes between two checkpoints within an epoch.
    pub checkpoint_minutes: f64,
    /// Random changes of training films.
    pub augment: Augmentation,
    /// Which columns of a table of one's own say what.
    pub columns: Option<ColumnMap>,
}

/// How films are parted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SplitKind {
    /// All films of a patient into one part.
    #[default]
    Patient,
    /// Film by film, as the notebook does: patients stand in several parts, figures come out too high.
    Image,
}

/// What training makes smaller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LossKind {
    /// Cross-entropy, each side weighted by the frequency of the other: the notebook's.
    #[default]
    Weighted,
    /// Cross-entropy.
    Plain,
    /// Weighted, and less for what is right already (Lin et al. 2017).
    Focal,
}

/// How the step size changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScheduleKind {
    /// It does not.
    Constant,
    /// Cut every `step_epochs` epochs.
    Step,
    /// Half a cosine down to `final_share`.
    #[default]
    Cosine,
    /// Cut after `step_epochs` epochs without gain.
    Plateau,
}

/// What the best epoch is chosen by, on validation films.
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
    /// Whether both are equal to the letter. `==` on paths passes over a slash at the end, which
    /// is on its way to becoming a longer path while it is typed.
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

    /// Reads `config.toml`; a key that is unknown or a value out of range names itself.
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

    /// Reads TOML, then `key=value` pairs over it; values are TOML, or else text.
    pub fn from_toml(text: &str, changes: &[(String, String)]) -> Result<Self, TrainError> {
        let invalid = |error: toml::de::Error| {
            // The key stands in a line of its own.
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

    /// This configuration with `key=value` pairs over it.
    pub fn with_changes(&self, changes: &[(String, String)]) -> Result<Self, TrainError> {
        Self::from_toml(&self.to_toml()?, changes)
    }

    /// As it stands in a file.
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
        ResNetConfig::new(self.depth, self.side, 1)
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

    /// How films are parted; lists that are not where they are named are looked for beside the data.
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

    /// The optimizer at a step size.
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
                _ => Err(TrainError::Value(format!("{first} has no parts: {key}"))),
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

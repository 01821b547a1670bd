use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::dataset::{
    Augmentation, ColumnMap, LabelRules, Readers, SplitLists, SplitRule, SplitShares, Uncertain,
    Undersampling,
};
use crate::imaging::{Interpolation, Preprocessing};
use crate::train::TrainError;
use thorax_engine::{Adam, HeadKind, Optimizer, OptimizerKind, Sgd};

/// Everything that determines the result of a training; saved as `config.toml` in the run folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "`FieldGroup::fields` describes each, with its range"
)]
pub struct TrainConfig {
    pub name: String,
    pub limits: Option<String>,
    pub terms: Option<String>,
    pub data: PathBuf,
    pub uncertain: Uncertain,
    pub readers: Readers,
    pub split: SplitKind,
    pub train_list: Option<PathBuf>,
    pub valid_list: Option<PathBuf>,
    pub test_list: Option<PathBuf>,
    pub valid_share: f64,
    pub test_share: f64,
    pub allow_leaks: bool,
    pub undersample: Undersampling,
    pub undersample_all: bool,
    pub min_positives: usize,
    pub draw_films: usize,
    pub limit: usize,
    pub depth: usize,
    pub side: usize,
    pub interpolation: Interpolation,
    pub init: Option<PathBuf>,
    pub head: HeadKind,
    pub head_dropout: f64,
    pub loss: LossKind,
    pub focal_gamma: f32,
    pub soft_labels: Option<PathBuf>,
    pub soft_share: f64,
    pub l2: f32,
    pub optimizer: OptimizerKind,
    pub learning_rate: f64,
    pub momentum: f64,
    pub weight_decay: f64,
    pub clip_norm: f64,
    pub ema_decay: f64,
    pub schedule: ScheduleKind,
    pub warmup_epochs: f64,
    pub final_share: f64,
    pub step_epochs: usize,
    pub step_factor: f64,
    pub epochs: usize,
    pub batch_size: usize,
    pub batch_parts: usize,
    pub seed: u64,
    pub threads: usize,
    pub select_by: SelectBy,
    pub select_min_positives: usize,
    pub patience: usize,
    pub checkpoint_minutes: f64,
    pub augment: Augmentation,
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
            uncertain: Uncertain::Ignore,
            readers: Readers::Majority,
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
            head: HeadKind::Free,
            head_dropout: 0.0,
            loss: LossKind::Weighted,
            focal_gamma: 2.0,
            soft_labels: None,
            soft_share: 0.6,
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
            batch_parts: 1,
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
    /// How films become network input.
    pub fn preprocessing(&self) -> Result<Preprocessing, TrainError> {
        Preprocessing::new(self.side, self.interpolation, 1.0 / 255.0)
            .map_err(|error| TrainError::Value(error.to_string()))
    }

    /// The settings that decide which films go where and what they count in the loss; the others at
    /// their defaults. A check of the data holds as long as these stay.
    #[must_use]
    pub fn data_settings(&self) -> Self {
        Self {
            data: self.data.clone(),
            columns: self.columns.clone(),
            uncertain: self.uncertain,
            readers: self.readers,
            split: self.split,
            train_list: self.train_list.clone(),
            valid_list: self.valid_list.clone(),
            test_list: self.test_list.clone(),
            valid_share: self.valid_share,
            test_share: self.test_share,
            allow_leaks: self.allow_leaks,
            undersample: self.undersample,
            undersample_all: self.undersample_all,
            min_positives: self.min_positives,
            draw_films: self.draw_films,
            limit: self.limit,
            seed: self.seed,
            loss: self.loss,
            soft_labels: self.soft_labels.clone(),
            ..Self::default()
        }
    }

    /// How labels are read that a table leaves open.
    pub fn label_rules(&self) -> LabelRules {
        LabelRules {
            uncertain: self.uncertain,
            readers: self.readers,
        }
    }

    /// Where the table of soft labels is, if there is one; looked for as the lists of the split are.
    pub fn soft_labels_path(&self, data_root: &Path) -> Option<PathBuf> {
        let path = self.soft_labels.as_deref()?;
        Some(beside(path, data_root))
    }

    /// The rule of the split; lists that do not exist at their path are looked for next to the data.
    pub fn split_rule(&self, data_root: &Path) -> SplitRule {
        let shares = SplitShares {
            seed: self.seed,
            valid_share: self.valid_share,
            test_share: self.test_share,
        };
        let found = |list: &Option<PathBuf>| list.as_deref().map(|list| beside(list, data_root));
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

/// A file that does not exist at its path is looked for next to the data.
fn beside(file: &Path, data_root: &Path) -> PathBuf {
    if file.exists() {
        file.to_owned()
    } else {
        data_root.join(file)
    }
}

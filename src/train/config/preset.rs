use super::field::Field;
use super::group::FieldGroup;
use super::train_config::{ScheduleKind, SelectBy, TrainConfig};
use crate::dataset::Augmentation;
use thorax_engine::OptimizerKind;

/// A recipe with documented values, to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Shows in minutes whether data and settings work: a small network on small films.
    QuickLook,
    /// The defaults: the notebook's network at its input size, with its loss.
    Notebook,
    /// More epochs at a larger side, with averaged weights and an early stop.
    Careful,
}

/// Groups whose settings a recipe has; data, split, sampling and loss are the user's.
const GROUPS: [FieldGroup; 5] = [
    FieldGroup::Network,
    FieldGroup::Augmentation,
    FieldGroup::Optimizer,
    FieldGroup::Schedule,
    FieldGroup::Run,
];

/// Settings of these groups that say nothing about the training itself.
const NOT_OF_RECIPE: [&str; 7] = [
    "name",
    "limits",
    "terms",
    "init",
    "seed",
    "threads",
    "checkpoint_minutes",
];

impl Preset {
    /// All, from the fastest to the slowest.
    pub const ALL: [Self; 3] = [Self::QuickLook, Self::Notebook, Self::Careful];

    /// In the window.
    pub fn name(self) -> &'static str {
        match self {
            Self::QuickLook => "Quick look",
            Self::Notebook => "Notebook",
            Self::Careful => "Careful",
        }
    }

    /// What it is for, with its values.
    pub fn help(self) -> &'static str {
        match self {
            Self::QuickLook => {
                "Whether data and settings work, in minutes: ResNet-20, 64 px, 3 epochs, no augmentation"
            }
            Self::Notebook => {
                "The defaults: ResNet-56, 128 px, Adam at 0.001 with a cosine schedule, 30 epochs"
            }
            Self::Careful => {
                "Slow and steady: ResNet-56, 256 px, AdamW at 0.0005, gradient clipping, EMA of weights, \
                 60 epochs, stops after 10 without improvement"
            }
        }
    }

    /// `config` with the recipe's settings; all others stay.
    #[must_use]
    pub fn applied_to(self, config: &TrainConfig) -> TrainConfig {
        let base = self.values();
        TrainConfig {
            depth: base.depth,
            side: base.side,
            interpolation: base.interpolation,
            head: base.head,
            head_dropout: base.head_dropout,
            augment: base.augment,
            optimizer: base.optimizer,
            learning_rate: base.learning_rate,
            weight_decay: base.weight_decay,
            momentum: base.momentum,
            clip_norm: base.clip_norm,
            ema_decay: base.ema_decay,
            schedule: base.schedule,
            warmup_epochs: base.warmup_epochs,
            final_share: base.final_share,
            step_epochs: base.step_epochs,
            step_factor: base.step_factor,
            epochs: base.epochs,
            batch_size: base.batch_size,
            select_by: base.select_by,
            select_min_positives: base.select_min_positives,
            patience: base.patience,
            ..config.clone()
        }
    }

    fn values(self) -> TrainConfig {
        match self {
            Self::QuickLook => TrainConfig {
                depth: 20,
                side: 64,
                epochs: 3,
                warmup_epochs: 0.0,
                augment: Augmentation::NONE,
                ..TrainConfig::default()
            },
            Self::Notebook => TrainConfig::default(),
            Self::Careful => TrainConfig {
                side: 256,
                epochs: 60,
                batch_size: 16,
                optimizer: OptimizerKind::AdamW,
                learning_rate: 5e-4,
                schedule: ScheduleKind::Cosine,
                warmup_epochs: 2.0,
                clip_norm: 1.0,
                ema_decay: 0.999,
                select_by: SelectBy::Auc,
                select_min_positives: 5,
                patience: 10,
                ..TrainConfig::default()
            },
        }
    }

    /// The preset that `config` is nearest to, by the number of settings that differ.
    pub fn nearest(config: &TrainConfig) -> Self {
        let n_changed = |preset: &Self| preset.changed(config).len();
        Self::ALL
            .into_iter()
            .min_by_key(n_changed)
            .unwrap_or(Self::Notebook)
    }

    /// Settings of the recipe that have other values in `config`; those without effect do not count.
    pub fn changed(self, config: &TrainConfig) -> Vec<&'static Field> {
        let base = self.applied_to(config);
        let fields = GROUPS.into_iter().flat_map(FieldGroup::fields);
        fields
            .filter(|field| is_of_recipe(field) && (field.applies)(config))
            .filter(|field| field.value(config) != field.value(&base))
            .collect()
    }
}

fn is_of_recipe(field: &Field) -> bool {
    !NOT_OF_RECIPE.contains(&field.key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_sets_every_setting_of_the_recipe_and_no_other() {
        let other = TrainConfig {
            data: "films".into(),
            name: "Mine".to_owned(),
            seed: 7,
            min_positives: 3,
            depth: 110,
            patience: 4,
            ..TrainConfig::default()
        };
        for preset in Preset::ALL {
            let config = preset.applied_to(&other);
            assert!(preset.changed(&config).is_empty());
            assert_eq!(Preset::nearest(&config), preset);
            assert_eq!((config.seed, config.min_positives), (7, 3));
            assert_eq!(
                (config.name.as_str(), config.data.to_str()),
                ("Mine", Some("films"))
            );
            config.check().unwrap();
            // Every setting of the groups is either set or named as none of the recipe.
            for field in GROUPS.into_iter().flat_map(FieldGroup::fields) {
                let is_default = field.value(&config) == field.value(&preset.values());
                assert!(is_default || !is_of_recipe(field), "{}", field.key);
            }
        }
    }

    #[test]
    fn changed_values_are_named_and_the_preset_stays_known() {
        let config = TrainConfig {
            epochs: 12,
            ..Preset::Careful.applied_to(&TrainConfig::default())
        };
        assert_eq!(Preset::nearest(&config), Preset::Careful);
        let changed = Preset::Careful.changed(&config);
        let keys: Vec<_> = changed.iter().map(|field| field.key).collect();
        assert_eq!(keys, ["epochs"]);
    }
}

#![expect(
    clippy::cast_lossless,
    reason = "one macro for numbers of all types, `f64` among them"
)]

use super::field::{Accessor, Choice, Field, FieldKind, MAX_COUNT, MAX_NUMBER, Number, Size};
use super::train_config::{LossKind, ScheduleKind, SelectBy, SplitKind, TrainConfig};
use crate::dataset::{Readers, Uncertain, Undersampling};
use crate::imaging::Interpolation;
use thorax_engine::{HeadKind, OptimizerKind};

/// Access to the value of a key.
macro_rules! at {
    ($($key:ident).+) => {
        Accessor {
            get: |config| &config.$($key).+,
            get_mut: |config| &mut config.$($key).+,
        }
    };
}

/// A row whose kind needs nothing but access to the value.
macro_rules! field {
    ($kind:ident $($key:ident).+: $label:expr, $help:expr) => {
        Field::new(stringify!($($key).+), $label, $help, FieldKind::$kind(at!($($key).+)))
    };
}

/// A row with a number, its range and the speed of dragging.
macro_rules! number {
    ($kind:ident $($key:ident).+: $label:expr, $help:expr; $range:expr, speed $speed:expr) => {
        Field::new(stringify!($($key).+), $label, $help, FieldKind::$kind(Number {
            get: |config| config.$($key).+ as _,
            set: |config, value| config.$($key).+ = value as _,
            range: $range,
            speed: $speed,
        }))
    };
}

/// A row with values as in `config.toml`, as in code, and as in the window.
macro_rules! choice {
    ($key:ident: $label:expr, $help:expr; $($value:literal = $choice:path, $name:expr);+) => {
        Field::new(stringify!($key), $label, $help, FieldKind::Choice(&[$(Choice {
            value: $value,
            label: $name,
            is_chosen: |config| config.$key == $choice,
            choose: |config| config.$key = $choice,
        }),+]))
    };
}

pub(super) const DATA: &[Field] = &[
    field!(Data data: "Data", "A folder with films and their table, or the table"),
    field!(Columns columns: "Columns",
        "Columns of the table that hold film, patient and findings; found by name if missing"),
    choice!(uncertain: "Uncertain labels", "Meaning of -1 in the table; blank labels are unknown";
        "ignore" = Uncertain::Ignore, "Unknown: left out of the loss";
        "positive" = Uncertain::Positive, "Positive";
        "negative" = Uncertain::Negative, "Negative"),
    choice!(readers: "Several readers", "Which findings count where readers of a film differ";
        "majority" = Readers::Majority, "Those of the majority";
        "any" = Readers::Any, "Those of any reader"),
];

const FILM_LIST: &str =
    "A file with one film per line; a relative path may start at the data folder";
const PART: &str = "Fraction of the films, used where no lists are given";

pub(super) const SPLIT: &[Field] = &[
    choice!(split: "Split", "Used where no lists are given";
        "patient" = SplitKind::Patient, "By patient";
        "image" = SplitKind::Image, "By image (leaks)")
    .warns_if(
        |config| config.split == SplitKind::Image,
        "Patients will appear in several parts: scores will look better than they are",
    ),
    number!(Number valid_share: "Validation fraction", PART; 0.0..=0.999, speed 0.005),
    number!(Number test_share: "Test fraction", PART; 0.0..=0.999, speed 0.005),
    field!(DataFile train_list: "Training list", FILM_LIST),
    field!(DataFile valid_list: "Validation list", FILM_LIST),
    field!(DataFile test_list: "Test list", FILM_LIST),
    field!(Switch allow_leaks: "Allow leaks",
        "Train although patients appear in more than one part of the split")
    .warns_if(
        |config| config.allow_leaks,
        "Scores of patients in the training part say little",
    ),
];

pub(super) const SAMPLING: &[Field] = &[
    Field::new(
        "undersample",
        "Undersample No Finding",
        "Keeps only some of the training films without a finding",
        FieldKind::Undersampling(UNDERSAMPLING, at!(undersample)),
    ),
    field!(Switch undersample_all: "Undersample validation and test too",
        "Metrics then no longer reflect the clinical prevalence"),
    // At least 1: the weighted loss of a finding that is never positive is identically zero.
    number!(Count min_positives: "Minimum positives per finding",
        "Findings with fewer positive training films are not trained";
        1..=MAX_COUNT, speed 0.2),
    // Weights as in kmader's kernel.
    number!(Count draw_films: "Weighted sampling: films",
        "Number of training films to draw, weighted by their number of findings; 0 for all";
        0..=MAX_COUNT, speed 10.0),
    number!(Count limit: "Maximum films per part",
        "Maximum number of films in each part, drawn at random; 0 for all";
        0..=MAX_COUNT, speed 10.0),
];

const UNDERSAMPLING: &[Choice] = &[
    Choice {
        value: "none",
        label: "Keep all",
        is_chosen: |config| config.undersample == Undersampling::None,
        choose: |config| config.undersample = Undersampling::None,
    },
    Choice {
        value: "every-fifth",
        label: "Keep 20 % (every fifth film)",
        is_chosen: |config| config.undersample == Undersampling::EveryFifth,
        choose: |config| config.undersample = Undersampling::EveryFifth,
    },
    Choice {
        value: "0.2",
        label: "Keep a random fraction",
        is_chosen: |config| matches!(config.undersample, Undersampling::Fraction { .. }),
        choose: |config| {
            let (share, seed) = (0.2, 0);
            config.undersample = Undersampling::Fraction { share, seed };
        },
    },
];

pub(super) const NETWORK: &[Field] = &[
    field!(Text name: "Name", "Name of the model"),
    field!(OptionalText limits: "Model card: limitations",
        "Known weaknesses of the data, for the model card"),
    field!(OptionalText terms: "Model card: terms",
        "Terms of use, acknowledgment and citation, for the model card"),
    Field::new(
        "depth",
        "Depth",
        "Layers of the ResNet-v2",
        FieldKind::Size(Size {
            at: at!(depth),
            range: 11..=1001,
            step: 9,
            max_offered: 110,
        }),
    ),
    Field::new(
        "side",
        "Side",
        "Side of the network input; time grows with its square",
        FieldKind::Size(Size {
            at: at!(side),
            range: 32..=1024,
            step: 32,
            max_offered: 256,
        }),
    )
    .unit("px"),
    choice!(interpolation: "Resize", "How films are resized to the input";
        "area" = Interpolation::Area, "Area";
        "lanczos" = Interpolation::Lanczos, "Lanczos";
        "bilinear" = Interpolation::Bilinear, "Bilinear";
        "nearest" = Interpolation::Nearest, "Nearest pixel"),
    field!(ModelFile init: "Initial weights",
        "Model to start from, of any input size; random weights without it"),
    choice!(head: "Head",
        "Weights of the last layer: of each cell of the last map, or one per channel for all cells; \
         the model file has the same form";
        "free" = HeadKind::Free, "Weights for each place";
        "shared" = HeadKind::Shared, "Weights shared by all places"),
    number!(Number head_dropout: "Dropout before the head",
        "Fraction of the features dropped in each step; of a shared head whole channels";
        0.0..=0.9, speed 0.005),
];

pub(super) const LOSS: &[Field] = &[
    choice!(loss: "Loss",
        "Weighted: positives and negatives each by the frequency of the other, as in the notebook";
        "weighted" = LossKind::Weighted, "Weighted by frequency";
        "plain" = LossKind::Plain, "Plain cross-entropy";
        "focal" = LossKind::Focal, "Focal, weighted"),
    number!(Number focal_gamma: "Exponent",
        "Focal gamma; 0 equals the weighted loss, larger values down-weight easy films";
        0.0..=MAX_NUMBER, speed 0.02)
    .applies_if(|config| config.loss == LossKind::Focal),
    field!(DataFile soft_labels: "Soft labels",
        "Table of scores of other networks, one column per finding (0 to 1), that the targets of \
         training films are mixed with; a relative path may start at the data folder"),
    number!(Number soft_share: "Share of soft labels",
        "Target = (1 - share) * label + share * soft label; films without soft labels keep their labels";
        0.0..=1.0, speed 0.005)
    .applies_if(|config| config.soft_labels.is_some()),
    number!(Number l2: "L2 penalty", "L2 penalty on convolution kernels";
        0.0..=MAX_NUMBER, speed 1e-5),
];

const SIDE: &str = "Maximum change, as a fraction of the side";
const ANGLE: &str = "Maximum change in degrees, either way";

pub(super) const AUGMENTATION: &[Field] = &[
    number!(Number augment.shift: "Shift", SIDE; 0.0..=0.5, speed 0.002),
    number!(Number augment.rotation_degrees: "Rotation", ANGLE; 0.0..=180.0, speed 0.1)
        .unit("degrees"),
    number!(Number augment.zoom: "Zoom", SIDE; 0.0..=0.5, speed 0.002),
    number!(Number augment.shear_degrees: "Shear", ANGLE; 0.0..=45.0, speed 0.1).unit("degrees"),
    number!(Number augment.brightness: "Brightness", "Maximum change, as a fraction of white";
        0.0..=1.0, speed 0.002),
    number!(Number augment.contrast: "Contrast",
        "Grays move away from or toward mid-gray by up to this fraction";
        0.0..=1.0, speed 0.002),
    number!(Number augment.gamma: "Gamma",
        "Grays are raised to a power between 1 / (1 + gamma) and 1 + gamma";
        0.0..=2.0, speed 0.005),
    field!(Switch augment.horizontal_flip: "Horizontal flip",
        "Mirror half of the films left to right")
    .warns_if(
        |config| config.augment.horizontal_flip,
        "The heart is on the left: mirrored films show a very rare anatomy",
    ),
];

pub(super) const OPTIMIZER: &[Field] = &[
    choice!(optimizer: "Optimizer", "How gradients change the weights";
        "adam" = OptimizerKind::Adam, "Adam";
        "adamw" = OptimizerKind::AdamW, "AdamW";
        "sgd" = OptimizerKind::Sgd, "SGD with momentum"),
    number!(Number learning_rate: "Learning rate", "Highest learning rate of the schedule";
        1e-12..=10.0, speed 1e-5),
    number!(Number weight_decay: "Weight decay",
        "Decoupled weight decay of the kernels (AdamW), scaled by the learning rate";
        0.0..=MAX_NUMBER, speed 1e-3)
    .applies_if(|config| config.optimizer == OptimizerKind::AdamW),
    number!(Number momentum: "Momentum", "SGD momentum"; 0.0..=0.99999, speed 2e-3)
        .applies_if(|config| config.optimizer == OptimizerKind::Sgd),
    number!(Number clip_norm: "Gradient clipping (max norm)",
        "Scale gradients down to this norm; 0 disables clipping";
        0.0..=MAX_NUMBER, speed 0.02),
    number!(Number ema_decay: "EMA of weights (decay)",
        "Exponential moving average of the weights; 0 disables it";
        0.0..=0.999_999, speed 5e-4),
];

pub(super) const SCHEDULE: &[Field] = &[
    choice!(schedule: "Learning-rate schedule", "How the learning rate changes after the warm-up";
        "constant" = ScheduleKind::Constant, "Constant";
        "step" = ScheduleKind::Step, "Step";
        "cosine" = ScheduleKind::Cosine, "Cosine";
        "plateau" = ScheduleKind::Plateau, "Reduce on plateau"),
    number!(Number warmup_epochs: "Warm-up epochs", "Epochs of linear warm-up from 0";
        0.0..=MAX_NUMBER, speed 0.02),
    number!(Number final_share: "Final learning rate (fraction)",
        "Learning rate at the end as a fraction of the highest (cosine)";
        0.0..=1.0, speed 0.002)
    .applies_if(|config| config.schedule == ScheduleKind::Cosine),
    // Old files may say 0, which always worked as 1.
    number!(Count step_epochs: "Epochs per decay",
        "Epochs between two decays (step), or without improvement before one (plateau)";
        0..=MAX_COUNT, speed 0.05)
    .applies_if(decays_in_steps),
    number!(Number step_factor: "Decay factor",
        "Factor that a decay multiplies the learning rate by (step, plateau)";
        0.0..=1.0, speed 0.002)
    .applies_if(decays_in_steps),
];

fn decays_in_steps(config: &TrainConfig) -> bool {
    matches!(config.schedule, ScheduleKind::Step | ScheduleKind::Plateau)
}

pub(super) const RUN: &[Field] = &[
    number!(Count epochs: "Epochs", "Passes over the training films";
        1..=MAX_COUNT, speed 0.1),
    number!(Count batch_size: "Batch size", "Films per step"; 1..=4096, speed 0.1),
    number!(Count batch_parts: "Gradient accumulation (parts)",
        "Parts of a batch that are taken one after the other before a step: less memory; batch \
         statistics are those of each part, as with so many processes";
        1..=4096, speed 0.05),
    number!(Count seed: "Seed", "Seed of initial weights, order, split and augmentation";
        0..=MAX_COUNT, speed 0.2),
    number!(Count threads: "Threads", "0 for one per core"; 0..=65_535, speed 0.05),
    choice!(select_by: "Select best epoch by", "On validation films";
        "auc" = SelectBy::Auc, "Highest macro AUC";
        "loss" = SelectBy::Loss, "Lowest loss"),
    number!(Count select_min_positives: "Minimum positives in the macro AUC",
        "Minimum positive validation films for a finding to count";
        0..=MAX_COUNT, speed 0.1)
    .applies_if(|config| config.select_by == SelectBy::Auc),
    number!(Count patience: "Patience",
        "Epochs without improvement before training stops; 0 for never";
        0..=MAX_COUNT, speed 0.05),
    number!(Number checkpoint_minutes: "Checkpoint minutes",
        "Time between two checkpoints within an epoch";
        0.0..=MAX_NUMBER, speed 0.1)
    .unit("minutes"),
];

use std::path::Path;
use std::time::Instant;

use super::TrainError;
use super::checkpoint::{Checkpoint, Place};
use super::plan::DataPlan;
use super::prepared::Prepared;
use super::schedule::learning_rate;
use super::setup::{TrainSetup, architecture};
use super::start::first_weights;
use super::step::take_step;
use super::stepper::Stepper;
use crate::dataset::{Batch, EpochPlan};
use crate::files::{free_bytes, peak_mib};
use crate::model::ComputeDevice;
use crate::work::{Progress, Watch};
use thorax_engine::TrainingState;
use thorax_ranks::{Ranks, Share};

/// When timed steps end: after so many, or once they have taken so long and a few are done.
struct Limits {
    n_steps: usize,
    enough_secs: f64,
    fewest: usize,
}

const DRY_RUN: Limits = Limits {
    n_steps: 20,
    enough_secs: 60.0,
    fewest: 3,
};
const PROBE: Limits = Limits {
    n_steps: 1000,
    enough_secs: 2.0,
    fewest: 1,
};

/// The result of the check before films are decoded.
#[derive(Clone, Debug)]
pub struct Preflight {
    /// Where every film would go.
    pub plan: DataPlan,
    /// Bytes that decoded films take in the cache.
    pub cache_bytes: u64,
    /// Bytes that the run's folder takes at its end.
    pub run_bytes: u64,
    /// Bytes that are free where the run is to lie; `None` where the system does not say.
    pub free_bytes: Option<u64>,
    /// Obstacles and warnings; obstacles prevent training.
    pub obstacles: Vec<String>,
    /// Warnings.
    pub warnings: Vec<String>,
}

/// The result of a dry run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DryRun {
    /// Steps that were taken.
    pub n_steps: usize,
    /// Training films a second.
    pub films_per_s: f64,
    /// Seconds of all epochs at this speed, without validation.
    pub total_secs: f64,
    /// The most memory that the process has had so far, where the system says it.
    pub peak_mib: Option<f64>,
}

impl Preflight {
    /// Reads the table and looks at the disk under `root`.
    pub fn new(plan: DataPlan, root: &Path) -> Result<Self, TrainError> {
        let architecture = architecture(&plan)?;
        let tensors = architecture.tensors().into_iter();
        let n_values: usize = tensors
            .map(|(_, shape)| shape.iter().product::<usize>())
            .sum();
        let n_films: usize = plan.parts.iter().map(|part| part.rows.len()).sum();
        let config = &plan.config;
        let cache_bytes = (n_films * config.side * config.side) as u64;
        // A model an epoch, best and last, and a checkpoint of four such with its successor.
        let run_bytes = (n_values * 4 * (config.epochs + 2 + 8)) as u64;
        let mut preflight = Self {
            cache_bytes,
            run_bytes,
            free_bytes: free_bytes(root),
            obstacles: Vec::new(),
            warnings: Vec::new(),
            plan,
        };
        preflight.look();
        Ok(preflight)
    }

    /// The warning that films of the parts have no file, if some have none.
    pub fn missing_text(&self) -> Option<String> {
        let n_missing: usize = self.plan.parts.iter().map(|part| part.n_missing).sum();
        (n_missing > 0).then(|| format!("{n_missing} films have no file"))
    }

    fn look(&mut self) {
        let plan = &self.plan;
        let [train, valid, test] = &plan.parts;
        if let Err(error) = plan.check_leaks() {
            self.obstacles.push(error.to_string());
        } else if !plan.leaks.is_empty() {
            let n_patients = plan.leaks.len();
            self.warnings.push(format!(
                "{n_patients} patients appear in more than one part: scores will look better than they are"
            ));
        }
        if train.rows.is_empty() {
            let root = plan.data.root.display();
            self.obstacles
                .push(format!("no training film was found under {root}"));
        }
        self.warnings.extend(plan.data.files.notices());
        if valid.rows.is_empty() {
            let text = "no validation films: the last epoch is selected";
            self.warnings.push(text.to_owned());
        }
        if test.rows.is_empty() {
            self.warnings
                .push("no test films: no final score".to_owned());
        }
        self.warnings.extend(self.missing_text());
        for (label, &n_pos) in plan.n_positives(&train.rows).iter() {
            if n_pos == 0 {
                self.warnings
                    .push(format!("{label}: no positive training film"));
            }
        }
        if plan.config.augment.horizontal_flip {
            let text = "films are mirrored: the heart may be on either side";
            self.warnings.push(text.to_owned());
        }
        let needed = self.cache_bytes + self.run_bytes;
        if let Some(free) = self.free_bytes.filter(|&free| free < needed) {
            let mib = |bytes: u64| bytes >> 20;
            self.obstacles.push(format!(
                "{} MiB of disk space needed, {} free",
                mib(needed),
                mib(free)
            ));
        }
    }
}

/// Takes up to 20 steps with weights that are then thrown away.
pub fn dry_run(
    prepared: &Prepared,
    setup: &TrainSetup,
    watch: &dyn Watch,
) -> Result<DryRun, TrainError> {
    let plan = &prepared.plan;
    let config = &plan.config;
    let n_batch = config.batch_size.min(prepared.train.films.len());
    let epoch_plan = EpochPlan {
        seed: config.seed,
        epoch: 1,
        batch_size: config.batch_size,
        augmentation: config.augment,
        share: Share::WHOLE,
    };
    let order = prepared.train.order(&epoch_plan);
    let batch_of = |step: usize| {
        let places: Vec<usize> = (0..n_batch)
            .filter_map(|place| order.get((step * n_batch + place) % order.len().max(1)))
            .copied()
            .collect();
        prepared.train.batch(&epoch_plan, &places)
    };
    timed_steps(plan, order.len(), &DRY_RUN, &setup.device, batch_of, watch)
}

/// Times a few steps on gray pictures for two seconds: the speed of training, before any film is
/// decoded. Reading and augmenting films takes threads of its own and is left out.
pub fn probe(
    plan: &DataPlan,
    device: &ComputeDevice,
    watch: &dyn Watch,
) -> Result<DryRun, TrainError> {
    let [train, ..] = &plan.parts;
    let config = &plan.config;
    let n_batch = config.batch_size.min(train.rows.len());
    let n_targets = n_batch * plan.labels.len();
    let batch = Batch {
        films: (0..n_batch).collect(),
        first: 0,
        n_whole: n_batch,
        pixels: vec![0.5; n_batch * config.side * config.side],
        truth: vec![0.0; n_targets],
        targets: vec![0.0; n_targets],
    };
    let batch_of = |_| batch.clone();
    timed_steps(plan, train.rows.len(), &PROBE, device, batch_of, watch)
}

fn timed_steps(
    plan: &DataPlan,
    n_train: usize,
    limits: &Limits,
    device: &ComputeDevice,
    mut batch_of: impl FnMut(usize) -> Batch,
    watch: &dyn Watch,
) -> Result<DryRun, TrainError> {
    let config = &plan.config;
    let architecture = architecture(plan)?;
    let n_batch = config.batch_size.min(n_train);
    let mut stepper = Stepper::new(architecture, n_batch.div_ceil(config.batch_parts), device)?;
    let mut checkpoint = Checkpoint {
        state: TrainingState::new(&architecture, first_weights(plan)?)?,
        averaged: None,
        place: Place::start(),
        scores: Vec::new(),
        truth: Vec::new(),
    };
    let loss = plan.loss();
    let rate = learning_rate(config, 1, 0, n_train.div_ceil(n_batch.max(1)), 0);
    let (mut n_steps, mut n_films) = (0, 0);
    let started = Instant::now();
    for step in 0..limits.n_steps {
        watch.progress(Progress {
            n_done: step,
            n_total: limits.n_steps,
            unit: "steps",
        });
        watch.check()?;
        let batch = batch_of(step);
        let ranks = Ranks::alone();
        take_step(
            &mut stepper,
            config,
            &loss,
            rate,
            &batch,
            &mut checkpoint,
            &ranks,
        )?;
        n_steps += 1;
        n_films += batch.films.len();
        if n_steps >= limits.fewest && started.elapsed().as_secs_f64() > limits.enough_secs {
            break;
        }
    }
    let films_per_s = n_films as f64 / started.elapsed().as_secs_f64();
    Ok(DryRun {
        n_steps,
        films_per_s,
        total_secs: (n_train * config.epochs) as f64 / films_per_s,
        peak_mib: peak_mib(),
    })
}

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
use crate::dataset::EpochPlan;
use crate::files::{free_bytes, peak_mib};
use crate::work::{Progress, Watch};
use thorax_engine::TrainingState;

/// Steps of a dry run.
const N_STEPS: usize = 20;
/// A dry run ends earlier once it has taken so long and a few steps are done.
const ENOUGH_SECS: f64 = 60.0;
const FEWEST_STEPS: usize = 3;

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
        let n_missing: usize = plan.parts.iter().map(|part| part.n_missing).sum();
        if n_missing > 0 {
            self.warnings
                .push(format!("{n_missing} films have no file"));
        }
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
    let architecture = architecture(plan)?;
    let n_batch = config.batch_size.min(prepared.train.films.len());
    let mut stepper = Stepper::new(architecture, n_batch, &setup.device)?;
    let mut checkpoint = Checkpoint {
        state: TrainingState::new(&architecture, first_weights(plan)?)?,
        averaged: None,
        place: Place::start(),
        scores: Vec::new(),
        truth: Vec::new(),
    };
    let epoch_plan = EpochPlan {
        seed: config.seed,
        epoch: 1,
        batch_size: config.batch_size,
        augmentation: config.augment,
    };
    let order = prepared.train.order(&epoch_plan);
    let loss = plan.loss();
    let rate = learning_rate(config, 1, 0, order.len().div_ceil(n_batch.max(1)), 0);
    let (mut n_steps, mut n_films) = (0, 0);
    let started = Instant::now();
    for step in 0..N_STEPS {
        watch.progress(Progress {
            n_done: step,
            n_total: N_STEPS,
            unit: "steps",
        });
        watch.check()?;
        let places: Vec<usize> = (0..n_batch)
            .filter_map(|place| order.get((step * n_batch + place) % order.len().max(1)))
            .copied()
            .collect();
        let batch = prepared.train.batch(&epoch_plan, &places);
        take_step(&mut stepper, config, &loss, rate, &batch, &mut checkpoint)?;
        n_steps += 1;
        n_films += places.len();
        if n_steps >= FEWEST_STEPS && started.elapsed().as_secs_f64() > ENOUGH_SECS {
            break;
        }
    }
    let films_per_s = n_films as f64 / started.elapsed().as_secs_f64();
    Ok(DryRun {
        n_steps,
        films_per_s,
        total_secs: (order.len() * config.epochs) as f64 / films_per_s,
        peak_mib: peak_mib(),
    })
}

//! How a training begins, anew or from a checkpoint.

use std::path::Path;

use super::TrainError;
use super::checkpoint::{Checkpoint, Place};
use super::config::TrainConfig;
use super::event::TrainEvent;
use super::initial::{fresh_weights, weights_of_model};
use super::plan::DataPlan;
use super::prepared::Prepared;
use super::run::Run;
use super::run_folder::RunFolder;
use super::run_info::RunInfo;
use super::setup::{TrainReport, TrainSetup, architecture, now};
use crate::model::{ComputeDevice, ModelFile};
use crate::work::Watch;
use thorax_engine::{NamedTensors, TrainingState};

/// Trains from the beginning, in a new run folder at `root`.
pub fn train(
    config: &TrainConfig,
    root: &Path,
    setup: &TrainSetup,
    watch: &dyn Watch,
    on_event: &mut dyn FnMut(TrainEvent),
) -> Result<TrainReport, TrainError> {
    let config = config.with_absolute_paths();
    if !setup.ranks.is_first() {
        // The first process makes the folder and decodes the films.
        setup.ranks.wait()?;
        let folder = RunFolder::open(root)?;
        let prepared = setup.prepare(&config, watch)?;
        let checkpoint = first_checkpoint(&prepared.plan)?;
        return Run::new(&prepared, &folder, setup, checkpoint, watch, on_event)?.go();
    }
    let new = RunFolder::create(root)?;
    let prepared = setup.prepare_run(&config, root, watch)?;
    tell_of_cache(&prepared, on_event);
    let checkpoint = first_checkpoint(&prepared.plan)?;
    new.folder().save_split(&prepared.plan)?;
    new.folder()
        .save_info(&run_info(&prepared, &setup.device))?;
    // From here on the folder is that of a run, which can be resumed.
    config.save(&new.folder().config_path())?;
    let (folder, _lock) = new.keep();
    setup.ranks.wait()?;
    Run::new(&prepared, &folder, setup, checkpoint, watch, on_event)?.go()
}

/// Goes on with the run at `root` from its last checkpoint, as if it had never stopped.
pub fn resume(
    root: &Path,
    setup: &TrainSetup,
    watch: &dyn Watch,
    on_event: &mut dyn FnMut(TrainEvent),
) -> Result<TrainReport, TrainError> {
    let folder = RunFolder::open(root)?;
    let first = setup.ranks.is_first();
    let _lock = if first { Some(folder.lock()?) } else { None };
    if !first {
        setup.ranks.wait()?;
    }
    let config = folder.config()?;
    let prepared = setup.prepare(&config, watch)?;
    if first {
        setup.ranks.wait()?;
    }
    tell_of_cache(&prepared, on_event);
    let known = folder.info()?;
    let differ = |what: &str| {
        let error = format!("the {what} differ from those that the run started with");
        Err(TrainError::Value(error))
    };
    if !prepared
        .train
        .cache
        .has_fingerprint(&known.data_fingerprint)
    {
        return differ("films");
    }
    if known.soft_labels_fingerprint != soft_labels_fingerprint(&prepared.plan) {
        return differ("soft labels");
    }
    let checkpoint = match folder.checkpoint()? {
        Some(checkpoint) => checkpoint,
        None => first_checkpoint(&prepared.plan)?,
    };
    Run::new(&prepared, &folder, setup, checkpoint, watch, on_event)?.go()
}

/// Says where decoded films are, if not where they are looked for the next time.
fn tell_of_cache(prepared: &Prepared, on_event: &mut dyn FnMut(TrainEvent)) {
    if let Some(remark) = prepared.train.cache.remark() {
        on_event(TrainEvent::Log(remark.to_owned()));
    }
}

/// The weights that training begins with.
pub(super) fn first_weights(plan: &DataPlan) -> Result<NamedTensors, TrainError> {
    let architecture = architecture(plan)?;
    let fresh = fresh_weights(&architecture, plan.config.seed);
    let mut weights = match &plan.config.init {
        None => fresh,
        Some(path) => {
            weights_of_model(&ModelFile::load(path)?, &plan.labels, &architecture, &fresh)?
        }
    };
    plan.config.head.share_weights(&mut weights);
    Ok(weights)
}

fn first_checkpoint(plan: &DataPlan) -> Result<Checkpoint, TrainError> {
    let state = TrainingState::new(&architecture(plan)?, first_weights(plan)?)?;
    Ok(Checkpoint {
        averaged: (plan.config.ema_decay > 0.0).then(|| state.parameters.clone()),
        state,
        place: Place::start(),
        scores: Vec::new(),
        truth: Vec::new(),
    })
}

fn run_info(prepared: &Prepared, device: &ComputeDevice) -> RunInfo {
    let plan = &prepared.plan;
    let frequencies = plan.class_frequencies();
    let frequencies = frequencies.iter();
    RunInfo {
        software: concat!("Thorax ", env!("CARGO_PKG_VERSION")).to_owned(),
        device: device.name(),
        started: now(),
        table: plan.data.table_path.clone(),
        data_fingerprint: prepared.train.cache.fingerprint(),
        soft_labels_fingerprint: soft_labels_fingerprint(plan),
        class_frequencies: frequencies.map(|(name, &f)| (name.to_owned(), f)).collect(),
        n_films: prepared.parts.each_ref().map(|part| part.films.len()),
        n_films_of_split: plan.parts.each_ref().map(|part| part.all.len()),
        n_missing: plan.parts.each_ref().map(|part| part.n_missing),
        unreadable: prepared.unreadable.clone(),
        n_leaking_patients: plan.leaks.len(),
        test_auc: None,
    }
}

fn soft_labels_fingerprint(plan: &DataPlan) -> Option<String> {
    let (soft, _) = plan.soft.as_ref()?;
    Some(soft.fingerprint.clone())
}

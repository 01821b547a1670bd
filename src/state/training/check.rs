use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;

use crate::dataset::{FileReport, PartSummary};
use crate::domain::Part;
use crate::model::ComputeDevice;
use crate::train::{
    DataPlan, DryRun, Preflight, RunFolder, TrainConfig, TrainError, TrainSetup, check_run_folder,
    dry_run,
};
use crate::work::JobContext;

/// What was found of data, split and disk before a run; what may start was looked at first.
#[derive(Debug)]
pub struct CheckReport {
    /// The configuration that was checked.
    pub config: TrainConfig,
    /// Where the run was to lie.
    pub root: PathBuf,
    /// Train, valid and test.
    pub parts: [PartCheck; 3],
    /// By label of the table, in its order.
    pub labels: Vec<LabelCheck>,
    /// Every patient in more than one part of the split, as text.
    pub leaks: Vec<String>,
    /// Obstacles.
    pub obstacles: Vec<String>,
    /// Mismatches between table and files, by kind: title and names.
    pub misfits: Vec<(String, Vec<String>)>,
    /// Plan, warnings, disk.
    pub preflight: Arc<Preflight>,
}

/// One part before and after films were left out.
#[derive(Clone, Debug)]
pub struct PartCheck {
    /// `train`, `valid` or `test`.
    pub name: &'static str,
    /// As the split gave it.
    pub split: PartSummary,
    /// As it will be used.
    pub used: PartSummary,
    /// Films that would be used and have no file.
    pub n_missing: usize,
}

/// One label in the training part.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelCheck {
    /// As the table spells it.
    pub name: String,
    /// Positive films of train, valid and test as the split gave them.
    pub n_split: [usize; 3],
    /// The same as they will be used.
    pub n_used: [usize; 3],
    /// Weights of positive and negative films in the loss; `None` where it is not learned.
    pub weights: Option<[f32; 2]>,
}

impl LabelCheck {
    /// Findings with fewer positive training films are hardly learned.
    const FEW_POSITIVES: usize = 10;

    /// Positive training films.
    pub fn n_positives(&self) -> usize {
        let [train, ..] = self.n_used;
        train
    }

    /// Whether it is not trained, or hardly learned.
    pub fn is_weak(&self) -> bool {
        self.weights.is_none() || self.n_positives() < Self::FEW_POSITIVES
    }
}

impl CheckReport {
    /// Looks at everything that can be looked at without opening a film.
    pub(super) fn make(config: &TrainConfig, root: &Path) -> Result<Self, TrainError> {
        Self::of(DataPlan::new(config)?, config, root)
    }

    /// The same of a plan that was made of `config`.
    pub(super) fn of(
        plan: DataPlan,
        config: &TrainConfig,
        root: &Path,
    ) -> Result<Self, TrainError> {
        let preflight = Preflight::new(plan, root)?;
        let plan = &preflight.plan;
        let table = &plan.data.table;
        let mut parts = Part::ALL
            .into_iter()
            .zip(&plan.parts)
            .map(|(part_of_split, part)| PartCheck {
                name: part_of_split.name(),
                split: PartSummary::of(table, &part.all),
                used: PartSummary::of(table, &part.rows),
                n_missing: part.n_missing,
            });
        let (Some(train), Some(valid), Some(test)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(TrainError::NoFilms("expected three parts".to_owned()));
        };
        let parts = [train, valid, test];
        let mut obstacles = preflight.obstacles.clone();
        if root.as_os_str().is_empty() {
            obstacles.push("no run folder is set".to_owned());
        } else if RunFolder::open(root).is_ok() {
            let path = root.to_owned();
            obstacles.push(TrainError::RunExists { path }.to_string());
        } else if let Err(error) = check_run_folder(root, &plan.data) {
            obstacles.push(error.to_string());
        }
        Ok(Self {
            labels: label_checks(plan, &parts),
            leaks: plan
                .leaks
                .iter()
                .map(|leak| leak_text(&leak.patient_id, leak.parts))
                .collect(),
            misfits: misfits(&plan.data.files),
            config: config.clone(),
            root: root.to_owned(),
            parts,
            obstacles,
            preflight: Arc::new(preflight),
        })
    }
}

fn label_checks(plan: &DataPlan, parts: &[PartCheck; 3]) -> Vec<LabelCheck> {
    let loss = plan.loss();
    let names = plan.data.table.labels.iter().enumerate();
    let of = |(place, name): (usize, &str)| {
        let count = |summary: &PartSummary| summary.counts.get(place).copied().unwrap_or(0);
        let learned = plan.labels.position(name);
        let weight = |weights: &[f32]| learned.and_then(|place| weights.get(place)).copied();
        LabelCheck {
            name: name.to_owned(),
            n_split: parts.each_ref().map(|part| count(&part.split)),
            n_used: parts.each_ref().map(|part| count(&part.used)),
            weights: weight(&loss.positive)
                .zip(weight(&loss.negative))
                .map(|(positive, negative)| [positive, negative]),
        }
    };
    names.map(of).collect()
}

fn leak_text(patient_id: &str, n_films: [usize; 3]) -> String {
    let parts = Part::ALL.into_iter().zip(n_films).filter(|(_, n)| *n > 0);
    let parts: Vec<String> = parts.map(|(name, n)| format!("{n} {name}")).collect();
    format!("Patient {patient_id}: {}", parts.join(", "))
}

fn misfits(files: &FileReport) -> Vec<(String, Vec<String>)> {
    let shown = |paths: &[PathBuf]| -> Vec<String> {
        paths
            .iter()
            .map(|path| path.display().to_string())
            .collect()
    };
    let duplicates = files.duplicates.iter();
    let duplicates =
        duplicates.map(|(image, paths)| format!("{image}: {}", shown(paths).join(", ")));
    let kinds = [
        ("films of the table without a file", files.missing.clone()),
        (
            "films with several files, the first is used",
            duplicates.collect(),
        ),
        (
            "rows that repeat an earlier one",
            files.duplicate_rows.clone(),
        ),
        (
            "files that are in no row of the table",
            shown(&files.unlisted),
        ),
        (
            "folders that cannot be read",
            shown(&files.unreadable_folders),
        ),
        (
            "cells of the table that were ignored",
            files
                .warnings
                .iter()
                .map(|warning| format!("line {}: {}", warning.line, warning.text))
                .collect(),
        ),
    ];
    let some = kinds.into_iter().filter(|(_, names)| !names.is_empty());
    some.map(|(title, names)| (format!("{} {title}", names.len()), names))
        .collect()
}

/// The result of a dry run on all films.
#[derive(Clone, Debug, PartialEq)]
pub struct DryRunReport {
    /// Speed, time and memory.
    pub dry_run: DryRun,
    /// Films that could not be decoded, with the reason.
    pub unreadable: Vec<String>,
}

/// A separate device for a training with `n_threads` threads, 0 for one per core.
///
/// The window's own engine stays free to score films meanwhile.
pub(super) fn device_for(
    window_device: &ComputeDevice,
    config: &TrainConfig,
) -> anyhow::Result<ComputeDevice> {
    if window_device.engine().is_none() {
        return Ok(window_device.clone());
    }
    let n_threads = match config.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        n_threads => n_threads,
    };
    Ok(ComputeDevice::cpu_with_threads(n_threads)?)
}

/// Decodes all films, which the run then need not, and takes a few steps.
pub(super) fn try_steps(
    config: &TrainConfig,
    window_device: &ComputeDevice,
    cache_folder: Option<PathBuf>,
    ctx: &JobContext,
) -> anyhow::Result<DryRunReport> {
    let mut setup = TrainSetup::new(device_for(window_device, config)?);
    if let Some(folder) = cache_folder {
        setup.cache_folder = folder;
    }
    ctx.set_stage("Decoding films");
    let prepared = setup.prepare(config, ctx).context("no dry run")?;
    ctx.set_stage("Taking steps");
    Ok(DryRunReport {
        dry_run: dry_run(&prepared, &setup, ctx)?,
        unreadable: prepared.unreadable,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leak_names_its_patient_and_where_they_stand() {
        assert_eq!(leak_text("13", [4, 0, 2]), "Patient 13: 4 train, 2 test");
    }
}

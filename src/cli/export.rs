use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use super::classify::progress_bar;
use super::{DeviceArgs, device_for_command, open_model, output};
use crate::explain::{CamMethod, OverlayStyle, class_activation_maps};
use crate::export::{DrawnMaps, ExportKind, FilmExport, export_film};
use crate::imaging::{InputCheck, list_films, read_film};
use crate::model::Classifier;
use crate::work::cause_chain;

#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Films, or folders of films
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Output folder, created if missing
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Kinds of files to write; default: all
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Kind>,
    /// Model file or Keras weights; default: the built-in model
    #[arg(long)]
    model: Option<PathBuf>,
    /// Findings to draw maps of; default: those above threshold, or the highest if there is none
    #[arg(long, value_name = "LABEL")]
    cam_label: Vec<String>,
    #[command(flatten)]
    device: DeviceArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A PNG of each map over the film
    Png,
    /// A table of scores
    Csv,
    /// A DICOM Secondary Capture of each map over the film
    Sc,
    /// A DICOM SR of scores
    Sr,
}

/// Scores films and writes what is asked for; fails if any film did.
pub fn run(args: &ExportArgs) -> anyhow::Result<ExitCode> {
    let device = device_for_command(args.device)?;
    let classifier = open_model(args.model.as_ref(), &device)?;
    let labels = &classifier.card().labels;
    for label in &args.cam_label {
        anyhow::ensure!(
            labels.position(label).is_some(),
            "expected a label of the model after --cam-label, got {label:?}"
        );
    }
    std::fs::create_dir_all(&args.to)
        .with_context(|| format!("cannot create the folder {}", args.to.display()))?;
    let mut films = Vec::new();
    let mut failures = Vec::new();
    for path in &args.paths {
        match list_films(path) {
            Ok(listed) => films.extend(listed),
            Err(error) => failures.push(error.to_string()),
        }
    }
    let bar = progress_bar(films.len() as u64);
    let mut written = String::new();
    for path in &films {
        match export(args, &classifier, path) {
            Ok(files) => {
                for file in files {
                    written.push_str(&format!("{}\n", file.display()));
                }
            }
            Err(error) => failures.push(cause_chain(&error)),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    output::answer(&written)?;
    for failure in &failures {
        output::complain(failure);
    }
    Ok(if failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        output::complain(&format!("{} films failed", failures.len()));
        ExitCode::FAILURE
    })
}

fn export(args: &ExportArgs, classifier: &Classifier, path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let film = read_film(path)?;
    let reading = classifier
        .score(&film)
        .with_context(|| format!("cannot score {}", path.display()))?;
    let method = CamMethod::default();
    let head = classifier.head();
    let maps = class_activation_maps(&reading.features, head, &reading.scores, method);
    let thresholds = classifier.card().thresholds();
    let check = InputCheck::of(&film);
    let export = FilmExport::new(&film, &check, classifier, &reading.scores, &thresholds);
    let findings = export.findings_to_draw(&args.cam_label);
    let kinds: Vec<ExportKind> = match args.only.as_slice() {
        [] => ExportKind::ALL.to_vec(),
        only => only.iter().map(|kind| kind.of()).collect(),
    };
    let drawn = DrawnMaps {
        maps: &maps,
        method,
        style: OverlayStyle::default(),
        findings: &findings,
    };
    Ok(export_film(&export, &drawn, &kinds, &args.to)?)
}

impl Kind {
    fn of(self) -> ExportKind {
        match self {
            Self::Png => ExportKind::Png,
            Self::Csv => ExportKind::Csv,
            Self::Sc => ExportKind::SecondaryCapture,
            Self::Sr => ExportKind::StructuredReport,
        }
    }
}

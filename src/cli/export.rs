use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use super::{DeviceArgs, device_for_command, open_model, output};
use crate::domain::{PerFinding, Threshold};
use crate::explain::{CamMethod, OverlayStyle};
use crate::export::{ExportError, ExportFolder, ExportKind, FilmExport, Pictures, export_film};
use crate::film::{self, ScoredFilm};
use crate::imaging::list_named_films;
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
    /// Replaces files of these names in that folder, except films; default: the next free number
    #[arg(long)]
    overwrite: bool,
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
    ExportRequest::check_labels(&args.cam_label, &classifier)?;
    let mut request = ExportRequest {
        kinds: match args.only.as_slice() {
            [] => ExportKind::ALL.to_vec(),
            only => only.iter().map(|kind| kind.of()).collect(),
        },
        findings: &args.cam_label,
        folder: ExportFolder::new(&args.to, args.overwrite),
    };
    request.create_folder()?;
    let mut films = Vec::new();
    let mut failures = Vec::new();
    for (_, found) in list_named_films(&args.paths) {
        match found {
            Ok(found) => {
                output::tell_passed_over(&found.passed_over, &found.faults);
                films.extend(found.films);
            }
            Err(error) => failures.push(error.to_string()),
        }
    }
    let bar = output::progress_bar(films.len() as u64);
    let mut written = String::new();
    for path in &films {
        match export(path, &classifier, &mut request) {
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

fn export(
    path: &Path,
    classifier: &Classifier,
    request: &mut ExportRequest<'_>,
) -> anyhow::Result<Vec<PathBuf>> {
    let opened = Arc::new(film::open(path)?);
    let scored = film::score(&opened, classifier, CamMethod::default())?;
    let thresholds = classifier.card().thresholds();
    Ok(export_scored(&scored, classifier, &thresholds, request)?)
}

/// What to write of each film.
pub struct ExportRequest<'a> {
    pub kinds: Vec<ExportKind>,
    /// Labels of findings to draw; those above threshold where there are none.
    pub findings: &'a [String],
    pub folder: ExportFolder,
}

impl ExportRequest<'_> {
    /// An error for the first label that the model does not have.
    pub fn check_labels(findings: &[String], classifier: &Classifier) -> anyhow::Result<()> {
        for label in findings {
            anyhow::ensure!(
                classifier.card().labels.position(label).is_some(),
                "expected a label of the model after --cam-label, got {label:?}"
            );
        }
        Ok(())
    }

    /// Creates the output folder if it is missing.
    pub fn create_folder(&self) -> anyhow::Result<()> {
        let folder = self.folder.path();
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot create the folder {}", folder.display()))
    }
}

/// Writes what is asked for of a scored film; the files written.
pub fn export_scored(
    scored: &ScoredFilm,
    classifier: &Classifier,
    thresholds: &PerFinding<Threshold>,
    request: &mut ExportRequest<'_>,
) -> Result<Vec<PathBuf>, ExportError> {
    let export = FilmExport::new(scored, classifier, thresholds);
    let findings = export.findings_to_draw(request.findings);
    let drawn = Pictures {
        scored,
        maps: Some(OverlayStyle::default()),
        measurements: &[],
        findings: &findings,
    };
    export_film(&export, &drawn, &request.kinds, &mut request.folder)
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

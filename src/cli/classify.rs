use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use super::{ClassifyArgs, device_for_command, open_model, output};
use crate::domain::{Film, PerFinding, Score, Threshold};
use crate::explain::{
    CamMethod, JitterConfig, JitterInterval, OverlayStyle, class_activation_maps, score_jitter,
};
use crate::export::{DrawnMaps, ExportKind, FilmExport, export_film};
use crate::imaging::{InputCheck, list_films, read_film};
use crate::model::{Classifier, Inference};
use crate::work::{Unwatched, cause_chain};

mod report;

/// The result for one film.
struct FilmResult {
    path: PathBuf,
    warnings: Vec<String>,
    /// Whether the film is fit as input; `None` where it could not be opened.
    input: Option<InputCheck>,
    /// Scores, or the chain of causes why there are none.
    scores: Result<PerFinding<Score>, String>,
    /// Why maps are missing; the scores are valid without them.
    maps_failed: Option<String>,
    /// How far scores move, where that was asked for.
    jitter: Option<PerFinding<JitterInterval>>,
}

impl FilmResult {
    fn without_scores(path: PathBuf, error: String) -> Self {
        Self {
            path,
            warnings: vec![],
            input: None,
            scores: Err(error),
            maps_failed: None,
            jitter: None,
        }
    }

    /// Scores that are missing, or else maps.
    fn failure(&self) -> Option<&String> {
        self.scores.as_ref().err().or(self.maps_failed.as_ref())
    }
}

/// Scores films, prints the results, draws maps; fails if any film did.
pub fn run(args: &ClassifyArgs) -> anyhow::Result<ExitCode> {
    let device = device_for_command(args.device)?;
    let classifier = open_model(args.model.as_ref(), &device)?;
    for label in &args.cam_label {
        let labels = &classifier.card().labels;
        anyhow::ensure!(
            labels.position(label).is_some(),
            "expected a label of the model after --cam-label, got {label:?}"
        );
    }
    if let Some(folder) = &args.cam {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create the folder {}", folder.display()))?;
    }
    // In the order of the arguments, including files that cannot be opened.
    let mut films = Vec::new();
    for path in &args.paths {
        match list_films(path) {
            Ok(listed) => films.extend(listed.into_iter().map(Ok)),
            Err(error) => films.push(Err((path, error))),
        }
    }
    let mut run = Run {
        thresholds: classifier.card().thresholds(),
        classifier,
        args,
    };
    let bar = progress_bar(films.len() as u64);
    let mut results = Vec::new();
    for film in films {
        results.push(match film {
            Ok(path) => run.classify(path),
            Err((path, error)) => FilmResult::without_scores(path.clone(), error.to_string()),
        });
        bar.inc(1);
    }
    bar.finish_and_clear();
    let report = report::text(args.format, &run.classifier, &run.thresholds, &results)?;
    output::answer(&report)?;
    let failures: Vec<_> = results.iter().filter_map(FilmResult::failure).collect();
    let n_failed = failures.len();
    if n_failed == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    for failure in failures {
        output::complain(failure);
    }
    output::complain(&format!("{n_failed} of {} films failed", results.len()));
    Ok(ExitCode::FAILURE)
}

/// Common settings of all films of one call.
struct Run<'a> {
    classifier: Classifier,
    thresholds: PerFinding<Threshold>,
    args: &'a ClassifyArgs,
}

impl Run<'_> {
    fn classify(&mut self, path: PathBuf) -> FilmResult {
        let mut result = FilmResult::without_scores(path, String::new());
        let scores = self.score(&mut result);
        result.scores = scores.map_err(|error| cause_chain(&error));
        result.warnings.extend(result.maps_failed.clone());
        result
    }

    /// Fills in what is found out on the way to the scores.
    fn score(&mut self, result: &mut FilmResult) -> anyhow::Result<PerFinding<Score>> {
        let film = read_film(&result.path)?;
        result.warnings.clone_from(&film.warnings);
        let check = result.input.insert(InputCheck::of(&film)).clone();
        let reading = self
            .classifier
            .score(&film)
            .with_context(|| format!("cannot score {}", result.path.display()))?;
        if let Some(n) = self.args.jitter {
            let config = JitterConfig {
                n: usize::from(n),
                ..JitterConfig::default()
            };
            let intervals = score_jitter(&self.classifier, &film, &config, &Unwatched)?;
            result.jitter = Some(intervals);
        }
        if let Some(folder) = &self.args.cam {
            let drawn = self.draw_maps(&film, &check, &reading, folder);
            result.maps_failed = drawn.err().map(|error| cause_chain(&error));
        }
        Ok(reading.scores)
    }

    fn draw_maps(
        &mut self,
        film: &Film,
        check: &InputCheck,
        reading: &Inference,
        folder: &Path,
    ) -> anyhow::Result<()> {
        let method = CamMethod::default();
        let head = self.classifier.head();
        let maps = class_activation_maps(&reading.features, head, &reading.scores, method);
        let (classifier, scores) = (&self.classifier, &reading.scores);
        let export = FilmExport::new(film, check, classifier, scores, &self.thresholds);
        let findings = export.findings_to_draw(&self.args.cam_label);
        let drawn = DrawnMaps {
            maps: &maps,
            method,
            style: OverlayStyle::default(),
            findings: &findings,
        };
        export_film(&export, &drawn, &[ExportKind::Png], folder)?;
        Ok(())
    }
}

pub(super) fn progress_bar(n_films: u64) -> ProgressBar {
    // Drawn on stderr, and only where that is a terminal.
    let bar = ProgressBar::new(n_films);
    match ProgressStyle::with_template("{bar:30} {pos}/{len} films, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

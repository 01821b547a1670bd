use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use super::{ClassifyArgs, device_for_command, open_model, output};
use crate::domain::{Film, OperatingPoint, PerFinding, Score, Threshold};
use crate::explain::{
    CamMethod, JitterConfig, JitterInterval, OverlayStyle, class_activation_maps, overlay_png,
    score_jitter,
};
use crate::export::{FilmExport, file_part};
use crate::files::write_whole;
use crate::imaging::{InputCheck, list_films, read_film};
use crate::model::{Classifier, Inference};
use crate::work::cause_chain;

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
        thresholds: thresholds(&classifier),
        classifier,
        args,
        taken: BTreeSet::new(),
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

/// The model's operating points, 0.5 where it has none: what the window starts from too.
fn thresholds(classifier: &Classifier) -> PerFinding<Threshold> {
    let points = classifier.card().operating_points.clone();
    points.map(|point| OperatingPoint::threshold_or_half(point.as_ref()))
}

/// Common settings of all films of one call.
struct Run<'a> {
    classifier: Classifier,
    thresholds: PerFinding<Threshold>,
    args: &'a ClassifyArgs,
    /// Pictures written so far.
    taken: BTreeSet<PathBuf>,
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
            result.jitter = score_jitter(&self.classifier, &film, &config, &mut |_| true)?;
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
        let method = CamMethod::GradCam;
        let head = self.classifier.head();
        let maps = class_activation_maps(&reading.features, head, &reading.scores, method);
        let stem = film.path.file_stem().unwrap_or_default().to_string_lossy();
        let (classifier, scores) = (&self.classifier, &reading.scores);
        let export = FilmExport::new(film, check, classifier, scores, &self.thresholds);
        let labels = maps.labels();
        let asked = self.args.cam_label.iter();
        let asked: Vec<usize> = asked.filter_map(|label| labels.position(label)).collect();
        let findings = if asked.is_empty() {
            export.drawn_findings()
        } else {
            asked
        };
        for finding_idx in findings {
            let label = maps.labels().get(finding_idx).unwrap_or_default();
            let lines = export.caption(finding_idx, method);
            let style = OverlayStyle::default();
            let png = overlay_png(film, &maps, finding_idx, &style, &lines)?;
            let path = free_path(
                folder,
                &format!("{stem}.{}", file_part(label)),
                &mut self.taken,
            );
            write_whole(&path, &png).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}

/// `stem.png`, or `stem-2.png` and so on where films of one name come from several folders.
fn free_path(folder: &Path, stem: &str, taken: &mut BTreeSet<PathBuf>) -> PathBuf {
    let mut path = folder.join(format!("{stem}.png"));
    let mut n = 2;
    while !taken.insert(path.clone()) {
        path = folder.join(format!("{stem}-{n}.png"));
        n += 1;
    }
    path
}

pub(super) fn progress_bar(n_films: u64) -> ProgressBar {
    // Drawn on stderr, and only where that is a terminal.
    let bar = ProgressBar::new(n_films);
    match ProgressStyle::with_template("{bar:30} {pos}/{len} films, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use super::{ClassifyArgs, device, open_model, output};
use crate::domain::{PerFinding, Score, Threshold};
use crate::explain::{CamMethod, OverlayStyle, class_activation_maps, overlay_png};
use crate::imaging::{list_films, read_film};
use crate::model::{Classifier, Reading};

mod report;

/// What came of one film.
struct FilmResult {
    path: PathBuf,
    warnings: Vec<String>,
    /// Scores, or the chain of causes why there are none.
    scores: Result<PerFinding<Score>, String>,
}

/// Scores films, prints the results, draws maps; fails if any film did.
pub fn run(args: &ClassifyArgs) -> anyhow::Result<ExitCode> {
    let device = device(args.device)?;
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
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let mut results = Vec::new();
    let mut films = Vec::new();
    for path in &args.paths {
        match list_films(path) {
            Ok(listed) => films.extend(listed),
            Err(error) => results.push(FilmResult {
                path: path.clone(),
                warnings: vec![],
                scores: Err(error.to_string()),
            }),
        }
    }
    let thresholds = thresholds(&classifier);
    let bar = progress_bar(films.len() as u64);
    for path in films {
        results.push(classify(&classifier, &thresholds, path, args));
        bar.inc(1);
    }
    bar.finish_and_clear();
    let report = report::text(args.format, &classifier, &thresholds, &results)?;
    output::answer(&report)?;
    let n_failed = results.iter().filter(|result| result.scores.is_err());
    let n_failed = n_failed.count();
    if n_failed == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    for result in &results {
        if let Err(error) = &result.scores {
            output::complain(error);
        }
    }
    output::complain(&format!("{n_failed} of {} films failed", results.len()));
    Ok(ExitCode::FAILURE)
}

/// The model's operating points, 0.5 where it has none: what the window starts from too.
fn thresholds(classifier: &Classifier) -> PerFinding<Threshold> {
    let points = classifier.card().operating_points.clone();
    crate::state::Thresholds::of_model(points).current().clone()
}

fn classify(
    classifier: &Classifier,
    thresholds: &PerFinding<Threshold>,
    path: PathBuf,
    args: &ClassifyArgs,
) -> FilmResult {
    let mut warnings = Vec::new();
    let scores = read_film(&path)
        .map_err(anyhow::Error::from)
        .and_then(|film| {
            warnings.clone_from(&film.warnings);
            let reading = classifier
                .score(&film)
                .with_context(|| format!("cannot score {}", path.display()))?;
            if let Some(folder) = &args.cam {
                let labels = mapped_labels(&reading, thresholds, &args.cam_label);
                draw_maps(classifier, &film, &reading, thresholds, &labels, folder)?;
            }
            Ok(reading.scores)
        })
        .map_err(|error| format!("{error:#}"));
    FilmResult {
        path,
        warnings,
        scores,
    }
}

/// The findings to draw: those asked for, or those above threshold, or else the highest.
fn mapped_labels(
    reading: &Reading,
    thresholds: &PerFinding<Threshold>,
    asked: &[String],
) -> Vec<usize> {
    let labels = reading.scores.labels();
    if !asked.is_empty() {
        return asked
            .iter()
            .filter_map(|label| labels.position(label))
            .collect();
    }
    let scores = reading.scores.values();
    let pairs = scores.iter().zip(thresholds.values()).enumerate();
    let above: Vec<usize> = pairs
        .filter(|(_, (score, threshold))| score.is_positive(**threshold))
        .map(|(finding_idx, _)| finding_idx)
        .collect();
    if !above.is_empty() {
        return above;
    }
    let by_score = |a: &(usize, &Score), b: &(usize, &Score)| a.1.get().total_cmp(&b.1.get());
    let highest = scores.iter().enumerate().max_by(by_score);
    highest.map(|(finding_idx, _)| finding_idx).into_iter().collect()
}

fn draw_maps(
    classifier: &Classifier,
    film: &crate::domain::Radiograph,
    reading: &Reading,
    thresholds: &PerFinding<Threshold>,
    labels: &[usize],
    folder: &Path,
) -> anyhow::Result<()> {
    let maps = class_activation_maps(
        &reading.features,
        classifier.head(),
        &reading.scores,
        CamMethod::GradCam,
    );
    let stem = film.path.file_stem().unwrap_or_default().to_string_lossy();
    for &finding_idx in labels {
        let picture = overlay_png(
            film,
            &maps,
            finding_idx,
            &OverlayStyle::default(),
            &caption(classifier, reading, thresholds, finding_idx),
        )?;
        let label = maps.labels().get(finding_idx).unwrap_or_default();
        let path = free_path(folder, &format!("{stem}.{label}"));
        crate::imaging::write_whole(&path, &picture)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn caption(
    classifier: &Classifier,
    reading: &Reading,
    thresholds: &PerFinding<Threshold>,
    finding_idx: usize,
) -> Vec<String> {
    let name = reading.scores.labels().get(finding_idx).unwrap_or_default();
    let mut lines = vec![format!("{name}, Grad-CAM")];
    if let (Some(score), Some(threshold)) =
        (reading.scores.get(finding_idx), thresholds.get(finding_idx))
    {
        let (score, threshold) = (score.get(), threshold.get());
        lines.push(format!("score {score:.3}, threshold {threshold:.3}"));
    }
    lines.push(format!("model {}", classifier.id()));
    lines
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

fn progress_bar(n_films: u64) -> ProgressBar {
    // Drawn on stderr, and only where that is a terminal.
    let bar = ProgressBar::new(n_films);
    match ProgressStyle::with_template("{bar:30} {pos}/{len} films, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use super::export::{ExportRequest, export_scored};
use super::{ClassifyArgs, device_for_command, open_model, output};
use crate::domain::{Correction, PerFinding, Remedy, Score, Threshold};
use crate::explain::{CamMethod, JitterConfig, JitterInterval, score_jitter};
use crate::export::{ExportFolder, ExportKind};
use crate::film;
use crate::imaging::{Concerns, list_named_films};
use crate::model::Classifier;
use crate::work::{Unwatched, cause_chain};

mod report;

/// The result for one film.
struct FilmResult {
    path: PathBuf,
    /// What to know about the film; `None` where it could not be opened.
    concerns: Option<Concerns>,
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
            concerns: None,
            scores: Err(error),
            maps_failed: None,
            jitter: None,
        }
    }

    /// Sentences that say nothing against the scores.
    fn warnings(&self) -> impl Iterator<Item = &str> {
        let notes = self.concerns.iter().flat_map(Concerns::notes);
        notes.chain(self.maps_failed.as_deref())
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
    let export = args.cam.as_ref().map(|folder| ExportRequest {
        kinds: vec![ExportKind::Png],
        findings: &args.cam_label,
        folder: ExportFolder::new(folder, args.overwrite),
    });
    ExportRequest::check_labels(&args.cam_label, &classifier)?;
    if let Some(export) = &export {
        export.create_folder()?;
    }
    // In the order of the arguments, including files that cannot be opened.
    let mut films = Vec::new();
    for (path, found) in list_named_films(&args.paths) {
        match found {
            Ok(found) => {
                output::tell_passed_over(&found);
                films.extend(found.films.into_iter().map(Ok));
            }
            Err(error) => films.push(Err((path, error))),
        }
    }
    let mut run = Run {
        thresholds: classifier.card().thresholds(),
        classifier,
        jitter: args.jitter.map(usize::from),
        auto_window: args.auto_window,
        correction: Correction {
            auto_window: false,
            quarter_turns: args.rotate.as_deref().map_or(0, quarter_turns),
            inverted: args.invert,
        },
        export,
    };
    let bar = output::progress_bar(films.len() as u64);
    let mut results = Vec::new();
    for film in films {
        results.push(match film {
            Ok(path) => run.classify(path),
            Err((path, error)) => FilmResult::without_scores(path.to_owned(), error.to_string()),
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

/// Degrees clockwise, as the command line takes them, in quarter turns.
fn quarter_turns(degrees: &str) -> u8 {
    match degrees {
        "90" => 1,
        "180" => 2,
        "270" => 3,
        _ => 0,
    }
}

/// Common settings of all films of one call.
struct Run<'a> {
    classifier: Classifier,
    thresholds: PerFinding<Threshold>,
    /// Small changes of each film to be scored, where that was asked for.
    jitter: Option<usize>,
    /// Whether windows that leave a film without contrast are set aside.
    auto_window: bool,
    /// What is changed about every film before it is scored.
    correction: Correction,
    /// Maps to be drawn, where that was asked for.
    export: Option<ExportRequest<'a>>,
}

impl Run<'_> {
    fn classify(&mut self, path: PathBuf) -> FilmResult {
        let mut result = FilmResult::without_scores(path, String::new());
        let scores = self.score(&mut result);
        result.scores = scores.map_err(|error| cause_chain(&error));
        result
    }

    /// Fills in what is found out on the way to the scores.
    fn score(&mut self, result: &mut FilmResult) -> anyhow::Result<PerFinding<Score>> {
        let mut opened = film::open_corrected(&result.path, self.correction)?;
        if self.auto_window && opened.auto_window_offered {
            opened = film::open_corrected(&result.path, self.correction.with(Remedy::AutoWindow))?;
            // A table of scores alone has no place for it.
            let path = result.path.display();
            output::complain(&format!(
                "the file's window is set aside (--auto-window): {path}"
            ));
        }
        let opened = Arc::new(opened);
        result.concerns = Some(opened.concerns.clone());
        let scores = match &mut self.export {
            None => film::infer(&opened, &self.classifier)?.scores,
            Some(export) => {
                let scored = film::score(&opened, &self.classifier, CamMethod::default())?;
                let drawn = export_scored(&scored, &self.classifier, &self.thresholds, export);
                result.maps_failed = drawn.err().map(|error| cause_chain(&error.into()));
                scored.inference.scores
            }
        };
        if let Some(n) = self.jitter {
            let config = JitterConfig {
                n,
                ..JitterConfig::default()
            };
            let intervals = score_jitter(&self.classifier, opened.picture(), &config, &Unwatched)?;
            result.jitter = Some(intervals);
        }
        Ok(scores)
    }
}

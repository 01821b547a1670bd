//! The three ways results are printed; csv and json are a contract with scripts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::FilmResult;
use crate::cli::Format;
use crate::cli::output::{JsonInput, printable};
use crate::domain::{NOTICE, PerFinding, Score, Threshold};
use crate::files::{csv_line, path_text};
use crate::model::Classifier;

/// One film in the JSON output.
#[derive(Serialize)]
struct JsonFilm<'a> {
    path: String,
    scores: Option<BTreeMap<&'a str, f32>>,
    thresholds: Option<BTreeMap<&'a str, f32>>,
    /// Who chose each threshold, and on which films.
    threshold_origins: Option<BTreeMap<&'a str, String>>,
    positive: Vec<&'a str>,
    warnings: Vec<String>,
    /// Whether the film is fit as input.
    input: Option<JsonInput>,
    /// 5th, 50th and 95th percentile of each score over small changes, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    jitter: Option<BTreeMap<&'a str, [f32; 3]>>,
    error: Option<&'a str>,
    /// Name of the model, checksum of its weights, run and epoch where it names them.
    model: Option<&'a str>,
}

/// All results in one text, with a line feed at its end.
pub fn text(
    format: Format,
    classifier: &Classifier,
    thresholds: &PerFinding<Threshold>,
    results: &[FilmResult],
) -> anyhow::Result<String> {
    match format {
        Format::Table => Ok(table(classifier, thresholds, results)),
        Format::Csv => Ok(csv(classifier, results)),
        Format::Json => json(classifier, thresholds, results),
    }
}

fn json(
    classifier: &Classifier,
    thresholds: &PerFinding<Threshold>,
    results: &[FilmResult],
) -> anyhow::Result<String> {
    let no_points = no_points_warning(classifier);
    let film = |result| json_film(result, thresholds, no_points.as_deref(), classifier.id());
    let films: Vec<_> = results.iter().map(film).collect();
    Ok(serde_json::to_string_pretty(&films)? + "\n")
}

fn json_film<'a>(
    result: &'a FilmResult,
    thresholds: &'a PerFinding<Threshold>,
    no_points: Option<&str>,
    model: &'a str,
) -> JsonFilm<'a> {
    let scores = result.scores.as_ref().ok();
    let mut warnings: Vec<String> = result.warnings().map(ToOwned::to_owned).collect();
    if scores.is_some() {
        warnings.extend(no_points.map(ToOwned::to_owned));
    }
    JsonFilm {
        path: path_text(&result.path).into_owned(),
        scores: scores.map(|scores| scores.iter().map(|(name, s)| (name, s.get())).collect()),
        thresholds: scores.map(|_| {
            thresholds
                .iter()
                .map(|(name, t)| (name, t.value_f32()))
                .collect()
        }),
        threshold_origins: scores.map(|_| {
            let origins = thresholds.iter();
            origins
                .map(|(name, t)| (name, t.origin().words()))
                .collect()
        }),
        positive: scores.map_or_else(Vec::new, |scores| positive(scores, thresholds)),
        warnings,
        jitter: result.jitter.as_ref().map(|found| {
            let rows = found.iter();
            rows.map(|(name, i)| (name, [i.low, i.median, i.high]))
                .collect()
        }),
        input: result.concerns.as_ref().map(JsonInput::of),
        error: result.scores.as_ref().err().map(String::as_str),
        model: scores.map(|_| model),
    }
}

fn positive<'a>(scores: &'a PerFinding<Score>, thresholds: &PerFinding<Threshold>) -> Vec<&'a str> {
    let pairs = scores.iter().zip(thresholds.values());
    pairs
        .filter(|((_, score), threshold)| score.is_positive(threshold))
        .map(|((name, _), _)| name)
        .collect()
}

/// Says which thresholds are no operating points of the model.
fn no_points_warning(classifier: &Classifier) -> Option<String> {
    let points = &classifier.card().operating_points;
    let n_missing = points
        .values()
        .iter()
        .filter(|point| point.is_none())
        .count();
    let n_labels = points.values().len();
    (n_missing > 0).then(|| {
        format!(
            "the model has no operating point for {n_missing} of {n_labels} labels: 0.5 is used"
        )
    })
}

fn csv(classifier: &Classifier, results: &[FilmResult]) -> String {
    let labels = &classifier.card().labels;
    let mut text = csv_line(["path", "error"].into_iter().chain(labels.iter()));
    for result in results {
        let path = path_text(&result.path).into_owned();
        let error = result.scores.as_ref().err().cloned().unwrap_or_default();
        let scores: Vec<String> = match &result.scores {
            Ok(scores) => scores
                .values()
                .iter()
                .map(|s| s.get().to_string())
                .collect(),
            Err(_) => vec![String::new(); labels.len()],
        };
        text += &csv_line([path, error].into_iter().chain(scores));
    }
    text
}

fn table(
    classifier: &Classifier,
    thresholds: &PerFinding<Threshold>,
    results: &[FilmResult],
) -> String {
    let mut text = String::new();
    let width = thresholds.labels().iter().map(str::len).max().unwrap_or(0);
    for result in results {
        // Writing to a string cannot fail.
        let path = result.path.display().to_string();
        let _ = writeln!(text, "{}", printable(&path));
        for warning in result.warnings() {
            let _ = writeln!(text, "  warning: {warning}");
        }
        if let Some(concerns) = &result.concerns
            && !concerns.is_fine()
        {
            let _ = writeln!(text, "  input {}", concerns.summary());
        }
        match &result.scores {
            Err(error) => {
                let _ = writeln!(text, "  no scores: {}", printable(error));
            }
            Ok(scores) => {
                for ((name, score), threshold) in scores.iter().zip(thresholds.values()) {
                    let (score_text, cut) = (score.get(), threshold.value());
                    let verdict = if score.is_positive(threshold) {
                        "above"
                    } else {
                        "below"
                    };
                    let interval = result.jitter.as_ref().and_then(|found| found.of(name));
                    let interval = interval.map_or_else(String::new, |found| {
                        format!("  {:.4} to {:.4}", found.low, found.high)
                    });
                    let _ = writeln!(
                        text,
                        "  {name:<width$}  score {score_text:.4}  threshold {cut:.4}  \
                         {verdict}{interval}"
                    );
                }
                if positive(scores, thresholds).is_empty() {
                    let _ = writeln!(text, "  nothing above threshold; this does not mean normal");
                }
            }
        }
        text.push('\n');
    }
    let _ = writeln!(text, "Model {}", classifier.id());
    if let Some(warning) = no_points_warning(classifier) {
        let _ = writeln!(text, "Warning: {warning}");
    }
    let _ = writeln!(text, "Scores are not probabilities. {NOTICE}");
    text
}

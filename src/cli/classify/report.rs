//! The ways results are printed, film by film; csv, json and jsonl are a contract with scripts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::{FilmFormat, FilmResult};
use crate::bulk::BulkScoring;
use crate::cli::output::{JsonInput, printable};
use crate::domain::{NOTICE, PerFinding, Score, Threshold};
use crate::files::{csv_line, path_text};
use crate::model::Classifier;
use crate::results::json_line;

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

/// Prints results in one format, one film after the other.
pub struct Report<'a> {
    format: FilmFormat,
    scoring: &'a BulkScoring<'a>,
    findings: Vec<String>,
    /// Which thresholds are no operating points of the model.
    no_points: Option<String>,
    n_films: usize,
}

impl<'a> Report<'a> {
    /// A report without films.
    pub fn new(format: FilmFormat, scoring: &'a BulkScoring<'a>) -> Self {
        let labels = scoring.classifier.card().labels.iter();
        Self {
            format,
            scoring,
            findings: labels.map(ToOwned::to_owned).collect(),
            no_points: no_points_warning(scoring.classifier),
            n_films: 0,
        }
    }

    /// Films so far.
    pub fn n_films(&self) -> usize {
        self.n_films
    }

    /// What comes before the films.
    pub fn start(&self) -> String {
        match self.format {
            FilmFormat::Csv => {
                let findings = self.findings.iter().map(String::as_str);
                csv_line(["path", "error"].into_iter().chain(findings))
            }
            FilmFormat::Json => "[".to_owned(),
            FilmFormat::Table | FilmFormat::Jsonl | FilmFormat::Parquet => String::new(),
        }
    }

    /// A film.
    pub fn film(&mut self, result: &FilmResult) -> anyhow::Result<String> {
        self.n_films += 1;
        Ok(match self.format {
            FilmFormat::Table => table(self.scoring.thresholds, result),
            FilmFormat::Csv => csv(&self.findings, result),
            FilmFormat::Json => {
                let comma = if self.n_films > 1 { "," } else { "" };
                format!("{comma}\n{}", self.json(result)?)
            }
            FilmFormat::Jsonl | FilmFormat::Parquet => {
                let mut row = self.scoring.result_of(result.film.clone());
                row.row = None;
                json_line(&row, &self.findings)
            }
        })
    }

    /// What comes behind the films.
    pub fn end(&self) -> String {
        match self.format {
            FilmFormat::Table => {
                let mut text = String::new();
                let _ = writeln!(text, "Model {}", self.scoring.classifier.id());
                if let Some(warning) = &self.no_points {
                    let _ = writeln!(text, "Warning: {warning}");
                }
                let _ = writeln!(text, "Scores are not probabilities. {NOTICE}");
                text
            }
            FilmFormat::Json if self.n_films == 0 => "]\n".to_owned(),
            FilmFormat::Json => "\n]\n".to_owned(),
            FilmFormat::Csv | FilmFormat::Jsonl | FilmFormat::Parquet => String::new(),
        }
    }

    /// An object of the array, indented.
    fn json(&self, result: &FilmResult) -> anyhow::Result<String> {
        let no_points = self.no_points.as_deref();
        let model = self.scoring.classifier.id();
        let film = json_film(result, self.scoring.thresholds, no_points, model);
        // Line feeds within texts are escaped.
        let text = serde_json::to_string_pretty(&film)?;
        Ok(format!("  {}", text.replace('\n', "\n  ")))
    }
}

fn json_film<'a>(
    result: &'a FilmResult,
    thresholds: &'a PerFinding<Threshold>,
    no_points: Option<&str>,
    model: &'a str,
) -> JsonFilm<'a> {
    let scores = result.film.scores.as_ref().ok();
    let mut warnings: Vec<String> = result.warnings().map(ToOwned::to_owned).collect();
    if scores.is_some() {
        warnings.extend(no_points.map(ToOwned::to_owned));
    }
    JsonFilm {
        path: path_text(&result.film.path).into_owned(),
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
        input: result.film.concerns.as_ref().map(JsonInput::of),
        error: result.film.scores.as_ref().err().map(String::as_str),
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

fn csv(findings: &[String], result: &FilmResult) -> String {
    let path = path_text(&result.film.path).into_owned();
    let scores = &result.film.scores;
    let error = scores.as_ref().err().cloned().unwrap_or_default();
    let scores: Vec<String> = match scores {
        Ok(scores) => scores
            .values()
            .iter()
            .map(|s| s.get().to_string())
            .collect(),
        Err(_) => vec![String::new(); findings.len()],
    };
    csv_line([path, error].into_iter().chain(scores))
}

fn table(thresholds: &PerFinding<Threshold>, result: &FilmResult) -> String {
    let mut text = String::new();
    let width = thresholds.labels().iter().map(str::len).max().unwrap_or(0);
    // Writing to a string cannot fail.
    let path = result.film.path.display().to_string();
    let _ = writeln!(text, "{}", printable(&path));
    for warning in result.warnings() {
        let _ = writeln!(text, "  warning: {warning}");
    }
    if let Some(concerns) = &result.film.concerns
        && !concerns.is_fine()
    {
        let _ = writeln!(text, "  input {}", concerns.summary());
    }
    match &result.film.scores {
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
    text
}

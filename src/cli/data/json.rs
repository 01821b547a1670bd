//! The report as one object; a contract with scripts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Report;
use crate::dataset::{PartSummary, SplitRule, TableWarning};
use crate::domain::NO_FINDING;

#[derive(Serialize)]
struct JsonReport<'a> {
    table: String,
    undersample: String,
    split: Option<&'a SplitRule>,
    #[serde(flatten)]
    used: JsonPart<'a>,
    parts: Option<BTreeMap<&'a str, BeforeAfter<'a>>>,
    rows_in_no_part: usize,
    leaks: Vec<JsonLeak<'a>>,
    notices: &'a [String],
    boxes: usize,
    files: JsonFiles<'a>,
}

#[derive(Serialize)]
struct BeforeAfter<'a> {
    before: JsonPart<'a>,
    after: JsonPart<'a>,
}

#[derive(Serialize)]
struct JsonPart<'a> {
    rows: usize,
    patients: usize,
    /// "No Finding" included.
    counts: BTreeMap<&'a str, usize>,
    /// Films for which the label is known.
    known: BTreeMap<&'a str, usize>,
    prevalence: BTreeMap<&'a str, Option<f64>>,
    loss_weights: BTreeMap<&'a str, JsonWeights>,
    views: BTreeMap<&'static str, usize>,
    sexes: BTreeMap<&'static str, usize>,
    ages: JsonAges,
    first_films: Option<usize>,
}

#[derive(Serialize)]
struct JsonWeights {
    positive: Option<f64>,
    negative: Option<f64>,
}

#[derive(Serialize)]
struct JsonAges {
    min: Option<f32>,
    median: Option<f32>,
    max: Option<f32>,
    /// Films aged 0 to 9, 10 to 19, …, 90 and more.
    decades: Option<[usize; 10]>,
    unknown: usize,
}

#[derive(Serialize)]
struct JsonLeak<'a> {
    patient_id: &'a str,
    train: usize,
    valid: usize,
    test: usize,
}

#[derive(Serialize)]
struct JsonFiles<'a> {
    /// Rows of the CSV, those that repeat a film included.
    rows: usize,
    found: usize,
    n_missing: usize,
    missing: &'a [String],
    duplicates: BTreeMap<&'a str, &'a [PathBuf]>,
    duplicate_rows: &'a [String],
    conflicts: Vec<JsonWarning<'a>>,
    found_by_stem: BTreeMap<&'a str, &'a Path>,
    united: usize,
    unlisted: &'a [PathBuf],
    unreadable_folders: &'a [PathBuf],
    foreign_boxes: usize,
    warnings: Vec<JsonWarning<'a>>,
}

#[derive(Serialize)]
struct JsonWarning<'a> {
    line: u64,
    text: &'a str,
}

/// The object, with a line feed at its end.
pub fn text(report: &Report) -> anyhow::Result<String> {
    let parts = report.rule.as_ref().map(|_| {
        let parts = report.parts.iter().map(|part| {
            let before = JsonPart::of(&part.before);
            let after = JsonPart::of(&part.after);
            (part.name, BeforeAfter { before, after })
        });
        parts.collect()
    });
    let leaks = report.leaks.iter().map(|leak| {
        let [train, valid, test] = leak.parts;
        JsonLeak {
            patient_id: &leak.patient_id,
            train,
            valid,
            test,
        }
    });
    let files = &report.data.files;
    let twins = files.duplicates.iter();
    let by_stem = files.found_by_stem.iter();
    let json = JsonReport {
        table: report.data.table_path.display().to_string(),
        undersample: report.undersampling.to_string(),
        split: report.rule.as_ref(),
        used: JsonPart::of(&report.used),
        parts,
        rows_in_no_part: report.n_in_no_part,
        leaks: leaks.collect(),
        notices: &report.notices,
        boxes: report.data.boxes.len(),
        files: JsonFiles {
            rows: files.n_rows,
            found: report.data.table.rows.len() - files.missing.len(),
            n_missing: files.missing.len(),
            missing: &files.missing,
            duplicates: twins
                .map(|(image, paths)| (image.as_str(), paths.as_slice()))
                .collect(),
            duplicate_rows: &files.duplicate_rows,
            conflicts: files.conflicts.iter().map(JsonWarning::of).collect(),
            found_by_stem: by_stem
                .map(|(image, path)| (image.as_str(), path.as_path()))
                .collect(),
            united: files.n_united,
            unlisted: &files.unlisted,
            unreadable_folders: &files.unreadable_folders,
            foreign_boxes: files.n_foreign_boxes,
            warnings: files.warnings.iter().map(JsonWarning::of).collect(),
        },
    };
    Ok(serde_json::to_string_pretty(&json)? + "\n")
}

impl<'a> JsonWarning<'a> {
    fn of(warning: &'a TableWarning) -> Self {
        Self {
            line: warning.line,
            text: &warning.text,
        }
    }
}

impl<'a> JsonPart<'a> {
    fn of(part: &'a PartSummary) -> Self {
        let counts = part.counts.iter().map(|(label, count)| (label, *count));
        let labels = part.counts.labels();
        let (prevalence, positive, negative) = (
            part.prevalence(),
            part.positive_weights(),
            part.negative_weights(),
        );
        let weights = labels.iter().enumerate().map(|(idx, label)| {
            let weights = JsonWeights {
                positive: positive.get(idx).copied().flatten(),
                negative: negative.get(idx).copied().flatten(),
            };
            (label, weights)
        });
        let known = part
            .n_known
            .iter()
            .map(|(label, n_known)| (label, *n_known));
        let shares = labels.iter().zip(prevalence.values());
        let ages = part.ages;
        Self {
            rows: part.n_films,
            patients: part.n_patients,
            counts: counts.chain([(NO_FINDING, part.n_no_finding)]).collect(),
            known: known.collect(),
            prevalence: shares.map(|(label, share)| (label, *share)).collect(),
            loss_weights: weights.collect(),
            views: BTreeMap::from([
                ("PA", part.views.pa),
                ("AP", part.views.ap),
                ("other", part.views.other),
                ("unknown", part.views.unknown),
            ]),
            sexes: BTreeMap::from([
                ("F", part.sexes.female),
                ("M", part.sexes.male),
                ("unknown", part.sexes.unknown),
            ]),
            ages: JsonAges {
                min: ages.map(|ages| ages.min),
                median: ages.map(|ages| ages.median),
                max: ages.map(|ages| ages.max),
                decades: ages.map(|ages| ages.decades),
                unknown: part.n_without_age,
            },
            first_films: part.n_first_films,
        }
    }
}

use std::path::{Path, PathBuf};

use super::foreign_table::read_foreign;
use super::{FilmPrediction, Predictions, ScoreColumns, ScoreTable, ScoresError};
use crate::dataset::{FilmTable, TableFile, Uncertain};
use crate::domain::{ModelIdentity, label_name};
use crate::files::path_of_text;
use crate::results::{MergedFilms, ResultsFolder};

/// How tables of scores are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScoreRules {
    /// What uncertain labels mean.
    pub uncertain: Uncertain,
    /// The columns of tables that are not in the program's own format; `None`: by their names.
    pub columns: Option<ScoreColumns>,
}

/// Scores as read, and what is to be said of them.
#[derive(Clone, Debug, Default)]
pub struct LoadedScores {
    /// The films that have scores.
    pub predictions: Predictions,
    /// Films without scores, films that the table lacks; a sentence each.
    pub warnings: Vec<String>,
}

impl LoadedScores {
    /// Reads scores: a CSV, by whomever it was written, a Parquet file of predictions, or the results
    /// of `thorax classify --out`, whose labels are those of `table`.
    pub fn load(
        path: &Path,
        rules: &ScoreRules,
        table: Option<&FilmTable>,
    ) -> Result<Self, ScoresError> {
        let table_of_scores = ScoreTable::open(path)?;
        // A CSV of predictions has labels, be they all unknown.
        let is_csv = table_of_scores.is_none() && !path.is_dir();
        let (mut predictions, n_unscored) = match table_of_scores {
            Some(scores) => scores.predictions(rules.uncertain)?,
            None if is_csv => return Self::of_csv(path, rules),
            None => of_folder(&ResultsFolder::open(path)?)?,
        };
        let mut warnings = Vec::new();
        if n_unscored > 0 {
            warnings.push(format!("{n_unscored} films without scores are left out"));
        }
        let has_truth = |film: &FilmPrediction| film.truth.iter().any(Option::is_some);
        if !predictions.films.iter().any(has_truth) {
            let Some(table) = table else {
                let path = path.to_owned();
                return Err(ScoresError::NoLabels { path });
            };
            warnings.extend(label(&mut predictions, table, path)?);
        }
        Ok(Self {
            predictions,
            warnings,
        })
    }

    fn of_csv(path: &Path, rules: &ScoreRules) -> Result<Self, ScoresError> {
        let table = TableFile::open(path)?;
        let guess = || ScoreColumns::guess(table.header());
        let columns = match &rules.columns {
            _ if ScoreColumns::are_own(table.header()) => None,
            Some(columns) => Some(columns.clone()),
            None => guess(),
        };
        let Some(columns) = columns else {
            return Ok(Self {
                predictions: Predictions::of_table(path, table, rules.uncertain)?,
                warnings: Vec::new(),
            });
        };
        let mut loaded = read_foreign(path, table, &columns, rules.uncertain)?;
        if rules.columns.is_none() {
            let text = format!("columns are taken by their names ({columns})");
            loaded.warnings.insert(0, text);
        }
        Ok(loaded)
    }
}

/// The films of chunks that are not Parquet.
fn of_folder(folder: &ResultsFolder) -> Result<(Predictions, usize), ScoresError> {
    let findings = folder.manifest.findings.iter();
    let mut predictions = Predictions {
        labels: findings.map(|name| label_name(name).to_owned()).collect(),
        films: Vec::new(),
        model: ModelIdentity::parse_text(&folder.manifest.model),
    };
    let mut n_unscored = 0;
    let mut films = MergedFilms::of(folder, &folder.summaries()?)?;
    while let Some(film) = films.next_film()? {
        let Some(scores) = film.scores else {
            n_unscored += 1;
            continue;
        };
        predictions.films.push(FilmPrediction {
            patient_id: film.patient.unwrap_or_else(|| film.path.clone()),
            path: path_of_text(&film.path),
            truth: vec![None; scores.len()],
            scores: scores.into_iter().map(f64::from).collect(),
        });
    }
    Ok((predictions, n_unscored))
}

/// Takes patients and labels from the films' table; films that it lacks are left out, and so are findings.
fn label(
    predictions: &mut Predictions,
    table: &FilmTable,
    path: &Path,
) -> Result<Option<String>, ScoresError> {
    let rows = table.rows_by_image();
    let labels: Vec<(usize, usize)> = predictions
        .labels
        .iter()
        .enumerate()
        .filter_map(|(place, name)| Some((place, table.labels.position(name)?)))
        .collect();
    let n_before = predictions.films.len();
    let mut missing: Option<PathBuf> = None;
    predictions.films.retain_mut(|film| {
        let name = film.path.file_name().unwrap_or_default().to_string_lossy();
        let whole = film.path.to_string_lossy();
        let row = rows.get(name.as_ref()).or_else(|| rows.get(whole.as_ref()));
        let Some(row) = row.and_then(|&row| table.rows.get(row)) else {
            missing.get_or_insert_with(|| film.path.clone());
            return false;
        };
        film.patient_id.clone_from(&row.patient_id);
        film.truth = labels.iter().map(|&(_, place)| row.has(place)).collect();
        let scores = labels.iter();
        film.scores = scores
            .filter_map(|&(place, _)| film.scores.get(place).copied())
            .collect();
        true
    });
    if labels.is_empty() || predictions.films.is_empty() {
        return Err(ScoresError::OtherTable {
            path: path.to_owned(),
        });
    }
    let names = labels.iter();
    predictions.labels = names
        .filter_map(|&(place, _)| predictions.labels.get(place).cloned())
        .collect();
    let n_missing = n_before - predictions.films.len();
    Ok(missing.map(|first| {
        format!(
            "{n_missing} films are not in the table and left out, for example {}",
            first.display()
        )
    }))
}

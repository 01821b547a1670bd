use std::path::{Path, PathBuf};

use super::EvaluateError;
use crate::dataset::{ColumnMap, DataSet, FilmCache, FilmRow, Split, SplitLists, SplitRule};
use crate::domain::{Part, sigmoid};
use crate::model::Classifier;
use crate::scores::{FilmPrediction, Predictions};

/// Films whose pixels are in memory at once.
const CHUNK: usize = 256;
/// What lists of a part are called, where a folder brings its own: train, valid, test.
const LIST_NAMES: [&[&str]; 3] = [
    &["train_list.txt", "train_val_list.txt"],
    &["valid_list.txt", "val_list.txt"],
    &["test_list.txt"],
];

/// The films of one part of a data set.
#[derive(Clone, Debug)]
pub struct EvaluationData {
    /// The table and where its films are.
    pub data: DataSet,
    /// Rows of the part.
    pub rows: Vec<usize>,
    /// How films were parted, in words.
    pub split: String,
}

/// Scores of a part, and what is missing from them.
#[derive(Clone, Debug)]
pub struct ScoredFolder {
    /// Scores and truth, in the table's order.
    pub predictions: Predictions,
    /// Images without a file.
    pub missing: Vec<String>,
    /// Films that could not be decoded, with the reason.
    pub unreadable: Vec<String>,
}

impl ScoredFolder {
    /// What is missing, in words.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if let Some(first) = self.missing.first() {
            let n_missing = self.missing.len();
            warnings.push(format!("{n_missing} films have no file, such as {first}"));
        }
        if let Some(first) = self.unreadable.first() {
            let n_unreadable = self.unreadable.len();
            warnings.push(format!(
                "{n_unreadable} films cannot be read, such as: {first}"
            ));
        }
        warnings
    }
}

impl EvaluationData {
    /// Opens a folder or a table and takes one part of it, or all films.
    ///
    /// Without a rule the folder's own lists are used, as NIH's `test_list.txt`; without those,
    /// patients are parted by chance as `thorax train` does.
    pub fn open(
        source: &Path,
        columns: Option<&ColumnMap>,
        rule: Option<SplitRule>,
        part: Option<Part>,
    ) -> Result<Self, EvaluateError> {
        let data = DataSet::open(source, columns)?;
        let Some(part) = part else {
            let rows = (0..data.table.rows.len()).collect();
            let split = "all films of the table".to_owned();
            return Ok(Self { data, rows, split });
        };
        let (rule, origin) = match rule {
            Some(rule) => (rule, "as asked for"),
            None => match own_lists(&data.root) {
                Some(lists) => (SplitRule::Lists(lists), "by the folder's own lists"),
                None => (
                    crate::train::TrainConfig::default().split_rule(&data.root),
                    "by patient, seed 1, as a training parts them",
                ),
            },
        };
        let split = Split::new(&data.table, &rule)?;
        let rows = match part {
            Part::Train => split.train,
            Part::Valid => split.valid,
            Part::Test => split.test,
        };
        let split = format!("{part} part, {origin}");
        Ok(Self { data, rows, split })
    }

    /// The films' names and files, those without a file left out.
    pub fn films(&self) -> Vec<(String, &Path)> {
        let rows = self
            .rows
            .iter()
            .filter_map(|&row| self.data.table.rows.get(row));
        rows.filter_map(|row| Some((row.image.clone(), row.path.as_deref()?)))
            .collect()
    }
}

/// The lists that lie beside a folder's films, by their names.
fn own_lists(root: &Path) -> Option<SplitLists> {
    let find = |names: &[&str]| -> Option<PathBuf> {
        let mut paths = names.iter().map(|name| root.join(name));
        paths.find(|path| path.is_file())
    };
    let [train, valid, test] = LIST_NAMES.map(find);
    (train.is_some() || valid.is_some() || test.is_some()).then(|| SplitLists {
        train,
        valid,
        test,
        ..SplitLists::default()
    })
}

/// Scores a part's films by the labels that table and model share.
///
/// Films are decoded into the cache of `thorax train`, or taken from there.
/// `progress(n_done, n_total)` stops the work by `false`.
pub fn score_films(
    classifier: &Classifier,
    data: &EvaluationData,
    cache_folder: &Path,
    n_threads: usize,
    progress: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<ScoredFolder, EvaluateError> {
    let table = &data.data.table;
    let rows = || data.rows.iter().filter_map(|&row| table.rows.get(row));
    let missing = rows().filter(|row| row.path.is_none());
    let missing = missing.map(|row| row.image.clone()).collect();
    let films: Vec<(&FilmRow, PathBuf)> = rows()
        .filter_map(|row| Some((row, row.path.clone()?)))
        .collect();
    let no_films = || EvaluateError::NoFilms {
        path: data.data.table_path.clone(),
    };
    if films.is_empty() {
        return Err(no_films());
    }
    let preprocessing = &classifier.card().preprocessing;
    let paths: Vec<PathBuf> = films.iter().map(|(_, path)| path.clone()).collect();
    // The first half of the way is decoding, which a cache made before leaves out.
    let n_films = paths.len();
    let cache = FilmCache::open_or_build(
        cache_folder,
        &paths,
        preprocessing,
        n_threads,
        &mut |done, _| progress(done, 2 * n_films),
    )?;
    let labels: Vec<(usize, usize, &str)> = classifier
        .card()
        .labels
        .iter()
        .enumerate()
        .filter_map(|(output, name)| Some((output, table.labels.position(name)?, name)))
        .collect();
    let n_outputs = classifier.card().labels.len();
    let input_of_gray = preprocessing.input_of_gray();
    let readable: Vec<usize> = (0..n_films)
        .filter(|&film| cache.grays(film).is_some())
        .collect();
    let mut scored = Vec::new();
    for chunk in readable.chunks(CHUNK) {
        if !progress(n_films + scored.len(), 2 * n_films) {
            return Err(EvaluateError::Cancelled);
        }
        let grays = chunk.iter().filter_map(|&film| cache.grays(film)).flatten();
        let level = |&gray: &u8| input_of_gray.get(usize::from(gray)).copied();
        let pixels: Vec<f32> = grays.filter_map(level).collect();
        let logits = classifier.logits(&pixels)?;
        for (&film, logits) in chunk.iter().zip(logits.chunks_exact(n_outputs)) {
            let Some((row, path)) = films.get(film) else {
                continue;
            };
            let score = |&(output, ..): &(usize, usize, &str)| {
                logits
                    .get(output)
                    .map_or(0.0, |&logit| f64::from(sigmoid(logit)))
            };
            let truth = |&(_, place, _): &(usize, usize, &str)| row.findings.contains(place);
            scored.push(FilmPrediction {
                path: path.clone(),
                patient_id: row.patient_id.clone(),
                scores: labels.iter().map(score).collect(),
                truth: labels.iter().map(truth).collect(),
            });
        }
    }
    if scored.is_empty() {
        return Err(no_films());
    }
    Ok(ScoredFolder {
        predictions: Predictions {
            labels: labels.iter().map(|(.., name)| (*name).to_owned()).collect(),
            films: scored,
            model: Some(classifier.identity().clone()),
        },
        missing,
        unreadable: cache.unreadable().values().cloned().collect(),
    })
}

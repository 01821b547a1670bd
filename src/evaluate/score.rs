use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::EvaluateError;
use crate::dataset::{
    ColumnMap, DataSet, FilmCache, FilmRow, FindingBox, LabelRules, Split, SplitLists, SplitRule,
};
use crate::domain::Part;
use crate::model::Classifier;
use crate::scores::{PartFilm, Predictions, ScoredSet, score_part};
use crate::work::Watch;

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
    /// The part; `None` for all films of the table.
    pub part: Option<Part>,
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
    /// films are split by patient at random, as `thorax train` does.
    pub fn open(
        source: &Path,
        columns: Option<&ColumnMap>,
        rule: Option<SplitRule>,
        part: Option<Part>,
        rules: LabelRules,
    ) -> Result<Self, EvaluateError> {
        let data = DataSet::open_by(source, columns, rules)?;
        let Some(part) = part else {
            let rows = (0..data.table.rows.len()).collect();
            let split = "all films of the table".to_owned();
            return Ok(Self {
                data,
                rows,
                part: None,
                split,
            });
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
        Ok(Self {
            data,
            rows,
            part: Some(part),
            split,
        })
    }

    /// All films of a folder or table, for what it says of scores that are there already.
    pub fn of_table(source: &Path, rules: LabelRules) -> Result<Self, EvaluateError> {
        Self::open(source, None, None, None, rules)
    }

    /// Leaves out films that a set has no scores of; films are known by the name of their file or by
    /// what the table calls them.
    pub fn keep_films_of(&mut self, set: &ScoredSet) {
        let films = set.predictions.films.iter();
        let names: BTreeSet<String> = films
            .flat_map(|film| {
                let name = film.path.file_name().unwrap_or_default();
                [name.to_string_lossy(), film.path.to_string_lossy()].map(Cow::into_owned)
            })
            .collect();
        let rows = &self.data.table.rows;
        let is_scored = |row: &usize| rows.get(*row).is_some_and(|row| names.contains(&row.image));
        self.rows.retain(is_scored);
    }

    /// The boxes of the films.
    pub fn boxes_of_films(&self) -> Vec<&FindingBox> {
        let rows = self.rows.iter();
        let rows = rows.filter_map(|&row| self.data.table.rows.get(row));
        let names: BTreeSet<&str> = rows.map(|row| row.image.as_str()).collect();
        let boxes = self.data.boxes.iter();
        boxes
            .filter(|found| names.contains(found.image.as_str()))
            .collect()
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
    let [train, valid, test] = match split_table(root) {
        Some(path) => [(); 3].map(|()| Some(path.clone())),
        None => LIST_NAMES.map(find),
    };
    (train.is_some() || valid.is_some() || test.is_some()).then(|| SplitLists {
        train,
        valid,
        test,
        ..SplitLists::default()
    })
}

/// MIMIC-CXR's table of parts.
fn split_table(root: &Path) -> Option<PathBuf> {
    let entries = root.read_dir().ok()?.flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths.into_iter().find(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_split = name.ends_with("-split.csv") || name.ends_with("-split.csv.gz");
        is_split && name.starts_with("mimic-cxr")
    })
}

/// Scores a part's films by the labels that table and model share.
///
/// Films are decoded into the cache of `thorax train`, or taken from there.
pub fn score_films(
    classifier: &Classifier,
    data: &EvaluationData,
    cache_folder: &Path,
    n_threads: usize,
    watch: &dyn Watch,
) -> Result<ScoredFolder, EvaluateError> {
    data.data.check_images()?;
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
    let cache = FilmCache::open_or_build(cache_folder, &paths, preprocessing, n_threads, watch)?;
    let labels: Vec<(usize, usize)> = classifier
        .card()
        .labels
        .iter()
        .enumerate()
        .filter_map(|(output, name)| Some((output, table.labels.position(name)?)))
        .collect();
    let outputs: Vec<usize> = labels.iter().map(|&(output, _)| output).collect();
    let films = films.into_iter().enumerate();
    let films = films.map(|(film_idx, (row, path))| PartFilm {
        film_idx,
        path,
        patient_id: row.patient_id.clone(),
        truth: labels.iter().map(|&(_, place)| row.has(place)).collect(),
    });
    let scored = score_part(classifier, &cache, films.collect(), &outputs, watch)?;
    if scored.predictions.films.is_empty() {
        return Err(no_films());
    }
    Ok(ScoredFolder {
        predictions: scored.predictions,
        missing,
        unreadable: cache.unreadable().values().cloned().collect(),
    })
}

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{FilmPrediction, Predictions, ScoresError};
use crate::dataset::Uncertain;
use crate::domain::{ModelIdentity, TrainingPoint, label_name};
use crate::files::path_of_text;
use crate::results::{ParquetTable, ResultFormat, ResultsFolder};

/// Scores in Parquet, read column by column: a file, or the chunks of a folder of results.
///
/// Columns are `path`, `patient` or `patient_id`, `score:FINDING`, and where they are known `label:FINDING` and the
/// model (`model`, or `model_id` with `model_run` and `model_epoch`); others are passed over. A row whose scores are
/// all empty is a film that was not scored.
#[derive(Debug)]
pub struct ScoreTable {
    name: PathBuf,
    files: Vec<PathBuf>,
    columns: Columns,
    n_rows: usize,
}

/// Indices of columns.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Columns {
    path: usize,
    patient: Option<usize>,
    model: Option<usize>,
    training: Option<[usize; 2]>,
    labels: Vec<LabelColumns>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct LabelColumns {
    name: String,
    score: usize,
    truth: Option<usize>,
}

/// One label of all rows of a table.
#[derive(Clone, Debug, Default)]
pub struct TableColumn {
    /// By row; 0 where there is none.
    pub scores: Vec<f64>,
    /// By row; `None` where the label is not known or there is no score.
    pub truth: Vec<Option<bool>>,
    /// Rows with a score.
    pub n_scored: usize,
}

/// The patient of each row of a table.
#[derive(Clone, Debug, Default)]
pub struct TablePatients {
    /// By row: a number below `n_patients`, in the order of the patients' names.
    pub of_rows: Vec<u32>,
    /// Patients.
    pub n_patients: usize,
}

impl TablePatients {
    /// Numbers the patients of rows in the order of their names.
    pub fn of<T: AsRef<str>>(patients: impl Iterator<Item = T>) -> Self {
        let mut numbers: BTreeMap<Box<str>, u32> = BTreeMap::new();
        let mut of_rows = Vec::new();
        for patient in patients {
            of_rows.push(number_of(&mut numbers, patient.as_ref()));
        }
        Self::in_order(&numbers, of_rows)
    }

    /// From numbers in the order in which patients were come upon to numbers in the order of their names.
    fn in_order(numbers: &BTreeMap<Box<str>, u32>, mut of_rows: Vec<u32>) -> Self {
        let n_patients = numbers.len();
        let mut in_order = vec![0; n_patients];
        for (place, number) in (0..).zip(numbers.values()) {
            if let Some(slot) = in_order.get_mut(*number as usize) {
                *slot = place;
            }
        }
        for number in &mut of_rows {
            *number = in_order.get(*number as usize).copied().unwrap_or_default();
        }
        Self {
            of_rows,
            n_patients,
        }
    }
}

/// The number of a patient, a new one for a new name.
fn number_of(numbers: &mut BTreeMap<Box<str>, u32>, patient: &str) -> u32 {
    if let Some(number) = numbers.get(patient) {
        return *number;
    }
    let next = numbers.len() as u32;
    numbers.insert(patient.into(), next);
    next
}

impl ScoreTable {
    /// Opens a Parquet file, or a complete folder of results in Parquet; `None` for anything else.
    pub fn open(path: &Path) -> Result<Option<Self>, ScoresError> {
        let files = if path.is_dir() {
            let folder = ResultsFolder::open(path)?;
            if folder.manifest.format != ResultFormat::Parquet {
                return Ok(None);
            }
            let mut files = Vec::new();
            for (shard, summary) in (0..).zip(folder.summaries()?) {
                files.extend((0..summary.n_chunks).map(|chunk| folder.chunk_path(shard, chunk)));
            }
            files
        } else if ParquetTable::is_at(path) {
            vec![path.to_owned()]
        } else {
            return Ok(None);
        };
        let mut table: Option<Self> = None;
        for file in &files {
            let opened = ParquetTable::open(file)?;
            let columns = Columns::of(opened.names()).map_err(|reason| broken(file, reason))?;
            let table = table.get_or_insert_with(|| Self {
                name: path.to_owned(),
                files: Vec::new(),
                columns: columns.clone(),
                n_rows: 0,
            });
            if table.columns != columns {
                return Err(broken(
                    file,
                    "expected the columns of the first chunk".to_owned(),
                ));
            }
            table.n_rows += opened.n_rows();
        }
        let mut table = table.ok_or_else(|| ScoresError::NoFilms {
            path: path.to_owned(),
        })?;
        table.files = files;
        Ok(Some(table))
    }

    /// The file or folder.
    pub fn name(&self) -> &Path {
        &self.name
    }

    /// Rows, those without scores included.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Names of the labels, in order.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.columns.labels.iter().map(|label| label.name.as_str())
    }

    /// Whether it says of all labels which films have them.
    pub fn has_truth(&self) -> bool {
        self.columns
            .labels
            .iter()
            .all(|label| label.truth.is_some())
    }

    /// All scored films in memory, and how many were not scored.
    pub fn predictions(&self, uncertain: Uncertain) -> Result<(Predictions, usize), ScoresError> {
        let mut predictions = Predictions {
            labels: self.labels().map(ToOwned::to_owned).collect(),
            films: Vec::new(),
            model: self.model()?,
        };
        let mut n_unscored = 0;
        self.each_group(|file, group| {
            let paths = self.paths(file, group)?;
            let patients = self.patient_texts(file, group, &paths)?;
            let mut columns = Vec::new();
            for label in &self.columns.labels {
                let mut column = TableColumn::default();
                let has_score = column.extend(file, group, label, uncertain)?;
                columns.push((column, has_score));
            }
            for (row, (path, patient_id)) in paths.into_iter().zip(patients).enumerate() {
                let has_score =
                    |(_, known): &(TableColumn, Vec<bool>)| known.get(row) == Some(&true);
                if !columns.iter().any(has_score) {
                    n_unscored += 1;
                    continue;
                }
                if !columns.iter().all(has_score) {
                    return Err(broken(
                        file.path(),
                        format!("expected all scores of {path}"),
                    ));
                }
                let columns = columns.iter().map(|(column, _)| column);
                predictions.films.push(FilmPrediction {
                    path: path_of_text(&path),
                    patient_id,
                    scores: columns
                        .clone()
                        .filter_map(|c| c.scores.get(row).copied())
                        .collect(),
                    truth: columns.filter_map(|c| c.truth.get(row).copied()).collect(),
                });
            }
            Ok(())
        })?;
        Ok((predictions, n_unscored))
    }

    /// The scores and labels of one label alone: 9 bytes a row.
    pub fn column(&self, label: usize, uncertain: Uncertain) -> Result<TableColumn, ScoresError> {
        let mut column = TableColumn {
            scores: Vec::with_capacity(self.n_rows),
            truth: Vec::with_capacity(self.n_rows),
            n_scored: 0,
        };
        if let Some(label) = self.columns.labels.get(label) {
            self.each_group(|file, group| {
                column.extend(file, group, label, uncertain)?;
                Ok(())
            })?;
        }
        Ok(column)
    }

    /// The patient of each row: 4 bytes a row and some 100 a patient while they are read.
    pub fn patients(&self) -> Result<TablePatients, ScoresError> {
        let mut numbers: BTreeMap<Box<str>, u32> = BTreeMap::new();
        let mut of_rows = Vec::with_capacity(self.n_rows);
        self.each_group(|file, group| {
            let paths = match self.columns.patient {
                Some(_) => vec![String::new(); file.n_rows_of(group)?],
                None => self.paths(file, group)?,
            };
            let patients = self.patient_texts(file, group, &paths)?;
            of_rows.extend(patients.iter().map(|name| number_of(&mut numbers, name)));
            Ok(())
        })?;
        Ok(TablePatients::in_order(&numbers, of_rows))
    }

    /// The model that made the scores; `None` where no row names one. Two are an error.
    pub fn model(&self) -> Result<Option<ModelIdentity>, ScoresError> {
        let Some(column) = self.columns.model else {
            return Ok(None);
        };
        let mut model: Option<ModelIdentity> = None;
        let mut last = None;
        self.each_group(|file, group| {
            let texts = file.texts(group, column)?;
            let trainings = match self.columns.training {
                Some([run, epoch]) => {
                    let pairs = file
                        .texts(group, run)?
                        .into_iter()
                        .zip(file.texts(group, epoch)?);
                    pairs
                        .map(|(run, epoch)| TrainingPoint::parse(&run?, &epoch?))
                        .collect()
                }
                None => vec![None; texts.len()],
            };
            for (text, training) in texts.into_iter().zip(trainings) {
                // Nearly all rows say the same.
                if text == last {
                    continue;
                }
                let named = text.as_deref();
                let found = named.and_then(|text| match training {
                    Some(training) => ModelIdentity::parse(text, Some(training)),
                    None => ModelIdentity::parse_text(text),
                });
                if let (Some(first), Some(found)) = (&model, &found)
                    && first != found
                {
                    let reason = format!("expected scores of {first}, got {found}");
                    return Err(broken(file.path(), reason));
                }
                model = model.take().or(found);
                last = text;
            }
            Ok(())
        })?;
        Ok(model)
    }

    fn each_group(
        &self,
        mut visit: impl FnMut(&ParquetTable, usize) -> Result<(), ScoresError>,
    ) -> Result<(), ScoresError> {
        for file in &self.files {
            let file = ParquetTable::open(file)?;
            for group in 0..file.n_groups() {
                visit(&file, group)?;
            }
        }
        Ok(())
    }

    fn paths(&self, file: &ParquetTable, group: usize) -> Result<Vec<String>, ScoresError> {
        let paths = file.texts(group, self.columns.path)?;
        let paths: Option<Vec<String>> = paths.into_iter().collect();
        paths.ok_or_else(|| broken(file.path(), "expected a path in every row".to_owned()))
    }

    /// A film whose patient is not known is a patient of its own.
    fn patient_texts(
        &self,
        file: &ParquetTable,
        group: usize,
        paths: &[String],
    ) -> Result<Vec<String>, ScoresError> {
        let Some(column) = self.columns.patient else {
            return Ok(paths.to_vec());
        };
        let patients = file.texts(group, column)?;
        if patients.iter().all(Option::is_some) {
            return Ok(patients.into_iter().flatten().collect());
        }
        let paths = self.paths(file, group)?;
        let pairs = patients.into_iter().zip(paths);
        Ok(pairs
            .map(|(patient, path)| patient.unwrap_or(path))
            .collect())
    }
}

impl TableColumn {
    /// Adds the rows of a group; says which have a score.
    fn extend(
        &mut self,
        file: &ParquetTable,
        group: usize,
        label: &LabelColumns,
        uncertain: Uncertain,
    ) -> Result<Vec<bool>, ScoresError> {
        let scores = file.numbers(group, label.score)?;
        let truths = match label.truth {
            Some(column) => file.numbers(group, column)?,
            None => vec![None; scores.len()],
        };
        let mut has_score = Vec::with_capacity(scores.len());
        for (score, truth) in scores.into_iter().zip(truths) {
            // An empty cell of pandas is a number that is none.
            let score = score.filter(|score| !score.is_nan());
            if score.is_some_and(|score| !(0.0..=1.0).contains(&score)) {
                let reason = format!("score:{}: expected a score from 0 to 1", label.name);
                return Err(broken(file.path(), reason));
            }
            let truth = match truth.filter(|truth| !truth.is_nan()) {
                None => None,
                Some(0.0) => Some(false),
                Some(1.0) => Some(true),
                Some(-1.0) => uncertain.value(),
                Some(other) => {
                    let reason = format!("label:{}: expected 0, 1 or -1, got {other}", label.name);
                    return Err(broken(file.path(), reason));
                }
            };
            has_score.push(score.is_some());
            self.n_scored += usize::from(score.is_some());
            self.truth.push(truth.filter(|_| score.is_some()));
            self.scores.push(score.unwrap_or_default());
        }
        Ok(has_score)
    }
}

impl Columns {
    fn of(names: &[String]) -> Result<Self, String> {
        let place = |wanted: &str| names.iter().position(|name| name == wanted);
        let column = |prefix: &str, label: &str| {
            let means = |name: &String| name.strip_prefix(prefix).map(label_name) == Some(label);
            names.iter().position(means)
        };
        let labels = names.iter().filter_map(|name| name.strip_prefix("score:"));
        let labels = labels.map(label_name).filter_map(|name| {
            Some(LabelColumns {
                name: name.to_owned(),
                score: column("score:", name)?,
                truth: column("label:", name),
            })
        });
        let labels: Vec<LabelColumns> = labels.collect();
        if labels.is_empty() {
            return Err("expected columns score:FINDING".to_owned());
        }
        Ok(Self {
            path: place("path").ok_or("expected a column path")?,
            patient: place("patient_id").or_else(|| place("patient")),
            model: place("model_id").or_else(|| place("model")),
            training: place("model_run")
                .zip(place("model_epoch"))
                .map(<[usize; 2]>::from),
            labels,
        })
    }
}

fn broken(path: &Path, reason: String) -> ScoresError {
    ScoresError::Broken {
        path: path.to_owned(),
        reason,
    }
}

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::available_parallelism;

use super::{
    EvaluateError, EvaluationData, ScoreAuthor, SharedPatients, score_films, shared_patients,
};
use crate::dataset::FilmTable;
use crate::domain::Part;
use crate::model::{Classifier, ModelSource};
use crate::scores::{LoadedScores, ScoreRules, ScoredSet};
use crate::train::RunFolder;
use crate::work::Watch;

/// Where the scores of an evaluation come from.
#[derive(Clone, Copy)]
pub enum ScoreSource<'a> {
    /// Predictions in a CSV or Parquet file, or the results of `thorax classify --out`.
    Predictions {
        /// The file or folder.
        path: &'a Path,
        /// How it is read.
        rules: &'a ScoreRules,
        /// The films' table: labels of results, which have none of their own.
        table: Option<&'a FilmTable>,
    },
    /// Films that a model scores now.
    Films {
        /// The films.
        data: &'a EvaluationData,
        /// The model.
        classifier: &'a Classifier,
        /// Folder of decoded films.
        cache_folder: &'a Path,
    },
}

/// Scores ready to be evaluated.
#[derive(Clone, Debug)]
pub struct OpenedSet {
    /// Ranked once.
    pub set: Arc<ScoredSet>,
    /// Warnings, such as films without a file.
    pub warnings: Vec<String>,
    /// Patients whom the model has seen in training; `None` where that is not known.
    pub leak: Option<SharedPatients>,
    /// The model that made the scores; `None` where they name none, or its file is not known.
    pub author: Option<Arc<ScoreAuthor>>,
    /// The table of the test films, for a table of validation films.
    pub test_table: Option<PathBuf>,
    /// The folder or table of the films: where they were scored from, or what their run trained on.
    pub films: Option<PathBuf>,
}

impl OpenedSet {
    /// Reads or makes scores and ranks them.
    ///
    /// If `model` may have made the scores, the patients are compared with those that it was
    /// trained on.
    pub fn open(
        source: ScoreSource<'_>,
        model: Option<&Classifier>,
        watch: &dyn Watch,
    ) -> Result<Self, EvaluateError> {
        let (set, mut warnings) = match source {
            ScoreSource::Predictions { path, rules, table } => {
                let loaded = LoadedScores::load(path, rules, table)?;
                let set = ScoredSet::of_file(path, loaded.predictions)?;
                (set, loaded.warnings)
            }
            ScoreSource::Films {
                data,
                classifier,
                cache_folder,
            } => {
                let n_threads = available_parallelism().map_or(1, usize::from);
                let scored = score_films(classifier, data, cache_folder, n_threads, watch)?;
                let mut warnings = data.data.files.notices();
                warnings.extend(scored.warnings());
                let name = format!("{} on the {}", classifier.id(), data.split);
                let set = ScoredSet::new(name, scored.predictions)?;
                (set.of_part(data.part), warnings)
            }
        };
        let repeated = set.predictions.repeated();
        if let Some(first) = repeated.first() {
            warnings.push(format!(
                "{} films are listed more than once and counted each time, for example {}",
                repeated.len(),
                first.display()
            ));
        }
        let table = match source {
            ScoreSource::Predictions { path, .. } => Some(path),
            ScoreSource::Films { .. } => None,
        };
        let of_valid = set.part == Some(Part::Valid);
        let test_table = table.filter(|_| of_valid).and_then(test_table_beside);
        let author = ScoreAuthor::find(set.predictions.model.as_ref(), table, model);
        let of_run = || {
            author
                .as_ref()
                .filter(|_| of_valid)
                .and_then(test_table_of_run)
        };
        let test_table = test_table.or_else(of_run);
        let model = model.filter(|model| set.may_be_of(model.identity()));
        let leak = match model.and_then(Classifier::path) {
            Some(path) => shared_patients(&set, path)?,
            None => None,
        };
        let films = match source {
            ScoreSource::Predictions { path, .. } => data_of_run(path),
            ScoreSource::Films { data, .. } => Some(data.data.table_path.clone()),
        };
        Ok(Self {
            set: Arc::new(set),
            warnings,
            leak,
            author: author.map(Arc::new),
            test_table,
            films,
        })
    }

    /// Warnings about the set, including leaks.
    pub fn all_warnings(&self) -> Vec<String> {
        let leak = self.leak.as_ref().and_then(SharedPatients::warning);
        self.warnings.iter().cloned().chain(leak).collect()
    }
}

/// What the run trained on whose folder a table is in.
fn data_of_run(table: &Path) -> Option<PathBuf> {
    let run = RunFolder::at(table.parent()?);
    let config = run.config_path().is_file().then(|| run.config().ok());
    let data = config.flatten()?.data;
    data.exists().then_some(data)
}

/// The test scores of the run whose best weights made the scores.
fn test_table_of_run(author: &ScoreAuthor) -> Option<PathBuf> {
    let Some(ModelSource::File(weights)) = &author.source else {
        return None;
    };
    let run = RunFolder::at(weights.parent()?);
    let table = run.predictions_path(Part::Test);
    (*weights == run.best_path() && table.is_file()).then_some(table)
}

/// The table beside one of validation films that has its name but for the part.
fn test_table_beside(valid: &Path) -> Option<PathBuf> {
    let name = valid.file_name()?.to_str()?;
    let mut words = ["validation", "valid", "val"].into_iter();
    let word = words.find(|word| name.contains(word))?;
    let table = valid.with_file_name(name.replacen(word, Part::Test.name(), 1));
    table.is_file().then_some(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_table_is_that_of_the_same_name_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["test_predictions.csv", "r2 test.csv"] {
            std::fs::write(path(name), "").unwrap();
        }
        let found = |name: &str| test_table_beside(&path(name));
        let expected = Some(path("test_predictions.csv"));
        assert_eq!(found("valid_predictions.csv"), expected);
        assert_eq!(found("r2 validation.csv"), Some(path("r2 test.csv")));
        assert_eq!(found("r3 valid.csv"), None);
        assert_eq!(found("scores.csv"), None);
    }
}

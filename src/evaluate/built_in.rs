//! Scores that the program carries with it: those of the built-in model on films of patients that it was not trained on.

use std::fs;
use std::path::{Path, PathBuf};

use super::{EvaluateError, Figures};
use crate::domain::{Part, Threshold};
use crate::files::{read_bounded, write_whole};
use crate::scores::{ScoreRules, ScoredSet};

/// Its tables, as `weights/run/README.md` says how they were made.
const TABLES: [(Part, &[u8]); 2] = [
    (
        Part::Valid,
        include_bytes!("../../weights/valid_predictions.parquet"),
    ),
    (
        Part::Test,
        include_bytes!("../../weights/test_predictions.parquet"),
    ),
];

/// The tables of validation and test films, laid out where they can be opened as any other.
#[derive(Clone, Debug)]
pub struct BuiltInScores {
    folder: PathBuf,
}

impl BuiltInScores {
    /// The parts whose films were scored.
    pub const PARTS: [Part; 2] = [Part::Valid, Part::Test];

    /// Writes the tables into a folder of their own in `cache_folder`, unless they are there; an error names the file
    /// that could not be written.
    pub fn lay_out(cache_folder: &Path) -> Result<Self, EvaluateError> {
        let scores = Self {
            folder: cache_folder.join("built-in"),
        };
        let write = |path: &Path, bytes: &[u8]| {
            fs::create_dir_all(&scores.folder)?;
            let there = read_bounded(path, bytes.len() as u64);
            if there.is_ok_and(|there| there == bytes) {
                Ok(())
            } else {
                write_whole(path, bytes)
            }
        };
        for (part, bytes) in TABLES {
            let path = scores.table(part);
            write(&path, bytes).map_err(|source| EvaluateError::Write { path, source })?;
        }
        Ok(scores)
    }

    /// The table of a part; there is none of training films.
    pub fn table(&self, part: Part) -> PathBuf {
        let name = format!("{}_predictions.parquet", part.name());
        self.folder.join(name)
    }

    /// The macro AUC of a part's films; `None` where it is not defined.
    pub fn macro_auc(&self, part: Part) -> Result<Option<f64>, EvaluateError> {
        let set = ScoredSet::load(&self.table(part), &ScoreRules::default())?;
        let thresholds = vec![Threshold::unset(); set.columns.len()];
        let figures = Figures::of(&set, &thresholds);
        Ok(figures.auc.map(|auc| auc.mean))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::{OpenedSet, ScoreSource};
    use crate::model::{Classifier, ModelSource};
    use crate::work::Unwatched;

    #[test]
    fn the_tables_are_of_the_built_in_model_and_judged_by_its_thresholds() {
        let folder = tempfile::tempdir().unwrap();
        let scores = BuiltInScores::lay_out(folder.path()).unwrap();
        let rules = ScoreRules::default();
        let model = Classifier::default_file().unwrap();
        for (part, n_films) in [(Part::Valid, 1010), (Part::Test, 1719)] {
            let path = scores.table(part);
            let source = ScoreSource::Predictions {
                path: &path,
                rules: &rules,
                table: None,
            };
            let opened = OpenedSet::open(source, None, &Unwatched).unwrap();
            assert_eq!(opened.set.part, Some(part));
            assert_eq!(opened.set.n_films(), n_films);
            assert_eq!(opened.set.predictions.model, Some(model.identity()));
            let author = opened.author.as_ref().unwrap();
            assert_eq!(author.source, Some(ModelSource::Default));
            let is_known = opened.test_table == Some(scores.table(Part::Test));
            assert_eq!(is_known, part == Part::Valid);
        }
        let valid = ScoredSet::load(&scores.table(Part::Valid), &rules).unwrap();
        for column in &valid.columns {
            // The card has the histograms of these films: a little coarser.
            let histogram = model.card().validation_scores.of(&column.name).unwrap();
            let (auc, rough) = (column.auc.unwrap().auc, histogram.as_ref().unwrap().auc());
            let name = &column.name;
            assert!(
                (auc - rough.unwrap()).abs() < 0.01,
                "{name}: {auc}, {rough:?}"
            );
        }
        // A table that was changed is written anew.
        fs::write(scores.table(Part::Test), "no table").unwrap();
        let again = BuiltInScores::lay_out(folder.path()).unwrap();
        let auc = again.macro_auc(Part::Test).unwrap().unwrap();
        assert!((auc - 0.735).abs() < 1e-3, "{auc}");
    }
}

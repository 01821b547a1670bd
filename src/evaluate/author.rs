use std::path::Path;

use crate::domain::ModelIdentity;
use crate::model::{Classifier, ModelCard, ModelFile, ModelSource};
use crate::train::RunFolder;

/// The model that made scores: what its thresholds and calibration are, and where its file is.
#[derive(Clone, Debug)]
pub struct ScoreAuthor {
    /// As the scores name it.
    pub identity: ModelIdentity,
    /// Its operating points and calibration.
    pub card: ModelCard,
    /// Its file; `None` for weights that are in memory only.
    pub source: Option<ModelSource>,
}

impl ScoreAuthor {
    /// A model in use, read from `source`.
    pub fn of(classifier: &Classifier, source: Option<ModelSource>) -> Self {
        Self {
            identity: classifier.identity().clone(),
            card: classifier.card().clone(),
            source,
        }
    }

    /// The model whose weights the scores name: the one in use, the built-in one, or one in the run
    /// folder of the scores' table. `None` where the scores name none, or it is none of these.
    pub fn find(
        named: Option<&ModelIdentity>,
        table: Option<&Path>,
        in_use: Option<&Classifier>,
    ) -> Option<Self> {
        let named = named?;
        let in_use = in_use.filter(|classifier| classifier.identity() == named);
        let path = in_use.and_then(Classifier::path);
        if let (Some(classifier), Some(path)) = (in_use, path) {
            let source = ModelSource::File(path.to_owned());
            return Some(Self::of(classifier, Some(source)));
        }
        let built_in = Classifier::default_file().ok();
        let built_in = built_in.and_then(|file| Self::of_file(&file, named, ModelSource::Default));
        let found = built_in.or_else(|| Self::beside(table?, named));
        found.or_else(|| Some(Self::of(in_use?, None)))
    }

    /// A file of the run whose folder a table is in.
    fn beside(table: &Path, named: &ModelIdentity) -> Option<Self> {
        let run = RunFolder::at(table.parent()?);
        let epoch = named.training();
        let epoch = epoch.map(|training| run.epoch_path(training.epoch));
        let paths = [run.best_path(), run.last_path()].into_iter().chain(epoch);
        let mut files = paths.filter(|path| path.is_file()).filter_map(|path| {
            let file = ModelFile::load(&path).ok()?;
            Self::of_file(&file, named, ModelSource::File(path))
        });
        files.next()
    }

    fn of_file(file: &ModelFile, named: &ModelIdentity, source: ModelSource) -> Option<Self> {
        (file.identity() == *named).then(|| Self {
            identity: named.clone(),
            card: file.card().clone(),
            source: Some(source),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Part, TrainingPoint};

    #[test]
    fn the_author_is_the_model_of_these_weights_wherever_it_is_and_no_other() {
        let built_in = Classifier::default_file().unwrap();
        let found = ScoreAuthor::find(Some(&built_in.identity()), None, None).unwrap();
        assert_eq!(found.source, Some(ModelSource::Default));
        assert_eq!(found.card, *built_in.card());
        assert!(ScoreAuthor::find(None, None, None).is_none());

        // The same network with one other weight, in a run folder.
        let mut weights = built_in.weights().clone();
        weights.values_mut().next().unwrap().values[0] += 1.0;
        let trained = ModelFile::new(built_in.card().clone(), weights).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let run = RunFolder::at(folder.path());
        std::fs::create_dir(folder.path().join("epochs")).unwrap();
        built_in.save(&run.best_path()).unwrap();
        trained.save(&run.epoch_path(3)).unwrap();
        let table = run.predictions_path(Part::Valid);
        let named = |epoch| {
            let training = TrainingPoint::at("r1", epoch, 9, 9);
            let id = trained.identity().id();
            ModelIdentity::parse(&id, Some(training))
        };
        let found = ScoreAuthor::find(named(3).as_ref(), Some(&table), None).unwrap();
        assert_eq!(found.source, Some(ModelSource::File(run.epoch_path(3))));
        assert!(ScoreAuthor::find(named(2).as_ref(), Some(&table), None).is_none());
    }
}

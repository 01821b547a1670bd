use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{OpenedFilm, ScoringError};
use crate::domain::PerFinding;
use crate::explain::{CamMethod, Heatmap, class_activation_maps};
use crate::imaging::ModelInput;
use crate::model::{Classifier, Inference, ModelError};

/// All that the network says about one film.
#[derive(Debug)]
pub struct ScoredFilm {
    /// The film.
    pub opened: Arc<OpenedFilm>,
    /// Scores and the features behind them.
    pub inference: Inference,
    /// One map a finding, by `method`.
    pub maps: PerFinding<Heatmap>,
    /// How the maps were made.
    pub method: CamMethod,
    /// Time for scores and maps.
    pub elapsed: Duration,
}

/// Scores an opened film, for those who want no maps of it.
pub fn infer(opened: &OpenedFilm, classifier: &Classifier) -> Result<Inference, ScoringError> {
    let inference = classifier.score(opened.picture());
    inference.map_err(|source| failed(opened, source))
}

/// Scores an opened film and makes the maps of all findings.
pub fn score(
    opened: &Arc<OpenedFilm>,
    classifier: &Classifier,
    method: CamMethod,
) -> Result<ScoredFilm, ScoringError> {
    scored(opened, classifier, method, || infer(opened, classifier))
}

impl ScoredFilm {
    /// The same film scored with another input, as when part of it is covered.
    pub fn with_input(
        &self,
        input: ModelInput,
        classifier: &Classifier,
    ) -> Result<Self, ScoringError> {
        scored(&self.opened, classifier, self.method, || {
            let inference = classifier.score_input(input);
            inference.map_err(|source| failed(&self.opened, source))
        })
    }

    /// The same scored film with maps by another method.
    #[must_use]
    pub fn with_method(&self, classifier: &Classifier, method: CamMethod) -> Self {
        Self {
            opened: Arc::clone(&self.opened),
            maps: maps(classifier, &self.inference, method),
            inference: self.inference.clone(),
            method,
            elapsed: self.elapsed,
        }
    }
}

fn scored(
    opened: &Arc<OpenedFilm>,
    classifier: &Classifier,
    method: CamMethod,
    infer: impl FnOnce() -> Result<Inference, ScoringError>,
) -> Result<ScoredFilm, ScoringError> {
    let started = Instant::now();
    let inference = infer()?;
    Ok(ScoredFilm {
        maps: maps(classifier, &inference, method),
        inference,
        method,
        elapsed: started.elapsed(),
        opened: Arc::clone(opened),
    })
}

fn failed(opened: &OpenedFilm, source: ModelError) -> ScoringError {
    ScoringError {
        path: opened.film.path.clone(),
        source: Box::new(source),
    }
}

fn maps(classifier: &Classifier, inference: &Inference, method: CamMethod) -> PerFinding<Heatmap> {
    class_activation_maps(
        &inference.features,
        classifier.head(),
        &inference.scores,
        method,
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::film::open;
    use crate::imaging::{GrayPicture, model_input, read_film};
    use crate::model::{ComputeDevice, ModelSource};

    #[test]
    fn an_opened_film_is_scored_by_the_input_of_its_file_to_the_bit() {
        let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/phantom.png"));
        let classifier = Classifier::open(&ModelSource::Default, &ComputeDevice::cpu()).unwrap();
        let opened = Arc::new(open(path).unwrap());
        let scored = score(&opened, &classifier, CamMethod::GradCam).unwrap();
        let picture = GrayPicture::of_film(&read_film(path).unwrap());
        let input = model_input(&picture, &classifier.card().preprocessing);
        assert_eq!(scored.inference.input, input);
        let again = scored.with_input(input, &classifier).unwrap();
        assert_eq!(again.inference.scores, scored.inference.scores);
        let without_maps = infer(&opened, &classifier).unwrap();
        assert_eq!(without_maps.scores, scored.inference.scores);
        let other = scored.with_method(&classifier, CamMethod::HiResCam);
        let anew = score(&opened, &classifier, CamMethod::HiResCam).unwrap();
        assert_ne!(other.maps, scored.maps);
        assert_eq!(other.maps, anew.maps);
    }

    #[test]
    fn a_film_that_has_no_scores_is_named() {
        let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/phantom.png"));
        let classifier = Classifier::open(&ModelSource::Default, &ComputeDevice::cpu()).unwrap();
        let opened = Arc::new(open(path).unwrap());
        let scored = score(&opened, &classifier, CamMethod::GradCam).unwrap();
        let input = ModelInput {
            side: 7,
            values: vec![0.0; 49],
        };
        let error = scored.with_input(input, &classifier).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("cannot score {}", path.display())
        );
    }
}

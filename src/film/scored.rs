use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{OpenedFilm, ScoringError};
use crate::domain::PerFinding;
use crate::explain::{CamMethod, Heatmap, MapMethod, class_activation_maps, smooth_maps};
use crate::imaging::ModelInput;
use crate::model::{Classifier, Inference, ModelError};

/// All that the network says about one film.
#[derive(Debug)]
pub struct ScoredFilm {
    /// The film.
    pub opened: Arc<OpenedFilm>,
    /// Scores and the features behind them.
    pub inference: Inference,
    /// One map a finding, by `method`: what every number about maps is computed from.
    pub maps: PerFinding<Heatmap>,
    /// How the maps were made.
    pub method: MapMethod,
    /// The maps with the head's cells blended, for display; `None` where that changes nothing.
    smooth: Option<PerFinding<Heatmap>>,
    /// Share of each map's positive evidence outside the body; `None` where there is no evidence,
    /// or where no body was found.
    pub outside: PerFinding<Option<f64>>,
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
        method: CamMethod,
    ) -> Result<Self, ScoringError> {
        scored(&self.opened, classifier, method, || {
            let inference = classifier.score_input(input);
            inference.map_err(|source| failed(&self.opened, source))
        })
    }

    /// The same scored film with maps by another method.
    #[must_use]
    pub fn with_method(&self, classifier: &Classifier, method: CamMethod) -> Self {
        let (opened, inference) = (Arc::clone(&self.opened), self.inference.clone());
        Self::new(opened, inference, classifier, method, self.elapsed)
    }

    /// The same scored film with the score's drop at each covered place as its maps.
    #[must_use]
    pub fn with_occlusion(&self, maps: PerFinding<Heatmap>) -> Self {
        Self {
            opened: Arc::clone(&self.opened),
            inference: self.inference.clone(),
            outside: outside(&self.opened, &maps),
            maps,
            smooth: None,
            method: MapMethod::Occlusion,
            elapsed: self.elapsed,
        }
    }

    /// The maps to draw: with the head's cells blended, or the exact ones.
    pub fn shown_maps(&self, smooth: bool) -> &PerFinding<Heatmap> {
        let smoothed = self.smooth.as_ref().filter(|_| smooth);
        smoothed.unwrap_or(&self.maps)
    }

    /// Whether the maps to draw can differ from the exact ones.
    pub fn can_be_smooth(&self) -> bool {
        self.smooth.is_some()
    }

    fn new(
        opened: Arc<OpenedFilm>,
        inference: Inference,
        classifier: &Classifier,
        method: CamMethod,
        elapsed: Duration,
    ) -> Self {
        let (features, head, scores) = (&inference.features, classifier.head(), &inference.scores);
        let maps = class_activation_maps(features, head, scores, method);
        let smooth = match method {
            CamMethod::HiResCam => smooth_maps(features, head, scores.labels()),
            CamMethod::GradCam
            | CamMethod::PooledGradCam
            | CamMethod::GuidedGradCam
            | CamMethod::PooledGuidedGradCam => None,
        };
        Self {
            outside: outside(&opened, &maps),
            maps,
            method: MapMethod::Cam(method),
            smooth,
            opened,
            inference,
            elapsed,
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
    let opened = Arc::clone(opened);
    let mut scored = ScoredFilm::new(opened, inference, classifier, method, Duration::ZERO);
    scored.elapsed = started.elapsed();
    Ok(scored)
}

fn outside(opened: &OpenedFilm, maps: &PerFinding<Heatmap>) -> PerFinding<Option<f64>> {
    maps.map(|map| map.share_outside(opened.body()?))
}

fn failed(opened: &OpenedFilm, source: ModelError) -> ScoringError {
    ScoringError {
        path: opened.film.path.clone(),
        source: Box::new(source),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::film::open;
    use crate::imaging::{GrayPicture, model_input, read_film};
    use crate::model::{ComputeDevice, ModelFile, ModelSource};

    #[test]
    fn an_opened_film_is_scored_by_the_input_of_its_file_to_the_bit() {
        let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/phantom.png"));
        let classifier = Classifier::open(&ModelSource::Default, &ComputeDevice::cpu()).unwrap();
        let opened = Arc::new(open(path).unwrap());
        let scored = score(&opened, &classifier, CamMethod::GradCam).unwrap();
        let picture = GrayPicture::of_film(&read_film(path).unwrap());
        let input = model_input(&picture, &classifier.card().preprocessing);
        assert_eq!(scored.inference.input, input);
        let again = scored
            .with_input(input, &classifier, CamMethod::GradCam)
            .unwrap();
        assert_eq!(again.inference.scores, scored.inference.scores);
        let without_maps = infer(&opened, &classifier).unwrap();
        assert_eq!(without_maps.scores, scored.inference.scores);
        let other = scored.with_method(&classifier, CamMethod::PooledGradCam);
        let anew = score(&opened, &classifier, CamMethod::PooledGradCam).unwrap();
        assert_ne!(other.maps, scored.maps);
        assert_eq!(other.maps, anew.maps);
    }

    #[test]
    fn the_exact_map_can_be_drawn_smooth_and_every_number_stays_that_of_the_exact_one() {
        let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/phantom.png"));
        // Cells of the built-in model hold the same weights: those of this one differ.
        let folder = tempfile::tempdir().unwrap();
        let free = folder.path().join("free.safetensors");
        let file = Classifier::default_file().unwrap();
        let (card, mut weights) = (file.card().clone(), file.weights().clone());
        weights.get_mut("head.dense.weight").unwrap().values[0] += 1.0;
        ModelFile::new(card, weights).unwrap().save(&free).unwrap();
        let classifier = Classifier::open(&ModelSource::File(free), &ComputeDevice::cpu()).unwrap();
        let opened = Arc::new(open(path).unwrap());
        let scored = score(&opened, &classifier, CamMethod::HiResCam).unwrap();
        assert!(scored.can_be_smooth());
        assert_ne!(scored.shown_maps(true), &scored.maps);
        assert_eq!(scored.shown_maps(false), &scored.maps);
        let body = opened.body().unwrap();
        for (share, map) in scored.outside.values().iter().zip(scored.maps.values()) {
            assert_eq!(*share, map.share_outside(body));
        }
        let grad_cam = scored.with_method(&classifier, CamMethod::GradCam);
        assert!(!grad_cam.can_be_smooth());
        assert_eq!(grad_cam.shown_maps(true), &grad_cam.maps);
        assert_ne!(grad_cam.outside, scored.outside);
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
        let error = scored
            .with_input(input, &classifier, CamMethod::GradCam)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("cannot score {}", path.display())
        );
    }
}

use std::path::PathBuf;

use super::{FilmPrediction, Predictions, ScoresError};
use crate::dataset::FilmCache;
use crate::domain::sigmoid;
use crate::model::Classifier;
use crate::work::{Progress, Watch};

/// Films whose pixels are in memory at once.
const CHUNK: usize = 256;

/// A film to score, with what its table says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct PartFilm {
    /// Place in the cache.
    pub film_idx: usize,
    /// Path of the film, or its name where it has no file.
    pub path: PathBuf,
    /// Patient of the film.
    pub patient_id: String,
    /// The value of each scored label; `None` where it is not known.
    pub truth: Vec<Option<bool>>,
}

/// Scores of a part's films, and what they were made of.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoredPart {
    /// Scores and labels, in the order of the films.
    pub predictions: Predictions,
    /// `(film, output)`, of all outputs of the model.
    pub logits: Vec<f32>,
}

/// Scores decoded films; those that the cache could not decode are left out.
///
/// `outputs` are the model's outputs that the films' labels belong to, in their order.
/// `watch` is asked every 256 films.
pub fn score_part(
    classifier: &Classifier,
    cache: &FilmCache,
    films: Vec<PartFilm>,
    outputs: &[usize],
    watch: &dyn Watch,
) -> Result<ScoredPart, ScoresError> {
    let mut films = films;
    films.retain(|film| cache.grays(film.film_idx).is_some());
    let logits = part_logits(classifier, cache, &films, watch)?;
    Ok(ScoredPart::of(classifier, films, outputs, logits))
}

/// Logits `(film, output)` of decoded films, of all outputs of the model.
pub fn part_logits(
    classifier: &Classifier,
    cache: &FilmCache,
    films: &[PartFilm],
    watch: &dyn Watch,
) -> Result<Vec<f32>, ScoresError> {
    let card = classifier.card();
    let input_of_gray = card.preprocessing.input_of_gray();
    let n_outputs = card.labels.len().max(1);
    let mut logits = Vec::with_capacity(films.len() * n_outputs);
    let tell = |n_done| {
        watch.progress(Progress {
            n_done,
            n_total: films.len(),
            unit: "films scored",
        });
    };
    tell(0);
    for chunk in films.chunks(CHUNK) {
        watch.check()?;
        let grays = chunk.iter().filter_map(|film| cache.grays(film.film_idx));
        let level = |&gray: &u8| input_of_gray.get(usize::from(gray)).copied();
        let pixels: Vec<f32> = grays.flatten().filter_map(level).collect(); // (B, H, W)
        let scored = classifier.logits(&pixels);
        logits.extend(scored.map_err(|error| ScoresError::Model(Box::new(error)))?);
        tell(logits.len() / n_outputs);
    }
    Ok(logits)
}

impl ScoredPart {
    /// The scores of films whose logits are known.
    pub fn of(
        classifier: &Classifier,
        films: Vec<PartFilm>,
        outputs: &[usize],
        logits: Vec<f32>,
    ) -> Self {
        let card = classifier.card();
        let n_outputs = card.labels.len().max(1);
        let prediction = |(film, logits): (PartFilm, &[f32])| {
            let logits = outputs.iter().filter_map(|&output| logits.get(output));
            FilmPrediction {
                path: film.path,
                patient_id: film.patient_id,
                scores: logits.map(|&logit| f64::from(sigmoid(logit))).collect(),
                truth: film.truth,
            }
        };
        let scored = films.into_iter().zip(logits.chunks_exact(n_outputs));
        let labels = outputs.iter().filter_map(|&output| card.labels.get(output));
        Self {
            predictions: Predictions {
                labels: labels.map(ToOwned::to_owned).collect(),
                films: scored.map(prediction).collect(),
                model: Some(classifier.identity().clone()),
            },
            logits,
        }
    }
}

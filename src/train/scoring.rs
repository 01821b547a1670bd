use super::TrainError;
use super::history::AucTable;
use super::prepared::{PartFilms, Prepared};
use crate::domain::sigmoid;
use crate::model::Classifier;
use crate::scores::{PartFilm, Predictions, score_part};
use crate::work::Watch;
use thorax_engine::LossWeights;

/// Scores of one part's films and how good they are.
pub struct Judged {
    /// Scores and labels, in table order.
    pub predictions: Predictions,
    /// The training's loss, mean over the known labels of all films.
    pub loss: f64,
    /// AUC of every label.
    pub auc: AucTable,
}

/// A label as the loss takes it: 0, 1 or NaN.
fn known(truth: f32) -> Option<bool> {
    (!truth.is_nan()).then_some(truth > 0.5)
}

/// Scores the films of a part, of which there are some, and judges them.
pub fn judge_part(
    prepared: &Prepared,
    part: &PartFilms,
    classifier: &Classifier,
    loss: &LossWeights,
    watch: &dyn Watch,
) -> Result<Judged, TrainError> {
    let films = part.rows.iter().zip(&part.films);
    let films = films.filter_map(|(&row, film)| {
        let row = prepared.plan.data.table.rows.get(row)?;
        Some(PartFilm {
            film_idx: film.film_idx,
            path: row.path.clone().unwrap_or_else(|| row.image.clone().into()),
            patient_id: row.patient_id.clone(),
            truth: film.truth.iter().map(|&truth| known(truth)).collect(),
        })
    });
    let outputs: Vec<usize> = (0..classifier.card().labels.len()).collect();
    let cache = &prepared.train.cache;
    let scored = score_part(classifier, cache, films.collect(), &outputs, watch)?;
    let truth: Vec<f32> = part
        .films
        .iter()
        .flat_map(|film| film.truth.clone())
        .collect();
    let scores: Vec<f32> = scored.logits.iter().map(|&logit| sigmoid(logit)).collect();
    Ok(Judged {
        loss: loss.value(&scored.logits, &truth),
        auc: AucTable::new(&scored.predictions.labels, &scores, &truth),
        predictions: scored.predictions,
    })
}

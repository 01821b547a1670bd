use super::TrainError;
use super::history::AucTable;
use super::prepared::Prepared;
use crate::domain::{Part, sigmoid};
use crate::model::Classifier;
use crate::scores::{PartFilm, Predictions, score_part};
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

/// Scores the films of a part and judges them; `None` if it has none.
pub fn judge_part(
    prepared: &Prepared,
    part: Part,
    classifier: &Classifier,
    loss: &LossWeights,
) -> Result<Option<Judged>, TrainError> {
    let Some(part) = prepared
        .parts
        .get(part.index())
        .filter(|part| !part.films.is_empty())
    else {
        return Ok(None);
    };
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
    let scored = score_part(classifier, cache, films.collect(), &outputs, &mut |_| true)?;
    let truth: Vec<f32> = part
        .films
        .iter()
        .flat_map(|film| film.truth.clone())
        .collect();
    let scores: Vec<f32> = scored.logits.iter().map(|&logit| sigmoid(logit)).collect();
    Ok(Some(Judged {
        loss: loss.value(&scored.logits, &truth),
        auc: AucTable::new(&scored.predictions.labels, &scores, &truth),
        predictions: scored.predictions,
    }))
}

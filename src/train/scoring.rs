use super::TrainError;
use super::history::AucTable;
use super::prepared::Prepared;
use crate::domain::{Part, sigmoid};
use crate::model::Classifier;
use crate::model::kernels::LossWeights;
use crate::scores::{FilmPrediction, Predictions};

/// Films whose pixels are in memory at once.
const CHUNK: usize = 256;

/// Scores of one part's films and how good they are.
pub struct Scored {
    /// Scores and labels, in table order.
    pub predictions: Predictions,
    /// The training's loss, mean over films and labels.
    pub loss: f64,
    /// AUC of every label.
    pub auc: AucTable,
}

/// Scores the films of a part; `None` if it has none.
pub fn score_part(
    prepared: &Prepared,
    part: Part,
    classifier: &Classifier,
    loss: &LossWeights,
) -> Result<Option<Scored>, TrainError> {
    let Some(part) = prepared
        .parts
        .get(part.index())
        .filter(|part| !part.films.is_empty())
    else {
        return Ok(None);
    };
    let mut logits = Vec::new();
    for films in part.films.chunks(CHUNK) {
        logits.extend(classifier.logits(&prepared.pixels(films))?);
    }
    let labels: Vec<String> = classifier
        .card()
        .labels
        .iter()
        .map(ToOwned::to_owned)
        .collect();
    let truth: Vec<f32> = part
        .films
        .iter()
        .flat_map(|film| film.truth.clone())
        .collect();
    let scores: Vec<f32> = logits.iter().map(|&logit| sigmoid(logit)).collect();
    let rows = part
        .rows
        .iter()
        .zip(scores.chunks_exact(labels.len().max(1)));
    let films = rows.zip(&part.films).filter_map(|((&row, scores), film)| {
        let row = prepared.plan.data.table.rows.get(row)?;
        Some(FilmPrediction {
            path: row.path.clone().unwrap_or_else(|| row.image.clone().into()),
            patient_id: row.patient_id.clone(),
            scores: scores.iter().map(|&score| f64::from(score)).collect(),
            truth: film.truth.iter().map(|&truth| truth > 0.5).collect(),
        })
    });
    Ok(Some(Scored {
        loss: loss.value(&logits, &truth),
        auc: AucTable::new(&labels, &scores, &truth),
        predictions: Predictions {
            films: films.collect(),
            labels,
            model: Some(classifier.identity().clone()),
        },
    }))
}

use super::TrainError;
use super::history::AucTable;
use super::prepared::{PartFilms, Prepared};
use crate::dataset::FilmCache;
use crate::domain::sigmoid;
use crate::model::Classifier;
use crate::scores::{PartFilm, Predictions, ScoredPart, part_logits};
use crate::work::{Canceled, Watch};
use thorax_engine::LossWeights;
use thorax_ranks::Ranks;

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

/// Logits of all films, each scored by one of the processes; all stop where one does.
fn shared_logits(
    films: &[PartFilm],
    classifier: &Classifier,
    cache: &FilmCache,
    ranks: &Ranks,
    watch: &dyn Watch,
) -> Result<Vec<f32>, TrainError> {
    let own = films.get(ranks.share().of(films.len()));
    let own = part_logits(classifier, cache, own.unwrap_or_default(), watch);
    let any_stopped = ranks.any(own.is_err())?;
    let own = own?;
    if any_stopped {
        return Err(Canceled.into());
    }
    if ranks.size() == 1 {
        return Ok(own);
    }
    let bytes: Vec<u8> = own.iter().flat_map(|logit| logit.to_le_bytes()).collect();
    let all = ranks.gather(&bytes)?;
    let all = all.iter().flat_map(|bytes| bytes.as_chunks::<4>().0);
    Ok(all.map(|&bytes| f32::from_le_bytes(bytes)).collect())
}

/// Scores the films of a part, of which there are some, and judges them.
pub fn judge_part(
    prepared: &Prepared,
    part: &PartFilms,
    classifier: &Classifier,
    loss: &LossWeights,
    ranks: &Ranks,
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
    let films: Vec<PartFilm> = films.collect();
    let logits = shared_logits(&films, classifier, &prepared.train.cache, ranks, watch)?;
    let scored = ScoredPart::of(classifier, films, &outputs, logits);
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

use std::path::Path;

use super::EvaluateError;
use crate::domain::{OperatingPoint, Threshold};
use crate::model::{ModelFile, ScoreHistogram};
use crate::scores::{ScoredSet, ScoresError};

/// Writes operating points into a copy of a model file; labels that are not named keep theirs.
///
/// `validation` are films that the model was not trained on: how their scores are spread is written
/// too. `points` are label, threshold and how it was chosen. The viewer and `thorax classify` use them
/// from then on. Nothing is left behind where writing fails; `to` may be where `file` was read.
pub fn freeze_operating_points(
    file: &ModelFile,
    to: &Path,
    validation: Option<&ScoredSet>,
    points: &[(String, f64, String)],
) -> Result<(), EvaluateError> {
    let mut card = file.card().clone();
    for (name, threshold, chosen_by) in points {
        let unknown = || ScoresError::UnknownLabel {
            name: name.clone(),
            known: card.labels.iter().collect::<Vec<_>>().join(", "),
        };
        let place = card.labels.position(name).ok_or_else(unknown)?;
        let threshold = Threshold::new(not_above(*threshold)).map_err(|_| unknown())?;
        if let Some(slot) = card.operating_points.get_mut(place) {
            *slot = Some(OperatingPoint {
                threshold,
                chosen_by: chosen_by.clone(),
            });
        }
    }
    let columns = validation.into_iter().flat_map(|set| &set.columns);
    for column in columns {
        let place = card.labels.position(&column.name);
        let slot = place.and_then(|place| card.validation_scores.get_mut(place));
        let films = column.known().map(|(_, score, positive)| (score, positive));
        let (n_pos, n) = (column.ranked.n_pos(), column.n_known());
        let words = format!("validation, {n_pos} of {n} films positive");
        if let (Some(slot), Some(histogram)) = (slot, ScoreHistogram::of(films, &words)) {
            *slot = Some(histogram);
        }
    }
    ModelFile::new(card, file.weights().clone())?.save(to)?;
    Ok(())
}

/// The nearest `f32` that is not above: the film that gave the threshold stays positive.
fn not_above(value: f64) -> f32 {
    let near = value as f32;
    if f64::from(near) > value {
        near.next_down()
    } else {
        near
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_stays_on_its_side_of_the_film_that_gave_it() {
        for value in [0.1, 0.3, 1.0 / 3.0, 0.7, f64::from(0.353_f32)] {
            let threshold = not_above(value);
            assert!(f64::from(threshold) <= value);
            assert!(f64::from(threshold.next_up()) > value);
        }
    }
}

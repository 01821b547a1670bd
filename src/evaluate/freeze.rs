use std::path::Path;

use super::{EvaluateError, Localization};
use crate::domain::{OperatingPoint, Threshold};
use crate::files::Existing;
use crate::model::{ModelFile, ScoreHistogram};
use crate::scores::{ScoredSet, ScoresError};

/// Writes operating points into a copy of a model file; labels that are not named keep theirs.
///
/// `validation` are films that the model was not trained on: how their scores are spread is written
/// too, and so is how maps meet boxes, with the films that this was measured on. `points` are labels with their thresholds. The viewer and `thorax classify` use them
/// from then on. Nothing is left behind where writing fails; `to` may be where `file` was read.
pub fn freeze_operating_points(
    file: &ModelFile,
    to: &Path,
    validation: Option<&ScoredSet>,
    localization: Option<(&Localization, &str)>,
    points: &[(String, Threshold)],
    existing: Existing,
) -> Result<(), EvaluateError> {
    let mut card = file.card().clone();
    for (name, threshold) in points {
        let unknown = || ScoresError::UnknownLabel {
            name: name.clone(),
            known: card.labels.iter().collect::<Vec<_>>().join(", "),
        };
        let place = card.labels.position(name).ok_or_else(unknown)?;
        if let Some(slot) = card.operating_points.get_mut(place) {
            *slot = Some(OperatingPoint::of(threshold));
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
    if let Some((localization, measured_on)) = localization {
        for (finding_idx, slot) in card.maps.values_mut().enumerate() {
            if let Some(record) = localization.record(finding_idx, measured_on) {
                *slot = Some(record);
            }
        }
    }
    ModelFile::new(card, file.weights().clone())?.save_as(to, existing)?;
    Ok(())
}

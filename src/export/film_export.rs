use std::path::Path;

use chrono::{DateTime, Local};

use super::ExportError;
use crate::domain::{Film, PerFinding, Score, Threshold};
use crate::explain::CamMethod;
use crate::files::write_whole;
use crate::film::ScoredFilm;
use crate::imaging::Concerns;
use crate::metrics::{Platt, logit};
use crate::model::{Calibration, Classifier};

/// One scored film, ready to be exported.
pub struct FilmExport<'a> {
    /// The film.
    pub film: &'a Film,
    /// Name of the model and checksum of its weights.
    pub model_id: &'a str,
    /// What the model scored.
    pub scores: &'a PerFinding<Score>,
    /// The thresholds in use.
    pub thresholds: &'a PerFinding<Threshold>,
    /// How each threshold was chosen; `None` if nobody chose it.
    pub chosen_by: PerFinding<Option<String>>,
    /// Calibrated risk in `[0, 1]`; `None` where the model has no calibration.
    pub risks: PerFinding<Option<f64>>,
    /// Warnings about the film as input.
    pub input_notes: Vec<String>,
    /// Now.
    pub created: DateTime<Local>,
}

impl<'a> FilmExport<'a> {
    /// A scored film with the thresholds in use.
    pub fn new(
        scored: &'a ScoredFilm,
        classifier: &'a Classifier,
        thresholds: &'a PerFinding<Threshold>,
    ) -> Self {
        let card = classifier.card();
        let scores = &scored.inference.scores;
        let chosen_by = card.labels.map(|idx, _| {
            let point = card.operating_points.get(idx)?.as_ref();
            match (point, thresholds.get(idx)) {
                (Some(point), Some(&cut)) if point.threshold == cut => {
                    Some(point.chosen_by.clone())
                }
                (Some(_), _) => Some("moved by the user".to_owned()),
                (None, Some(&cut)) if cut != Threshold::HALF => {
                    Some("moved by the user; no operating point in the model".to_owned())
                }
                (None, _) => None,
            }
        });
        let risks = card.labels.map(|idx, _| {
            let Calibration::Platt {
                slope, intercept, ..
            } = card.calibration.get(idx)?.as_ref()?;
            let platt = Platt {
                slope: *slope,
                intercept: *intercept,
            };
            Some(platt.probability(logit(f64::from(scores.get(idx)?.get()))))
        });
        Self {
            film: &scored.opened.film,
            model_id: classifier.id(),
            scores,
            thresholds,
            chosen_by,
            risks,
            input_notes: input_notes(&scored.opened.concerns),
            created: Local::now(),
        }
    }

    /// Whether a score is at or above its threshold.
    pub fn is_above(&self, finding_idx: usize) -> bool {
        let score = self.scores.get(finding_idx);
        let pair = score.zip(self.thresholds.get(finding_idx));
        pair.is_some_and(|(score, threshold)| score.is_positive(*threshold))
    }

    /// The findings to draw: those asked for by name, or else as [`Self::drawn_findings`].
    pub fn findings_to_draw(&self, asked: &[String]) -> Vec<usize> {
        let labels = self.scores.labels();
        let asked: Vec<usize> = asked
            .iter()
            .filter_map(|label| labels.position(label))
            .collect();
        if asked.is_empty() {
            self.drawn_findings()
        } else {
            asked
        }
    }

    /// The findings to draw: those above threshold, or else the highest.
    pub fn drawn_findings(&self) -> Vec<usize> {
        let n_labels = self.scores.values().len();
        let above: Vec<usize> = (0..n_labels).filter(|&idx| self.is_above(idx)).collect();
        if !above.is_empty() {
            return above;
        }
        let scores = self.scores.values().iter().enumerate().rev();
        let highest = scores.max_by(|(_, a), (_, b)| a.get().total_cmp(&b.get()));
        highest.map(|(idx, _)| idx).into_iter().collect()
    }

    /// The caption below an image of one finding's map.
    pub fn caption(&self, finding_idx: usize, method: CamMethod) -> Vec<String> {
        let name = self.scores.labels().get(finding_idx).unwrap_or_default();
        let mut lines = vec![format!("{}, {}", name.replace('_', " "), method.name())];
        let score = self.scores.get(finding_idx);
        if let Some((score, threshold)) = score.zip(self.thresholds.get(finding_idx)) {
            let (score, threshold) = (score.get(), threshold.get());
            lines.push(format!("score {score:.3}, threshold {threshold:.3}"));
        }
        lines.push(format!("model {}", self.model_id));
        // A line each: pictures are narrow.
        lines.extend(self.input_notes.iter().cloned());
        lines
    }

    /// The input notes as one text.
    pub fn input_text(&self) -> String {
        if self.input_notes.is_empty() {
            "no remarks".to_owned()
        } else {
            self.input_notes.join(" ")
        }
    }
}

/// The verdict with its reasons, and what the file has to be told of.
fn input_notes(concerns: &Concerns) -> Vec<String> {
    let mut notes = vec![format!("Check of the input: {}", concerns.summary())];
    notes.extend(concerns.notes().map(ToOwned::to_owned));
    notes
}

/// Writes a file whole or not at all, and never over a film.
pub fn write_export(path: &Path, bytes: &[u8], film: &Path) -> Result<(), ExportError> {
    let same = |a: &Path, b: &Path| match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    };
    if same(path, film) {
        return Err(ExportError::Original {
            path: path.to_owned(),
        });
    }
    write_whole(path, bytes).map_err(|source| ExportError::Write {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let film = folder.path().join("film.png");
        std::fs::write(&film, b"pixels").unwrap();
        let error = write_export(&film, b"other", &film).unwrap_err();
        assert!(error.to_string().contains("film.png"), "{error}");
        let roundabout = folder.path().join(".").join("film.png");
        assert!(write_export(&roundabout, b"other", &film).is_err());
        assert_eq!(std::fs::read(&film).unwrap(), b"pixels");
        write_export(&folder.path().join("film.sr.dcm"), b"other", &film).unwrap();
    }
}

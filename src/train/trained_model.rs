//! The model file that a training ends with: card, operating points, calibration.

use super::TrainError;
use super::config::LossKind;
use super::plan::DataPlan;
use crate::domain::{OperatingPoint, Threshold, ThresholdOrigin};
use crate::metrics::{OperatingTarget, Platt, RankedScores};
use crate::model::{Calibration, ModelCard, ModelFault, ModelFile, Provenance, ScoreHistogram};
use crate::scores::Predictions;
use thorax_engine::{HeadKind, NamedTensors, NetworkSpec};

/// Minimum positive validation films for a threshold or a calibration.
const MIN_POSITIVES: usize = 10;
/// About half the distance of 1 to the next score below it.
const LEAST_SCORE: f64 = 3e-8;

/// The card of a model from this training, without thresholds and calibration.
pub fn card(plan: &DataPlan, date: &str) -> Result<ModelCard, TrainError> {
    let config = &plan.config;
    let invalid = |error: &dyn ToString| TrainError::Value(error.to_string());
    let architecture = NetworkSpec::new(config.depth, config.side, plan.labels.len())
        .map_err(|error| invalid(&error))?;
    let card = ModelCard::new(
        config.name.clone(),
        plan.labels.clone(),
        architecture,
        config.preprocessing()?,
        provenance(plan, date),
    );
    let mut card = card.ok_or_else(|| invalid(&"labels and network do not fit together"))?;
    card.class_frequencies = plan.class_frequencies().map(|&frequency| Some(frequency));
    Ok(card)
}

/// The model file of weights, with thresholds and calibration from validation films if there are
/// enough positive ones.
pub fn model_file(
    card: &ModelCard,
    weights: &NamedTensors,
    valid: Option<&Predictions>,
) -> Result<ModelFile, ModelFault> {
    let mut card = card.clone();
    if let Some(valid) = valid {
        for finding_idx in 0..card.labels.len() {
            let films = LabelFilms::new(valid, finding_idx);
            if let Some(point) = card.operating_points.get_mut(finding_idx) {
                *point = films.operating_point();
            }
            if let Some(histogram) = card.validation_scores.get_mut(finding_idx) {
                *histogram = films.histogram();
            }
            if let Some(calibration) = card.calibration.get_mut(finding_idx) {
                *calibration = films.calibration();
            }
        }
    }
    ModelFile::new(card, weights.clone())
}

/// One label of some films.
struct LabelFilms {
    scores: Vec<f64>,
    positives: Vec<bool>,
    n_pos: usize,
}

impl LabelFilms {
    fn new(predictions: &Predictions, finding_idx: usize) -> Self {
        let films = predictions.films.iter();
        let films = films.filter_map(|film| {
            let score = film.scores.get(finding_idx)?;
            Some((*score, (*film.truth.get(finding_idx)?)?))
        });
        let (scores, positives): (Vec<f64>, Vec<bool>) = films.unzip();
        Self {
            n_pos: positives.iter().filter(|&&positive| positive).count(),
            scores,
            positives,
        }
    }

    fn has_enough(&self) -> bool {
        self.n_pos.min(self.positives.len() - self.n_pos) >= MIN_POSITIVES
    }

    /// The films that figures come from, in words.
    fn set(&self) -> String {
        let (n_pos, n_films) = (self.n_pos, self.positives.len());
        format!("validation, {n_pos} of {n_films} films positive")
    }

    fn operating_point(&self) -> Option<OperatingPoint> {
        if !self.has_enough() {
            return None;
        }
        let ranked = RankedScores::of(&self.scores, &self.positives).ok()?;
        let threshold = OperatingTarget::Youden.solve(&ranked).ok()?;
        let origin = ThresholdOrigin::Solved {
            target: "Youden's index".to_owned(),
            set: self.set(),
        };
        // The scores were f32, so nothing is lost on the way back.
        let threshold = Threshold::new(threshold, origin).ok()?;
        Some(OperatingPoint::of(&threshold))
    }

    fn histogram(&self) -> Option<ScoreHistogram> {
        let films = self
            .scores
            .iter()
            .copied()
            .zip(self.positives.iter().copied());
        ScoreHistogram::of(films, &self.set())
    }

    fn calibration(&self) -> Option<Calibration> {
        // A score of exactly 0 or 1 is a rounded one.
        let scores = self
            .scores
            .iter()
            .map(|q| q.clamp(LEAST_SCORE, 1.0 - LEAST_SCORE));
        let logits: Vec<f64> = scores.map(|q| (q / (1.0 - q)).ln()).collect();
        let fit = self
            .has_enough()
            .then(|| Platt::fit(&logits, &self.positives))?;
        let Platt { slope, intercept } = fit.ok()?;
        // A falling curve would call the least suspicious film the likeliest.
        (slope > 0.0).then(|| Calibration::Platt {
            slope,
            intercept,
            fitted_on: self.set(),
        })
    }
}

fn provenance(plan: &DataPlan, date: &str) -> Provenance {
    let [train, valid, test] = &plan.parts;
    let config = &plan.config;
    let table = plan.data.table_path.file_name().unwrap_or_default();
    let patients = match plan.leaks.len() {
        0 => "no patient in two parts".to_owned(),
        n => format!("{n} patients in more than one part: scores are too high"),
    };
    Provenance {
        data: Some(format!(
            "{} films of {}, undersampling of No Finding: {}",
            train.rows.len(),
            table.to_string_lossy(),
            config.undersample
        )),
        split: Some(format!(
            "{} train, {} valid, {} test; {patients}",
            train.rows.len(),
            valid.rows.len(),
            test.rows.len()
        )),
        seed: Some(config.seed),
        date: Some(date.to_owned()),
        software: Some(concat!("Thorax ", env!("CARGO_PKG_VERSION")).to_owned()),
        training: Some(training_text(plan)),
        limits: config.limits.clone(),
        terms: config.terms.clone(),
        ..Provenance::default()
    }
}

fn training_text(plan: &DataPlan) -> String {
    let config = &plan.config;
    let loss = match config.loss {
        LossKind::Weighted => "loss weighted by class frequency",
        LossKind::Plain => "plain cross-entropy",
        LossKind::Focal => "focal loss weighted by class frequency",
    };
    let start = match &config.init {
        Some(path) => {
            let name = path.file_name().unwrap_or_default();
            format!("initialized from {}", name.to_string_lossy())
        }
        None => "random initialization".to_owned(),
    };
    let head = match config.head {
        HeadKind::Free => String::new(),
        HeadKind::Shared => "head weights shared by all places; ".to_owned(),
    };
    let dropout = match config.head_dropout {
        0.0 => String::new(),
        rate => format!("dropout of {rate} before the head; "),
    };
    let soft = plan
        .soft_text()
        .map_or_else(String::new, |soft| soft + "; ");
    format!(
        "{start}; {head}{dropout}{loss}; {soft}{:?}, learning rate {}, batch {}, at most {} epochs at {} px",
        config.optimizer, config.learning_rate, config.batch_size, config.epochs, config.side
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scores::FilmPrediction;

    fn films(n_pos: usize, n_neg: usize) -> LabelFilms {
        let film = |positive: bool, place: usize| FilmPrediction {
            path: "a.png".into(),
            patient_id: String::new(),
            // Two fifths of either side lie on the other's.
            scores: vec![if (place % 5 < 2) == positive {
                0.3
            } else {
                0.7
            }],
            truth: vec![Some(positive)],
        };
        let positive = (0..n_pos).map(|place| film(true, place));
        let predictions = Predictions {
            labels: vec!["Mass".to_owned()],
            films: positive
                .chain((0..n_neg).map(|place| film(false, place)))
                .collect(),
            model: None,
        };
        LabelFilms::new(&predictions, 0)
    }

    #[test]
    fn cuts_and_calibration_come_from_enough_films_only() {
        let enough = films(10, 50);
        let point = enough.operating_point().unwrap();
        assert_eq!(point.threshold(), 0.7);
        let words = "Youden's index on validation, 10 of 60 films positive";
        assert_eq!(point.chosen_by(), words);
        assert!(enough.calibration().is_some());
        for few in [films(9, 50), films(50, 9)] {
            assert!(few.operating_point().is_none() && few.calibration().is_none());
        }
    }
}

use std::fmt;

use super::LabelColumn;
use crate::metrics::{
    Bins, Platt, PlattError, ReliabilityBin, brier_score, expected_calibration_error, logit,
    reliability, undo_weighting,
};
use crate::model::{Calibration, ModelCard};

/// How the scores of one label are read as probabilities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ProbabilityRule {
    /// As they are, which weights in the loss belie.
    Score,
    /// Weights of the loss by class frequency undone.
    Unweighted {
        /// Share of the training films with the finding, in `(0, 1)`.
        class_frequency: f64,
    },
    /// Scaled by a fit on validation films.
    Platt(Platt),
}

/// How well probabilities by one rule agree with what was found.
#[derive(Clone, Debug, PartialEq)]
pub struct CalibrationView {
    /// How scores were read.
    pub rule: ProbabilityRule,
    /// Points of the reliability curve, lowest first.
    pub bins: Vec<ReliabilityBin>,
    /// Mean distance of predicted from observed over these bins; `None` without films.
    pub expected_error: Option<f64>,
    /// Mean squared difference of probability and label; `None` without films.
    pub brier: Option<f64>,
}

impl ProbabilityRule {
    /// Scores as they are, then what a model's card brings for `label`.
    pub fn of_card(card: &ModelCard, label: &str) -> Vec<Self> {
        let frequency = card.class_frequencies.of(label).copied().flatten();
        let unweighted = frequency.map(|class_frequency| Self::Unweighted { class_frequency });
        let calibration = card.calibration.of(label).and_then(Option::as_ref);
        let platt = calibration.map(|calibration| match *calibration {
            Calibration::Platt {
                slope, intercept, ..
            } => Self::Platt(Platt { slope, intercept }),
        });
        let known = unweighted.into_iter().chain(platt);
        std::iter::once(Self::Score).chain(known).collect()
    }

    /// A fit on the scores of `valid`; never fit on the films it is evaluated on.
    pub fn fit(valid: &LabelColumn) -> Result<Self, PlattError> {
        let (scores, positives) = valid.known_scores();
        let logits: Vec<f64> = scores.into_iter().map(logit).collect();
        Platt::fit(&logits, &positives).map(Self::Platt)
    }

    /// The probability that belongs to a score, both in `[0, 1]`.
    pub fn probability(self, score: f64) -> f64 {
        match self {
            Self::Score => score,
            Self::Unweighted { class_frequency } => undo_weighting(score, class_frequency),
            Self::Platt(platt) => platt.probability(logit(score)),
        }
    }
}

impl fmt::Display for ProbabilityRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Score => "scores",
            Self::Unweighted { .. } => "weighting undone",
            Self::Platt(_) => "Platt",
        })
    }
}

impl CalibrationView {
    /// Judges the probabilities of a label's films.
    pub fn of(column: &LabelColumn, rule: ProbabilityRule, bins: Bins) -> Self {
        let (scores, positives) = column.known_scores();
        let scores = scores.into_iter();
        let probabilities: Vec<f64> = scores.map(|score| rule.probability(score)).collect();
        let bins = reliability(&probabilities, &positives, bins);
        Self {
            rule,
            expected_error: expected_calibration_error(&bins),
            brier: brier_score(&probabilities, &positives),
            bins,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::SeededRandom;
    use crate::domain::Labels;
    use crate::imaging::{Interpolation, Preprocessing};
    use crate::model::Provenance;
    use thorax_engine::NetworkSpec;

    /// One film in ten is positive; the probabilities behind the scores are right.
    const FREQUENCY: f64 = 0.1;

    /// Films whose true probability has the odds of its score times those of the frequency.
    fn weighted(seed: u64, n_films: usize) -> LabelColumn {
        let mut random = SeededRandom::for_stream(seed, &[]);
        let (mut scores, mut positives) = (Vec::new(), Vec::new());
        for _ in 0..n_films {
            let score = random.uniform();
            positives.push(random.uniform() < undo_weighting(score, FREQUENCY));
            scores.push(score);
        }
        LabelColumn::new("Mass".to_owned(), scores, positives).unwrap()
    }

    fn error(column: &LabelColumn, rule: ProbabilityRule) -> f64 {
        let view = CalibrationView::of(column, rule, Bins::EqualWidth(10));
        view.expected_error.unwrap()
    }

    #[test]
    fn undoing_the_weights_and_platt_both_calibrate_what_weights_have_shifted() {
        let (valid, test) = (weighted(1, 20_000), weighted(2, 20_000));
        let undone = ProbabilityRule::Unweighted {
            class_frequency: FREQUENCY,
        };
        let platt = ProbabilityRule::fit(&valid).unwrap();
        assert!(error(&test, ProbabilityRule::Score) > 0.2);
        assert!(error(&test, undone) < 0.01, "{}", error(&test, undone));
        assert!(error(&test, platt) < 0.01, "{}", error(&test, platt));
        // The fit finds what was done: logit p = logit q + logit f.
        let ProbabilityRule::Platt(Platt { slope, intercept }) = platt else {
            panic!("expected a fit");
        };
        let shift = (FREQUENCY / (1.0 - FREQUENCY)).ln();
        assert!((slope - 1.0).abs() < 0.1, "{slope}");
        assert!((intercept - shift).abs() < 0.1, "{intercept}, not {shift}");
    }

    #[test]
    fn scores_of_0_and_1_have_finite_probabilities() {
        let platt = ProbabilityRule::Platt(Platt {
            slope: 2.0,
            intercept: -1.0,
        });
        for score in [0.0, 1.0] {
            assert!((0.0..=1.0).contains(&platt.probability(score)), "{score}");
        }
    }

    #[test]
    fn a_card_brings_what_it_has_and_nothing_for_labels_it_lacks() {
        let labels = Labels::nih_14();
        let mut card = ModelCard::new(
            "test".to_owned(),
            labels.clone(),
            NetworkSpec::new(11, 32, labels.len()).unwrap(),
            Preprocessing::new(32, Interpolation::Area, 1.0 / 255.0).unwrap(),
            Provenance::default(),
        )
        .unwrap();
        assert_eq!(
            ProbabilityRule::of_card(&card, "Mass"),
            [ProbabilityRule::Score]
        );
        let place = labels.position("Mass").unwrap();
        *card.class_frequencies.get_mut(place).unwrap() = Some(0.05);
        *card.calibration.get_mut(place).unwrap() = Some(Calibration::Platt {
            slope: 1.5,
            intercept: -0.5,
            fitted_on: "validation".to_owned(),
        });
        let (class_frequency, slope, intercept) = (0.05, 1.5, -0.5);
        let expected = [
            ProbabilityRule::Score,
            ProbabilityRule::Unweighted { class_frequency },
            ProbabilityRule::Platt(Platt { slope, intercept }),
        ];
        assert_eq!(ProbabilityRule::of_card(&card, "Mass"), expected);
        assert_eq!(
            ProbabilityRule::of_card(&card, "Flu"),
            [ProbabilityRule::Score]
        );
    }
}

//! What the card of a finding says. Which films its figures were measured on is said once, at its end.

use super::FindingRow;
use super::model::risk_of;
use crate::model::{Calibration, ModelCard, ScoreHistogram};

/// A finding whose AUC is below this is hardly told from chance.
pub const HARDLY_ABOVE_CHANCE: f64 = 0.65;

/// The sentences of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardWords {
    /// The score, and its rank among validation films with and without the finding.
    pub standing: String,
    /// Who chose the threshold.
    pub origin: String,
    /// The calibrated risk, apart from the score.
    pub risk: String,
    /// The films of these figures; a figure of other films names them itself.
    pub films: Option<String>,
}

impl CardWords {
    /// The words for a row of a model's finding.
    pub fn of(row: &FindingRow, card: &ModelCard) -> Self {
        let histogram = card.validation_scores.get(row.finding_idx);
        let histogram = histogram.and_then(Option::as_ref);
        let calibration = card.calibration.get(row.finding_idx);
        Self::from_parts(row, histogram, calibration.and_then(Option::as_ref))
    }

    fn from_parts(
        row: &FindingRow,
        histogram: Option<&ScoreHistogram>,
        calibration: Option<&Calibration>,
    ) -> Self {
        let films = histogram.map(ScoreHistogram::measured_on);
        let origin = row.threshold.origin().words();
        let origin = films.map_or(origin.as_str(), |films| without_films(&origin, films));
        Self {
            standing: standing_text(row, histogram),
            origin: origin.to_owned(),
            risk: risk_text(row, calibration, films),
            films: films.map(|films| format!("Measured on {films}")),
        }
    }
}

/// `Youden's index on validation, 25 of 1010 films positive` without the films at its end.
fn without_films<'a>(words: &'a str, films: &str) -> &'a str {
    let rest = words.strip_suffix(films);
    let rest = rest.and_then(|rest| rest.strip_suffix(" on "));
    rest.unwrap_or(words)
}

fn standing_text(row: &FindingRow, histogram: Option<&ScoreHistogram>) -> String {
    let (Some(score), Some(histogram)) = (row.score, histogram) else {
        return "Rank among validation films: n/a".to_owned();
    };
    let percent = |share: Option<f64>| {
        share.map_or_else(
            || "n/a".to_owned(),
            |share| format!("{:.0} %", share * 100.0),
        )
    };
    let (positives, negatives) = histogram.shares_below(score.get());
    format!(
        "Score {:.3}: higher than {} of films with it and {} of films without; AUC {}",
        score.get(),
        percent(positives),
        percent(negatives),
        auc_text(histogram.auc())
    )
}

/// An AUC with what it means where it is hardly above chance.
fn auc_text(auc: Option<f64>) -> String {
    match auc {
        None => "n/a".to_owned(),
        Some(auc) if auc < HARDLY_ABOVE_CHANCE => {
            format!("{auc:.2}, hardly above chance: do not rely on it")
        }
        Some(auc) => format!("{auc:.2}"),
    }
}

/// The calibrated risk of a row's finding, and what it was fitted on unless these are `films`.
fn risk_text(row: &FindingRow, calibration: Option<&Calibration>, films: Option<&str>) -> String {
    let Some(score) = row.score else {
        return "Risk: n/a, no score".to_owned();
    };
    let Some(known @ Calibration::Platt { fitted_on, .. }) = calibration else {
        return "Risk: n/a, the model has no calibration for it".to_owned();
    };
    let risk = risk_of(score, Some(known)).unwrap_or_default() * 100.0;
    let on = if films == Some(fitted_on) {
        String::new()
    } else {
        format!(" on {fitted_on}")
    };
    format!("Risk: {risk:.0} %, calibrated{on}")
}

#[cfg(test)]
mod tests {
    use super::super::finding_rows;
    use super::*;
    use crate::domain::{Labels, OperatingPoint, Score, Threshold};
    use crate::state::Thresholds;

    const FILMS: &str = "validation, 1 of 2 films positive";

    /// Row 4, with a score of a half and a threshold of the model.
    fn row(scored: bool) -> FindingRow {
        let labels = Labels::nih_14();
        let moved = Threshold::moved(0.2, FILMS).map(|moved| OperatingPoint::of(&moved));
        let thresholds = labels.map(|_, _| Threshold::of_model(moved.as_ref()));
        let scores = labels.map(|_, _| Score::new(0.5).unwrap());
        let scores = scored.then_some(&scores);
        finding_rows(&Thresholds::of_model(thresholds), scores, Some(4)).remove(4)
    }

    fn platt(fitted_on: &str) -> Calibration {
        Calibration::Platt {
            slope: 2.0,
            intercept: -1.0,
            fitted_on: fitted_on.to_owned(),
        }
    }

    #[test]
    fn the_films_of_all_figures_are_said_once() {
        let films = [(0.1, false), (0.9, true)].into_iter();
        let histogram = ScoreHistogram::of(films, FILMS).unwrap();
        let words = CardWords::from_parts(&row(true), Some(&histogram), Some(&platt(FILMS)));
        // The logit of 0.5 is 0: the risk is sigmoid(-1).
        let expected = CardWords {
            standing:
                "Score 0.500: higher than 0 % of films with it and 100 % of films without; AUC 1.00"
                    .to_owned(),
            origin: "set by hand".to_owned(),
            risk: "Risk: 27 %, calibrated".to_owned(),
            films: Some(format!("Measured on {FILMS}")),
        };
        assert_eq!(words, expected);
    }

    #[test]
    fn figures_of_other_films_name_them() {
        let films = [(0.1, false), (0.9, true)].into_iter();
        let histogram = ScoreHistogram::of(films, "others").unwrap();
        let words = CardWords::from_parts(&row(true), Some(&histogram), Some(&platt("valid")));
        assert_eq!(words.origin, format!("set by hand on {FILMS}"));
        assert_eq!(words.risk, "Risk: 27 %, calibrated on valid");
        assert_eq!(words.films.unwrap(), "Measured on others");
    }

    #[test]
    fn without_score_or_calibration_there_is_no_risk() {
        let words = CardWords::from_parts(&row(true), None, None);
        assert_eq!(words.risk, "Risk: n/a, the model has no calibration for it");
        assert_eq!(
            (words.standing.as_str(), words.films),
            ("Rank among validation films: n/a", None)
        );
        let words = CardWords::from_parts(&row(false), None, Some(&platt("valid")));
        assert_eq!(words.risk, "Risk: n/a, no score");
    }

    #[test]
    fn a_share_of_films_that_are_not_there_is_unknown_and_not_0() {
        let negatives = [(0.1, false), (0.9, false)].into_iter();
        let histogram = ScoreHistogram::of(negatives, "valid").unwrap();
        assert_eq!(
            standing_text(&row(true), Some(&histogram)),
            "Score 0.500: higher than n/a of films with it and 50 % of films without; AUC n/a"
        );
    }
}

use serde::{Deserialize, Serialize};

use super::figures::LEVEL;
use super::{Figures, LabelFigures, Prevalence};
use crate::metrics::{Summary, wilson_interval};

/// One figure of a label. Window, report, CSV, JSON and terminal all take their numbers from
/// [`Figure::of`], so that they cannot differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "`Figure::name` says it in the user's words")]
pub enum Figure {
    Positives,
    Negatives,
    Auc,
    AveragePrecision,
    Brier,
    Threshold,
    Sensitivity,
    Specificity,
    Ppv,
    Npv,
    F1,
    Accuracy,
    BalancedAccuracy,
    MatthewsCorrelation,
    Youden,
    FlaggedShare,
}

impl Figure {
    /// What follows from the 2x2 table at a threshold, in the order of tables.
    pub const RATES: [Self; 10] = [
        Self::Sensitivity,
        Self::Specificity,
        Self::Ppv,
        Self::Npv,
        Self::F1,
        Self::Accuracy,
        Self::BalancedAccuracy,
        Self::MatthewsCorrelation,
        Self::Youden,
        Self::FlaggedShare,
    ];

    /// In the field's words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Positives => "n+",
            Self::Negatives => "n-",
            Self::Auc => "AUC",
            Self::AveragePrecision => "AP",
            Self::Brier => "Brier",
            Self::Threshold => "Threshold",
            Self::Sensitivity => "Sensitivity",
            Self::Specificity => "Specificity",
            Self::Ppv => "PPV",
            Self::Npv => "NPV",
            Self::F1 => "F1",
            Self::Accuracy => "Accuracy",
            Self::BalancedAccuracy => "Balanced acc.",
            Self::MatthewsCorrelation => "MCC",
            Self::Youden => "Youden",
            Self::FlaggedShare => "Flagged",
        }
    }

    /// The column of CSV files and the key of JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::Positives => "n_pos",
            Self::Negatives => "n_neg",
            Self::Auc => "auc",
            Self::AveragePrecision => "average_precision",
            Self::Brier => "brier",
            Self::Threshold => "threshold",
            Self::Sensitivity => "sensitivity",
            Self::Specificity => "specificity",
            Self::Ppv => "ppv",
            Self::Npv => "npv",
            Self::F1 => "f1",
            Self::Accuracy => "accuracy",
            Self::BalancedAccuracy => "balanced_accuracy",
            Self::MatthewsCorrelation => "mcc",
            Self::Youden => "youden",
            Self::FlaggedShare => "flagged_share",
        }
    }

    /// The figure of a label, PPV and NPV at a prevalence; `None` where it is undefined.
    pub fn of(self, label: &LabelFigures, prevalence: Prevalence) -> Option<f64> {
        let counts = &label.counts;
        let at_prevalence = || prevalence.of(&label.name, label.prevalence());
        match self {
            Self::Positives => Some(label.n_pos as f64),
            Self::Negatives => Some(label.n_neg as f64),
            Self::Auc => label.auc.map(|auc| auc.auc),
            Self::AveragePrecision => label.average_precision,
            Self::Brier => label.brier,
            Self::Threshold => Some(label.threshold.value()),
            Self::Sensitivity => counts.sensitivity(),
            Self::Specificity => counts.specificity(),
            // As counted, without the rounding of Bayes' rule.
            Self::Ppv if prevalence == Prevalence::ThisSet => counts.ppv(),
            Self::Npv if prevalence == Prevalence::ThisSet => counts.npv(),
            Self::Ppv => counts.ppv_at(at_prevalence()?),
            Self::Npv => counts.npv_at(at_prevalence()?),
            Self::F1 => counts.f1(),
            Self::Accuracy => counts.accuracy(),
            Self::BalancedAccuracy => counts.balanced_accuracy(),
            Self::MatthewsCorrelation => counts.matthews_correlation(),
            Self::Youden => counts.youden_index(),
            Self::FlaggedShare => counts.flagged_share(),
        }
    }

    /// Its 95 % interval: of an AUC by `DeLong`, of a share of films by Wilson; `None` of others.
    pub fn interval(self, label: &LabelFigures) -> Option<(f64, f64)> {
        let counts = label.counts;
        let (n_hits, n_films) = match self {
            Self::Auc => return label.auc_interval,
            Self::Sensitivity => (counts.true_positives, counts.n_pos()),
            Self::Specificity => (counts.true_negatives, counts.n_neg()),
            Self::FlaggedShare => (counts.n_flagged(), counts.n_films()),
            Self::Positives
            | Self::Negatives
            | Self::AveragePrecision
            | Self::Brier
            | Self::Threshold
            | Self::Ppv
            | Self::Npv
            | Self::F1
            | Self::Accuracy
            | Self::BalancedAccuracy
            | Self::MatthewsCorrelation
            | Self::Youden => return None,
        };
        wilson_interval(n_hits, n_films, LEVEL)
    }

    /// Over the labels where the figure is defined; `None` of counts and thresholds, whose mean says
    /// nothing, and where it is defined for no label.
    pub fn macro_of(self, figures: &Figures, prevalence: Prevalence) -> Option<Summary> {
        if matches!(self, Self::Positives | Self::Negatives | Self::Threshold) {
            return None;
        }
        let labels = figures.labels.iter();
        Summary::of(labels.map(|label| self.of(label, prevalence)))
    }

    /// As tables print it: a count as a whole number, all else with three decimals, or `n/a`.
    pub fn text(self, value: Option<f64>) -> String {
        match value {
            None => "n/a".to_owned(),
            Some(n) if matches!(self, Self::Positives | Self::Negatives) => format!("{n:.0}"),
            Some(value) => format!("{value:.3}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Threshold;
    use crate::scores::LabelColumn;

    fn figures() -> Figures {
        let label = |name: &str, positives: [bool; 4]| {
            let scores = vec![0.1, 0.4, 0.6, 0.9];
            let column = LabelColumn::new(name.to_owned(), scores, positives.to_vec()).unwrap();
            LabelFigures::of(&column, &Threshold::unset())
        };
        Figures {
            labels: vec![
                label("Mass", [false, true, false, true]),
                label("Edema", [false, false, true, true]),
                label("Hernia", [false; 4]),
            ],
            auc: None,
            prevalence_weighted_auc: None,
            micro_auc: None,
            average_precision: None,
        }
    }

    #[test]
    fn the_macro_figure_is_the_mean_of_the_labels_that_have_it() {
        let figures = figures();
        let of = |figure: Figure| figure.macro_of(&figures, Prevalence::ThisSet);
        let auc = of(Figure::Auc).unwrap();
        assert_eq!((auc.mean, auc.n_defined), (0.875, 2));
        let specificity = of(Figure::Specificity).unwrap();
        assert_eq!((specificity.mean, specificity.n_defined), (2.0 / 3.0, 3));
        assert_eq!(of(Figure::Threshold), None);
        assert_eq!(of(Figure::Positives), None);
    }

    #[test]
    fn ppv_is_that_of_the_films_or_that_of_a_prevalence() {
        let figures = figures();
        let mass = &figures.labels[0];
        assert_eq!(Figure::Ppv.of(mass, Prevalence::ThisSet), Some(0.5));
        let rare = Figure::Ppv.of(mass, Prevalence::Stated(0.1)).unwrap();
        assert!((rare - 0.1).abs() < 1e-12, "{rare}");
        assert_eq!(Figure::Ppv.text(Some(0.5)), "0.500");
        assert_eq!(Figure::Positives.text(Some(2.0)), "2");
        assert_eq!(Figure::Sensitivity.text(None), "n/a");
    }

    #[test]
    fn only_areas_and_shares_of_films_have_an_interval() {
        let figures = figures();
        let mass = &figures.labels[0];
        assert_eq!(Figure::Auc.interval(mass), mass.auc_interval);
        let (low, high) = Figure::Sensitivity.interval(mass).unwrap();
        assert!(low > 0.0 && low < 0.5 && high > 0.5 && high < 1.0);
        assert_eq!(Figure::Ppv.interval(mass), None);
    }
}

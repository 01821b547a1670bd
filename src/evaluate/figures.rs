use super::EvaluateError;
use crate::domain::Threshold;
use crate::metrics::{AucEstimate, Confusion, Summary};
use crate::scores::{LabelColumn, ScoredSet};

/// Confidence level of all intervals that nobody chose otherwise.
pub(super) const LEVEL: f64 = 0.95;

/// All figures of a set at one threshold for each label.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// In the order of the predictions.
    pub labels: Vec<LabelFigures>,
    /// Of the AUCs that are defined; `None` where none is.
    pub auc: Option<Summary>,
    /// Mean AUC, labels weighted by their positive films.
    pub prevalence_weighted_auc: Option<f64>,
    /// AUC of all scores together.
    pub micro_auc: Option<f64>,
    /// Of the average precisions that are defined.
    pub average_precision: Option<Summary>,
}

/// The figures of one label; undefined ones are `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelFigures {
    /// As the predictions spell it.
    pub name: String,
    /// Films with the finding.
    pub n_pos: usize,
    /// Films without it.
    pub n_neg: usize,
    /// Area under the ROC curve with its variance.
    pub auc: Option<AucEstimate>,
    /// Its 95 % interval by `DeLong`.
    pub auc_interval: Option<(f64, f64)>,
    /// Area under the precision-recall curve by steps.
    pub average_precision: Option<f64>,
    /// Mean squared difference of score and label.
    pub brier: Option<f64>,
    /// Positive iff score >= this; and who chose it.
    pub threshold: Threshold,
    /// The 2x2 table there.
    pub counts: Confusion,
}

impl Figures {
    /// All figures; `thresholds` has one for each label.
    pub fn of(set: &ScoredSet, thresholds: &[Threshold]) -> Self {
        let columns = set.columns.iter().zip(thresholds);
        let labels: Vec<LabelFigures> = columns
            .map(|(column, threshold)| LabelFigures::of(column, threshold))
            .collect();
        Self::of_labels(labels, set.micro_auc())
    }

    /// The means over labels whose figures are known.
    pub(super) fn of_labels(labels: Vec<LabelFigures>, micro_auc: Option<f64>) -> Self {
        let aucs = || labels.iter().map(|label| label.auc.map(|auc| auc.auc));
        let weighted: Vec<_> = aucs().zip(labels.iter().map(|label| label.n_pos)).collect();
        Self {
            auc: Summary::of(aucs()),
            prevalence_weighted_auc: Summary::prevalence_weighted(&weighted),
            micro_auc,
            average_precision: Summary::of(labels.iter().map(|label| label.average_precision)),
            labels,
        }
    }
}

impl LabelFigures {
    /// The figures of one label at a threshold.
    pub fn of(column: &LabelColumn, threshold: &Threshold) -> Self {
        Self {
            name: column.name.clone(),
            n_pos: column.ranked.n_pos(),
            n_neg: column.ranked.n_neg(),
            auc: column.auc,
            auc_interval: column.auc.and_then(|auc| auc.interval(LEVEL)),
            average_precision: column.average_precision,
            brier: column.brier,
            threshold: threshold.clone(),
            counts: column.at(threshold.value()),
        }
    }

    /// Share of films with the finding among those whose label is known.
    pub fn prevalence(&self) -> f64 {
        self.n_pos as f64 / (self.n_pos + self.n_neg).max(1) as f64
    }
}

/// One threshold for each label: `default`, where `given` names none.
pub fn thresholds(
    set: &ScoredSet,
    default: impl Fn(&str) -> Threshold,
    given: &[(String, Threshold)],
) -> Result<Vec<Threshold>, EvaluateError> {
    let columns = set.columns.iter();
    let mut thresholds: Vec<Threshold> = columns.map(|column| default(&column.name)).collect();
    for (name, threshold) in given {
        let place = set.position(name)?;
        if let Some(slot) = thresholds.get_mut(place) {
            slot.clone_from(threshold);
        }
    }
    Ok(thresholds)
}

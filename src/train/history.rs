use serde::{Deserialize, Serialize};

use crate::files::csv_line;
use crate::metrics::{AucEstimate, Summary};

/// AUC of one label and its 95 % interval by DeLong.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelAuc {
    /// Area under the ROC curve, in `[0, 1]`.
    pub auc: f64,
    /// Lower end of the interval; `None` where it is not estimable.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Positive films.
    pub n_pos: usize,
    /// Negative films.
    pub n_neg: usize,
}

/// AUC of all labels on one set of films.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AucTable {
    /// By label, in output order; `None` where all films are on one side.
    pub labels: Vec<(String, Option<LabelAuc>)>,
}

/// The metrics of one epoch; a line of `metrics.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochMetrics {
    /// From 1.
    pub epoch: usize,
    /// Mean loss of the steps, without the penalty.
    pub train_loss: f64,
    /// Penalty on the kernels at the last step.
    pub penalty: f64,
    /// AUC of the training films as the steps saw them: augmented, in batch statistics.
    pub train_auc: AucTable,
    /// Mean loss of the validation films.
    pub valid_loss: Option<f64>,
    /// AUC of the validation films.
    pub valid_auc: AucTable,
    /// Learning rate at the last step.
    pub learning_rate: f64,
    /// Training films a second.
    pub films_per_s: f64,
    /// Time since the run's start without pauses, seconds.
    pub elapsed_secs: f64,
    /// Whether it is the best so far.
    pub is_best: bool,
    /// Epochs without gain that are left before training stops; `None` where it does not.
    pub patience_left: Option<usize>,
}

impl EpochMetrics {
    /// For the run's log; the loader was waited for in the share `waited` of the time.
    pub(super) fn log_line(&self, waited: f64) -> String {
        let number = |value: Option<f64>| value.map_or("n/a".to_owned(), |v| format!("{v:.4}"));
        format!(
            "epoch {}: loss {:.4} train, {} valid; macro AUC {} train, {} valid{}; {:.1} films/s, \
             loader waited for in {:.1} % of the time",
            self.epoch,
            self.train_loss,
            number(self.valid_loss),
            number(self.train_auc.macro_mean()),
            number(self.valid_auc.macro_mean()),
            if self.is_best { " (best)" } else { "" },
            self.films_per_s,
            waited * 100.0
        )
    }
}

impl LabelAuc {
    /// The estimate with its interval.
    pub fn new(estimate: &AucEstimate) -> Self {
        let interval = estimate.interval(0.95);
        Self {
            auc: estimate.auc,
            low: interval.map(|(low, _)| low),
            high: interval.map(|(_, high)| high),
            n_pos: estimate.n_pos,
            n_neg: estimate.n_neg,
        }
    }
}

impl AucTable {
    /// From scores and labels `(film, label)`, both row by row; labels that are NaN are not known and
    /// in no figure.
    pub fn new(labels: &[String], scores: &[f32], truth: &[f32]) -> Self {
        let n_labels = labels.len().max(1);
        let of = |(k, label): (usize, &String)| {
            let films = scores.iter().zip(truth).skip(k).step_by(n_labels);
            let known = films.filter(|(_, truth)| !truth.is_nan());
            let (scores, positives): (Vec<f64>, Vec<bool>) = known
                .map(|(score, truth)| (f64::from(*score), *truth > 0.5))
                .unzip();
            let estimate = AucEstimate::of(&scores, &positives).ok();
            (label.clone(), estimate.as_ref().map(LabelAuc::new))
        };
        Self {
            labels: labels.iter().enumerate().map(of).collect(),
        }
    }

    /// That of a label; `None` where it is undefined or there is no such label.
    pub fn of(&self, label: &str) -> Option<f64> {
        let found = self.labels.iter().find(|(name, _)| name == label);
        found.and_then(|(_, auc)| Some(auc.as_ref()?.auc))
    }

    /// The AUCs that are defined, in output order.
    pub fn defined(&self) -> Vec<f64> {
        let labels = self.labels.iter();
        labels
            .filter_map(|(_, auc)| Some(auc.as_ref()?.auc))
            .collect()
    }

    /// Mean over the labels for which it is defined; `None` where it is for none.
    pub fn macro_mean(&self) -> Option<f64> {
        let summary = Summary::of(self.defined().into_iter().map(Some))?;
        Some(summary.mean)
    }

    /// The same over labels with at least `min_positives` positive films.
    pub fn macro_mean_of_frequent(&self, min_positives: usize) -> Option<f64> {
        let frequent = |auc: &LabelAuc| auc.n_pos >= min_positives;
        let labels = self
            .labels
            .iter()
            .filter(|(_, auc)| auc.as_ref().is_some_and(frequent));
        let labels = labels.cloned().collect();
        Self { labels }.macro_mean()
    }

    /// Lowest, median and highest.
    pub fn spread(&self) -> Option<[f64; 3]> {
        let summary = Summary::of(self.defined().into_iter().map(Some))?;
        Some([summary.min, summary.median, summary.max])
    }
}

/// The history as `metrics.csv`: one row an epoch, empty where a figure is undefined.
pub fn metrics_csv(epochs: &[EpochMetrics]) -> String {
    let columns = [
        "epoch",
        "train_loss",
        "penalty",
        "valid_loss",
        "train_auc_macro",
        "valid_auc_macro",
        "valid_auc_min",
        "valid_auc_median",
        "valid_auc_max",
        "learning_rate",
        "films_per_s",
        "elapsed_secs",
        "is_best",
    ];
    let labels = epochs.first().map(|epoch| &epoch.valid_auc.labels);
    let labels = labels.into_iter().flatten();
    let labels = labels.map(|(label, _)| format!("valid_auc:{label}"));
    let mut text = csv_line(columns.map(str::to_owned).into_iter().chain(labels));
    for epoch in epochs {
        let [low, median, high] = epoch.valid_auc.spread().map_or([None; 3], |s| s.map(Some));
        let figures = [
            epoch.epoch.to_string(),
            epoch.train_loss.to_string(),
            epoch.penalty.to_string(),
            cell(epoch.valid_loss),
            cell(epoch.train_auc.macro_mean()),
            cell(epoch.valid_auc.macro_mean()),
            cell(low),
            cell(median),
            cell(high),
            epoch.learning_rate.to_string(),
            epoch.films_per_s.to_string(),
            epoch.elapsed_secs.to_string(),
            u8::from(epoch.is_best).to_string(),
        ];
        let aucs = epoch.valid_auc.labels.iter();
        let aucs = aucs.map(|(_, auc)| cell(auc.as_ref().map(|auc| auc.auc)));
        text += &csv_line(figures.into_iter().chain(aucs));
    }
    text
}

fn cell(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_on_one_side_only_has_no_auc_and_is_left_out_of_the_mean() {
        let labels = ["a", "b"].map(str::to_owned);
        let scores = [0.9, 0.1, 0.2, 0.3, 0.1, 0.5];
        let truth = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let table = AucTable::new(&labels, &scores, &truth);
        assert_eq!(table.labels[0].1.unwrap().auc, 1.0);
        assert_eq!(table.labels[1].1, None);
        assert_eq!(table.macro_mean(), Some(1.0));
        let unknown = [1.0, 0.0, f32::NAN, 1.0, 0.0, 0.0];
        let table = AucTable::new(&labels, &scores, &unknown);
        let first = table.labels[0].1.unwrap();
        assert_eq!((first.n_pos, first.n_neg), (1, 1));
        assert_eq!(AucTable::default().macro_mean(), None);
    }

    #[test]
    fn the_median_of_an_even_count_lies_between() {
        let label = |auc| {
            let (low, high, n_pos, n_neg) = (None, None, 1, 1);
            (
                String::new(),
                Some(LabelAuc {
                    auc,
                    low,
                    high,
                    n_pos,
                    n_neg,
                }),
            )
        };
        let table = AucTable {
            labels: [0.5, 0.9, 0.6, 0.8].map(label).to_vec(),
        };
        assert_eq!(table.spread(), Some([0.5, 0.7, 0.9]));
    }
}

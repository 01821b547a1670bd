use egui_plot::PlotPoint;

use crate::state::RunRecord;
use crate::train::{AucTable, EpochMetrics};
use crate::ui::panels::training::text::figure_text;

/// Fewer positive films than this and an AUC says little.
const FEW_POSITIVES: usize = 10;

/// The curves of a run and of the compared runs, ready to be drawn.
#[derive(Clone, Debug, Default)]
pub struct RunCurves {
    /// Loss of training and validation.
    pub loss: Vec<RunCurve>,
    /// AUC of training films as the steps saw them.
    pub train_auc: Vec<RunCurve>,
    /// AUC of validation films.
    pub valid_auc: Vec<RunCurve>,
}

/// One line of a plot.
#[derive(Clone, Debug)]
pub struct RunCurve {
    /// As the legend names it.
    pub name: String,
    /// What it shows.
    pub kind: CurveKind,
    /// 0 for the run in view, from 1 for the compared runs.
    pub run_idx: usize,
    /// Epochs from 0 to the right, the figure upwards.
    pub points: Vec<PlotPoint>,
}

/// The quantity of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum CurveKind {
    StepLoss,
    TrainLoss,
    ValidLoss,
    MacroAuc,
    MedianAuc,
    MinAuc,
    MaxAuc,
}

impl RunCurves {
    /// Curves of the run in view, the first, and of the others' most telling figures.
    pub fn new(records: &[&RunRecord]) -> Self {
        let mut curves = Self::default();
        for (run_idx, record) in records.iter().enumerate() {
            curves.add(run_idx, record);
        }
        curves
    }

    fn add(&mut self, run_idx: usize, record: &RunRecord) {
        let named = |name: &str| match run_idx {
            0 => name.to_owned(),
            _ => format!("{} {}", record.name(), name.to_lowercase()),
        };
        let curve = |name: &str, kind, figure: &dyn Fn(&EpochMetrics) -> Option<f64>| RunCurve {
            name: named(name),
            kind,
            run_idx,
            points: points(record, figure),
        };
        let mut loss = vec![
            curve("Training", CurveKind::TrainLoss, &|epoch| {
                Some(epoch.train_loss)
            }),
            curve("Validation", CurveKind::ValidLoss, &|epoch| {
                epoch.valid_loss
            }),
        ];
        if run_idx == 0 {
            let steps = record.live.steps.points().iter();
            let points = steps.map(|&[x, y]| PlotPoint::new(x, y)).collect();
            let (name, kind) = ("steps".to_owned(), CurveKind::StepLoss);
            loss.insert(
                0,
                RunCurve {
                    name,
                    kind,
                    run_idx,
                    points,
                },
            );
        }
        let auc = |table: fn(&EpochMetrics) -> &AucTable| {
            let spread = |place: usize| {
                move |epoch: &EpochMetrics| table(epoch).spread()?.get(place).copied()
            };
            let mut all = vec![curve("Macro", CurveKind::MacroAuc, &|epoch| {
                table(epoch).macro_mean()
            })];
            if run_idx == 0 {
                all.push(curve("Highest", CurveKind::MaxAuc, &spread(2)));
                all.push(curve("Median", CurveKind::MedianAuc, &spread(1)));
                all.push(curve("Lowest", CurveKind::MinAuc, &spread(0)));
            }
            all
        };
        self.loss.extend(some(loss));
        self.train_auc.extend(some(auc(|epoch| &epoch.train_auc)));
        self.valid_auc.extend(some(auc(|epoch| &epoch.valid_auc)));
    }
}

fn some(curves: Vec<RunCurve>) -> impl Iterator<Item = RunCurve> {
    curves.into_iter().filter(|curve| !curve.points.is_empty())
}

/// Epochs for which the figure is defined; where it is not, the curve has no point.
fn points(record: &RunRecord, figure: &dyn Fn(&EpochMetrics) -> Option<f64>) -> Vec<PlotPoint> {
    let epochs = record.epochs.iter();
    let point = |epoch: &EpochMetrics| {
        let y = figure(epoch).filter(|y| y.is_finite())?;
        Some(PlotPoint::new(epoch.epoch as f64, y))
    };
    epochs.filter_map(point).collect()
}

/// Whose figures a run's table shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TableOf {
    /// Validation films after the last epoch.
    #[default]
    ValidLast,
    /// Validation films after the best epoch.
    ValidBest,
    /// Training films in the last epoch.
    TrainLast,
    /// Test films by the best weights, once training has ended.
    Test,
}

impl TableOf {
    /// All, with the words for each.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::ValidLast, "Validation, last epoch"),
        (Self::ValidBest, "Validation, best epoch"),
        (Self::TrainLast, "Training, last epoch"),
        (Self::Test, "Test"),
    ];

    /// The figures, if there are any yet.
    pub fn table(self, record: &RunRecord) -> Option<&AucTable> {
        let last = record.epochs.last();
        match self {
            Self::ValidLast => last.map(|epoch| &epoch.valid_auc),
            Self::ValidBest => record.best_epoch().map(|epoch| &epoch.valid_auc),
            Self::TrainLast => last.map(|epoch| &epoch.train_auc),
            Self::Test => record.test_auc.as_ref(),
        }
    }
}

/// How far an AUC can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelRowKind {
    /// Enough positive films.
    Enough,
    /// Fewer than ten.
    Few,
    /// All films on one side: there is none.
    Undefined,
}

/// The row of one label.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelRow {
    /// As the table spells it, underscores as spaces.
    pub name: String,
    /// The AUC in three decimals, or `n/a`.
    pub auc: String,
    /// Its 95 % interval, or `n/a`.
    pub interval: String,
    /// Positive films; `n/a` where nothing is known of them.
    pub n_pos: String,
    /// The AUC as number.
    pub value: Option<f64>,
    /// How far it can be believed.
    pub kind: LabelRowKind,
}

/// One row per label, in output order.
pub fn label_rows(table: &AucTable) -> Vec<LabelRow> {
    let row = |(name, auc): &(String, Option<crate::train::LabelAuc>)| {
        let name = name.replace('_', " ");
        let Some(auc) = auc else {
            return LabelRow {
                name,
                auc: figure_text(None),
                interval: figure_text(None),
                n_pos: figure_text(None),
                value: None,
                kind: LabelRowKind::Undefined,
            };
        };
        let few = auc.n_pos < FEW_POSITIVES;
        LabelRow {
            name,
            auc: figure_text(Some(auc.auc)),
            interval: match auc.low.zip(auc.high) {
                Some((low, high)) => format!("{low:.3} to {high:.3}"),
                None => figure_text(None),
            },
            n_pos: auc.n_pos.to_string(),
            value: Some(auc.auc),
            kind: if few {
                LabelRowKind::Few
            } else {
                LabelRowKind::Enough
            },
        }
    };
    table.labels.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::LabelAuc;

    fn table(aucs: &[(f64, usize)]) -> AucTable {
        let label = |(n, &(auc, n_pos)): (usize, &(f64, usize))| {
            let auc = (n_pos > 0).then_some(LabelAuc {
                auc,
                low: Some(auc - 0.1),
                high: Some(auc + 0.1),
                n_pos,
                n_neg: 50,
            });
            (format!("Label_{n}"), auc)
        };
        AucTable {
            labels: aucs.iter().enumerate().map(label).collect(),
        }
    }

    fn record(n_epochs: usize) -> RunRecord {
        let epoch = |epoch: usize| EpochMetrics {
            epoch,
            train_loss: 1.0 / epoch as f64,
            penalty: 0.0,
            train_auc: table(&[(0.6, 20), (0.9, 20)]),
            valid_loss: None,
            valid_auc: table(&[(0.7, 20), (0.0, 0)]),
            learning_rate: 1e-3,
            films_per_s: 1.0,
            elapsed_secs: 1.0,
            is_best: epoch == 1,
            patience_left: None,
        };
        RunRecord {
            folder: "runs/a".into(),
            epochs: (1..=n_epochs).map(epoch).collect(),
            ..RunRecord::default()
        }
    }

    #[test]
    fn an_undefined_auc_is_no_number_and_few_positives_are_marked() {
        let rows = label_rows(&table(&[(0.8, 10), (0.9, 9), (0.0, 0)]));
        let texts: Vec<_> = rows
            .iter()
            .map(|row| (row.auc.as_str(), row.kind))
            .collect();
        assert_eq!(
            texts,
            [
                ("0.800", LabelRowKind::Enough),
                ("0.900", LabelRowKind::Few),
                ("n/a", LabelRowKind::Undefined)
            ]
        );
        assert_eq!(rows[0].interval, "0.700 to 0.900");
        assert_eq!((rows[2].interval.as_str(), rows[2].value), ("n/a", None));
    }

    #[test]
    fn a_figure_that_is_undefined_has_no_curve() {
        let record = record(3);
        let curves = RunCurves::new(&[&record]);
        let kinds: Vec<_> = curves.loss.iter().map(|curve| curve.kind).collect();
        assert_eq!(kinds, [CurveKind::TrainLoss]);
        let macro_auc = &curves.train_auc[0];
        assert_eq!(macro_auc.kind, CurveKind::MacroAuc);
        assert_eq!(macro_auc.points.len(), 3);
        assert!((macro_auc.points[0].y - 0.75).abs() < 1e-12);
    }

    #[test]
    fn a_run_laid_over_shows_its_macro_auc_only() {
        let (first, second) = (record(2), record(3));
        let curves = RunCurves::new(&[&first, &second]);
        let over = curves.valid_auc.iter().filter(|curve| curve.run_idx == 1);
        let names: Vec<_> = over.map(|curve| curve.name.as_str()).collect();
        assert_eq!(names, ["a macro"]);
    }

    #[test]
    fn the_table_of_the_best_epoch_is_that_epochs() {
        let record = record(2);
        assert_eq!(
            TableOf::ValidBest.table(&record),
            Some(&record.epochs[0].valid_auc)
        );
        assert_eq!(TableOf::Test.table(&record), None);
    }
}

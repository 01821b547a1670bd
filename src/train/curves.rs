//! The curves of runs by epoch, as the window draws them and files hold them.

use super::config::TrainConfig;
use super::history::{AucTable, EpochMetrics};
use super::seed_groups::same_but_seed;
use crate::files::csv_line;
use crate::metrics::Summary;

/// A run whose curves are wanted.
#[derive(Clone, Debug)]
pub struct CurvedRun<'a> {
    /// As the legend names it.
    pub name: String,
    /// What it was asked for.
    pub config: &'a TrainConfig,
    /// Epochs that are done.
    pub epochs: &'a [EpochMetrics],
    /// Losses of steps: epochs done, loss.
    pub steps: &'a [[f64; 2]],
}

/// What is to be drawn, and how.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CurveChoices {
    /// The finding whose AUC is drawn beside the macro AUC.
    pub finding: Option<String>,
    /// Share of the past in each point, in `[0, 1)`; 0 draws the figures as they are.
    pub smoothing: f64,
    /// Whether the loss has a logarithmic axis.
    pub log_loss: bool,
}

/// The quantity of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum CurveKind {
    StepLoss,
    TrainLoss,
    ValidLoss,
    TrainAuc,
    ValidAuc,
    FindingTrainAuc,
    FindingValidAuc,
}

/// One line of a plot.
#[derive(Clone, Debug, PartialEq)]
pub struct RunCurve {
    /// As the legend names it.
    pub name: String,
    /// What it shows.
    pub kind: CurveKind,
    /// 0 for the first run, or the place of a compared one; of a mean over seeds, its first.
    pub run_idx: usize,
    /// Epochs done to the right, the figure upwards.
    pub points: Vec<[f64; 2]>,
    /// Lowest and highest of the seeds at each point; empty for one run.
    pub band: Vec<[f64; 2]>,
}

/// The curves of a run and of those it is compared with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunCurves {
    /// Macro AUC of training and validation, and that of a finding.
    pub auc: Vec<RunCurve>,
    /// Loss of steps, training and validation.
    pub loss: Vec<RunCurve>,
    /// Best epoch of the first run and its macro AUC of validation.
    pub best: Option<[f64; 2]>,
    /// The `run_idx` of the curves that show each run.
    pub shown_as: Vec<usize>,
}

type Figure<'a> = &'a dyn Fn(&EpochMetrics) -> Option<f64>;

impl RunCurves {
    /// All of the first run; of the others what tells them apart. Runs that differ in their seed only are
    /// drawn as their mean, with a band from the lowest to the highest.
    pub fn new(runs: &[CurvedRun<'_>], choices: &CurveChoices) -> Self {
        let mut curves = Self::default();
        let Some((first, others)) = runs.split_first() else {
            return curves;
        };
        curves.add_first(first, choices);
        curves.shown_as.push(0);
        for (run_idx, run) in (1..).zip(others) {
            let group: Vec<usize> = (0..runs.len())
                .filter(|&at| {
                    runs.get(at)
                        .is_some_and(|other| same_but_seed(other.config, run.config))
                })
                .collect();
            let leader = group.iter().copied().find(|&at| at > 0).unwrap_or(run_idx);
            curves.shown_as.push(leader);
            if leader == run_idx {
                let members: Vec<_> = group.iter().filter_map(|&at| runs.get(at)).collect();
                curves.add_compared(run_idx, &members, run, choices);
            }
        }
        for curve in curves.auc.iter_mut().chain(&mut curves.loss) {
            curve.smooth(choices.smoothing);
        }
        let valid = curves
            .auc
            .iter()
            .find(|curve| curve.kind == CurveKind::ValidAuc);
        let best = first.epochs.iter().rev().find(|epoch| epoch.is_best);
        curves.best = best.zip(valid).and_then(|(best, valid)| {
            let at = best.epoch as f64;
            valid.points.iter().find(|[x, _]| *x == at).copied()
        });
        curves
    }

    fn add_first(&mut self, run: &CurvedRun<'_>, choices: &CurveChoices) {
        let steps = RunCurve {
            name: "Steps".to_owned(),
            kind: CurveKind::StepLoss,
            run_idx: 0,
            points: run.steps.to_vec(),
            band: Vec::new(),
        };
        let one =
            |name: &str, kind, figure: Figure<'_>| RunCurve::of(name, kind, 0, &[run], figure);
        self.loss.extend([
            steps,
            one("Training", CurveKind::TrainLoss, &|e| Some(e.train_loss)),
            one("Validation", CurveKind::ValidLoss, &|e| e.valid_loss),
        ]);
        self.auc.extend([
            one("Training", CurveKind::TrainAuc, &|e| {
                e.train_auc.macro_mean()
            }),
            one("Validation", CurveKind::ValidAuc, &|e| {
                e.valid_auc.macro_mean()
            }),
        ]);
        if let Some(finding) = &choices.finding {
            let name = finding.replace('_', " ");
            self.auc.extend([
                one(
                    &format!("{name}, training"),
                    CurveKind::FindingTrainAuc,
                    &|e| e.train_auc.of(finding),
                ),
                one(
                    &format!("{name}, validation"),
                    CurveKind::FindingValidAuc,
                    &|e| e.valid_auc.of(finding),
                ),
            ]);
        }
        self.drop_empty();
    }

    fn add_compared(
        &mut self,
        run_idx: usize,
        members: &[&CurvedRun<'_>],
        run: &CurvedRun<'_>,
        choices: &CurveChoices,
    ) {
        let who = match members.len() {
            0 | 1 => run.name.clone(),
            n_seeds => format!("Mean of {n_seeds} seeds ({}),", run.name),
        };
        let curve = |name: &str, kind, figure: Figure<'_>| {
            let name = format!("{who} {name}");
            RunCurve::of(&name, kind, run_idx, members, figure)
        };
        self.loss.extend([
            curve("training", CurveKind::TrainLoss, &|e| Some(e.train_loss)),
            curve("validation", CurveKind::ValidLoss, &|e| e.valid_loss),
        ]);
        self.auc
            .push(curve("validation", CurveKind::ValidAuc, &|e| {
                e.valid_auc.macro_mean()
            }));
        if let Some(finding) = &choices.finding {
            let name = finding.replace('_', " ");
            self.auc
                .push(curve(&name, CurveKind::FindingValidAuc, &|e| {
                    e.valid_auc.of(finding)
                }));
        }
        self.drop_empty();
    }

    fn drop_empty(&mut self) {
        self.auc.retain(|curve| !curve.points.is_empty());
        self.loss.retain(|curve| !curve.points.is_empty());
    }
}

impl RunCurve {
    /// The mean over the runs, at the epochs that all of them have; where the figure is undefined for one,
    /// the curve has no point.
    fn of(
        name: &str,
        kind: CurveKind,
        run_idx: usize,
        runs: &[&CurvedRun<'_>],
        figure: Figure<'_>,
    ) -> Self {
        let n_epochs = runs.iter().map(|run| run.epochs.len()).min().unwrap_or(0);
        let (mut points, mut band) = (Vec::new(), Vec::new());
        for at in 0..n_epochs {
            let epochs: Vec<_> = runs.iter().filter_map(|run| run.epochs.get(at)).collect();
            let values = epochs.iter().map(|epoch| figure(epoch));
            let values: Option<Vec<f64>> = values
                .map(|value| value.filter(|v| v.is_finite()))
                .collect();
            let values = values.unwrap_or_default();
            let summary = Summary::of(values.into_iter().map(Some));
            if let (Some(epoch), Some(summary)) = (epochs.first(), summary) {
                points.push([epoch.epoch as f64, summary.mean]);
                if runs.len() > 1 {
                    band.push([summary.min, summary.max]);
                }
            }
        }
        Self {
            name: name.to_owned(),
            kind,
            run_idx,
            points,
            band,
        }
    }

    /// The exponential moving average, without the pull of a start at 0 (as in Adam: Kingma and Ba 2015).
    fn smooth(&mut self, past: f64) {
        if past <= 0.0 {
            return;
        }
        let mut means = [Mean::default(); 3];
        let mut band = self.band.iter_mut();
        for [_, y] in &mut self.points {
            let [mean, low, high] = &mut means;
            *y = mean.add(*y, past);
            if let Some(edges) = band.next() {
                *edges = [low.add(edges[0], past), high.add(edges[1], past)];
            }
        }
    }

    /// The value at a place, if it has one there.
    pub fn at(&self, x: f64) -> Option<f64> {
        let place = self.points.partition_point(|[known, _]| *known < x);
        let found = self.points.get(place).filter(|[known, _]| *known == x);
        found.map(|[_, y]| *y)
    }
}

#[derive(Clone, Copy, Default)]
struct Mean {
    sum: f64,
    weight: f64,
}

impl Mean {
    fn add(&mut self, value: f64, past: f64) -> f64 {
        self.sum = past * self.sum + (1.0 - past) * value;
        self.weight = past * self.weight + (1.0 - past);
        self.sum / self.weight
    }
}

/// All figures of the runs, one a line, as they are: `run,figure,finding,epoch,value`; the macro mean has no finding.
pub fn curves_csv(runs: &[CurvedRun<'_>]) -> String {
    let mut text = csv_line(["run", "figure", "finding", "epoch", "value"]);
    for run in runs {
        let mut add = |figure: &str, finding: &str, epoch: f64, value: Option<f64>| {
            if let Some(value) = value.filter(|value| value.is_finite()) {
                let (epoch, value) = (epoch.to_string(), value.to_string());
                text += &csv_line([&run.name, figure, finding, &epoch, &value]);
            }
        };
        for &[epoch, loss] in run.steps {
            add("step_loss", "", epoch, Some(loss));
        }
        for epoch in run.epochs {
            let at = epoch.epoch as f64;
            add("train_loss", "", at, Some(epoch.train_loss));
            add("valid_loss", "", at, epoch.valid_loss);
            let tables: [(&str, &AucTable); 2] = [
                ("train_auc", &epoch.train_auc),
                ("valid_auc", &epoch.valid_auc),
            ];
            for (figure, table) in tables {
                add(figure, "", at, table.macro_mean());
                for (finding, auc) in &table.labels {
                    add(figure, finding, at, auc.as_ref().map(|auc| auc.auc));
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::LabelAuc;

    fn table(auc: f64) -> AucTable {
        let label = LabelAuc {
            auc,
            low: None,
            high: None,
            n_pos: 9,
            n_neg: 9,
        };
        AucTable {
            labels: vec![
                ("Mass".to_owned(), Some(label)),
                ("Hernia".to_owned(), None),
            ],
        }
    }

    fn epochs(aucs: &[f64]) -> Vec<EpochMetrics> {
        let epoch = |(at, &auc): (usize, &f64)| EpochMetrics {
            epoch: at + 1,
            train_loss: 1.0 / (at + 1) as f64,
            penalty: 0.0,
            train_auc: table(auc + 0.1),
            valid_loss: None,
            valid_auc: table(auc),
            learning_rate: 1e-3,
            films_per_s: 1.0,
            elapsed_secs: 1.0,
            is_best: at == 1,
            patience_left: None,
        };
        aucs.iter().enumerate().map(epoch).collect()
    }

    fn run<'a>(name: &str, config: &'a TrainConfig, epochs: &'a [EpochMetrics]) -> CurvedRun<'a> {
        CurvedRun {
            name: name.to_owned(),
            config,
            epochs,
            steps: &[[0.5, 2.0], [1.0, 1.0]],
        }
    }

    fn names(curves: &[RunCurve]) -> Vec<&str> {
        curves.iter().map(|curve| curve.name.as_str()).collect()
    }

    #[test]
    fn training_and_validation_are_in_one_plot_with_the_best_epoch_and_a_finding() {
        let config = TrainConfig::default();
        let epochs = epochs(&[0.5, 0.7, 0.6]);
        let run = run("a", &config, &epochs);
        let curves = RunCurves::new(std::slice::from_ref(&run), &CurveChoices::default());
        assert_eq!(names(&curves.auc), ["Training", "Validation"]);
        // There is no loss of validation.
        assert_eq!(names(&curves.loss), ["Steps", "Training"]);
        assert_eq!(curves.best, Some([2.0, 0.7]));
        assert_eq!(
            (curves.auc[1].at(3.0), curves.auc[1].at(2.5)),
            (Some(0.6), None)
        );
        let choose = |finding: &str| CurveChoices {
            finding: Some(finding.to_owned()),
            ..CurveChoices::default()
        };
        let curves = RunCurves::new(std::slice::from_ref(&run), &choose("Mass"));
        let expected = [
            "Training",
            "Validation",
            "Mass, training",
            "Mass, validation",
        ];
        assert_eq!(names(&curves.auc), expected);
        // What is undefined has no curve.
        let curves = RunCurves::new(&[run], &choose("Hernia"));
        assert_eq!(names(&curves.auc), ["Training", "Validation"]);
    }

    #[test]
    fn runs_that_differ_in_their_seed_are_a_mean_with_a_band_over_common_epochs() {
        let with = |seed, depth| TrainConfig {
            depth,
            seed,
            ..TrainConfig::default()
        };
        let configs = [with(1, 20), with(2, 20), with(3, 20), with(1, 11)];
        let histories = [&[0.5, 0.7][..], &[0.6, 0.8, 0.9], &[0.7, 0.9], &[0.4]].map(epochs);
        let runs = configs.iter().zip(&histories).zip(["a", "b", "c", "d"]);
        let runs: Vec<_> = runs.map(|((c, e), name)| run(name, c, e)).collect();
        let curves = RunCurves::new(&runs, &CurveChoices::default());
        let expected = [
            "Training",
            "Validation",
            "Mean of 3 seeds (b), validation",
            "d validation",
        ];
        assert_eq!(names(&curves.auc), expected);
        let mean = &curves.auc[2];
        assert_eq!(mean.points.len(), 2, "not all have a third epoch");
        assert!((mean.points[1][1] - 0.8).abs() < 1e-12);
        assert_eq!(mean.band, [[0.5, 0.7], [0.7, 0.9]]);
        assert!(curves.auc[3].band.is_empty());
        assert_eq!(curves.shown_as, [0, 1, 1, 3]);
    }

    #[test]
    fn smoothing_keeps_a_constant_and_the_first_point_and_has_no_pull_to_zero() {
        let curve = |ys: &[f64]| RunCurve {
            name: String::new(),
            kind: CurveKind::StepLoss,
            run_idx: 0,
            points: ys.iter().map(|&y| [0.0, y]).collect(),
            band: ys.iter().map(|&y| [y - 1.0, y + 1.0]).collect(),
        };
        let mut constant = curve(&[3.0; 9]);
        constant.smooth(0.9);
        assert!(constant.points.iter().all(|[_, y]| (y - 3.0).abs() < 1e-12));
        let mut rising = curve(&[1.0, 3.0]);
        rising.smooth(0.5);
        // Weights 1 / 3 and 2 / 3.
        assert!((rising.points[0][1] - 1.0).abs() < 1e-12);
        assert!((rising.points[1][1] - 7.0 / 3.0).abs() < 1e-12);
        assert!((rising.band[1][0] - 4.0 / 3.0).abs() < 1e-12);
        let mut plain = curve(&[1.0, 3.0]);
        plain.smooth(0.0);
        assert_eq!(plain, curve(&[1.0, 3.0]));
    }

    #[test]
    fn the_table_of_curves_has_every_defined_figure_as_it_is() {
        let config = TrainConfig::default();
        let epochs = epochs(&[0.5]);
        let text = curves_csv(&[run("a,b", &config, &epochs)]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "run,figure,finding,epoch,value");
        assert_eq!(lines[1], "\"a,b\",step_loss,,0.5,2");
        assert!(lines.contains(&"\"a,b\",valid_auc,Mass,1,0.5"));
        assert!(!text.contains("Hernia") && !text.contains("valid_loss"));
    }
}

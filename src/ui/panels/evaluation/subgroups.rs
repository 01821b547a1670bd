use egui::{Grid, RichText, ScrollArea, Ui, Vec2};

use super::EvaluationView;
use super::parts::{head_ui, number, number_ui, start_ui};
use crate::domain::Threshold;
use crate::evaluate::Subgroup;
use crate::metrics::{Confusion, Summary};
use crate::state::{CommandSender, EvaluationCommand, SubgroupsFound};
use crate::ui::theme;
use crate::ui::widgets::{Busy, IntervalBar};
use crate::work::Task;

/// Confidence level, as in the report.
const LEVEL: f64 = 0.95;
/// Least width of the plot of intervals.
const FOREST_WIDTH_PT: f32 = 140.0;

/// Figures of the finding in view by view, sex, age and visit.
pub fn subgroups_ui(ui: &mut Ui, view: &EvaluationView<'_>, commands: &CommandSender) {
    let evaluation = view.evaluation;
    let found = &evaluation.analyses.subgroups;
    let thresholds = evaluation.chosen.thresholds();
    ui.horizontal(|ui| {
        let command = EvaluationCommand::Subgroups;
        let words = match found.done() {
            Some(found) if are_equal(&found.thresholds, thresholds) => "Read again",
            Some(_) => "At the thresholds of now",
            None => "By view, sex, age and visit",
        };
        start_ui(ui, words, command, view, commands);
    });
    match found {
        Task::Idle => {}
        Task::Running(_) => {
            ui.add(Busy);
        }
        Task::Failed(error) => {
            let palette = theme::palette(ui.visuals());
            ui.label(theme::sentence(error).color(palette.error));
        }
        Task::Done(found) => {
            let label_idx = evaluation.chosen.label_idx();
            let all = evaluation.column().and_then(|column| column.auc);
            let all = all.map(|auc| auc.auc);
            let name = evaluation
                .column()
                .map(|column| column.name.replace('_', " "));
            let table = SubgroupTable::of(found, label_idx, all);
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                table_ui(ui, &table, &name.unwrap_or_default());
            });
        }
    }
}

fn are_equal(known: &[Threshold], now: &[Threshold]) -> bool {
    let values = |thresholds: &[Threshold]| -> Vec<f64> {
        thresholds.iter().map(Threshold::value).collect()
    };
    values(known) == values(now)
}

/// What is shown of subgroups, complete.
#[derive(Clone, Debug, PartialEq)]
pub struct SubgroupTable {
    /// In the order of the report.
    pub rows: Vec<SubgroupRow>,
    /// AUC of the finding over all films.
    pub all: Option<f64>,
    /// The threshold of the rates.
    pub threshold: Option<f64>,
}

/// The finding in view in one group of films.
#[derive(Clone, Debug, PartialEq)]
pub struct SubgroupRow {
    /// As in `View: PA`.
    pub name: String,
    /// Films of the group, those with the finding, and those without.
    pub n_films: [usize; 3],
    /// AUC and its interval by `DeLong`.
    pub auc: (Option<f64>, Option<(f64, f64)>),
    /// Mean AUC over the findings that have one in the group.
    pub macro_auc: Option<f64>,
    /// At the threshold.
    pub sensitivity: Option<f64>,
    /// Likewise.
    pub specificity: Option<f64>,
}

impl SubgroupTable {
    /// Of one label.
    pub fn of(found: &SubgroupsFound, label_idx: usize, all: Option<f64>) -> Self {
        let row = |group: &Subgroup| {
            let label = group.labels.get(label_idx);
            let auc = label.and_then(|label| label.auc);
            let aucs = group.labels.iter();
            let aucs = aucs.map(|label| label.auc.map(|auc| auc.auc));
            let rate = |rate: fn(&Confusion) -> Option<f64>| label.and_then(|l| rate(&l.counts));
            SubgroupRow {
                name: format!("{}: {}", group.by, group.name),
                n_films: [
                    group.n_films,
                    label.map_or(0, |label| label.n_pos),
                    label.map_or(0, |label| label.n_neg),
                ],
                auc: (
                    auc.map(|auc| auc.auc),
                    auc.and_then(|auc| auc.interval(LEVEL)),
                ),
                macro_auc: Summary::of(aucs).map(|summary| summary.mean),
                sensitivity: rate(Confusion::sensitivity),
                specificity: rate(Confusion::specificity),
            }
        };
        Self {
            rows: found.groups.iter().map(row).collect(),
            all,
            threshold: found.thresholds.get(label_idx).map(Threshold::value),
        }
    }
}

fn table_ui(ui: &mut Ui, table: &SubgroupTable, finding: &str) {
    let width = (ui.available_width() - 560.0).max(FOREST_WIDTH_PT);
    let size = Vec2::new(width, theme::SMALL_ROW_HEIGHT_PT);
    Grid::new("subgroups")
        .num_columns(9)
        .min_row_height(theme::SMALL_ROW_HEIGHT_PT)
        .spacing([10.0, 0.0])
        .striped(true)
        .show(ui, |ui| {
            head_ui(
                ui,
                &[
                    finding,
                    "Films",
                    "n+",
                    "n-",
                    "AUC",
                    "95 % (DeLong)",
                    "Sens.",
                    "Spec.",
                    "Macro AUC",
                    "AUC, 0 … 1; the line is that of all films",
                ],
            );
            for row in &table.rows {
                ui.label(RichText::new(&row.name).small());
                for n_films in row.n_films {
                    number_ui(ui, &n_films.to_string());
                }
                let (auc, interval) = row.auc;
                number_ui(ui, &number(auc));
                number_ui(
                    ui,
                    &interval.map_or_else(
                        || "n/a".to_owned(),
                        |(low, high)| format!("{low:.3} to {high:.3}"),
                    ),
                );
                for value in [row.sensitivity, row.specificity, row.macro_auc] {
                    number_ui(ui, &number(value));
                }
                let name = format!("AUC, {}", row.name);
                let bar = IntervalBar::new(&name, 0.0..=1.0, size);
                ui.add(bar.reference(table.all).value(auc, interval));
                ui.end_row();
            }
        });
    if let Some(threshold) = table.threshold {
        let note = format!("Sensitivity and specificity at the threshold {threshold:.3}");
        ui.label(RichText::new(note).small().weak());
    }
}

use egui::{Grid, RichText, ScrollArea, Ui, Vec2};

use super::EvaluationView;
use super::header::pick_ui;
use super::parts::{head_ui, number, number_ui};
use crate::evaluate::LabelDifference;
use crate::metrics::{PairedAuc, Summary};
use crate::state::{CommandSender, EvaluationCommand, EvaluationPick};
use crate::ui::theme;
use crate::ui::widgets::{Busy, IntervalBar};
use crate::work::Task;

/// Confidence level of differences, as in the report.
const LEVEL: f64 = 0.95;
/// Least width of the forest plot.
const FOREST_WIDTH_PT: f32 = 160.0;

/// Another model's scores of the same films beside these: each finding's difference of AUC.
pub fn comparison_ui(ui: &mut Ui, view: &EvaluationView<'_>, commands: &CommandSender) {
    let palette = theme::palette(ui.visuals());
    let choose = |ui: &mut Ui| {
        pick_ui(
            ui,
            "Compare with…",
            EvaluationPick::Compared,
            view,
            commands,
        );
    };
    match &view.evaluation.comparison {
        Task::Idle => {
            ui.horizontal(|ui| {
                choose(ui);
                ui.weak("The scores of another model or epoch on the same films");
            });
        }
        Task::Running(_) => {
            ui.add(Busy);
        }
        Task::Failed(error) => {
            ui.horizontal_wrapped(|ui| {
                choose(ui);
                ui.label(theme::sentence(error).color(palette.error));
            });
        }
        Task::Done(other) => {
            ui.horizontal(|ui| {
                choose(ui);
                if ui.button("Remove").clicked() {
                    commands.evaluate(EvaluationCommand::DropComparison);
                }
                if ui.button("Films that differ most").clicked() {
                    commands.evaluate(EvaluationCommand::ShowDifferent(true));
                }
                let name = RichText::new(&other.set.name).color(palette.valid);
                ui.add(egui::Label::new(name).truncate())
                    .on_hover_text(&other.set.name);
            });
            let table = ComparisonTable::of(&other.differences);
            ScrollArea::vertical()
                .auto_shrink(false)
                .show(ui, |ui| table_ui(ui, &table));
        }
    }
}

/// What the comparison shows, complete.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparisonTable {
    /// One for each finding of both sets.
    pub rows: Vec<ComparisonRow>,
    /// Means over the findings that have an AUC in both.
    pub macro_row: ComparisonRow,
    /// The forest plot goes from minus this to this.
    pub reach: f64,
}

/// One finding under two models.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ComparisonRow {
    /// Its name.
    pub name: String,
    /// AUC of the scores in view and of the others.
    pub aucs: [Option<f64>; 2],
    /// The first less the second.
    pub difference: Option<f64>,
    /// 95 % by `DeLong`, paired.
    pub interval: Option<(f64, f64)>,
    /// Two-sided.
    pub p_value: Option<f64>,
}

impl ComparisonTable {
    /// Of the differences as `compare` has found them.
    pub fn of(differences: &[LabelDifference]) -> Self {
        let row = |label: &LabelDifference| ComparisonRow {
            name: label.name.replace('_', " "),
            aucs: [label.first_auc, label.second_auc],
            difference: label.paired.map(|paired| paired.difference),
            interval: label.paired.and_then(|paired| paired.interval(LEVEL)),
            p_value: label.paired.as_ref().and_then(PairedAuc::p_value),
        };
        let rows: Vec<ComparisonRow> = differences.iter().map(row).collect();
        let of_both = |value: &dyn Fn(&ComparisonRow) -> Option<f64>| {
            let both = rows.iter().filter(|row| row.difference.is_some());
            Summary::of(both.map(value)).map(|summary| summary.mean)
        };
        let macro_row = ComparisonRow {
            name: "Macro mean".to_owned(),
            aucs: [of_both(&|row| row.aucs[0]), of_both(&|row| row.aucs[1])],
            difference: of_both(&|row| row.difference),
            ..ComparisonRow::default()
        };
        let ends = rows.iter().flat_map(|row| {
            let (low, high) = row.interval.unwrap_or_default();
            [low.abs(), high.abs(), row.difference.unwrap_or(0.0).abs()]
        });
        // To the next tenth, so that small changes of the scores leave the axis alone.
        let reach = (ends.fold(0.0, f64::max) * 10.0).ceil().max(1.0) / 10.0;
        Self {
            rows,
            macro_row,
            reach,
        }
    }
}

fn table_ui(ui: &mut Ui, table: &ComparisonTable) {
    let width = (ui.available_width() - 470.0).max(FOREST_WIDTH_PT);
    let size = Vec2::new(width, theme::SMALL_ROW_HEIGHT_PT);
    Grid::new("differences")
        .num_columns(7)
        .min_row_height(theme::SMALL_ROW_HEIGHT_PT)
        .spacing([10.0, 0.0])
        .striped(true)
        .show(ui, |ui| {
            let reach = table.reach;
            let axis =
                format!("−{reach:.1} … 0 … {reach:.1}: these scores are better at the right");
            head_ui(
                ui,
                &[
                    "Finding",
                    "AUC here",
                    "AUC there",
                    "Here − there",
                    "95 % (DeLong)",
                    "p",
                    &axis,
                ],
            );
            for row in table.rows.iter().chain([&table.macro_row]) {
                ui.label(RichText::new(&row.name).small());
                for auc in row.aucs {
                    number_ui(ui, &number(auc));
                }
                let difference = row.difference;
                number_ui(
                    ui,
                    &difference.map_or_else(|| "n/a".to_owned(), |value| format!("{value:+.3}")),
                );
                let interval = row.interval;
                number_ui(
                    ui,
                    &interval.map_or_else(
                        || "n/a".to_owned(),
                        |(low, high)| format!("{low:+.3} to {high:+.3}"),
                    ),
                );
                number_ui(ui, &number(row.p_value));
                let name = format!("Difference of AUC of {}", row.name);
                let bar = IntervalBar::new(&name, -reach..=reach, size);
                ui.add(bar.reference(Some(0.0)).value(difference, interval));
                ui.end_row();
            }
        });
    let note =
        "On the films that both have; p by DeLong's paired test, not corrected for many findings";
    ui.label(RichText::new(note).small().weak());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forest_plot_holds_every_interval_and_the_macro_row_is_of_what_both_have() {
        let paired = |difference| PairedAuc {
            difference,
            variance: Some(0.0025),
        };
        let label = |name: &str, aucs: [f64; 2]| LabelDifference {
            name: name.to_owned(),
            first_auc: Some(aucs[0]),
            second_auc: Some(aucs[1]),
            paired: Some(paired(aucs[0] - aucs[1])),
        };
        let undefined = LabelDifference {
            name: "Hernia".to_owned(),
            first_auc: Some(0.25),
            second_auc: None,
            paired: None,
        };
        let table = ComparisonTable::of(&[
            label("Mass", [0.75, 0.5]),
            label("Edema", [0.5, 0.625]),
            undefined,
        ]);
        assert_eq!(table.macro_row.aucs, [Some(0.625), Some(0.5625)]);
        assert_eq!(table.macro_row.difference, Some(0.0625));
        assert_eq!(table.rows[2].difference, None);
        let ends = table.rows.iter().filter_map(|row| row.interval);
        assert!(
            ends.clone().count() == 2 && table.reach == 0.4,
            "{}",
            table.reach
        );
        for (low, high) in ends {
            assert!(low >= -table.reach && high <= table.reach);
        }
    }
}

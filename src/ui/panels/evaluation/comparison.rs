use egui::{Grid, RichText, ScrollArea, Ui};

use crate::evaluate::LabelDifference;
use crate::state::{CommandSender, EvaluationCommand, EvaluationPick, EvaluationState};
use crate::ui::theme;
use crate::ui::widgets::Busy;
use crate::work::Task;

/// Another model's scores of the same films beside these.
pub fn comparison_ui(ui: &mut Ui, evaluation: &EvaluationState, commands: &CommandSender) {
    ui.strong("Comparison");
    let palette = theme::palette(ui.visuals());
    match &evaluation.comparison {
        Task::Idle => {
            ui.weak("Compare with the scores of another model or epoch on the same films");
            if ui.button("Compare with…").clicked() {
                commands.evaluate(EvaluationCommand::Pick(EvaluationPick::Compared));
            }
        }
        Task::Running(_) => {
            ui.add(Busy);
        }
        Task::Failed(error) => {
            ui.label(theme::sentence(error).color(palette.error));
            if ui.button("Compare with…").clicked() {
                commands.evaluate(EvaluationCommand::Pick(EvaluationPick::Compared));
            }
        }
        Task::Done(other) => {
            ui.horizontal(|ui| {
                if ui.small_button("Remove").clicked() {
                    commands.evaluate(EvaluationCommand::DropComparison);
                }
                let name = RichText::new(&other.set.name).color(palette.valid);
                ui.add(egui::Label::new(name).truncate())
                    .on_hover_text(&other.set.name);
            });
            let mut shown = evaluation.listed.different.is_some();
            let check = ui.checkbox(&mut shown, "List the films that differ most");
            if check.changed() {
                commands.evaluate(EvaluationCommand::ShowDifferent(shown));
            }
            ScrollArea::vertical().show(ui, |ui| differences_ui(ui, &other.differences));
        }
    }
}

fn differences_ui(ui: &mut Ui, differences: &[LabelDifference]) {
    let number = |value: Option<f64>| value.map_or_else(|| "n/a".to_owned(), |v| format!("{v:.3}"));
    Grid::new("differences")
        .num_columns(4)
        .spacing([8.0, 1.0])
        .show(ui, |ui| {
            for head in ["Finding", "AUC there", "Here − there", "p"] {
                ui.label(RichText::new(head).small().weak());
            }
            ui.end_row();
            for label in differences {
                let paired = label.paired;
                let difference = paired.map_or_else(
                    || "n/a".to_owned(),
                    |paired| format!("{:+.3}", paired.difference),
                );
                for words in [
                    label.name.replace('_', " "),
                    number(label.second_auc),
                    difference,
                    number(paired.and_then(|paired| paired.p_value())),
                ] {
                    ui.label(RichText::new(words).small());
                }
                ui.end_row();
            }
        });
    ui.label(
        RichText::new("p by DeLong's paired test, not corrected for many labels")
            .small()
            .weak(),
    );
}

use egui::{RichText, Ui};

use crate::domain::Threshold;
use crate::metrics::Summary;
use crate::scores::LabelColumn;
use crate::state::{CommandSender, EvaluationCommand, EvaluationState};
use crate::ui::theme;

/// Every label with its films, areas and threshold; a click shows its curves.
pub fn labels_ui(ui: &mut Ui, evaluation: &EvaluationState, commands: &CommandSender) {
    let Some(set) = evaluation.scored() else {
        return;
    };
    egui::Grid::new("labels of evaluation")
        .num_columns(7)
        .min_row_height(theme::SMALL_ROW_HEIGHT_PT)
        .spacing([9.0, 2.0])
        .striped(true)
        .show(ui, |ui| {
            ui.spacing_mut().button_padding.y = 0.0;
            for head in ["Finding", "n+", "n-", "AUC", "95 %", "AP", "Threshold"] {
                ui.label(RichText::new(head).small().weak());
            }
            ui.end_row();
            for (label_idx, column) in set.columns.iter().enumerate() {
                row_ui(ui, evaluation, label_idx, column, commands);
                ui.end_row();
            }
        });
    let mut all = evaluation.all_labels;
    let check = ui.checkbox(
        &mut all,
        RichText::new("Curves of all labels behind").small(),
    );
    if check.changed() {
        commands.evaluate(EvaluationCommand::ShowAllLabels(all));
    }
    let n_rare = set.columns.iter().filter(|column| column.is_rare()).count();
    if n_rare > 0 {
        ui.label(
            RichText::new(format!(
                "{n_rare} in gray have fewer than 10 positive films: too few to tell from chance"
            ))
            .small()
            .weak(),
        );
    }
    let auc = Summary::of(
        set.columns
            .iter()
            .map(|column| column.auc.map(|auc| auc.auc)),
    );
    if let Some(auc) = auc {
        ui.label(format!(
            "Macro AUC {:.3} over {} of {} labels; {:.3} to {:.3}, median {:.3}",
            auc.mean,
            auc.n_defined,
            set.columns.len(),
            auc.min,
            auc.max,
            auc.median
        ));
    } else {
        ui.label("Macro AUC n/a: no finding has both positive and negative films");
    }
}

fn row_ui(
    ui: &mut Ui,
    evaluation: &EvaluationState,
    label_idx: usize,
    column: &LabelColumn,
    commands: &CommandSender,
) {
    let name = column.name.replace('_', " ");
    let selected = evaluation.chosen.label_idx() == label_idx;
    let text = |words: String| {
        let text = RichText::new(words).small();
        if column.is_rare() { text.weak() } else { text }
    };
    let button = egui::Button::selectable(selected, text(name)).small();
    if ui.add(button).on_hover_text("Show its curves").clicked() {
        commands.evaluate(EvaluationCommand::SelectLabel(label_idx));
    }
    let number = |value: Option<f64>| value.map_or_else(|| "n/a".to_owned(), |v| format!("{v:.3}"));
    let interval = column.auc.and_then(|auc| auc.interval(0.95));
    let interval = interval.map_or_else(|| "n/a".to_owned(), |(a, b)| format!("{a:.2}–{b:.2}"));
    let threshold = evaluation.chosen.thresholds().get(label_idx);
    for words in [
        column.ranked.n_pos().to_string(),
        column.ranked.n_neg().to_string(),
        number(column.auc.map(|auc| auc.auc)),
        interval,
        number(column.average_precision),
        number(threshold.map(Threshold::value)),
    ] {
        ui.label(text(words).monospace());
    }
}

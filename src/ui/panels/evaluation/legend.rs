use egui::{RichText, Ui};

use super::model::EvaluationCurves;
use crate::domain::number_text;
use crate::evaluate::RELIABILITY_COLORS;
use crate::state::EvaluationState;
use crate::ui::theme;
use crate::ui::widgets::{LegendEntry, LegendSign};

/// What the lines of the plots beside it mean: one place for all, since none may cover a plot.
pub fn legend_ui(ui: &mut Ui, evaluation: &EvaluationState, curves: &EvaluationCurves) {
    let palette = theme::palette(ui.visuals());
    ui.strong("Legend");
    // All entries fit beside the smallest plots.
    ui.spacing_mut().item_spacing.y = 1.0;
    ui.spacing_mut().interact_size.y = theme::SMALL_ROW_HEIGHT_PT;
    let entry = |ui: &mut Ui, words: &str, sign, color| {
        ui.add(LegendEntry::new(words, sign, color))
            .on_hover_text(words);
    };
    let point = format!(
        "Operating point: threshold {}",
        number_text(evaluation.threshold())
    );
    entry(ui, &point, LegendSign::Dot, palette.threshold);
    entry(ui, "These scores", LegendSign::Line, palette.train);
    entry(ui, "95 % (Wilson)", LegendSign::Band, palette.train);
    if let Some(other) = evaluation.comparison.done() {
        let words = format!("Compared: {}", other.set.name);
        entry(ui, &words, LegendSign::Line, palette.valid);
    }
    if !curves.behind.is_empty() {
        entry(ui, "Other findings", LegendSign::Line, palette.steps);
    }
    ui.add_space(theme::TINY_GAP_PT);
    ui.label(RichText::new("Reliability, with its expected error").small());
    for ((name, _), color) in curves.reliability.iter().zip(RELIABILITY_COLORS) {
        entry(ui, name, LegendSign::Line, palette.plot(color));
    }
}

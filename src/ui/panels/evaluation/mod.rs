//! Judging scores: figures of every label, curves of one, and an operating point in all of them.
//!
//! What tables and plots show is built as plain structs in `model`, then drawn.

mod comparison;
mod films;
mod header;
mod labels;
mod model;
mod plots;
mod point;

use egui::{CentralPanel, Panel, ScrollArea, Ui};

use crate::state::{AppState, CommandSender, EvaluationCommand};
use crate::ui::theme;

pub use header::back_ui;
pub use model::{EvaluationCurves, EvaluationViews, RateRow, rate_rows};

/// The evaluation workspace below the toolbar.
pub fn evaluation_ui(
    ui: &mut Ui,
    state: &AppState,
    views: &mut EvaluationViews,
    commands: &CommandSender,
) {
    let desk = &state.evaluation;
    Panel::top("evaluation").show(ui, |ui| header::header_ui(ui, state, commands));
    if desk.scored().is_none() {
        CentralPanel::default().show(ui, |ui| header::empty_ui(ui, state, commands));
        return;
    }
    Panel::left("labels")
        .exact_size(theme::LABELS_WIDTH_PT)
        .resizable(false)
        .show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                labels::labels_ui(ui, desk, commands);
                ui.separator();
                point::point_ui(ui, state, commands);
            });
        });
    Panel::bottom("films of evaluation")
        .exact_size(theme::FILM_STRIP_HEIGHT_PT)
        .resizable(false)
        .show(ui, |ui| films::films_ui(ui, desk, views, commands));
    let frame = egui::Frame::central_panel(ui.style()).inner_margin(theme::SMALL_GAP_PT);
    CentralPanel::default().frame(frame).show(ui, |ui| {
        let curves = views.curves(state);
        if let Some(moved) = plots::plots_ui(ui, desk, &curves, commands) {
            if let Some(threshold) = moved.threshold {
                commands.evaluate(EvaluationCommand::SetThreshold(threshold));
            }
            if moved.ended {
                commands.evaluate(EvaluationCommand::EndMove);
            }
        }
    });
}

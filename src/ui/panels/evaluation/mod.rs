//! Judging scores: figures of every label, curves of one, and an operating point in all of them.
//!
//! What tables and plots show is built as plain structs in `model`, then drawn.

mod columns;
mod comparison;
mod figure_table;
mod films;
mod header;
mod identity;
mod labels;
mod legend;
mod maps;
mod model;
mod parts;
mod plots;
mod point;
mod start;
mod subgroups;
mod tabs;
mod view;

use egui::{CentralPanel, Panel, ScrollArea, Ui};

use crate::state::{CommandSender, EvaluationCommand};
use crate::ui::theme;

pub use comparison::{ComparisonRow, ComparisonTable};
pub use figure_table::{FigureRow, FigureTable};
pub use header::back_ui;
pub use identity::IdentityLine;
pub use maps::MapTable;
pub use model::{EvaluationCurves, EvaluationViews, RateRow, rate_rows};
pub use subgroups::{SubgroupRow, SubgroupTable};
pub use view::EvaluationView;

/// The evaluation workspace below the toolbar.
pub fn evaluation_ui(
    ui: &mut Ui,
    view: &EvaluationView<'_>,
    views: &mut EvaluationViews,
    commands: &CommandSender,
) {
    let evaluation = view.evaluation;
    columns::columns_ui(ui.ctx(), evaluation, commands);
    Panel::top("evaluation").show(ui, |ui| header::header_ui(ui, view, commands));
    if evaluation.scored().is_none() {
        CentralPanel::default().show(ui, |ui| start::start_ui(ui, view, commands));
        return;
    }
    Panel::left("labels")
        .exact_size(theme::LABELS_WIDTH_PT)
        .resizable(false)
        .show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                labels::labels_ui(ui, view, commands);
                ui.separator();
                point::point_ui(ui, view, commands);
            });
        });
    tabs::tabs_ui(ui, view, views, commands);
    let frame = egui::Frame::central_panel(ui.style()).inner_margin(theme::SMALL_GAP_PT);
    CentralPanel::default().frame(frame).show(ui, |ui| {
        let curves = views.curves(view);
        if let Some(moved) = plots::plots_ui(ui, evaluation, &curves) {
            if let Some(threshold) = moved.threshold {
                commands.evaluate(EvaluationCommand::SetThreshold(threshold));
            }
            if moved.ended {
                commands.evaluate(EvaluationCommand::EndMove);
            }
        }
    });
}

use egui::{Button, Panel, Ui};

use super::comparison::comparison_ui;
use super::films::films_ui;
use super::maps::maps_ui;
use super::subgroups::subgroups_ui;
use super::{EvaluationView, EvaluationViews};
use crate::state::{CommandSender, EvaluationCommand, EvaluationTab};
use crate::ui::theme;

/// Heights that a tab may be dragged to.
const HEIGHTS_PT: std::ops::RangeInclusive<f32> = 120.0..=900.0;

/// Under the plots: films, subgroups, comparison, maps; all of one height, so that another tab moves nothing.
pub fn tabs_ui(
    ui: &mut Ui,
    view: &EvaluationView<'_>,
    views: &mut EvaluationViews,
    commands: &CommandSender,
) {
    let tab = view.settings.tab;
    Panel::bottom("tabs of evaluation")
        .default_size(theme::TABS_HEIGHT_PT)
        .size_range(HEIGHTS_PT)
        .resizable(true)
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                for other in EvaluationTab::ALL {
                    let button = Button::selectable(other == tab, other.name());
                    if ui.add(button).clicked() {
                        commands.evaluate(EvaluationCommand::ShowTab(other));
                    }
                }
            });
            // What a tab has yet does not change its height: the plots stay where they are.
            ui.set_min_height(ui.available_height());
            match tab {
                EvaluationTab::Films => films_ui(ui, view.evaluation, views, commands),
                EvaluationTab::Subgroups => subgroups_ui(ui, view, commands),
                EvaluationTab::Comparison => comparison_ui(ui, view, commands),
                EvaluationTab::Maps => maps_ui(ui, view, commands),
            }
        });
}

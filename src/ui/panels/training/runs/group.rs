use egui::accesskit::Role;
use egui::{Align, Button, Label, Layout, RichText, Ui, Vec2, WidgetInfo};

use super::row::{aucs_ui, in_view};
use crate::metrics::Summary;
use crate::state::{CommandSender, TrainingCommand};
use crate::train::{FoundRuns, SeedGroup};
use crate::ui::panels::TrainingView;
use crate::ui::panels::training::text::figure_text;
use crate::ui::theme;

/// What runs that differ in their seed only have in common: mean and range over those that are over.
pub fn group_ui(
    ui: &mut Ui,
    view: &TrainingView<'_>,
    found: &FoundRuns,
    group: &SeedGroup,
    commands: &CommandSender,
) {
    let runs = || {
        group
            .places
            .iter()
            .filter_map(|&place| found.rows.get(place))
    };
    let size = Vec2::new(ui.available_width(), theme::RUN_ROW_HEIGHT_PT);
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
        ui.set_min_size(size);
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.add_space(theme::TINY_GAP_PT);
        let mean = |summary: Option<Summary>| figure_text(summary.map(|summary| summary.mean));
        ui.horizontal(|ui| {
            ui.add_space(theme::TINY_GAP_PT);
            let name = format!("{} seeds", group.places.len());
            aucs_ui(ui, &name, [&mean(group.valid), &mean(group.test)]);
        });
        ui.horizontal(|ui| {
            ui.add_space(theme::TINY_GAP_PT);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add_space(theme::TINY_GAP_PT);
                let response = ui.add(Button::new("Compare all").small());
                let names: Vec<&str> = runs().map(|run| run.name.as_str()).collect();
                let label = format!("Compare all: {}", names.join(", "));
                response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
                let hover = "Draw their mean with a band from the lowest to the highest";
                if response.on_hover_text(hover).clicked() {
                    let others = runs().filter(|run| !in_view(view, run));
                    let folders = others.map(|run| run.folder.clone()).collect();
                    commands.train(TrainingCommand::CompareAll(folders));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let text = RichText::new(range_text(group)).small().weak();
                    ui.add(Label::new(text).truncate());
                });
            });
        });
    });
}

fn range_text(group: &SeedGroup) -> String {
    let range = |part: &str, summary: Option<Summary>| {
        let summary = summary?;
        let (low, high, n) = (summary.min, summary.max, summary.n_defined);
        Some(format!("{part} {low:.3} to {high:.3} over {n} finished"))
    };
    let ranges = [range("validation", group.valid), range("test", group.test)];
    let ranges: Vec<String> = ranges.into_iter().flatten().collect();
    if ranges.is_empty() {
        return "Same settings but the seed; none is finished".to_owned();
    }
    format!("Same settings but the seed: {}", ranges.join(", "))
}

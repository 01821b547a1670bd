//! One run: its progress, its curves, the figures of its labels, its log; other runs over it.

mod compared;
mod controls;
mod ending;
mod facts;
mod labels;
mod model;
mod plots;
mod plotted;
mod progress;
mod scrubber;

use egui::{CentralPanel, Frame, Panel, RichText, ScrollArea, Ui};

use super::{TrainingView, TrainingViews};
use crate::state::{CommandSender, RunRecord, ShownRun, TrainingCommand, TrainingState};
use crate::ui::shortcuts::Action;
use crate::ui::theme;
use crate::ui::widgets::Busy;

pub use model::{LabelRow, LabelRowKind, label_rows};
pub use plotted::{PlottedCurve, PlottedRuns};
pub use scrubber::epoch_scrubber_ui;

/// Height of the log's end.
const LOG_HEIGHT_PT: f32 = 72.0;

/// The page of the run in view.
pub fn run_ui(
    ui: &mut Ui,
    view: &TrainingView<'_>,
    views: &mut TrainingViews,
    commands: &CommandSender,
) {
    let training = view.training;
    let Some(run) = &training.run else {
        no_run_ui(ui, view, commands);
        return;
    };
    let plotted = views.plotted(training);
    progress::progress_ui(ui, run, commands);
    ending::ending_ui(ui, run, commands);
    ui.add_space(theme::SMALL_GAP_PT);
    let width = theme::RUN_SIDE_WIDTH_PT;
    Panel::right("run figures")
        .frame(Frame::new().inner_margin(egui::Margin {
            left: theme::GAP_PT as i8,
            ..Default::default()
        }))
        .default_size(width)
        .size_range(width..=width * 1.6)
        .show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                labels::labels_ui(ui, run, commands);
                ui.add_space(theme::GAP_PT);
                facts::facts_ui(ui, &run.record);
                ui.add_space(theme::SMALL_GAP_PT);
                facts::settings_ui(ui, &names(training, run), &plotted.settings);
            });
        });
    Panel::bottom("run log")
        .frame(Frame::new())
        .default_size(LOG_HEIGHT_PT)
        .size_range(40.0..=400.0)
        .resizable(true)
        .show(ui, |ui| log_ui(ui, run.record.log.iter()));
    Panel::bottom("run models")
        .frame(Frame::new())
        .show(ui, |ui| {
            ui.add_space(theme::SMALL_GAP_PT);
            epoch_scrubber_ui(ui, view, commands);
            compared::compared_ui(ui, view, &plotted.shown_as, commands);
            ui.add_space(theme::SMALL_GAP_PT);
        });
    CentralPanel::no_frame().show(ui, |ui| {
        let width = ui.available_width();
        controls::controls_ui(ui, view, run, commands);
        plots::plots_ui(ui, width, plotted, run, commands);
    });
}

fn names(training: &TrainingState, run: &ShownRun) -> Vec<String> {
    let compared = training.compared.records.iter();
    std::iter::once(&run.record)
        .chain(compared)
        .map(RunRecord::name)
        .collect()
}

fn no_run_ui(ui: &mut Ui, view: &TrainingView<'_>, commands: &CommandSender) {
    if view.training.runs.opening.running().is_some() {
        ui.horizontal(|ui| {
            ui.add(Busy);
            ui.label("Reading the run…");
        });
        return;
    }
    ui.heading("No run in view");
    ui.label("Set up and check a training, or open the folder of an earlier run");
    ui.add_space(theme::SMALL_GAP_PT);
    ui.horizontal(|ui| view.actions.menu_ui(ui, Action::OpenRun, commands));
    if !view.recent_runs.is_empty() {
        ui.add_space(theme::GAP_PT);
        ui.strong("Recent runs");
        for path in view.recent_runs {
            if ui.link(path.display().to_string()).clicked() {
                commands.train(TrainingCommand::OpenRun(path.clone()));
            }
        }
    }
}

fn log_ui<'a>(ui: &mut Ui, lines: impl ExactSizeIterator<Item = &'a String>) {
    let lines: Vec<&String> = lines.collect();
    ui.strong("Log");
    let row_height = ui.text_style_height(&egui::TextStyle::Small);
    // A line that is cut has all its words in its tooltip.
    ScrollArea::vertical()
        .id_salt("log")
        .auto_shrink(false)
        .stick_to_bottom(true)
        .show_rows(ui, row_height, lines.len(), |ui, rows| {
            for line in lines.get(rows).unwrap_or_default() {
                ui.add(egui::Label::new(RichText::new(*line).small()).truncate());
            }
        });
}

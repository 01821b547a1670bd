//! Training: setting up, checking, watching, and looking at what came of it.
//!
//! What tables and plots show is built as plain structs in the `model` files, then drawn.

mod check;
mod close;
mod films;
mod header;
mod run;
mod runs;
mod set_up;
mod steps;
mod text;
mod verdict;
mod view;
mod views;

use egui::{CentralPanel, Panel, Ui};

use crate::state::{CommandSender, TrainingPage};
use crate::ui::theme;

pub use check::{CheckVerdict, LabelBar, check_verdicts, label_bars};
pub use close::close_ui;
pub use run::{LabelRow, LabelRowKind, PlottedCurve, PlottedRuns, epoch_scrubber_ui, label_rows};
pub use runs::RunLine;
pub use text::{bytes_text, duration_text, running_text};
pub use view::TrainingView;
pub use views::TrainingViews;

/// Everything below the toolbar while the window is used for training.
pub fn training_ui(
    ui: &mut Ui,
    view: &TrainingView<'_>,
    views: &mut TrainingViews,
    commands: &CommandSender,
) {
    Panel::top("training pages").show(ui, |ui| header::header_ui(ui, view, commands));
    Panel::left("training steps")
        .exact_size(theme::STEPS_WIDTH_PT)
        .resizable(false)
        .show(ui, |ui| steps::steps_ui(ui, view, commands));
    let frame = egui::Frame::central_panel(ui.style()).inner_margin(theme::GAP_PT);
    CentralPanel::default()
        .frame(frame)
        .show(ui, |ui| match view.training.page {
            TrainingPage::Runs => runs::runs_ui(ui, view, commands),
            TrainingPage::Data => set_up::data_page_ui(ui, view, commands),
            TrainingPage::Balance => set_up::balance_page_ui(ui, view, views, commands),
            TrainingPage::Recipe => set_up::recipe_page_ui(ui, view, views, commands),
            TrainingPage::Check => check::check_ui(ui, view, commands),
            TrainingPage::Run => run::run_ui(ui, view, views, commands),
            TrainingPage::Films => films::films_ui(ui, view.training, views, commands),
        });
    set_up::columns_ui(ui.ctx(), view.training, commands);
}

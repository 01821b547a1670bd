use egui::{Button, Grid, RichText, ScrollArea, Ui};

use super::EvaluationView;
use super::header::pick_ui;
use crate::domain::{Part, PartChoice};
use crate::state::{CommandSender, EvaluationCommand, EvaluationPick};
use crate::train::{RunFolder, RunRow};
use crate::ui::shortcuts::Action;
use crate::ui::theme;
use crate::ui::widgets::Busy;
use crate::work::Task;

/// Width of the page's column.
const WIDTH_PT: f32 = 640.0;

/// The first page, while no scores are open: tables, films to score, runs; or the error of the last
/// attempt.
pub fn start_ui(ui: &mut Ui, view: &EvaluationView<'_>, commands: &CommandSender) {
    let evaluation = view.evaluation;
    let margin = ((ui.available_width() - WIDTH_PT) / 2.0).max(0.0);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.horizontal_top(|ui| {
            ui.add_space(margin);
            ui.vertical(|ui| {
                ui.set_width(WIDTH_PT.min(ui.available_width()));
                ui.add_space(theme::GAP_PT * 3.0);
                ui.heading("How good are the scores?");
                ui.add_space(theme::GAP_PT);
                ui.strong("Scores in a table");
                ui.horizontal(|ui| {
                    let pick = EvaluationPick::Predictions;
                    pick_ui(ui, Action::OpenScores.label(), pick, view, commands);
                    ui.weak("A CSV or Parquet file of labels and scores, by Thorax or by others");
                });
                ui.add_space(theme::GAP_PT);
                films_ui(ui, view, commands);
                ui.add_space(theme::GAP_PT);
                runs_ui(ui, view, commands);
                if evaluation.opening.is_running() {
                    ui.add(Busy);
                }
                if let Task::Failed(error) = &evaluation.opening
                    && evaluation.start.columns.is_none()
                {
                    let palette = theme::palette(ui.visuals());
                    ui.add_space(theme::GAP_PT);
                    ui.label(theme::sentence(error).color(palette.error));
                }
            });
        });
    });
}

/// Films to score now by the model in the viewer.
fn films_ui(ui: &mut Ui, view: &EvaluationView<'_>, commands: &CommandSender) {
    let model = view.model.classifier();
    let model = model.map_or_else(|| "no model".to_owned(), |model| model.identity().short());
    ui.strong("Labeled films");
    ui.horizontal(|ui| {
        let pick = EvaluationPick::DataFolder;
        pick_ui(ui, "Score films…", pick, view, commands);
        part_ui(ui, view, commands);
        ui.weak(format!("by {model}"));
    });
}

/// Which part of a folder's films is scored.
fn part_ui(ui: &mut Ui, view: &EvaluationView<'_>, commands: &CommandSender) {
    let parts = Part::ALL.map(PartChoice::One);
    for part in parts.into_iter().chain([PartChoice::All]) {
        let chosen = view.evaluation.start.part == part;
        let words = part.to_string();
        let hover = match part {
            PartChoice::One(part) => {
                format!("The {}, by the folder's own lists", part.films_text())
            }
            PartChoice::All => "All films of the table".to_owned(),
        };
        let button = ui.add(Button::selectable(chosen, words));
        if button.on_hover_text(hover).clicked() {
            commands.evaluate(EvaluationCommand::ScorePart(part));
        }
    }
}

/// The runs of this machine, with the scores that each has.
fn runs_ui(ui: &mut Ui, view: &EvaluationView<'_>, commands: &CommandSender) {
    ui.strong("Runs");
    match &view.evaluation.start.runs {
        Task::Idle | Task::Running(_) => {
            ui.add(Busy);
        }
        Task::Failed(error) => {
            let palette = theme::palette(ui.visuals());
            ui.label(theme::sentence(error).color(palette.error));
        }
        Task::Done(found) if found.rows.is_empty() => {
            ui.weak("No run is known. Training lists those in folders of yours");
        }
        Task::Done(found) => {
            Grid::new("runs of evaluation")
                .num_columns(5)
                .striped(true)
                .show(ui, |ui| {
                    for row in &found.rows {
                        run_ui(ui, row, view, commands);
                        ui.end_row();
                    }
                });
        }
    }
}

fn run_ui(ui: &mut Ui, row: &RunRow, view: &EvaluationView<'_>, commands: &CommandSender) {
    ui.label(&row.name)
        .on_hover_text(row.folder.display().to_string());
    ui.label(RichText::new(row.state.name()).weak());
    let epoch = row.best_epoch;
    let epoch = epoch.map_or_else(String::new, |epoch| format!("epoch {epoch}"));
    ui.label(RichText::new(epoch).weak());
    for (part, words, auc) in [
        (Part::Valid, "Validation", row.valid_auc),
        (Part::Test, "Test", row.test_auc),
    ] {
        let idle = !view.is_picking && view.evaluation.underway().is_none();
        let auc_text = auc.map_or_else(String::new, |auc| format!(" {auc:.3}"));
        let chip = Button::new(format!("{words}{auc_text}")).small();
        let chip = ui.add_enabled(idle && auc.is_some(), chip);
        let name = format!("{words} scores of {}", row.name);
        chip.widget_info(|| {
            egui::WidgetInfo::labeled(egui::accesskit::Role::Button, idle && auc.is_some(), &name)
        });
        let hover = "Opens the scores by the best epoch; the number is the macro AUC";
        let chip = chip
            .on_hover_text(hover)
            .on_disabled_hover_text("No scores of these films yet");
        if chip.clicked() {
            let path = RunFolder::at(&row.folder).predictions_path(part);
            let take = EvaluationCommand::Take(EvaluationPick::Predictions, path);
            commands.evaluate(take);
        }
    }
}

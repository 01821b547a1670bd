use std::path::PathBuf;

use egui::{Button, Grid, RichText, ScrollArea, Ui};

use super::EvaluationView;
use super::header::pick_ui;
use crate::domain::{Part, PartChoice};
use crate::evaluate::BuiltInScores;
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
                built_in_ui(ui, view, commands);
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

/// The built-in model's own scores.
fn built_in_ui(ui: &mut Ui, view: &EvaluationView<'_>, commands: &CommandSender) {
    ui.strong("The built-in model");
    ui.horizontal(|ui| match &view.evaluation.start.built_in {
        Task::Idle | Task::Running(_) => {
            ui.add(Busy);
        }
        Task::Failed(error) => {
            let palette = theme::palette(ui.visuals());
            ui.label(theme::sentence(error).color(palette.error));
        }
        Task::Done(row) => {
            for (part, auc) in BuiltInScores::PARTS.into_iter().zip(row.macro_aucs) {
                let scores = PartScores {
                    part,
                    auc,
                    of: "the built-in model",
                    path: row.scores.table(part),
                };
                chip_ui(ui, scores, view, commands);
            }
            ui.weak("Its scores of NIH films, of patients that it was not trained on");
        }
    });
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
    let run = RunFolder::at(&row.folder);
    for (part, auc) in [(Part::Valid, row.valid_auc), (Part::Test, row.test_auc)] {
        let scores = PartScores {
            part,
            auc,
            of: &row.name,
            path: run.predictions_path(part),
        };
        chip_ui(ui, scores, view, commands);
    }
}

/// Scores of one part that a button opens.
struct PartScores<'a> {
    part: Part,
    /// Macro AUC; `None` where there are no scores.
    auc: Option<f64>,
    /// Whose scores.
    of: &'a str,
    path: PathBuf,
}

fn chip_ui(
    ui: &mut Ui,
    scores: PartScores<'_>,
    view: &EvaluationView<'_>,
    commands: &CommandSender,
) {
    let words = match scores.part {
        Part::Train => "Training",
        Part::Valid => "Validation",
        Part::Test => "Test",
    };
    let idle = !view.is_picking && view.evaluation.underway().is_none();
    let (auc, of) = (scores.auc, scores.of);
    let auc_text = auc.map_or_else(String::new, |auc| format!(" {auc:.3}"));
    let chip = Button::new(format!("{words}{auc_text}")).small();
    let chip = ui.add_enabled(idle && auc.is_some(), chip);
    let name = format!("{words} scores of {of}");
    chip.widget_info(|| {
        egui::WidgetInfo::labeled(egui::accesskit::Role::Button, idle && auc.is_some(), &name)
    });
    let chip = chip
        .on_hover_text("Opens the scores by the best epoch; the number is the macro AUC")
        .on_disabled_hover_text("No scores of these films yet");
    if chip.clicked() {
        let take = EvaluationCommand::Take(EvaluationPick::Predictions, scores.path);
        commands.evaluate(take);
    }
}

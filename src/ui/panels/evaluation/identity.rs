use egui::{Label, RichText, Ui};

use super::EvaluationView;
use crate::domain::ModelIdentity;
use crate::evaluate::{scores_text, thresholds_text};
use crate::model::ModelSource;
use crate::state::{Command, CommandSender, EvaluationCommand, EvaluationState, Model};
use crate::ui::theme;

/// Whose scores and thresholds are in view, and which model the viewer holds.
#[derive(Clone, Debug, PartialEq)]
pub struct IdentityLine {
    /// Model, part, films and patients.
    pub scores: String,
    /// Who chose them.
    pub thresholds: String,
    /// The model in the viewer where it is another one; and the file of the one that made the
    /// scores, where it is known.
    pub viewer: Option<(String, Option<ModelSource>)>,
}

impl IdentityLine {
    /// Of the scores in view; `None` without any.
    pub fn of(evaluation: &EvaluationState, model: &Model) -> Option<Self> {
        let set = evaluation.scored()?;
        let named = set.predictions.model.as_ref();
        let in_use = model.classifier().map(|classifier| classifier.identity());
        let other = named.zip(in_use).filter(|(named, in_use)| named != in_use);
        let viewer = other.map(|(_, in_use): (&ModelIdentity, _)| {
            let words = format!("Viewer: {}: another model", in_use.short());
            let source = evaluation.author();
            (words, source.and_then(|author| author.source.clone()))
        });
        let thresholds = thresholds_text(named, evaluation.chosen.thresholds());
        Some(Self {
            scores: format!("Scores: {}", scores_text(set)),
            thresholds: format!("Thresholds: {thresholds}"),
            viewer,
        })
    }
}

/// The next step once thresholds were chosen on validation films.
fn judge_ui(ui: &mut Ui, view: &EvaluationView<'_>, commands: &CommandSender) {
    let films = view.evaluation.films_to_judge(view.model);
    if view.evaluation.test_table().is_none() && films.is_none() {
        return;
    }
    let idle = view.evaluation.opening.running().is_none();
    let judge = egui::Button::new("Judge on test with these thresholds").small();
    let hover = if films.is_some() {
        "Locks all thresholds and scores the test films of the same folder"
    } else {
        "Locks all thresholds and opens the scores of the test films beside this table"
    };
    if ui.add_enabled(idle, judge).on_hover_text(hover).clicked() {
        commands.evaluate(EvaluationCommand::JudgeOnTest);
    }
}

/// The line, and the question before something is chosen on test films.
pub fn identity_ui(ui: &mut Ui, view: &EvaluationView<'_>, commands: &CommandSender) {
    let Some(line) = IdentityLine::of(view.evaluation, view.model) else {
        return;
    };
    let palette = theme::palette(ui.visuals());
    let small = |words: &str| RichText::new(words.to_owned()).small();
    ui.horizontal_wrapped(|ui| {
        for words in [&line.scores, &line.thresholds] {
            ui.add(Label::new(small(words)));
            ui.separator();
        }
        judge_ui(ui, view, commands);
        if let Some((words, source)) = line.viewer {
            ui.label(small(&words).color(palette.warning));
            if let Some(source) = source {
                let hover = "Opens the model that made these scores in the viewer";
                if ui
                    .small_button("Use the same")
                    .on_hover_text(hover)
                    .clicked()
                {
                    commands.send(match source {
                        ModelSource::File(path) => Command::Open(vec![path]),
                        ModelSource::Default => Command::OpenDefaultModel,
                    });
                }
            }
        }
    });
    if view.evaluation.asked.is_some() {
        ui.horizontal(|ui| {
            let words = "These are test films: with thresholds chosen on them, their figures \
                         look better than those of new films will be";
            ui.label(RichText::new(words).color(palette.warning));
            if ui.button("Choose on them all the same").clicked() {
                commands.evaluate(EvaluationCommand::Confirm);
            }
            if ui.button("Do not choose").clicked() {
                commands.evaluate(EvaluationCommand::Decline);
            }
        });
    }
}

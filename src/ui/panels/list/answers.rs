use egui::{Grid, ScrollArea, Ui};

use super::ListView;
use crate::state::{BlindedSession, CommandSender, ListCommand};
use crate::ui::shortcuts::Action;
use crate::ui::theme;

/// The reader's answers in place of the network's, until the reader commits.
pub fn answers_ui(
    ui: &mut Ui,
    view: &ListView<'_>,
    session: &BlindedSession,
    commands: &CommandSender,
) {
    let (number, n_films) = session.progress();
    ui.heading(format!("Blinded session, film {number} of {n_films}"));
    if !view.list.shows_asked_film(view.films) {
        ui.label("Another film is open");
        if ui.button("Back to the session").clicked() {
            commands.list(ListCommand::ShowAsked);
        }
    } else if session.is_committed() {
        committed_ui(ui, session);
    } else {
        ui.label("Answer, then commit. The model's answer is shown afterwards");
    }
    ui.horizontal_wrapped(|ui| {
        for action in [
            Action::CommitAnswers,
            Action::PreviousOfSession,
            Action::NextOfSession,
        ] {
            let key = view.actions.key_words(ui.ctx(), action);
            let button = egui::Button::new(action.label());
            view.actions
                .add(ui, action, button, commands)
                .on_hover_text(key);
        }
        if ui.button("End session").clicked() {
            commands.list(ListCommand::EndBlinded);
        }
    });
    if session.is_committed() {
        return;
    }
    let Some(loaded) = &view.model.loaded else {
        return;
    };
    ui.add_space(theme::SMALL_GAP_PT);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        Grid::new("answers")
            .num_columns(4)
            .striped(true)
            .show(ui, |ui| {
                for (label, name) in loaded.classifier.card().labels.iter().enumerate() {
                    let name = name.replace('_', " ");
                    ui.label(&name);
                    let current = session.answer_to(label);
                    for (answer, words) in [(Some(true), "Yes"), (Some(false), "No"), (None, "–")]
                    {
                        let response = ui.radio(current == answer, words);
                        let spoken =
                            format!("{name}: {}", if answer.is_none() { "blank" } else { words });
                        response.widget_info(|| {
                            let chosen = current == answer;
                            egui::WidgetInfo::selected(
                                egui::Role::RadioButton,
                                true,
                                chosen,
                                &spoken,
                            )
                        });
                        if response.clicked() {
                            commands.list(ListCommand::Answer(label, answer));
                        }
                    }
                    ui.end_row();
                }
            });
        ui.add_space(theme::SMALL_GAP_PT);
        ui.weak(format!("Log: {}", session.log.display()));
    });
}

/// How often reader and model agreed so far.
fn committed_ui(ui: &mut Ui, session: &BlindedSession) {
    let agreement = session.agreement;
    let text = match agreement.share() {
        None => "Committed. No answers yet".to_owned(),
        Some(share) => {
            let kappa = agreement.kappa();
            let kappa = kappa.map_or_else(|| "n/a".to_owned(), |kappa| format!("{kappa:.2}"));
            format!(
                "Committed. Reader and model agree on {:.0} % of {} answers, kappa {kappa}",
                share * 100.0,
                agreement.n()
            )
        }
    };
    ui.label(text);
    if session.is_finished() {
        ui.strong("All films are answered");
    }
}

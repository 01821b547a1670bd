use egui::{Button, Frame, Id, RichText, ScrollArea, Stroke, Ui, WidgetInfo};

use super::committed::committed_ui;
use super::view::{SessionStage, SessionView};
use crate::state::{Answer, AnswerCommand, CommandSender, Confidence, ListCommand, ReaderAnswer};
use crate::ui::shortcuts::Action;
use crate::ui::theme;

/// Width of the names of findings.
const NAME_WIDTH_PT: f32 = 124.0;

/// The reader's answers in place of the network's, and both once the reader has committed.
pub fn answers_ui(ui: &mut Ui, view: &SessionView<'_>, commands: &CommandSender) {
    let session = view.session;
    let (number, n_films) = session.progress();
    ui.heading(format!("Blinded session, film {number} of {n_films}"));
    ui.horizontal_wrapped(|ui| {
        for action in [
            Action::CommitAnswers,
            Action::PreviousOfSession,
            Action::NextOfSession,
            Action::EndSession,
        ] {
            let key = view.actions.key_words(ui.ctx(), action);
            let button = Button::new(action.label());
            let response = view.actions.add(ui, action, button, commands);
            if !key.is_empty() {
                response.on_hover_text(key);
            }
        }
    });
    status_ui(ui, view, commands);
    if let Some(committed) = session.committed() {
        committed_ui(ui, committed);
        return;
    }
    if view.stage == SessionStage::Elsewhere {
        return;
    }
    ui.weak(keys_text(ui, view));
    ui.add_space(theme::SMALL_GAP_PT);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        // Only when it moves, so that the reader can scroll away.
        let id = Id::unique("asked finding");
        let asked = (number, session.asked());
        let before = ui.data(|data| data.get_temp::<(usize, usize)>(id));
        ui.data_mut(|data| data.insert_temp(id, asked));
        for (finding, name) in session.findings().iter().enumerate() {
            let is_asked = finding == session.asked();
            let frame = Frame::new().inner_margin(3.0).corner_radius(5.0);
            let visuals = ui.visuals();
            let frame = if is_asked {
                let color = visuals.selection.bg_fill;
                frame
                    .fill(color.gamma_multiply(0.30))
                    .stroke(Stroke::new(1.0, color))
            } else {
                frame
            };
            let shown = frame.show(ui, |ui| {
                ui.set_width(ui.available_width());
                let row = (finding, name.replace('_', " "), session.answer_to(finding));
                question_ui(ui, &row, is_asked, commands);
            });
            if is_asked && before != Some(asked) {
                shown.response.scroll_to_me(None);
            }
        }
        ui.add_space(theme::SMALL_GAP_PT);
        let log = session.log.display().to_string();
        ui.add(egui::Label::new(RichText::new(format!("Log: {log}")).weak()).truncate())
            .on_hover_text(log);
    });
}

/// One line that is always there: what the reader can do next.
fn status_ui(ui: &mut Ui, view: &SessionView<'_>, commands: &CommandSender) {
    let session = view.session;
    let warning = theme::palette(ui.visuals()).warning;
    let n_findings = session.findings().len();
    if let Some(refusal) = session.refusal {
        ui.label(RichText::new(refusal).strong().color(warning));
        return;
    }
    match view.stage {
        SessionStage::Elsewhere => {
            ui.horizontal(|ui| {
                ui.label("Another film is open");
                if ui.button("Back to the session").clicked() {
                    commands.list(ListCommand::ShowAsked);
                }
            });
        }
        SessionStage::Failed => {
            let text = "This film could not be opened: go on to the next one";
            ui.label(RichText::new(text).color(warning));
        }
        SessionStage::Committing => {
            ui.label("Writing the answers to the log…");
        }
        SessionStage::Committed => {
            let key = view.actions.key_words(ui.ctx(), Action::NextOfSession);
            let text = if session.is_finished() {
                "All films are read. Enter shows the end page".to_owned()
            } else {
                format!("Committed. Enter or {key} shows the next film")
            };
            ui.label(text);
        }
        SessionStage::Waiting | SessionStage::Asking => {
            let n = session.n_answered();
            let wait = match view.stage {
                SessionStage::Waiting => ". The film is being opened",
                _ => "",
            };
            ui.label(format!("{n} of {n_findings} findings answered{wait}"));
        }
    }
}

/// Which keys answer.
fn keys_text(ui: &Ui, view: &SessionView<'_>) -> String {
    let key = |action| match view.actions.key_words(ui.ctx(), action).as_str() {
        "" => "no key".to_owned(),
        key => key.to_owned(),
    };
    format!(
        "{} present, {} absent, {} unsure, {} clears; {} and {} change the finding. Confidence first: {} to {}, or {} and {}",
        key(Action::AnswerPresent),
        key(Action::AnswerAbsent),
        key(Action::AnswerUnsure),
        key(Action::ClearAnswer),
        key(Action::PreviousQuestion),
        key(Action::NextQuestion),
        key(Action::Confidence1),
        key(Action::Confidence5),
        key(Action::LessConfidence),
        key(Action::MoreConfidence),
    )
}

/// One finding: its name, the three answers, and how sure where it is the one that is asked for.
fn question_ui(
    ui: &mut Ui,
    (finding, name, found): &(usize, String, ReaderAnswer),
    is_asked: bool,
    commands: &CommandSender,
) {
    let finding = *finding;
    let answer = |command| commands.list(ListCommand::Answer(command));
    ui.horizontal(|ui| {
        let text = RichText::new(name);
        let text = if is_asked { text.strong() } else { text };
        let size = egui::vec2(NAME_WIDTH_PT, ui.spacing().interact_size.y);
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        ui.allocate_ui_with_layout(size, layout, |ui| {
            ui.set_min_width(NAME_WIDTH_PT);
            ui.set_max_width(NAME_WIDTH_PT);
            ui.spacing_mut().button_padding.x = 2.0;
            let button = Button::selectable(false, text).truncate();
            let response = ui.add(button);
            response.widget_info(|| {
                WidgetInfo::selected(egui::Role::Button, true, is_asked, format!("Ask: {name}"))
            });
            if response.clicked() {
                answer(AnswerCommand::Ask(finding));
            }
        });
        for known in Answer::ALL {
            let chosen = found.answer == Some(known);
            let response = ui.add(Button::selectable(chosen, theme::sentence(known.name())));
            let spoken = format!("{name}: {}", known.name());
            response.widget_info(|| {
                WidgetInfo::selected(egui::Role::RadioButton, true, chosen, &spoken)
            });
            if response.clicked() {
                let again = (!chosen).then_some(known);
                answer(AnswerCommand::Set(finding, again));
            }
        }
        if let Some(confidence) = found.confidence.filter(|_| !is_asked) {
            ui.weak(confidence.get().to_string())
                .on_hover_text(format!("Confidence: {}", confidence.words()));
        }
    });
    if is_asked {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 3.0;
            ui.weak("Sure?");
            for step in Confidence::ALL {
                let chosen = found.confidence == Some(step);
                let text = format!("{} {}", step.get(), step.words());
                let response = ui.add(Button::selectable(chosen, text).small());
                let spoken = format!("Confidence {}: {}", step.get(), step.words());
                response.widget_info(|| {
                    WidgetInfo::selected(egui::Role::RadioButton, true, chosen, &spoken)
                });
                if response.clicked() {
                    answer(AnswerCommand::SetConfidence((!chosen).then_some(step)));
                }
            }
        });
    }
}

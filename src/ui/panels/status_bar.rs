use egui::{Align, Layout, Ui};

use super::messages::message_ui;
use super::training::running_text;
use crate::domain::NOTICE;
use crate::state::{
    Command, CommandSender, ModelOrigin, Notices, Shared, TrainingCommand, TrainingPage,
    TrainingState,
};
use crate::ui::theme;

/// The permanent notice; the running training; the message of the moment, else model, device and time taken. While a
/// reader is blinded, the notice and messages alone.
pub fn status_bar_ui(
    ui: &mut Ui,
    shared: &Shared,
    training: &TrainingState,
    notices: &Notices,
    blinded: bool,
    commands: &CommandSender,
) {
    ui.horizontal(|ui| {
        let palette = theme::palette(ui.visuals());
        ui.label(egui::RichText::new(NOTICE).strong().color(palette.warning));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if blinded {
                ui.label("Blinded session");
            } else if let Some(text) = running_text(training) {
                let text = egui::RichText::new(text).color(palette.accent);
                let link = ui.link(text).on_hover_text("Go to the training");
                if link.clicked() {
                    let page = TrainingCommand::ShowPage(TrainingPage::Run);
                    commands.send(Command::Training(page));
                }
                ui.separator();
            }
            if message_ui(ui, notices, commands) || blinded {
                return;
            }
            let text = model_text(shared);
            ui.add(egui::Label::new(&text).truncate())
                .on_hover_text(text);
        });
    });
}

fn model_text(shared: &Shared) -> String {
    let mut parts = Vec::new();
    if shared.model.is_loading() {
        parts.push("Loading model…".to_owned());
    }
    match &shared.model.loaded {
        Some(loaded) => {
            let memory = match loaded.origin {
                ModelOrigin::Moment(_) => ", in memory only",
                ModelOrigin::Default | ModelOrigin::File(_) => "",
            };
            parts.push(format!("Model {}{memory}", loaded.classifier.id()));
        }
        None if !shared.model.is_loading() => parts.push("No model".to_owned()),
        None => {}
    }
    parts.push(shared.device_name());
    if let Some(reading) = shared.films.film.reading() {
        let millis = reading.elapsed.as_secs_f64() * 1e3;
        parts.push(format!("Scored in {millis:.0} ms"));
    }
    parts.join("   ·   ")
}

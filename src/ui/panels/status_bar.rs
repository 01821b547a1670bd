use egui::{Align, Layout, Ui};

use super::training::running_text;
use crate::domain::NOTICE;
use crate::state::{
    Command, CommandSender, ModelOrigin, Shared, TrainingCommand, TrainingPage, TrainingState,
};
use crate::ui::theme;

/// The permanent notice; the running training; model, device and time taken.
pub fn status_bar_ui(
    ui: &mut Ui,
    shared: &Shared,
    training: &TrainingState,
    commands: &CommandSender,
) {
    ui.horizontal(|ui| {
        let palette = theme::palette(ui.visuals());
        ui.label(egui::RichText::new(NOTICE).strong().color(palette.warning));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let text = model_text(shared);
            ui.add(egui::Label::new(&text).truncate())
                .on_hover_text(text);
            if let Some(text) = running_text(training) {
                ui.separator();
                let text = egui::RichText::new(text).color(palette.accent);
                let link = ui.link(text).on_hover_text("Go to the training");
                if link.clicked() {
                    let page = TrainingCommand::ShowPage(TrainingPage::Run);
                    commands.send(Command::Training(page));
                }
            }
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

use egui::{Align, Layout, Ui};

use crate::domain::NOTICE;
use crate::state::AppState;
use crate::ui::theme;

/// The notice that never leaves the screen; model, device and time taken.
pub fn status_bar_ui(ui: &mut Ui, state: &AppState) {
    ui.horizontal(|ui| {
        let palette = theme::palette(ui.visuals());
        ui.label(egui::RichText::new(NOTICE).strong().color(palette.warning));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(model_text(state));
        });
    });
}

fn model_text(state: &AppState) -> String {
    let mut parts = Vec::new();
    if state.is_loading_model() {
        parts.push("Loading model…".to_owned());
    }
    match &state.model.loaded {
        Some(loaded) => parts.push(format!("Model {}", loaded.classifier.id())),
        None if !state.is_loading_model() => parts.push("No model".to_owned()),
        None => {}
    }
    parts.push(state.device_name());
    if let Some(reading) = state.study.film.reading() {
        let millis = reading.elapsed.as_secs_f64() * 1e3;
        parts.push(format!("Scored in {millis:.0} ms"));
    }
    parts.join("   ·   ")
}

use egui::{Align2, Context, Grid, ScrollArea, Ui, Window};

use crate::domain::OperatingPoint;
use crate::model::ModelCard;
use crate::state::{Command, CommandSender, Loaded};

/// The model card.
pub fn about_ui(ctx: &Context, loaded: &Loaded, commands: &CommandSender) {
    let mut open = true;
    Window::new("About this model")
        .open(&mut open)
        .collapsible(false)
        .pivot(Align2::CENTER_CENTER)
        .default_pos(ctx.content_rect().center())
        .default_size([620.0, 520.0])
        .show(ctx, |ui| {
            ScrollArea::vertical().show(ui, |ui| {
                let card = loaded.classifier.card();
                ui.heading(&card.name);
                let origin = loaded.origin.words();
                facts_ui(
                    ui,
                    "origin",
                    &[("Model", loaded.classifier.id()), ("File", &origin)],
                );
                ui.separator();
                let facts = card.facts();
                let facts: Vec<(&str, &str)> = facts
                    .iter()
                    .map(|(name, value)| (*name, value.as_str()))
                    .collect();
                facts_ui(ui, "card", &facts);
                ui.separator();
                labels_ui(ui, card);
            });
        });
    if !open {
        commands.send(Command::ShowAbout(false));
    }
}

fn facts_ui(ui: &mut Ui, id: &str, facts: &[(&str, &str)]) {
    Grid::new(id)
        .num_columns(2)
        .spacing([16.0, 6.0])
        .show(ui, |ui| {
            for (name, value) in facts {
                ui.strong(*name);
                ui.add(egui::Label::new(*value).wrap());
                ui.end_row();
            }
        });
}

fn labels_ui(ui: &mut Ui, card: &ModelCard) {
    Grid::new("labels")
        .num_columns(4)
        .striped(true)
        .spacing([16.0, 4.0])
        .show(ui, |ui| {
            for head in [
                "Finding",
                "Operating point",
                "Chosen by",
                "Share in training",
            ] {
                ui.strong(head);
            }
            ui.end_row();
            for (finding_idx, name) in card.labels.iter().enumerate() {
                ui.label(name);
                let point = card.operating_points.get(finding_idx);
                let point = point.and_then(Option::as_ref);
                let threshold = point.map(|point| format!("{:.3}", point.threshold()));
                ui.label(threshold.as_deref().unwrap_or("n/a"));
                ui.label(point.map_or("n/a", OperatingPoint::chosen_by));
                let frequency = card.class_frequencies.get(finding_idx).copied().flatten();
                ui.label(frequency.map_or("n/a".to_owned(), |f| format!("{:.1} %", f * 100.0)));
                ui.end_row();
            }
        });
}

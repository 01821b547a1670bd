use egui::{CollapsingHeader, Grid, RichText, ScrollArea, Ui};

use crate::state::RunRecord;
use crate::train::SettingRow;
use crate::ui::panels::training::duration_text;
use crate::ui::panels::training::text::figure_text;

/// A setting's name or value.
const SETTING_WIDTH_PT: f32 = 120.0;

/// The facts of a run: enough to recognize it years later.
pub fn facts_ui(ui: &mut Ui, record: &RunRecord) {
    ui.strong("Run");
    Grid::new("run facts")
        .num_columns(2)
        .spacing([12.0, 4.0])
        .show(ui, |ui| {
            for (name, value) in facts(record) {
                ui.label(name);
                ui.add(egui::Label::new(value).wrap());
                ui.end_row();
            }
        });
}

/// All settings; beside the run's own value that of every compared run, in bold where they differ.
pub fn settings_ui(ui: &mut Ui, names: &[String], rows: &[SettingRow]) {
    let is_compared = names.len() > 1;
    let title = if is_compared {
        "Settings, what differs first"
    } else {
        "Settings"
    };
    CollapsingHeader::new(title)
        .id_salt(("settings", is_compared))
        .default_open(is_compared)
        .show(ui, |ui| {
            let shown = ScrollArea::horizontal().id_salt("settings");
            shown.show(ui, |ui| {
                Grid::new("run settings")
                    .num_columns(1 + names.len())
                    .striped(true)
                    .max_col_width(SETTING_WIDTH_PT)
                    .show(ui, |ui| {
                        if is_compared {
                            ui.label("");
                            for name in names {
                                ui.add(egui::Label::new(RichText::new(name).small()).truncate());
                            }
                            ui.end_row();
                        }
                        for row in rows {
                            setting_ui(ui, row);
                            ui.end_row();
                        }
                    });
            });
        });
}

fn setting_ui(ui: &mut Ui, row: &SettingRow) {
    let text = |text: &str| {
        let text = RichText::new(text).small();
        if row.differs {
            text.strong()
        } else {
            text.weak()
        }
    };
    ui.add(egui::Label::new(text(&row.key)).truncate());
    for value in &row.values {
        let label = ui.add(egui::Label::new(text(value)).truncate());
        label.on_hover_text(value);
    }
}

fn facts(record: &RunRecord) -> Vec<(&'static str, String)> {
    let config = &record.config;
    let [train, valid, test] = record.n_films;
    let mut facts = vec![
        ("Folder", record.folder.display().to_string()),
        ("Data", config.data.display().to_string()),
        (
            "Network",
            format!("ResNet-v2, {} layers, {} px", config.depth, config.side),
        ),
    ];
    // They are counted once the films are decoded.
    if record.n_films.iter().any(|n_films| *n_films > 0) {
        facts.push((
            "Films",
            format!("{train} training, {valid} validation, {test} test"),
        ));
    }
    if let Some(best) = record.best_epoch() {
        let auc = figure_text(best.valid_auc.macro_mean());
        facts.push((
            "Best epoch",
            format!("{}, macro AUC {auc} on validation", best.epoch),
        ));
    }
    if let Some(test) = &record.test_auc {
        let defined = test.defined().len();
        let auc = figure_text(test.macro_mean());
        let n_labels = test.labels.len();
        facts.push((
            "Test",
            format!("macro AUC {auc} over {defined} of {n_labels} labels"),
        ));
    }
    if let Some(last) = record.epochs.last() {
        facts.push(("Time", duration_text(last.elapsed_secs)));
    }
    if let Some(info) = &record.info {
        facts.push(("Started", info.started.clone()));
        facts.push(("Machine", format!("{}, {}", info.software, info.device)));
        if info.n_leaking_patients > 0 {
            let n_patients = info.n_leaking_patients;
            facts.push((
                "Leaks",
                format!("{n_patients} patients appear in several parts"),
            ));
        }
        if !info.unreadable.is_empty() {
            let n_films = info.unreadable.len();
            facts.push(("Unreadable", format!("{n_films} films, see the log")));
        }
    }
    facts
}

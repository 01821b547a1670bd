use egui::{Grid, RichText, Ui};

use crate::dataset::PartSummary;
use crate::state::{CheckReport, PartCheck};
use crate::ui::theme;

/// The cell of a part in one row.
type CellText<'a> = &'a dyn Fn(&PartCheck) -> String;

/// Films, patients, views, sexes and ages of the three parts.
pub fn parts_ui(ui: &mut Ui, check: &CheckReport) {
    ui.strong("Parts");
    Grid::new("parts")
        .num_columns(4)
        .striped(true)
        .spacing([16.0, 4.0])
        .show(ui, |ui| {
            ui.label("");
            for part in ["Training", "Validation", "Test"] {
                ui.label(RichText::new(part).small().weak());
            }
            ui.end_row();
            let rows: [(&str, CellText<'_>); 8] = [
                ("Films of the split", &|part| part.split.n_films.to_string()),
                ("Films used", &|part| part.used.n_films.to_string()),
                ("Without a file", &|part| part.n_missing.to_string()),
                ("Patients", &|part| part.used.n_patients.to_string()),
                ("No Finding, used", &|part| {
                    part.used.n_no_finding.to_string()
                }),
                ("Views", &|part| views_text(&part.used)),
                ("Sexes", &|part| sexes_text(&part.used)),
                ("Ages", &|part| ages_text(&part.used)),
            ];
            for (name, text) in rows {
                ui.label(name);
                for part in &check.parts {
                    ui.label(text(part));
                }
                ui.end_row();
            }
        });
    ui.add_space(theme::GAP_PT);
}

fn views_text(part: &PartSummary) -> String {
    let views = &part.views;
    counts_text(&[
        ("PA", views.pa),
        ("AP", views.ap),
        ("other", views.other),
        ("not given", views.unknown),
    ])
}

fn sexes_text(part: &PartSummary) -> String {
    let sexes = &part.sexes;
    counts_text(&[
        ("F", sexes.female),
        ("M", sexes.male),
        ("not given", sexes.unknown),
    ])
}

fn ages_text(part: &PartSummary) -> String {
    part.ages.as_ref().map_or("not given".to_owned(), |ages| {
        format!(
            "{:.0} to {:.0}, median {:.0}",
            ages.min, ages.max, ages.median
        )
    })
}

fn counts_text(counts: &[(&str, usize)]) -> String {
    let some = counts.iter().filter(|(_, n_films)| *n_films > 0);
    let texts: Vec<String> = some
        .map(|(name, n_films)| format!("{n_films} {name}"))
        .collect();
    texts.join(", ")
}

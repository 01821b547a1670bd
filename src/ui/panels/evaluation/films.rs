use egui::{RichText, ScrollArea, Sense, Ui, UiBuilder, Vec2};

use super::model::EvaluationViews;
use crate::scores::{LabelColumn, ScoredSet};
use crate::state::{CommandSender, EvaluationCommand, EvaluationState};
use crate::ui::theme;

/// Films drawn at most; how many more there are is said.
const MAX_FILMS: usize = 60;

/// The films of a cell of the 2x2 table, or those that changed side in the last move.
pub fn films_ui(
    ui: &mut Ui,
    evaluation: &EvaluationState,
    views: &mut EvaluationViews,
    commands: &CommandSender,
) {
    let (Some(set), Some(column)) = (evaluation.scored(), evaluation.column()) else {
        return;
    };
    let films = evaluation.listed_films();
    let listed = evaluation.listed.cell.is_some() || evaluation.listed.different.is_some();
    let words = match evaluation.listed.cell {
        None if evaluation.listed.different.is_some() => {
            "Films on which the two scores differ most: here, there".to_owned()
        }
        Some(cell) => {
            let name = cell.name();
            match films.len() {
                0 => format!("{name}: no film"),
                1 => format!("{name}: 1 film"),
                n_films => format!("{name}: {n_films} films, nearest to the threshold first"),
            }
        }
        None if films.is_empty() => {
            "Move the threshold to see the films that change side, or click a cell of the table"
                .to_owned()
        }
        None if films.len() == 1 => "1 film changed side in the last move".to_owned(),
        None => format!("{} films changed side in the last move", films.len()),
    };
    ui.horizontal(|ui| {
        ui.strong(words);
        if films.len() > MAX_FILMS {
            ui.weak(format!("The first {MAX_FILMS} are shown"));
        }
        if evaluation.comparison.done().is_some() {
            let mut shown = evaluation.listed.different.is_some();
            let check = ui.checkbox(&mut shown, "List the films that differ most");
            if check.changed() {
                commands.evaluate(EvaluationCommand::ShowDifferent(shown));
            }
        }
        if listed && ui.small_button("Close the list").clicked() {
            commands.evaluate(EvaluationCommand::ShowCell(None));
        }
    });
    let shown: Vec<usize> = films.into_iter().take(MAX_FILMS).collect();
    let path = |&film: &usize| Some(set.predictions.films.get(film)?.path.clone());
    let paths: Vec<_> = shown.iter().filter_map(path).collect();
    if evaluation.listed.pictures.lacks(&paths) {
        commands.evaluate(EvaluationCommand::WantPictures(paths));
    }
    ScrollArea::horizontal().auto_shrink(false).show(ui, |ui| {
        ui.horizontal_top(|ui| {
            for film in shown {
                film_ui(ui, (set, column, film), evaluation, views, commands);
            }
        });
    });
}

fn film_ui(
    ui: &mut Ui,
    (set, column, film): (&ScoredSet, &LabelColumn, usize),
    evaluation: &EvaluationState,
    views: &mut EvaluationViews,
    commands: &CommandSender,
) {
    let Some(prediction) = set.predictions.films.get(film) else {
        return;
    };
    let score = column.scores.get(film).copied().unwrap_or(0.0);
    let truth = column.truth.get(film).copied().flatten();
    let side = theme::STRIP_FILM_SIDE_PT;
    let builder = UiBuilder::new()
        .id_salt(("film", film))
        .sense(Sense::click());
    let response = ui
        .scope_builder(builder, |ui| {
            ui.vertical(|ui| {
                ui.set_width(side);
                ui.spacing_mut().item_spacing.y = 1.0;
                let (rect, _) = ui.allocate_exact_size(Vec2::splat(side), Sense::hover());
                views
                    .small_films
                    .paint(ui, rect, &prediction.path, &evaluation.listed.pictures);
                let palette = theme::palette(ui.visuals());
                let flagged = score >= evaluation.threshold();
                let color = if flagged {
                    palette.above_text
                } else {
                    palette.weak_text
                };
                let truth = match truth {
                    Some(true) => "with",
                    Some(false) => "without",
                    None => "unknown",
                };
                let mut different = evaluation.listed.different.iter().flatten();
                let other = different.find(|(other, _)| *other == film);
                let words = other.map_or_else(
                    || format!("{score:.3} {truth}"),
                    |(_, other)| format!("{score:.2}, {other:.2} {truth}"),
                );
                let words = RichText::new(words).small();
                let words = words.color(color);
                ui.add(egui::Label::new(words).selectable(false).truncate());
            });
        })
        .response;
    let name = prediction
        .path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let words = format!("Film {name}");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Button, true, &words));
    let hover = format!(
        "{}\npatient {}",
        prediction.path.display(),
        prediction.patient_id
    );
    if response.on_hover_text(hover).clicked() {
        commands.evaluate(EvaluationCommand::OpenFilm(prediction.path.clone()));
    }
}

use std::ops::Range;

use egui::{Align, Button, Layout, RichText, ScrollArea, Sense, Ui, UiBuilder, Vec2};

use super::TrainingViews;
use crate::scores::FilmPrediction;
use crate::state::{CommandSender, FilmOrder, ScoredFilms, TrainingCommand, TrainingState};
use crate::ui::theme;
use crate::ui::widgets::Busy;
use crate::work::Task;

/// Number of labels on a card: all that are present, and the highest of the others.
const MAX_LABELS: usize = 5;

/// Validation films, what is true of them and what the best model says, by loss.
pub fn films_ui(
    ui: &mut Ui,
    training: &TrainingState,
    views: &mut TrainingViews,
    commands: &CommandSender,
) {
    let gallery = &training.gallery;
    let Some(run) = &training.run else {
        ui.weak("No run in view");
        return;
    };
    match &gallery.films {
        Task::Idle => {
            ui.weak("After the first epoch with validation films");
        }
        Task::Running(_) => {
            ui.add(Busy);
        }
        Task::Failed(error) => {
            let palette = theme::palette(ui.visuals());
            ui.label(theme::sentence(error).color(palette.error));
        }
        Task::Done(films) => {
            let best = run.record.best_epoch().map_or(0, |epoch| epoch.epoch);
            head_ui(ui, films, gallery.order, best, commands);
            ui.separator();
            cards_ui(ui, training, films, views, commands);
        }
    }
}

fn head_ui(
    ui: &mut Ui,
    films: &ScoredFilms,
    order: FilmOrder,
    best: usize,
    commands: &CommandSender,
) {
    ui.horizontal(|ui| {
        let n_films = films.by_loss.len();
        ui.strong(format!(
            "{n_films} validation films, scored by the model of epoch {best}"
        ));
        for (choice, words) in [
            (FilmOrder::WorstFirst, "Highest loss first"),
            (FilmOrder::BestFirst, "Lowest loss first"),
        ] {
            if ui.add(Button::selectable(order == choice, words)).clicked() {
                commands.train(TrainingCommand::OrderFilms(choice));
            }
        }
        ui.weak("Click a film to open it in the viewer");
    });
}

fn cards_ui(
    ui: &mut Ui,
    training: &TrainingState,
    films: &ScoredFilms,
    views: &mut TrainingViews,
    commands: &CommandSender,
) {
    let size = theme::CARD_SIZE_PT;
    let gap = ui.spacing().item_spacing;
    let n_columns = ((ui.available_width() + gap.x) / (size.x + gap.x))
        .floor()
        .max(1.0) as usize;
    let n_films = films.by_loss.len();
    let mut in_view: Range<usize> = 0..0;
    ScrollArea::vertical().auto_shrink(false).show_rows(
        ui,
        size.y,
        n_films.div_ceil(n_columns),
        |ui, rows| {
            in_view = rows.start * n_columns..(rows.end * n_columns).min(n_films);
            for row in rows {
                ui.horizontal(|ui| {
                    for rank in row * n_columns..((row + 1) * n_columns).min(n_films) {
                        if let Some((film, loss)) = films.at(rank, training.gallery.order) {
                            let labels = &films.predictions.labels;
                            card_ui(ui, (film, loss), labels, training, views, commands);
                        }
                    }
                });
            }
        },
    );
    let shown = in_view
        .clone()
        .filter_map(|rank| films.at(rank, training.gallery.order));
    let missing = |(film, _): &(&FilmPrediction, f64)| {
        !training.gallery.pictures.known.contains_key(&film.path)
    };
    if shown.into_iter().any(|film| missing(&film)) {
        commands.train(TrainingCommand::WantPictures(in_view));
    }
}

fn card_ui(
    ui: &mut Ui,
    (film, loss): (&FilmPrediction, f64),
    labels: &[String],
    training: &TrainingState,
    views: &mut TrainingViews,
    commands: &CommandSender,
) {
    let (rect, response) = ui.allocate_exact_size(theme::CARD_SIZE_PT, Sense::click());
    if !ui.is_rect_visible(rect) {
        return;
    }
    let name = film.path.file_name().unwrap_or(film.path.as_os_str());
    let name = name.to_string_lossy();
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::accesskit::Role::Button, true, name.as_ref())
    });
    let visuals = ui.visuals();
    let fill = if response.hovered() || response.has_focus() {
        visuals.widgets.hovered.weak_bg_fill
    } else {
        visuals.faint_bg_color
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    let content = rect.shrink(9.0);
    let builder = UiBuilder::new()
        .max_rect(content)
        .layout(Layout::left_to_right(Align::Min));
    // A child of its own: the card's place is already taken.
    let mut card = ui.new_child(builder);
    picture_ui(&mut card, film, training, views);
    card.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.spacing_mut().interact_size.y = theme::SMALL_TEXT_PT;
        let heading = RichText::new(name.as_ref()).strong();
        ui.add(egui::Label::new(heading).truncate().selectable(false));
        let line = format!("Patient {}   ·   loss {loss:.3}", film.patient_id);
        ui.add(egui::Label::new(RichText::new(line).small().weak()).selectable(false));
        ui.add_space(4.0);
        labels_ui(ui, film, labels);
    });
    let hover = film.path.display().to_string();
    if response.on_hover_text(hover).clicked() {
        commands.train(TrainingCommand::OpenFilm(film.path.clone()));
    }
}

fn picture_ui(
    ui: &mut Ui,
    film: &FilmPrediction,
    training: &TrainingState,
    views: &mut TrainingViews,
) {
    let side = theme::THUMBNAIL_SIDE_PT;
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(side), Sense::hover());
    let pictures = &training.gallery.pictures;
    views.small_films.paint(ui, rect, &film.path, pictures);
}

/// Present findings in bold, absent ones in plain, each with its score as number and bar; those that
/// are not known are left out.
fn labels_ui(ui: &mut Ui, film: &FilmPrediction, labels: &[String]) {
    let mut shown: Vec<(&str, bool, f32)> = labels
        .iter()
        .zip(film.truth.iter().zip(&film.scores))
        .filter_map(|(label, (&truth, &score))| Some((label.as_str(), truth?, score as f32)))
        .collect();
    shown.sort_by(|a, b| b.1.cmp(&a.1).then(b.2.total_cmp(&a.2)));
    let all_known = film.truth.iter().all(Option::is_some);
    if all_known && shown.first().is_some_and(|(_, truth, _)| !truth) {
        let text = RichText::new("No Finding").small().strong();
        ui.add(egui::Label::new(text).selectable(false));
        shown.truncate(MAX_LABELS - 1);
    }
    for (label, truth, score) in shown.into_iter().take(MAX_LABELS) {
        score_ui(ui, &label.replace('_', " "), truth, score);
    }
}

fn score_ui(ui: &mut Ui, label: &str, truth: bool, score: f32) {
    let palette = theme::palette(ui.visuals());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let (rect, _) = ui.allocate_exact_size(Vec2::new(56.0, 8.0), Sense::hover());
        ui.painter().rect_filled(rect, 2.0, palette.rail);
        let color = if truth { palette.accent } else { palette.steps };
        let bar = rect.with_max_x(rect.left() + rect.width() * score.clamp(0.0, 1.0));
        ui.painter().rect_filled(bar, 2.0, color);
        let number = RichText::new(format!("{score:.3}")).small().monospace();
        ui.add(egui::Label::new(number).selectable(false));
        let text = RichText::new(label).small();
        let text = if truth { text.strong() } else { text.weak() };
        ui.add(egui::Label::new(text).truncate().selectable(false));
    });
}

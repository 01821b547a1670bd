use std::path::PathBuf;

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Align2, FontId, PopupCloseBehavior, Rect, Response, ScrollArea, Sense, Ui, Vec2};

use super::ListView;
use super::filter::filter_ui;
use super::headings::{
    heading_row_ui, patient_words, short_patient_words, short_study_words, study_words,
};
use crate::domain::Score;
use crate::state::{
    CommandSender, FilmEntry, FilmStatus, ListCommand, ListFilter, ListRow, Mark, RowHeights,
    SortKey, ViewerCommand, n_above, score,
};
use crate::ui::icons::Icon;
use crate::ui::panels::film_menu::{MenuKeys, film_menu_ui};
use crate::ui::panels::small_films::SmallFilms;
use crate::ui::shortcuts::Action;
use crate::ui::theme;
use crate::ui::widgets::IconButton;

/// Narrower lists have no room for a picture beside the words of a button.
const LEAST_WIDTH_FOR_PICTURE_PT: f32 = 120.0;
/// Half the side of the sign of a score at or above its threshold.
const SIGN_PT: f32 = 3.5;
/// Width of the filter, where it opens from the strip.
const FILTER_WIDTH_PT: f32 = 220.0;
/// Height of the words below a film of the strip.
const STRIP_WORDS_HEIGHT_PT: f32 = 16.0;

/// State of the list between frames.
#[derive(Default)]
pub struct ListViews {
    films: SmallFilms,
    /// The film that was scrolled to last.
    scrolled_to: Option<usize>,
}

/// The films that are open, as they are sorted and filtered; a click shows one.
pub fn film_list_ui(
    ui: &mut Ui,
    view: &ListView<'_>,
    views: &mut ListViews,
    commands: &CommandSender,
) {
    let strip = ui.available_width() < theme::WIDE_LIST_WIDTH_PT;
    heading_ui(ui, view, commands);
    if strip {
        strip_filter_ui(ui, view, commands);
    } else {
        filter_ui(ui, view, commands);
    }
    ui.separator();
    let rows = view.list.rows();
    if rows.is_empty() {
        ui.weak("No film matches the filter");
    }
    let film_height = if strip {
        theme::STRIP_ROW_HEIGHT_PT
    } else {
        theme::LIST_ROW_HEIGHT_PT
    };
    let space = ui.spacing().item_spacing.y;
    let heights = RowHeights {
        film: f64::from(film_height + space),
        heading: f64::from(theme::LIST_HEADING_HEIGHT_PT + space),
    };
    let mut area = ScrollArea::vertical().auto_shrink(false);
    // A film that came into view otherwise than by a click may be outside.
    let current = view.films.current();
    if views.scrolled_to != current {
        views.scrolled_to = current;
        if let Some(row) = current.and_then(|place| rows.row_of(place)) {
            let middle = rows.top(row, heights) as f32 - ui.available_height() / 2.0;
            area = area.vertical_scroll_offset(middle.max(0.0));
        }
    }
    area.show_viewport(ui, |ui, viewport| {
        ui.set_height((rows.top(rows.len(), heights) as f32 - space).max(0.0));
        let (top, bottom) = (f64::from(viewport.min.y), f64::from(viewport.max.y));
        let shown = rows.at(top.max(0.0), heights)..(rows.at(bottom, heights) + 1).min(rows.len());
        // Of a hundred thousand rows only those in view are laid out, from where the first begins.
        let begin = rows.top(shown.start, heights) as f32;
        let place = ui.max_rect();
        let place = place.with_min_y(place.top() + begin);
        ui.scope_builder(egui::UiBuilder::new().max_rect(place), |ui| {
            // Names of widgets follow their rows while the list scrolls.
            ui.skip_ahead_auto_ids(shown.start);
            let shown: Vec<ListRow> = shown.filter_map(|row| rows.get(row)).collect();
            rows_ui(ui, view, views, strip, &shown, commands);
        });
    });
}

/// The rows in view.
fn rows_ui(
    ui: &mut Ui,
    view: &ListView<'_>,
    views: &mut ListViews,
    strip: bool,
    rows: &[ListRow],
    commands: &CommandSender,
) {
    let entry = |place: usize| view.films.entries().get(place);
    let films = rows.iter().filter_map(|row| match row {
        ListRow::Film(place) => Some(entry(*place)?.path.clone()),
        ListRow::Patient { .. } | ListRow::Study(_) => None,
    });
    let paths: Vec<PathBuf> = films.collect();
    if view.list.pictures.lacks(&paths) {
        commands.list(ListCommand::WantPictures(paths));
    }
    for row in rows {
        match *row {
            ListRow::Patient {
                first,
                last,
                n_films,
            } => {
                let words = patient_words([entry(first), entry(last)], n_films);
                let short = strip.then(|| short_patient_words(entry(first), n_films));
                heading_row_ui(ui, &words, short.as_ref().unwrap_or(&words), true);
            }
            ListRow::Study(first) => {
                if let Some(first) = entry(first) {
                    let words = study_words(first);
                    let short = strip.then(|| short_study_words(first));
                    heading_row_ui(ui, &words, short.as_ref().unwrap_or(&words), false);
                }
            }
            ListRow::Film(place) => {
                if let Some(entry) = entry(place) {
                    film_row_ui(ui, view, views, strip, (place, entry), commands);
                }
            }
        }
    }
}

fn film_row_ui(
    ui: &mut Ui,
    view: &ListView<'_>,
    views: &mut ListViews,
    strip: bool,
    (place, entry): (usize, &FilmEntry),
    commands: &CommandSender,
) {
    let current = view.films.current() == Some(place);
    // A reader of a blinded session is not told by the file's name.
    let number = format!("Film {}", place + 1);
    let name = match view.list.blinded {
        Some(_) => &number,
        None => &entry.name,
    };
    let named = (entry, name.as_str());
    let response = if strip {
        strip_row_ui(ui, view, named, current, &mut views.films)
    } else {
        row_ui(ui, view, named, current, &mut views.films)
    };
    film_menu_ui(&response, MenuKeys::InFocus, view.actions, place, commands);
    if response.clicked() {
        // Where it was clicked is where it is: no need to scroll.
        views.scrolled_to = Some(place);
        commands.view(ViewerCommand::ShowFilm(place));
    }
}

/// The filter where the list is too narrow for it.
fn strip_filter_ui(ui: &mut Ui, view: &ListView<'_>, commands: &CommandSender) {
    let set = view.list.filter != ListFilter::default();
    let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let size = Vec2::new(ui.available_width(), theme::CONTROL_HEIGHT_PT);
    let words = if set { "Filter (set)" } else { "Filter" };
    MenuButton::from_button(egui::Button::new(words).min_size(size))
        .config(config)
        .ui(ui, |ui| {
            ui.set_width(FILTER_WIDTH_PT);
            filter_ui(ui, view, commands);
        });
}

fn heading_ui(ui: &mut Ui, view: &ListView<'_>, commands: &CommandSender) {
    let n_films = view.films.entries().len();
    let n_shown = view.list.places().len();
    let films = if n_films == 1 { "film" } else { "films" };
    let text = if n_shown == n_films {
        format!("{n_films} {films}")
    } else {
        format!("{n_shown} of {n_films} {films}")
    };
    let text = egui::RichText::new(text).strong();
    ui.add(egui::Label::new(text).truncate());
    if let Some(progress) = view.list.scoring_progress() {
        ui.horizontal_wrapped(|ui| {
            let share = progress.n_done as f32 / progress.n_total.max(1) as f32;
            let text = format!("{} of {}", progress.n_done, progress.n_total);
            let width = (ui.available_width() - 56.0).max(60.0);
            ui.add(
                egui::ProgressBar::new(share)
                    .text(text)
                    .desired_width(width),
            );
            if ui.button("Stop").clicked() {
                commands.list(ListCommand::StopScoring);
            }
        });
    } else if n_films > 1 {
        let action = Action::ScoreAll;
        let word = "Score all";
        let width = ui.available_width();
        let response = if width >= LEAST_WIDTH_FOR_PICTURE_PT {
            let button = IconButton::new(Icon::ScoreAll, word).word(Some(word));
            view.actions.add(ui, action, button.framed(), commands)
        } else {
            let size = Vec2::new(width, theme::CONTROL_HEIGHT_PT);
            let button = egui::Button::new(word).min_size(size);
            view.actions.add(ui, action, button, commands)
        };
        view.actions.explain(response, action, None);
    }
}

/// A small film, its name, and what the list is about.
fn row_ui(
    ui: &mut Ui,
    view: &ListView<'_>,
    (entry, name): (&FilmEntry, &str),
    current: bool,
    films: &mut SmallFilms,
) -> Response {
    let size = Vec2::new(ui.available_width(), theme::LIST_ROW_HEIGHT_PT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, current, name));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let visuals = ui.visuals();
    let palette = theme::palette(visuals);
    let fill = if current {
        visuals.selection.bg_fill
    } else if response.hovered() {
        visuals.faint_bg_color
    } else {
        visuals.panel_fill
    };
    ui.painter().rect_filled(rect, 3.0, fill);
    let picture = Rect::from_min_size(
        rect.min + Vec2::splat(2.0),
        Vec2::splat(rect.height() - 4.0),
    );
    films.paint(ui, picture, &entry.path, &view.list.pictures);
    let failed = matches!(entry.status, FilmStatus::Failed(_) | FilmStatus::Refused(_));
    let color = match entry.status {
        FilmStatus::Failed(_) | FilmStatus::Refused(_) => palette.error,
        FilmStatus::Unread => visuals.weak_text_color(),
        FilmStatus::Scored => visuals.text_color(),
    };
    let left = picture.right() + 6.0;
    let line = |y: f32, size: f32, text: String, color| {
        let width = (rect.right() - left - 4.0).max(10.0);
        let mut job =
            egui::text::LayoutJob::simple_singleline(text, FontId::proportional(size), color);
        job.wrap = egui::text::TextWrapping::truncate_at_width(width);
        let galley = ui.painter().layout_job(job);
        let place = Align2::LEFT_CENTER.anchor_size(egui::pos2(left, y), galley.size());
        ui.painter().galley(place.min, galley, color);
    };
    let marked = entry.mark.map_or("", mark_sign);
    let noted = if entry.note.is_empty() { "" } else { " ✏" };
    let failed = if failed { "! " } else { "" };
    let first = rect.top() + rect.height() * 0.3;
    line(
        first,
        theme::TEXT_PT,
        format!("{failed}{marked}{name}{noted}"),
        color,
    );
    let (second, color) = second_line(ui, view, entry);
    line(
        rect.top() + rect.height() * 0.72,
        theme::SMALL_TEXT_PT,
        second,
        color,
    );
    let blinded = view.list.blinded.is_some();
    response.on_hover_ui(|ui| hover_ui(ui, entry, blinded))
}

/// A small film with its score and what the table says.
fn strip_row_ui(
    ui: &mut Ui,
    view: &ListView<'_>,
    (entry, name): (&FilmEntry, &str),
    current: bool,
    films: &mut SmallFilms,
) -> Response {
    let size = Vec2::new(ui.available_width(), theme::STRIP_ROW_HEIGHT_PT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, current, name));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let visuals = ui.visuals();
    let palette = theme::palette(visuals);
    if current {
        ui.painter()
            .rect_filled(rect, 4.0, visuals.selection.bg_fill);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 4.0, visuals.faint_bg_color);
    }
    let side = (rect.height() - STRIP_WORDS_HEIGHT_PT - 4.0).min(rect.width() - 4.0);
    let top = egui::pos2(rect.center().x - side / 2.0, rect.top() + 2.0);
    let picture = Rect::from_min_size(top, Vec2::splat(side));
    films.paint(ui, picture, &entry.path, &view.list.pictures);
    let (text, color) = match &entry.status {
        FilmStatus::Failed(_) => ("! failed".to_owned(), palette.error),
        FilmStatus::Refused(_) => ("! refused".to_owned(), palette.error),
        FilmStatus::Unread | FilmStatus::Scored => strip_words(ui, view, entry),
    };
    let marked = entry.mark.map_or("", mark_sign);
    let place = egui::pos2(rect.center().x, rect.bottom() - STRIP_WORDS_HEIGHT_PT / 2.0);
    let font = FontId::proportional(theme::SMALL_TEXT_PT);
    let words = format!("{marked}{text}");
    let painter = ui.painter();
    let words = painter.text(place, Align2::CENTER_CENTER, words, font, color);
    if color == palette.above_text {
        // A sign besides the color, for eyes that do not tell it.
        let sign = words.left_center() - Vec2::new(2.0 * SIGN_PT + 1.0, 0.0);
        painter.add(egui::Shape::convex_polygon(
            vec![
                sign + Vec2::new(-SIGN_PT, SIGN_PT),
                sign + Vec2::new(0.0, -SIGN_PT),
                sign + Vec2::new(SIGN_PT, SIGN_PT),
            ],
            color,
            egui::Stroke::NONE,
        ));
    }
    let blinded = view.list.blinded.is_some();
    response.on_hover_ui(|ui| {
        if !blinded {
            ui.label(second_line(ui, view, entry).0);
        }
        hover_ui(ui, entry, blinded);
    })
}

/// The score that the list is about, and whether the table has the finding; short.
fn strip_words(ui: &Ui, view: &ListView<'_>, entry: &FilmEntry) -> (String, egui::Color32) {
    let weak = ui.visuals().weak_text_color();
    if view.list.blinded.is_some() {
        return (String::new(), weak);
    }
    let loaded = view.model.loaded.as_ref();
    let thresholds = loaded.map(|loaded| loaded.thresholds.current());
    let label = match view.list.order.key {
        SortKey::Score(label) => Some(label),
        SortKey::Above => None,
        _ => view.selected,
    };
    let Some(label) = label else {
        let n_above = n_above(entry, thresholds);
        return (
            n_above.map_or_else(String::new, |n| format!("{n} above")),
            weak,
        );
    };
    let Some(value) = score(entry, label) else {
        return (String::new(), weak);
    };
    let name = loaded.and_then(|loaded| loaded.classifier.card().labels.get(label));
    let truth = match name.and_then(|name| entry.has(name)) {
        Some(true) => " +",
        Some(false) => " −",
        None => "",
    };
    (
        format!("{value:.2}{truth}"),
        score_color(ui, view, label, value),
    )
}

/// Orange for a score at or above its threshold.
fn score_color(ui: &Ui, view: &ListView<'_>, label: usize, value: f32) -> egui::Color32 {
    let thresholds = view.model.loaded.as_ref();
    let thresholds = thresholds.map(|loaded| loaded.thresholds.current());
    let threshold = thresholds.and_then(|t| t.get(label));
    let above = Score::new(value).ok().zip(threshold);
    if above.is_some_and(|(score, threshold)| score.is_positive(threshold)) {
        theme::palette(ui.visuals()).above_text
    } else {
        ui.visuals().weak_text_color()
    }
}

fn mark_sign(mark: Mark) -> &'static str {
    match mark {
        Mark::Flagged => "⚑ ",
        Mark::Reviewed => "✔ ",
        Mark::Excluded => "✖ ",
    }
}

/// The score that the list is sorted by or else of the selected finding, and what the table says.
fn second_line(ui: &Ui, view: &ListView<'_>, entry: &FilmEntry) -> (String, egui::Color32) {
    let weak = ui.visuals().weak_text_color();
    if view.list.blinded.is_some() {
        return ("Blinded session".to_owned(), weak);
    }
    let loaded = view.model.loaded.as_ref();
    let thresholds = loaded.map(|loaded| loaded.thresholds.current());
    let label = match view.list.order.key {
        SortKey::Score(label) => Some(label),
        SortKey::Above => None,
        _ => view.selected,
    };
    let Some(label) = label else {
        let text = match n_above(entry, thresholds) {
            Some(n) => format!("{n} above threshold"),
            None => unscored_text(entry),
        };
        return (text, weak);
    };
    let name = loaded.and_then(|loaded| loaded.classifier.card().labels.get(label));
    let truth = match name.and_then(|name| entry.has(name)) {
        Some(true) => " · NIH +",
        Some(false) => " · NIH −",
        None => "",
    };
    let Some(value) = score(entry, label) else {
        return (unscored_text(entry), weak);
    };
    let color = score_color(ui, view, label, value);
    let name = name.unwrap_or_default().replace('_', " ");
    (format!("{value:.3} {name}{truth}"), color)
}

fn unscored_text(entry: &FilmEntry) -> String {
    match &entry.status {
        FilmStatus::Failed(reason) | FilmStatus::Refused(reason) => reason.clone(),
        FilmStatus::Unread | FilmStatus::Scored => "No scores yet".to_owned(),
    }
}

fn hover_ui(ui: &mut Ui, entry: &FilmEntry, blinded: bool) {
    if !blinded {
        ui.label(entry.path.display().to_string());
    }
    if let Some(patient) = entry.patient_id.as_ref().filter(|_| !blinded) {
        ui.label(format!("Patient {patient}"));
    }
    let visit = [entry.visit.person(), entry.visit.moment()];
    for words in visit.into_iter().flatten().filter(|_| !blinded) {
        ui.label(words);
    }
    if let Some(truth) = entry.truth.as_ref().filter(|_| !blinded) {
        let names: Vec<&str> = truth.iter().map(|name| &**name).collect();
        ui.label(if names.is_empty() {
            "NIH: No Finding".to_owned()
        } else {
            format!("NIH: {}", names.join(", ").replace('_', " "))
        });
    }
    if let Some(mark) = entry.mark {
        ui.label(mark.label());
    }
    if !entry.note.is_empty() {
        ui.label(&entry.note);
    }
    match &entry.status {
        FilmStatus::Unread => ui.weak("Not opened yet"),
        FilmStatus::Scored => ui.weak("Scored"),
        FilmStatus::Failed(reason) | FilmStatus::Refused(reason) => ui.label(reason),
    };
}

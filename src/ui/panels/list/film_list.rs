use std::path::PathBuf;

use egui::{ScrollArea, Ui};

use super::ListView;
use super::groups::{
    heading_row_ui, patient_words, short_patient_words, short_study_words, study_words,
};
use super::heading::heading_ui;
use super::row::{row_ui, strip_row_ui};
use crate::state::{CommandSender, FilmEntry, ListCommand, ListRow, RowHeights, ViewerCommand};
use crate::ui::panels::film_menu::{MenuKeys, film_menu_ui};
use crate::ui::panels::small_films::SmallFilms;
use crate::ui::theme;

/// State of the list between frames.
#[derive(Default)]
pub struct ListViews {
    films: SmallFilms,
    /// The film that was scrolled to last.
    scrolled_to: Option<usize>,
}

/// The films that are open, as they are sorted and filtered; a click shows one. A blinded session has no list.
pub fn film_list_ui(
    ui: &mut Ui,
    view: &ListView<'_>,
    views: &mut ListViews,
    commands: &CommandSender,
) {
    let strip = ui.available_width() < theme::WIDE_LIST_WIDTH_PT;
    heading_ui(ui, view, strip, commands);
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
    let response = if strip {
        strip_row_ui(ui, view, entry, current, &mut views.films)
    } else {
        row_ui(ui, view, entry, current, &mut views.films)
    };
    film_menu_ui(&response, MenuKeys::InFocus, view.actions, place, commands);
    if response.clicked() {
        // Where it was clicked is where it is: no need to scroll.
        views.scrolled_to = Some(place);
        commands.view(ViewerCommand::ShowFilm(place));
    }
}

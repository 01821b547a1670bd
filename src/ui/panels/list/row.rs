use egui::{Align2, FontId, Rect, Response, Sense, Ui, Vec2};

use super::ListView;
use super::words::{hover_ui, mark_sign, second_line, strip_words};
use crate::state::{FilmEntry, FilmStatus};
use crate::ui::panels::small_films::SmallFilms;
use crate::ui::theme;

/// Half the side of the sign of a score at or above its threshold.
const SIGN_PT: f32 = 3.5;
/// Height of the words below a film of the strip.
const STRIP_WORDS_HEIGHT_PT: f32 = 16.0;

/// A small film, its name, and what the list is about.
pub(super) fn row_ui(
    ui: &mut Ui,
    view: &ListView<'_>,
    entry: &FilmEntry,
    current: bool,
    films: &mut SmallFilms,
) -> Response {
    let size = Vec2::new(ui.available_width(), theme::LIST_ROW_HEIGHT_PT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response
        .widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, current, &entry.name));
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
    let name = &entry.name;
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
    response.on_hover_ui(|ui| hover_ui(ui, entry))
}

/// A small film with its score and what the table says.
pub(super) fn strip_row_ui(
    ui: &mut Ui,
    view: &ListView<'_>,
    entry: &FilmEntry,
    current: bool,
    films: &mut SmallFilms,
) -> Response {
    let size = Vec2::new(ui.available_width(), theme::STRIP_ROW_HEIGHT_PT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response
        .widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, current, &entry.name));
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
    response.on_hover_ui(|ui| {
        ui.label(second_line(ui, view, entry).0);
        hover_ui(ui, entry);
    })
}

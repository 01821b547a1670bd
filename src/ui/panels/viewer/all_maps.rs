use egui::{Align2, FontId, Rect, Sense, Stroke, StrokeKind, Ui, Vec2};

use super::{Pane, Placement, ViewerViews, paint};
use crate::explain::outside_text;
use crate::state::{CommandSender, DisplayCommand, ViewerArea, ViewerCommand};
use crate::ui::theme;

/// Height of the words below each film.
const WORDS_HEIGHT_PT: f32 = 20.0;
/// Space between two films.
const GAP_PT: f32 = 6.0;

/// The maps of all findings side by side; a click goes to one.
pub fn all_maps_ui(
    ui: &mut Ui,
    pane: &Pane<'_>,
    views: &mut ViewerViews,
    commands: &CommandSender,
) {
    let rect = ui.available_rect_before_wrap();
    let (Some(opened), Some(scored)) = (pane.opened(), pane.scored()) else {
        paint::message_ui(ui, rect, "No maps: the film has no scores");
        return;
    };
    let palette = theme::palette(ui.visuals());
    ui.painter().rect_filled(rect, 0.0, palette.film_background);
    let film = pane.display.orientation.shown_size(opened.size());
    let n_maps = scored.maps.values().len();
    let grid = Grid::of(rect, n_maps, film.width / film.height);
    for (finding_idx, (name, heatmap)) in scored.maps.iter().enumerate() {
        let cell = grid.cell(finding_idx);
        let id = ui.scope_id().with(("map of", finding_idx));
        let response = ui.interact(cell, id, Sense::click());
        let words = name.replace('_', " ");
        response.widget_info(|| {
            let name = format!("Map of {words}");
            egui::WidgetInfo::labeled(egui::Role::Button, true, name)
        });
        let picture = cell.with_max_y(cell.max.y - WORDS_HEIGHT_PT);
        let placement = placement_in(picture, pane, opened.size());
        let painter = ui.painter_at(picture);
        let tiles = &mut views.tiles;
        tiles.paint(&painter, picture, &placement, opened, pane.display, 0.7);
        paint::map_mesh_ui(ui, &painter, &placement, pane, finding_idx, views);
        let stroke = if pane.selected == Some(finding_idx) {
            Stroke::new(2.0, palette.accent)
        } else if response.hovered() {
            Stroke::new(1.0, palette.film_text)
        } else {
            Stroke::NONE
        };
        ui.painter()
            .rect_stroke(cell, 3.0, stroke, StrokeKind::Inside);
        words_ui(ui, cell, &words, scored, finding_idx, pane);
        let hover = if heatmap.has_positive_evidence() {
            let outside = scored.outside.get(finding_idx).copied().flatten();
            let fainter = match pane.is_above(finding_idx) {
                Some(false) => ", below its threshold: drawn fainter",
                Some(true) | None => "",
            };
            let outside = outside_text(outside);
            format!("{words}{fainter}\n{outside}\nClick for this map over the film")
        } else {
            format!("{words}: no positive evidence")
        };
        if response.on_hover_text(hover).clicked() {
            commands.view(ViewerCommand::SelectFinding(Some(finding_idx)));
            commands.display(DisplayCommand::ShowAllMaps(false));
        }
    }
}

fn words_ui(
    ui: &Ui,
    cell: Rect,
    words: &str,
    scored: &crate::film::ScoredFilm,
    finding_idx: usize,
    pane: &Pane<'_>,
) {
    let palette = theme::palette(ui.visuals());
    let score = scored.inference.scores.get(finding_idx).copied();
    let above = pane.is_above(finding_idx) == Some(true);
    let color = if above {
        palette.above_film_text
    } else {
        palette.film_text
    };
    let score = score.map_or_else(|| "n/a".to_owned(), |score| format!("{:.3}", score.get()));
    let font = FontId::proportional(theme::SMALL_TEXT_PT);
    let painter = ui.painter_at(cell);
    let left = cell.left_bottom() + Vec2::new(4.0, -3.0);
    let right = cell.right_bottom() + Vec2::new(-4.0, -3.0);
    let score = painter.text(right, Align2::RIGHT_BOTTOM, score, font.clone(), color);
    let mut job = egui::text::LayoutJob::simple_singleline(words.to_owned(), font, color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(score.left() - left.x - 4.0);
    let galley = painter.layout_job(job);
    let place = Align2::LEFT_BOTTOM.anchor_size(left, galley.size());
    painter.galley(place.min, galley, color);
}

fn placement_in(rect: Rect, pane: &Pane<'_>, film: crate::domain::Size) -> Placement {
    let orientation = pane.display.orientation;
    let area = ViewerArea {
        top_left: crate::domain::Point {
            x: rect.min.x,
            y: rect.min.y,
        },
        size: crate::domain::Size {
            width: rect.width(),
            height: rect.height(),
        },
        pixels_per_point: 1.0,
        fit: 1.0,
    };
    Placement {
        film,
        orientation,
        screen_from_shown: area.filled(orientation.shown_size(film)),
    }
}

/// Cells as large as they can be.
struct Grid {
    rect: Rect,
    n_columns: usize,
    cell: Vec2,
}

impl Grid {
    fn of(rect: Rect, n_cells: usize, aspect: f32) -> Self {
        let cell = |n_columns: usize| {
            let n_rows = n_cells.div_ceil(n_columns);
            let width = rect.width() / n_columns as f32 - GAP_PT;
            let height = rect.height() / n_rows as f32 - GAP_PT;
            let width = width.min((height - WORDS_HEIGHT_PT) * aspect);
            Vec2::new(width, width / aspect + WORDS_HEIGHT_PT)
        };
        let best = (1..=n_cells.max(1)).max_by(|&a, &b| cell(a).x.total_cmp(&cell(b).x));
        let n_columns = best.unwrap_or(1);
        Self {
            rect,
            n_columns,
            cell: cell(n_columns).max(Vec2::splat(1.0)),
        }
    }

    fn cell(&self, idx: usize) -> Rect {
        let step = self.cell + Vec2::splat(GAP_PT);
        let (row, column) = (idx / self.n_columns, idx % self.n_columns);
        let used = self.n_columns as f32 * step.x - GAP_PT;
        let left = self.rect.left() + (self.rect.width() - used) / 2.0;
        let min = egui::pos2(
            left + column as f32 * step.x,
            self.rect.top() + GAP_PT / 2.0 + row as f32 * step.y,
        );
        Rect::from_min_size(min, self.cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fourteen_films_lie_within_any_window_and_apart() {
        for size in [(580.0, 600.0), (1600.0, 1200.0), (300.0, 900.0)] {
            let rect = Rect::from_min_size(egui::pos2(10.0, 20.0), Vec2::new(size.0, size.1));
            let grid = Grid::of(rect, 14, 1.0);
            let cells: Vec<Rect> = (0..14).map(|idx| grid.cell(idx)).collect();
            for (idx, cell) in cells.iter().enumerate() {
                assert!(rect.expand(0.5).contains_rect(*cell), "{size:?} {cell:?}");
                let overlaps = |other: &Rect| other.shrink(0.5).intersects(cell.shrink(0.5));
                assert!(!cells[..idx].iter().any(overlaps), "{size:?}");
            }
        }
    }
}

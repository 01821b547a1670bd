//! The metadata of the film in view, in a window: line by line, searchable, each to be copied.

mod view;

use egui::{Align2, Context, FontId, Rect, ScrollArea, Sense, Ui, Vec2, Window};

pub use view::MetadataView;

use crate::imaging::MetadataRow;
use crate::state::{Command, CommandSender, FilmMetadata};
use crate::ui::theme;

/// Height of a line.
const ROW_HEIGHT_PT: f32 = 19.0;
/// Left edges of name, value representation and value; tags are at the left.
const COLUMNS_PT: [f32; 3] = [96.0, 330.0, 362.0];
/// Longer values are whole in a tooltip.
const MOST_CHARS_IN_LINE: usize = 50;
/// How far a line is moved right for each level that it is within.
const INDENT_PT: f32 = 10.0;

/// The window with the lines of the film in view.
pub fn metadata_ui(ctx: &Context, view: &MetadataView<'_>, commands: &CommandSender) {
    let mut open = true;
    Window::new("Film metadata")
        .open(&mut open)
        .collapsible(false)
        .pivot(Align2::CENTER_CENTER)
        .default_pos(ctx.content_rect().center())
        .default_size([760.0, 520.0])
        .show(ctx, |ui| {
            search_ui(ui, view, commands);
            ui.separator();
            let metadata = view.metadata;
            if let Some(error) = metadata.error() {
                ui.add(egui::Label::new(error).wrap());
            } else if metadata.n_lines().is_none() {
                ui.weak("Reading…");
            } else {
                lines_ui(ui, metadata);
            }
        });
    if !open {
        commands.send(Command::ShowMetadata(false));
    }
}

fn search_ui(ui: &mut Ui, view: &MetadataView<'_>, commands: &CommandSender) {
    ui.add(egui::Label::new(view.film).truncate());
    let metadata = view.metadata;
    ui.horizontal(|ui| {
        let mut query = metadata.query().to_owned();
        let field = egui::TextEdit::singleline(&mut query)
            .hint_text("Tag, name or value")
            .desired_width(240.0);
        let response = ui.add(field);
        response.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Search the metadata")
        });
        if response.changed() {
            commands.send(Command::SearchMetadata(query));
        }
        if let Some((n_lines, n_left_out)) = metadata.n_lines() {
            let n_found = metadata.n_found();
            let mut text = if n_found == n_lines {
                format!("{n_lines} lines")
            } else {
                format!("{n_found} of {n_lines} lines")
            };
            if n_left_out > 0 {
                text = format!("{text}, {n_left_out} more are not shown");
            }
            ui.weak(format!("{text}. Click a line to copy it"));
        }
    });
}

fn lines_ui(ui: &mut Ui, metadata: &FilmMetadata) {
    let n_found = metadata.n_found();
    if n_found == 0 {
        ui.weak("Nothing matches");
    }
    let area = ScrollArea::vertical().auto_shrink(false);
    ui.spacing_mut().item_spacing.y = 0.0;
    area.show_rows(ui, ROW_HEIGHT_PT, n_found, |ui, lines| {
        for line in lines {
            if let Some((row, value)) = metadata.found(line) {
                line_ui(ui, row, value);
            }
        }
    });
}

/// One line; a click copies it.
fn line_ui(ui: &mut Ui, row: &MetadataRow, value: &str) {
    let size = Vec2::new(ui.available_width(), ROW_HEIGHT_PT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let parts = [row.tag.as_str(), &row.name, &row.vr, value];
    let spoken: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, spoken.join(" ")));
    if response.clicked() {
        ui.ctx().copy_text(spoken.join("\t"));
    }
    if !ui.is_rect_visible(rect) {
        return;
    }
    if response.hovered() {
        let color = ui.visuals().widgets.hovered.weak_bg_fill;
        ui.painter().rect_filled(rect, 2.0, color);
    }
    let indent = INDENT_PT * row.depth as f32;
    let [name_at, vr_at, value_at] = COLUMNS_PT;
    let (weak, plain) = (ui.visuals().weak_text_color(), ui.visuals().text_color());
    // Lines without a tag have their name at the left: they need the room.
    let name_at = if row.tag.is_empty() { 4.0 } else { name_at };
    for (text, from, to, color) in [
        (row.tag.as_str(), 4.0, name_at, weak),
        (row.name.as_str(), name_at + indent, vr_at, plain),
        (row.vr.as_str(), vr_at, value_at, weak),
        (value, value_at, rect.width(), plain),
    ] {
        let place = Rect::from_min_max(
            egui::pos2(rect.left() + from, rect.top()),
            egui::pos2(rect.left() + to - 4.0, rect.bottom()),
        );
        text_ui(ui, place, text, color);
    }
    let whole = if value.is_empty() {
        row.name.as_str()
    } else {
        value
    };
    if whole.chars().count() > MOST_CHARS_IN_LINE {
        response.on_hover_text(whole);
    }
}

fn text_ui(ui: &Ui, place: Rect, text: &str, color: egui::Color32) {
    if text.is_empty() {
        return;
    }
    let font = FontId::proportional(theme::TEXT_PT);
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(place.width().max(10.0));
    let galley = ui.painter().layout_job(job);
    let at = Align2::LEFT_CENTER.anchor_size(place.left_center(), galley.size());
    ui.painter().galley(at.min, galley, color);
}

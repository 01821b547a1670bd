use egui::{Align, Layout, ScrollArea, Ui};

use crate::state::{Command, CommandSender, FilmEntry, FilmStatus, Study};
use crate::ui::theme;

/// The films that are open; a click shows one.
pub fn film_list_ui(ui: &mut Ui, study: &Study, commands: &CommandSender) {
    let n_films = study.entries().len();
    ui.horizontal(|ui| {
        ui.strong(if n_films == 1 {
            "1 film".to_owned()
        } else {
            format!("{n_films} films")
        });
    });
    ui.separator();
    let row_height = ui.spacing().interact_size.y;
    ScrollArea::vertical()
        .auto_shrink(false)
        .show_rows(ui, row_height, n_films, |ui, rows| {
            for film_idx in rows {
                if let Some(entry) = study.entries().get(film_idx) {
                    let current = study.current() == Some(film_idx);
                    entry_ui(ui, film_idx, entry, current, commands);
                }
            }
        });
}

fn entry_ui(
    ui: &mut Ui,
    film_idx: usize,
    entry: &FilmEntry,
    current: bool,
    commands: &CommandSender,
) {
    let name = entry.path.file_name().unwrap_or(entry.path.as_os_str());
    let name = name.to_string_lossy().into_owned();
    let palette = theme::palette(ui.visuals());
    let text = match &entry.status {
        FilmStatus::Unread => egui::RichText::new(&name).weak(),
        FilmStatus::Scored => egui::RichText::new(&name),
        FilmStatus::Failed(_) => egui::RichText::new(format!("! {name}")).color(palette.error),
    };
    let button = egui::Button::selectable(current, text).truncate();
    let response = ui
        .with_layout(Layout::top_down_justified(Align::LEFT), |ui| ui.add(button))
        .inner;
    let status = match &entry.status {
        FilmStatus::Unread => "not read yet",
        FilmStatus::Scored => "scored",
        FilmStatus::Failed(error) => error,
    };
    let hover = format!("{}\n{status}", entry.path.display());
    if current && !response.is_pointer_button_down_on() && !ui.is_rect_visible(response.rect) {
        response.scroll_to_me(None);
    }
    if response.on_hover_text(hover).clicked() {
        commands.send(Command::ShowFilm(film_idx));
    }
}

use egui::{Align2, Context, Grid, RichText, ScrollArea, Ui, Window};

use crate::state::{ColumnsDraft, CommandSender, TrainingCommand, TrainingState};
use crate::ui::theme;
use crate::ui::widgets::ColumnChoice;

/// The choice of columns for a table of one's own, while it is open.
pub fn columns_ui(ctx: &Context, training: &TrainingState, commands: &CommandSender) {
    let Some(draft) = training.files.columns.done() else {
        return;
    };
    let mut changed = draft.clone();
    let mut open = true;
    Window::new("Columns of the table")
        .open(&mut open)
        .collapsible(false)
        .pivot(Align2::CENTER_CENTER)
        .default_pos(ctx.content_rect().center())
        .default_width(theme::NOTICE_WIDTH_PT)
        .show(ctx, |ui| {
            ui.weak(draft.table.display().to_string());
            ui.add_space(theme::SMALL_GAP_PT);
            choices_ui(ui, &mut changed);
            ui.add_space(theme::GAP_PT);
            let map = changed.to_map();
            ui.horizontal(|ui| {
                if ui
                    .add_enabled(map.is_ok(), egui::Button::new("Use these columns"))
                    .clicked()
                {
                    commands.train(TrainingCommand::CloseColumns { take: true });
                }
                if let Err(missing) = map {
                    let palette = theme::palette(ui.visuals());
                    ui.label(RichText::new(missing).color(palette.warning));
                }
            });
        });
    if !open {
        commands.train(TrainingCommand::CloseColumns { take: false });
    } else if changed != *draft {
        commands.train(TrainingCommand::EditColumns(changed));
    }
}

fn choices_ui(ui: &mut Ui, draft: &mut ColumnsDraft) {
    let header = draft.header.clone();
    Grid::new("columns")
        .num_columns(2)
        .spacing(theme::GRID_SPACING)
        .show(ui, |ui| {
            for (name, column) in [
                ("Film", &mut draft.image),
                ("Path of the film", &mut draft.path),
                ("Patient", &mut draft.patient),
                ("Age", &mut draft.age),
                ("Sex", &mut draft.sex),
                ("View position", &mut draft.view_position),
            ] {
                ColumnChoice::row_ui(ui, name, column, &header);
            }
            ui.label("Findings");
            ui.horizontal(|ui| {
                ui.radio_value(
                    &mut draft.is_joined,
                    false,
                    "One column per finding, 0 or 1",
                );
                ui.radio_value(
                    &mut draft.is_joined,
                    true,
                    "One column for all, such as Effusion|Mass",
                );
            });
            ui.end_row();
            if draft.is_joined {
                ColumnChoice::row_ui(ui, "Column of findings", &mut draft.joined, &header);
            }
        });
    if !draft.is_joined {
        ui.label("Columns that are labels");
        ScrollArea::vertical()
            .max_height(220.0)
            .min_scrolled_height(220.0)
            .show(ui, |ui| {
                for (name, is_label) in header.iter().zip(&mut draft.is_label) {
                    ui.checkbox(is_label, name);
                }
            });
    }
}

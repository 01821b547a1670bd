use egui::{Align2, Button, Context, Grid, RichText, ScrollArea, TextEdit, Ui, Vec2, Window};

use crate::state::{
    CommandSender, EvaluationCommand, EvaluationState, PairDraft, ScoreColumnsDraft,
};
use crate::ui::theme;
use crate::ui::widgets::{Busy, ColumnChoice};

/// Width of a finding's name.
const NAME_WIDTH_PT: f32 = 130.0;

/// The choice of columns for a table of scores that others have written, while it is open.
pub fn columns_ui(ctx: &Context, evaluation: &EvaluationState, commands: &CommandSender) {
    let Some(draft) = &evaluation.start.columns else {
        return;
    };
    let mut changed = draft.clone();
    let mut open = true;
    let height_pt = ctx.content_rect().height() - 4.0 * theme::ROW_HEIGHT_PT;
    Window::new("Columns of the scores")
        .open(&mut open)
        .collapsible(false)
        .pivot(Align2::CENTER_CENTER)
        .default_pos(ctx.content_rect().center())
        .default_width(theme::NOTICE_WIDTH_PT * 1.4)
        .max_height(height_pt)
        .show(ctx, |ui| {
            let table = draft.table.display().to_string();
            ui.add(egui::Label::new(RichText::new(&table).weak()).truncate())
                .on_hover_text(table);
            rows_ui(ui, draft);
            ui.add_space(theme::SMALL_GAP_PT);
            choices_ui(ui, &mut changed);
            ui.add_space(theme::GAP_PT);
            let columns = changed.to_columns();
            let busy = evaluation.opening.is_running();
            ui.horizontal(|ui| {
                let button = Button::new("Use these columns");
                if ui.add_enabled(columns.is_ok() && !busy, button).clicked() {
                    commands.evaluate(EvaluationCommand::CloseColumns { take: true });
                }
                let palette = theme::palette(ui.visuals());
                if busy {
                    ui.add(Busy);
                } else if let Err(missing) = columns {
                    ui.label(RichText::new(missing).color(palette.warning));
                }
            });
            if let Some(error) = evaluation.opening.error() {
                let palette = theme::palette(ui.visuals());
                ui.label(theme::sentence(error).color(palette.error));
            }
        });
    if !open {
        commands.evaluate(EvaluationCommand::CloseColumns { take: false });
    } else if changed != *draft {
        commands.evaluate(EvaluationCommand::EditColumns(Box::new(changed)));
    }
}

/// Header and first rows, as the file has them.
fn rows_ui(ui: &mut Ui, draft: &ScoreColumnsDraft) {
    ScrollArea::horizontal()
        .id_salt("first rows")
        .show(ui, |ui| {
            Grid::new("first rows")
                .striped(true)
                .min_row_height(theme::SMALL_ROW_HEIGHT_PT)
                .show(ui, |ui| {
                    for name in &draft.header {
                        ui.label(RichText::new(name).small().weak());
                    }
                    ui.end_row();
                    for row in &draft.rows {
                        for cell in row {
                            ui.label(RichText::new(cell).small());
                        }
                        ui.end_row();
                    }
                });
        });
}

fn choices_ui(ui: &mut Ui, draft: &mut ScoreColumnsDraft) {
    let header = draft.header.clone();
    ui.radio_value(
        &mut draft.is_long,
        false,
        "One row per film, two columns per finding",
    );
    ui.radio_value(&mut draft.is_long, true, "One row per film and finding");
    ui.add_space(theme::SMALL_GAP_PT);
    Grid::new("score columns")
        .num_columns(2)
        .spacing(theme::GRID_SPACING)
        .show(ui, |ui| {
            ColumnChoice::row_ui(ui, "Film", &mut draft.film, &header);
            ColumnChoice::row_ui(ui, "Patient", &mut draft.patient, &header);
            if draft.is_long {
                ColumnChoice::row_ui(ui, "Finding", &mut draft.finding, &header);
                if let Some(pair) = draft.pairs.first_mut() {
                    ColumnChoice::row_ui(ui, "Label (0 or 1)", &mut pair.label, &header);
                    ColumnChoice::row_ui(ui, "Score (0 to 1)", &mut pair.score, &header);
                }
            }
        });
    if !draft.is_long {
        pairs_ui(ui, draft, &header);
    }
}

/// A line for each finding: name, column of labels, column of scores.
fn pairs_ui(ui: &mut Ui, draft: &mut ScoreColumnsDraft, header: &[String]) {
    let mut removed = None;
    ScrollArea::vertical()
        .id_salt("findings of the scores")
        .max_height(220.0)
        .show(ui, |ui| {
            Grid::new("findings of the scores")
                .num_columns(4)
                .show(ui, |ui| {
                    for head in ["Finding", "Label (0 or 1)", "Score (0 to 1)", ""] {
                        ui.label(RichText::new(head).small().weak());
                    }
                    ui.end_row();
                    let n_pairs = draft.pairs.len();
                    for (place, pair) in draft.pairs.iter_mut().enumerate() {
                        if pair_ui(ui, place, n_pairs, pair, header) {
                            removed = Some(place);
                        }
                        ui.end_row();
                    }
                });
        });
    if ui.button("Add a finding").clicked() {
        draft.pairs.push(PairDraft::default());
    }
    if let Some(place) = removed {
        draft.pairs.remove(place);
    }
}

/// Whether it is to be removed.
fn pair_ui(
    ui: &mut Ui,
    place: usize,
    n_pairs: usize,
    pair: &mut PairDraft,
    header: &[String],
) -> bool {
    let number = place + 1;
    let name = TextEdit::singleline(&mut pair.name)
        .hint_text("by its columns")
        .desired_width(NAME_WIDTH_PT)
        .min_size(Vec2::new(NAME_WIDTH_PT, 0.0));
    let name = ui.add(name);
    name_ui(ui, &name, format!("Name of finding {number}"));
    for (what, column) in [("Label", &mut pair.label), ("Score", &mut pair.score)] {
        let words = format!("{what} of finding {number}");
        let choice = ui.add(ColumnChoice::new(&words, column, header));
        name_ui(ui, &choice, words);
    }
    let remove = ui.add_enabled(n_pairs > 1, Button::new("Remove").small());
    name_ui(ui, &remove, format!("Remove finding {number}"));
    remove.clicked()
}

/// What a screen reader calls it, since its heading is that of a column.
fn name_ui(ui: &Ui, response: &egui::Response, words: String) {
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(words));
}

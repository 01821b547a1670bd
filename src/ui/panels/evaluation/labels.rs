use egui::accesskit::Role;
use egui::{Align, Button, FontId, Layout, RichText, Ui, Vec2, WidgetInfo};

use super::EvaluationView;
use super::figure_table::{FigureRow, FigureTable};
use crate::evaluate::Figure;
use crate::state::{CommandSender, EvaluationCommand, TableColumn, TableColumns, TableSort};
use crate::ui::theme;

/// Every finding with its figures; a click on a name shows its curves, one on a heading sorts.
pub fn labels_ui(ui: &mut Ui, view: &EvaluationView<'_>, commands: &CommandSender) {
    let table = FigureTable::of(view.evaluation, view.settings);
    columns_ui(ui, view, commands);
    egui::Grid::new(("labels of evaluation", view.settings.columns.name()))
        .num_columns(table.columns.len() + 1)
        .min_row_height(theme::SMALL_ROW_HEIGHT_PT)
        .min_col_width(0.0)
        .spacing([5.0, 0.0])
        .striped(true)
        .show(ui, |ui| {
            ui.spacing_mut().button_padding.y = 0.0;
            heading_ui(ui, TableColumn::Finding, view.settings.sort, commands);
            for &column in &table.columns {
                right_ui(ui, column, |ui| {
                    heading_ui(ui, column, view.settings.sort, commands);
                });
            }
            ui.end_row();
            let selected = view.evaluation.chosen.label_idx();
            for row in &table.rows {
                row_ui(ui, row, &table, row.label_idx == selected, commands);
                ui.end_row();
            }
            macro_ui(ui, &table);
            ui.end_row();
        });
    foot_ui(ui, view, &table, commands);
}

/// Below the table: intervals that take a while, and what gray means.
fn foot_ui(ui: &mut Ui, view: &EvaluationView<'_>, table: &FigureTable, commands: &CommandSender) {
    let analyses = &view.evaluation.analyses;
    let wants_intervals =
        view.settings.columns == TableColumns::Areas && analyses.patient_intervals().is_none();
    let n_rare = table.rows.iter().filter(|row| row.is_rare).count();
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = theme::SMALL_ROW_HEIGHT_PT;
        if wants_intervals {
            let button = Button::new(RichText::new("Intervals by patients").small()).small();
            let hover =
                "95 % intervals of the AUC by a bootstrap that draws whole patients, 1,000 times";
            let idle = view.evaluation.underway().is_none();
            if ui.add_enabled(idle, button).on_hover_text(hover).clicked() {
                commands.evaluate(EvaluationCommand::Bootstrap);
            }
        }
        if n_rare > 0 {
            let words = format!("{n_rare} in gray: fewer than 10 positive films");
            ui.label(RichText::new(words).small().weak())
                .on_hover_text("Too few to tell from chance");
        }
    });
}

/// Which figures, and what is drawn behind the curves.
fn columns_ui(ui: &mut Ui, view: &EvaluationView<'_>, commands: &CommandSender) {
    ui.horizontal(|ui| {
        for columns in TableColumns::ALL {
            let chosen = view.settings.columns == columns;
            let button = Button::selectable(chosen, columns.name()).small();
            if ui.add(button).clicked() {
                commands.evaluate(EvaluationCommand::ShowColumns(columns));
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let mut all = view.evaluation.all_labels;
            let words = RichText::new("Curves of all labels behind").small();
            if ui.checkbox(&mut all, words).changed() {
                commands.evaluate(EvaluationCommand::ShowAllLabels(all));
            }
        });
    });
}

fn heading_ui(ui: &mut Ui, column: TableColumn, sort: Option<TableSort>, commands: &CommandSender) {
    let own = sort.filter(|sort| sort.by == column);
    let (mark, order) = match own.map(|sort| sort.largest_first) {
        Some(true) => ("⏷", ", largest first"),
        Some(false) => ("⏶", ", smallest first"),
        None => ("", ""),
    };
    let text = RichText::new(format!("{}{mark}", column.heading())).small();
    let text = if own.is_some() {
        text.strong()
    } else {
        text.weak()
    };
    let response = ui.add(Button::new(text).frame(false));
    let name = format!("Sort by {}{order}", column.words());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let rounded = match column {
        TableColumn::Figure(Figure::Threshold) => ", rounded here: the exact one decides",
        _ => "",
    };
    let hover = format!(
        "{}{rounded}. A click sorts by it; n/a is last",
        column.words()
    );
    if response.on_hover_text(hover).clicked() {
        commands.evaluate(EvaluationCommand::SortTable(column));
    }
}

fn row_ui(
    ui: &mut Ui,
    row: &FigureRow,
    table: &FigureTable,
    selected: bool,
    commands: &CommandSender,
) {
    let text = |words: &str| {
        let text = RichText::new(words).small();
        if row.is_rare { text.weak() } else { text }
    };
    let button = Button::selectable(selected, text(&row.name)).small();
    if ui.add(button).on_hover_text("Show its curves").clicked() {
        commands.evaluate(EvaluationCommand::SelectLabel(row.label_idx));
    }
    for (cell, column) in row.cells.iter().zip(&table.columns) {
        cell_ui(ui, *column, text(cell));
    }
}

fn macro_ui(ui: &mut Ui, table: &FigureTable) {
    let hover = format!(
        "Unweighted mean over the findings where a figure is defined: the AUC of {} of {}",
        table.n_defined,
        table.rows.len()
    );
    let name = RichText::new(&table.macro_row.name).small().strong();
    ui.label(name).on_hover_text(hover);
    for (cell, column) in table.macro_row.cells.iter().zip(&table.columns) {
        cell_ui(ui, *column, RichText::new(cell).strong());
    }
}

fn cell_ui(ui: &mut Ui, column: TableColumn, text: RichText) {
    let text = text.font(FontId::monospace(theme::SMALL_TEXT_PT));
    right_ui(ui, column, |ui| {
        ui.label(text);
    });
}

/// Numbers of a column end at one line.
fn right_ui(ui: &mut Ui, column: TableColumn, content: impl FnOnce(&mut Ui)) {
    let size = Vec2::new(width_pt(column), theme::SMALL_ROW_HEIGHT_PT);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.set_min_width(size.x);
        content(ui);
    });
}

fn width_pt(column: TableColumn) -> f32 {
    match column {
        TableColumn::AucInterval | TableColumn::PatientInterval => 62.0,
        TableColumn::Figure(Figure::FlaggedShare) => 42.0,
        TableColumn::Figure(Figure::Threshold) => 52.0,
        TableColumn::Finding | TableColumn::Figure(_) => 34.0,
    }
}

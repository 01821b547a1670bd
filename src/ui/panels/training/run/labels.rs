use egui::{Grid, Rect, RichText, Sense, Ui, Vec2};

use super::model::{LabelRow, LabelRowKind, TableOf, label_rows};
use crate::state::RunRecord;
use crate::ui::panels::training::text::figure_text;
use crate::ui::theme;

const BAR_PT: Vec2 = Vec2::new(64.0, 10.0);

/// AUC of each label with its interval and positive films.
pub fn labels_ui(ui: &mut Ui, record: &RunRecord, of: &mut TableOf) {
    ui.horizontal(|ui| {
        let label = ui.strong("AUC");
        let shown = TableOf::ALL.iter().find(|(choice, _)| choice == of);
        egui::ComboBox::from_id_salt("table of")
            .width(theme::FIELD_WIDTH_PT)
            .selected_text(shown.map_or("", |(_, words)| *words))
            .show_ui(ui, |ui| {
                for (choice, words) in TableOf::ALL {
                    ui.selectable_value(of, choice, words);
                }
            })
            .response
            .labelled_by(label.id);
        if let Some(table) = of.table(record) {
            ui.label(format!("Macro {}", figure_text(table.macro_mean())));
        }
    });
    let Some(table) = of.table(record) else {
        ui.weak(match of {
            TableOf::Test => "Test films are scored once, at the end of training",
            _ => "After the first epoch",
        });
        return;
    };
    if table.labels.is_empty() {
        ui.weak("No films in this part");
        return;
    }
    let rows = label_rows(table);
    Grid::new("label aucs")
        .num_columns(5)
        .striped(true)
        .spacing([10.0, 3.0])
        .show(ui, |ui| {
            for (head, hover) in [
                ("Finding", ""),
                ("0.5 to 1", ""),
                ("AUC", ""),
                ("95 % interval", "By DeLong, for these films"),
                ("n+", "Positive films"),
            ] {
                let label = ui.label(RichText::new(head).small().weak());
                if !hover.is_empty() {
                    label.on_hover_text(hover);
                }
            }
            ui.end_row();
            for row in &rows {
                row_ui(ui, row);
                ui.end_row();
            }
        });
    let n_few = rows
        .iter()
        .filter(|row| row.kind == LabelRowKind::Few)
        .count();
    if n_few > 0 {
        ui.weak(format!(
            "{n_few} in gray have fewer than 10 positive films: too few to tell from chance"
        ));
    }
    if rows.iter().any(|row| row.kind == LabelRowKind::Undefined) {
        ui.weak("n/a: all films are positive, or all are negative");
    }
}

fn row_ui(ui: &mut Ui, row: &LabelRow) {
    let palette = theme::palette(ui.visuals());
    let enough = row.kind == LabelRowKind::Enough;
    let text = |text: &str| {
        let text = RichText::new(text);
        if enough { text } else { text.weak() }
    };
    ui.label(text(&row.name));
    let (rect, _) = ui.allocate_exact_size(BAR_PT, Sense::hover());
    ui.painter().rect_filled(rect, 2.0, palette.rail);
    if let Some(auc) = row.value {
        let share = ((auc - 0.5) * 2.0).clamp(0.0, 1.0) as f32;
        let bar = Rect::from_min_size(rect.min, Vec2::new(rect.width() * share, rect.height()));
        let color = if enough { palette.below } else { palette.steps };
        ui.painter().rect_filled(bar, 2.0, color);
    }
    ui.label(text(&row.auc).monospace());
    ui.label(text(&row.interval).monospace());
    ui.label(text(&row.n_pos).monospace());
}

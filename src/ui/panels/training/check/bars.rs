use egui::{Button, Grid, Rect, RichText, Sense, Ui, Vec2};

use super::model::{LabelBar, label_bars};
use crate::state::CheckReport;
use crate::ui::theme;

/// Size of the two bars of one label.
const BARS_PT: Vec2 = Vec2::new(110.0, 16.0);

const LEGEND_PT: Vec2 = Vec2::new(22.0, 8.0);

/// How many films each label has in one part, before and after films are left out.
pub fn bars_ui(ui: &mut Ui, check: &CheckReport, part: &mut usize) {
    ui.horizontal(|ui| {
        ui.strong("Films by finding");
        for (part_idx, name) in ["Training", "Validation", "Test"].into_iter().enumerate() {
            if ui
                .add(Button::selectable(*part == part_idx, name))
                .clicked()
            {
                *part = part_idx;
            }
        }
    });
    legend_ui(ui);
    let bars = label_bars(check, *part);
    let most = bars.iter().map(|bar| bar.n_split).max().unwrap_or(0).max(1);
    let heads = [
        ("Finding", ""),
        ("", ""),
        ("Split", "Films in the split"),
        ("Used", "Films used for training and scoring"),
        ("Prevalence", "Fraction of films, before and after sampling"),
        (
            "A positive counts",
            "Weight of a positive film in the loss, by that of a negative one",
        ),
    ];
    Grid::new("class bars")
        .num_columns(heads.len())
        .striped(true)
        .spacing([12.0, 3.0])
        .show(ui, |ui| {
            for (head, hover) in heads {
                let label = ui.label(RichText::new(head).small().weak());
                if !hover.is_empty() {
                    label.on_hover_text(hover);
                }
            }
            ui.end_row();
            for bar in &bars {
                row_ui(ui, bar, most, *part == 0);
                ui.end_row();
            }
        });
}

/// What the two bars of a finding are.
fn legend_ui(ui: &mut Ui) {
    ui.horizontal(|ui| {
        let palette = theme::palette(ui.visuals());
        for (color, name) in [
            (palette.below.gamma_multiply(0.5), "In the split"),
            (palette.below, "Used"),
        ] {
            let (rect, _) = ui.allocate_exact_size(LEGEND_PT, Sense::hover());
            ui.painter().rect_filled(rect, 1.0, color);
            ui.label(RichText::new(name).small());
        }
    });
}

fn row_ui(ui: &mut Ui, bar: &LabelBar, most: usize, is_train: bool) {
    if bar.left_out {
        ui.weak(&bar.name)
            .on_hover_text("Not trained: too few positive training films");
    } else {
        ui.label(&bar.name);
    }
    pair_ui(ui, bar, most);
    number_ui(ui, bar.n_split.to_string());
    number_ui(ui, bar.n_used.to_string());
    let [before, after] = &bar.prevalence;
    if before == after {
        ui.label(after);
    } else {
        ui.label(format!("{before} to {after}"));
    }
    // Weights are of the training part; beside other parts they would mislead.
    if let Some([positive, negative]) = bar.weights.filter(|_| is_train) {
        let ratio = positive / negative;
        let hover = format!("Positive {positive:.3}, negative {negative:.3}");
        ui.label(format!("as {ratio:.1} negatives"))
            .on_hover_text(hover);
    } else {
        ui.label("");
    }
}

fn number_ui(ui: &mut Ui, text: String) {
    ui.monospace(text);
}

/// Above, pale, as the split gave it; below, full, as it will be used.
fn pair_ui(ui: &mut Ui, bar: &LabelBar, most: usize) {
    let (rect, response) = ui.allocate_exact_size(BARS_PT, Sense::hover());
    let palette = theme::palette(ui.visuals());
    let half = rect.height() / 2.0;
    let lines = [
        (bar.n_split, palette.below.gamma_multiply(0.5)),
        (bar.n_used, palette.below),
    ];
    for (line, (n_films, color)) in lines.into_iter().enumerate() {
        let width = rect.width() * n_films as f32 / most as f32;
        let min = rect.min + Vec2::new(0.0, line as f32 * half + 1.0);
        let width = if n_films == 0 { 0.0 } else { width.max(1.0) };
        let size = Vec2::new(width, half - 1.0);
        ui.painter()
            .rect_filled(Rect::from_min_size(min, size), 1.0, color);
    }
    response.on_hover_text(format!("{} of {} films are used", bar.n_used, bar.n_split));
}

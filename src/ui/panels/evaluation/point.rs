use egui::{Button, ComboBox, Grid, RichText, Stroke, Ui};

use super::EvaluationView;
use super::model::{RateRow, rate_rows};
use crate::evaluate::Prevalence;
use crate::state::{
    Cell, CommandSender, EvaluationCommand, EvaluationPick, EvaluationState, TargetForm, TargetKind,
};
use crate::ui::theme;
use crate::ui::widgets::{LogitSlider, NumberField, NumberOutput};

/// Size of a cell of the 2x2 table.
const CELL_SIZE_PT: egui::Vec2 = egui::vec2(96.0, 21.0);
/// Room for a score with all its digits.
const THRESHOLD_WIDTH_PT: f32 = 92.0;

/// The operating point of the label in view: slider, number, counts, rates, targets, lock.
pub fn point_ui(ui: &mut Ui, view: &EvaluationView<'_>, commands: &CommandSender) {
    let evaluation = view.evaluation;
    if evaluation.column().is_none() {
        return;
    }
    let locked = evaluation.chosen.locked().is_some();
    ui.add_enabled_ui(!locked, |ui| slider_ui(ui, evaluation, commands));
    table_ui(ui, evaluation, commands);
    rates_ui(ui, evaluation);
    prevalence_ui(ui, evaluation, commands);
    ui.add_enabled_ui(!locked, |ui| target_ui(ui, evaluation, commands));
    lock_ui(ui, view, commands);
}

fn slider_ui(ui: &mut Ui, evaluation: &EvaluationState, commands: &CommandSender) {
    let Some(column) = evaluation.column() else {
        return;
    };
    let threshold = evaluation.threshold();
    ui.horizontal(|ui| {
        let mut typed = threshold;
        ui.strong(column.name.replace('_', " "));
        let label = ui.label("Threshold");
        let label = label.on_hover_text(
            "Positive where score ≥ threshold. Shown with all its digits: a solved threshold is the \
             score of a film, one moved by hand has four",
        );
        let field = NumberField::new(&mut typed, 0.0..=1.0)
            .speed(0.002)
            .width(THRESHOLD_WIDTH_PT);
        let NumberOutput { response, note } = field.show(ui);
        let response = response.labelled_by(label.id);
        if response.changed() {
            commands.evaluate(EvaluationCommand::SetThreshold(typed));
        }
        if response.lost_focus() || response.drag_stopped() {
            commands.evaluate(EvaluationCommand::EndMove);
        }
        if ui
            .add_enabled(evaluation.chosen.can_undo(), Button::new("Undo"))
            .clicked()
        {
            commands.evaluate(EvaluationCommand::Undo);
        }
        if let Some(note) = note {
            note.ui(ui);
        } else {
            let origin = evaluation.origin().words();
            let words = RichText::new(&origin).small().weak();
            ui.add(egui::Label::new(words).truncate())
                .on_hover_text(origin);
        }
    });
    let mut moved = threshold;
    let ranked = &column.ranked;
    let slider = LogitSlider::new("Threshold on the logit scale", &mut moved)
        .neighbors(ranked.next_below(threshold), ranked.next_above(threshold));
    let ends = ranked.steps().last().zip(ranked.steps().first());
    let slider = match ends {
        Some((lowest, highest)) => slider.scores(lowest.threshold, highest.threshold),
        None => slider,
    };
    let response = ui.add(slider);
    let response = response.on_hover_text("Arrow keys: next score");
    if response.changed() {
        commands.evaluate(EvaluationCommand::SetThreshold(moved));
    }
    let stepped = response.changed() && !response.is_pointer_button_down_on();
    if response.drag_stopped() || response.clicked() || stepped {
        commands.evaluate(EvaluationCommand::EndMove);
    }
}

/// The 2x2 table; a click on a cell lists its films.
fn table_ui(ui: &mut Ui, evaluation: &EvaluationState, commands: &CommandSender) {
    let Some(counts) = evaluation.counts() else {
        return;
    };
    let count = |cell| match cell {
        Cell::TruePositives => counts.true_positives,
        Cell::FalsePositives => counts.false_positives,
        Cell::FalseNegatives => counts.false_negatives,
        Cell::TrueNegatives => counts.true_negatives,
    };
    let most = Cell::ALL.map(count).into_iter().max().unwrap_or(0);
    Grid::new("2x2 table")
        .num_columns(3)
        .spacing([8.0, 3.0])
        .show(ui, |ui| {
            ui.label("");
            ui.label(
                RichText::new(format!("With, {}", counts.n_pos()))
                    .small()
                    .weak(),
            );
            ui.label(
                RichText::new(format!("Without, {}", counts.n_neg()))
                    .small()
                    .weak(),
            );
            ui.end_row();
            let rows = Cell::ALL.chunks(2).zip([
                format!("Flagged, {}", counts.n_flagged()),
                format!("Not flagged, {}", counts.n_films() - counts.n_flagged()),
            ]);
            for (cells, name) in rows {
                ui.label(RichText::new(name).small().weak());
                for &cell in cells {
                    let shown = evaluation.listed.cell == Some(cell);
                    let button = cell_button(ui, count(cell), most, shown);
                    let response = ui.add_sized(CELL_SIZE_PT, button);
                    let name = format!("{} {}", cell.name(), count(cell));
                    response.widget_info(|| {
                        egui::WidgetInfo::labeled(egui::accesskit::Role::Button, true, &name)
                    });
                    let hover = format!("{}: list its films", cell.name());
                    if response.on_hover_text(hover).clicked() {
                        let cell = (!shown).then_some(cell);
                        commands.evaluate(EvaluationCommand::ShowCell(cell));
                    }
                }
                ui.end_row();
            }
        });
}

/// The count, on a ground that says it too.
fn cell_button(ui: &Ui, count: usize, most: usize, shown: bool) -> Button<'static> {
    let palette = theme::palette(ui.visuals());
    let edge = if shown {
        Stroke::new(theme::FOCUS_RING_PT, palette.accent)
    } else {
        Stroke::new(1.0, palette.line)
    };
    let ground = palette
        .panel
        .lerp_to_gamma(palette.selected, shade(count, most));
    let words = RichText::new(count.to_string()).color(palette.strong_text);
    Button::new(words).fill(ground).stroke(edge)
}

/// How dark a cell is, from 0 to 1: the square root of its share of the largest count, since findings
/// are rare and most films are true negatives.
fn shade(count: usize, most: usize) -> f32 {
    (count as f32 / most.max(1) as f32).sqrt()
}

fn rates_ui(ui: &mut Ui, evaluation: &EvaluationState) {
    let rows = rate_rows(evaluation);
    let locked = evaluation.chosen.locked();
    Grid::new("rates")
        .num_columns(4)
        .min_row_height(theme::SMALL_ROW_HEIGHT_PT)
        .spacing([10.0, 1.0])
        .show(ui, |ui| {
            if locked.is_some() {
                for head in ["", "Here", "95 %", "Where chosen"] {
                    ui.label(RichText::new(head).small().weak());
                }
                ui.end_row();
            }
            for pair in rows.chunks(if locked.is_some() { 1 } else { 2 }) {
                for row in pair {
                    rate_ui(ui, row, locked.is_some());
                }
                ui.end_row();
            }
        });
}

fn rate_ui(ui: &mut Ui, row: &RateRow, locked: bool) {
    let number = |value: Option<f64>| value.map_or_else(|| "n/a".to_owned(), |v| format!("{v:.3}"));
    ui.label(RichText::new(row.name).small());
    let interval = row
        .interval
        .map(|(low, high)| format!("{low:.2}–{high:.2}"));
    if locked {
        ui.label(
            RichText::new(number(row.value))
                .small()
                .monospace()
                .strong(),
        );
        ui.label(
            RichText::new(interval.unwrap_or_default())
                .small()
                .monospace(),
        );
        ui.label(RichText::new(number(row.where_chosen)).small().monospace());
    } else {
        let interval = interval.map_or_else(String::new, |interval| format!("  {interval}"));
        let words = format!("{}{interval}", number(row.value));
        ui.label(RichText::new(words).small().monospace());
    }
}

fn prevalence_ui(ui: &mut Ui, evaluation: &EvaluationState, commands: &CommandSender) {
    ui.horizontal(|ui| {
        let label = ui.label(RichText::new("PPV, NPV at a prevalence").small());
        let stated = match evaluation.prevalence {
            Prevalence::Stated(share) => share,
            _ => 0.05,
        };
        ComboBox::from_id_salt("prevalence")
            .selected_text(RichText::new(evaluation.prevalence.text()).small())
            .show_ui(ui, |ui| {
                for choice in [
                    Prevalence::ThisSet,
                    Prevalence::NaturalNih,
                    Prevalence::NotebookPool,
                    Prevalence::Stated(stated),
                ] {
                    let chosen = evaluation.prevalence == choice;
                    if ui.selectable_label(chosen, choice.text()).clicked() {
                        commands.evaluate(EvaluationCommand::SetPrevalence(choice));
                    }
                }
            })
            .response
            .labelled_by(label.id);
        if let Prevalence::Stated(mut share) = evaluation.prevalence {
            let field = NumberField::new(&mut share, 0.0001..=0.9999).speed(0.001);
            if ui.add(field).labelled_by(label.id).changed() {
                let stated = Prevalence::Stated(share);
                commands.evaluate(EvaluationCommand::SetPrevalence(stated));
            }
        }
    });
}

fn target_ui(ui: &mut Ui, evaluation: &EvaluationState, commands: &CommandSender) {
    let TargetForm { kind, value } = evaluation.chosen.target;
    ui.horizontal(|ui| {
        let label = ui.label(RichText::new("Solve for").small());
        ComboBox::from_id_salt("target")
            .selected_text(RichText::new(kind.name()).small())
            .show_ui(ui, |ui| {
                for other in TargetKind::ALL {
                    if ui.selectable_label(kind == other, other.name()).clicked() {
                        let value = if other == TargetKind::Cost {
                            5.0
                        } else {
                            value.min(1.0)
                        };
                        let target = TargetForm { kind: other, value };
                        commands.evaluate(EvaluationCommand::SetTarget(target));
                    }
                }
            })
            .response
            .labelled_by(label.id);
        if kind.has_value() {
            let mut value = value;
            let range = if kind == TargetKind::Cost {
                0.01..=1000.0
            } else {
                0.0..=1.0
            };
            let field = NumberField::new(&mut value, range).speed(0.005);
            if ui.add(field).labelled_by(label.id).changed() {
                let target = TargetForm { kind, value };
                commands.evaluate(EvaluationCommand::SetTarget(target));
            }
        }
        if ui.button("This label").clicked() {
            commands.evaluate(EvaluationCommand::Solve { all: false });
        }
        if ui.button("All labels").clicked() {
            commands.evaluate(EvaluationCommand::Solve { all: true });
        }
    });
    let palette = theme::palette(ui.visuals());
    for note in &evaluation.chosen.solve_notes {
        ui.label(RichText::new(note).small().color(palette.warning));
    }
}

fn lock_ui(ui: &mut Ui, view: &EvaluationView<'_>, commands: &CommandSender) {
    let evaluation = view.evaluation;
    ui.horizontal(|ui| {
        let mut locked = evaluation.chosen.locked().is_some();
        let lock = ui.checkbox(&mut locked, "Lock all thresholds");
        let hover = "Choose them on validation, lock them, then open the test scores to compare \
                     both side by side";
        if lock.on_hover_text(hover).changed() {
            commands.evaluate(EvaluationCommand::Lock(locked));
        }
        let refused = evaluation.why_not_saved();
        let possible = !view.is_picking && refused.is_none();
        let save = ui.add_enabled(possible, Button::new("Save into a model…"));
        let hover = "Writes a copy of the model in use with these thresholds as its operating \
                     points, and uses it";
        let save = save.on_disabled_hover_text(
            refused
                .as_deref()
                .unwrap_or("No model, or a file dialog is open"),
        );
        if save.on_hover_text(hover).clicked() {
            commands.evaluate(EvaluationCommand::Pick(EvaluationPick::Model));
        }
    });
    if let Some(locked) = evaluation.chosen.locked() {
        let text = format!("Chosen on {}", locked.chosen_on);
        ui.add(egui::Label::new(RichText::new(text).small().weak()).truncate());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_the_darker_the_more_films_it_has() {
        let shades = [0, 1, 4, 25, 100].map(|count| shade(count, 100));
        assert_eq!(shades, [0.0, 0.1, 0.2, 0.5, 1.0]);
        assert_eq!(shade(0, 0), 0.0);
    }
}

use egui::{Button, ComboBox, Grid, Rect, RichText, Sense, Ui, Vec2};

use super::model::{LabelRow, LabelRowKind, label_rows};
use crate::domain::Part;
use crate::state::{CommandSender, EpochChoice, RunChoices, ShownRun, TrainingCommand};
use crate::ui::panels::training::text::figure_text;
use crate::ui::theme;

const BAR_PT: Vec2 = Vec2::new(64.0, 10.0);
/// Words of a part or an epoch.
const CHOICE_WIDTH_PT: f32 = 104.0;

/// AUC of each label with its interval and positive films, at the chosen epoch; a click on a label draws its curve.
pub fn labels_ui(ui: &mut Ui, run: &ShownRun, commands: &CommandSender) {
    let mut choices = run.choices.clone();
    head_ui(ui, run, &mut choices);
    table_ui(ui, run, &mut choices);
    if choices != run.choices {
        commands.train(TrainingCommand::ShowOfRun(Box::new(choices)));
    }
}

fn head_ui(ui: &mut Ui, run: &ShownRun, choices: &mut RunChoices) {
    ui.horizontal(|ui| {
        let label = ui.strong("AUC");
        ComboBox::from_id_salt("part of the table")
            .width(CHOICE_WIDTH_PT)
            .selected_text(part_text(choices.part))
            .show_ui(ui, |ui| {
                for part in [Part::Valid, Part::Train, Part::Test] {
                    ui.selectable_value(&mut choices.part, part, part_text(part));
                }
            })
            .response
            .labelled_by(label.id);
        if choices.part == Part::Test {
            ui.label("Best epoch");
        } else {
            epoch_ui(ui, run, choices);
        }
        if let Some(table) = choices.table(&run.record) {
            ui.label(format!("Macro {}", figure_text(table.macro_mean())));
        }
    });
}

fn epoch_ui(ui: &mut Ui, run: &ShownRun, choices: &mut RunChoices) {
    let of = choices.epoch_of(&run.record).map(|epoch| epoch.epoch);
    let words = |choice: EpochChoice| match (choice, of) {
        (EpochChoice::Best, Some(epoch)) => format!("Best, epoch {epoch}"),
        (EpochChoice::Last, Some(epoch)) => format!("Last, epoch {epoch}"),
        (EpochChoice::Best, None) => "Best epoch".to_owned(),
        (EpochChoice::Last, None) => "Last epoch".to_owned(),
        (EpochChoice::At(epoch), _) => format!("Epoch {epoch}"),
    };
    let combo = ComboBox::from_id_salt("epoch of the table")
        .width(CHOICE_WIDTH_PT)
        .selected_text(words(choices.epoch));
    let response = combo.show_ui(ui, |ui| {
        let epochs = run.record.epochs.iter();
        let each = epochs.map(|epoch| EpochChoice::At(epoch.epoch));
        for choice in [EpochChoice::Best, EpochChoice::Last]
            .into_iter()
            .chain(each)
        {
            let text = match choice {
                EpochChoice::Best => "Best epoch".to_owned(),
                EpochChoice::Last => "Last epoch".to_owned(),
                EpochChoice::At(epoch) => format!("Epoch {epoch}"),
            };
            ui.selectable_value(&mut choices.epoch, choice, text);
        }
    });
    let response = response.response;
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::accesskit::Role::ComboBox, true, "Epoch of the table")
    });
    response.on_hover_text("A click in the plots chooses it, too");
}

fn part_text(part: Part) -> &'static str {
    match part {
        Part::Train => "Training",
        Part::Valid => "Validation",
        Part::Test => "Test",
    }
}

fn table_ui(ui: &mut Ui, run: &ShownRun, choices: &mut RunChoices) {
    let Some(table) = run.choices.table(&run.record) else {
        ui.weak(match run.choices.part {
            Part::Test => "Test films are scored once, at the end of training",
            Part::Train | Part::Valid => "After the first epoch",
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
                row_ui(ui, row, &mut choices.curves.finding);
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

fn row_ui(ui: &mut Ui, row: &LabelRow, finding: &mut Option<String>) {
    let palette = theme::palette(ui.visuals());
    let enough = row.kind == LabelRowKind::Enough;
    let text = |text: &str| {
        let text = RichText::new(text);
        if enough { text } else { text.weak() }
    };
    let is_chosen = finding.as_deref() == Some(&row.label);
    let button = Button::selectable(is_chosen, text(&row.name)).small();
    if ui.add(button).on_hover_text("Draw its curve").clicked() {
        *finding = (!is_chosen).then(|| row.label.clone());
    }
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

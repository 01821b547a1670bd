use egui::{ComboBox, Grid, RichText, ScrollArea, Ui};

use super::EvaluationView;
use super::parts::{head_ui, number, number_ui, start_ui};
use crate::domain::{number_text, percent_of};
use crate::evaluate::{LabelLocalization, Localization, MapRule};
use crate::explain::MapMethod;
use crate::state::{CommandSender, EvaluationCommand, MapsFound};
use crate::ui::theme;
use crate::ui::widgets::{Busy, NumberField};
use crate::work::Task;

/// How the maps of the model that made the scores meet boxes.
pub fn maps_ui(ui: &mut Ui, view: &EvaluationView<'_>, commands: &CommandSender) {
    let analyses = &view.evaluation.analyses;
    ui.horizontal_wrapped(|ui| rule_ui(ui, analyses.map_rule, commands));
    ui.horizontal(|ui| {
        let command = EvaluationCommand::Maps;
        start_ui(ui, "Compare maps with boxes", command, view, commands);
    });
    match &analyses.maps {
        Task::Idle => {
            ui.weak("Scores the films that have a box again, and counts where their maps meet it");
        }
        Task::Running(_) => {
            ui.add(Busy);
        }
        Task::Failed(error) => {
            let palette = theme::palette(ui.visuals());
            ui.label(theme::sentence(error).color(palette.error));
        }
        Task::Done(found) => {
            let table = MapTable::of(&found.localization, analyses.map_rule.method);
            ScrollArea::vertical()
                .auto_shrink(false)
                .show(ui, |ui| table_ui(ui, &table, found));
        }
    }
}

fn rule_ui(ui: &mut Ui, rule: MapRule, commands: &CommandSender) {
    let set = |rule: MapRule| commands.evaluate(EvaluationCommand::SetMapRule(rule));
    let label = ui.label("Map");
    ComboBox::from_id_salt("map of evaluation")
        .selected_text(rule.method.name())
        .show_ui(ui, |ui| {
            for method in MapMethod::ALL {
                let chosen = method == rule.method;
                if ui.selectable_label(chosen, method.name()).clicked() {
                    set(MapRule { method, ..rule });
                }
            }
        })
        .response
        .labelled_by(label.id);
    let label = ui.label("Map threshold");
    let mut cut = rule.cut;
    let field = NumberField::new(&mut cut, 0.01..=1.0).speed(0.01);
    if ui.add(field).labelled_by(label.id).changed() {
        set(MapRule { cut, ..rule });
    }
    let mut curves = rule.curves;
    let check = ui.checkbox(&mut curves, "Deletion and insertion");
    let hover = "Also covers and uncovers the film along each map: minutes for a hundred boxes";
    if check.on_hover_text(hover).changed() {
        set(MapRule { curves, ..rule });
    }
}

/// How maps by one method meet boxes, complete.
#[derive(Clone, Debug, PartialEq)]
pub struct MapTable {
    /// The method, and the map threshold.
    pub title: String,
    /// Findings that have a box, one cell for each heading.
    pub rows: Vec<Vec<String>>,
    /// Over all boxes.
    pub total: Vec<String>,
    /// Whether deletion and insertion were measured.
    pub has_curves: bool,
}

impl MapTable {
    /// Of a method, or, where that was not made, of the one that was asked for.
    pub fn of(found: &Localization, method: MapMethod) -> Self {
        let mut methods = found.methods.iter();
        let made = methods.find(|(made, _)| *made == method);
        let (method, labels) = made.map_or_else(
            || (found.rule.method, found.shown()),
            |(method, labels)| (*method, labels.as_slice()),
        );
        let has_curves = found.rule.curves;
        let boxed = labels.iter().filter(|label| label.n_films > 0);
        let row = |label: &LabelLocalization| {
            let share = |n: usize| format!("{n} ({:.2})", n as f64 / label.n_films as f64);
            let mut row = vec![
                label.name.replace('_', " "),
                label.n_films.to_string(),
                share(label.n_hits),
                format!("{:.3}", label.mean_iou),
                share(label.n_overlapping),
                share(label.n_flagged),
                number(label.outside.value()),
            ];
            if has_curves {
                row.extend([
                    number(label.deletion.value()),
                    number(label.insertion.value()),
                ]);
            }
            row
        };
        let sum = |of: fn(&LabelLocalization) -> usize| boxed.clone().map(of).sum::<usize>();
        let n_films = sum(|label| label.n_films);
        let share = |n: usize| format!("{n} ({:.2})", n as f64 / n_films.max(1) as f64);
        let total = vec![
            "All boxes".to_owned(),
            n_films.to_string(),
            share(sum(|label| label.n_hits)),
            String::new(),
            share(sum(|label| label.n_overlapping)),
            share(sum(|label| label.n_flagged)),
        ];
        Self {
            title: format!(
                "{}, map threshold {} % of the map's maximum",
                method.name(),
                number_text(percent_of(f64::from(found.rule.cut)))
            ),
            rows: boxed.clone().map(row).collect(),
            total,
            has_curves,
        }
    }
}

fn table_ui(ui: &mut Ui, table: &MapTable, found: &MapsFound) {
    ui.label(RichText::new(&table.title).small());
    let mut heads = vec![
        "Finding",
        "Films with a box",
        "Maximum in a box",
        "Mean IoU",
        "IoU ≥ 0.5",
        "Above threshold",
        "Outside the body",
    ];
    if table.has_curves {
        heads.extend(["Deletion", "Insertion"]);
    }
    Grid::new("maps and boxes")
        .num_columns(heads.len())
        .min_row_height(theme::SMALL_ROW_HEIGHT_PT)
        .spacing([12.0, 0.0])
        .striped(true)
        .show(ui, |ui| {
            head_ui(ui, &heads);
            for row in table.rows.iter().chain([&table.total]) {
                let mut cells = row.iter();
                ui.label(RichText::new(cells.next().map_or("", String::as_str)).small());
                cells.for_each(|cell| number_ui(ui, cell));
                ui.end_row();
            }
        });
    let palette = theme::palette(ui.visuals());
    for warning in &found.warnings {
        ui.label(theme::sentence(warning).small().color(palette.warning));
    }
}

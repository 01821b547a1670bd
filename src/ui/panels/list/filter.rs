use egui::{ComboBox, Ui};

use super::ListView;
use crate::domain::Labels;
use crate::state::{CommandSender, Decision, ListCommand, ListFilter, Mark, SortKey, SortOrder};
use crate::ui::widgets::{NumberField, NumberOutput};

const SCORE_WIDTH_PT: f32 = 48.0;

/// How the list is sorted, and what it shows.
pub fn filter_ui(ui: &mut Ui, view: &ListView<'_>, commands: &CommandSender) {
    let list = view.list;
    let labels = view.model.classifier();
    let labels = labels.map(|classifier| &classifier.card().labels);
    let patient = view.films.current_entry();
    let patient = patient.and_then(|entry| entry.patient_id.as_deref());
    search_ui(ui, &list.filter, commands);
    sort_ui(ui, list.order, labels, commands);
    let set = list.filter != ListFilter::default();
    egui::CollapsingHeader::new(if set { "Filter (set)" } else { "Filter" })
        .id_salt("list filter")
        .show(ui, |ui| {
            parts_ui(ui, &list.filter, labels, patient, commands);
        });
}

fn search_ui(ui: &mut Ui, filter: &ListFilter, commands: &CommandSender) {
    let mut text = filter.text.clone();
    let field = egui::TextEdit::singleline(&mut text)
        .hint_text("Name, patient or note")
        .desired_width(f32::INFINITY);
    let response = ui.add(field);
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Search the list"));
    if response.changed() {
        let filter = ListFilter {
            text,
            ..filter.clone()
        };
        commands.list(ListCommand::Filter(filter));
    }
}

fn sort_ui(ui: &mut Ui, order: SortOrder, labels: Option<&Labels>, commands: &CommandSender) {
    let mut keys = vec![
        (SortKey::Opened, "As opened".to_owned()),
        (SortKey::Name, "Name".to_owned()),
        (SortKey::Study, "Patient and study".to_owned()),
        (SortKey::Above, "Findings above threshold".to_owned()),
    ];
    let names = labels.into_iter().flat_map(Labels::iter).enumerate();
    keys.extend(names.map(|(idx, name)| {
        let name = name.replace('_', " ");
        (SortKey::Score(idx), format!("Score of {name}"))
    }));
    let shown = keys.iter().find(|(key, _)| *key == order.key);
    let shown = shown.map_or("", |(_, name)| name.as_str());
    ui.horizontal(|ui| {
        let label = ui.label("Sort");
        let width = (ui.available_width() - 8.0).max(60.0);
        drop_down_ui(ui, "sort list", (shown, width), label.id, |ui| {
            for (key, name) in &keys {
                if ui.selectable_label(*key == order.key, name).clicked() {
                    // Of scores and counts the largest are looked for.
                    let descending = matches!(key, SortKey::Score(_) | SortKey::Above);
                    let key = *key;
                    let order = SortOrder { key, descending };
                    commands.list(ListCommand::Sort(order));
                    ui.close();
                }
            }
        });
    });
    let (arrow, name) = direction_words(order);
    let response = ui.button(format!("{arrow} {name}"));
    let response = response.on_hover_text("Turns the order around");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
    if response.clicked() {
        let descending = !order.descending;
        commands.list(ListCommand::Sort(SortOrder {
            descending,
            ..order
        }));
    }
}

/// An arrow, and what comes first.
fn direction_words(order: SortOrder) -> (&'static str, &'static str) {
    match (order.key, order.descending) {
        (SortKey::Opened, false) => ("⏶", "First opened first"),
        (SortKey::Opened, true) => ("⏷", "Last opened first"),
        (SortKey::Name, false) => ("⏶", "A to Z"),
        (SortKey::Name, true) => ("⏷", "Z to A"),
        (SortKey::Study, false) => ("⏶", "Oldest first"),
        (SortKey::Study, true) => ("⏷", "Newest first"),
        (SortKey::Score(_) | SortKey::Above, false) => ("⏶", "Lowest first"),
        (SortKey::Score(_) | SortKey::Above, true) => ("⏷", "Highest first"),
    }
}

fn parts_ui(
    ui: &mut Ui,
    before: &ListFilter,
    labels: Option<&Labels>,
    patient: Option<&str>,
    commands: &CommandSender,
) {
    let mut filter = before.clone();
    let names: Vec<String> = labels
        .into_iter()
        .flat_map(Labels::iter)
        .map(|name| name.replace('_', " "))
        .collect();
    let of_finding: Vec<(usize, &str)> = names.iter().map(String::as_str).enumerate().collect();
    choice_ui(ui, "Finding", &mut filter.label, &of_finding);
    let decisions = [
        (None, "Any"),
        (Some(Decision::Above), "Above threshold"),
        (Some(Decision::Below), "Below threshold"),
    ];
    choice_ui(ui, "Model", &mut filter.decision, &decisions);
    let truths = [
        (None, "Any"),
        (Some(true), "Present"),
        (Some(false), "Absent"),
    ];
    choice_ui(ui, "Label", &mut filter.truth, &truths);
    scores_ui(ui, &mut filter);
    let mut marks = vec![(None, "Any")];
    marks.extend(Mark::ALL.map(|mark| (Some(mark), mark.label())));
    choice_ui(ui, "Mark", &mut filter.mark, &marks);
    let mut only = filter.patient.is_some();
    let response = ui.add_enabled(
        only || patient.is_some(),
        egui::Checkbox::new(&mut only, "This patient only"),
    );
    if response.changed() {
        filter.patient = patient.filter(|_| only).map(ToOwned::to_owned);
    }
    ui.checkbox(&mut filter.failed, "Failed and refused films only");
    let set = filter != ListFilter::default();
    if ui.add_enabled(set, egui::Button::new("Show all")).clicked() {
        filter = ListFilter::default();
    }
    if filter != *before {
        commands.list(ListCommand::Filter(filter));
    }
}

/// Least and largest score of the finding, where any are asked for.
fn scores_ui(ui: &mut Ui, filter: &mut ListFilter) {
    let (mut least, mut most) = filter.scores.unwrap_or((0.0, 1.0));
    let mut notes = Vec::new();
    ui.horizontal(|ui| {
        let label = ui.label("Score");
        for value in [&mut least, &mut most] {
            let field = NumberField::new(value, 0.0..=1.0)
                .speed(0.005)
                .decimals(2)
                .width(SCORE_WIDTH_PT);
            let NumberOutput { response, note } = field.show(ui);
            response.labelled_by(label.id);
            notes.extend(note);
        }
    });
    for note in notes {
        note.ui(ui);
    }
    let range = (least, most.max(least));
    filter.scores = (range != (0.0, 1.0)).then_some(range);
}

fn choice_ui<T: Clone + PartialEq>(
    ui: &mut Ui,
    name: &str,
    current: &mut T,
    choices: &[(T, &str)],
) {
    ui.horizontal(|ui| {
        let label = ui.label(name);
        let shown = choices.iter().find(|(choice, _)| choice == current);
        let shown = shown.map_or("", |(_, text)| *text);
        let width = (ui.available_width() - 8.0).max(60.0);
        drop_down_ui(ui, ("list", name), (shown, width), label.id, |ui| {
            for (choice, text) in choices {
                if ui.selectable_label(choice == current, *text).clicked() {
                    current.clone_from(choice);
                }
            }
        });
    });
}

/// A choice of one from many; below the strip, where the filter is a popup itself, as a submenu: a second popup
/// would close the first.
fn drop_down_ui(
    ui: &mut Ui,
    salt: impl std::hash::Hash + std::fmt::Debug,
    (shown, width): (&str, f32),
    label: egui::Id,
    choices_ui: impl FnOnce(&mut Ui),
) {
    if egui::containers::menu::is_in_menu(ui) {
        ui.menu_button(shown, choices_ui);
        return;
    }
    ComboBox::from_id_salt(salt)
        .selected_text(shown)
        .width(width)
        .truncate()
        .height(400.0)
        .show_ui(ui, choices_ui)
        .response
        .labelled_by(label);
}

use egui::Ui;

use super::ListView;
use crate::domain::Score;
use crate::state::{FilmEntry, FilmStatus, Mark, SortKey, n_above, score};
use crate::ui::theme;

/// The finding whose scores the list shows: that it is sorted by, or else the one in view; `None` where it counts
/// findings.
fn label_of(view: &ListView<'_>) -> Option<usize> {
    match view.list.order.key {
        SortKey::Score(label) => Some(label),
        SortKey::Above => None,
        _ => view.selected,
    }
}

/// Its name, with spaces for underscores.
pub(super) fn finding_name(view: &ListView<'_>) -> Option<String> {
    let labels = &view.model.classifier()?.card().labels;
    Some(labels.get(label_of(view)?)?.replace('_', " "))
}

/// The score that the list is about, and whether the table has the finding; short.
pub(super) fn strip_words(
    ui: &Ui,
    view: &ListView<'_>,
    entry: &FilmEntry,
) -> (String, egui::Color32) {
    let weak = ui.visuals().weak_text_color();
    let loaded = view.model.loaded.as_ref();
    let thresholds = loaded.map(|loaded| loaded.thresholds.current());
    let Some(label) = label_of(view) else {
        let n_above = n_above(entry, thresholds);
        return (
            n_above.map_or_else(String::new, |n| format!("{n} above")),
            weak,
        );
    };
    let Some(value) = score(entry, label) else {
        return (String::new(), weak);
    };
    let name = loaded.and_then(|loaded| loaded.classifier.card().labels.get(label));
    let truth = match name.and_then(|name| entry.has(name)) {
        Some(true) => " yes",
        Some(false) => " no",
        None => "",
    };
    (
        format!("{value:.2}{truth}"),
        score_color(ui, view, label, value),
    )
}

/// Orange for a score at or above a threshold that somebody chose.
fn score_color(ui: &Ui, view: &ListView<'_>, label: usize, value: f32) -> egui::Color32 {
    let thresholds = view.model.loaded.as_ref();
    let thresholds = thresholds.map(|loaded| loaded.thresholds.current());
    let threshold = thresholds.and_then(|t| t.get(label));
    let threshold = threshold.filter(|threshold| threshold.is_set());
    let above = Score::new(value).ok().zip(threshold);
    if above.is_some_and(|(score, threshold)| score.is_positive(threshold)) {
        theme::palette(ui.visuals()).above_text
    } else {
        ui.visuals().weak_text_color()
    }
}

pub(super) fn mark_sign(mark: Mark) -> &'static str {
    match mark {
        Mark::Flagged => "⚑ ",
        Mark::Reviewed => "✔ ",
        Mark::Excluded => "✖ ",
    }
}

/// The score that the list is sorted by or else of the selected finding, and what the table says.
pub(super) fn second_line(
    ui: &Ui,
    view: &ListView<'_>,
    entry: &FilmEntry,
) -> (String, egui::Color32) {
    let weak = ui.visuals().weak_text_color();
    let loaded = view.model.loaded.as_ref();
    let thresholds = loaded.map(|loaded| loaded.thresholds.current());
    let Some(label) = label_of(view) else {
        let text = match n_above(entry, thresholds) {
            Some(n) => format!("{n} above threshold"),
            None => unscored_text(entry),
        };
        return (text, weak);
    };
    let name = loaded.and_then(|loaded| loaded.classifier.card().labels.get(label));
    let truth = match name.and_then(|name| entry.has(name)) {
        Some(true) => " · label yes",
        Some(false) => " · label no",
        None => "",
    };
    let Some(value) = score(entry, label) else {
        return (unscored_text(entry), weak);
    };
    let color = score_color(ui, view, label, value);
    let name = name.unwrap_or_default().replace('_', " ");
    (format!("{value:.3} {name}{truth}"), color)
}

fn unscored_text(entry: &FilmEntry) -> String {
    match &entry.status {
        FilmStatus::Failed(reason) | FilmStatus::Refused(reason) => reason.clone(),
        FilmStatus::Unread | FilmStatus::Scored => "No scores yet".to_owned(),
    }
}

pub(super) fn hover_ui(ui: &mut Ui, entry: &FilmEntry) {
    ui.label(entry.path.display().to_string());
    if let Some(patient) = entry.patient_id.as_ref() {
        ui.label(format!("Patient {patient}"));
    }
    let visit = [entry.visit.person(), entry.visit.moment()];
    for words in visit.into_iter().flatten() {
        ui.label(words);
    }
    if let Some(truth) = entry.truth.as_ref() {
        let names: Vec<&str> = truth.iter().map(|name| &**name).collect();
        ui.label(if names.is_empty() {
            "Label: No Finding".to_owned()
        } else {
            format!("Labels: {}", names.join(", ").replace('_', " "))
        });
    }
    if let Some(mark) = entry.mark {
        ui.label(mark.label());
    }
    if !entry.note.is_empty() {
        ui.label(&entry.note);
    }
    match &entry.status {
        FilmStatus::Unread => ui.weak("Not opened yet"),
        FilmStatus::Scored => ui.weak("Scored"),
        FilmStatus::Failed(reason) | FilmStatus::Refused(reason) => ui.label(reason),
    };
}

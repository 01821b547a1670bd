//! The findings of the film in view, told as above threshold, below, and without one; the finding in view is open.

mod heading;
mod model;
mod open_row;
mod row;
mod summary;
mod view;

use std::path::PathBuf;

use egui::{Panel, ScrollArea, Ui};

use crate::domain::{PerFinding, Score};
use crate::model::ModelCard;
use crate::state::{CommandSender, FindingGroups, Model};
use crate::ui::theme;
use crate::ui::widgets::Busy;

pub use model::{BesideScore, FindingRow, Verdict, finding_rows, risk_text};
use model::{only_beside, risk_of};
pub use view::FindingsView;

/// What the panel keeps between frames.
#[derive(Default)]
pub struct FindingsViews {
    held: Option<HeldOrder>,
}

/// The order of the rows since a finding was opened. It stays while the threshold of that finding moves: a row that
/// changed its place could not be dragged, and others could not be aimed at.
struct HeldOrder {
    film: Option<PathBuf>,
    open: Option<usize>,
    groups: FindingGroups,
}

impl HeldOrder {
    /// The order to show: the one held, as long as only the open finding would stand elsewhere.
    fn of(held: Option<Self>, view: &FindingsView<'_>, now: &FindingGroups) -> Self {
        let (film, open) = (view.films.current_path(), view.viewer.selected);
        let is_kept = |held: &Self| {
            let same = held.film.as_deref() == film && held.open == open;
            same && open.is_some_and(|open| held.groups.differ_only_at(now, open))
        };
        held.filter(is_kept).unwrap_or_else(|| Self {
            film: film.map(Into::into),
            open,
            groups: now.clone(),
        })
    }
}

/// Scores at the right of the film; in their place, why there are none.
pub fn findings_ui(
    ui: &mut Ui,
    view: &FindingsView<'_>,
    views: &mut FindingsViews,
    commands: &CommandSender,
) {
    if view.films.current_path().is_some() {
        // Below the rows, which keep their places from film to film.
        Panel::bottom("marks").show(ui, |ui| {
            heading::concerns_ui(ui, view, commands);
            heading::note_ui(ui, view, commands);
        });
    } else {
        ui.heading("No film");
        ui.weak("Open a film to see its scores");
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        let Some(loaded) = &view.model.loaded else {
            no_model_ui(ui, view.model);
            return;
        };
        let card = loaded.classifier.card();
        let rows = rows_of(view);
        let scores = scores_of(view);
        let now = FindingGroups::of(loaded.thresholds.current(), scores);
        let held = HeldOrder::of(views.held.take(), view, &now);
        let told = (scores.is_some(), held.groups != now);
        summary::summary_ui(ui, &now, told, view, commands);
        if let Some(beside) = &view.beside {
            row::compared_heading_ui(ui, &beside.names);
        }
        groups_ui(ui, &rows, (&held.groups, &now), card, view, commands);
        views.held = Some(held);
        only_beside_ui(ui, card, view);
    });
}

/// The scores to be seen: of the film as it is covered, if it is.
fn scores_of<'a>(view: &FindingsView<'a>) -> Option<&'a PerFinding<Score>> {
    let covered = view.viewer.probe.reading.as_ref();
    let scored = covered.or(view.films.film.reading());
    let scored = scored.filter(|_| !view.viewer.is_refused(view.films));
    scored.map(|scored| &scored.inference.scores)
}

/// The rows of the film in view, in the model's order.
fn rows_of(view: &FindingsView<'_>) -> Vec<FindingRow> {
    let Some(loaded) = &view.model.loaded else {
        return Vec::new();
    };
    let scores = scores_of(view);
    let mut rows = finding_rows(&loaded.thresholds, scores, view.viewer.selected);
    let is_covered = scores.is_some() && view.viewer.probe.reading.is_some();
    let uncovered = view.films.film.reading().filter(|_| is_covered);
    let card = loaded.classifier.card();
    let jitter = view.viewer.jitter.intervals_of(view.films.current_path());
    for row in &mut rows {
        let before = uncovered.and_then(|film| film.inference.scores.get(row.finding_idx));
        row.uncovered = before.copied();
        let calibration = card.calibration.get(row.finding_idx);
        let calibration = calibration.and_then(Option::as_ref);
        row.risk = row.score.and_then(|score| risk_of(score, calibration));
        let interval = jitter.and_then(|found| found.get(row.finding_idx));
        let own = row.score.is_some() && row.uncovered.is_none();
        row.interval = interval.copied().filter(|_| own);
        let name = card.labels.get(row.finding_idx).unwrap_or_default();
        row.beside = view
            .beside
            .as_ref()
            .map(|beside| BesideScore::of(name, beside.scores, beside.thresholds));
    }
    rows
}

/// The groups, one below the other, in the order that is held.
fn groups_ui(
    ui: &mut Ui,
    rows: &[FindingRow],
    (groups, now): (&FindingGroups, &FindingGroups),
    card: &ModelCard,
    view: &FindingsView<'_>,
    commands: &CommandSender,
) {
    let rows_ui = |ui: &mut Ui, places: &[usize]| {
        for row in places.iter().filter_map(|&place| rows.get(place)) {
            if row.selected {
                let is_above = |groups: &FindingGroups| groups.above.contains(&row.finding_idx);
                let elsewhere = is_above(groups) != is_above(now);
                open_row::open_row_ui(ui, row, (card, elsewhere), view, commands);
            } else {
                row::row_ui(ui, row, commands);
            }
        }
    };
    rows_ui(ui, &groups.above);
    if !groups.below.is_empty() {
        group_name_ui(ui, &format!("Below threshold ({})", now.below.len()));
        rows_ui(ui, &groups.below);
    }
    rows_ui(ui, &groups.without_score);
    let without = &groups.without_threshold;
    if without.is_empty() {
        return;
    }
    let n_without = without.len();
    group_name_ui(ui, &format!("No threshold in this model ({n_without})")).on_hover_text(
        "A threshold needs enough films with the finding in validation. Open a finding to set one by hand",
    );
    // A model without any threshold has nothing else to show; columns of a comparison need lines.
    if groups.n_judged() == 0 || view.beside.is_some() {
        rows_ui(ui, without);
        return;
    }
    let (open, closed): (Vec<usize>, Vec<usize>) = without
        .iter()
        .partition(|&&place| rows.get(place).is_some_and(|row| row.selected));
    rows_ui(ui, &open);
    ui.horizontal_wrapped(|ui| {
        for row in closed.iter().filter_map(|&place| rows.get(place)) {
            let score = row
                .score
                .map_or_else(|| "n/a".to_owned(), |score| format!("{:.2}", score.get()));
            let text = egui::RichText::new(format!("{} {score}", row.name)).weak();
            let button = egui::Button::new(text).frame_when_inactive(false).small();
            let response = ui.add(button).on_hover_text("Show the map of this finding");
            let enabled = response.enabled();
            response
                .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, &row.name));
            if response.clicked() {
                row::select(row, commands);
            }
        }
    });
}

/// Findings that only the other model of a comparison has.
fn only_beside_ui(ui: &mut Ui, card: &ModelCard, view: &FindingsView<'_>) {
    let Some(beside) = &view.beside else {
        return;
    };
    let only = only_beside(&card.labels, beside.scores, beside.thresholds);
    if let Some(name) = beside.names.last().filter(|_| !only.is_empty()) {
        group_name_ui(ui, &format!("Only in {name} ({})", only.len()));
    }
    for (name, beside) in &only {
        row::only_beside_ui(ui, name, beside);
    }
}

fn group_name_ui(ui: &mut Ui, name: &str) -> egui::Response {
    ui.add_space(theme::SMALL_GAP_PT);
    ui.weak(name)
}

fn no_model_ui(ui: &mut Ui, model: &Model) {
    if let Some(error) = &model.error {
        let palette = theme::palette(ui.visuals());
        ui.label(
            egui::RichText::new("No model")
                .strong()
                .color(palette.error),
        );
        ui.label(theme::sentence(error).color(palette.error));
    } else {
        ui.horizontal(|ui| {
            ui.add(Busy);
            ui.label("Loading model…");
        });
    }
}

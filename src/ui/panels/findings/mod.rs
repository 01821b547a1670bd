//! The findings of the film in view, told as above threshold, below, and without one; and the card of the one in view.

mod card;
mod heading;
mod model;
mod row;
mod summary;
mod view;
mod views;
mod words;

use egui::{Frame, Margin, Panel, ScrollArea, Ui};

use crate::domain::{PerFinding, Score};
use crate::model::ModelCard;
use crate::state::{CommandSender, FindingGroups, Model};
use crate::ui::theme;
use crate::ui::widgets::Busy;

pub use model::{BesideScore, FindingRow, Verdict, finding_rows};
use model::{only_beside, risk_of};
pub use view::FindingsView;
pub use views::FindingsViews;
use views::HeldOrder;
pub use words::HARDLY_ABOVE_CHANCE;

/// Room for a card of any finding, with what is around it.
const CARD_ROOM_PT: f32 = 300.0;

/// Scores at the right of the film; in their place, why there are none. The rows keep their places whichever finding is
/// open: its card is below them. Where they have not all room above it, they are scrolled, and the card stays. In a low
/// window card and marks are scrolled too.
pub fn findings_ui(
    ui: &mut Ui,
    view: &FindingsView<'_>,
    views: &mut FindingsViews,
    commands: &CommandSender,
) {
    let has_film = view.films.current_path().is_some();
    let pinned = ui.available_height() >= theme::LEAST_HEIGHT_FOR_CARD_PT;
    if !has_film {
        ui.heading("No film");
        ui.weak("Open a film to see its scores");
    } else if pinned {
        // Below the rows, which keep their places from film to film.
        let around = Margin::symmetric(0, theme::TINY_GAP_PT as i8);
        Panel::bottom("marks")
            .frame(Frame::new().inner_margin(around))
            .show_separator_line(false)
            .show(ui, |ui| marks_ui(ui, view, commands));
    }
    let compares = view.beside.is_some();
    let shown = view.model.loaded.as_ref().map(|loaded| {
        let scores = scores_of(view);
        let now = FindingGroups::of(loaded.thresholds.current(), scores);
        let held = HeldOrder::of(views.held.take(), view, &now);
        Shown {
            card: loaded.classifier.card(),
            rows: rows_of(view),
            scored: scores.is_some(),
            held,
            now,
        }
    });
    let open = shown.as_ref().filter(|shown| shown.open().is_some());
    let docked = pinned && views.rows_height_pt + CARD_ROOM_PT > ui.available_height();
    if let Some(shown) = open.filter(|_| docked) {
        let above = Margin {
            top: theme::TINY_GAP_PT as i8,
            ..Margin::ZERO
        };
        Panel::bottom("open finding")
            .frame(Frame::new().inner_margin(above))
            .show_separator_line(false)
            .show(ui, |ui| shown.card_ui(ui, view, commands));
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        match &shown {
            Some(shown) => {
                let top = ui.cursor().top();
                let reveal = views.to_reveal(shown.held.open, compares);
                shown.rows_ui(ui, view, reveal, commands);
                views.rows_height_pt = ui.cursor().top() - top;
                if !docked {
                    ui.add_space(theme::SMALL_GAP_PT);
                    shown.card_ui(ui, view, commands);
                }
            }
            None => no_model_ui(ui, view.model),
        }
        if has_film && !pinned {
            marks_ui(ui, view, commands);
        }
    });
    if let Some(shown) = shown {
        views.keep(shown.held, compares);
    }
}

fn marks_ui(ui: &mut Ui, view: &FindingsView<'_>, commands: &CommandSender) {
    heading::concerns_ui(ui, view, commands);
    heading::note_ui(ui, view, commands);
}

/// What the panel shows of a model and a film.
struct Shown<'a> {
    card: &'a ModelCard,
    rows: Vec<FindingRow>,
    scored: bool,
    /// The order on the screen, and that of the thresholds as they are.
    held: HeldOrder,
    now: FindingGroups,
}

impl Shown<'_> {
    fn open(&self) -> Option<&FindingRow> {
        self.rows.iter().find(|row| row.selected)
    }

    /// Summary and rows; `reveal` is scrolled into view.
    fn rows_ui(
        &self,
        ui: &mut Ui,
        view: &FindingsView<'_>,
        reveal: Option<usize>,
        commands: &CommandSender,
    ) {
        let told = (self.scored, self.held.groups != self.now);
        summary::summary_ui(ui, &self.now, told, view, commands);
        if let Some(beside) = &view.beside {
            row::compared_heading_ui(ui, &beside.names);
        }
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = theme::TINY_GAP_PT / 2.0;
            let compares = view.beside.is_some();
            groups_ui(ui, self, reveal, compares, commands);
            only_beside_ui(ui, self.card, view);
        });
    }

    /// The finding in view.
    fn card_ui(&self, ui: &mut Ui, view: &FindingsView<'_>, commands: &CommandSender) {
        let Some(row) = self.open() else {
            return;
        };
        let is_above = |groups: &FindingGroups| groups.above.contains(&row.finding_idx);
        let elsewhere = is_above(&self.held.groups) != is_above(&self.now);
        card::card_ui(ui, row, (self.card, elsewhere), view, commands);
    }
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

/// The groups, one below the other, in the order that is held; `reveal` is scrolled into view.
fn groups_ui(
    ui: &mut Ui,
    shown: &Shown<'_>,
    reveal: Option<usize>,
    compares: bool,
    commands: &CommandSender,
) {
    let (groups, now) = (&shown.held.groups, &shown.now);
    let rows_ui = |ui: &mut Ui, places: &[usize]| {
        for row in places.iter().filter_map(|&place| shown.rows.get(place)) {
            let response = row::row_ui(ui, row, commands);
            if reveal == Some(row.finding_idx) {
                response.scroll_to_me(None);
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
    group_name_ui(ui, &format!("No threshold ({n_without}): neither above nor below")).on_hover_text(
        "This model has no threshold for it. One needs enough films with the finding in validation. Open the finding \
         to set one by hand",
    );
    // A model without any threshold has nothing else to show; columns of a comparison need lines.
    if groups.n_judged() == 0 || compares {
        rows_ui(ui, without);
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().button_padding.x = theme::TINY_GAP_PT;
        for row in without.iter().filter_map(|&place| shown.rows.get(place)) {
            let response = row::short_row_ui(ui, row, commands);
            if reveal == Some(row.finding_idx) {
                response.scroll_to_me(None);
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

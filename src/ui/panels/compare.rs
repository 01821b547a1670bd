use egui::{Align, Layout, Rect, Ui, UiBuilder};

use super::viewer::{CompareView, Pane, ViewerViews, viewer_ui};
use crate::state::{CommandSender, CompareCommand, CompareWith, ViewerArea};
use crate::ui::icons::Icon;
use crate::ui::theme;
use crate::ui::widgets::IconButton;

/// Space between two films.
const GAP_PT: f32 = 4.0;

/// The film in view and the one beside it, each below its name; where both were drawn.
pub fn compare_ui(
    ui: &mut Ui,
    view: &CompareView<'_>,
    [main, beside]: [&mut ViewerViews; 2],
    commands: &CommandSender,
) -> [ViewerArea; 2] {
    let whole = ui.available_rect_before_wrap();
    ui.painter()
        .rect_filled(whole, 0.0, ui.visuals().panel_fill);
    let middle = whole.center().x;
    let left = whole.with_max_x(middle - GAP_PT / 2.0);
    let right = whole.with_min_x(middle + GAP_PT / 2.0);
    let (compare, finding) = (view.compare, view.finding);
    // Follow-ups of two patients must not read as those of one.
    let patients = [&view.main, &view.beside].map(|pane| pane.identity.patient_id.as_ref());
    let of_two = patients[0] != patients[1];
    let patient = |pane: &Pane<'_>| pane.identity.patient_id.clone().filter(|_| of_two);
    let of_film = matches!(compare.with, CompareWith::Film(_));
    let moment = |pane: &Pane<'_>| pane.identity.moment.clone().filter(|_| of_film);
    let main = half_ui(ui, left, &view.main, main, commands, |ui| {
        let words = patient(&view.main).into_iter().chain(moment(&view.main));
        name_ui(ui, finding, &view.main, words.collect());
    });
    let beside = half_ui(ui, right, &view.beside, beside, commands, |ui| {
        let words = match compare.with {
            CompareWith::Film(_) => view.between.clone(),
            CompareWith::Model(_) => {
                Some(compare.model_id().unwrap_or("loading model…").to_owned())
            }
        };
        let words = patient(&view.beside).into_iter().chain(words);
        let words = words.chain(moment(&view.beside)).collect();
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            close_ui(ui, compare.linked, commands);
            let rest = Layout::left_to_right(Align::Center);
            ui.with_layout(rest, |ui| name_ui(ui, finding, &view.beside, words));
        });
    });
    [main, beside]
}

/// What is about both films, at the right end: the way back to one film, and whether they move together.
fn close_ui(ui: &mut Ui, mut linked: bool, commands: &CommandSender) {
    ui.add_space(theme::TINY_GAP_PT);
    let close = ui.add(IconButton::new(Icon::Close, "Close").framed());
    let close = close.on_hover_text("Close the comparison: show one film");
    if close.clicked() {
        commands.compare(CompareCommand::Close);
    }
    let hover = "Both films share pan, zoom, orientation and window";
    let checkbox = ui.checkbox(&mut linked, "Linked").on_hover_text(hover);
    if checkbox.changed() {
        commands.compare(CompareCommand::Link(linked));
    }
    ui.add_space(theme::SMALL_GAP_PT);
}

fn half_ui(
    ui: &mut Ui,
    rect: Rect,
    pane: &Pane<'_>,
    views: &mut ViewerViews,
    commands: &CommandSender,
    header: impl FnOnce(&mut Ui),
) -> ViewerArea {
    let builder = UiBuilder::new().id_salt(pane.name).max_rect(rect);
    ui.scope_builder(builder, |ui| {
        ui.horizontal(|ui| {
            ui.add_space(theme::SMALL_GAP_PT);
            header(ui);
        });
        viewer_ui(ui, pane, views, commands)
    })
    .inner
}

/// The selected finding's score, then `others` (the patient where there are two, the time between both, or the model
/// where it is another one) and when the film was taken, where both are not one film; which film it is says its corner.
fn name_ui(ui: &mut Ui, finding: Option<&str>, pane: &Pane<'_>, others: Vec<String>) {
    let mut words = Vec::new();
    if let (Some(scored), Some(name)) = (pane.scored(), finding) {
        let score = scored.inference.scores.of(name);
        let score = score.map_or_else(|| "n/a".to_owned(), |score| format!("{:.3}", score.get()));
        words.push(format!("{} {score}", name.replace('_', " ")));
    }
    words.extend(others);
    let text = words.join(" · ");
    ui.add(egui::Label::new(&text).truncate())
        .on_hover_text(text);
}

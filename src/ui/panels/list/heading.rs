use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{
    Align2, Button, FontId, PopupCloseBehavior, RichText, Role, Sense, Ui, Vec2, WidgetInfo,
};

use super::ListView;
use super::filter::filter_ui;
use super::words::finding_name;
use crate::state::{CommandSender, ListCommand, ListFilter};
use crate::ui::icons::Icon;
use crate::ui::shortcuts::Action;
use crate::ui::theme;
use crate::ui::widgets::IconButton;

/// Narrower lists have no room for a picture beside the words of a button.
const LEAST_WIDTH_FOR_PICTURE_PT: f32 = 120.0;
/// Width of the filter, where it opens from the strip.
const FILTER_WIDTH_PT: f32 = 220.0;

/// How many films, how they are scored, how they are sorted and filtered, and which finding their scores are of. As high
/// while films are scored as before.
pub(super) fn heading_ui(ui: &mut Ui, view: &ListView<'_>, strip: bool, commands: &CommandSender) {
    let n_films = view.films.entries().len();
    let n_shown = view.list.places().len();
    let films = if n_films == 1 { "film" } else { "films" };
    let text = if n_shown == n_films {
        format!("{n_films} {films}")
    } else {
        format!("{n_shown} of {n_films} {films}")
    };
    ui.add(egui::Label::new(RichText::new(text).strong()).truncate());
    if view.list.scoring_progress().is_some() {
        progress_ui(ui, view, commands);
    } else if n_films > 1 {
        score_all_ui(ui, view, commands);
    }
    if strip {
        strip_filter_ui(ui, view, commands);
        let name = finding_name(view);
        let name = name.as_deref().unwrap_or("Above threshold");
        let text = RichText::new(name).size(theme::SMALL_TEXT_PT).weak();
        ui.add(egui::Label::new(text).truncate().selectable(false))
            .on_hover_text(format!(
                "Below each film: {name}; yes or no is what the table beside the films says"
            ));
    } else {
        filter_ui(ui, view, commands);
    }
}

/// How far scoring has come; a click stops it. Of the width that there is: egui's own bar has a least width, for which
/// the strip would grow.
fn progress_ui(ui: &mut Ui, view: &ListView<'_>, commands: &CommandSender) {
    let Some(progress) = view.list.scoring_progress() else {
        return;
    };
    let size = Vec2::new(ui.available_width(), theme::CONTROL_HEIGHT_PT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Stop scoring"));
    let look = ui.style().interact(&response);
    let palette = theme::palette(ui.visuals());
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, look.corner_radius, look.weak_bg_fill);
    let share = progress.n_done as f32 / progress.n_total.max(1) as f32;
    let done = rect.with_max_x(rect.left() + rect.width() * share);
    painter.rect_filled(
        done,
        look.corner_radius,
        palette.accent.gamma_multiply(0.45),
    );
    let font = FontId::proportional(theme::SMALL_TEXT_PT);
    let text = format!("{}/{}", progress.n_done, progress.n_total);
    let left = rect.left_center() + Vec2::new(6.0, 0.0);
    painter.text(left, Align2::LEFT_CENTER, text, font, look.text_color());
    let square = Align2::RIGHT_CENTER.anchor_size(
        rect.right_center() - Vec2::new(6.0, 0.0),
        Vec2::splat(theme::ICON_PT),
    );
    Icon::Close.paint(&painter, square, look.text_color());
    let (n_done, n_total) = (progress.n_done, progress.n_total);
    let hover = format!("{n_done} of {n_total} films scored. Click to stop");
    if response.on_hover_text(hover).clicked() {
        commands.list(ListCommand::StopScoring);
    }
}

fn score_all_ui(ui: &mut Ui, view: &ListView<'_>, commands: &CommandSender) {
    let (action, word) = (Action::ScoreAll, "Score all");
    let width = ui.available_width();
    let response = if width >= LEAST_WIDTH_FOR_PICTURE_PT {
        let button = IconButton::new(Icon::ScoreAll, word).word(Some(word));
        view.actions.add(ui, action, button.framed(), commands)
    } else {
        let size = Vec2::new(width, theme::CONTROL_HEIGHT_PT);
        let button = Button::new(word).min_size(size);
        view.actions.add(ui, action, button, commands)
    };
    view.actions.explain(response, action, None);
}

/// Sorting and filter where the list is too narrow for them.
fn strip_filter_ui(ui: &mut Ui, view: &ListView<'_>, commands: &CommandSender) {
    let set = view.list.filter != ListFilter::default();
    let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let size = Vec2::new(ui.available_width(), theme::CONTROL_HEIGHT_PT);
    let name = if set {
        "Sort and filter (set)"
    } else {
        "Sort and filter"
    };
    let words = RichText::new("Sort, filter").size(theme::SMALL_TEXT_PT);
    let button = Button::new(words).selected(set).min_size(size);
    let (response, _) = MenuButton::from_button(button).config(config).ui(ui, |ui| {
        ui.set_width(FILTER_WIDTH_PT);
        filter_ui(ui, view, commands);
    });
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    response.on_hover_text(if set {
        "The order of the films, and which are shown: a filter is set"
    } else {
        "The order of the films, and which are shown"
    });
}

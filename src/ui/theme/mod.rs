//! The only place with colors and sizes: one type scale, one grid, one accent.

mod palette;

use egui::{
    Context, CornerRadius, FontId, Margin, RichText, Stroke, Style, TextStyle, Theme,
    ThemePreference, Visuals,
};

use crate::state::ThemeChoice;

use palette::{DARK, LIGHT};
pub use palette::{Palette, palette};

/// Small words: units, remarks, words below small films. One of four sizes, and there are no others.
pub const SMALL_TEXT_PT: f32 = 11.0;
/// Words and numbers.
pub const TEXT_PT: f32 = 13.0;
/// Headings, and words over the film that must not be missed.
pub const HEADING_TEXT_PT: f32 = 16.0;
/// The title of a page.
pub const TITLE_TEXT_PT: f32 = 24.0;

/// Space between parts of one thing. Spaces are multiples of 4 points.
pub const TINY_GAP_PT: f32 = 4.0;
/// Space between related things.
pub const SMALL_GAP_PT: f32 = 8.0;
/// Space between unrelated things.
pub const GAP_PT: f32 = 12.0;
/// Height of buttons and fields.
pub const CONTROL_HEIGHT_PT: f32 = 24.0;
/// Side of a picture on a button.
pub const ICON_PT: f32 = 16.0;
/// Corners of buttons, rows and badges.
pub const CORNER_PT: u8 = 4;
/// Corners of windows, menus and cards.
pub const LARGE_CORNER_PT: u8 = 8;
/// Width of the ring around what has the focus of the keyboard.
pub const FOCUS_RING_PT: f32 = 2.0;

/// Width of the list of films as a strip of small films.
pub const FILM_LIST_WIDTH_PT: f32 = 84.0;
/// From this width on, the list has names and a filter of its own beside its small films.
pub const WIDE_LIST_WIDTH_PT: f32 = 170.0;
/// Height of a film in the strip.
pub const STRIP_ROW_HEIGHT_PT: f32 = 88.0;
/// Narrower windows show no list of films.
pub const LEAST_WIDTH_FOR_LIST_PT: f32 = 860.0;
/// Height of a film in that list.
pub const LIST_ROW_HEIGHT_PT: f32 = 44.0;
/// Height of a heading of the list: a patient or a study.
pub const LIST_HEADING_HEIGHT_PT: f32 = 18.0;
/// Width of the answers of a blinded session.
pub const ANSWERS_WIDTH_PT: f32 = 350.0;
/// Width of the findings with their bars.
pub const FINDINGS_WIDTH_PT: f32 = 316.0;
/// Their largest share of a narrow window: the film has the rest.
pub const FINDINGS_SHARE: f32 = 0.44;
/// Narrower panels have pictures without words where both are used.
pub const NARROW_PANEL_PT: f32 = 270.0;
/// From this height on, the panel of findings has the card of the open one below its rows.
pub const LEAST_HEIGHT_FOR_CARD_PT: f32 = 500.0;
/// Narrower films have smaller words over them, and a shorter bar of the map.
pub const NARROW_FILM_PT: f32 = 480.0;
/// Still narrower ones have no words over them but those without which they would be misread.
pub const TINY_FILM_PT: f32 = 280.0;
/// Room at the film's foot for the bar of the map; words in the lower corners are above it.
pub const ABOVE_MAP_BAR_PT: f32 = 52.0;
/// Room there for the card of a film without scores.
pub const ABOVE_CARD_PT: f32 = 96.0;
/// Width of a notice.
pub const NOTICE_WIDTH_PT: f32 = 440.0;
/// Height of one finding's row.
pub const ROW_HEIGHT_PT: f32 = 28.0;
/// Height of a run in the list of runs, with its buttons.
pub const RUN_ROW_HEIGHT_PT: f32 = 58.0;
/// Width of the figures beside a run's curves.
pub const RUN_SIDE_WIDTH_PT: f32 = 370.0;
/// Width of the labels with their figures beside the curves of an evaluation.
pub const LABELS_WIDTH_PT: f32 = 468.0;
/// Height of a row of small figures.
pub const SMALL_ROW_HEIGHT_PT: f32 = 16.0;
/// Height of the tabs below the curves: a row of films, or a table that scrolls.
pub const TABS_HEIGHT_PT: f32 = 230.0;
/// Side of a film there.
pub const STRIP_FILM_SIDE_PT: f32 = 84.0;
/// Width of the steps of a training with their verdicts.
pub const STEPS_WIDTH_PT: f32 = 270.0;
/// Width of the names of settings.
pub const FIELD_NAME_WIDTH_PT: f32 = 150.0;
/// Width of what a setting is changed by.
pub const FIELD_WIDTH_PT: f32 = 190.0;
/// Between the columns and the rows of a grid of names and fields.
pub const GRID_SPACING: [f32; 2] = [16.0, 6.0];
/// Least width of a column of settings.
pub const FIELD_COLUMN_WIDTH_PT: f32 = 385.0;
/// Size of one validation film's card.
pub const CARD_SIZE_PT: egui::Vec2 = egui::vec2(400.0, 150.0);
/// Side of a small film.
pub const THUMBNAIL_SIDE_PT: f32 = 132.0;
/// Side of a film in the preview of changed films.
pub const PREVIEW_SIDE_PT: f32 = 94.0;

/// Outline of a radiologist's box over the film.
pub const BOX_LINE: egui::Color32 = egui::Color32::from_rgb(120, 220, 255);
/// Size of results beside what was measured.
pub const MEASURE_TEXT_PT: f32 = TEXT_PT;
/// Side of the squares by which a measurement is dragged.
pub const HANDLE_SIDE_PT: f32 = 9.0;
/// Length of an arrow's head.
pub const ARROW_HEAD_PT: f32 = 13.0;
/// How far below the film's head the next step of a measurement is told.
pub const HINT_BELOW_TOP_PT: f32 = 60.0;
/// Lines of what was measured.
pub const MEASURE_LINE: egui::Color32 = egui::Color32::from_rgb(255, 226, 110);
/// Dark rim of that outline.
pub const BOX_EDGE: egui::Color32 = egui::Color32::from_rgb(6, 7, 9);

/// A message of the library, which starts in lower case, as the window shows it: with a capital.
/// Names of keys and files stay as they are.
pub fn sentence(text: impl AsRef<str>) -> RichText {
    let text = text.as_ref();
    let first = text.split([' ', ',']).next().unwrap_or_default();
    let is_word = first.chars().all(|c| c.is_ascii_lowercase());
    let (start, rest) = text.split_at(usize::from(is_word && !first.is_empty()));
    RichText::new(start.to_uppercase() + rest)
}

/// Sets up both themes; called once.
pub fn install(ctx: &Context) {
    // Ours, since it is remembered and has bounds.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
    ctx.all_styles_mut(|style| {
        let spacing = &mut style.spacing;
        spacing.item_spacing = egui::vec2(8.0, 4.0);
        spacing.button_padding = egui::vec2(8.0, 4.0);
        spacing.menu_margin = Margin::same(8);
        spacing.window_margin = Margin::same(12);
        spacing.interact_size.y = CONTROL_HEIGHT_PT;
        style.interaction.tooltip_delay = 0.4;
        style.text_styles = [
            (TextStyle::Small, FontId::proportional(SMALL_TEXT_PT)),
            (TextStyle::Body, FontId::proportional(TEXT_PT)),
            (TextStyle::Button, FontId::proportional(TEXT_PT)),
            (TextStyle::Monospace, FontId::monospace(TEXT_PT)),
            (TextStyle::Heading, FontId::proportional(HEADING_TEXT_PT)),
        ]
        .into();
    });
    for (theme, palette) in [(Theme::Dark, &DARK), (Theme::Light, &LIGHT)] {
        ctx.style_mut_of(theme, |style| paint(&mut style.visuals, palette));
    }
}

/// egui's own widgets in our colors.
fn paint(visuals: &mut Visuals, palette: &Palette) {
    visuals.panel_fill = palette.panel;
    visuals.window_fill = palette.window;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.window_corner_radius = CornerRadius::same(LARGE_CORNER_PT);
    visuals.menu_corner_radius = CornerRadius::same(LARGE_CORNER_PT);
    visuals.extreme_bg_color = palette.field;
    visuals.code_bg_color = palette.field;
    visuals.faint_bg_color = palette.faint;
    visuals.weak_text_color = Some(palette.weak_text);
    visuals.hyperlink_color = palette.accent;
    visuals.selection.bg_fill = palette.selected;
    visuals.selection.stroke = Stroke::new(1.0, palette.selected_text);
    visuals.text_cursor.stroke = Stroke::new(2.0, palette.accent);
    visuals.error_fg_color = palette.error;
    visuals.warn_fg_color = palette.warning;
    visuals.slider_trailing_fill = true;
    let words = |color| Stroke::new(1.5, color);
    let widgets = &mut visuals.widgets;
    widgets.noninteractive.bg_fill = palette.panel;
    widgets.noninteractive.weak_bg_fill = palette.panel;
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, palette.line);
    widgets.noninteractive.fg_stroke = Stroke::new(1.0, palette.text);
    for (widget, ground, edge, color) in [
        (
            &mut widgets.inactive,
            palette.button,
            Stroke::NONE,
            palette.text,
        ),
        (
            &mut widgets.hovered,
            palette.button_hovered,
            Stroke::new(1.0, palette.line),
            palette.strong_text,
        ),
        // What is pressed or has the focus of the keyboard.
        (
            &mut widgets.active,
            palette.button_hovered,
            Stroke::new(FOCUS_RING_PT, palette.accent),
            palette.strong_text,
        ),
        (
            &mut widgets.open,
            palette.button,
            Stroke::new(1.0, palette.line),
            palette.text,
        ),
    ] {
        widget.bg_fill = ground;
        widget.weak_bg_fill = ground;
        widget.bg_stroke = edge;
        widget.fg_stroke = words(color);
        widget.expansion = 0.0;
    }
    for widget in [
        &mut widgets.noninteractive,
        &mut widgets.inactive,
        &mut widgets.hovered,
        &mut widgets.active,
        &mut widgets.open,
    ] {
        widget.corner_radius = CornerRadius::same(CORNER_PT);
    }
    // The rail of a slider and an empty check box need to be seen.
    widgets.inactive.bg_fill = palette.rail;
}

/// The style of menus and of the menu bar: egui's, but for the ring around what has the focus of the keyboard.
pub fn menu_style(style: &mut Style) {
    let ring = style.visuals.widgets.active.bg_stroke;
    egui::containers::menu::menu_style(style);
    style.spacing.button_padding = egui::vec2(TINY_GAP_PT, 0.0);
    style.visuals.widgets.active.bg_stroke = ring;
}

/// The theme preference in egui's terms.
pub fn preference(choice: ThemeChoice) -> ThemePreference {
    match choice {
        ThemeChoice::System => ThemePreference::System,
        ThemeChoice::Dark => ThemePreference::Dark,
        ThemeChoice::Light => ThemePreference::Light,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_starts_with_a_capital_and_a_name_stays_as_it_is() {
        for (text, expected) in [
            ("cannot open: a.png", "Cannot open: a.png"),
            ("Written", "Written"),
            (
                "thorax-notes.json is damaged",
                "thorax-notes.json is damaged",
            ),
            ("epochs: expected 1", "epochs: expected 1"),
            ("3 films", "3 films"),
            ("é", "é"),
            ("", ""),
        ] {
            assert_eq!(sentence(text).text(), expected);
        }
    }
}

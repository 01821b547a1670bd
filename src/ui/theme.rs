//! The only place with colors and sizes.

use egui::{
    Color32, Context, CornerRadius, FontId, RichText, Stroke, TextStyle, Theme, ThemePreference,
    Visuals,
};

use crate::state::ThemeChoice;

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
/// Width of the findings with their bars.
pub const FINDINGS_WIDTH_PT: f32 = 316.0;
/// Size of the words on how many findings are above their threshold.
pub const SUMMARY_TEXT_PT: f32 = 16.0;
/// Room at the film's foot for the bar of the map; words in the lower corners are above it.
pub const ABOVE_MAP_BAR_PT: f32 = 52.0;
/// Width of a notice.
pub const NOTICE_WIDTH_PT: f32 = 440.0;
/// Where notices end, above the map's controls and the status line.
pub const NOTICES_ABOVE_BOTTOM_PT: f32 = 104.0;
/// Size of the smallest words.
pub const SMALL_TEXT_PT: f32 = 11.0;
/// Space between unrelated things.
pub const GAP_PT: f32 = 12.0;
/// Space between related things.
pub const SMALL_GAP_PT: f32 = 6.0;
/// Height of one finding's row.
pub const ROW_HEIGHT_PT: f32 = 26.0;
/// Width of the figures beside a run's curves.
pub const RUN_SIDE_WIDTH_PT: f32 = 400.0;
/// Width of the labels with their figures beside the curves of an evaluation.
pub const LABELS_WIDTH_PT: f32 = 468.0;
/// Height of a row of small figures.
pub const SMALL_ROW_HEIGHT_PT: f32 = 16.0;
/// Height of the films below the curves.
pub const FILM_STRIP_HEIGHT_PT: f32 = 150.0;
/// Side of a film there.
pub const STRIP_FILM_SIDE_PT: f32 = 84.0;
/// Width of the names of settings.
pub const FIELD_NAME_WIDTH_PT: f32 = 150.0;
/// Width of what a setting is changed by.
pub const FIELD_WIDTH_PT: f32 = 190.0;
/// Least width of a column of settings.
pub const FIELD_COLUMN_WIDTH_PT: f32 = 385.0;
/// Size of one validation film's card.
pub const CARD_SIZE_PT: egui::Vec2 = egui::vec2(400.0, 150.0);
/// Side of a small film.
pub const THUMBNAIL_SIDE_PT: f32 = 132.0;
/// Side of a film in the preview of changed films.
pub const PREVIEW_SIDE_PT: f32 = 94.0;

/// Outline of a radiologist's box over the film.
pub const BOX_LINE: Color32 = Color32::from_rgb(120, 220, 255);
/// Size of results beside what was measured.
pub const MEASURE_TEXT_PT: f32 = 13.5;
/// Side of the squares by which a measurement is dragged.
pub const HANDLE_SIDE_PT: f32 = 9.0;
/// Length of an arrow's head.
pub const ARROW_HEAD_PT: f32 = 13.0;
/// How far below the film's head the next step of a measurement is told.
pub const HINT_BELOW_TOP_PT: f32 = 60.0;
/// Lines of what was measured.
pub const MEASURE_LINE: Color32 = Color32::from_rgb(255, 226, 110);
/// Dark rim of that outline.
pub const BOX_EDGE: Color32 = Color32::from_rgb(6, 7, 9);

/// Colors that mean something, for one theme. Orange and blue stay apart for color-blind eyes.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    /// Behind the film: black in both themes, so that films look the same.
    pub film_background: Color32,
    /// Words over the film's background.
    pub film_text: Color32,
    /// Ground of words that must not be missed.
    pub badge: Color32,
    /// Those words.
    pub badge_text: Color32,
    /// Scores at or above their threshold.
    pub above: Color32,
    /// Scores below their threshold.
    pub below: Color32,
    /// Thresholds.
    pub threshold: Color32,
    /// The empty part of a score bar.
    pub rail: Color32,
    /// Errors.
    pub error: Color32,
    /// Warnings.
    pub warning: Color32,
    /// Figures of training films.
    pub train: Color32,
    /// Figures of validation films.
    pub valid: Color32,
    /// Single steps, behind what they add up to.
    pub steps: Color32,
    /// Compared runs, in turn; distinct for color-blind users (Okabe-Ito).
    pub series: [Color32; 5],
}

const DARK: Palette = Palette {
    film_background: Color32::from_rgb(6, 7, 9),
    film_text: Color32::from_rgb(190, 198, 208),
    badge: Color32::from_rgb(245, 190, 90),
    badge_text: Color32::from_rgb(24, 18, 4),
    above: Color32::from_rgb(240, 150, 50),
    below: Color32::from_rgb(90, 140, 190),
    threshold: Color32::from_rgb(240, 242, 245),
    rail: Color32::from_rgb(48, 54, 62),
    error: Color32::from_rgb(255, 120, 110),
    warning: Color32::from_rgb(245, 190, 90),
    train: Color32::from_rgb(110, 165, 220),
    valid: Color32::from_rgb(240, 150, 50),
    steps: Color32::from_rgb(84, 96, 110),
    series: [
        Color32::from_rgb(0, 190, 140),
        Color32::from_rgb(220, 140, 190),
        Color32::from_rgb(240, 228, 66),
        Color32::from_rgb(120, 200, 240),
        Color32::from_rgb(230, 110, 60),
    ],
};

const LIGHT: Palette = Palette {
    film_background: Color32::from_rgb(6, 7, 9),
    film_text: Color32::from_rgb(190, 198, 208),
    badge: Color32::from_rgb(245, 190, 90),
    badge_text: Color32::from_rgb(24, 18, 4),
    above: Color32::from_rgb(205, 100, 0),
    below: Color32::from_rgb(80, 130, 180),
    threshold: Color32::from_rgb(30, 34, 40),
    rail: Color32::from_rgb(212, 217, 223),
    error: Color32::from_rgb(178, 30, 30),
    warning: Color32::from_rgb(140, 85, 0),
    train: Color32::from_rgb(40, 100, 165),
    valid: Color32::from_rgb(205, 100, 0),
    steps: Color32::from_rgb(176, 186, 196),
    series: [
        Color32::from_rgb(0, 130, 95),
        Color32::from_rgb(160, 70, 125),
        Color32::from_rgb(120, 110, 0),
        Color32::from_rgb(30, 130, 180),
        Color32::from_rgb(180, 70, 20),
    ],
};

/// The colors of the theme that `visuals` belong to.
pub fn palette(visuals: &Visuals) -> &'static Palette {
    if visuals.dark_mode { &DARK } else { &LIGHT }
}

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
        style.spacing.item_spacing = egui::vec2(8.0, 5.0);
        style.spacing.button_padding = egui::vec2(8.0, 4.0);
        style.spacing.interact_size.y = 22.0;
        style.visuals.widgets.noninteractive.corner_radius = CornerRadius::same(4);
        style.interaction.tooltip_delay = 0.4;
        let small = FontId::proportional(SMALL_TEXT_PT);
        style.text_styles.insert(TextStyle::Small, small);
    });
    ctx.style_mut_of(Theme::Dark, |style| {
        let visuals = &mut style.visuals;
        visuals.panel_fill = Color32::from_rgb(24, 27, 32);
        visuals.window_fill = Color32::from_rgb(30, 34, 40);
        visuals.extreme_bg_color = Color32::from_rgb(14, 16, 19);
        visuals.faint_bg_color = Color32::from_rgb(31, 35, 41);
        visuals.override_text_color = Some(Color32::from_rgb(222, 226, 231));
        visuals.selection.bg_fill = Color32::from_rgb(38, 78, 120);
        visuals.selection.stroke = Stroke::new(1.0, Color32::from_rgb(235, 240, 246));
        visuals.error_fg_color = DARK.error;
        visuals.warn_fg_color = DARK.warning;
    });
    ctx.style_mut_of(Theme::Light, |style| {
        let visuals = &mut style.visuals;
        visuals.panel_fill = Color32::from_rgb(244, 246, 248);
        visuals.window_fill = Color32::from_rgb(252, 253, 254);
        visuals.faint_bg_color = Color32::from_rgb(232, 236, 240);
        visuals.override_text_color = Some(Color32::from_rgb(28, 32, 38));
        visuals.selection.bg_fill = Color32::from_rgb(188, 216, 244);
        visuals.selection.stroke = Stroke::new(1.0, Color32::from_rgb(20, 50, 90));
        visuals.error_fg_color = LIGHT.error;
        visuals.warn_fg_color = LIGHT.warning;
    });
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

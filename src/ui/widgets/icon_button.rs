use egui::{
    Response, Role, Sense, TextStyle, TextWrapMode, Ui, Vec2, Widget, WidgetInfo, WidgetText,
};

use crate::ui::icons::Icon;
use crate::ui::theme;

/// Space at both ends of a button with a word.
const WORD_MARGIN_PT: f32 = 6.0;
/// Width of the sign of a button that opens a menu.
const SIGN_PT: f32 = 7.0;

/// A button with a picture, and a word beside it where there is room.
pub struct IconButton<'a> {
    icon: Icon,
    name: &'a str,
    word: Option<&'a str>,
    selected: Option<bool>,
    framed: bool,
    opens: bool,
}

impl<'a> IconButton<'a> {
    /// `name` is what screen readers say.
    pub fn new(icon: Icon, name: &'a str) -> Self {
        Self {
            icon,
            name,
            word: None,
            selected: None,
            framed: false,
            opens: false,
        }
    }

    /// Width of a button with a word of this width.
    pub fn width_with_word(word_pt: f32) -> f32 {
        2.0 * WORD_MARGIN_PT + theme::ICON_PT + theme::TINY_GAP_PT + word_pt
    }

    /// A word beside the picture.
    #[must_use]
    pub fn word(mut self, word: Option<&'a str>) -> Self {
        self.word = word;
        self
    }

    /// A button that stays pressed.
    #[must_use]
    pub fn selected(mut self, selected: bool) -> Self {
        self.selected = Some(selected);
        self
    }

    /// A button that opens a menu, with a sign that says so.
    #[must_use]
    pub fn opens(mut self) -> Self {
        self.opens = true;
        self
    }

    /// On a ground of its own, as buttons that stand alone.
    #[must_use]
    pub fn framed(mut self) -> Self {
        self.framed = true;
        self
    }
}

impl Widget for IconButton<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let word = self.word.map(|word| {
            let text = WidgetText::from(word);
            text.into_galley(
                ui,
                Some(TextWrapMode::Extend),
                f32::INFINITY,
                TextStyle::Button,
            )
        });
        let beside = word
            .as_ref()
            .map_or(0.0, |word| theme::TINY_GAP_PT + word.size().x);
        let sign = if self.opens {
            theme::TINY_GAP_PT + SIGN_PT
        } else {
            0.0
        };
        // Without a word as wide as high.
        let margin = match word {
            Some(_) => WORD_MARGIN_PT,
            None => (theme::CONTROL_HEIGHT_PT - theme::ICON_PT) / 2.0 + 1.0,
        };
        let size = Vec2::new(
            2.0 * margin + theme::ICON_PT + beside + sign,
            theme::CONTROL_HEIGHT_PT,
        );
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        let (name, enabled) = (self.name, ui.is_enabled());
        response.widget_info(|| match self.selected {
            Some(selected) => WidgetInfo::selected(Role::Button, enabled, selected, name),
            None => WidgetInfo::labeled(Role::Button, enabled, name),
        });
        if !ui.is_rect_visible(rect) {
            return response;
        }
        let selected = self.selected == Some(true);
        let look = ui.style().interact_selectable(&response, selected);
        let active = response.hovered() || response.has_focus();
        let painter = ui.painter();
        if selected || self.framed || active {
            painter.rect_filled(rect, look.corner_radius, look.weak_bg_fill);
        }
        if active {
            painter.rect_stroke(
                rect,
                look.corner_radius,
                look.bg_stroke,
                egui::StrokeKind::Inside,
            );
        }
        let color = look.text_color();
        let left = egui::pos2(rect.left() + margin, rect.center().y);
        let square = egui::Align2::LEFT_CENTER.anchor_size(left, Vec2::splat(theme::ICON_PT));
        self.icon.paint(painter, square, color);
        if let Some(word) = word {
            let at = egui::pos2(
                square.right() + theme::TINY_GAP_PT,
                rect.center().y - word.size().y / 2.0,
            );
            painter.galley(at, word, color);
        }
        if self.opens {
            let tip = egui::pos2(rect.right() - margin - SIGN_PT / 2.0, rect.center().y + 2.0);
            let arms =
                [-1.0, 1.0].map(|side| tip + Vec2::new(side * SIGN_PT / 2.0, -SIGN_PT / 2.0));
            let line = vec![arms[0], tip, arms[1]];
            painter.add(egui::Shape::line(line, egui::Stroke::new(1.5, color)));
        }
        response
    }
}

/// A picture in a line of words, as high as they are.
pub fn icon_ui(ui: &mut Ui, icon: Icon, color: egui::Color32) {
    let size = Vec2::new(theme::ICON_PT, ui.text_style_height(&TextStyle::Body));
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let square =
        egui::Align2::CENTER_CENTER.anchor_size(rect.center(), Vec2::splat(theme::TEXT_PT));
    icon.paint(ui.painter(), square, color);
}

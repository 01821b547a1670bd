use egui::{Color32, Pos2, Rect, Response, RichText, Sense, Stroke, Ui, Vec2, Widget, pos2, vec2};

use crate::ui::theme;

/// Size of the sign before the words.
const SIGN_SIZE_PT: Vec2 = vec2(16.0, 10.0);
/// Opacity of bands, as plots draw them.
pub const BAND_OPACITY: f32 = 0.18;

/// How a plot shows what an entry names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegendSign {
    /// A line.
    Line,
    /// An area between two lines.
    Band,
    /// A filled bar.
    Bar,
    /// One point.
    Dot,
    /// A line across the plot.
    Rule,
}

/// One entry of a legend, which is beside its plot and never on it.
pub struct LegendEntry<'a> {
    words: &'a str,
    sign: LegendSign,
    color: Color32,
}

impl<'a> LegendEntry<'a> {
    /// `words` are what the plot shows in this color.
    pub fn new(words: &'a str, sign: LegendSign, color: Color32) -> Self {
        Self { words, sign, color }
    }

    fn paint(&self, ui: &Ui, rect: Rect) {
        let painter = ui.painter();
        let middle: Pos2 = rect.center();
        match self.sign {
            LegendSign::Line => {
                painter.hline(rect.x_range(), middle.y, Stroke::new(2.5, self.color));
            }
            LegendSign::Rule => {
                painter.vline(middle.x, rect.y_range(), Stroke::new(2.0, self.color));
            }
            LegendSign::Band => {
                painter.rect_filled(rect, 0.0, self.color.gamma_multiply(2.0 * BAND_OPACITY));
            }
            LegendSign::Bar => {
                painter.rect_filled(rect, 1.0, self.color);
            }
            LegendSign::Dot => {
                painter.circle_filled(pos2(middle.x, middle.y), 4.5, self.color);
            }
        }
    }
}

impl Widget for LegendEntry<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = theme::TINY_GAP_PT;
            let (rect, _) = ui.allocate_exact_size(SIGN_SIZE_PT, Sense::hover());
            self.paint(ui, rect);
            let words = RichText::new(self.words).small();
            ui.add(egui::Label::new(words).truncate())
        })
        .inner
    }
}

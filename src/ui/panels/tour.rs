use egui::{
    Align, Align2, Area, Context, CornerRadius, Frame, Id, Label, LayerId, Layout, Order, Pos2,
    Rect, RichText, Stroke, StrokeKind, vec2,
};

use crate::state::{Command, CommandSender, TourStep};
use crate::ui::theme;

/// Width of the words of a step.
const WIDTH_PT: f32 = 320.0;
/// Space between the words and what they explain.
const GAP_PT: f32 = 12.0;
/// Space for the map's bar at the film's foot.
const ABOVE_MAP_BAR_PT: f32 = 76.0;

/// Where the parts of the window are that the tour explains; empty where one is not shown.
#[derive(Clone, Copy, Debug)]
pub struct TourPlaces {
    /// The film in view.
    pub film: Rect,
    /// The findings at its right.
    pub findings: Rect,
    /// The list at its left.
    pub list: Rect,
}

impl Default for TourPlaces {
    fn default() -> Self {
        let none = Rect::NOTHING;
        Self {
            film: none,
            findings: none,
            list: none,
        }
    }
}

/// One step of the tour: a frame around a part of the window, and words beside it.
pub fn tour_ui(
    ctx: &Context,
    (step, is_drawn): (TourStep, bool),
    places: &TourPlaces,
    commands: &CommandSender,
) {
    let (part, pivot, at) = place_of(step, places);
    if part.is_positive() {
        let layer = LayerId::new(Order::Foreground, Id::unique("tour frame"));
        let stroke = Stroke::new(2.0, ctx.global_style().visuals.selection.stroke.color);
        ctx.layer_painter(layer).rect_stroke(
            part,
            CornerRadius::same(4),
            stroke,
            StrokeKind::Inside,
        );
    }
    Area::new(Id::unique("tour"))
        .order(Order::Foreground)
        .pivot(pivot)
        .fixed_pos(at)
        .constrain_to(ctx.content_rect().shrink(8.0))
        .show(ctx, |ui| {
            Frame::popup(ui.style()).show(ui, |ui| {
                ui.set_width(WIDTH_PT);
                ui.label(
                    RichText::new(step.title())
                        .strong()
                        .size(theme::HEADING_TEXT_PT),
                );
                ui.add(Label::new(step.text()).wrap());
                if let Some(remark) = step.remark_on_drawn_film().filter(|_| is_drawn) {
                    ui.add(Label::new(remark).wrap());
                }
                ui.add_space(theme::SMALL_GAP_PT);
                ui.horizontal(|ui| {
                    ui.weak(format!("{} of {}", step.number(), TourStep::ALL.len()));
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        let label = if step.after().is_some() {
                            "Next"
                        } else {
                            "Done"
                        };
                        let next = ui.button(label);
                        // Enter goes on; whoever types elsewhere is left alone.
                        if ui.memory(|memory| memory.focused().is_none()) {
                            next.request_focus();
                        }
                        if next.clicked() {
                            commands.send(Command::ShowTour(step.after()));
                        }
                        if let Some(before) = step.before()
                            && ui.button("Back").clicked()
                        {
                            commands.send(Command::ShowTour(Some(before)));
                        }
                        if step.after().is_some() && ui.button("Skip tour").clicked() {
                            commands.send(Command::ShowTour(None));
                        }
                    });
                });
            });
        });
}

/// What a step frames, and where its words are.
fn place_of(step: TourStep, places: &TourPlaces) -> (Rect, Align2, Pos2) {
    let film = places.film;
    match step {
        TourStep::Film => (
            film,
            Align2::CENTER_TOP,
            film.center_top() + vec2(0.0, film.height() * 0.12),
        ),
        TourStep::Findings => (
            places.findings,
            Align2::RIGHT_TOP,
            places.findings.left_top() + vec2(-GAP_PT, 40.0),
        ),
        TourStep::Map => (
            film,
            Align2::CENTER_BOTTOM,
            film.center_bottom() - vec2(0.0, ABOVE_MAP_BAR_PT),
        ),
        TourStep::OwnFilms => {
            let at = if places.list.is_positive() {
                places.list.right_top()
            } else {
                film.left_top()
            };
            (places.list, Align2::LEFT_TOP, at + vec2(GAP_PT, 80.0))
        }
    }
}

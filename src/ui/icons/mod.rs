//! Pictures on buttons: our own lines on a grid of 16 x 16 points, in the color of the words beside them.
//!
//! No font of icons: the maintained one for egui is a version behind it, and lines are sharp at every size.

mod shapes;

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2};

use shapes::Part;

/// Side of the grid that shapes are given on.
const GRID: f32 = 16.0;
/// Width of a line on that grid.
const LINE: f32 = 1.5;
/// Steps of a whole circle.
const N_STEPS_OF_CIRCLE: f32 = 32.0;

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the name says it; `shapes` draws it")]
pub enum Icon {
    Window,
    Pan,
    Zoom,
    Magnifier,
    Length,
    Angle,
    Ratio,
    Rectangle,
    Text,
    Arrow,
    Cover,
    TurnLeft,
    TurnRight,
    FlipHorizontally,
    FlipVertically,
    Invert,
    Fit,
    ActualSize,
    Reset,
    Presets,
    Histogram,
    Input,
    AllMaps,
    Map,
    MapHidden,
    Fill,
    Outline,
    More,
    Folder,
    Previous,
    Next,
    Filter,
    ScoreAll,
    Stop,
    Up,
    Down,
    Flag,
    Check,
    Exclude,
    Warning,
    Refusal,
    Note,
    Close,
    Copy,
}

impl Icon {
    /// All of them.
    pub const ALL: [Self; 44] = [
        Self::Window,
        Self::Pan,
        Self::Zoom,
        Self::Magnifier,
        Self::Length,
        Self::Angle,
        Self::Ratio,
        Self::Rectangle,
        Self::Text,
        Self::Arrow,
        Self::Cover,
        Self::TurnLeft,
        Self::TurnRight,
        Self::FlipHorizontally,
        Self::FlipVertically,
        Self::Invert,
        Self::Fit,
        Self::ActualSize,
        Self::Reset,
        Self::Presets,
        Self::Histogram,
        Self::Input,
        Self::AllMaps,
        Self::Map,
        Self::MapHidden,
        Self::Fill,
        Self::Outline,
        Self::More,
        Self::Folder,
        Self::Previous,
        Self::Next,
        Self::Filter,
        Self::ScoreAll,
        Self::Stop,
        Self::Up,
        Self::Down,
        Self::Flag,
        Self::Check,
        Self::Exclude,
        Self::Warning,
        Self::Refusal,
        Self::Note,
        Self::Close,
        Self::Copy,
    ];

    /// Draws it within a square.
    pub fn paint(self, painter: &Painter, square: Rect, color: Color32) {
        painter.extend(self.shapes(square, color));
    }

    fn shapes(self, square: Rect, color: Color32) -> Vec<Shape> {
        let unit = square.width().min(square.height()) / GRID;
        let origin = square.center() - egui::Vec2::splat(unit * GRID / 2.0);
        let at = |&(x, y): &(f32, f32)| origin + egui::vec2(x, y) * unit;
        let stroke = Stroke::new(LINE * unit, color);
        let shape = |part: &Part| match *part {
            Part::Line(points) => Shape::line(points.iter().map(at).collect(), stroke),
            Part::Closed(points) => Shape::closed_line(points.iter().map(at).collect(), stroke),
            Part::Filled(points) => {
                Shape::convex_polygon(points.iter().map(at).collect(), color, Stroke::NONE)
            }
            Part::Circle(center, radius) => {
                Shape::circle_stroke(at(&center), radius * unit, stroke)
            }
            Part::Dot(center, radius) => Shape::circle_filled(at(&center), radius * unit, color),
            Part::Arc(center, radius, ends) => {
                Shape::line(arc(at(&center), radius * unit, ends), stroke)
            }
            Part::Sector(center, radius, ends) => {
                Shape::convex_polygon(arc(at(&center), radius * unit, ends), color, Stroke::NONE)
            }
        };
        shapes::of(self).iter().map(shape).collect()
    }
}

/// Points of an arc from one angle to another, in degrees clockwise from the right.
fn arc(center: Pos2, radius: f32, (from, to): (f32, f32)) -> Vec<Pos2> {
    let n_steps = ((to - from).abs() / 360.0 * N_STEPS_OF_CIRCLE)
        .ceil()
        .max(1.0);
    (0..=n_steps as u32)
        .map(|step| {
            let angle = (from + (to - from) * step as f32 / n_steps).to_radians();
            pos2(
                center.x + radius * angle.cos(),
                center.y + radius * angle.sin(),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_is_within_its_square_and_unlike_the_others() {
        let square = Rect::from_min_size(pos2(10.0, 20.0), egui::Vec2::splat(GRID));
        let mut seen: Vec<Vec<Shape>> = Vec::new();
        for icon in Icon::ALL {
            let shapes = icon.shapes(square, Color32::WHITE);
            assert!(!shapes.is_empty(), "{icon:?}");
            for shape in &shapes {
                let bounds = shape.visual_bounding_rect();
                assert!(
                    square.expand(0.3).contains_rect(bounds),
                    "{icon:?} {bounds:?}"
                );
            }
            assert!(!seen.contains(&shapes), "{icon:?} looks like another");
            seen.push(shapes);
        }
    }

    #[test]
    fn pictures_grow_with_their_square() {
        let side = 2.0 * GRID;
        let square = Rect::from_min_size(pos2(0.0, 0.0), egui::Vec2::splat(side));
        let shapes = Icon::Rectangle.shapes(square, Color32::WHITE);
        let bounds = shapes[0].visual_bounding_rect();
        assert!(bounds.width() > 0.7 * side, "{bounds:?}");
    }
}

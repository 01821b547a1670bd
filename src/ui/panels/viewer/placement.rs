use egui::{Mesh, Pos2, Rect, TextureId, pos2};

use crate::domain::{Orientation, Point, ScreenFromImage, Size};

/// The placement of a film on screen: oriented first, then zoomed and moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// Extent of the film in its own pixels.
    pub film: Size,
    /// How it is turned and mirrored.
    pub orientation: Orientation,
    /// From the film so turned to points of the window.
    pub screen_from_shown: ScreenFromImage,
}

impl Placement {
    /// Where a film pixel lies.
    pub fn screen(&self, pos_in_image: Point) -> Pos2 {
        let shown = self.orientation.shown_from_image(pos_in_image, self.film);
        let pos = self.screen_from_shown.apply(shown);
        pos2(pos.x, pos.y)
    }

    /// The film position at a position of the window; may be outside the film.
    pub fn image(&self, pos_in_screen: Pos2) -> Point {
        let shown = self.screen_from_shown.invert(Point {
            x: pos_in_screen.x,
            y: pos_in_screen.y,
        });
        self.orientation.image_from_shown(shown, self.film)
    }

    /// A place of the film as parts of its width and height.
    pub fn unit(&self, pos_in_screen: Pos2) -> Point {
        let Point { x, y } = self.image(pos_in_screen);
        Point {
            x: x / self.film.width,
            y: y / self.film.height,
        }
    }

    /// Where parts of the film's width and height lie.
    pub fn screen_of_unit(&self, x: f32, y: f32) -> Pos2 {
        self.screen(Point {
            x: x * self.film.width,
            y: y * self.film.height,
        })
    }

    /// The part of the film within `area`, in film pixels.
    pub fn visible(&self, area: Rect) -> Rect {
        let corner = |pos: Pos2| {
            let Point { x, y } = self.image(pos);
            pos2(
                x.clamp(0.0, self.film.width),
                y.clamp(0.0, self.film.height),
            )
        };
        Rect::from_two_pos(corner(area.min), corner(area.max))
    }

    /// A picture over a rectangle of film pixels, turned and mirrored as the film is.
    pub fn picture(&self, texture: TextureId, part: Rect, uv: Rect) -> Mesh {
        let mut mesh = Mesh::with_texture(texture);
        let corners = [
            (part.left_top(), uv.left_top()),
            (part.right_top(), uv.right_top()),
            (part.right_bottom(), uv.right_bottom()),
            (part.left_bottom(), uv.left_bottom()),
        ];
        for (pos, uv) in corners {
            let pos = self.screen(Point { x: pos.x, y: pos.y });
            mesh.vertices.push(egui::epaint::Vertex {
                pos,
                uv,
                color: egui::Color32::WHITE,
            });
        }
        mesh.add_triangle(0, 1, 2);
        mesh.add_triangle(0, 2, 3);
        mesh
    }

    /// The film's own rectangle.
    pub fn whole(&self) -> Rect {
        Rect::from_min_max(Pos2::ZERO, pos2(self.film.width, self.film.height))
    }
}

/// All of a texture.
pub const WHOLE_UV: Rect = Rect {
    min: Pos2::ZERO,
    max: pos2(1.0, 1.0),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turned_films_corners_lie_on_the_corners_of_its_rectangle() {
        let mut orientation = Orientation::default();
        for _ in 0..4 {
            orientation = orientation.turned(1);
            for orientation in [orientation, orientation.flipped_vertically()] {
                let placement = Placement {
                    film: Size {
                        width: 200.0,
                        height: 100.0,
                    },
                    orientation,
                    screen_from_shown: ScreenFromImage {
                        zoom: 0.5,
                        origin: Point { x: 10.0, y: 20.0 },
                    },
                };
                let mesh = placement.picture(TextureId::default(), placement.whole(), WHOLE_UV);
                let bounds = mesh.calc_bounds();
                let ends = [(0.0, 0.0), (1.0, 1.0)].map(|(x, y)| placement.screen_of_unit(x, y));
                assert_eq!(bounds, Rect::from_two_pos(ends[0], ends[1]));
                let pos = pos2(33.0, 41.0);
                assert_eq!(placement.screen(placement.image(pos)), pos);
                let visible = placement.visible(bounds);
                assert_eq!(visible, placement.whole());
            }
        }
    }
}

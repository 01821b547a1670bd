use super::{Point, Size};

/// How a film is turned and mirrored for the eye: mirrored left to right first, then turned clockwise.
///
/// The eight orientations of a rectangle on screen. The network input never passes through here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Orientation {
    quarter_turns: u8,
    mirrored: bool,
}

impl Orientation {
    /// Quarter turns clockwise, 0 to 3.
    pub fn quarter_turns(self) -> u8 {
        self.quarter_turns
    }

    /// Whether left and right of the film are exchanged: letters on it are then in mirror writing.
    pub fn is_mirrored(self) -> bool {
        self.mirrored
    }

    /// Turned on the screen by quarter turns clockwise; negative ones counter-clockwise.
    #[must_use]
    pub fn turned(self, quarter_turns: i8) -> Self {
        let turns = i16::from(self.quarter_turns) + i16::from(quarter_turns);
        Self {
            quarter_turns: turns.rem_euclid(4) as u8,
            ..self
        }
    }

    /// Left and right of the screen exchanged.
    #[must_use]
    pub fn flipped_horizontally(self) -> Self {
        // A mirror before turning clockwise is the mirror of turning counter-clockwise.
        Self {
            quarter_turns: (4 - self.quarter_turns) % 4,
            mirrored: !self.mirrored,
        }
    }

    /// Top and bottom of the screen exchanged.
    #[must_use]
    pub fn flipped_vertically(self) -> Self {
        self.flipped_horizontally().turned(2)
    }

    /// Extent of the film as it is shown.
    pub fn shown_size(self, film: Size) -> Size {
        if self.quarter_turns.is_multiple_of(2) {
            film
        } else {
            Size {
                width: film.height,
                height: film.width,
            }
        }
    }

    /// The position of a film pixel in the displayed orientation.
    pub fn shown_from_image(self, pos_in_image: Point, film: Size) -> Point {
        let Point { mut x, y } = pos_in_image;
        if self.mirrored {
            x = film.width - x;
        }
        let (width, height) = (film.width, film.height);
        match self.quarter_turns {
            0 => Point { x, y },
            1 => Point {
                x: height - y,
                y: x,
            },
            2 => Point {
                x: width - x,
                y: height - y,
            },
            _ => Point { x: y, y: width - x },
        }
    }

    /// The film pixel at a position in the displayed orientation.
    pub fn image_from_shown(self, pos_in_shown: Point, film: Size) -> Point {
        let Point { x, y } = pos_in_shown;
        let (width, height) = (film.width, film.height);
        let turned_back = match self.quarter_turns {
            0 => Point { x, y },
            1 => Point {
                x: y,
                y: height - x,
            },
            2 => Point {
                x: width - x,
                y: height - y,
            },
            _ => Point { x: width - y, y: x },
        };
        if self.mirrored {
            Point {
                x: width - turned_back.x,
                ..turned_back
            }
        } else {
            turned_back
        }
    }

    /// In words; `None` where the film is shown as it is stored.
    pub fn words(self) -> Option<String> {
        let turned = match self.quarter_turns {
            0 => None,
            turns => Some(format!("TURNED {}°", u16::from(turns) * 90)),
        };
        let mirrored = self.mirrored.then(|| "FLIPPED".to_owned());
        let parts: Vec<String> = [mirrored, turned].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" · "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILM: Size = Size {
        width: 30.0,
        height: 20.0,
    };

    fn all() -> impl Iterator<Item = Orientation> {
        (0..4).flat_map(|turns| {
            let turned = Orientation::default().turned(turns);
            [turned, turned.flipped_horizontally()]
        })
    }

    fn point(x: f32, y: f32) -> Point {
        Point { x, y }
    }

    #[test]
    fn every_place_comes_back_from_the_screen() {
        for orientation in all() {
            for pos in [point(0.0, 0.0), point(3.0, 17.0), point(30.0, 20.0)] {
                let shown = orientation.shown_from_image(pos, FILM);
                assert_eq!(orientation.image_from_shown(shown, FILM), pos);
                let size = orientation.shown_size(FILM);
                assert!((0.0..=size.width).contains(&shown.x));
                assert!((0.0..=size.height).contains(&shown.y));
            }
        }
    }

    #[test]
    fn a_flip_exchanges_sides_of_the_screen_whatever_was_done_before() {
        let pos = point(3.0, 17.0);
        for orientation in all() {
            let size = orientation.shown_size(FILM);
            let before = orientation.shown_from_image(pos, FILM);
            let after = orientation
                .flipped_horizontally()
                .shown_from_image(pos, FILM);
            assert_eq!(after, point(size.width - before.x, before.y));
            let after = orientation.flipped_vertically().shown_from_image(pos, FILM);
            assert_eq!(after, point(before.x, size.height - before.y));
        }
    }

    #[test]
    fn a_quarter_turn_clockwise_takes_the_top_left_to_the_top_right() {
        for orientation in all() {
            let size = orientation.shown_size(FILM);
            let corner = orientation.image_from_shown(point(0.0, 0.0), FILM);
            let turned = orientation.turned(1).shown_from_image(corner, FILM);
            assert_eq!(turned, point(size.height, 0.0));
        }
    }

    #[test]
    fn four_turns_and_two_flips_change_nothing() {
        for orientation in all() {
            assert_eq!(orientation.turned(4), orientation);
            assert_eq!(orientation.turned(1).turned(-1), orientation);
            let twice = orientation.flipped_vertically().flipped_vertically();
            assert_eq!(twice, orientation);
        }
    }

    #[test]
    fn only_a_mirrored_film_is_called_flipped() {
        let upright = Orientation::default();
        assert_eq!(upright.words(), None);
        assert_eq!(upright.turned(2).words().as_deref(), Some("TURNED 180°"));
        let flipped = upright.flipped_horizontally();
        assert_eq!(flipped.words().as_deref(), Some("FLIPPED"));
        let both = upright.flipped_vertically();
        assert_eq!(both.words().as_deref(), Some("FLIPPED · TURNED 180°"));
    }
}

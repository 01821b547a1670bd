//! Covering parts of the network input: the change of a score shows which parts it depends on.
//!
//! Occlusion after Zeiler and Fergus, 2014 (Visualizing and understanding convolutional networks).

use crate::domain::Point;
use crate::imaging::ModelInput;

/// Which pixels of the network's input are covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    side: usize,
    covered: Vec<bool>,
}

impl Cover {
    /// Nothing of an input of `side * side` pixels.
    pub fn none(side: usize) -> Self {
        Self {
            side,
            covered: vec![false; side * side],
        }
    }

    /// Width and height in pixels of the input.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Row by row from the top left.
    pub fn pixels(&self) -> &[bool] {
        &self.covered
    }

    /// Whether nothing is covered.
    pub fn is_empty(&self) -> bool {
        !self.covered.contains(&true)
    }

    /// Covers, or uncovers, pixels whose centers a brush passes: those within `radius` of the line through `path`.
    ///
    /// All as parts of the film's width and height, so that a circle on a square film is one.
    pub fn stroke(&mut self, path: &[Point], radius: f32, covers: bool) {
        if let [place] = *path {
            self.sweep([place, place], radius, covers);
        }
        for pair in path.windows(2) {
            if let [from, to] = *pair {
                self.sweep([from, to], radius, covers);
            }
        }
    }

    /// A straight part of a stroke.
    fn sweep(&mut self, [from, to]: [Point; 2], radius: f32, covers: bool) {
        let side = self.side.max(1) as f32;
        let (least, largest) = (from.y.min(to.y) - radius, from.y.max(to.y) + radius);
        for (row, pixels) in self.covered.chunks_mut(self.side.max(1)).enumerate() {
            let y = (row as f32 + 0.5) / side;
            if y < least || y > largest {
                continue;
            }
            for (column, pixel) in pixels.iter_mut().enumerate() {
                let x = (column as f32 + 0.5) / side;
                let center = Point { x, y };
                if center.distance_to_segment([from, to]) <= radius {
                    *pixel = covers;
                }
            }
        }
    }

    /// The input with covered pixels at the mean of the whole input; `None` where sides differ.
    ///
    /// The mean says neither air nor bone. It is that of the uncovered input, so that covering
    /// more never changes what is covered already.
    pub fn over(&self, input: &ModelInput) -> Option<ModelInput> {
        if input.side != self.side || input.values.is_empty() {
            return None;
        }
        let sum: f64 = input.values.iter().map(|&value| f64::from(value)).sum();
        let mean = (sum / input.values.len() as f64) as f32;
        let values = input.values.iter().zip(&self.covered);
        Some(ModelInput {
            side: input.side,
            values: values
                .map(|(&value, &covered)| if covered { mean } else { value })
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> ModelInput {
        ModelInput {
            side: 4,
            values: (0..16).map(|value| value as f32).collect(),
        }
    }

    fn point(x: f32, y: f32) -> Point {
        Point { x, y }
    }

    /// A disc at every place of a line, close to each other.
    fn by_many_discs(side: usize, path: &[Point], radius: f32) -> Vec<bool> {
        const N_DISCS: usize = 4000;
        let mut covered = vec![false; side * side];
        for pair in path.windows(2) {
            for n in 0..=N_DISCS {
                let share = n as f32 / N_DISCS as f32;
                let x = pair[0].x + share * (pair[1].x - pair[0].x);
                let y = pair[0].y + share * (pair[1].y - pair[0].y);
                for (idx, pixel) in covered.iter_mut().enumerate() {
                    let dx = (idx % side) as f32 + 0.5 - x * side as f32;
                    let dy = (idx / side) as f32 + 0.5 - y * side as f32;
                    *pixel |= dx.hypot(dy) <= radius * side as f32;
                }
            }
        }
        covered
    }

    #[test]
    fn a_stroke_covers_what_a_disc_at_every_place_of_it_covers() {
        const SIDE: usize = 32;
        let paths = [
            vec![point(0.1, 0.2), point(0.9, 0.7)],
            vec![point(0.5, -0.3), point(0.5, 1.4)],
            vec![point(0.2, 0.8), point(0.3, 0.1), point(0.95, 0.15)],
        ];
        for path in paths {
            for radius in [0.02, 0.08] {
                let mut cover = Cover::none(SIDE);
                cover.stroke(&path, radius, true);
                // Discs are dots on the line: those a little larger hold all of it, those a little smaller nothing more.
                let (less, more) = (
                    by_many_discs(SIDE, &path, radius - 1e-4),
                    by_many_discs(SIDE, &path, radius + 1e-4),
                );
                for (idx, &covered) in cover.pixels().iter().enumerate() {
                    assert!(covered || !less[idx], "a gap at {idx} of {path:?}");
                    assert!(!covered || more[idx], "too much at {idx} of {path:?}");
                }
                cover.stroke(&path, radius + 1e-4, false);
                assert!(cover.is_empty());
            }
        }
    }

    #[test]
    fn nothing_covered_leaves_the_input_as_it_is() {
        let cover = Cover::none(4);
        assert!(cover.is_empty());
        assert_eq!(cover.over(&input()), Some(input()));
        assert_eq!(Cover::none(3).over(&input()), None);
    }

    #[test]
    fn covered_pixels_are_the_mean_of_the_whole_input() {
        let mut cover = Cover::none(4);
        cover.stroke(&[point(0.125, 0.125)], 0.1, true);
        let covered = cover.over(&input()).unwrap();
        assert_eq!(covered.values[0], 7.5);
        assert_eq!(covered.values[1..], input().values[1..]);
        cover.stroke(&[point(0.5, 0.5)], 1.0, true);
        assert!(
            cover
                .over(&input())
                .unwrap()
                .values
                .iter()
                .all(|v| *v == 7.5)
        );
        cover.stroke(&[point(0.5, 0.5)], 1.0, false);
        assert!(cover.is_empty());
    }

    #[test]
    fn a_brush_covers_a_circle() {
        let mut cover = Cover::none(128);
        cover.stroke(&[point(0.5, 0.5)], 0.25, true);
        let n_covered = cover.pixels().iter().filter(|covered| **covered).count();
        let area = std::f64::consts::PI * 32.0 * 32.0;
        assert!((n_covered as f64 - area).abs() < area * 0.02, "{n_covered}");
    }
}

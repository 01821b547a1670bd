//! Covering parts of the network input: the change of a score shows which parts it depends on.
//!
//! Occlusion after Zeiler and Fergus, 2014 (Visualizing and understanding convolutional networks).

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

    /// Covers, or uncovers, pixels whose centers are within `radius` of a point.
    ///
    /// All as parts of the film's width and height, so that a circle on a square film is one.
    pub fn brush(&mut self, x: f32, y: f32, radius: f32, covers: bool) {
        let side = self.side.max(1) as f32;
        for (row, pixels) in self.covered.chunks_mut(self.side.max(1)).enumerate() {
            let dy = (row as f32 + 0.5) / side - y;
            for (column, pixel) in pixels.iter_mut().enumerate() {
                let dx = (column as f32 + 0.5) / side - x;
                if dx.hypot(dy) <= radius {
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
        cover.brush(0.125, 0.125, 0.1, true);
        let covered = cover.over(&input()).unwrap();
        assert_eq!(covered.values[0], 7.5);
        assert_eq!(covered.values[1..], input().values[1..]);
        cover.brush(0.5, 0.5, 1.0, true);
        assert!(
            cover
                .over(&input())
                .unwrap()
                .values
                .iter()
                .all(|v| *v == 7.5)
        );
        cover.brush(0.5, 0.5, 1.0, false);
        assert!(cover.is_empty());
    }

    #[test]
    fn a_brush_covers_a_circle() {
        let mut cover = Cover::none(128);
        cover.brush(0.5, 0.5, 0.25, true);
        let n_covered = cover.pixels().iter().filter(|covered| **covered).count();
        let area = std::f64::consts::PI * 32.0 * 32.0;
        assert!((n_covered as f64 - area).abs() < area * 0.02, "{n_covered}");
    }
}

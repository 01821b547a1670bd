use serde::{Deserialize, Serialize};

use crate::domain::PerFinding;

/// Share of a map's maximum from which places count and are drawn, unless one is chosen.
pub const MAP_THRESHOLD: f32 = 0.3;

/// Evidence for one finding on a square grid: positive values for it, negative values against it.
#[derive(Clone, Debug, PartialEq)]
pub struct Heatmap {
    side: usize,
    values: Vec<f32>,
}

impl Heatmap {
    /// Takes `side * side` values, row by row; missing ones count as 0.
    pub fn new(side: usize, mut values: Vec<f32>) -> Self {
        values.resize(side * side, 0.0);
        Self { side, values }
    }

    /// Width and height of the grid.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Row by row from the top left, with their sign.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The largest value, at least 0.
    pub fn max(&self) -> f32 {
        self.values.iter().copied().fold(0.0, f32::max)
    }

    /// Whether any position has positive evidence.
    pub fn has_positive_evidence(&self) -> bool {
        self.max() > 0.0
    }

    /// The value at a place between 0 and 1 of width and height, between four grid points.
    ///
    /// Grid points are at the centers of their squares, as pixels are; beyond them the edge repeats.
    pub fn at(&self, x: f32, y: f32) -> f32 {
        let (left, right, x_share) = self.neighbors(x);
        let (upper, lower, y_share) = self.neighbors(y);
        let value = |row: usize, column: usize| {
            let place = self.values.get(row * self.side + column);
            place.copied().unwrap_or_default()
        };
        let along = |row| value(row, left) * (1.0 - x_share) + value(row, right) * x_share;
        along(upper) * (1.0 - y_share) + along(lower) * y_share
    }

    fn neighbors(&self, share: f32) -> (usize, usize, f32) {
        let last = self.side.saturating_sub(1);
        let place = (share * self.side as f32 - 0.5).clamp(0.0, last as f32);
        let first = place.floor() as usize;
        (first, (first + 1).min(last), place.fract())
    }
}

/// The value of the hottest color.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HeatmapScale {
    /// The maximum of all findings' maps of this film: weak maps stay cool.
    Absolute,
    /// The maximum of each map: even a weak one has a hot spot.
    PerMap,
}

impl HeatmapScale {
    /// Both, in the order of a menu.
    pub const ALL: [Self; 2] = [Self::Absolute, Self::PerMap];

    /// The value of the hottest color for one finding's map, at least 0.
    pub fn max(self, maps: &PerFinding<Heatmap>, finding_idx: usize) -> f32 {
        match self {
            Self::Absolute => maps.values().iter().map(Heatmap::max).fold(0.0, f32::max),
            Self::PerMap => maps.get(finding_idx).map_or(0.0, Heatmap::max),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Labels;

    #[test]
    fn values_between_grid_points_are_blended_and_edges_repeat() {
        let heatmap = Heatmap::new(2, vec![0.0, 4.0, 8.0, 12.0]);
        assert_eq!(heatmap.at(0.25, 0.25), 0.0);
        assert_eq!(heatmap.at(0.5, 0.25), 2.0);
        assert_eq!(heatmap.at(0.5, 0.5), 6.0);
        assert_eq!(heatmap.at(0.0, 0.0), 0.0);
        assert_eq!(heatmap.at(1.0, 1.0), 12.0);
    }

    #[test]
    fn the_absolute_scale_is_shared_and_the_other_is_not() {
        let maps = Labels::nih_14().map(|idx, _| Heatmap::new(1, vec![idx as f32 - 1.0]));
        assert_eq!(HeatmapScale::Absolute.max(&maps, 2), 12.0);
        assert_eq!(HeatmapScale::PerMap.max(&maps, 2), 1.0);
        assert_eq!(HeatmapScale::PerMap.max(&maps, 0), 0.0);
        assert!(!maps.get(0).unwrap().has_positive_evidence());
    }
}

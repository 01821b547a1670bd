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

    /// The middle of the place with the largest value, as parts of width and height; `None` without
    /// positive evidence.
    pub fn maximum_at(&self) -> Option<[f32; 2]> {
        let places = self.values.iter().enumerate().rev();
        let (place, value) = places.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
        let middle = |index: usize| (index as f32 + 0.5) / self.side as f32;
        let at = [middle(place % self.side), middle(place / self.side)];
        (*value > 0.0).then_some(at)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_between_grid_points_are_blended_and_edges_repeat() {
        let heatmap = Heatmap::new(2, vec![0.0, 4.0, 8.0, 12.0]);
        assert_eq!(heatmap.at(0.25, 0.25), 0.0);
        assert_eq!(heatmap.at(0.5, 0.25), 2.0);
        assert_eq!(heatmap.at(0.5, 0.5), 6.0);
        assert_eq!(heatmap.at(0.0, 0.0), 0.0);
        assert_eq!(heatmap.at(1.0, 1.0), 12.0);
    }
}

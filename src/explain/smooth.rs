use super::Heatmap;
use super::grad_cam::dot;
use crate::domain::{Labels, PerFinding};
use crate::model::{FeatureMaps, LinearHead};

/// Half of the width over which two cells' weights are blended, as a share of a cell's side.
///
/// The quarter of each cell around its center stays exact, and no edge is left.
const HALF_BLEND: f32 = 0.375;

/// The exact maps with the head's weights blended across the borders of its pooling cells, for
/// display; `None` for a head whose cells share their weights, where they are the exact maps.
///
/// A free head's weights jump from cell to cell, and so do the exact terms of the score: edges as
/// if drawn with a ruler, where the film has none. Numbers are of the exact map alone.
pub fn smooth_maps(
    features: &FeatureMaps,
    head: &LinearHead,
    labels: &Labels,
) -> Option<PerFinding<Heatmap>> {
    let n_channels = head.n_channels.max(1);
    let n_weights = head.n_cells.pow(2) * n_channels;
    let is_shared = head.weights.chunks(n_weights.max(1)).all(|weights| {
        let mut cells = weights.chunks(n_channels);
        let first = cells.next();
        cells.all(|cell| Some(cell) == first)
    });
    if is_shared {
        return None;
    }
    let blends: Vec<Blend> = (0..features.side)
        .map(|place| Blend::at(place, head))
        .collect();
    let area = head.pool.pow(2) as f32;
    Some(labels.map(|finding_idx, _| {
        let start = finding_idx * n_weights;
        let weights = head
            .weights
            .get(start..start + n_weights)
            .unwrap_or_default();
        let cell = |row: usize, column: usize| {
            let start = (row * head.n_cells + column) * n_channels;
            weights.get(start..start + n_channels).unwrap_or_default()
        };
        let places = features.values.chunks_exact(n_channels).enumerate();
        let value = |(place, activation): (usize, &[f32])| {
            let (row, column) = (place / features.side, place % features.side);
            let (Some(rows), Some(columns)) = (blends.get(row), blends.get(column)) else {
                return 0.0;
            };
            let mut sum = 0.0;
            for (row, row_share) in rows.cells() {
                for (column, column_share) in columns.cells() {
                    let share = row_share * column_share;
                    if share > 0.0 {
                        sum += share * (dot(cell(row, column), activation) / area);
                    }
                }
            }
            sum
        };
        Heatmap::new(features.side, places.map(value).collect())
    }))
}

/// How much of a place belongs to a cell and to the next one, along one axis.
#[derive(Clone, Copy)]
struct Blend {
    first: usize,
    second: usize,
    /// Of the second.
    share: f32,
}

impl Blend {
    fn at(place: usize, head: &LinearHead) -> Self {
        let last = head.n_cells.saturating_sub(1);
        // In cells, from the middle of the first one.
        let middle = (place as f32 + 0.5) / head.pool.max(1) as f32 - 0.5;
        let first = (middle.floor().max(0.0) as usize).min(last);
        let past_first = (middle - first as f32).max(0.0);
        let share = (past_first - 0.5 + HALF_BLEND) / (2.0 * HALF_BLEND);
        // Towards the film's edge there is no other cell.
        let is_last = first == last;
        Self {
            first,
            second: (first + 1).min(last),
            share: if is_last { 0.0 } else { share.clamp(0.0, 1.0) },
        }
    }

    fn cells(self) -> [(usize, f32); 2] {
        [(self.first, 1.0 - self.share), (self.second, self.share)]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Score;
    use crate::explain::{CamMethod, class_activation_maps};

    const N_CHANNELS: usize = 2;
    const POOL: usize = 8;
    const SIDE: usize = 2 * POOL;

    fn labels() -> Labels {
        Labels::new(vec!["a".to_owned(), "b".to_owned()]).unwrap()
    }

    fn head(weights: Vec<f32>) -> LinearHead {
        LinearHead {
            n_cells: 2,
            pool: POOL,
            n_channels: N_CHANNELS,
            weights,
            bias: vec![0.0; 2],
        }
    }

    fn features(values: Vec<f32>) -> FeatureMaps {
        FeatureMaps {
            side: SIDE,
            n_channels: N_CHANNELS,
            values,
        }
    }

    fn exact(features: &FeatureMaps, head: &LinearHead) -> PerFinding<Heatmap> {
        let scores = labels().map(|_, _| Score::new(0.5).unwrap());
        class_activation_maps(features, head, &scores, CamMethod::HiResCam)
    }

    proptest! {
        #[test]
        fn a_smooth_map_is_the_exact_one_at_the_middle_of_each_cell(
            activations in prop::collection::vec(0.0_f32..3.0, SIDE * SIDE * N_CHANNELS),
            weights in prop::collection::vec(-1.0_f32..1.0, 2 * 4 * N_CHANNELS),
        ) {
            let (features, head) = (features(activations), head(weights));
            let exact = exact(&features, &head);
            let smooth = smooth_maps(&features, &head, &labels()).unwrap();
            // Places 3 and 4 of the 8 of a cell; towards the film's edge there is no other cell.
            let inner = |place: usize| !(5..=10).contains(&place);
            for (smooth, exact) in smooth.values().iter().zip(exact.values()) {
                let pairs = smooth.values().iter().zip(exact.values()).enumerate();
                for (place, (smooth, exact)) in pairs {
                    if inner(place / SIDE) && inner(place % SIDE) {
                        prop_assert_eq!(smooth, exact, "place {}", place);
                    }
                }
            }
        }

        #[test]
        fn a_head_that_shares_its_weights_has_no_other_map(
            weights in prop::collection::vec(-1.0_f32..1.0, 2 * N_CHANNELS),
        ) {
            let shared: Vec<f32> = weights.chunks(N_CHANNELS).flat_map(|cell| cell.repeat(4)).collect();
            let features = features(vec![1.0; SIDE * SIDE * N_CHANNELS]);
            prop_assert!(smooth_maps(&features, &head(shared), &labels()).is_none());
        }
    }

    #[test]
    fn weights_that_jump_at_a_border_are_blended_over_it() {
        // The left cells weigh the first channel with 1, the right ones with 0.
        let weights = [[1.0, 0.0], [0.0, 0.0]].concat().repeat(4);
        let mut activations = vec![0.0; SIDE * SIDE * N_CHANNELS];
        activations
            .iter_mut()
            .step_by(N_CHANNELS)
            .for_each(|value| *value = 64.0);
        let (features, head) = (features(activations), head(weights));
        let row = |maps: &PerFinding<Heatmap>| maps.get(0).unwrap().values()[..SIDE].to_vec();
        let jumps = |row: &[f32]| {
            let steps = row.windows(2).map(|pair| (pair[0] - pair[1]).abs());
            steps.fold(0.0, f32::max)
        };
        let exact = row(&exact(&features, &head));
        let smooth = row(&smooth_maps(&features, &head, &labels()).unwrap());
        assert_eq!(jumps(&exact), 1.0);
        assert!(jumps(&smooth) < 0.2, "{smooth:?}");
        assert!(smooth.is_sorted_by(|a, b| a >= b), "{smooth:?}");
        // The blend is even: both sides of the border give way alike.
        assert!((smooth[7] + smooth[8] - 1.0).abs() < 1e-6, "{smooth:?}");
    }
}

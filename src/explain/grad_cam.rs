use serde::{Deserialize, Serialize};

use super::Heatmap;
use crate::domain::{PerFinding, Score};
use crate::model::{FeatureMaps, LinearHead};

/// How a map is made from the features and the linear head.
///
/// With A(h, w, c) the last activation and W(k, cell, c) the dense weights behind a mean over
/// squares of 8 x 8, the gradient of logit k is dA(h, w, c) = W(k, cell(h, w), c) / 64: it can be
/// read off, without a backward pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CamMethod {
    /// Selvaraju et al. 2017: channels weighted by the mean of their gradient. Signed, 32 x 32.
    GradCam,
    /// Draelos and Carin 2020: gradient times activation. For a linear head it is the exact
    /// decomposition of the score: it sums up to the logit less the bias.
    #[default]
    HiResCam,
    /// Grad-CAM on the pooled map, 4 x 4.
    PooledGradCam,
    /// The notebook's variant: gradient of the *score*, where it and the activation are above 0.
    GuidedGradCam,
    /// The notebook's variant on the pooled map, 4 x 4.
    PooledGuidedGradCam,
}

impl CamMethod {
    /// All, in the order of a menu.
    pub const ALL: [Self; 5] = [
        Self::HiResCam,
        Self::GradCam,
        Self::PooledGradCam,
        Self::GuidedGradCam,
        Self::PooledGuidedGradCam,
    ];

    /// Label in menus and captions.
    pub fn name(self) -> &'static str {
        match self {
            Self::GradCam => "Grad-CAM",
            Self::HiResCam => "Exact (HiResCAM)",
            Self::PooledGradCam => "Grad-CAM, 4 x 4",
            Self::GuidedGradCam => "Guided",
            Self::PooledGuidedGradCam => "Guided, 4 x 4",
        }
    }
}

/// One map a finding, with their sign, from the features of one forward pass.
pub fn class_activation_maps(
    features: &FeatureMaps,
    head: &LinearHead,
    scores: &PerFinding<Score>,
    method: CamMethod,
) -> PerFinding<Heatmap> {
    let grid = match method {
        CamMethod::PooledGradCam | CamMethod::PooledGuidedGradCam => Grid::pooled(features, head),
        _ => Grid::full(features, head),
    };
    let n_weights = head.n_cells.pow(2) * head.n_channels;
    scores.labels().map(|finding_idx, _| {
        let start = finding_idx * n_weights;
        let weights = head.weights.get(start..start + n_weights);
        let weights = weights.unwrap_or_default();
        let values = match method {
            CamMethod::HiResCam => grid.gradient_times_activation(weights),
            CamMethod::GradCam | CamMethod::PooledGradCam => {
                grid.weighted(&grid.mean_gradients(weights))
            }
            CamMethod::GuidedGradCam | CamMethod::PooledGuidedGradCam => {
                let score = scores.get(finding_idx).map_or(0.0, |score| score.get());
                // The sigmoid's slope turns a gradient of the logit into one of the score.
                let slope = score * (1.0 - score);
                grid.weighted(&grid.guided_gradients(weights, slope))
            }
        };
        Heatmap::new(grid.side, values)
    })
}

/// Activations on a grid, each place with the cell of the head that it belongs to.
struct Grid<'a> {
    side: usize,
    n_channels: usize,
    /// (row, column, C)
    values: std::borrow::Cow<'a, [f32]>,
    /// Places along each side of a cell: 8 on the features, 1 on the pooled map.
    cell_side: usize,
    n_cells: usize,
}

impl<'a> Grid<'a> {
    fn full(features: &'a FeatureMaps, head: &LinearHead) -> Self {
        Self {
            side: features.side,
            n_channels: features.n_channels.max(1),
            values: features.values.as_slice().into(),
            cell_side: head.pool.max(1),
            n_cells: head.n_cells,
        }
    }

    fn pooled(features: &'a FeatureMaps, head: &LinearHead) -> Self {
        let full = Self::full(features, head);
        let mut sums = vec![0.0_f32; head.n_cells.pow(2) * full.n_channels];
        for (cell, activation) in full.places() {
            let start = cell * full.n_channels;
            let sums = sums.get_mut(start..start + full.n_channels);
            for (sum, value) in sums.into_iter().flatten().zip(activation) {
                *sum += value;
            }
        }
        let area = full.cell_side.pow(2) as f32;
        for sum in &mut sums {
            *sum /= area;
        }
        Self {
            side: head.n_cells,
            values: sums.into(),
            cell_side: 1,
            ..full
        }
    }

    /// The cell and the activation of each place, row by row.
    fn places(&self) -> impl Iterator<Item = (usize, &[f32])> {
        let places = self.values.chunks_exact(self.n_channels).enumerate();
        places.map(|(place, activation)| {
            let (row, column) = (place / self.side, place % self.side);
            let cell = row / self.cell_side * self.n_cells + column / self.cell_side;
            (cell, activation)
        })
    }

    /// Gradients of one logit at one cell, before the division by the cell's area.
    fn cell_weights<'w>(&self, weights: &'w [f32], cell: usize) -> &'w [f32] {
        let start = cell * self.n_channels;
        weights
            .get(start..start + self.n_channels)
            .unwrap_or_default()
    }

    fn area(&self) -> f32 {
        self.cell_side.pow(2) as f32
    }

    fn gradient_times_activation(&self, weights: &[f32]) -> Vec<f32> {
        let product =
            |(cell, activation)| dot(self.cell_weights(weights, cell), activation) / self.area();
        self.places().map(product).collect()
    }

    /// The mean over all places: each cell has as many, so the mean over cells.
    fn mean_gradients(&self, weights: &[f32]) -> Vec<f32> {
        let mut sums = vec![0.0_f64; self.n_channels];
        for cell in weights.chunks_exact(self.n_channels) {
            for (sum, &weight) in sums.iter_mut().zip(cell) {
                *sum += f64::from(weight);
            }
        }
        let n = self.n_cells.pow(2) as f64 * f64::from(self.area());
        sums.into_iter().map(|sum| (sum / n) as f32).collect()
    }

    /// The mean over all places of the gradient of the score, where it and the activation are > 0.
    fn guided_gradients(&self, weights: &[f32], slope: f32) -> Vec<f32> {
        let mut sums = vec![0.0_f64; self.n_channels];
        for (cell, activation) in self.places() {
            let gradients = self.cell_weights(weights, cell).iter().zip(activation);
            for (sum, (&gradient, &value)) in sums.iter_mut().zip(gradients) {
                if gradient > 0.0 && value > 0.0 {
                    *sum += f64::from(gradient);
                }
            }
        }
        let n = self.side.pow(2) as f64 * f64::from(self.area());
        let scale = f64::from(slope) / n;
        sums.into_iter().map(|sum| (sum * scale) as f32).collect()
    }

    fn weighted(&self, channel_weights: &[f32]) -> Vec<f32> {
        let places = self.places();
        places
            .map(|(_, activation)| dot(channel_weights, activation))
            .collect()
    }
}

/// Four sums side by side, so that the processor need not wait for one.
pub(super) fn dot(xs: &[f32], ys: &[f32]) -> f32 {
    let (x_chunks, x_rest) = xs.as_chunks::<8>();
    let (y_chunks, y_rest) = ys.as_chunks::<8>();
    let mut sums = [0.0_f32; 8];
    for (x, y) in x_chunks.iter().zip(y_chunks) {
        for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
            *sum += x * y;
        }
    }
    let rest: f32 = x_rest.iter().zip(y_rest).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Labels;

    const N_CHANNELS: usize = 3;

    fn labels() -> Labels {
        Labels::new(vec!["a".to_owned(), "b".to_owned()]).unwrap()
    }

    fn scores() -> PerFinding<Score> {
        labels().map(|_, _| Score::new(0.25).unwrap())
    }

    /// A 4 x 4 grid in 2 x 2 cells.
    fn features(values: Vec<f32>) -> FeatureMaps {
        FeatureMaps {
            side: 4,
            n_channels: N_CHANNELS,
            values,
        }
    }

    fn head(weights: Vec<f32>) -> LinearHead {
        LinearHead {
            n_cells: 2,
            pool: 2,
            n_channels: N_CHANNELS,
            weights,
            bias: vec![0.5, -1.0],
        }
    }

    /// The logit, computed the long way: mean of each cell, then the dense layer.
    fn logit_without_bias(features: &FeatureMaps, head: &LinearHead, finding_idx: usize) -> f32 {
        let mut sum = 0.0;
        for (place, activation) in features.values.chunks(N_CHANNELS).enumerate() {
            let cell = place / 4 / 2 * 2 + place % 4 / 2;
            for (channel, value) in activation.iter().enumerate() {
                sum += value / 4.0 * head.weights[(finding_idx * 4 + cell) * N_CHANNELS + channel];
            }
        }
        sum
    }

    proptest! {
        #[test]
        fn hirescam_sums_up_to_the_logit_less_the_bias(
            activations in prop::collection::vec(0.0_f32..3.0, 16 * N_CHANNELS),
            weights in prop::collection::vec(-1.0_f32..1.0, 2 * 4 * N_CHANNELS),
        ) {
            let (features, head) = (features(activations), head(weights));
            let maps = class_activation_maps(&features, &head, &scores(), CamMethod::HiResCam);
            for (finding_idx, map) in maps.values().iter().enumerate() {
                let sum: f32 = map.values().iter().sum();
                let logit = logit_without_bias(&features, &head, finding_idx);
                prop_assert!((sum - logit).abs() < 1e-4, "{sum} is not {logit}");
            }
        }

        #[test]
        fn guided_maps_are_never_negative(
            activations in prop::collection::vec(0.0_f32..3.0, 16 * N_CHANNELS),
            weights in prop::collection::vec(-1.0_f32..1.0, 2 * 4 * N_CHANNELS),
        ) {
            let (features, head) = (features(activations), head(weights));
            for method in [CamMethod::GuidedGradCam, CamMethod::PooledGuidedGradCam] {
                let maps = class_activation_maps(&features, &head, &scores(), method);
                for map in maps.values() {
                    prop_assert!(map.values().iter().all(|&value| value >= 0.0));
                }
            }
        }
    }

    #[test]
    fn grad_cam_weighs_channels_by_their_mean_gradient() {
        let mut activations = vec![0.0; 16 * N_CHANNELS];
        activations[5 * N_CHANNELS] = 2.0;
        let mut weights = vec![0.0; 2 * 4 * N_CHANNELS];
        // Finding a, channel 0: 8 in one cell of four, so 8 / 4 cells / area 4.
        weights[0] = 8.0;
        let method = CamMethod::GradCam;
        let maps = class_activation_maps(&features(activations), &head(weights), &scores(), method);
        let map = maps.get(0).unwrap();
        assert_eq!(map.values()[5], 1.0);
        assert_eq!(map.values().iter().sum::<f32>(), 1.0);
        assert!(!maps.get(1).unwrap().has_positive_evidence());
    }
}

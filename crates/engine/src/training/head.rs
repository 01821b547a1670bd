//! How the dense layer behind the pooled cells is trained; scoring knows nothing of it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::super::error::EngineError;
use super::super::named_tensors::{HostTensor, NamedTensors};
use super::super::network_spec::NetworkSpec;

/// The tensor with a weight for each output, cell and channel.
pub(super) const HEAD_WEIGHT: &str = "head.dense.weight";

/// Whether the cells of the last feature map share their weights. Either way the network and its file
/// have weights for each cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HeadKind {
    /// Each cell has weights of its own.
    #[default]
    Free,
    /// One weight for each output and channel, which all cells hold: a dense layer on the mean of
    /// the whole map.
    Shared,
}

/// The head in one training step.
#[derive(Clone, Copy, Debug, Default)]
pub struct HeadPass<'a> {
    /// How its weights are trained.
    pub kind: HeadKind,
    /// Dropout: factors of the pooled values, `(film, row, column, channel)`; empty for none.
    pub dropout: &'a [f32],
}

impl HeadKind {
    /// Where a shared head begins: each cell takes the mean of all cells' weights, so that a uniform
    /// map keeps its logits. Of random weights it is what He et al. give a layer on the map's mean.
    pub fn share_weights(self, parameters: &mut NamedTensors) {
        self.over_cells(parameters, |sum, n_cells| sum / n_cells as f64);
    }

    /// Turns the gradients of each cell's weights into that of the weight that they share, their sum,
    /// once for each cell: optimizers then move all copies alike, to the bit.
    pub fn share_gradient(self, gradients: &mut NamedTensors) {
        self.over_cells(gradients, |sum, _| sum);
    }

    /// Values of a gradient that belong to weights of their own, for its length.
    pub(super) fn own_values<'a>(
        self,
        name: &str,
        gradient: &'a HostTensor,
    ) -> impl Iterator<Item = f32> + use<'a> {
        let row_len = gradient.shape.last().copied().unwrap_or(0).max(1);
        let n_own = match self {
            Self::Shared if name == HEAD_WEIGHT => NetworkSpec::N_FEATURES,
            Self::Free | Self::Shared => row_len,
        };
        let rows = gradient.values.chunks(row_len);
        rows.flat_map(move |row| row.iter().take(n_own).copied())
    }

    fn over_cells(self, tensors: &mut NamedTensors, of_sum: impl Fn(f64, usize) -> f64) {
        const C: usize = NetworkSpec::N_FEATURES;
        let Some(head) = tensors
            .get_mut(HEAD_WEIGHT)
            .filter(|_| self == Self::Shared)
        else {
            return;
        };
        let row_len = head.shape.last().copied().unwrap_or(0).max(C);
        for row in head.values.chunks_exact_mut(row_len) {
            for channel in 0..C {
                let cells = row.iter().skip(channel).step_by(C);
                let shared = of_sum(cells.map(|&value| f64::from(value)).sum(), row_len / C);
                let cells = row.iter_mut().skip(channel).step_by(C);
                cells.for_each(|value| *value = shared as f32);
            }
        }
    }
}

impl HeadPass<'_> {
    /// An error unless there are as many factors as pooled values, or none.
    pub fn check(&self, spec: &NetworkSpec, n_films: usize) -> Result<(), EngineError> {
        let (expected, found) = (n_films * spec.n_pooled(), self.dropout.len());
        if found == 0 || found == expected {
            return Ok(());
        }
        Err(EngineError::Length {
            what: "dropout factors",
            expected,
            found,
        })
    }

    /// The pooled values that the dense layer sees.
    pub(super) fn dropped<'a>(&self, pooled: &'a [f32]) -> Cow<'a, [f32]> {
        if self.dropout.is_empty() {
            return Cow::Borrowed(pooled);
        }
        let pairs = pooled.iter().zip(self.dropout);
        Cow::Owned(pairs.map(|(value, factor)| value * factor).collect())
    }

    /// The way back of [`Self::dropped`].
    pub(super) fn drop_gradient(&self, by_pooled: &mut [f32]) {
        for (gradient, factor) in by_pooled.iter_mut().zip(self.dropout) {
            *gradient *= factor;
        }
    }
}

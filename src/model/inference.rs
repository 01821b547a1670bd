use crate::domain::{PerFinding, Score};
use crate::imaging::ModelInput;

/// The network output for one film.
#[derive(Clone, Debug, PartialEq)]
pub struct Inference {
    /// The network input.
    pub input: ModelInput,
    /// Its outputs before the sigmoid.
    pub logits: PerFinding<f32>,
    /// Its outputs after the sigmoid.
    pub scores: PerFinding<Score>,
    /// The last activation, from which all maps follow.
    pub features: FeatureMaps,
}

/// What the last activation of one film comes to, at least 0 everywhere.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureMaps {
    /// Width and height of the grid, h = w.
    pub side: usize,
    /// C.
    pub n_channels: usize,
    /// (h, w, C), each at least 0.
    pub values: Vec<f32>,
}

/// The linear part of the network after its last activation: mean over squares, then dense.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearHead {
    /// Cells along each side of the pooled map.
    pub n_cells: usize,
    /// Side of the square of features that a cell averages.
    pub pool: usize,
    /// C.
    pub n_channels: usize,
    /// (K, cell row, cell column, C).
    pub weights: Vec<f32>,
    /// (K).
    pub bias: Vec<f32>,
}

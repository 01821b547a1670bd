use std::collections::BTreeMap;

/// Values of one tensor, last dimension fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct HostTensor {
    /// Length of every dimension; their product is the number of values.
    pub shape: Vec<usize>,
    /// The values.
    pub values: Vec<f32>,
}

/// Tensors by the names they have in model files: `stem.conv.weight`, `stage0.block0.bn2.bias`, …
pub type NamedTensors = BTreeMap<String, HostTensor>;

/// Whether a tensor is learned by gradient; running statistics are gathered instead.
pub fn is_trainable(name: &str) -> bool {
    !name.ends_with("running_mean") && !name.ends_with("running_var")
}

//! Weights that Keras' `save_weights` wrote for this architecture, read without Python.
//!
//! Keras sorts the layers of a file by depth, in which the shortcut convolution of a block can
//! come before the last one of its bottleneck, of the very same shape. So layers are taken in
//! the order of their creation, which follows from the numbers in their names (`conv2d_7`).

mod layers;
mod assemble;

use std::path::{Path, PathBuf};

use thiserror::Error;

use super::Provenance;
use super::model_file::{ModelFault, ModelFile, ModelFileError, model_bytes};
use crate::domain::Labels;
use crate::imaging::{Interpolation, PreprocessingError};
use thorax_engine::SpecError;

/// The first bytes of an HDF5 file.
const HDF5_MAGIC: &[u8] = b"\x89HDF\r\n\x1a\n";

/// Facts that the weights do not contain.
#[derive(Clone, Debug)]
pub struct KerasImport {
    /// The model's name.
    pub name: String,
    /// Labels in output order; without them 14 or 15 outputs are the NIH findings, alphabetically.
    pub labels: Option<Labels>,
    /// How films were brought to the network's size.
    pub interpolation: Interpolation,
    /// Where the weights come from.
    pub provenance: Provenance,
}

impl KerasImport {
    /// The notebook's settings: NIH's findings, nearest neighbor, named after the file.
    pub fn of_notebook(path: &Path) -> Self {
        let stem = path.file_stem().unwrap_or_default();
        Self {
            name: stem.to_string_lossy().into_owned(),
            labels: None,
            interpolation: Interpolation::Nearest,
            provenance: Provenance::default(),
        }
    }
}

/// Why a file is not Keras weights for this architecture.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum KerasError {
    #[error(transparent)]
    File(#[from] ModelFileError),
    #[error("{fault}: {}", path.display())]
    Content { path: PathBuf, fault: KerasFault },
}

/// Errors in the content.
#[derive(Debug, Error)]
pub enum KerasFault {
    #[error("not a whole HDF5 file ({0})")]
    Hdf5(#[from] hdf5_reader::error::Error),
    #[error("expected weights by Keras' `save_weights`, got an HDF5 file without layer_names")]
    NoLayers,
    #[error(
        "this is the layout of Keras 3 (`*.weights.h5`), which names no layers: save the whole \
         model with `model.save(\"name.h5\")`"
    )]
    Keras3,
    #[error("expected weights by Keras' `save_weights` in HDF5, got {found}")]
    OtherFormat { found: &'static str },
    #[error("expected strings in the attribute {name}, which names layers or their weights")]
    NoNames { name: &'static str },
    #[error("expected names of layers in the attribute {name}, got {n_names} names or longer ones")]
    Names { name: &'static str, n_names: usize },
    #[error("layer {layer} is another layer by another name")]
    Repeated { layer: String },
    #[error("expected the weights of one network, got more than 256 MB of them")]
    TooLarge,
    #[error("layer {layer} has weights {weights:?}, which this architecture does not know")]
    UnknownLayer { layer: String, weights: Vec<String> },
    #[error("the order of layer {layer} is not known: expected a name like {kind}_7")]
    Unordered { layer: String, kind: &'static str },
    #[error(
        "expected 9n + 4 convolutions, 9n + 1 batch norms and 1 dense layer, got {n_convolutions}, \
         {n_batch_norms} and {n_dense}: not a bottleneck ResNet-v2"
    )]
    Architecture {
        n_convolutions: usize,
        n_batch_norms: usize,
        n_dense: usize,
    },
    #[error("expected {expected:?} in {tensor} (Keras' axes), got {got:?}")]
    Shape {
        tensor: String,
        expected: Vec<usize>,
        got: Vec<usize>,
    },
    #[error("expected a dense layer on a square of cells of 256 channels, got {n_inputs} inputs")]
    Head { n_inputs: usize },
    #[error("{n_outputs} outputs are not the 14 or 15 known ones: give their labels in order")]
    NoLabels { n_outputs: usize },
    #[error("expected {n_outputs} labels for as many outputs, got {n_labels}")]
    LabelCount { n_labels: usize, n_outputs: usize },
    #[error(transparent)]
    Config(#[from] SpecError),
    #[error(transparent)]
    Preprocessing(#[from] PreprocessingError),
    #[error(transparent)]
    Weights(#[from] ModelFault),
}

/// Whether bytes begin like an HDF5 file.
pub fn is_hdf5(bytes: &[u8]) -> bool {
    bytes.starts_with(HDF5_MAGIC)
}

/// Reads what Keras' `save_weights`, or `save` of a whole model, wrote.
pub fn import_keras(path: &Path, import: KerasImport) -> Result<ModelFile, KerasError> {
    let bytes = model_bytes(path)?;
    model_from_bytes(bytes, import).map_err(|fault| KerasError::Content {
        path: path.to_owned(),
        fault,
    })
}

fn model_from_bytes(bytes: Vec<u8>, import: KerasImport) -> Result<ModelFile, KerasFault> {
    if let Some(found) = other_format(&bytes) {
        return Err(KerasFault::OtherFormat { found });
    }
    let layers = layers::read_layers(bytes)?;
    assemble::assemble(&layers, import)
}

/// Names the formats of weights that are often taken for this one.
fn other_format(bytes: &[u8]) -> Option<&'static str> {
    let has = |words: &[u8]| {
        let start = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
        start.windows(words.len()).any(|window| window == words)
    };
    if bytes.starts_with(b"PK\x03\x04") {
        return Some(if has(b"data.pkl") {
            "a PyTorch checkpoint (a ZIP of pickles)"
        } else if [&b"model.weights.h5"[..], b"metadata.json"]
            .into_iter()
            .any(has)
        {
            "a Keras 3 model (`.keras`, a ZIP): save it with `model.save(\"name.h5\")`"
        } else {
            "a ZIP archive"
        });
    }
    if bytes.starts_with(b"\x80\x02") || bytes.starts_with(b"\x80\x04") {
        return Some("a Python pickle, as older PyTorch checkpoints are");
    }
    bytes
        .starts_with(b"\x1f\x8b")
        .then_some("a gzip file: unpack it first")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_in_other_formats_are_named() {
        let found = |bytes: &[u8]| other_format(bytes).unwrap_or_default();
        assert!(found(b"PK\x03\x04....archive/data.pkl").contains("PyTorch"));
        assert!(found(b"PK\x03\x04....metadata.json").contains("Keras 3"));
        assert!(found(b"\x80\x02\x8a").contains("pickle"));
        assert!(found(b"\x1f\x8b\x08").contains("gzip"));
        assert_eq!(other_format(HDF5_MAGIC), None);
    }
}

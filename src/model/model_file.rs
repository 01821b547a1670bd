use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use thiserror::Error;
use thorax_engine::{HostTensor, NamedTensors};

use super::ModelCard;
use super::card_json::CardError;
use crate::domain::ModelIdentity;
use crate::files::{BoundedReadError, Existing, io_reason, open_fault, read_bounded, write_file};

/// The entry of the file's metadata that holds the card.
const CARD_KEY: &str = "thorax";
/// Larger files are no models of ours: the deepest network allowed has about 30 million weights.
const MAX_FILE_BYTES: u64 = 512 << 20;

/// A card and its weights, complete and finite.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelFile {
    card: ModelCard,
    weights: NamedTensors,
}

/// Errors from reading or writing a model file.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ModelFileError {
    #[error("{}: {}", open_fault(cause), path.display())]
    Read { path: PathBuf, cause: io::Error },
    #[error("cannot write the model ({}): {}", io_reason(source), path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("expected a model of at most {MAX_FILE_BYTES} bytes, got more: {}", path.display())]
    TooLarge { path: PathBuf },
    #[error("{fault}: {}", path.display())]
    Content { path: PathBuf, fault: ModelFault },
}

/// Errors in the content of a model.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ModelFault {
    #[error("not a whole safetensors file ({0})")]
    Safetensors(#[from] safetensors::SafeTensorError),
    #[error("a safetensors file without thorax metadata, so not a model of this program")]
    NoCard,
    #[error(transparent)]
    Card(#[from] CardError),
    #[error("the tensor {name} is missing")]
    Missing { name: String },
    #[error("the tensor {name} does not belong to this architecture")]
    Unknown { name: String },
    #[error("expected f32 in the tensor {name}, got {dtype:?}")]
    Dtype { name: String, dtype: Dtype },
    #[error("expected the shape {expected:?} for the tensor {name}, got {got:?}")]
    Shape {
        name: String,
        expected: Vec<usize>,
        got: Vec<usize>,
    },
    #[error("the tensor {name} has {n_bad} values that are not finite")]
    NotFinite { name: String, n_bad: usize },
    #[error("the tensor {name} has negative variances")]
    NegativeVariance { name: String },
}

impl ModelFile {
    /// Puts a card and weights together, if the weights are what the card's architecture needs.
    pub fn new(card: ModelCard, weights: NamedTensors) -> Result<Self, ModelFault> {
        let known: BTreeMap<_, _> = card.architecture.tensors().into_iter().collect();
        for (name, expected) in &known {
            let name = name.clone();
            let Some(tensor) = weights.get(&name) else {
                return Err(ModelFault::Missing { name });
            };
            let n_values: usize = expected.iter().product();
            if tensor.shape != *expected || tensor.values.len() != n_values {
                return Err(ModelFault::Shape {
                    name,
                    expected: expected.clone(),
                    got: tensor.shape.clone(),
                });
            }
            let values = tensor.values.iter();
            let n_bad = values.filter(|value| !value.is_finite()).count();
            if n_bad > 0 {
                return Err(ModelFault::NotFinite { name, n_bad });
            }
            if name.ends_with("running_var") && tensor.values.iter().any(|&value| value < 0.0) {
                return Err(ModelFault::NegativeVariance { name });
            }
        }
        if let Some(name) = weights.keys().find(|name| !known.contains_key(*name)) {
            let name = name.clone();
            return Err(ModelFault::Unknown { name });
        }
        Ok(Self { card, weights })
    }

    /// The model card.
    pub fn card(&self) -> &ModelCard {
        &self.card
    }

    /// The weights by name.
    pub fn weights(&self) -> &NamedTensors {
        &self.weights
    }

    /// Name, checksum of the weights, run and epoch.
    pub fn identity(&self) -> ModelIdentity {
        let card = &self.card;
        let weights = fingerprint(&self.weights);
        ModelIdentity::new(card.name.clone(), weights, card.provenance.run.clone())
    }

    /// Reads a model file.
    pub fn load(path: &Path) -> Result<Self, ModelFileError> {
        let bytes = model_bytes(path)?;
        Self::from_bytes(&bytes).map_err(|fault| ModelFileError::Content {
            path: path.to_owned(),
            fault,
        })
    }

    /// Reads a model file's bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelFault> {
        let (_, metadata) = SafeTensors::read_metadata(bytes)?;
        let metadata = metadata.metadata().as_ref();
        let card = metadata.and_then(|entries| entries.get(CARD_KEY));
        let card = ModelCard::from_json(card.ok_or(ModelFault::NoCard)?)?;
        let tensors = SafeTensors::deserialize(bytes)?;
        let mut shapes: BTreeMap<_, _> = card.architecture.tensors().into_iter().collect();
        let mut weights = NamedTensors::new();
        for (name, tensor) in tensors.iter() {
            let name = name.to_owned();
            let Some(expected) = shapes.remove(&name) else {
                return Err(ModelFault::Unknown { name });
            };
            if tensor.dtype() != Dtype::F32 {
                let dtype = tensor.dtype();
                return Err(ModelFault::Dtype { name, dtype });
            }
            if tensor.shape() != expected {
                let got = tensor.shape().to_owned();
                return Err(ModelFault::Shape {
                    name,
                    expected,
                    got,
                });
            }
            let (values, _) = tensor.data().as_chunks::<4>();
            let values = values.iter().map(|bytes| f32::from_le_bytes(*bytes));
            let tensor = HostTensor {
                shape: expected,
                values: values.collect(),
            };
            weights.insert(name, tensor);
        }
        Self::new(card, weights)
    }

    /// The bytes of the file: the same for the same card and weights.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelFault> {
        let mut data = Vec::new();
        for (name, tensor) in &self.weights {
            let values = tensor.values.iter();
            let bytes: Vec<u8> = values.flat_map(|value| value.to_le_bytes()).collect();
            data.push((name, &tensor.shape, bytes));
        }
        let mut views = Vec::new();
        for (name, shape, bytes) in &data {
            views.push((name, TensorView::new(Dtype::F32, (*shape).clone(), bytes)?));
        }
        // One entry, so that no order is left to chance.
        let metadata = [(CARD_KEY.to_owned(), self.card.to_json()?)].into();
        Ok(safetensors::serialize(views, Some(metadata))?)
    }

    /// Writes the file whole or not at all; one that is there is replaced.
    pub fn save(&self, path: &Path) -> Result<(), ModelFileError> {
        self.save_as(path, Existing::Replace)
    }

    /// The same, with a say in what becomes of a file that is there.
    pub fn save_as(&self, path: &Path, existing: Existing) -> Result<(), ModelFileError> {
        let bytes = self.to_bytes().map_err(|fault| ModelFileError::Content {
            path: path.to_owned(),
            fault,
        })?;
        write_file(path, &bytes, existing).map_err(|source| ModelFileError::Write {
            path: path.to_owned(),
            source,
        })
    }
}

/// A whole file in memory, but no more than a model can have.
pub fn model_bytes(path: &Path) -> Result<Vec<u8>, ModelFileError> {
    read_bounded(path, MAX_FILE_BYTES).map_err(|fault| {
        let path = path.to_owned();
        let cause = match fault {
            BoundedReadError::TooLarge { .. } => return ModelFileError::TooLarge { path },
            BoundedReadError::Io(cause) => cause,
            BoundedReadError::Folder => io::ErrorKind::IsADirectory.into(),
            BoundedReadError::NotRegular => io::Error::other("not a regular file"),
        };
        ModelFileError::Read { path, cause }
    })
}

/// FNV-1a (Fowler, Noll, Vo) over all weights in order of their names: only distinguishes models.
fn fingerprint(weights: &NamedTensors) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for value in weights.values().flat_map(|tensor| &tensor.values) {
        hash = (hash ^ u64::from(value.to_bits())).wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!("{:08x}", hash >> 32)
}

use std::path::{Path, PathBuf};

use super::ModelCard;
use super::device::ComputeDevice;
use super::error::ModelError;
use super::inference::{FeatureMaps, Inference, LinearHead};
use super::keras::{KerasImport, import_keras, is_hdf5};
use super::model_file::{ModelFile, model_bytes};
use super::network::Network;
use crate::domain::{ModelIdentity, PerFinding, Score};
use crate::imaging::{GrayPicture, ModelInput, model_input};
use thorax_engine::{NamedTensors, NetworkSpec};

/// The built-in model, used if there is no file next to the executable.
const EMBEDDED: &[u8] = include_bytes!("../../weights/thorax.safetensors");
/// Its name beside the executable.
const FILE_NAME: &str = "thorax.safetensors";

/// Which model to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelSource {
    /// The built-in model.
    Default,
    /// A model file, or weights that Keras saved.
    File(PathBuf),
}

/// Whether a file is named like a model or like Keras weights.
pub fn is_model_name(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| {
        let known = ["safetensors", "h5", "hdf5"];
        known
            .iter()
            .any(|name| extension.eq_ignore_ascii_case(name))
    })
}

/// A network ready to score films, with the card that says how far to believe it.
pub struct Classifier {
    card: ModelCard,
    identity: ModelIdentity,
    id: String,
    path: Option<PathBuf>,
    network: Network,
    head: LinearHead,
}

impl Classifier {
    /// Opens the default model or a file, by content: our format, or weights that Keras saved.
    ///
    /// The default is the first of: `../share/thorax/thorax.safetensors` seen from the
    /// executable, `thorax.safetensors` beside it, the copy inside it. One that is there but
    /// broken is an error, not passed over.
    pub fn open(source: &ModelSource, device: &ComputeDevice) -> Result<Self, ModelError> {
        match source {
            ModelSource::File(path) => Self::load(path, device),
            // Opened without being asked for by name, it stays "the default".
            ModelSource::Default => Self::new(&Self::default_file()?, None, device),
        }
    }

    /// The default model as a file.
    pub fn default_file() -> Result<ModelFile, ModelError> {
        Ok(match installed_model() {
            Some(path) => ModelFile::load(&path)?,
            None => ModelFile::from_bytes(EMBEDDED).map_err(ModelError::Embedded)?,
        })
    }

    fn load(path: &Path, device: &ComputeDevice) -> Result<Self, ModelError> {
        let bytes = model_bytes(path)?;
        let file = if is_hdf5(&bytes) {
            import_keras(path, KerasImport::of_notebook(path))?
        } else {
            ModelFile::load(path)?
        };
        Self::new(&file, Some(path.to_owned()), device)
    }

    /// Builds the network from a card and its weights.
    pub fn new(
        file: &ModelFile,
        path: Option<PathBuf>,
        device: &ComputeDevice,
    ) -> Result<Self, ModelError> {
        let card = file.card().clone();
        let (config, weights) = (&card.architecture, file.weights());
        let identity = file.identity();
        Ok(Self {
            network: Network::new(config, weights, device)?,
            head: linear_head(config, weights),
            id: identity.to_string(),
            identity,
            path,
            card,
        })
    }

    /// The model card.
    pub fn card(&self) -> &ModelCard {
        &self.card
    }

    /// Its identity in words, as windows, reports and pictures show it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The identity of this model's scores: name, checksum of the weights, run and epoch.
    pub fn identity(&self) -> &ModelIdentity {
        &self.identity
    }

    /// The file that was asked for; `None` for the built-in model.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The weights after the last activation, from which maps are made.
    pub fn head(&self) -> &LinearHead {
        &self.head
    }

    /// Scores one film by its picture: the one path to scores, for the window and all else.
    pub fn score(&self, picture: &GrayPicture) -> Result<Inference, ModelError> {
        self.score_input(model_input(picture, &self.card.preprocessing))
    }

    /// Scores the result of [`model_input`]; one film at a time, so that no score depends on a batch.
    pub fn score_input(&self, input: ModelInput) -> Result<Inference, ModelError> {
        self.check_input(&input)?;
        let (logits, features) = self.network.forward(&input)?;
        self.reading(input, &logits, features)
    }

    /// Scores many films without maps: what [`Self::score_input`] gives for each, to the bit, in less time where
    /// the kernels take a film a thread. A film that fails costs no other one its scores.
    pub fn score_inputs(
        &self,
        inputs: &[ModelInput],
    ) -> Vec<Result<PerFinding<Score>, ModelError>> {
        let is_fit = |input: &&ModelInput| self.check_input(input).is_ok();
        let fit: Vec<&ModelInput> = inputs.iter().filter(is_fit).collect();
        let together = self.network.is_batch_invariant() && fit.len() > 1;
        let pixels = || fit.iter().flat_map(|input| input.values.iter().copied());
        // Where all fail together, each says why by itself.
        let logits = together.then(|| self.logits(&pixels().collect::<Vec<f32>>()).ok());
        let logits = logits.flatten().unwrap_or_default();
        let mut logits = logits.chunks_exact(self.card.labels.len().max(1));
        let score = |input: &ModelInput| {
            self.check_input(input)?;
            match logits.next() {
                Some(logits) => self.scores_of(logits),
                None => Ok(self.score_input(input.clone())?.scores),
            }
        };
        inputs.iter().map(score).collect()
    }

    fn check_input(&self, input: &ModelInput) -> Result<(), ModelError> {
        let side = self.card.architecture.side();
        if input.side != side || input.values.len() != side * side {
            let got = input.side;
            let expected = side;
            return Err(ModelError::Input { expected, got });
        }
        let mut values = input.values.iter().enumerate();
        if let Some((position, &value)) = values.find(|(_, value)| !value.is_finite()) {
            return Err(ModelError::InputValue { position, value });
        }
        Ok(())
    }

    /// Logits (B, K) of many films (B, H, W), row by row: what [`Classifier::score_input`] gives
    /// for each, without maps.
    pub fn logits(&self, films: &[f32]) -> Result<Vec<f32>, ModelError> {
        let side = self.card.architecture.side();
        if !films.len().is_multiple_of(side * side) {
            let got = films.len().isqrt();
            return Err(ModelError::Input {
                expected: side,
                got,
            });
        }
        self.network.logits(films, &self.card.architecture)
    }

    fn reading(
        &self,
        input: ModelInput,
        logits: &[f32],
        features: FeatureMaps,
    ) -> Result<Inference, ModelError> {
        let scores = self.scores_of(logits)?;
        let n_logits = logits.len();
        let logits = self.card.labels.zip(logits.to_vec());
        Ok(Inference {
            input,
            logits: logits.ok_or_else(|| self.output_count(n_logits))?,
            scores,
            features,
        })
    }

    /// The sigmoid of each logit (K).
    fn scores_of(&self, logits: &[f32]) -> Result<PerFinding<Score>, ModelError> {
        let labels = &self.card.labels;
        let mut scores = Vec::new();
        for (label, &logit) in labels.iter().zip(logits) {
            scores.push(
                Score::from_logit(logit).map_err(|source| ModelError::Output {
                    label: label.to_owned(),
                    source,
                })?,
            );
        }
        let scores = labels.zip(scores);
        scores.ok_or_else(|| self.output_count(logits.len()))
    }

    fn output_count(&self, got: usize) -> ModelError {
        ModelError::OutputCount {
            expected: self.card.labels.len(),
            got,
        }
    }
}

fn installed_model() -> Option<PathBuf> {
    let exe = std::env::current_exe().ok()?;
    let folder = exe.parent()?;
    let installed = folder.join("../share/thorax").join(FILE_NAME);
    [installed, folder.join(FILE_NAME)]
        .into_iter()
        .find(|path| path.exists())
}

fn linear_head(config: &NetworkSpec, weights: &NamedTensors) -> LinearHead {
    let values = |name: &str| {
        weights
            .get(name)
            .map_or(&[][..], |tensor| &tensor.values)
            .to_vec()
    };
    LinearHead {
        n_cells: config.n_cells(),
        pool: NetworkSpec::POOL,
        n_channels: NetworkSpec::N_FEATURES,
        weights: values("head.dense.weight"),
        bias: values("head.dense.bias"),
    }
}

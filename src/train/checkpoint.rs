use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use super::TrainError;
use super::history::EpochMetrics;
use crate::files::{read_bounded, write_whole};
use thorax_engine::{HostTensor, NamedTensors, TrainingState};

/// The entry of the file's metadata that holds the place.
const PLACE_KEY: &str = "place";
const FORMAT_VERSION: u32 = 1;
/// The deepest network allowed has four groups of about 30 million numbers; the rest are scores.
const MAX_FILE_BYTES: u64 = 2 << 30;

/// Everything that training needs to resume exactly.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Weights, running statistics, moments.
    pub state: TrainingState,
    /// The moving average of weights and running statistics, if one is kept.
    pub averaged: Option<NamedTensors>,
    /// Position in the run.
    pub place: Place,
    /// Scores of this epoch's films so far, `(film, label)`, as the steps saw them.
    pub scores: Vec<f32>,
    /// The labels of these films.
    pub truth: Vec<f32>,
}

/// Position of a training in its run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    format_version: u32,
    /// The epoch in work, from 1.
    pub epoch: usize,
    /// The batch to take next, from 0.
    pub next_batch: usize,
    /// Losses of this epoch's films so far, summed.
    pub loss_sum: f64,
    /// Films of this epoch so far.
    pub n_films: usize,
    /// Time this epoch's steps took so far, seconds.
    pub epoch_secs: f64,
    /// Time since the run's start without pauses, seconds.
    pub elapsed_secs: f64,
    /// Epochs that are done.
    pub history: Vec<EpochMetrics>,
    /// Best figure so far: the mean AUC, or the loss with its sign turned.
    pub best: Option<f64>,
    /// Epochs since the best, for stopping early.
    pub n_without_gain: usize,
    /// Epochs since the best epoch or the last decay of the learning rate.
    pub n_since_cut: usize,
    /// How often a plateau has decayed the learning rate.
    pub n_cuts: usize,
    /// Updates so far.
    n_steps: u64,
}

impl Place {
    /// Before the first step.
    pub fn start() -> Self {
        Self {
            format_version: FORMAT_VERSION,
            epoch: 1,
            next_batch: 0,
            loss_sum: 0.0,
            n_films: 0,
            epoch_secs: 0.0,
            elapsed_secs: 0.0,
            history: Vec::new(),
            best: None,
            n_without_gain: 0,
            n_since_cut: 0,
            n_cuts: 0,
            n_steps: 0,
        }
    }
}

impl Checkpoint {
    /// Writes it whole or not at all; one that was there stays until then.
    pub fn save(&self, path: &Path) -> Result<(), TrainError> {
        let broken = |reason: String| TrainError::Broken {
            path: path.to_owned(),
            reason,
        };
        let mut place = self.place.clone();
        place.n_steps = self.state.n_steps;
        let text = serde_json::to_string(&place).map_err(|error| broken(error.to_string()))?;
        let groups = [
            ("parameters", Some(&self.state.parameters)),
            ("first", Some(&self.state.first_moments)),
            ("second", Some(&self.state.second_moments)),
            ("averaged", self.averaged.as_ref()),
        ];
        let mut data = Vec::new();
        for (group, tensors) in groups {
            for (name, tensor) in tensors.into_iter().flatten() {
                let bytes = bytes_of(&tensor.values);
                data.push((format!("{group}/{name}"), tensor.shape.clone(), bytes));
            }
        }
        for (name, values) in [("epoch/scores", &self.scores), ("epoch/truth", &self.truth)] {
            data.push((name.to_owned(), vec![values.len()], bytes_of(values)));
        }
        let mut views = Vec::new();
        for (name, shape, bytes) in &data {
            let view = TensorView::new(Dtype::F32, shape.clone(), bytes);
            views.push((name, view.map_err(|error| broken(error.to_string()))?));
        }
        let metadata = [(PLACE_KEY.to_owned(), text)].into();
        let bytes = safetensors::serialize(views, Some(metadata))
            .map_err(|error| broken(error.to_string()))?;
        write_whole(path, &bytes).map_err(|source| TrainError::Write {
            path: path.to_owned(),
            source,
        })
    }

    /// Reads what [`Checkpoint::save`] wrote.
    pub fn load(path: &Path) -> Result<Self, TrainError> {
        let bytes = read_bounded(path, MAX_FILE_BYTES).map_err(|fault| TrainError::Read {
            path: path.to_owned(),
            source: fault.into(),
        })?;
        Self::from_bytes(&bytes).map_err(|reason| TrainError::Broken {
            path: path.to_owned(),
            reason: format!("not a whole checkpoint ({reason})"),
        })
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|error| error.to_string())?;
        let entries = metadata.metadata().as_ref();
        let text = entries.and_then(|entries| entries.get(PLACE_KEY));
        let text = text.ok_or("its position in the training is missing")?;
        let place: Place = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if place.format_version != FORMAT_VERSION {
            let found = place.format_version;
            return Err(format!("expected version {FORMAT_VERSION}, got {found}"));
        }
        let mut groups: [NamedTensors; 4] = Default::default();
        let [parameters, first, second, averaged] = &mut groups;
        let (mut scores, mut truth) = (Vec::new(), Vec::new());
        let tensors = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
        for (name, view) in tensors.iter() {
            if view.dtype() != Dtype::F32 {
                return Err(format!("expected f32 in {name}"));
            }
            let (values, _) = view.data().as_chunks::<4>();
            let values: Vec<f32> = values.iter().copied().map(f32::from_le_bytes).collect();
            let shape = view.shape().to_vec();
            let (group, name) = name.split_once('/').unwrap_or(("", name));
            let tensors = match group {
                "parameters" => &mut *parameters,
                "first" => &mut *first,
                "second" => &mut *second,
                "averaged" => &mut *averaged,
                "epoch" if name == "scores" => {
                    scores = values;
                    continue;
                }
                "epoch" if name == "truth" => {
                    truth = values;
                    continue;
                }
                _ => return Err(format!("unknown tensor {group}/{name}")),
            };
            tensors.insert(name.to_owned(), HostTensor { shape, values });
        }
        let n_steps = place.n_steps;
        let [parameters, first_moments, second_moments, averaged] = groups;
        Ok(Self {
            state: TrainingState {
                parameters,
                first_moments,
                second_moments,
                n_steps,
            },
            averaged: (!averaged.is_empty()).then_some(averaged),
            place,
            scores,
            truth,
        })
    }
}

fn bytes_of(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::fresh_weights;
    use thorax_engine::NetworkSpec;

    fn checkpoint() -> Checkpoint {
        let architecture = NetworkSpec::new(11, 32, 2).unwrap();
        let weights = fresh_weights(&architecture, 1);
        let mut state = TrainingState::new(&architecture, weights.clone()).unwrap();
        state.n_steps = 77;
        let mut place = Place::start();
        // A sum that needs every digit.
        place.loss_sum = 0.1 + 0.2;
        place.best = Some(1.0 / 3.0);
        place.n_steps = 77;
        Checkpoint {
            state,
            averaged: Some(weights),
            place,
            scores: vec![0.5, f32::MIN_POSITIVE],
            truth: vec![1.0, 0.0],
        }
    }

    #[test]
    fn a_checkpoint_comes_back_to_the_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.safetensors");
        let checkpoint = checkpoint();
        checkpoint.save(&path).unwrap();
        assert_eq!(Checkpoint::load(&path).unwrap(), checkpoint);
    }

    #[test]
    fn half_a_checkpoint_is_an_error_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.safetensors");
        checkpoint().save(&path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        for n_bytes in [0, 7, 100, bytes.len() / 2, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..n_bytes]).unwrap();
            let error = Checkpoint::load(&path).unwrap_err().to_string();
            assert!(error.contains("c.safetensors"), "{error}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_written_keeps_the_old_checkpoint() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.safetensors");
        let error = checkpoint().save(&folder.path().join("none/c.safetensors"));
        assert!(matches!(error, Err(TrainError::Write { .. })));
        checkpoint().save(&path).unwrap();
        assert!(Checkpoint::load(&path).is_ok());
    }
}

use std::path::{Path, PathBuf, absolute};
use std::sync::Arc;

use super::{Services, Thresholds};
use crate::model::{Classifier, ModelFile, ModelSource};
use crate::work::Task;

/// The model in use, and the loading of another one.
pub struct Model {
    /// The model in use, with its thresholds.
    pub loaded: Option<Loaded>,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// The model that was requested last.
    pub(super) requested: ModelRequest,
    pub(super) loading: Task<Classifier>,
}

/// A model and the thresholds that belong to its score scale.
pub struct Loaded {
    /// The network with its card.
    pub classifier: Arc<Classifier>,
    /// The thresholds in use.
    pub thresholds: Thresholds,
    /// Where it comes from.
    pub origin: ModelOrigin,
}

/// Where a model comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelOrigin {
    /// The built-in model.
    Default,
    /// A file.
    File(PathBuf),
    /// A paused training, as text.
    Moment(String),
}

impl Default for Model {
    fn default() -> Self {
        Self {
            loaded: None,
            error: None,
            requested: ModelRequest::Source(ModelSource::Default),
            loading: Task::Idle,
        }
    }
}

impl Model {
    /// Whether a model is being loaded.
    pub fn is_loading(&self) -> bool {
        self.loading.is_running()
    }

    /// The file of the model that was requested last; `None` if it is not from a file.
    pub fn requested_path(&self) -> Option<&Path> {
        match &self.requested {
            ModelRequest::Source(ModelSource::File(path)) => Some(path),
            ModelRequest::Source(ModelSource::Default) | ModelRequest::Moment { .. } => None,
        }
    }

    /// The network of the model in use.
    pub fn classifier(&self) -> Option<&Arc<Classifier>> {
        self.loaded.as_ref().map(|loaded| &loaded.classifier)
    }

    /// Why an opened film stays without scores; `None` while there is or will be a model.
    pub(super) fn missing_error(&self) -> Option<String> {
        let expected = self.is_loading() || self.loaded.is_some();
        (!expected).then(|| {
            let error = self.error.as_deref().unwrap_or("none was loaded");
            format!("no scores without a model: {error}")
        })
    }

    /// Where the requested model comes from.
    pub(super) fn requested_origin(&self) -> ModelOrigin {
        match &self.requested {
            ModelRequest::Source(ModelSource::Default) => ModelOrigin::Default,
            ModelRequest::Source(ModelSource::File(path)) => {
                ModelOrigin::File(absolute(path).unwrap_or_else(|_| path.clone()))
            }
            ModelRequest::Moment { name, .. } => ModelOrigin::Moment(name.clone()),
        }
    }
}

impl ModelOrigin {
    /// The file, whole.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Default | Self::Moment(_) => None,
        }
    }

    /// In the user's words.
    pub fn words(&self) -> String {
        match self {
            Self::Default => "built in".to_owned(),
            Self::File(path) => path.display().to_string(),
            Self::Moment(name) => format!("in memory only: {name}"),
        }
    }
}

/// A model to load.
#[derive(Clone, Debug)]
pub enum ModelRequest {
    /// From a file, or the built-in one.
    Source(ModelSource),
    /// The weights of a paused training.
    Moment {
        /// Weights and card.
        file: Arc<ModelFile>,
        /// Run, epoch and step.
        name: String,
    },
}

impl PartialEq for ModelRequest {
    /// The same file or the very same weights; equal weights elsewhere are another request.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Source(a), Self::Source(b)) => a == b,
            (Self::Moment { file, name }, Self::Moment { file: f, name: n }) => {
                Arc::ptr_eq(file, f) && name == n
            }
            (Self::Source(_), Self::Moment { .. }) | (Self::Moment { .. }, Self::Source(_)) => {
                false
            }
        }
    }
}

pub fn start_loading(task: &mut Task<Classifier>, services: &Services, request: ModelRequest) {
    let device = services.device.clone();
    task.start("model", &services.wake, move |_| {
        Ok(match request {
            ModelRequest::Source(source) => Classifier::open(&source, &device)?,
            ModelRequest::Moment { file, .. } => Classifier::new(&file, None, &device)?,
        })
    });
}

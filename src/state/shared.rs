use std::io;
use std::sync::Arc;

use super::jobs::{ModelRequest, spawn_model_job};
use super::{
    Films, Loaded, Model, ModelOrigin, NoticeKind, Notices, PathPrompt, Services, Settings,
    Thresholds,
};
use crate::model::Classifier;

/// The state that all workspaces use.
pub struct Shared {
    /// The model in use.
    pub model: Model,
    /// The films.
    pub films: Films,
    /// The saved settings.
    pub settings: Settings,
    /// Notices.
    pub notices: Notices,
    /// File dialog, device and folders.
    pub services: Services,
    /// The path being typed, while its field is shown.
    pub prompt: Option<PathPrompt>,
}

impl Shared {
    /// Starts with no film and no model.
    pub fn new(settings: Settings, services: Services) -> Self {
        Self {
            model: Model::default(),
            films: Films::default(),
            settings,
            notices: Notices::default(),
            services,
            prompt: None,
        }
    }

    /// The name of the device that the network runs on.
    pub fn device_name(&self) -> String {
        self.services.device.name()
    }

    /// Starts loading a model; one that is still being loaded no longer counts.
    pub(super) fn load_model(&mut self, request: ModelRequest) {
        if let Some(overtaken) = self.model.job.take() {
            overtaken.detach();
        }
        self.model.requested = request.clone();
        let job = spawn_model_job(&self.services, request);
        self.model.job = self.started("loading the model", job);
    }

    /// Uses a model that was loaded; whether it has the findings of the one before.
    pub(super) fn use_model(&mut self, classifier: Classifier) -> bool {
        let origin = self.model.requested_origin();
        match &origin {
            ModelOrigin::Default => self.settings.model = None,
            ModelOrigin::File(path) => self.settings.model = Some(path.clone()),
            // It is gone with the program: the next start opens what was open before.
            ModelOrigin::Moment(_) => {}
        }
        let before = self.model.classifier();
        let same_findings =
            before.is_some_and(|before| before.card().labels == classifier.card().labels);
        let points = classifier.card().operating_points.clone();
        self.model.loaded = Some(Loaded {
            classifier: Arc::new(classifier),
            thresholds: Thresholds::of_model(points),
            origin,
        });
        self.model.error = None;
        same_findings
    }

    /// Tells the user something.
    pub(super) fn say(&mut self, text: impl Into<String>) {
        self.notices.push(NoticeKind::Info, text);
    }

    /// Shows an error to the user.
    pub(super) fn say_error(&mut self, text: impl Into<String>) {
        self.notices.push(NoticeKind::Error, text);
    }

    /// The job, or a notice that it could not be started.
    pub(super) fn started<J>(&mut self, what: &str, job: io::Result<J>) -> Option<J> {
        job.inspect_err(|error| self.say_error(format!("cannot start {what}: {error}")))
            .ok()
    }
}

use std::io;

use super::jobs::{ModelRequest, spawn_model_job};
use super::{Films, Model, NoticeKind, Notices, PathPrompt, Services, Settings};

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

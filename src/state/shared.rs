use std::sync::Arc;

use super::model::start_loading;
use super::{
    Films, Loaded, Model, ModelRequest, NoticeKind, Notices, PathPrompt, Services, Settings,
    Thresholds,
};
use crate::model::Classifier;
use crate::work::Task;

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
        self.model.loading.detach();
        self.model.requested = request.clone();
        start_loading(&mut self.model.loading, &self.services, request);
    }

    /// Uses a model that was loaded; whether it has the findings of the one before.
    pub(super) fn use_model(&mut self, classifier: Classifier) -> bool {
        let origin = self.model.requested_origin();
        let before = self.model.classifier();
        let same_findings =
            before.is_some_and(|before| before.card().labels == classifier.card().labels);
        self.model.loaded = Some(Loaded {
            thresholds: Thresholds::of_model(classifier.card().thresholds()),
            classifier: Arc::new(classifier),
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

    /// The value of work that has ended; a failure is shown to the user.
    pub(super) fn told<T>(&mut self, ended: Option<Result<T, String>>) -> Option<T> {
        ended?.map_err(|error| self.say_error(error)).ok()
    }

    /// The value of work once it has ended, taken out; a failure is shown to the user.
    pub(super) fn finished<T: Send + 'static>(&mut self, task: &mut Task<T>) -> Option<T> {
        task.poll();
        self.told(task.take())
    }

    /// Takes in what work has reported whose result stays where it is; whether it has ended now.
    /// A failure is shown to the user.
    pub(super) fn polled<T: Send + 'static>(&mut self, task: &mut Task<T>) -> bool {
        let over = task.poll();
        if let (true, Some(error)) = (over, task.error()) {
            self.say_error(error);
        }
        over
    }
}

#[cfg(test)]
pub mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::domain::{OperatingPoint, Threshold};
    use crate::model::{ComputeDevice, ModelFile, ModelSource};
    use crate::state::{FilePicker, FilmEntry, ModelOrigin, PickKind, Picked};

    struct NoDialog;

    impl FilePicker for NoDialog {
        fn pick(&self, _kind: PickKind) -> Picked {
            Picked::NoDialog
        }
    }

    /// No film, no model, no file dialog.
    pub fn shared() -> Shared {
        let services = Services {
            picker: Arc::new(NoDialog),
            wake: Arc::new(|| ()),
            device: ComputeDevice::cpu(),
            data_folder: None,
            cache_folder: None,
        };
        Shared::new(Settings::default(), services)
    }

    /// The built-in model in use.
    pub fn shared_with_model() -> Shared {
        let mut shared = shared();
        shared.use_model(built_in());
        shared
    }

    pub fn built_in() -> Classifier {
        Classifier::open(&ModelSource::Default, &ComputeDevice::cpu()).unwrap()
    }

    /// The built-in card over other weights, all its operating points at 0.125.
    pub fn another_model() -> Classifier {
        let file = Classifier::default_file().unwrap();
        let (mut card, mut weights) = (file.card().clone(), file.weights().clone());
        weights.get_mut("head.dense.bias").unwrap().values[0] += 1.0;
        let point = OperatingPoint::of(&Threshold::moved(0.125, "valid").unwrap());
        card.operating_points = card.labels.map(|_, _| Some(point.clone()));
        let file = ModelFile::new(card, weights).unwrap();
        Classifier::new(&file, None, &ComputeDevice::cpu()).unwrap()
    }

    /// Puts films on the list, none of which needs to exist.
    pub fn list(shared: &mut Shared, names: &[&str]) {
        let names = names.iter();
        let entries = names.map(|name| FilmEntry::new(PathBuf::from(name)));
        shared.films.add(entries.collect());
    }

    pub fn errors(shared: &Shared) -> Vec<&str> {
        let errors = shared.notices.iter();
        let errors = errors.filter(|notice| notice.kind == NoticeKind::Error);
        errors.map(|notice| notice.text.as_str()).collect()
    }

    /// The task of work that has run to its end, which is not polled for yet.
    fn ended(work: impl FnOnce() -> anyhow::Result<u32> + Send + 'static) -> Task<u32> {
        let (sender, woken) = std::sync::mpsc::channel();
        let wake: crate::work::Wake = Arc::new(move || {
            let _ = sender.send(());
        });
        let mut task = Task::Idle;
        task.start("test", &wake, |_| work());
        woken.recv().unwrap();
        task
    }

    #[test]
    fn what_work_ends_with_is_taken_out_or_told_once() {
        let mut shared = shared();
        assert_eq!(shared.finished(&mut ended(|| Ok(7))), Some(7));
        let mut task = ended(|| Err(anyhow::anyhow!("disk full")));
        assert_eq!(shared.finished(&mut task), None);
        assert_eq!(shared.finished(&mut task), None);
        assert_eq!(errors(&shared), ["disk full"]);
    }

    #[test]
    fn what_is_kept_where_it_is_stays_there_and_its_failure_is_told_once() {
        let mut shared = shared();
        let mut task = ended(|| Ok(7));
        assert!(shared.polled(&mut task) && !shared.polled(&mut task));
        assert_eq!(task.done(), Some(&7));
        let mut task = ended(|| Err(anyhow::anyhow!("disk full")));
        assert!(shared.polled(&mut task) && !shared.polled(&mut task));
        assert_eq!(task.error(), Some("disk full"));
        assert_eq!(errors(&shared), ["disk full"]);
    }

    #[test]
    fn a_model_in_use_is_not_that_of_the_next_start() {
        let mut shared = shared();
        let path = Path::new("/models/a.safetensors");
        shared.model.requested = ModelRequest::Source(ModelSource::File(path.to_owned()));
        assert!(!shared.use_model(built_in()));
        assert_eq!(shared.settings.pinned_model, None);
        shared.settings.pinned_model = Some(path.to_owned());
        shared.model.requested = ModelRequest::Moment {
            file: Arc::new(Classifier::default_file().unwrap()),
            name: "run a".to_owned(),
        };
        assert!(shared.use_model(built_in()), "it has the same findings");
        let origin = shared.model.loaded.as_ref().map(|loaded| &loaded.origin);
        assert_eq!(origin, Some(&ModelOrigin::Moment("run a".to_owned())));
        shared.model.requested = ModelRequest::Source(ModelSource::Default);
        shared.use_model(built_in());
        assert_eq!(shared.settings.pinned_model.as_deref(), Some(path));
    }

    #[test]
    fn a_film_misses_a_model_only_when_none_is_expected() {
        let mut shared = shared();
        shared.model.error = Some("broken file".to_owned());
        let error = shared.model.missing_error().unwrap();
        assert!(error.contains("broken file"), "{error}");
        shared.load_model(ModelRequest::Source(ModelSource::Default));
        assert_eq!(shared.model.missing_error(), None);
    }
}

use std::sync::Arc;

use super::jobs::{FilmEvent, ModelRequest};
use super::{
    AppState, FilmState, Loaded, ModelOrigin, NoticeKind, Picked, ScoredFilm, Thresholds, Workspace,
};
use crate::model::{Classifier, ModelSource};
use crate::work::{Job, Outcome, cause_chain};

impl AppState {
    /// Takes in what the jobs have reported since the last call. Never waits.
    pub fn poll(&mut self) {
        self.poll_picker();
        let effects = self.list.poll(&mut self.shared);
        self.settle(effects);
        self.poll_model();
        self.poll_film();
        self.poll_probe();
        self.poll_export();
        self.poll_compare();
        self.poll_jitter();
        self.training.poll(&mut self.shared);
        if self.workspace == Workspace::Training {
            let wake = &self.shared.services.wake;
            self.training.keep_gallery_current(wake);
        }
        let effects = self.evaluation.poll(&mut self.shared);
        self.settle(effects);
    }

    fn poll_picker(&mut self) {
        let Some((_, Some(outcome))) = self.jobs.pick.as_mut().map(Job::poll) else {
            return;
        };
        self.jobs.pick = None;
        match outcome {
            Outcome::Done((kind, Picked::Files(paths))) => self.take_picked(kind, paths),
            Outcome::Done((kind, Picked::NoDialog)) => self.ask_path(kind),
            Outcome::Done((_, Picked::Nothing)) | Outcome::Cancelled => {}
            Outcome::Failed(error) => self
                .shared
                .notices
                .push(NoticeKind::Error, cause_chain(&error)),
            Outcome::Panicked(text) => self.shared.notices.push(NoticeKind::Error, broke(&text)),
        }
    }

    fn poll_model(&mut self) {
        let Some((_, Some(outcome))) = self.shared.model.job.as_mut().map(Job::poll) else {
            return;
        };
        self.shared.model.job = None;
        match outcome {
            Outcome::Done(classifier) => self.use_model(classifier),
            Outcome::Cancelled => {}
            Outcome::Failed(error) => self.refuse_model(cause_chain(&error)),
            Outcome::Panicked(text) => self.refuse_model(broke(&text)),
        }
    }

    fn use_model(&mut self, classifier: Classifier) {
        let points = classifier.card().operating_points.clone();
        let origin = self.shared.model.requested_origin();
        match &origin {
            ModelOrigin::Default => self.shared.settings.model = None,
            ModelOrigin::File(path) => self.shared.settings.model = Some(path.clone()),
            // It is gone with the program: the next start opens what was open before.
            ModelOrigin::Moment(_) => {}
        }
        // The same findings in another epoch's eyes: the one in view stays in view.
        let before = self.shared.model.loaded.as_ref();
        let same = |loaded: &Loaded| loaded.classifier.card().labels == classifier.card().labels;
        let same_findings = before.is_some_and(same);
        if !same_findings {
            self.selected = None;
        }
        self.list.model_changed(same_findings, &mut self.shared);
        self.shared.model.loaded = Some(Loaded {
            classifier: Arc::new(classifier),
            thresholds: Thresholds::of_model(points),
            origin,
        });
        self.shared.model.error = None;
        self.evaluation.model_changed(&self.shared.model);
        self.probe.clear();
        self.jitter.forget();
        self.shared.films.forget_readings();
        self.read_beside();
        // A film that could not be opened will not open for another model either.
        let waits = match &self.shared.films.film {
            FilmState::Empty | FilmState::Cancelled(_) => false,
            FilmState::Opening | FilmState::Scoring(_) | FilmState::Read(_) => true,
            FilmState::Failed { film, .. } => film.is_some(),
        };
        if waits {
            self.read_current();
        }
    }

    fn refuse_model(&mut self, error: String) {
        self.shared.notices.push(NoticeKind::Error, error.clone());
        self.shared.model.error = Some(error);
        let other = !matches!(
            self.shared.model.requested,
            ModelRequest::Source(ModelSource::Default)
        );
        if self.shared.model.loaded.is_none() && other {
            // The one that comes with the program is still there.
            self.shared
                .load_model(ModelRequest::Source(ModelSource::Default));
        } else if self.shared.model.loaded.is_none()
            && let FilmState::Scoring(_) = self.shared.films.film
            && let Some(error) = self.no_model_error()
        {
            self.fail_film(error);
        }
    }

    fn poll_film(&mut self) {
        let (events, outcome) = match self.jobs.film.poll() {
            Ok(news) => news,
            Err(error) => return self.fail_film(format!("cannot start a thread: {error}")),
        };
        for FilmEvent::Opened(opened) in events {
            self.shared.films.film = FilmState::Scoring(opened);
        }
        match outcome {
            Some(Outcome::Done(Some(reading))) => self.take_reading(reading),
            Some(Outcome::Done(None)) => {
                if let Some(error) = self.no_model_error() {
                    self.fail_film(error);
                }
            }
            Some(Outcome::Failed(error)) => self.fail_film(cause_chain(&error)),
            Some(Outcome::Panicked(text)) => self.fail_film(broke(&text)),
            Some(Outcome::Cancelled) | None => {}
        }
    }

    /// Why an opened film stays without scores; `None` while a model is on its way.
    fn no_model_error(&self) -> Option<String> {
        let waiting = self.shared.model.job.is_some() || self.shared.model.loaded.is_some();
        (!waiting).then(|| {
            let error = self
                .shared
                .model
                .error
                .as_deref()
                .unwrap_or("none was loaded");
            format!("no scores without a model: {error}")
        })
    }

    fn take_reading(&mut self, reading: ScoredFilm) {
        let top = self.selected.or_else(|| reading.inference.highest());
        self.selected = top;
        let reading = Arc::new(reading);
        self.shared.films.keep(&reading);
        self.shared.films.film = FilmState::Read(reading);
        self.mind_beside();
        self.list.film_scored();
        self.refresh_maps();
    }
}

/// The words for a panic in a job.
pub(super) fn broke(panic_text: &str) -> String {
    format!("this should not have happened, please report it: {panic_text}")
}

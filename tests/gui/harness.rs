use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, HarnessBuilder};
use thorax::app::ThoraxApp;
use thorax::model::ComputeDevice;
use thorax::state::{FilePicker, FilmState, PickKind, Picked};

/// Jobs on a busy machine get this long.
const PATIENCE: Duration = Duration::from_mins(1);

/// Between two frames of a wait.
const BREATH: Duration = Duration::from_millis(4);

/// Answers every question for files with what the test put in.
#[derive(Clone)]
pub struct PreparedPicker(Arc<Mutex<Picked>>);

impl PreparedPicker {
    pub fn new(answer: Picked) -> Self {
        Self(Arc::new(Mutex::new(answer)))
    }
}

impl FilePicker for PreparedPicker {
    fn pick(&self, _kind: PickKind) -> Picked {
        self.0.lock().unwrap().clone()
    }
}

pub type AppHarness = Harness<'static, ThoraxApp>;

pub fn builder() -> HarnessBuilder<ThoraxApp> {
    Harness::builder()
        .with_size([1280.0, 800.0])
        // A job that ends meanwhile asks for frames of its own.
        .with_max_steps(40)
        .with_theme(egui::Theme::Dark)
}

pub fn build(
    builder: HarnessBuilder<ThoraxApp>,
    picker: PreparedPicker,
    films: Vec<PathBuf>,
) -> AppHarness {
    builder
        .build_eframe(move |cc| ThoraxApp::new(cc, Arc::new(picker), ComputeDevice::cpu(), films))
}

/// The program with these films given on the command line.
pub fn app_with(films: Vec<PathBuf>) -> AppHarness {
    build(builder(), PreparedPicker::new(Picked::Nothing), films)
}

/// The program with a film scored and nothing left to do.
pub fn app_with_scores(films: Vec<PathBuf>) -> AppHarness {
    let mut harness = app_with(films);
    step_until("the scores", &mut harness, is_scored);
    harness.run();
    harness
}

pub fn is_scored(app: &ThoraxApp) -> bool {
    matches!(app.state.shared.films.film, FilmState::Read(_))
}

pub fn has_model(app: &ThoraxApp) -> bool {
    app.state.shared.model.loaded.is_some()
}

pub fn has_failed(app: &ThoraxApp) -> bool {
    has_model(app) && matches!(app.state.shared.films.film, FilmState::Failed { .. })
}

/// Frames until something has come true; fails after a minute, naming what never came.
pub fn step_until(what: &str, harness: &mut AppHarness, done: impl Fn(&ThoraxApp) -> bool) {
    let started = Instant::now();
    while !done(harness.state()) {
        if started.elapsed() >= PATIENCE {
            let notices = harness.state().state.shared.notices.iter();
            let texts: Vec<_> = notices.map(|notice| notice.text.as_str()).collect();
            panic!("{what} never came; what was said: {texts:?}");
        }
        harness.step();
        // Workers have a lower priority: frames without a breath between them would starve them.
        std::thread::park_timeout(BREATH);
    }
    harness.step();
}

/// One key a frame, as a person types.
pub fn type_slowly(harness: &mut AppHarness, text: &str) {
    for key in text.chars() {
        let event = egui::Event::Text(key.to_string());
        harness.input_mut().events.push(event);
        harness.step();
        harness.step();
    }
}

/// Opens a finding, with its threshold, as a click on its name does.
pub fn open_finding(harness: &mut AppHarness, name: &str) {
    let place = |harness: &AppHarness| {
        let shared = &harness.state().state.shared;
        let loaded = shared.model.loaded.as_ref().unwrap();
        let mut labels = loaded.classifier.card().labels.iter();
        labels.position(|label| label.replace('_', " ") == name)
    };
    let finding_idx = place(harness);
    let open = harness.state().state.viewer.selected == finding_idx;
    if !open {
        harness
            .get_by_role_and_label(Role::Button, name)
            .scroll_to_me();
        harness.run();
        harness.get_by_role_and_label(Role::Button, name).click();
        harness.run();
    }
    assert_eq!(harness.state().state.viewer.selected, finding_idx);
}

pub fn threshold(harness: &AppHarness, label: &str) -> f32 {
    let loaded = harness.state().state.shared.model.loaded.as_ref().unwrap();
    loaded.thresholds.current().of(label).unwrap().value_f32()
}

//! How long a frame of the evaluation panel takes while a threshold is dragged, at the size of NIH's
//! test part: 25,596 films and 14 labels. Layout and tessellation, without the graphics card.
//!
//! `cargo bench --bench evaluation`

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench that cannot start is to fail loudly; the answer"
)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use thorax::app::ThoraxApp;
use thorax::dataset::SeededRandom;
use thorax::domain::Finding;
use thorax::model::ComputeDevice;
use thorax::scores::{FilmPrediction, Predictions};
use thorax::state::{Command, EvaluationCommand, FilePicker, PickKind, Picked};

#[path = "shared/times.rs"]
mod times;
use times::print_times;

const N_FILMS: usize = 25_596;
const N_FRAMES: usize = 200;

struct NoPicker;

impl FilePicker for NoPicker {
    fn pick(&self, _kind: PickKind) -> Picked {
        Picked::Nothing
    }
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scores.csv");
    predictions().save(&path).unwrap();
    let mut harness = harness(path);
    while harness.state().state.evaluation.set.is_none()
        || harness.state().state.shared.model.is_loading()
    {
        harness.step();
        std::thread::park_timeout(Duration::from_millis(4));
    }
    let (mut frames, mut moves) = (Vec::new(), Vec::new());
    for frame in 0..N_FRAMES {
        // Back and forth through the middle of the scores.
        let place = (frame as f64 / N_FRAMES as f64 * 8.0 * std::f64::consts::PI).sin();
        let command = EvaluationCommand::SetThreshold(0.4 + 0.3 * place);
        let started = Instant::now();
        let state = &mut harness.state_mut().state;
        state.apply(Command::Evaluation(command));
        moves.push(started.elapsed());
        harness.step();
        frames.push(started.elapsed());
    }
    println!("{N_FILMS} films x 14 labels, {N_FRAMES} frames of a dragged threshold");
    print_times("frame", frames);
    print_times("the move itself", moves);
}

fn harness(path: PathBuf) -> Harness<'static, ThoraxApp> {
    Harness::builder()
        .with_size([1280.0, 800.0])
        .build_eframe(move |cc| {
            ThoraxApp::new(cc, Arc::new(NoPicker), ComputeDevice::cpu(), vec![path])
        })
}

fn predictions() -> Predictions {
    let mut random = SeededRandom::for_stream(3, &[]);
    let film = |film: usize| {
        let truth: Vec<bool> = Finding::ALL
            .iter()
            .map(|_| random.uniform() < 0.08)
            .collect();
        let score = |&positive: &bool| {
            let shift = if positive { 1.0 } else { 0.0 };
            1.0 / (1.0 + (0.5 - shift - random.normal()).exp())
        };
        FilmPrediction {
            path: format!("{film}.png").into(),
            patient_id: (film / 3).to_string(),
            scores: truth.iter().map(score).collect(),
            truth: truth.into_iter().map(Some).collect(),
        }
    };
    Predictions {
        labels: Finding::ALL
            .map(|finding| finding.name().to_owned())
            .to_vec(),
        films: (0..N_FILMS).map(film).collect(),
        model: None,
    }
}

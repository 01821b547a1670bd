//! The drop of scores where films are covered, against plain loops of single forward passes.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use thorax::bench::{arbitrary, arbitrary_weights, classifier_of};
use thorax::explain::{Heatmap, OcclusionError, map_curves, occlusion_maps};
use thorax::imaging::ModelInput;
use thorax::model::{Classifier, ComputeDevice, Inference};
use thorax::work::{Canceled, Progress, StopSignal, Unwatched, Watch};
use thorax_engine::NetworkSpec;

/// A small network and a film with a bright spot.
static SCORED: LazyLock<(Classifier, Inference)> = LazyLock::new(|| {
    let architecture = NetworkSpec::new(11, 32, 2).unwrap();
    let weights = arbitrary_weights(&architecture);
    let device = ComputeDevice::cpu_with_threads(2).unwrap();
    let classifier = classifier_of(&weights, &architecture, &device).unwrap();
    let values = arbitrary(32 * 32).enumerate().map(|(pixel, noise)| {
        let distance = ((pixel % 32) as f32 - 20.0).hypot((pixel / 32) as f32 - 9.0);
        0.3 + 0.1 * noise + (-distance / 4.0).exp()
    });
    let input = ModelInput {
        side: 32,
        values: values.collect(),
    };
    let inference = classifier.score_input(input).unwrap();
    (classifier, inference)
});

/// Three plain box means along rows and columns of 32 x 32 values, whose edges repeat.
fn blurred(values: &[f32], radius: usize) -> Vec<f32> {
    let mut values = values.to_vec();
    for pass in 0..6 {
        let before = values.clone();
        for (pixel, value) in values.iter_mut().enumerate() {
            let (x, y) = (pixel % 32, pixel / 32);
            let at = |step: usize| {
                let moved = |place: usize| (place + step).saturating_sub(radius).min(31);
                let (x, y) = if pass % 2 == 0 {
                    (moved(x), y)
                } else {
                    (x, moved(y))
                };
                before[y * 32 + x]
            };
            *value = (0..=2 * radius).map(at).sum::<f32>() / (2 * radius + 1) as f32;
        }
    }
    values
}

fn score_of(values: Vec<f32>, finding_idx: usize) -> f32 {
    let input = ModelInput { side: 32, values };
    let inference = SCORED.0.score_input(input).unwrap();
    inference.scores.get(finding_idx).unwrap().get()
}

#[test]
fn the_map_is_that_of_a_plain_loop_over_single_forward_passes() {
    let (classifier, inference) = &*SCORED;
    let maps = occlusion_maps(classifier, inference, &Unwatched).unwrap();
    let blur = blurred(&inference.input.values, 2);
    for (finding_idx, map) in maps.values().iter().enumerate() {
        assert_eq!(map.side(), 16);
        let whole = inference.scores.get(finding_idx).unwrap().get();
        let mut n_changed = 0;
        for row in 0..16_usize {
            for column in 0..16_usize {
                let mut values = inference.input.values.clone();
                // Places are 2 pixels apart, the patch is 4 wide.
                for y in (2 * row).saturating_sub(1)..(2 * row + 3).min(32) {
                    for x in (2 * column).saturating_sub(1)..(2 * column + 3).min(32) {
                        values[y * 32 + x] = blur[y * 32 + x];
                    }
                }
                let drop = whole - score_of(values, finding_idx);
                assert_eq!(map.values()[row * 16 + column], drop, "{row} {column}");
                n_changed += u32::from(drop != 0.0);
            }
        }
        assert!(n_changed > 100, "{n_changed}");
    }
}

#[test]
fn the_curves_are_those_of_a_plain_loop() {
    let (classifier, inference) = &*SCORED;
    let map = Heatmap::new(2, vec![3.0, 4.0, 1.0, 2.0]);
    let curves = map_curves(classifier, inference, 1, &map, &Unwatched).unwrap();
    let (input, blur) = (&inference.input.values, blurred(&inference.input.values, 4));
    let mut order: Vec<usize> = (0..32 * 32).collect();
    let value = |pixel: usize| {
        map.at(
            (pixel % 32) as f32 / 32.0 + 1.0 / 64.0,
            (pixel / 32) as f32 / 32.0 + 1.0 / 64.0,
        )
    };
    order.sort_by(|&a, &b| value(b).total_cmp(&value(a)));
    let area = |from: &[f32], to: &[f32]| {
        let mut values = from.to_vec();
        let mut scores = vec![score_of(values.clone(), 1)];
        for pixels in order.chunks(64) {
            for &pixel in pixels {
                values[pixel] = to[pixel];
            }
            scores.push(score_of(values.clone(), 1));
        }
        let sum: f64 = scores.iter().map(|score| f64::from(*score)).sum();
        let ends = f64::from(scores[0]) + f64::from(scores[16]);
        (sum - ends / 2.0) / 16.0
    };
    assert!((curves.deletion - area(input, &blur)).abs() < 1e-9);
    assert!((curves.insertion - area(&blur, input)).abs() < 1e-9);
    assert_ne!(curves.deletion, curves.insertion);
}

#[test]
fn covering_the_air_of_a_flat_film_changes_nothing() {
    let (classifier, _) = &*SCORED;
    let input = ModelInput {
        side: 32,
        values: vec![0.25; 32 * 32],
    };
    let inference = classifier.score_input(input).unwrap();
    let maps = occlusion_maps(classifier, &inference, &Unwatched).unwrap();
    let all = maps.values().iter().flat_map(Heatmap::values);
    assert!(
        all.into_iter().all(|drop| drop.abs() < 1e-5),
        "no edge is added"
    );
}

#[test]
fn it_says_how_far_it_has_come_and_can_be_stopped() {
    struct Stopping(AtomicUsize, StopSignal);
    impl Watch for Stopping {
        fn progress(&self, progress: Progress) {
            assert_eq!((progress.n_total, progress.unit), (256, "places covered"));
            self.0.store(progress.n_done, Ordering::Relaxed);
            if progress.n_done >= 64 {
                self.1.give();
            }
        }
        fn check(&self) -> Result<(), Canceled> {
            self.1.check()
        }
    }
    let (classifier, inference) = &*SCORED;
    let watch = Stopping(AtomicUsize::new(0), StopSignal::default());
    let stopped = occlusion_maps(classifier, inference, &watch);
    assert!(matches!(stopped, Err(OcclusionError::Canceled(_))));
    assert_eq!(
        watch.0.load(Ordering::Relaxed),
        64,
        "no batch after the signal"
    );
}

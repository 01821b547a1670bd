use std::sync::LazyLock;

use thorax::explain::{CamMethod, class_activation_maps};
use thorax::imaging::ModelInput;
use thorax::model::{Classifier, ComputeDevice, Inference, ModelSource};

use crate::reference::{Reference, check_close, inputs, keras_classifier};

/// As a share of the map's range; Keras sums f32 gradients in another order.
const MAP_TOLERANCE: f32 = 1e-3;
/// As a share of the sum of absolute values: 1024 f32 values are summed up.
const SUM_TOLERANCE: f64 = 1e-5;

fn maps_agree(pairs: &[(CamMethod, &str)]) {
    let (Some(classifier), Some(inputs)) = (keras_classifier(), inputs("input_bilinear")) else {
        return;
    };
    let mut worst = vec![0.0_f32; pairs.len()];
    for (film, input) in inputs.iter().enumerate() {
        let reading = classifier.score_input(input.clone()).unwrap();
        for ((method, name), worst) in pairs.iter().zip(&mut worst) {
            let expected = Reference::expected(name);
            let (head, scores) = (classifier.head(), &reading.scores);
            let maps = class_activation_maps(&reading.features, head, scores, *method);
            let n_values = expected.item(film).len() / maps.values().len();
            for (expected, (label, map)) in
                expected.item(film).chunks_exact(n_values).zip(maps.iter())
            {
                let low = expected.iter().copied().fold(f32::INFINITY, f32::min);
                let high = expected.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let range = high - low;
                let what = format!("{name}, film {film}, {label}");
                let off = check_close(&what, map.values(), expected, MAP_TOLERANCE * range);
                *worst = worst.max(off / range);
            }
        }
    }
    for ((_, name), worst) in pairs.iter().zip(worst) {
        println!("{name}: worst {worst:e} of the range");
    }
}

#[test]
fn maps_are_keras_maps() {
    maps_agree(&[
        (CamMethod::GradCam, "gradcam_last_activation"),
        (CamMethod::PooledGradCam, "gradcam_average_pool"),
        (CamMethod::GuidedGradCam, "guided_last_activation"),
        (CamMethod::PooledGuidedGradCam, "guided_average_pool"),
    ]);
}

/// The default model and its reading of a drawn film: a bright spot on a slope of gray.
static DRAWN: LazyLock<(Classifier, Inference)> = LazyLock::new(|| {
    let classifier = Classifier::open(&ModelSource::Default, &ComputeDevice::cpu()).unwrap();
    let values = (0..128 * 128).map(|idx: u16| {
        let (y, x) = (f32::from(idx / 128), f32::from(idx % 128));
        let distance = (y - 40.0).hypot(x - 90.0);
        (0.2 + y / 300.0 + 0.5 * (-distance / 20.0).exp()).min(1.0)
    });
    let input = ModelInput {
        side: 128,
        values: values.collect(),
    };
    let reading = classifier.score_input(input).unwrap();
    (classifier, reading)
});

#[test]
fn hirescam_sums_up_to_the_logit_less_its_bias() {
    let (classifier, reading) = &*DRAWN;
    let (head, scores) = (classifier.head(), &reading.scores);
    let maps = class_activation_maps(&reading.features, head, scores, CamMethod::HiResCam);
    for (idx, (label, map)) in maps.iter().enumerate() {
        assert_eq!(map.side(), 32);
        let sum: f64 = map.values().iter().copied().map(f64::from).sum();
        let size: f64 = map
            .values()
            .iter()
            .copied()
            .map(f64::from)
            .map(f64::abs)
            .sum();
        let expected = f64::from(reading.logits.values()[idx] - head.bias[idx]);
        let off = (sum - expected).abs();
        assert!(
            off <= SUM_TOLERANCE * size,
            "{label}: {sum} instead of {expected}"
        );
    }
}

#[test]
fn the_same_film_gives_the_same_reading_bit_for_bit() {
    let (classifier, reading) = &*DRAWN;
    let again = classifier.score_input(reading.input.clone()).unwrap();
    assert_eq!(again.logits, reading.logits);
    assert_eq!(again.features, reading.features);
}

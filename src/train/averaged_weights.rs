//! The moving average of the weights (`ema_decay`), which is what a training validates and saves as its model.

use thorax_engine::NamedTensors;

/// Moves the average by what `decay` does not keep. Early on it keeps less, `(1 + n) / (10 + n)`,
/// so that the weights of the very beginning are soon forgotten.
pub(super) fn average(averaged: &mut NamedTensors, now: &NamedTensors, decay: f64, n_steps: u64) {
    let n_steps = n_steps as f64;
    let kept = decay.min((1.0 + n_steps) / (10.0 + n_steps)) as f32;
    for (name, averaged) in averaged {
        let now = now.get(name).map_or(&[][..], |tensor| &tensor.values);
        for (average, &value) in averaged.values.iter_mut().zip(now) {
            *average = kept * *average + (1.0 - kept) * value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use thorax_engine::HostTensor;

    fn tensor(value: f32) -> NamedTensors {
        let tensor = HostTensor {
            shape: vec![1],
            values: vec![value],
        };
        NamedTensors::from([("w".to_owned(), tensor)])
    }

    #[test]
    fn the_average_forgets_its_beginning_and_is_slow_later() {
        let mut averaged = tensor(0.0);
        average(&mut averaged, &tensor(1.0), 0.99, 1);
        assert!((averaged["w"].values[0] - 9.0 / 11.0).abs() < 1e-6);
        let mut averaged = tensor(0.0);
        average(&mut averaged, &tensor(1.0), 0.99, 1_000_000);
        assert!((averaged["w"].values[0] - 0.01).abs() < 1e-6);
    }
}

use candle_core::{Device, Var};
use candle_nn::{BatchNorm, BatchNormConfig, ModuleT as _, VarBuilder, VarMap, batch_norm};

use super::*;

/// Both in `f64`, but their sums in another order.
const TOLERANCE: f64 = 1e-12;

const N_CHANNELS: usize = 3;

/// Ours and candle's over the same variables, and films (B, 3, H, W).
struct Setup {
    ours: NormRelu,
    candles: BatchNorm,
    variables: VarMap,
    xs: Var,
}

fn setup(n_batch: usize, height: usize, width: usize) -> Setup {
    let config = NetworkSpec::new(11, 32, 1).unwrap();
    let mut variables = VarMap::new();
    let vb = VarBuilder::from_varmap(&variables, candle_core::DType::F64, &Device::Cpu);
    let bn_config = BatchNormConfig {
        eps: config.bn_epsilon(),
        momentum: 1.0 - config.bn_momentum(),
        ..BatchNormConfig::default()
    };
    let ours = NormRelu::new(N_CHANNELS, &config, &vb).unwrap();
    let candles = batch_norm(N_CHANNELS, bn_config, vb).unwrap();
    for (name, values) in [
        ("weight", [0.7, -1.3, 1.1]),
        ("bias", [0.2, 0.1, -0.3]),
        ("running_mean", [0.5, -0.5, 0.1]),
        ("running_var", [1.5, 0.4, 2.0]),
    ] {
        let values = Tensor::new(&values, &Device::Cpu).unwrap();
        variables.set_one(name, values).unwrap();
    }
    let n_values = n_batch * N_CHANNELS * height * width;
    let values = (0..n_values).map(|i| 0.3 + 2.0 * (1.7 * i as f64 + 0.1 * (i * i) as f64).sin());
    let shape = (n_batch, N_CHANNELS, height, width);
    let xs = Tensor::from_vec(values.collect::<Vec<f64>>(), shape, &Device::Cpu).unwrap();
    Setup {
        ours,
        candles,
        variables,
        xs: Var::from_tensor(&xs).unwrap(),
    }
}

fn values(tensor: &Tensor) -> Vec<f64> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

fn check(what: &str, got: &Tensor, want: &Tensor) {
    for (i, (got, want)) in values(got).iter().zip(values(want)).enumerate() {
        assert!(
            (got - want).abs() <= TOLERANCE,
            "{what}, value {i}: {got} instead of {want}"
        );
    }
}

#[test]
fn outputs_gradients_and_running_statistics_are_candles() {
    for (n_batch, height, width) in [(3, 4, 5), (1, 3, 3), (2, 1, 1)] {
        for train in [false, true] {
            let run = |ours: bool| {
                let setup = setup(n_batch, height, width);
                let ys = if ours {
                    setup.ours.forward_t(&setup.xs, train).unwrap()
                } else {
                    setup
                        .candles
                        .forward_t(&setup.xs, train)
                        .unwrap()
                        .relu()
                        .unwrap()
                };
                let loss = (&ys * ys.cos().unwrap()).unwrap().sum_all().unwrap();
                let gradients = loss.backward().unwrap();
                let data = setup.variables.data().lock().unwrap();
                let gradient = |name: &str| gradients.get(&data[name]).unwrap().clone();
                let running = |name: &str| data[name].as_detached_tensor();
                [
                    ("outputs", ys.detach()),
                    ("by xs", gradients.get(&setup.xs).unwrap().clone()),
                    ("by weight", gradient("weight")),
                    ("by bias", gradient("bias")),
                    ("running mean", running("running_mean")),
                    ("running variance", running("running_var")),
                ]
            };
            for ((what, got), (_, want)) in run(true).iter().zip(&run(false)) {
                check(
                    &format!("{what}, train {train}, {n_batch} {height} {width}"),
                    got,
                    want,
                );
            }
        }
    }
}

#[test]
fn in_training_the_gradient_is_the_difference_quotient() {
    let setup = setup(2, 3, 2);
    let loss = || {
        let ys = setup.ours.forward_t(&setup.xs, true).unwrap();
        (&ys * ys.cos().unwrap()).unwrap().sum_all().unwrap()
    };
    let gradients = loss().backward().unwrap();
    let got = values(gradients.get(&setup.xs).unwrap());
    let start = values(&setup.xs);
    for (i, got) in got.iter().enumerate() {
        let at = |step: f64| {
            let mut moved = start.clone();
            moved[i] += step;
            let moved = Tensor::from_vec(moved, setup.xs.shape(), &Device::Cpu).unwrap();
            setup.xs.set(&moved).unwrap();
            loss().to_scalar::<f64>().unwrap()
        };
        let want = (at(1e-5) - at(-1e-5)) / 2e-5;
        assert!(
            (got - want).abs() < 1e-7,
            "value {i}: {got} instead of {want}"
        );
    }
}

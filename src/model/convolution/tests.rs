use candle_core::{DType, Device, Var};
use candle_nn::{Conv2d, Conv2dConfig, Module as _};

use super::*;

/// Sums of a few hundred products in `f64`, differences of two such over 2e-3.
const QUOTIENT_TOLERANCE: f64 = 1e-9;
/// Of the largest value: bf16 keeps 8 bits of each factor.
const BF16_TOLERANCE: f64 = 1e-2;

struct Case {
    kernel: usize,
    stride: usize,
    /// B, H, W
    films: (usize, usize, usize),
}

fn case(kernel: usize, stride: usize, films: (usize, usize, usize)) -> Case {
    Case {
        kernel,
        stride,
        films,
    }
}

/// Between -1 and 1 and different for each `seed`; a film of numbers without a pattern.
fn noise(shape: &[usize], seed: u32) -> Tensor {
    let mut state = seed.wrapping_mul(0x9e37_79b9).wrapping_add(1);
    let values = (0..shape.iter().product::<usize>()).map(|_| {
        // Numerical Recipes' linear congruential generator; its high bits are good enough.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state) / f64::from(u32::MAX / 2) - 1.0
    });
    let values: Vec<f64> = values.collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

struct Setup {
    convolution: Convolution,
    xs: Var,
    weight: Var,
    bias: Var,
    /// The loss is the sum of outputs times these.
    slopes: Tensor,
}

const N_IN: usize = 2;
const N_OUT: usize = 3;

fn setup(case: &Case, precision: Precision) -> Setup {
    let Case {
        kernel,
        stride,
        films: (n_batch, height, width),
    } = *case;
    let variable = |shape: &[usize], seed| Var::from_tensor(&noise(shape, seed)).unwrap();
    let xs = variable(&[n_batch, N_IN, height, width], 1);
    let weight = variable(&[N_OUT, N_IN, kernel, kernel], 2);
    let bias = variable(&[N_OUT], 3);
    let convolution = Convolution {
        weight: weight.as_tensor().clone(),
        bias: bias.as_tensor().clone(),
        geometry: Geometry { kernel, stride },
        precision,
    };
    let ys = convolution.forward(&xs).unwrap();
    let slopes = noise(ys.dims(), 4);
    Setup {
        convolution,
        xs,
        weight,
        bias,
        slopes,
    }
}

fn values(tensor: &Tensor) -> Vec<f64> {
    let tensor = tensor.to_dtype(DType::F64).unwrap();
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

fn check(what: &str, got: &[f64], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len(), "{what}");
    let range = want
        .iter()
        .fold(1.0_f64, |range, value| range.max(value.abs()));
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        let off = (got - want).abs();
        assert!(
            off <= tolerance * range,
            "{what}, value {i}: {got} instead of {want}"
        );
    }
}

impl Setup {
    fn loss(&self) -> Tensor {
        let ys = self.convolution.forward(&self.xs).unwrap();
        (ys * &self.slopes).unwrap().sum_all().unwrap()
    }

    fn gradients(&self) -> [Vec<f64>; 3] {
        let gradients = self.loss().backward().unwrap();
        [&self.xs, &self.weight, &self.bias]
            .map(|variable| values(gradients.get(variable).unwrap()))
    }

    /// By candle's own convolution: outputs and gradients.
    fn candles(&self) -> (Vec<f64>, [Vec<f64>; 3]) {
        let Geometry { stride, .. } = self.convolution.geometry;
        let config = Conv2dConfig {
            padding: self.convolution.geometry.padding(),
            stride,
            ..Conv2dConfig::default()
        };
        let (weight, bias) = (self.weight.as_tensor(), self.bias.as_tensor());
        let convolution = Conv2d::new(weight.clone(), Some(bias.clone()), config);
        let ys = convolution.forward(&self.xs).unwrap();
        let loss = (&ys * &self.slopes).unwrap().sum_all().unwrap();
        let gradients = loss.backward().unwrap();
        let gradients = [&self.xs, &self.weight, &self.bias]
            .map(|variable| values(gradients.get(variable).unwrap()));
        (values(&ys), gradients)
    }

    /// Of every value of a variable.
    fn difference_quotients(&self, variable: &Var) -> Vec<f64> {
        let start = values(variable);
        let at = |i: usize, step: f64| {
            let mut moved = start.clone();
            moved[i] += step;
            let moved = Tensor::from_vec(moved, variable.shape(), &Device::Cpu).unwrap();
            variable.set(&moved).unwrap();
            self.loss().to_scalar::<f64>().unwrap()
        };
        let step = 1e-3;
        let quotients = (0..start.len()).map(|i| (at(i, step) - at(i, -step)) / (2.0 * step));
        let quotients = quotients.collect();
        let start = Tensor::from_vec(start, variable.shape(), &Device::Cpu).unwrap();
        variable.set(&start).unwrap();
        quotients
    }
}

#[test]
fn outputs_and_gradients_are_candles_where_candle_has_them() {
    for case in [
        case(1, 1, (3, 4, 6)),
        case(3, 1, (2, 5, 7)),
        case(5, 1, (1, 6, 5)),
        case(1, 2, (2, 8, 6)),
        case(1, 2, (2, 7, 5)),
        case(3, 2, (2, 7, 5)),
        case(3, 2, (1, 8, 6)),
    ] {
        let setup = setup(&case, Precision::F32);
        let (ys, gradients) = setup.candles();
        let what = format!(
            "kernel {}, stride {}, {:?}",
            case.kernel, case.stride, case.films
        );
        let got = values(&setup.convolution.forward(&setup.xs).unwrap());
        assert_eq!(got, ys, "{what}");
        for (got, want) in setup.gradients().iter().zip(&gradients) {
            check(&what, got, want, 1e-12);
        }
    }
}

#[test]
fn gradients_are_difference_quotients_also_where_candle_fails() {
    for case in [
        case(1, 1, (2, 3, 5)),
        case(3, 1, (2, 4, 3)),
        case(3, 1, (1, 1, 1)),
        case(1, 2, (1, 7, 8)),
        case(1, 3, (2, 8, 6)),
        case(3, 2, (2, 7, 6)),
        case(3, 3, (1, 8, 7)),
    ] {
        let setup = setup(&case, Precision::F32);
        let gradients = setup.gradients();
        for (variable, got) in [&setup.xs, &setup.weight, &setup.bias]
            .iter()
            .zip(&gradients)
        {
            let what = format!(
                "kernel {}, stride {}, {:?}",
                case.kernel, case.stride, case.films
            );
            check(
                &what,
                got,
                &setup.difference_quotients(variable),
                QUOTIENT_TOLERANCE,
            );
        }
    }
}

#[test]
fn bf16_is_close_but_not_the_same() {
    let case = case(3, 1, (2, 9, 7));
    let (exact, rounded) = (setup(&case, Precision::F32), setup(&case, Precision::Bf16));
    let outputs = |setup: &Setup| values(&setup.convolution.forward(&setup.xs).unwrap());
    check(
        "outputs",
        &outputs(&rounded),
        &outputs(&exact),
        BF16_TOLERANCE,
    );
    assert_ne!(outputs(&rounded), outputs(&exact));
    for (got, want) in rounded.gradients().iter().zip(&exact.gradients()) {
        check("gradient", got, want, BF16_TOLERANCE);
    }
}

#[test]
fn what_is_no_variable_gets_no_gradient_and_no_graph() {
    let mut setup = setup(&case(3, 1, (1, 4, 4)), Precision::F32);
    setup.convolution.bias = setup.bias.as_detached_tensor();
    let films = setup.xs.as_detached_tensor();
    let loss = setup
        .convolution
        .forward(&films)
        .unwrap()
        .sum_all()
        .unwrap();
    let gradients = loss.backward().unwrap();
    assert!(gradients.get(&setup.weight).is_some());
    assert!(gradients.get(&setup.bias).is_none() && gradients.get(&films).is_none());
    setup.convolution.weight = setup.weight.as_detached_tensor();
    assert!(!setup.convolution.forward(&films).unwrap().track_op());
}

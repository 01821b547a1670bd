//! Training steps by candle's tensors against Keras, on the processor.

use thorax::domain::sigmoid;
use thorax::model::{CandleTraining, ComputeDevice};
use thorax_engine::LossWeights;

use crate::engine::{
    GRADIENT_TOLERANCE, KerasNames, check_gradient, keras_variables, keras_weights,
    largest_difference, length, outputs_first,
};
use crate::reference::{Reference, shared_file};

#[test]
fn a_step_by_candle_has_keras_loss_scores_and_gradients() {
    let (Some((architecture, mut weights)), Some(path)) = (
        keras_weights(),
        shared_file("reference/keras/reference.safetensors"),
    ) else {
        return;
    };
    let get = |name: &str| Reference::read(&path, name).values;
    let loss = LossWeights {
        positive: get("train_pos_weight"),
        negative: get("train_neg_weight"),
        ..LossWeights::default()
    };
    let mut training = CandleTraining::new(architecture, &ComputeDevice::reference()).unwrap();
    let (films, labels) = (get("input_bilinear"), get("train_labels"));
    let got = training.gradients_of(&mut weights, &films, &labels, &loss);
    let got = got.unwrap().total();
    let want = f64::from(get("train_loss")[0]);
    assert!((got - want).abs() < 1e-6, "{got} for {want}");
    let scores: Vec<_> = training.logits().iter().copied().map(sigmoid).collect();
    let off = largest_difference(&scores, &get("train_scores"));
    assert!(off < 1e-5, "{off:e}");

    let names = KerasNames::new(&architecture);
    let mut n_whole = 0;
    for (variable, norm) in keras_variables(&path).iter().zip(get("grad_norms")) {
        let (name, norm) = (names.name(variable), f64::from(norm));
        let gradient = &training.gradients()[&name].values;
        let got = length(gradient.iter().copied());
        let close = (got - norm).abs() <= GRADIENT_TOLERANCE * norm + 1e-6;
        assert!(close, "{name}: {got} for {norm}");
        if let Some(want) = Reference::find(&path, &format!("grad/{variable}")) {
            check_gradient(&name, gradient, &outputs_first(&want));
            n_whole += 1;
        }
    }
    assert!(n_whole > 0);
}

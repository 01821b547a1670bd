use thiserror::Error;
use thorax_engine::{HostTensor, NamedTensors};

use super::{ModelCard, ModelFault, ModelFile, Provenance};

/// Errors from averaging models.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum AverageError {
    #[error("expected at least two models, got {got}")]
    Few { got: usize },
    #[error("expected one weight above 0 for each of {n_models} models, got {got}")]
    Weights { n_models: usize, got: String },
    #[error(
        "the {what} of {second} differs from that of {first}: models that are averaged have one network"
    )]
    Differs {
        what: &'static str,
        first: String,
        second: String,
    },
    #[error(transparent)]
    Fault(#[from] ModelFault),
}

/// The weighted mean of models that started from one, as in federated averaging ("Communication-efficient learning of deep networks", 2017): tensor by tensor,
/// in `f64`, running statistics too. Weights are usually the numbers of training films.
///
/// Thresholds, calibration and what else was measured on films belongs to the models and not to their mean: the result
/// has none. Its provenance lists the models with their weights.
pub fn average_models(
    name: String,
    models: &[ModelFile],
    weights: &[f64],
) -> Result<ModelFile, AverageError> {
    let Some((first, others)) = models
        .split_first()
        .filter(|(_, others)| !others.is_empty())
    else {
        return Err(AverageError::Few { got: models.len() });
    };
    let sound = |weight: &f64| weight.is_finite() && *weight > 0.0;
    if weights.len() != models.len() || !weights.iter().all(sound) {
        let got: Vec<String> = weights.iter().map(ToString::to_string).collect();
        return Err(AverageError::Weights {
            n_models: models.len(),
            got: got.join(", "),
        });
    }
    for other in others {
        check_same(first, other)?;
    }
    let total: f64 = weights.iter().sum();
    let mean_of = |tensor: &str, values: &[f32]| -> Vec<f32> {
        let mut sums = vec![0.0; values.len()];
        for (model, weight) in models.iter().zip(weights) {
            let values = model
                .weights()
                .get(tensor)
                .map_or(&[][..], |found| &found.values);
            for (sum, &value) in sums.iter_mut().zip(values) {
                *sum += f64::from(value) * weight;
            }
        }
        sums.into_iter().map(|sum| (sum / total) as f32).collect()
    };
    let mut tensors = NamedTensors::new();
    for (tensor, known) in first.weights() {
        let mean = HostTensor {
            shape: known.shape.clone(),
            values: mean_of(tensor, &known.values),
        };
        tensors.insert(tensor.clone(), mean);
    }
    let card = first.card();
    let sites = models.iter().zip(weights).map(|(model, weight)| {
        let share = weight / total * 100.0;
        let data = model.card().provenance.data.as_deref();
        let data = data.map_or_else(String::new, |data| format!(", trained on {data}"));
        format!("{} ({share:.1} %{data})", model.identity())
    });
    let card = ModelCard {
        name,
        operating_points: card.labels.map(|_, _| None),
        calibration: card.labels.map(|_, _| None),
        validation_scores: card.labels.map(|_, _| None),
        tests: card.labels.map(|_, _| None),
        maps: card.labels.map(|_, _| None),
        class_frequencies: card.labels.map(|idx, _| {
            let of = |model: &ModelFile| *model.card().class_frequencies.get(idx)?;
            let known = models.iter().zip(weights);
            let sum: Option<f64> = known.map(|(model, weight)| Some(of(model)? * weight)).sum();
            sum.map(|sum| sum / total)
        }),
        provenance: Provenance {
            data: Some(format!(
                "mean of {} models: {}",
                models.len(),
                sites.collect::<Vec<_>>().join("; ")
            )),
            software: Some(concat!("Thorax ", env!("CARGO_PKG_VERSION")).to_owned()),
            training: Some("weighted mean of weights and running statistics".to_owned()),
            limits: card.provenance.limits.clone(),
            terms: card.provenance.terms.clone(),
            ..Provenance::default()
        },
        ..card.clone()
    };
    Ok(ModelFile::new(card, tensors)?)
}

fn check_same(first: &ModelFile, second: &ModelFile) -> Result<(), AverageError> {
    let (a, b) = (first.card(), second.card());
    let pairs = [
        ("network", a.architecture == b.architecture),
        ("list of findings", a.labels == b.labels),
        ("preprocessing", a.preprocessing == b.preprocessing),
    ];
    match pairs.into_iter().find(|(_, same)| !same) {
        None => Ok(()),
        Some((what, _)) => Err(AverageError::Differs {
            what,
            first: first.identity().to_string(),
            second: second.identity().to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Labels;
    use crate::imaging::{Interpolation, Preprocessing};
    use thorax_engine::NetworkSpec;

    /// A small model all of whose weights are `value`.
    fn model(name: &str, value: f32, labels: &[&str]) -> ModelFile {
        let architecture = NetworkSpec::new(11, 32, labels.len()).unwrap();
        let labels = Labels::new(labels.iter().map(ToString::to_string).collect()).unwrap();
        let preprocessing = Preprocessing::new(32, Interpolation::Area, 1.0 / 255.0).unwrap();
        let provenance = Provenance {
            data: Some(format!("{name}'s films")),
            ..Provenance::default()
        };
        let weights = architecture.tensors().into_iter().map(|(tensor, shape)| {
            let values = vec![value; shape.iter().product()];
            (tensor, HostTensor { shape, values })
        });
        let card = ModelCard::new(
            name.to_owned(),
            labels,
            architecture,
            preprocessing,
            provenance,
        );
        ModelFile::new(card.unwrap(), weights.collect()).unwrap()
    }

    #[test]
    fn a_mean_is_that_of_every_weight_and_lists_its_sites() {
        let sites = [model("a", 1.0, &["Mass"]), model("b", 3.0, &["Mass"])];
        let mean = average_models("both".to_owned(), &sites, &[3.0, 1.0]).unwrap();
        let values = mean.weights().values().flat_map(|tensor| &tensor.values);
        assert!(values.clone().all(|value| *value == 1.5));
        let data = mean.card().provenance.data.as_deref().unwrap();
        for said in ["75.0 %", "25.0 %", "a's films", "b's films"] {
            assert!(data.contains(said), "{data}");
        }
        // A model with itself is itself, whatever the weights.
        let same = [sites[0].clone(), sites[0].clone(), sites[0].clone()];
        let mean = average_models("same".to_owned(), &same, &[0.1, 0.7, 0.3]).unwrap();
        assert_eq!(mean.weights(), sites[0].weights());
    }

    #[test]
    fn models_that_do_not_fit_and_weights_that_are_none_are_refused() {
        let a = model("a", 1.0, &["Mass"]);
        let other = model("other", 1.0, &["Edema"]);
        let error = |models: &[ModelFile], weights: &[f64]| {
            let mean = average_models("mean".to_owned(), models, weights);
            mean.unwrap_err().to_string()
        };
        let both = [a.clone(), other];
        assert!(error(&both, &[1.0, 1.0]).contains("list of findings of other"));
        assert!(error(&both[..1], &[1.0]).contains("at least two"));
        for weights in [&[1.0][..], &[1.0, 0.0], &[1.0, -2.0], &[1.0, f64::NAN]] {
            assert!(error(&[a.clone(), a.clone()], weights).contains("weight above 0"));
        }
    }
}

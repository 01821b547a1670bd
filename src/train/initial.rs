use super::TrainError;
use crate::dataset::{SeededRandom, Stream};
use crate::domain::Labels;
use crate::model::ModelFile;
use thorax_engine::{HostTensor, NamedTensors, NetworkSpec};

/// Random initial weights, as in Keras' example.
///
/// Kernels and the dense layer: normal with variance `2 / fan_in` (He et al. 2015), truncated at two
/// deviations; norms: 1 and 0; biases: 0. The same for the same seed.
pub fn fresh_weights(architecture: &NetworkSpec, seed: u64) -> NamedTensors {
    let tensors = architecture.tensors().into_iter().enumerate();
    tensors
        .map(|(tensor_idx, (name, shape))| {
            let n_values: usize = shape.iter().product();
            let is_one =
                name.ends_with("running_var") || (name.contains("bn") && name.ends_with(".weight"));
            let values = if shape.len() > 1 {
                let fan_in: usize = shape.iter().skip(1).product();
                let mut random = Stream::InitialWeights { tensor_idx }.random(seed);
                // Cutting takes variance away; Keras divides by what is left of the deviation.
                let deviation = (2.0 / fan_in as f64).sqrt() / 0.879_625_661_034_239_8;
                let mut value = || cut_normal(&mut random) * deviation;
                (0..n_values).map(|_| value() as f32).collect()
            } else {
                vec![if is_one { 1.0 } else { 0.0 }; n_values]
            };
            (name, HostTensor { shape, values })
        })
        .collect()
}

/// A normal number within two deviations.
fn cut_normal(random: &mut SeededRandom) -> f64 {
    loop {
        let value = random.normal();
        if value.abs() <= 2.0 {
            return value;
        }
    }
}

/// Weights of a model as the beginning of another of the same depth, of any side and labels.
///
/// Where the side differs, a cell of the head's pooled map takes the weights of the cell that lies
/// at its place, divided so that a uniform map gives the same logit. Labels are matched by name;
/// new ones begin as in `fresh`.
pub fn weights_of_model(
    file: &ModelFile,
    labels: &Labels,
    architecture: &NetworkSpec,
    fresh: &NamedTensors,
) -> Result<NamedTensors, TrainError> {
    let from = &file.card().architecture;
    let n_from = from.n_cells();
    let n_to = architecture.feature_side() / NetworkSpec::POOL;
    let n_channels = NetworkSpec::N_FEATURES;
    let mut weights = NamedTensors::new();
    for (name, shape) in architecture.tensors() {
        let (Some(old), Some(new)) = (file.weights().get(&name), fresh.get(&name)) else {
            return Err(TrainError::Initial(format!("it has no {name}")));
        };
        let old = old.values.as_slice();
        let values = match name.as_str() {
            "head.dense.weight" => {
                let cells = Cells {
                    from_side: n_from,
                    to_side: n_to,
                    n_channels,
                };
                let width = n_to * n_to * n_channels;
                let rows = labels.iter().zip(new.values.chunks_exact(width.max(1)));
                rows.flat_map(|(label, new)| match row_of(file, label, old) {
                    Some(old) => cells.spread(old),
                    None => new.to_vec(),
                })
                .collect()
            }
            "head.dense.bias" => {
                let biases = labels.iter().zip(&new.values);
                biases
                    .map(|(label, &new)| {
                        row_of(file, label, old).map_or(new, |old| old.iter().sum())
                    })
                    .collect()
            }
            _ => old.to_vec(),
        };
        if values.len() != shape.iter().product::<usize>() {
            let reason = format!("expected the shape {shape:?} for {name}, got another");
            return Err(TrainError::Initial(reason));
        }
        weights.insert(name, HostTensor { shape, values });
    }
    Ok(weights)
}

/// The weights of one output.
fn row_of<'a>(file: &ModelFile, label: &str, values: &'a [f32]) -> Option<&'a [f32]> {
    let labels = &file.card().labels;
    let place = labels.position(label)?;
    let n_values = values.len() / labels.len();
    values.get(place * n_values..(place + 1) * n_values)
}

/// From the pooled cells of one side to those of another.
struct Cells {
    from_side: usize,
    to_side: usize,
    n_channels: usize,
}

impl Cells {
    fn spread(&self, old: &[f32]) -> Vec<f32> {
        let share = (self.from_side * self.from_side) as f32 / (self.to_side * self.to_side) as f32;
        let place = |cell: usize| cell * self.from_side / self.to_side;
        let cells = (0..self.to_side * self.to_side).flat_map(|cell| {
            let old_cell = place(cell / self.to_side) * self.from_side + place(cell % self.to_side);
            let first = old_cell * self.n_channels;
            old.get(first..first + self.n_channels).unwrap_or_default()
        });
        cells.map(|weight| weight * share).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::{Interpolation, Preprocessing};
    use crate::model::{ModelCard, Provenance};
    use thorax_engine::NetworkSpec;

    fn labels(names: &[&str]) -> Labels {
        Labels::new(names.iter().map(ToString::to_string).collect()).unwrap()
    }

    fn architecture(side: usize, n_outputs: usize) -> NetworkSpec {
        NetworkSpec::new(11, side, n_outputs).unwrap()
    }

    fn model(side: usize, names: &[&str]) -> ModelFile {
        let config = NetworkSpec::new(11, side, names.len()).unwrap();
        let preprocessing = Preprocessing::new(side, Interpolation::Area, 1.0 / 255.0).unwrap();
        let provenance = Provenance::default();
        let card = ModelCard::new("m".into(), labels(names), config, preprocessing, provenance);
        let weights = fresh_weights(&architecture(side, names.len()), 1);
        ModelFile::new(card.unwrap(), weights).unwrap()
    }

    #[test]
    fn kernels_have_the_variance_of_he_and_seeds_differ() {
        let architecture = architecture(32, 2);
        let weights = fresh_weights(&architecture, 1);
        let kernel = &weights["stage2.block0.conv2.weight"];
        let variance: f64 = kernel
            .values
            .iter()
            .map(|&w| f64::from(w).powi(2))
            .sum::<f64>()
            / kernel.values.len() as f64;
        let expected = 2.0 / (128.0 * 9.0);
        assert!(
            (variance / expected - 1.0).abs() < 0.02,
            "{variance} {expected}"
        );
        assert_eq!(weights, fresh_weights(&architecture, 1));
        assert_ne!(weights, fresh_weights(&architecture, 2));
        assert!(architecture.check(&weights).is_ok());
    }

    #[test]
    fn the_same_side_and_labels_take_every_weight_as_it_is() {
        let file = model(32, &["a", "b"]);
        let architecture = architecture(32, 2);
        let fresh = fresh_weights(&architecture, 2);
        let weights = weights_of_model(&file, &labels(&["a", "b"]), &architecture, &fresh).unwrap();
        for (name, tensor) in &weights {
            assert_eq!(tensor, &file.weights()[name], "{name}");
        }
    }

    #[test]
    fn a_larger_side_gives_a_uniform_map_the_same_logit() {
        let file = model(32, &["a"]);
        let architecture = architecture(64, 1);
        let fresh = fresh_weights(&architecture, 2);
        let weights = weights_of_model(&file, &labels(&["a"]), &architecture, &fresh).unwrap();
        let sum = |values: &[f32]| values.iter().map(|&w| f64::from(w)).sum::<f64>();
        let (old, new) = (
            &file.weights()["head.dense.weight"],
            &weights["head.dense.weight"],
        );
        assert_eq!(new.values.len(), 4 * old.values.len());
        assert!((sum(&old.values) - sum(&new.values)).abs() < 1e-4);
    }

    #[test]
    fn labels_are_matched_by_name_and_new_ones_begin_fresh() {
        let file = model(32, &["a", "b"]);
        let architecture = architecture(32, 2);
        let fresh = fresh_weights(&architecture, 2);
        let weights =
            weights_of_model(&file, &labels(&["new", "a"]), &architecture, &fresh).unwrap();
        let dense = &weights["head.dense.weight"].values;
        assert_eq!(dense[..256], fresh["head.dense.weight"].values[..256]);
        assert_eq!(
            dense[256..],
            file.weights()["head.dense.weight"].values[..256]
        );
    }

    #[test]
    fn another_depth_is_refused() {
        let architecture = NetworkSpec::new(20, 32, 1).unwrap();
        let fresh = fresh_weights(&architecture, 2);
        let error = weights_of_model(&model(32, &["a"]), &labels(&["a"]), &architecture, &fresh);
        assert!(matches!(error, Err(TrainError::Initial(_))));
    }
}

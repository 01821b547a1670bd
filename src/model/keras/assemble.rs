use std::collections::BTreeMap;

use super::layers::{KerasTensor, Layer, Layers};
use super::{KerasFault, KerasImport};
use crate::domain::Labels;
use crate::imaging::Preprocessing;
use crate::model::ModelCard;
use crate::model::model_file::ModelFile;
use thorax_engine::{HostTensor, NetworkSpec};

/// Gives Keras' layers their names and axes here.
pub fn assemble(layers: &Layers, import: KerasImport) -> Result<ModelFile, KerasFault> {
    let config = config_of(layers)?;
    let shapes: BTreeMap<_, _> = config.tensors().into_iter().collect();
    let mut weights = BTreeMap::new();
    let shape_of = |name: &str| shapes.get(name).cloned().unwrap_or_default();
    for (name, layer) in convolution_names(&config).iter().zip(&layers.convolutions) {
        let weight = format!("{name}.weight");
        if let [n_out, n_in, height, width] = *shape_of(&weight) {
            let kernel = layer.tensor("kernel", &[height, width, n_in, n_out])?;
            weights.insert(weight, output_first(kernel, n_out));
            let bias = layer.tensor("bias", &[n_out])?;
            weights.insert(format!("{name}.bias"), bias.values.clone());
        }
    }
    for (name, layer) in batch_norm_names(&config).iter().zip(&layers.batch_norms) {
        for (ours, keras) in [
            ("weight", "gamma"),
            ("bias", "beta"),
            ("running_mean", "moving_mean"),
            ("running_var", "moving_variance"),
        ] {
            let ours = format!("{name}.{ours}");
            let tensor = layer.tensor(keras, &shape_of(&ours))?;
            weights.insert(ours, tensor.values.clone());
        }
    }
    if let Some(dense) = layers.dense.first() {
        let n_inputs = config.n_pooled();
        let kernel = dense.tensor("kernel", &[n_inputs, config.n_outputs()])?;
        let kernel = output_first(kernel, config.n_outputs());
        weights.insert("head.dense.weight".to_owned(), kernel);
        let bias = dense.tensor("bias", &[config.n_outputs()])?;
        weights.insert("head.dense.bias".to_owned(), bias.values.clone());
    }
    let weights = weights.into_iter().map(|(name, values)| {
        let shape = shape_of(&name);
        (name, HostTensor { shape, values })
    });
    Ok(ModelFile::new(card(&config, import)?, weights.collect())?)
}

fn config_of(layers: &Layers) -> Result<NetworkSpec, KerasFault> {
    let n_convolutions = layers.convolutions.len();
    let n_batch_norms = layers.batch_norms.len();
    let n_dense = layers.dense.len();
    let no_resnet = KerasFault::Architecture {
        n_convolutions,
        n_batch_norms,
        n_dense,
    };
    let n_blocks = match n_convolutions.checked_sub(4) {
        Some(rest) if rest >= 9 && rest.is_multiple_of(9) => rest / 9,
        _ => return Err(no_resnet),
    };
    let [dense] = layers.dense.as_slice() else {
        return Err(no_resnet);
    };
    if n_batch_norms != 9 * n_blocks + 1 {
        return Err(no_resnet);
    }
    let (n_inputs, n_outputs) = dense_shape(dense);
    let n_cells = (n_inputs / NetworkSpec::N_FEATURES).isqrt();
    if n_cells.pow(2) * NetworkSpec::N_FEATURES != n_inputs {
        return Err(KerasFault::Head { n_inputs });
    }
    // Two strides of 2 and the pooling are between a cell and the input.
    let side = n_cells * NetworkSpec::POOL * 4;
    Ok(NetworkSpec::new(9 * n_blocks + 2, side, n_outputs)?)
}

fn dense_shape(dense: &Layer) -> (usize, usize) {
    match dense.shape("kernel") {
        Some(&[n_inputs, n_outputs]) => (n_inputs, n_outputs),
        _ => (0, 0),
    }
}

fn card(config: &NetworkSpec, import: KerasImport) -> Result<ModelCard, KerasFault> {
    let n_outputs = config.n_outputs();
    let labels = match (import.labels, n_outputs) {
        (Some(labels), _) => labels,
        (None, 14) => Labels::nih_14(),
        (None, 15) => Labels::nih_15(),
        (None, _) => return Err(KerasFault::NoLabels { n_outputs }),
    };
    let n_labels = labels.len();
    let preprocessing = Preprocessing::new(config.side(), import.interpolation, 1.0 / 255.0)?;
    let card = ModelCard::new(
        import.name,
        labels,
        *config,
        preprocessing,
        import.provenance,
    );
    card.ok_or(KerasFault::LabelCount {
        n_labels,
        n_outputs,
    })
}

/// Convolutions in the order in which Keras' example makes them: the shortcut last in its block.
fn convolution_names(config: &NetworkSpec) -> Vec<String> {
    let mut names = vec!["stem.conv".to_owned()];
    for (stage_idx, block_idx) in places(config) {
        let parts = ["conv1", "conv2", "conv3", "shortcut"];
        let n_parts = if block_idx == 0 { 4 } else { 3 };
        let names_here = parts.iter().take(n_parts);
        names.extend(names_here.map(|part| format!("stage{stage_idx}.block{block_idx}.{part}")));
    }
    names
}

/// Batch norms in the order in which Keras' example makes them.
fn batch_norm_names(config: &NetworkSpec) -> Vec<String> {
    let mut names = vec!["stem.bn".to_owned()];
    for (stage_idx, block_idx) in places(config) {
        let parts = ["bn1", "bn2", "bn3"].into_iter();
        let n_missing = usize::from((stage_idx, block_idx) == (0, 0));
        let names_here = parts.skip(n_missing);
        names.extend(names_here.map(|part| format!("stage{stage_idx}.block{block_idx}.{part}")));
    }
    names.push("head.bn".to_owned());
    names
}

fn places(config: &NetworkSpec) -> impl Iterator<Item = (usize, usize)> {
    let n_blocks = config.n_blocks();
    let stages = 0..NetworkSpec::STAGES.len();
    stages.flat_map(move |stage_idx| (0..n_blocks).map(move |block_idx| (stage_idx, block_idx)))
}

/// Moves the last axis, Keras' output channels, to the front, and the one before it after that:
/// (h, w, in, out) to (out, in, h, w), and (in, out) to (out, in).
fn output_first(tensor: &KerasTensor, n_out: usize) -> Vec<f32> {
    let n_in = match *tensor.shape.as_slice() {
        [_, _, n_in, _] => n_in,
        _ => tensor.values.len() / n_out.max(1),
    };
    let rows: Vec<&[f32]> = tensor.values.chunks_exact(n_out.max(1)).collect();
    let n_places = rows.len() / n_in.max(1);
    let mut moved = Vec::with_capacity(tensor.values.len());
    for out in 0..n_out {
        for channel in 0..n_in {
            let places = (0..n_places).filter_map(|place| rows.get(place * n_in + channel));
            moved.extend(places.filter_map(|row| row.get(out)));
        }
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_names_as_layers() {
        let config = NetworkSpec::new(56, 128, 14).unwrap();
        assert_eq!(convolution_names(&config).len(), 58);
        assert_eq!(batch_norm_names(&config).len(), 55);
    }

    #[test]
    fn kernels_are_turned_output_first() {
        // (h, w, in, out) = (1, 2, 2, 3), each value telling its place.
        let values = (0..12).map(|n| n as f32).collect();
        let shape = vec![1, 2, 2, 3];
        let turned = output_first(&KerasTensor { shape, values }, 3);
        let expected = [0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11];
        assert_eq!(turned, expected.map(|n: u8| f32::from(n)));
    }

    #[test]
    fn dense_rows_are_turned_output_first() {
        let values = vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
        let shape = vec![3, 2];
        let turned = output_first(&KerasTensor { shape, values }, 2);
        assert_eq!(turned, [0.0, 2.0, 4.0, 1.0, 3.0, 5.0]);
    }
}

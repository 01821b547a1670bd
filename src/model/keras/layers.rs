use hdf5_reader::group::Group;
use hdf5_reader::{Dataset, Hdf5File, OpenOptions};

use super::KerasFault;

/// Far above what one tensor of the deepest network takes, far below what hurts.
const MAX_TENSOR_BYTES: usize = 64 << 20;
const MAX_HEADER_BYTES: usize = 4 << 20;

/// The layers with weights, each kind in the order of their making.
pub struct Layers {
    pub convolutions: Vec<Layer>,
    pub batch_norms: Vec<Layer>,
    pub dense: Vec<Layer>,
}

/// One layer: tensors by Keras' short names, as in `kernel`, with Keras' axes.
pub struct Layer {
    pub name: String,
    number: u64,
    tensors: Vec<(String, KerasTensor)>,
}

/// Numbers row by row.
pub struct KerasTensor {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

impl Layer {
    /// A tensor, if it has exactly this shape.
    pub fn tensor(&self, name: &str, expected: &[usize]) -> Result<&KerasTensor, KerasFault> {
        let found = self.tensors.iter().find(|(short, _)| short == name);
        match found {
            Some((_, tensor)) if tensor.shape == expected => Ok(tensor),
            other => Err(KerasFault::Shape {
                tensor: format!("{}/{name}", self.name),
                expected: expected.to_owned(),
                got: other.map_or_else(Vec::new, |(_, tensor)| tensor.shape.clone()),
            }),
        }
    }

    /// The shape of a tensor that is there.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        let found = self.tensors.iter().find(|(short, _)| short == name);
        found.map(|(_, tensor)| tensor.shape.as_slice())
    }
}

pub fn read_layers(bytes: Vec<u8>) -> Result<Layers, KerasFault> {
    let options = OpenOptions::default()
        .with_max_read_bytes(MAX_TENSOR_BYTES)
        .with_max_chunk_bytes(MAX_TENSOR_BYTES)
        .with_max_object_header_bytes(MAX_HEADER_BYTES);
    let file = Hdf5File::from_vec_with_options(bytes, options)?;
    let top = weights_group(&file)?;
    let mut layers = Layers {
        convolutions: Vec::new(),
        batch_norms: Vec::new(),
        dense: Vec::new(),
    };
    for name in strings(&top, "layer_names")? {
        let group = top.group(&name)?;
        let tensor_names = strings(&group, "weight_names")?;
        if !tensor_names.is_empty() {
            sort_in(&mut layers, &group, name, &tensor_names)?;
        }
    }
    for kind in [
        &mut layers.convolutions,
        &mut layers.batch_norms,
        &mut layers.dense,
    ] {
        kind.sort_by_key(|layer| layer.number);
    }
    Ok(layers)
}

/// Where the layers are: at the top, or below `model_weights` in a whole model.
fn weights_group(file: &Hdf5File) -> Result<Group, KerasFault> {
    let root = file.root_group()?;
    if has_layers(&root)? {
        return Ok(root);
    }
    let (groups, _) = root.member_names()?;
    if groups.iter().any(|name| name == "model_weights") {
        let below = root.group("model_weights")?;
        if has_layers(&below)? {
            return Ok(below);
        }
    }
    let keras3 = groups
        .iter()
        .any(|name| name == "layers" || name == "_layer_checkpoint_dependencies");
    Err(if keras3 {
        KerasFault::Keras3
    } else {
        KerasFault::NoLayers
    })
}

fn has_layers(group: &Group) -> Result<bool, KerasFault> {
    let attributes = group.attributes()?;
    Ok(attributes.iter().any(|a| a.name == "layer_names"))
}

/// An attribute's strings. An empty one may be of any type: Keras writes it as numbers.
fn strings(group: &Group, name: &str) -> Result<Vec<String>, KerasFault> {
    let attribute = group.attribute(name)?;
    if attribute.num_elements()? == 0 {
        return Ok(vec![]);
    }
    if attribute.decoded_strings.is_some() {
        return Ok(attribute.read_strings()?);
    }
    let data = group.file_data()?;
    Ok(attribute.read_vlen_strings(&data, group.offset_size())?)
}

fn sort_in(
    layers: &mut Layers,
    group: &Group,
    name: String,
    tensor_names: &[String],
) -> Result<(), KerasFault> {
    let mut tensors = Vec::new();
    for tensor_name in tensor_names {
        let short = tensor_name.rsplit('/').next().unwrap_or_default();
        let short = short.split(':').next().unwrap_or_default();
        tensors.push((
            short.to_owned(),
            read_tensor(&dataset(group, tensor_name)?)?,
        ));
    }
    let shorts: Vec<&str> = tensors.iter().map(|(short, _)| short.as_str()).collect();
    let n_axes = tensors.first().map_or(0, |(_, tensor)| tensor.shape.len());
    let (kind, list) = match (shorts.as_slice(), n_axes) {
        (["kernel", "bias"], 4) => ("conv2d", &mut layers.convolutions),
        (["gamma", "beta", "moving_mean", "moving_variance"], 1) => {
            ("batch_normalization", &mut layers.batch_norms)
        }
        (["kernel", "bias"], 2) => ("dense", &mut layers.dense),
        _ => {
            let weights = tensor_names.to_vec();
            return Err(KerasFault::UnknownLayer {
                layer: name,
                weights,
            });
        }
    };
    let number = match number(&name, kind) {
        Some(number) => number,
        // The only one of its kind needs no number, so it may be called anything.
        None if kind == "dense" => 0,
        None => return Err(KerasFault::Unordered { layer: name, kind }),
    };
    list.push(Layer {
        name,
        number,
        tensors,
    });
    Ok(())
}

/// 0 for `conv2d`, 7 for `conv2d_7`.
fn number(name: &str, kind: &str) -> Option<u64> {
    match name.strip_prefix(kind)? {
        "" => Some(0),
        rest => rest.strip_prefix('_')?.parse().ok(),
    }
}

fn dataset(group: &Group, path: &str) -> Result<Dataset, KerasFault> {
    match path.rsplit_once('/') {
        None => Ok(group.dataset(path)?),
        Some((folders, name)) => {
            let mut group = group.clone();
            for folder in folders.split('/') {
                group = group.group(folder)?;
            }
            Ok(group.dataset(name)?)
        }
    }
}

fn read_tensor(dataset: &Dataset) -> Result<KerasTensor, KerasFault> {
    let shape: Vec<usize> = dataset
        .shape()
        .iter()
        .map(|&n| usize::try_from(n).unwrap_or(usize::MAX))
        .collect();
    // The reader refuses what is larger than `MAX_TENSOR_BYTES` before it takes memory.
    let values = dataset.read_array::<f32>()?;
    Ok(KerasTensor {
        shape,
        values: values.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_off_names() {
        assert_eq!(number("conv2d", "conv2d"), Some(0));
        assert_eq!(number("conv2d_112", "conv2d"), Some(112));
        assert_eq!(number("conv2d_1_1", "conv2d"), None);
        assert_eq!(number("my_conv", "conv2d"), None);
    }
}

use std::collections::BTreeSet;

use hdf5_reader::group::Group;
use hdf5_reader::messages::attribute::AttributeMessage;
use hdf5_reader::messages::datatype::{Datatype, StringSize};
use hdf5_reader::{Dataset, Hdf5File, OpenOptions};

use super::KerasFault;

/// Far above what one tensor of the deepest network takes, far below what hurts.
const MAX_TENSOR_BYTES: usize = 64 << 20;
/// Of all tensors of a file: the deepest network allowed has 30 million weights of up to 8 bytes.
const MAX_FILE_BYTES: usize = 256 << 20;
const MAX_HEADER_BYTES: usize = 4 << 20;
/// Names of layers, and of a layer's tensors.
const MAX_NAMES: usize = 10_000;
const MAX_NAME_BYTES: usize = 1024;

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

/// What was read of a file so far.
#[derive(Default)]
struct Read {
    /// Addresses of groups.
    groups: BTreeSet<u64>,
    n_bytes: usize,
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
    let mut read = Read::default();
    for name in strings(&top, "layer_names")? {
        let group = top.group(&name)?;
        let tensor_names = strings(&group, "weight_names")?;
        if tensor_names.is_empty() {
            continue;
        }
        // Links may lead to one group by many names.
        if !read.groups.insert(group.address()) {
            return Err(KerasFault::Repeated { layer: name });
        }
        sort_in(&mut layers, &group, name, &tensor_names, &mut read)?;
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
    Ok(attribute(group, "layer_names")?.is_some())
}

/// An attribute as it is stored: its strings are not looked up yet, which a few bytes may make many.
fn attribute(group: &Group, name: &str) -> Result<Option<AttributeMessage>, KerasFault> {
    let attributes = group.raw_attributes()?.into_iter();
    let mut messages = attributes.map(|attribute| attribute.into_parts().0);
    Ok(messages.find(|message| message.name == name))
}

/// An attribute's strings. An empty one may be of any type: Keras writes it as numbers.
fn strings(group: &Group, name: &'static str) -> Result<Vec<String>, KerasFault> {
    let message = attribute(group, name)?.ok_or(KerasFault::NoNames { name })?;
    let n_names = message.dataspace.num_elements().unwrap_or(u64::MAX);
    let n_names = usize::try_from(n_names).unwrap_or(usize::MAX);
    if n_names == 0 {
        return Ok(Vec::new());
    }
    let reference = 4 + usize::from(group.offset_size()) + 4;
    let (n_bytes, is_fixed) = match &message.datatype {
        Datatype::String {
            size: StringSize::Fixed(n_bytes),
            ..
        } => (*n_bytes as usize, true),
        Datatype::String { .. } | Datatype::VarLen { .. } => (reference, false),
        _ => return Err(KerasFault::NoNames { name }),
    };
    if n_names > MAX_NAMES || n_bytes == 0 || n_bytes > MAX_NAME_BYTES {
        return Err(KerasFault::Names { name, n_names });
    }
    let stored = message.raw_data.chunks_exact(n_bytes).take(n_names);
    stored
        .map(|stored| {
            if is_fixed {
                return Ok(text_of(stored));
            }
            let (n_bytes, _) = stored.split_first_chunk().unwrap_or((&[0; 4], &[]));
            if u32::from_le_bytes(*n_bytes) as usize > MAX_NAME_BYTES {
                return Err(KerasFault::Names { name, n_names });
            }
            Ok(text_of(&group.resolve_vlen_reference_bytes(stored, 1)?))
        })
        .collect()
}

/// Text that zeros or spaces may follow.
fn text_of(bytes: &[u8]) -> String {
    let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).trim_end().to_owned()
}

fn sort_in(
    layers: &mut Layers,
    group: &Group,
    name: String,
    tensor_names: &[String],
    read: &mut Read,
) -> Result<(), KerasFault> {
    let mut tensors = Vec::new();
    for tensor_name in tensor_names {
        let short = tensor_name.rsplit('/').next().unwrap_or_default();
        let short = short.split(':').next().unwrap_or_default();
        tensors.push((
            short.to_owned(),
            read_tensor(&dataset(group, tensor_name)?, read)?,
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

fn read_tensor(dataset: &Dataset, read: &mut Read) -> Result<KerasTensor, KerasFault> {
    let shape: Vec<usize> = dataset
        .shape()
        .iter()
        .map(|&n| usize::try_from(n).unwrap_or(usize::MAX))
        .collect();
    // The reader refuses what is larger than `MAX_TENSOR_BYTES` before it takes memory.
    read.n_bytes = read.n_bytes.saturating_add(dataset.raw_byte_len()?);
    if read.n_bytes > MAX_FILE_BYTES {
        return Err(KerasFault::TooLarge);
    }
    let values = match dataset.dtype() {
        Datatype::FloatingPoint { size: 2, .. } => {
            let bytes = dataset.read_native_bytes()?;
            let (halves, _) = bytes.as_chunks::<2>();
            let halves = halves.iter().copied().map(u16::from_ne_bytes);
            halves.map(f32_of_half).collect()
        }
        // The network computes in 32 bits.
        Datatype::FloatingPoint { size: 8, .. } => {
            let values = dataset.read_array::<f64>()?;
            values.into_iter().map(|value| value as f32).collect()
        }
        _ => dataset.read_array::<f32>()?.into_iter().collect(),
    };
    Ok(KerasTensor { shape, values })
}

/// The value of an IEEE 754 number of 16 bits, which 32 bits hold exactly.
fn f32_of_half(half: u16) -> f32 {
    let sign = if half & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(half >> 10 & 0x1f), f32::from(half & 0x3ff));
    let size = match exponent {
        0 => fraction * 2f32.powi(-24),
        31 if fraction > 0.0 => f32::NAN,
        31 => f32::INFINITY,
        _ => (1024.0 + fraction) * 2f32.powi(exponent - 25),
    };
    sign * size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_keep_their_value() {
        // By IEEE 754: 1, -2, the largest, the least normal and the least subnormal one.
        let halves = [0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x0000];
        let expected = [1.0, -2.0, 65504.0, 6.103_515_6e-5, 5.960_464_5e-8, 0.0];
        assert_eq!(halves.map(f32_of_half), expected);
        assert!(f32_of_half(0x7e00).is_nan() && f32_of_half(0xfc00) == f32::NEG_INFINITY);
    }

    #[test]
    fn numbers_are_read_off_names() {
        assert_eq!(number("conv2d", "conv2d"), Some(0));
        assert_eq!(number("conv2d_112", "conv2d"), Some(112));
        assert_eq!(number("conv2d_1_1", "conv2d"), None);
        assert_eq!(number("my_conv", "conv2d"), None);
    }
}

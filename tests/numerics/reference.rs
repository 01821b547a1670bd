//! Reference vectors, the files that they were made from, and how they are compared.

use std::path::{Path, PathBuf};
use std::{env, fs};

use safetensors::SafeTensors;
use thorax::imaging::{Interpolation, ModelInput};
use thorax::model::{Classifier, ComputeDevice, KerasImport, import_keras};

/// A tensor of reference values.
pub struct Reference {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

impl Reference {
    /// Reads one tensor of a safetensors file.
    pub fn read(path: &Path, name: &str) -> Self {
        Self::find(path, name).unwrap_or_else(|| panic!("no {name} in {}", path.display()))
    }

    /// The same; `None` where the file has no such tensor.
    pub fn find(path: &Path, name: &str) -> Option<Self> {
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{error}: {}", path.display()));
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let view = file.tensor(name).ok()?;
        let values = view.data().as_chunks::<4>().0.iter().copied();
        Some(Self {
            shape: view.shape().to_vec(),
            values: values.map(f32::from_le_bytes).collect(),
        })
    }

    /// What Keras made of the films.
    pub fn expected(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        Self::read(
            &folder.join("tests/reference/keras/expected.safetensors"),
            name,
        )
    }

    /// The values of entry `idx` along the first axis.
    pub fn item(&self, idx: usize) -> &[f32] {
        let len = self.values.len() / self.shape[0];
        &self.values[idx * len..][..len]
    }
}

/// A file beside the folder of `CXR_DATA`; `None`, said aloud, where that is unset.
pub fn shared_file(path: &str) -> Option<PathBuf> {
    let Some(folder) = env::var_os("CXR_DATA") else {
        println!("skipped: needs {path} beside the folder that CXR_DATA names");
        return None;
    };
    let path = PathBuf::from(folder).join("..").join(path);
    assert!(
        path.exists(),
        "CXR_DATA is set, missing: {}",
        path.display()
    );
    Some(path)
}

/// Keras' network with the weights that the reference values were made with.
pub fn keras_classifier() -> Option<Classifier> {
    let path = shared_file("reference/keras/weights.h5")?;
    let import = KerasImport {
        interpolation: Interpolation::Bilinear,
        ..KerasImport::of_notebook(&path)
    };
    let model = import_keras(&path, import).unwrap();
    Some(Classifier::new(&model, None, &ComputeDevice::cpu()).unwrap())
}

/// The six films as Keras was fed them: `input_nearest` or `input_bilinear`.
pub fn inputs(name: &str) -> Option<Vec<ModelInput>> {
    let path = shared_file("reference/keras/reference.safetensors")?;
    let films = Reference::read(&path, name);
    let input = |idx| ModelInput {
        side: films.shape[1],
        values: films.item(idx).to_vec(),
    };
    Some((0..films.shape[0]).map(input).collect())
}

/// Fails with the worst place when any value is further than `tolerance` from the expected one.
pub fn check_close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) -> f32 {
    assert_eq!(found.len(), expected.len(), "{what}: number of values");
    let distance = |idx: &usize| (found[*idx] - expected[*idx]).abs();
    assert!(
        found.iter().all(|value| value.is_finite()),
        "{what}: not finite"
    );
    let worst = (0..found.len())
        .max_by(|a, b| distance(a).total_cmp(&distance(b)))
        .unwrap();
    let off = distance(&worst);
    assert!(
        off <= tolerance,
        "{what}: value {worst} of {}: {} instead of {}, off by {off:e}, more than {tolerance:e}",
        found.len(),
        found[worst],
        expected[worst],
    );
    off
}

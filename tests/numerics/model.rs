use std::fs;
use std::path::Path;

use candle_core::{Device, Tensor};
use thorax::dataset::DataSet;
use thorax::domain::{Labels, sigmoid};
use thorax::imaging::{GrayPicture, Interpolation, ModelInput, Preprocessing, read_film};
use thorax::metrics::roc_auc;
use thorax::model::{
    Classifier, ComputeDevice, KerasImport, ModelCard, ModelFile, ModelSource, Provenance,
    ResNetV2, import_keras,
};
use thorax_engine::{HostTensor, NetworkSpec};

use crate::films;
use crate::reference::{Reference, check_close, inputs, keras_classifier, shared_file};

/// Both sum thousands of f32 products in their own order through 56 layers; scores are below 1.
const SCORE_TOLERANCE: f32 = 1e-4;
/// The same, relative to the largest mean of the film.
const FEATURE_TOLERANCE: f32 = 1e-3;
/// Batch statistics come on top: 55 divisions by a spread estimated from six films.
const TRAIN_SCORE_TOLERANCE: f32 = 1e-3;

fn scores_agree(input_name: &str, expected_name: &str) {
    let (Some(classifier), Some(inputs)) = (keras_classifier(), inputs(input_name)) else {
        return;
    };
    let expected = Reference::expected(expected_name);
    let mut worst = 0.0_f32;
    for (idx, input) in inputs.iter().enumerate() {
        let reading = classifier.score_input(input.clone()).unwrap();
        let scores: Vec<_> = reading
            .scores
            .values()
            .iter()
            .map(|score| score.get())
            .collect();
        let what = format!("{expected_name}, film {idx}");
        worst = worst.max(check_close(
            &what,
            &scores,
            expected.item(idx),
            SCORE_TOLERANCE,
        ));
    }
    println!("{expected_name}: worst {worst:e}");
}

#[test]
fn scores_are_keras_scores_for_nearest_inputs() {
    scores_agree("input_nearest", "scores_nearest");
}

#[test]
fn scores_are_keras_scores_for_bilinear_inputs() {
    scores_agree("input_bilinear", "scores_bilinear");
}

#[test]
fn the_last_activation_has_keras_means() {
    let (Some(classifier), Some(inputs)) = (keras_classifier(), inputs("input_bilinear")) else {
        return;
    };
    let expected = Reference::expected("features_mean");
    for (idx, input) in inputs.iter().enumerate() {
        let features = classifier.score_input(input.clone()).unwrap().features;
        let n_positions = features.side.pow(2);
        let mut means = vec![0.0_f64; features.n_channels];
        for position in features.values.chunks_exact(features.n_channels) {
            for (mean, &value) in means.iter_mut().zip(position) {
                *mean += f64::from(value) / n_positions as f64;
            }
        }
        let means: Vec<_> = means.into_iter().map(|mean| mean as f32).collect();
        let scale = expected
            .item(idx)
            .iter()
            .fold(0.0_f32, |max, value| max.max(*value));
        let what = format!("features_mean, film {idx}");
        let off = check_close(&what, &means, expected.item(idx), FEATURE_TOLERANCE * scale);
        println!("{what}: worst {:e} of the largest", off / scale);
    }
}

#[test]
fn in_training_mode_the_batch_is_its_own_yardstick() {
    let Some(path) = shared_file("reference/keras/weights.h5") else {
        return;
    };
    let inputs = inputs("input_bilinear").unwrap();
    let model = import_keras(&path, KerasImport::of_notebook(&path)).unwrap();
    let config = &model.card().architecture;
    let network = ResNetV2::from_weights(config, model.weights(), &Device::Cpu).unwrap();
    let values = inputs.iter().flat_map(|input| input.values.clone());
    let shape = (6, 1, 128, 128);
    let xs = Tensor::from_vec(values.collect::<Vec<f32>>(), shape, &Device::Cpu).unwrap();
    let logits = network.forward_t(&xs, true).unwrap();
    let logits = logits.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let scores: Vec<_> = logits.into_iter().map(sigmoid).collect();
    let expected = Reference::expected("train_scores");
    let off = check_close(
        "train_scores",
        &scores,
        &expected.values,
        TRAIN_SCORE_TOLERANCE,
    );
    println!("train_scores: worst {off:e}");
}

/// Of the labels with at least 10 positive test films, as `docs/model-card.md` has it.
const MACRO_AUC_OF_DEFAULT_MODEL: f64 = 0.765;
/// The card rounds to three digits.
const CARD_TOLERANCE: f64 = 0.001;

#[test]
fn the_default_model_is_as_good_as_its_card_says() {
    let Some(data) = films::folder("the default model on the test films") else {
        return;
    };
    let nih = data.join("nih");
    let data = DataSet::open(&nih, None).unwrap();
    let listed = fs::read_to_string(nih.join("test_list.txt")).unwrap();
    let listed: Vec<&str> = listed.lines().map(str::trim).collect();
    let device = ComputeDevice::cpu();
    let classifier = Classifier::open(&ModelSource::Default, &device).unwrap();
    let labels = &classifier.card().labels;
    let rows: Vec<_> = data
        .table
        .rows
        .iter()
        .filter(|row| listed.contains(&row.image.as_str()))
        .collect();
    let scores: Vec<_> = rows
        .iter()
        .map(|row| {
            let film = read_film(row.path.as_ref().unwrap()).unwrap();
            classifier
                .score(&GrayPicture::of_film(&film))
                .unwrap()
                .scores
        })
        .collect();
    let mut areas = Vec::new();
    for (finding_idx, label) in labels.iter().enumerate() {
        let place = data.table.labels.position(label).unwrap();
        let positives: Vec<bool> = rows
            .iter()
            .map(|row| row.findings.contains(place))
            .collect();
        let scores = scores.iter().map(|scores| scores.values()[finding_idx]);
        let scores: Vec<f64> = scores.map(|score| f64::from(score.get())).collect();
        if positives.iter().filter(|&&positive| positive).count() >= 10 {
            areas.push(roc_auc(&scores, &positives).unwrap());
        }
    }
    let mean = areas.iter().sum::<f64>() / areas.len() as f64;
    assert_eq!((rows.len(), areas.len()), (356, 10));
    let off = (mean - MACRO_AUC_OF_DEFAULT_MODEL).abs();
    assert!(off < CARD_TOLERANCE, "{mean}");
}

fn keras_layout(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/keras_layouts");
    fs::read(folder.join(name)).unwrap()
}

fn import(bytes: &[u8], labels: Option<Labels>) -> Result<ModelFile, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.h5");
    fs::write(&path, bytes).unwrap();
    let import = KerasImport {
        labels,
        ..KerasImport::of_notebook(&path)
    };
    import_keras(&path, import).map_err(|error| error.to_string())
}

#[test]
fn weights_of_16_and_64_bits_are_those_of_32() {
    let expected = import(&keras_layout("fixed_strings.h5"), None).unwrap();
    for file in ["halves.h5", "doubles.h5"] {
        let model = import(&keras_layout(file), None).unwrap();
        assert!(model.weights() == expected.weights(), "{file}");
    }
}

#[test]
fn files_that_stand_for_far_more_than_a_network_are_refused() {
    for (file, reason) in [
        ("hard_links.h5", "another layer by another name"),
        ("much_of_nothing.h5", "more than 256 MB"),
        ("long_names.h5", "weight_names"),
    ] {
        let error = import(&keras_layout(file), None).unwrap_err();
        assert!(error.contains(reason), "{file}: {error}");
    }
}

/// Each tensor of these files holds 10 times the number in its layer's name, plus its place.
#[test]
fn every_layout_of_keras_puts_each_tensor_in_its_place() {
    for file in ["fixed_strings.h5", "whole_model.h5"] {
        let model = import(&keras_layout(file), None).unwrap();
        let network = model.card().architecture;
        assert_eq!(
            (network.depth(), network.side(), network.n_outputs()),
            (11, 32, 14)
        );
        assert_eq!(model.card().labels, Labels::nih_14());
        for (name, number, place) in [
            ("stem.conv.weight", 112, 0),
            ("stem.conv.bias", 112, 1),
            ("stem.bn.running_var", 112, 3),
            ("stage0.block0.conv3.weight", 115, 0),
            ("stage0.block0.shortcut.weight", 116, 0),
            ("stage0.block0.bn2.weight", 113, 0),
            ("stage1.block0.bn1.running_mean", 115, 2),
            ("stage2.block0.conv1.weight", 121, 0),
            ("stage2.block0.shortcut.bias", 124, 1),
            ("head.bn.bias", 121, 1),
            ("head.dense.weight", 7, 0),
        ] {
            let values = &model.weights().get(name).unwrap().values;
            let expected = (10 * number + place) as f32;
            assert!(
                values.iter().all(|value| *value == expected),
                "{file}, {name}: {}",
                values[0]
            );
        }
    }
}

#[test]
fn other_hdf5_files_are_called_what_they_are() {
    for (file, expected) in [
        ("keras3.weights.h5", "layout of Keras 3"),
        ("foreign.h5", "got an HDF5 file without layer_names"),
    ] {
        let error = import(&keras_layout(file), None).unwrap_err();
        assert!(error.contains(expected), "{file}: {error}");
    }
    let three = ["a", "b", "c"].map(str::to_owned).to_vec();
    let labels = Labels::new(three).unwrap();
    let error = import(&keras_layout("fixed_strings.h5"), Some(labels)).unwrap_err();
    assert!(
        error.contains("expected 14 labels for as many outputs, got 3"),
        "{error}"
    );
    assert!(import(b"not hdf5 at all", None).is_err());
}

#[test]
fn cut_off_keras_files_are_errors() {
    let bytes = keras_layout("fixed_strings.h5");
    for step in 0..100 {
        let cut = bytes.len() * step / 100;
        assert!(
            import(&bytes[..cut], None).is_err(),
            "{cut} of {} bytes",
            bytes.len()
        );
    }
}

/// Any outcome but a crash will do: a changed weight is still a weight.
#[test]
fn damaged_keras_files_do_no_harm() {
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move |below: usize| {
        // Marsaglia's xorshift64: the same damage on every run.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below as u64) as usize
    };
    let mut n_refused = 0;
    for file in ["fixed_strings.h5", "whole_model.h5"] {
        let bytes = keras_layout(file);
        for _ in 0..400 {
            let mut damaged = bytes.clone();
            for _ in 0..=next(8) {
                let place = next(damaged.len());
                damaged[place] = [0, 0xff, next(256) as u8][next(3)];
            }
            n_refused += usize::from(import(&damaged, None).is_err());
        }
    }
    println!("{n_refused} of 800 damaged files were refused");
    assert!(n_refused > 0);
}

/// A network of depth 11 for inputs of 32 pixels whose weights are all the same.
fn small_model(value: f32) -> ModelFile {
    let network = NetworkSpec::new(11, 32, 2).unwrap();
    let labels = Labels::new(vec!["Mass".to_owned(), "Edema".to_owned()]).unwrap();
    let preprocessing = Preprocessing::new(32, Interpolation::Area, 1.0 / 255.0).unwrap();
    let tensors = network.tensors().into_iter();
    let weights = tensors
        .map(|(name, shape)| {
            let values = vec![value; shape.iter().product()];
            (name, HostTensor { shape, values })
        })
        .collect();
    let (name, provenance) = ("small".to_owned(), Provenance::default());
    let card = ModelCard::new(name, labels, network, preprocessing, provenance).unwrap();
    ModelFile::new(card, weights).unwrap()
}

#[test]
fn a_saved_model_comes_back_as_it_was_and_leaves_nothing_else_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let model = small_model(0.01);
    fs::write(&path, "what was there before").unwrap();
    model.save(&path).unwrap();
    assert_eq!(ModelFile::load(&path).unwrap(), model);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let lost = folder.path().join("no such folder/model.safetensors");
    let error = model.save(&lost).unwrap_err().to_string();
    assert!(
        error.starts_with("cannot write") && error.ends_with("model.safetensors"),
        "{error}"
    );
}

/// The header's text changed, its length kept in step.
fn with_header(bytes: &[u8], change: impl Fn(&str) -> String) -> Vec<u8> {
    let length = usize::try_from(u64::from_le_bytes(bytes[..8].try_into().unwrap())).unwrap();
    let header = change(std::str::from_utf8(&bytes[8..8 + length]).unwrap());
    let mut changed = (header.len() as u64).to_le_bytes().to_vec();
    changed.extend(header.as_bytes());
    changed.extend(&bytes[8 + length..]);
    changed
}

#[test]
fn each_thing_wrong_with_a_model_file_has_its_own_message() {
    let bytes = small_model(0.01).to_bytes().unwrap();
    for (from, to, expected) in [
        (r#""thorax""#, r#""other""#, "without thorax metadata"),
        (
            r#"\"format_version\":1"#,
            r#"\"format_version\":9"#,
            "expected model format version 1, got 9",
        ),
        (
            r#"\"format_version\":1"#,
            r#"\"format_version\":"#,
            "metadata is invalid",
        ),
        (
            r#"\"depth\":11"#,
            r#"\"depth\":20"#,
            "tensor stage0.block1.bn1.bias is missing",
        ),
        (
            r#"\"depth\":11"#,
            r#"\"depth\":12"#,
            "expected a depth of 9n + 2",
        ),
        (
            r#""stem.bn.bias""#,
            r#""stem.bn.bios""#,
            "tensor stem.bn.bios does not belong",
        ),
        (
            r#""dtype":"F32""#,
            r#""dtype":"I32""#,
            "expected f32 in the tensor",
        ),
        (
            r"[16,1,3,3]",
            r"[16,1,1,9]",
            "expected the shape [16, 1, 3, 3] for the tensor stem.conv.weight, got [16, 1, 1, 9]",
        ),
        (r"[16,1,3,3]", r"[16,1,3,2]", "not a whole safetensors file"),
        (
            r"[16,1,3,3]",
            r"[99999999999,99999999999,3,3]",
            "not a whole safetensors file",
        ),
    ] {
        let header = |header: &str| {
            assert!(header.contains(from), "{from} is not in {header}");
            header.replacen(from, to, 1)
        };
        let error = ModelFile::from_bytes(&with_header(&bytes, header)).unwrap_err();
        assert!(error.to_string().contains(expected), "{to}: {error}");
    }
    let extra = |header: &str| {
        let end = r#""spare":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"stage0"#;
        header.replacen("\"stage0", end, 1)
    };
    let error = ModelFile::from_bytes(&with_header(&bytes, extra));
    assert!(error.is_err());
    for (position, value, expected) in [
        (bytes.len() - 4, f32::NAN, "values that are not finite"),
        (
            bytes.len() - 4,
            f32::NEG_INFINITY,
            "values that are not finite",
        ),
        (
            bytes.len() - 4,
            -1.0,
            "the tensor stem.bn.running_var has negative variances",
        ),
    ] {
        let mut changed = bytes.clone();
        // Tensors lie in alphabetical order, and the last is the stem's convolution, then bias.
        let position = if value == -1.0 {
            variance_position(&bytes)
        } else {
            position
        };
        changed[position..position + 4].copy_from_slice(&value.to_le_bytes());
        let error = ModelFile::from_bytes(&changed).unwrap_err();
        assert!(error.to_string().contains(expected), "{value}: {error}");
    }
}

/// Where the first value of `stem.bn.running_var` lies.
fn variance_position(bytes: &[u8]) -> usize {
    let (header_len, metadata) = safetensors::SafeTensors::read_metadata(bytes).unwrap();
    8 + header_len + metadata.info("stem.bn.running_var").unwrap().data_offsets.0
}

#[test]
fn cut_off_model_files_are_errors() {
    let bytes = small_model(0.01).to_bytes().unwrap();
    for cut in (0..200).chain((0..100).map(|step| bytes.len() * step / 100)) {
        assert!(
            ModelFile::from_bytes(&bytes[..cut]).is_err(),
            "{cut} of {} bytes",
            bytes.len()
        );
    }
}

#[test]
fn a_logit_that_is_no_number_is_an_error_and_no_score() {
    // Finite weights whose products are not: 256 * 1e30 * 1e30 overflows.
    let classifier = Classifier::new(&small_model(1e30), None, &ComputeDevice::cpu()).unwrap();
    let input = ModelInput {
        side: 32,
        values: vec![0.5; 32 * 32],
    };
    let error = classifier
        .score_input(input.clone())
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("expected a finite output for Mass"),
        "{error}"
    );
}

#[test]
fn inputs_that_do_not_fit_are_refused() {
    let classifier = Classifier::new(&small_model(0.01), None, &ComputeDevice::cpu()).unwrap();
    let mut input = ModelInput {
        side: 32,
        values: vec![0.5; 32 * 32],
    };
    assert!(classifier.score_input(input.clone()).is_ok());
    input.values[7] = f32::NAN;
    let error = classifier
        .score_input(input.clone())
        .unwrap_err()
        .to_string();
    assert!(error.contains("NaN at position 7"), "{error}");
    input.values.pop();
    assert!(classifier.score_input(input.clone()).is_err());
}

#[test]
fn models_that_score_differently_have_different_ids() {
    let id = |value| {
        let model = small_model(value);
        let classifier = Classifier::new(&model, None, &ComputeDevice::cpu()).unwrap();
        classifier.id().to_owned()
    };
    assert_eq!(id(0.01), id(0.01));
    assert_ne!(id(0.01), id(0.02));
    assert!(id(0.01).starts_with("small "));
}

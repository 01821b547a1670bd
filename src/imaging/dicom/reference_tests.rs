//! Stored numbers against dcmtk and pydicom, for each coding: tests/reference/dicom.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use safetensors::SafeTensors;

use crate::domain::Film;
use crate::imaging::picture::luma;
use crate::imaging::read_film;

/// Colors pass through a conversion that rounds once more than ours.
const COLOR_TOLERANCE: i32 = 1;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/dicom")
}

/// Shape and numbers by the name of the film.
fn references() -> BTreeMap<String, (Vec<usize>, Vec<i32>)> {
    let bytes = fs::read(folder().join("pixels.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let each = tensors.tensors().into_iter().map(|(name, tensor)| {
        let (numbers, _) = tensor.data().as_chunks::<4>();
        let numbers = numbers.iter().map(|&bytes| i32::from_le_bytes(bytes));
        (name, (tensor.shape().to_vec(), numbers.collect()))
    });
    each.collect()
}

fn stored(film: &Film) -> Vec<i32> {
    let values = film.pixels.values().iter();
    values
        .map(|&value| i32::from(value) + film.pixels.offset())
        .collect()
}

/// Gray of reference pixels and whether they are colored.
fn gray(numbers: &[i32]) -> (Vec<i32>, bool) {
    let (pixels, _) = numbers.as_chunks::<3>();
    let colored = pixels.iter().any(|[r, g, b]| r != g || g != b);
    let gray = pixels.iter().map(|&pixel| {
        let [red, green, blue] = pixel.map(|number| number as u16);
        i32::from(luma(red, green, blue))
    });
    (gray.collect(), colored)
}

#[test]
fn every_coding_gives_the_numbers_of_dcmtk_and_pydicom() {
    let mut wrong = vec![];
    let references = references();
    assert!(references.len() > 60, "{}", references.len());
    for (name, (shape, numbers)) in references {
        let film = match read_film(&folder().join(format!("{name}.dcm"))) {
            Ok(film) => film,
            Err(error) => {
                wrong.push(error.to_string());
                continue;
            }
        };
        assert_eq!(film.pixels.height_px(), shape[0], "{name}");
        assert_eq!(film.pixels.width_px(), shape[1], "{name}");
        let (expected, colored) = if shape.len() == 3 {
            gray(&numbers)
        } else {
            (numbers, false)
        };
        assert_eq!(film.info.colored, colored, "{name}");
        let tolerance = if colored { COLOR_TOLERANCE } else { 0 };
        let differences = stored(&film).into_iter().zip(&expected);
        let differences = differences.map(|(found, expected)| (found - expected).abs());
        let worst = differences.clone().max().unwrap_or_default();
        if worst > tolerance {
            let n = differences.filter(|&d| d > tolerance).count();
            wrong.push(format!("{name}: {n} numbers differ by up to {worst}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn bits_that_do_not_fit_are_warned_of() {
    let check = |name: &str, words: &str| {
        let film = read_film(&folder().join(format!("{name}.dcm"))).unwrap();
        let mut sentences = film.warnings.iter().chain(&film.doubts);
        let said = sentences.any(|sentence| sentence.contains(words));
        assert!(said, "{name}: {:?} {:?}", film.warnings, film.doubts);
    };
    check("jpeg_2000_overlay_bits", "above Bits Stored");
    check("native_overlay_bits", "above Bits Stored");
    check("jpeg_8_bits_under_12", "scaled to 12");
    let gray = read_film(&folder().join("rgb_planar_gray.dcm")).unwrap();
    assert_eq!(gray.warnings, Vec::<String>::new());
}

#[test]
fn truncated_streams_are_errors_and_changed_ones_never_panic() {
    let mut state = 5_u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "dcm") {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        // Of these the last bytes may be padding, end markers or delimiters.
        for n_missing in [32, 100, bytes.len() / 2] {
            let found = crate::imaging::film_from_bytes(&bytes[..bytes.len() - n_missing], &path);
            assert!(found.is_err(), "{} without {n_missing}", path.display());
        }
        for _ in 0..40 {
            let mut changed = bytes.clone();
            let at = bytes.len() - 1 - random(bytes.len() * 3 / 4);
            changed[at] = random(256) as u8;
            if let Err(error) = crate::imaging::film_from_bytes(&changed, &path) {
                let text = error.to_string();
                assert!(!text.contains("decoder failed"), "{text}");
            }
        }
    }
}

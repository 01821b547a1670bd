//! PNG, JPEG and TIFF of rare kinds against Pillow and tifffile (`tests/reference/pictures`).

use std::fs;
use std::path::{Path, PathBuf};

use thorax::domain::Film;
use thorax::imaging::read_film;

/// Lossy decoders round differently.
const JPEG_TOLERANCE: u8 = 2;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/pictures")
}

fn film(name: &str) -> Film {
    read_film(&folder().join(name)).unwrap()
}

fn warns_of(film: &Film, words: &str) -> bool {
    film.warnings.iter().any(|warning| warning.contains(words))
}

#[test]
fn pictures_of_every_kind_have_the_gray_that_pillow_and_tifffile_give_them() {
    let mut n_compared = 0;
    let mut faults = Vec::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let beside = PathBuf::from(format!("{}.expected.png", path.display()));
        let Ok(expected) = image::open(&beside) else {
            continue;
        };
        let expected = expected.into_luma8();
        n_compared += 1;
        let film = match read_film(&path) {
            Ok(film) => film,
            Err(error) => {
                faults.push(error.to_string());
                continue;
            }
        };
        let size = (film.pixels.width_px(), film.pixels.height_px());
        let expected_size = (expected.width() as usize, expected.height() as usize);
        let name = path.file_name().unwrap().to_string_lossy();
        let is_lossy = name.contains("jpeg") || name.contains("jpg");
        let tolerance = if is_lossy { JPEG_TOLERANCE } else { 0 };
        let gray = film.gray_8bit();
        let pairs = gray.iter().zip(expected.as_raw());
        let worst = pairs.map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        if size != expected_size || worst > tolerance {
            faults.push(format!("{name}: {size:?}, off by {worst}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(n_compared > 45, "{n_compared}");
}

#[test]
fn numbers_without_a_declared_range_are_warned_of_and_keep_their_values() {
    for name in ["i16.tif", "i32.tif", "f32.tif", "f64_big.tif"] {
        assert!(warns_of(&film(name), "is white"), "{name}");
    }
    for name in ["f16.tif", "u32_full.tif", "packed12.tif", "planar16.tif"] {
        assert_eq!(film(name).warnings, Vec::<String>::new(), "{name}");
    }
    // The readout shows what the file holds.
    let film = film("f32.tif");
    let last = film.pixels.values().last().copied().unwrap();
    assert_eq!(film.modality.apply(i32::from(last)), 4095.0);
    let text = read_film(&folder().join("below_zero.tif"))
        .unwrap_err()
        .to_string();
    let words = "16-bit signed numbers from -1000 to 3095";
    assert!(text.contains(words), "{text}");
}

#[test]
fn the_page_that_is_read_and_the_others_are_named() {
    let film = film("preview_first.tif");
    assert!(
        warns_of(&film, "3 pages (5 x 3, 17 x 11, 17 x 11 pixels): page 2"),
        "{:?}",
        film.warnings
    );
}

#[test]
fn a_turned_picture_says_so() {
    for name in ["orientation6.jpg", "orientation6.tif", "orientation6.png"] {
        let steps = film(name).steps.join("; ");
        assert!(steps.contains("turned by 90° clockwise"), "{name}: {steps}");
    }
}

#[test]
fn significant_bits_are_those_of_the_file() {
    for name in ["sbit12.png", "sbit12_stretched.png", "packed12.tif"] {
        assert_eq!(film(name).info.bits, 12, "{name}");
    }
    assert!(film("palette_color.tif").info.colored);
    assert!(!film("palette.tif").info.colored);
}

/// Changes a tag of the first page of a little-endian TIFF.
fn with_tag(name: &str, tag: u16, value: u16) -> Vec<u8> {
    let mut bytes = fs::read(folder().join(name)).unwrap();
    let page = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
    let n_tags = usize::from(u16::from_le_bytes([bytes[page], bytes[page + 1]]));
    let at = (0..n_tags).map(|idx| page + 2 + idx * 12);
    let at = at
        .into_iter()
        .find(|&at| bytes[at..at + 2] == tag.to_le_bytes());
    let at = at.unwrap() + 8;
    bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
    bytes
}

#[test]
fn kinds_that_are_not_read_are_named_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.tif");
    for (name, tag, value, words) in [
        ("white_is_zero8.tif", 259, 50_000, "zstd compression"),
        ("white_is_zero8.tif", 259, 34_887, "LERC compression"),
        ("white_is_zero8.tif", 259, 34_712, "JPEG 2000 compression"),
        ("white_is_zero8.tif", 262, 8, "CIE L*a*b* color"),
        ("white_is_zero8.tif", 258, 24, "24 bits gray"),
        ("deflate12.tif", 262, 6, "1 of 3 color channels"),
    ] {
        fs::write(&path, with_tag(name, tag, value)).unwrap();
        let text = read_film(&path).unwrap_err().to_string();
        let expected = format!("TIFF file with {words}");
        assert!(text.starts_with(&expected), "{text}");
        assert!(!text.contains("Unknown"), "{text}");
    }
}

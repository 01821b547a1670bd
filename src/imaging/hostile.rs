//! Tests with malicious files: truncated anywhere, changed anywhere, with false sizes.

use dicom_dictionary_std::uids;
use image::{DynamicImage, ImageFormat, RgbImage};

use super::samples::{dx, encoded, file, gray_picture, jpeg_dicom, native_dicom, read, refusal};

fn small_files() -> Vec<(&'static str, Vec<u8>)> {
    let color = DynamicImage::from(RgbImage::from_fn(9, 8, |x, y| {
        image::Rgb([x as u8, y as u8, 9])
    }));
    vec![
        ("PNG", encoded(&gray_picture(), ImageFormat::Png)),
        ("color PNG", encoded(&color, ImageFormat::Png)),
        ("JPEG", encoded(&gray_picture(), ImageFormat::Jpeg)),
        ("TIFF", encoded(&gray_picture(), ImageFormat::Tiff)),
        ("BMP", encoded(&gray_picture(), ImageFormat::Bmp)),
        ("DICOM", native_dicom(uids::EXPLICIT_VR_LITTLE_ENDIAN)),
        (
            "implicit DICOM",
            native_dicom(uids::IMPLICIT_VR_LITTLE_ENDIAN),
        ),
        (
            "deflated DICOM",
            native_dicom(uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN),
        ),
        ("DICOM with JPEG", jpeg_dicom(17, 11)),
    ]
}

#[test]
fn whole_files_are_read_and_every_truncation_is_an_error() {
    for (name, bytes) in small_files() {
        let film = read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(film.pixels.width_px() >= 9, "{name}");
        for length in 0..bytes.len() {
            // DICOM pads to even lengths; the last byte or two may be nothing but padding.
            let is_padding = name == "DICOM with JPEG" && length + 8 >= bytes.len();
            let found = read(&bytes[..length]);
            assert!(
                found.is_err() || is_padding,
                "{name}, {length} of {}",
                bytes.len()
            );
        }
    }
}

#[test]
fn changed_bytes_never_panic() {
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for (_, bytes) in small_files() {
        for _ in 0..1000 {
            let mut changed = bytes.clone();
            for _ in 0..=random(5) {
                changed[random(bytes.len())] = [0, 1, 0x7F, 0xFF, random(256) as u8][random(5)];
            }
            drop(read(&changed));
        }
    }
}

#[test]
fn other_files_are_refused_by_what_they_are() {
    let check = |bytes: &[u8], found: &str| {
        let text = refusal(bytes);
        let expected = format!("expected a PNG, JPEG, TIFF, BMP or DICOM file, got {found}");
        assert!(text.starts_with(&expected), "{text}");
    };
    check(b"GIF89a\x01\0\x01\0", "a GIF image");
    check(b"%PDF-1.7", "a PDF document");
    check(b"patient,label\n", "a text file");
    check(b"x", "a file that starts with 78");
}

#[test]
fn pictures_of_absurd_size_are_refused_with_their_numbers() {
    // 100,000 x 100,000 in headers of otherwise small files.
    let mut png = encoded(&gray_picture(), ImageFormat::Png);
    png[16..20].copy_from_slice(&100_000_u32.to_be_bytes());
    png[20..24].copy_from_slice(&100_000_u32.to_be_bytes());
    let crc = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&crc.to_be_bytes());
    let mut bmp = encoded(&gray_picture(), ImageFormat::Bmp);
    bmp[18..22].copy_from_slice(&60_000_u32.to_le_bytes());
    bmp[22..26].copy_from_slice(&60_000_u32.to_le_bytes());
    let mut jpeg = encoded(&gray_picture(), ImageFormat::Jpeg);
    let sof = jpeg
        .windows(2)
        .position(|pair| pair == [0xFF, 0xC0])
        .unwrap();
    jpeg[sof + 5..sof + 9].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0xFF]);
    let dicom = file(dx(65_535, 65_535), uids::EXPLICIT_VR_LITTLE_ENDIAN);
    for (bytes, numbers) in [
        (png, "100000 x 100000"),
        (bmp, "60000 x 60000"),
        (jpeg, "65535 x 65535"),
        (dicom, "65535 x 65535"),
    ] {
        let text = refusal(&bytes);
        assert!(text.contains(numbers), "{text}");
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| {
        if crc & 1 == 1 {
            (crc >> 1) ^ 0xEDB8_8320
        } else {
            crc >> 1
        }
    };
    let byte = |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc));
    !bytes.iter().fold(u32::MAX, byte)
}

#[test]
fn a_stream_that_disagrees_with_its_data_set_is_refused() {
    let text = refusal(&jpeg_dicom(5, 5));
    assert!(text.contains("expected 5 x 5 pixels"), "{text}");
    assert!(text.contains("got 17 x 11"), "{text}");
}

#[test]
fn a_value_longer_than_the_file_is_refused_before_memory_is_taken() {
    let mut bytes = native_dicom(uids::EXPLICIT_VR_LITTLE_ENDIAN);
    let pixels = bytes
        .windows(6)
        .position(|window| window == b"\xE0\x7F\x10\0OB")
        .unwrap();
    bytes[pixels + 8..pixels + 12].copy_from_slice(&0xFFFF_FFF0_u32.to_le_bytes());
    let text = refusal(&bytes);
    assert!(text.contains("claims 4294967280 bytes"), "{text}");
}

#[test]
fn sequences_without_bottom_are_refused() {
    // Sequence, item, sequence, item … of undefined length: the object builder would recurse.
    let mut bytes = native_dicom(uids::EXPLICIT_VR_LITTLE_ENDIAN);
    let level = *b"\x08\0\x40\x11SQ\0\0\xFF\xFF\xFF\xFF\xFE\xFF\0\xE0\xFF\xFF\xFF\xFF";
    let data_set = bytes
        .windows(6)
        .position(|window| window == b"\x08\0\x60\0CS")
        .unwrap();
    bytes.truncate(data_set);
    bytes.extend(level.repeat(100_000));
    let text = refusal(&bytes);
    assert!(text.contains("sequences within each other"), "{text}");
}

#[test]
fn dicom_without_preamble_or_meta_group_is_read() {
    let whole = native_dicom(uids::EXPLICIT_VR_LITTLE_ENDIAN);
    let data_set = whole
        .windows(6)
        .position(|window| window == b"\x08\0\x60\0CS")
        .unwrap();
    for start in [128, 132, data_set] {
        assert!(read(&whole[start..]).is_ok(), "from byte {start}");
    }
}

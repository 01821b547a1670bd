//! TIFF and `BigTIFF`: any number of bits, float and signed numbers, palettes, pages.
//!
//! The crate `tiff` takes the samples out of strips and tiles. It knows no palette, no subsampled color
//! and no packed bits beyond 8; so it is shown a copy of the file that says "gray", or "bytes" where bits are
//! packed, and what the samples mean is decided here.

use std::io::Cursor;
use std::path::Path;

use image::metadata::Orientation;
use tiff::decoder::{Decoder, DecodingResult, Limits};

use super::FilmError;
use super::limits::check_size;
use super::picture::{MAX_DECODER_BYTES, Picture, luma};
use super::tiff_pages::{Page, TiffPages};
use super::tiff_tags::{Color, Numbers, Tags};
use crate::domain::ModalityMap;

/// Chroma of gray pixels that lossy coding has moved.
const CHROMA_TOLERANCE: u16 = 2;
/// The photometric interpretation "black is zero".
const BLACK_IS_ZERO: u64 = 1;

/// Decodes the first page that is no preview.
pub(super) fn picture(bytes: &[u8], path: &Path) -> Result<Picture, FilmError> {
    let damaged = |cause: &str| FilmError::Damaged {
        path: path.to_path_buf(),
        format: "TIFF",
        cause: cause.to_owned(),
    };
    let file = TiffPages::of(bytes).ok_or_else(|| damaged("expected a page, got none"))?;
    let is_film = |page: &&Page| !Tags::is_preview(&file, bytes, page);
    let page = file.pages.iter().find(is_film).or(file.pages.first());
    let page = page.ok_or_else(|| damaged("expected a page, got none"))?;
    let tags = Tags::of(&file, bytes, page)
        .ok_or_else(|| damaged("the size of the picture is missing"))?;
    check_size(tags.width_px, tags.height_px, path)?;
    if let Some(found) = tags.unsupported() {
        return Err(FilmError::Unsupported {
            path: path.to_path_buf(),
            format: "TIFF",
            found,
        });
    }
    let copy = as_gray(bytes, &file, page, &tags).ok_or_else(|| damaged("a tag is missing"))?;
    let samples = samples(copy).map_err(|error| damaged(&error.to_string()))?;
    let mut picture = meaning(samples, &tags).map_err(|cause| damaged(&cause))?;
    picture.orientation = tags.orientation;
    picture.inverted = tags.white_is_zero;
    if tags.white_is_zero {
        picture
            .steps
            .push("inverted once (white is zero)".to_owned());
    }
    picture.warnings.extend(of_pages(&file, bytes, page));
    Ok(picture)
}

/// A copy of the file that has only this page, of gray samples, or of bytes where bits are packed.
fn as_gray(bytes: &[u8], file: &TiffPages, page: &Page, tags: &Tags) -> Option<Vec<u8>> {
    let mut copy = bytes.to_vec();
    file.begin_with(&mut copy, page)?;
    file.set(&mut copy, page, 262, BLACK_IS_ZERO)?;
    if tags.is_packed() {
        let in_bytes = |width: u64| tags.row_bytes(width);
        file.set(&mut copy, page, 256, in_bytes(tags.width_px))?;
        file.set(&mut copy, page, 258, 8)?;
        if let Some(width) = tags.tile_width_px {
            file.set(&mut copy, page, 322, in_bytes(width))?;
        }
        if !tags.planar && tags.n_samples > 1 {
            file.set(&mut copy, page, 277, 1)?;
            // More extra samples than samples are refused; this many are none.
            let _ = file.set(&mut copy, page, 338, 0);
        }
    }
    Some(copy)
}

fn samples(bytes: Vec<u8>) -> Result<DecodingResult, tiff::TiffError> {
    let mut limits = Limits::default();
    limits.decoding_buffer_size = MAX_DECODER_BYTES as usize;
    limits.intermediate_buffer_size = MAX_DECODER_BYTES as usize;
    limits.ifd_value_size = MAX_DECODER_BYTES as usize;
    let mut samples = DecodingResult::U8(vec![]);
    let mut decoder = Decoder::new(Cursor::new(bytes))?.with_limits(limits);
    decoder.read_image_to_buffer(&mut samples)?;
    Ok(samples)
}

/// Gray values out of samples, with the range that is black to white.
fn meaning(samples: DecodingResult, tags: &Tags) -> Result<Picture, String> {
    let n = tags.n_bits;
    Ok(match samples {
        DecodingResult::U8(bytes) if n == 8 => unsigned(&bytes, tags, 8),
        DecodingResult::U8(bytes) => unsigned(&unpacked(&bytes, tags), tags, n),
        DecodingResult::U16(values) => unsigned(&values, tags, n),
        DecodingResult::I8(values) => wide(&values, tags, f64::from)?,
        DecodingResult::I16(values) => wide(&values, tags, f64::from)?,
        DecodingResult::I32(values) => wide(&values, tags, f64::from)?,
        DecodingResult::I64(values) => wide(&values, tags, |value| value as f64)?,
        DecodingResult::U32(values) => wide(&values, tags, f64::from)?,
        DecodingResult::U64(values) => wide(&values, tags, |value| value as f64)?,
        DecodingResult::F16(values) => wide(&values, tags, f64::from)?,
        DecodingResult::F32(values) => wide(&values, tags, f64::from)?,
        DecodingResult::F64(values) => wide(&values, tags, |value| value)?,
    })
}

/// The samples of rows of packed bits, most significant bit first, each row from a whole byte.
fn unpacked(bytes: &[u8], tags: &Tags) -> Vec<u16> {
    let n_row_bytes = tags.row_bytes(tags.width_px) as usize;
    let n_in_row = tags.row_samples(tags.width_px) as usize;
    let mut values = Vec::with_capacity(bytes.len() / n_row_bytes.max(1) * n_in_row);
    for row in bytes.chunks_exact(n_row_bytes.max(1)) {
        let (mut pool, mut n_pooled) = (0_u32, 0);
        let mut row = row.iter();
        for _ in 0..n_in_row {
            while n_pooled < tags.n_bits {
                pool = pool << 8 | row.next().map_or(0, |&byte| u32::from(byte));
                n_pooled += 8;
            }
            n_pooled -= tags.n_bits;
            values.push((pool >> n_pooled) as u16);
            pool &= (1 << n_pooled) - 1;
        }
    }
    values
}

/// The first channel of samples.
fn first<'a, T: Copy>(samples: &'a [T], tags: &Tags) -> impl Iterator<Item = T> + Clone + 'a {
    let (step, n_pixels) = (tags.stride(), tags.n_pixels());
    samples.iter().copied().step_by(step).take(n_pixels)
}

fn plain(values: Vec<u16>, tags: &Tags, bits: u16, range: [f64; 2]) -> Picture {
    let mut steps = vec![format!("TIFF decoded at {}", tags.described())];
    let mut warnings = Vec::new();
    if tags.has_alpha {
        steps.push("transparency dropped".to_owned());
    } else if tags.n_extra() > 0 {
        warnings.push(format!(
            "The file has {} channels a pixel: {} is read.",
            tags.n_samples,
            if tags.color == Color::Gray {
                "the first"
            } else {
                "the color"
            }
        ));
    }
    Picture {
        format: "TIFF",
        width_px: tags.width_px as usize,
        height_px: tags.height_px as usize,
        values,
        bits,
        modality: ModalityMap::IDENTITY,
        range,
        inverted: false,
        colored: false,
        orientation: Orientation::NoTransforms,
        steps,
        warnings,
    }
}

/// Up to 16 bits without sign: their full range is known. Below 8 bits they are stretched to 8.
fn unsigned<T: Copy + Into<u16>>(samples: &[T], tags: &Tags, n_bits: u16) -> Picture {
    let full = ((1_u32 << n_bits) - 1) as u16;
    let stretched = |value: T| {
        let value: u16 = value.into();
        if n_bits < 8 {
            (u32::from(value) * 255 / u32::from(full)) as u16
        } else {
            value
        }
    };
    let bits = n_bits.max(8);
    let white = if n_bits < 8 { 255 } else { full };
    let range = [0.0, f64::from(white)];
    if tags.color == Color::Gray {
        let values = first(samples, tags).map(stretched).collect();
        return plain(values, tags, bits, range);
    }
    if tags.color == Color::Palette {
        let gray_of = tags.palette_gray();
        let mut colored = false;
        let gray = |value: T| {
            let (gray, differ) = gray_of
                .get(usize::from(value.into()))
                .copied()
                .unwrap_or_default();
            colored |= differ;
            gray
        };
        let values = first(samples, tags).map(gray).collect();
        let mut picture = plain(values, tags, 8, [0.0, 255.0]);
        picture.colored = colored;
        picture
            .steps
            .push("colors looked up in the palette of the file".to_owned());
        return picture;
    }
    let mut colored = false;
    let channel = |pixel: usize, channel: usize| {
        let idx = if tags.planar {
            channel * tags.n_pixels() + pixel
        } else {
            pixel * tags.stride() + channel
        };
        samples.get(idx).copied().map_or(0, stretched)
    };
    let gray = |pixel: usize| match tags.color {
        Color::YCbCr => {
            let middle = white / 2 + 1;
            let far = |chroma: u16| chroma.abs_diff(middle) > CHROMA_TOLERANCE;
            colored |= far(channel(pixel, 1)) || far(channel(pixel, 2));
            channel(pixel, 0)
        }
        color => {
            let black = if color == Color::Cmyk {
                u32::from(white - channel(pixel, 3))
            } else {
                u32::from(white)
            };
            let light = |idx: usize| {
                if color == Color::Cmyk {
                    let ink = u32::from(channel(pixel, idx));
                    // As Pillow rounds it.
                    (black - (ink * black + u32::from(white) / 2) / u32::from(white)) as u16
                } else {
                    channel(pixel, idx)
                }
            };
            let (red, green, blue) = (light(0), light(1), light(2));
            colored |= red != green || green != blue;
            luma(red, green, blue)
        }
    };
    let values = (0..tags.n_pixels()).map(gray).collect();
    let mut picture = plain(values, tags, bits, range);
    picture.colored = colored;
    picture.steps.push(if tags.color == Color::YCbCr {
        "brightness taken, color dropped".to_owned()
    } else {
        "red, green and blue weighted 0.299, 0.587, 0.114 into gray".to_owned()
    });
    picture
}

/// Numbers that 16 bits cannot hold: spread over 16 bits between black and white. With numbers below 0
/// nobody can know which is black: they are refused.
fn wide<T: Copy>(
    samples: &[T],
    tags: &Tags,
    number: impl Fn(T) -> f64 + Copy,
) -> Result<Picture, String> {
    let values = first(samples, tags).map(number);
    let finite = values.clone().filter(|value| value.is_finite());
    let low = finite.clone().fold(f64::INFINITY, f64::min);
    let high = finite.clone().fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        return Err("expected finite numbers, got none".to_owned());
    }
    if low < 0.0 {
        return Err(format!(
            "it holds {} from {low} to {high} and does not say which of them is black",
            tags.described_numbers()
        ));
    }
    // The whole range of the numbers, where they can be taken to use it.
    let full = match tags.numbers {
        Numbers::Float => 1.0,
        Numbers::Unsigned => f64::from(tags.n_bits).exp2() - 1.0,
        Numbers::Signed => f64::from(tags.n_bits - 1).exp2() - 1.0,
    };
    let is_full = high <= full && (tags.numbers == Numbers::Float || high > full / 2.0);
    let white = if is_full { full } else { white_above(high) };
    // Whole numbers that fit are kept as they are.
    let is_exact = tags.numbers != Numbers::Float && white <= 65_535.0;
    let step = if is_exact { 1.0 } else { white / 65_535.0 };
    // What is not a number is black.
    let spread = |value: f64| (value / step).round() as u16;
    let n_lost = values.clone().count() - finite.count();
    let mut picture = plain(values.map(spread).collect(), tags, 16, [0.0, white]);
    picture.modality = ModalityMap::Linear {
        slope: step,
        intercept: 0.0,
    };
    if !is_full {
        picture.warnings.push(format!(
            "The file does not say which of its {} is white: {white} was taken, the largest is {high}.",
            tags.described_numbers()
        ));
    }
    if n_lost > 0 {
        picture.warnings.push(format!(
            "{n_lost} of {} pixels are not finite numbers (NaN or infinite).",
            tags.n_pixels()
        ));
    }
    Ok(picture)
}

/// The largest number of the fewest bits, at least 8, that hold `high`: detectors count in bits.
fn white_above(high: f64) -> f64 {
    let bits = (8..=32).map(|n_bits| f64::from(n_bits).exp2() - 1.0);
    bits.into_iter()
        .find(|&white| high <= white)
        .unwrap_or(high)
}

/// Names pages beyond the one that is read.
fn of_pages(file: &TiffPages, bytes: &[u8], read: &Page) -> Option<String> {
    let n_pages = file.pages.len();
    if n_pages == 1 {
        return file
            .incomplete
            .then(|| "The list of pages in the file is broken behind the first.".to_owned());
    }
    let sizes = file.pages.iter().map(|page| {
        let size = |tag| file.first(bytes, page, tag).unwrap_or(0);
        format!("{} x {}", size(256), size(257))
    });
    let mut listed: Vec<String> = sizes.take(4).collect();
    if n_pages > listed.len() {
        listed.push("…".to_owned());
    }
    let number = file.pages.iter().position(|page| std::ptr::eq(page, read));
    Some(format!(
        "The file has {n_pages} pages ({} pixels): page {} is read, the others are not.",
        listed.join(", "),
        number.unwrap_or(0) + 1
    ))
}

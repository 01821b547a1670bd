//! PNG, JPEG, TIFF and BMP: pictures without a word about how the film was taken.

use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use crate::domain::{Film, FilmInfo, ModalityMap, NamedWindow, Pixels, Voi, Window};

use super::limits::check_size;
use super::{FilmError, jpeg_stream};

/// Most memory that a decoder may take: 16-bit RGBA at the largest allowed size, and working space.
const MAX_DECODER_BYTES: u64 = 640 << 20;

/// What is read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RasterFormat {
    Png,
    Jpeg,
    Tiff,
    Bmp,
}

impl RasterFormat {
    /// Told by the first bytes.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        match image::guess_format(bytes).ok()? {
            ImageFormat::Png => Some(Self::Png),
            ImageFormat::Jpeg => Some(Self::Jpeg),
            ImageFormat::Tiff => Some(Self::Tiff),
            ImageFormat::Bmp => Some(Self::Bmp),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Tiff => "TIFF",
            Self::Bmp => "BMP",
        }
    }

    fn image_format(self) -> ImageFormat {
        match self {
            Self::Png => ImageFormat::Png,
            Self::Jpeg => ImageFormat::Jpeg,
            Self::Tiff => ImageFormat::Tiff,
            Self::Bmp => ImageFormat::Bmp,
        }
    }

    /// The decoders fill missing data at the end with gray and report success.
    fn has_its_end(self, bytes: &[u8]) -> bool {
        match self {
            Self::Png => bytes
                .windows(8)
                .rev()
                .any(|end| end == b"IEND\xAE\x42\x60\x82"),
            Self::Jpeg => jpeg_stream::is_complete(bytes),
            Self::Tiff | Self::Bmp => true,
        }
    }
}

/// A description of an unsupported file.
pub(super) fn describe(bytes: &[u8]) -> String {
    if let Ok(format) = image::guess_format(bytes) {
        return format!("{format:?}");
    }
    let known: [(&[u8], &str); 4] = [
        (b"%PDF", "PDF"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x1F\x8B", "a gzip archive"),
        (b"\x89HDF", "HDF5"),
    ];
    for (start, name) in known {
        if bytes.starts_with(start) {
            return name.to_owned();
        }
    }
    let start: Vec<_> = bytes
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("a file that starts with {}", start.join(" "))
}

/// Decodes `bytes`, turns color into gray, and keeps 16 bits where there are 16.
pub(super) fn film(bytes: &[u8], format: RasterFormat, path: &Path) -> Result<Film, FilmError> {
    let damaged = |cause: String| FilmError::Damaged {
        path: path.to_path_buf(),
        format: format.name(),
        cause,
    };
    let image_error = |error: ImageError| damaged(error.to_string());
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format.image_format());
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(image_error)?;
    let (width, height) = decoder.dimensions();
    check_size(u64::from(width), u64::from(height), path)?;
    if !format.has_its_end(bytes) {
        return Err(damaged("expected an end marker, got none".to_owned()));
    }
    let turned = decoder
        .orientation()
        .is_ok_and(|orientation| orientation != image::metadata::Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(image_error)?;

    let found = picture.color();
    let gray = Gray::of(picture).ok_or_else(|| FilmError::Depth {
        path: path.to_path_buf(),
        found: format!("{found:?}"),
    })?;
    let pixels = Pixels::new(width as usize, height as usize, gray.values, 0);
    let pixels = pixels.map_err(|error| damaged(error.to_string()))?;

    let mut steps = vec![format!("{} decoded at {} bits", format.name(), gray.bits)];
    let mut warnings = vec![];
    if gray.had_alpha {
        steps.push("transparency dropped".to_owned());
    }
    if gray.had_color {
        steps.push("red, green and blue weighted 0.299, 0.587, 0.114 into gray".to_owned());
    }
    if turned {
        warnings.push("The EXIF orientation of the file is ignored.".to_owned());
    }
    let white = if gray.bits == 16 { 65_535.0 } else { 255.0 };
    Ok(Film {
        path: path.to_path_buf(),
        info: FilmInfo {
            format: format.name().to_owned(),
            bits: gray.bits,
            colored: gray.channels_differ,
            ..FilmInfo::default()
        },
        pixels,
        modality: ModalityMap::IDENTITY,
        default_window: NamedWindow {
            name: "Full range".to_owned(),
            voi: Voi::Window(Window::spanning(0.0, white)),
        },
        other_windows: vec![],
        inverted: false,
        steps,
        warnings,
    })
}

struct Gray {
    values: Vec<u16>,
    bits: u16,
    had_alpha: bool,
    had_color: bool,
    channels_differ: bool,
}

impl Gray {
    /// `None` for floating point and whatever else is neither 8 nor 16 bits.
    fn of(picture: DynamicImage) -> Option<Self> {
        let color = picture.color();
        // Taken over, not copied: a large film is there once.
        let (samples, bits): (Vec<u16>, u16) = match picture {
            DynamicImage::ImageLuma8(p) => (widened(&p), 8),
            DynamicImage::ImageLumaA8(p) => (widened(&p), 8),
            DynamicImage::ImageRgb8(p) => (widened(&p), 8),
            DynamicImage::ImageRgba8(p) => (widened(&p), 8),
            DynamicImage::ImageLuma16(p) => (p.into_raw(), 16),
            DynamicImage::ImageLumaA16(p) => (p.into_raw(), 16),
            DynamicImage::ImageRgb16(p) => (p.into_raw(), 16),
            DynamicImage::ImageRgba16(p) => (p.into_raw(), 16),
            _ => return None,
        };
        let had_color = color.has_color();
        let n_channels = usize::from(color.channel_count());
        let mut channels_differ = false;
        let values = if n_channels == 1 {
            samples
        } else {
            let pixels = samples.chunks_exact(n_channels);
            let gray_of = |pixel: &[u16]| match *pixel {
                [red, green, blue, ..] => {
                    channels_differ |= red != green || green != blue;
                    luma(red, green, blue)
                }
                [gray, ..] => gray,
                [] => 0,
            };
            pixels.map(gray_of).collect()
        };
        Some(Self {
            values,
            bits,
            had_alpha: color.has_alpha(),
            had_color,
            channels_differ,
        })
    }
}

fn widened(samples: &[u8]) -> Vec<u16> {
    samples.iter().map(|&sample| u16::from(sample)).collect()
}

/// PIL's `convert("L")`: ITU-R 601-2 luma in 16-bit fixed point.
pub(super) fn luma(red: u16, green: u16, blue: u16) -> u16 {
    let sum = u32::from(red) * 19_595 + u32::from(green) * 38_470 + u32::from(blue) * 7_471;
    ((sum + 0x8000) >> 16) as u16
}

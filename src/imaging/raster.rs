//! PNG, JPEG and BMP by the crate `image`: pictures without a word about how the film was taken.

use std::io::Cursor;
use std::path::Path;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::limits::check_size;
use super::picture::{MAX_DECODER_BYTES, Picture, luma};
use super::tiff_pages::TiffPages;
use super::{FilmError, jpeg_stream, png_chunks, tiff};
use crate::domain::{Film, ModalityMap};

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
        if TiffPages::is_tiff(bytes) {
            return Some(Self::Tiff);
        }
        match image::guess_format(bytes).ok()? {
            ImageFormat::Png => Some(Self::Png),
            ImageFormat::Jpeg => Some(Self::Jpeg),
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

/// Decodes `bytes`, turns color into gray, and keeps 16 bits where there are 16.
pub(super) fn film(bytes: &[u8], format: RasterFormat, path: &Path) -> Result<Film, FilmError> {
    let picture = match format {
        RasterFormat::Png => {
            let mut picture = by_image(bytes, format, ImageFormat::Png, path)?;
            png_chunks::apply(bytes, &mut picture);
            picture
        }
        RasterFormat::Jpeg => {
            refuse_rare_jpeg(bytes, path)?;
            by_image(bytes, format, ImageFormat::Jpeg, path)?
        }
        RasterFormat::Bmp => by_image(bytes, format, ImageFormat::Bmp, path)?,
        RasterFormat::Tiff => tiff::picture(bytes, path)?,
    };
    picture.into_film(path)
}

/// Names the codings of JPEG that the decoder does not know (ITU-T T.81 B.1.1.3, T.87 C.1.1).
fn refuse_rare_jpeg(bytes: &[u8], path: &Path) -> Result<(), FilmError> {
    let Some(header) = jpeg_stream::FrameHeader::of(bytes) else {
        return Ok(());
    };
    let coding = match header.marker {
        0xF7 => "JPEG-LS coding".to_owned(),
        0xC3 => "lossless coding (SOF3)".to_owned(),
        0xC9..=0xCB => "arithmetic coding".to_owned(),
        0xC5..=0xC7 | 0xCD..=0xCF => "hierarchical coding".to_owned(),
        _ if header.precision != 8 => format!("{} bits", header.precision),
        _ => return Ok(()),
    };
    Err(FilmError::Unsupported {
        path: path.to_path_buf(),
        format: "JPEG",
        found: coding,
    })
}

fn by_image(
    bytes: &[u8],
    format: RasterFormat,
    image_format: ImageFormat,
    path: &Path,
) -> Result<Picture, FilmError> {
    let damaged = |cause: String| FilmError::Damaged {
        path: path.to_path_buf(),
        format: format.name(),
        cause,
    };
    let image_error = |error: ImageError| damaged(error.to_string());
    let mut reader = ImageReader::with_format(Cursor::new(bytes), image_format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(image_error)?;
    let (width, height) = decoder.dimensions();
    check_size(u64::from(width), u64::from(height), path)?;
    if !format.has_its_end(bytes) {
        return Err(damaged("expected an end marker, got none".to_owned()));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(image_error)?;

    let found = picture.color();
    let gray = Gray::of(picture).ok_or_else(|| FilmError::Unsupported {
        path: path.to_path_buf(),
        format: format.name(),
        found: format!("{found:?} samples"),
    })?;
    let mut steps = vec![format!("{} decoded at {} bits", format.name(), gray.bits)];
    if gray.had_alpha {
        steps.push("transparency dropped".to_owned());
    }
    if gray.had_color {
        steps.push("red, green and blue weighted 0.299, 0.587, 0.114 into gray".to_owned());
    }
    Ok(Picture {
        format: format.name(),
        width_px: width as usize,
        height_px: height as usize,
        values: gray.values,
        bits: gray.bits,
        modality: ModalityMap::IDENTITY,
        range: [0.0, if gray.bits == 16 { 65_535.0 } else { 255.0 }],
        inverted: false,
        colored: gray.channels_differ,
        orientation,
        steps,
        warnings: vec![],
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
    /// `None` for whatever is neither 8 nor 16 bits.
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

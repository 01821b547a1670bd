//! What the tags of one page of a TIFF file say about its samples.

use image::metadata::Orientation;

use super::picture::luma;
use super::tiff_pages::{Page, TiffPages};

/// The compression that has frames of JPEG in strips and tiles.
const JPEG: u64 = 7;

/// Channels a pixel that are decoded at most: memory is taken for all of them.
const MAX_SAMPLES: u64 = 8;

/// What the samples of a pixel are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Color {
    Gray,
    Palette,
    Rgb,
    Cmyk,
    YCbCr,
}

/// How a sample is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    Unsigned,
    Signed,
    Float,
}

/// The tags of a page, with the standard's defaults where they are missing.
pub(super) struct Tags {
    pub(super) width_px: u64,
    pub(super) height_px: u64,
    pub(super) tile_width_px: Option<u64>,
    /// Of each sample.
    pub(super) n_bits: u16,
    /// A pixel, at least 1.
    pub(super) n_samples: u64,
    pub(super) numbers: Numbers,
    pub(super) color: Color,
    pub(super) white_is_zero: bool,
    /// Each channel on its own, one behind the other.
    pub(super) planar: bool,
    /// The first sample beyond the color is transparency.
    pub(super) has_alpha: bool,
    pub(super) orientation: Orientation,
    palette: Vec<u64>,
    /// Why it cannot be read, found while the tags were.
    fault: Option<String>,
}

impl Tags {
    /// Whether a page is a smaller copy or a mask of another page.
    pub(super) fn is_preview(file: &TiffPages, bytes: &[u8], page: &Page) -> bool {
        let reduced_or_mask = 0b101;
        file.first(bytes, page, 254).unwrap_or(0) & reduced_or_mask != 0
            || file.first(bytes, page, 255) == Some(2)
    }

    /// `None` without width or height.
    pub(super) fn of(file: &TiffPages, bytes: &[u8], page: &Page) -> Option<Self> {
        let first = |tag| file.first(bytes, page, tag);
        let numbers = |tag| file.numbers(bytes, page, tag);
        let mut fault = None;
        let mut refuse = |found: String| {
            fault.get_or_insert(found);
        };

        let bits = numbers(258).unwrap_or_else(|| vec![1]);
        let n_bits = bits.first().copied().unwrap_or(1);
        if bits.iter().any(|&n| n != n_bits) {
            refuse(format!("channels of different depth ({bits:?} bits)"));
        }
        let kind = match first(339).unwrap_or(1) {
            2 => Numbers::Signed,
            3 => Numbers::Float,
            // 4 is undefined data, which other programs take as unsigned.
            1 | 4 => Numbers::Unsigned,
            _ => {
                refuse("complex numbers".to_owned());
                Numbers::Unsigned
            }
        };
        let photometric = first(262);
        let color = match photometric {
            Some(0 | 1) => Color::Gray,
            Some(2) => Color::Rgb,
            Some(3) => Color::Palette,
            Some(5) => Color::Cmyk,
            Some(6) => Color::YCbCr,
            other => {
                refuse(match other {
                    Some(4) => "a mask of transparency and no picture".to_owned(),
                    Some(8..=10) => "CIE L*a*b* color".to_owned(),
                    Some(32_803 | 34_892) => "raw data of a camera".to_owned(),
                    Some(32_844 | 32_845) => "LogLuv color".to_owned(),
                    Some(number) => format!("photometric interpretation {number}"),
                    None => "no photometric interpretation".to_owned(),
                });
                Color::Gray
            }
        };
        let compression = first(259).unwrap_or(1);
        let n_samples = first(277).unwrap_or(1).max(1);
        let extra = numbers(338).unwrap_or_default();
        let predictor = first(317).unwrap_or(1);
        let is_whole = matches!(n_bits, 8 | 16 | 32 | 64);
        if let Some(name) = unread_compression(compression) {
            refuse(format!("{name} compression"));
        }
        if predictor != 1 && !is_whole {
            refuse(format!("a predictor over {n_bits} packed bits"));
        }
        if predictor == 3 && kind != Numbers::Float {
            refuse("a predictor for float numbers over whole numbers".to_owned());
        }
        if compression == JPEG && n_bits != 8 {
            refuse(format!("JPEG compression of {n_bits} bits"));
        }
        if first(266) == Some(2) && n_bits < 16 {
            refuse("bits in reverse order (FillOrder 2)".to_owned());
        }
        let least = match color {
            Color::Gray | Color::Palette => 1,
            Color::Rgb | Color::YCbCr => 3,
            Color::Cmyk => 4,
        };
        if n_samples > MAX_SAMPLES {
            refuse(format!("{n_samples} channels a pixel"));
        }
        if n_samples < least {
            refuse(format!("{n_samples} of {least} color channels"));
        }
        let subsampled = numbers(530).unwrap_or_else(|| vec![2, 2]) != [1, 1];
        if color == Color::YCbCr && compression != JPEG && subsampled {
            refuse("subsampled YCbCr color".to_owned());
        }
        Some(Self {
            width_px: first(256)?,
            height_px: first(257)?,
            tile_width_px: first(322),
            n_bits: n_bits.min(u64::from(u16::MAX)) as u16,
            n_samples,
            numbers: kind,
            color,
            white_is_zero: photometric == Some(0),
            planar: first(284) == Some(2) && n_samples > 1,
            has_alpha: n_samples > least && matches!(extra.first(), Some(1 | 2)),
            orientation: first(274)
                .and_then(|number| Orientation::from_exif(u8::try_from(number).ok()?))
                .unwrap_or(Orientation::NoTransforms),
            palette: numbers(320).unwrap_or_default(),
            fault,
        })
    }

    /// What it has that is not read, in words.
    pub(super) fn unsupported(&self) -> Option<String> {
        if self.fault.is_some() {
            return self.fault.clone();
        }
        let n = self.n_bits;
        let is_known = match self.numbers {
            Numbers::Unsigned => matches!(n, 1..=16 | 32 | 64),
            Numbers::Signed => matches!(n, 8 | 16 | 32 | 64),
            Numbers::Float => matches!(n, 16 | 32 | 64),
        };
        let is_gray = self.color == Color::Gray;
        let is_plain = self.numbers == Numbers::Unsigned && n <= 16;
        let is_palette_known = self.color != Color::Palette || n <= 8;
        if !is_known || !(is_gray || is_plain) || !is_palette_known {
            let color = match self.color {
                Color::Gray => "gray",
                Color::Palette => "palette",
                Color::Rgb => "RGB",
                Color::Cmyk => "CMYK",
                Color::YCbCr => "YCbCr",
            };
            return Some(format!("{} {color}", self.described()));
        }
        let n_tile_bits = |width| self.row_samples(width).saturating_mul(u64::from(n));
        let tile_width_px = self.tile_width_px;
        let is_odd_tile = tile_width_px.is_some_and(|width| !n_tile_bits(width).is_multiple_of(8));
        (self.is_packed() && is_odd_tile)
            .then(|| format!("tiles of {n} packed bits that end within a byte"))
    }

    /// As in `12 bits` or `32-bit float`.
    pub(super) fn described(&self) -> String {
        let n = self.n_bits;
        match self.numbers {
            Numbers::Unsigned => format!("{n} bits"),
            Numbers::Signed => format!("{n} bits, signed"),
            Numbers::Float => format!("{n}-bit float"),
        }
    }

    /// As in `32-bit float numbers`.
    pub(super) fn described_numbers(&self) -> String {
        let kind = match self.numbers {
            Numbers::Unsigned => "unsigned",
            Numbers::Signed => "signed",
            Numbers::Float => "float",
        };
        format!("{}-bit {kind} numbers", self.n_bits)
    }

    /// Whether samples run over the bounds of bytes, and are not what the decoder knows.
    pub(super) fn is_packed(&self) -> bool {
        self.n_bits > 8 && self.n_bits < 16 || self.n_bits < 8 && self.n_samples > 1
    }

    /// Samples in a row of this many pixels.
    pub(super) fn row_samples(&self, width_px: u64) -> u64 {
        width_px.saturating_mul(if self.planar { 1 } else { self.n_samples })
    }

    /// Bytes of such a row.
    pub(super) fn row_bytes(&self, width_px: u64) -> u64 {
        let n_bits = self
            .row_samples(width_px)
            .saturating_mul(u64::from(self.n_bits));
        n_bits.div_ceil(8)
    }

    /// From a sample to that of the next pixel.
    pub(super) fn stride(&self) -> usize {
        if self.planar {
            1
        } else {
            self.n_samples as usize
        }
    }

    pub(super) fn n_pixels(&self) -> usize {
        (self.width_px * self.height_px) as usize
    }

    /// Samples of a pixel beyond its color.
    pub(super) fn n_extra(&self) -> u64 {
        let n_color = match self.color {
            Color::Gray | Color::Palette => 1,
            Color::Rgb | Color::YCbCr => 3,
            Color::Cmyk => 4,
        };
        self.n_samples.saturating_sub(n_color)
    }

    /// 8-bit gray of each entry of the palette, and whether it is a color.
    pub(super) fn palette_gray(&self) -> Vec<(u16, bool)> {
        // Some writers put 8 bits where 16 belong.
        let shift = if self.palette.iter().any(|&value| value > 255) {
            8
        } else {
            0
        };
        let n = self.palette.len() / 3;
        let level = |idx: usize| {
            self.palette
                .get(idx)
                .map_or(0, |&value| (value >> shift) as u16)
        };
        let entry = |idx: usize| {
            let (red, green, blue) = (level(idx), level(n + idx), level(2 * n + idx));
            (luma(red, green, blue), red != green || green != blue)
        };
        (0..n).map(entry).collect()
    }
}

/// Compressions that are not read, by name.
fn unread_compression(code: u64) -> Option<String> {
    let name = match code {
        1 | 4 | 5 | JPEG | 8 | 32_773 | 32_946 => return None,
        2 => "CCITT run-length",
        3 => "CCITT fax group 3",
        6 => "old-style JPEG",
        9 | 10 | 34_661 => "JBIG",
        32_766 => "NeXT",
        32_809 => "ThunderScan",
        33_003..=33_005 | 34_712 => "JPEG 2000",
        34_676 | 34_677 => "SGI LogLuv",
        34_887 => "LERC",
        34_892 => "lossy JPEG (DNG)",
        34_925 => "LZMA",
        34_933 => "PNG",
        34_934 | 22_610 => "JPEG XR",
        50_000 => "zstd",
        50_001 => "WebP",
        50_002 | 52_546 => "JPEG XL",
        other => return Some(format!("unknown ({other})")),
    };
    Some(name.to_owned())
}

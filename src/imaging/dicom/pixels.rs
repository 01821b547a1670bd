//! Raw stored numbers out of the pixel data, whatever it is coded in.

use std::borrow::Cow;

use dicom_dictionary_std::tags;

use crate::domain::Pixels;

use super::DicomError;
use super::attributes::Attributes;
use super::codecs::{self, Decoded};
use super::color::{self, Palette};
use super::elements::Element;
use super::header::{Header, Photometric};
use super::source::Source;
use super::syntax::Coding;

/// Decoded numbers and what was odd about them.
pub(super) struct Stored {
    pub(super) pixels: Pixels,
    /// Bits that a number may take.
    pub(super) bits: u16,
    /// Made gray out of three channels or a palette.
    pub(super) from_color: bool,
    /// Red, green and blue differ somewhere.
    pub(super) colored: bool,
    pub(super) warnings: Vec<String>,
    /// What makes scores doubtful.
    pub(super) doubts: Vec<String>,
}

impl Stored {
    /// The largest number of its bits.
    pub(super) fn white(&self) -> f64 {
        f64::from((1_u32 << self.bits) - 1)
    }
}

/// Decodes the one frame of a data set.
pub(super) fn decode(
    attributes: &Attributes<'_>,
    source: &Source<'_>,
    header: &Header,
) -> Result<Stored, DicomError> {
    let element = attributes.element(tags::PIXEL_DATA);
    let element = element.ok_or(DicomError::NoPixelData)?;
    let unknown = || {
        let (name, uid) = (source.syntax.name, &source.syntax_uid);
        DicomError::TransferSyntax {
            name: format!("{name} ({uid})"),
        }
    };
    let decoded = if element.undefined_length {
        let stream = element.fragments()?.concat();
        let coding = seen_coding(&stream).or(source.syntax.coding);
        let mut decoded = codecs::decode(&stream, coding.ok_or_else(unknown)?, header)?;
        decoded.lossy |= source.syntax.lossy;
        decoded
    } else if source.syntax.coding == Some(Coding::Native) {
        native(&little_endian(element, header), header)?
    } else {
        return Err(unknown());
    };
    let cut = Cut::of(&decoded, header);
    let mut samples = decoded.samples;
    let warnings = cut.warning(decoded.precision).into_iter().collect();
    let doubts = cut.doubt(&samples, decoded.precision).into_iter().collect();
    for sample in &mut samples {
        *sample = cut.number(*sample);
    }
    let offset = if header.signed { -32_768 } else { 0 };
    let bits = if cut.scaled {
        header.bits_stored
    } else {
        cut.bits
    };
    let gray = match header.photometric {
        Photometric::Monochrome1 | Photometric::Monochrome2 => None,
        Photometric::Palette => {
            let palette = Palette::read(attributes, header.stored_range())?;
            Some(palette.gray(&samples, offset))
        }
        Photometric::Rgb | Photometric::Ybr { .. } => {
            let by_header = matches!(header.photometric, Photometric::Ybr { .. });
            let ybr = decoded.ybr.unwrap_or(by_header);
            Some(color::gray_of_channels(&samples, ybr, bits))
        }
    };
    let from_color = gray.is_some();
    let colored = gray.as_ref().is_some_and(|gray| gray.channels_differ);
    let (values, offset, bits) = match gray {
        Some(gray) => (gray.values, 0, gray.bits),
        None => (samples, offset, bits),
    };
    let (width_px, height_px) = (header.width_px as usize, header.height_px as usize);
    let pixels = Pixels::new(width_px, height_px, values, offset);
    let pixels = pixels.map_err(|error| DicomError::PixelLength {
        n_expected: header.n_pixels(),
        n_found: error.n_values,
    })?;
    Ok(Stored {
        pixels,
        bits,
        from_color,
        colored,
        warnings,
        doubts,
    })
}

/// What the first bytes of a stream say, where they are clear.
fn seen_coding(stream: &[u8]) -> Option<Coding> {
    match stream {
        [0xFF, 0xD8, 0xFF, ..] => Some(Coding::Jpeg),
        [0xFF, 0x4F, 0xFF, 0x51, ..] | [0, 0, 0, 12, b'j', b'P', b' ', b' ', ..] => {
            Some(Coding::Jpeg2000)
        }
        _ => None,
    }
}

/// The bytes of plain numbers, low ones first. Bytes that are written as words (OW) come in pairs.
fn little_endian<'a>(element: &Element<'a>, header: &Header) -> Cow<'a, [u8]> {
    let n_together = match (header.bits_allocated, element.vr) {
        (8, Some([b'O', b'B'])) => 1,
        (8, _) => 2,
        (bits, _) => usize::from(bits / 8),
    };
    if !element.encoding.big_endian || n_together == 1 {
        return Cow::Borrowed(element.value);
    }
    let mut bytes = element.value.to_vec();
    bytes.chunks_exact_mut(n_together).for_each(<[u8]>::reverse);
    Cow::Owned(bytes)
}

/// Plain little-endian numbers, of which the lowest 16 bits are kept.
pub(super) fn native(bytes: &[u8], header: &Header) -> Result<Decoded, DicomError> {
    let n_bytes = usize::from(header.bits_allocated / 8);
    let halved = header.photometric == Photometric::Ybr { halved: true };
    let n_found = bytes.len();
    let n_stored = if halved {
        // Two lumas, then the differences of both (C.7.6.3.1.2).
        header.n_pixels().next_multiple_of(2) * 2
    } else {
        header.n_samples()
    };
    let n_expected = n_stored * n_bytes;
    let bytes = bytes.get(..n_expected).ok_or(DicomError::PixelLength {
        n_expected,
        n_found,
    })?;
    let numbers = bytes.chunks_exact(n_bytes).map(|bytes| match *bytes {
        [low, high, ..] => u16::from_le_bytes([low, high]),
        [byte] => u16::from(byte),
        [] => 0,
    });
    let samples: Vec<u16> = if halved {
        let stored: Vec<u16> = numbers.collect();
        let (pairs, _) = stored.as_chunks::<4>();
        let pixels = pairs
            .iter()
            .flat_map(|&[a, b, blue, red]| [a, blue, red, b, blue, red]);
        pixels.take(header.n_samples()).collect()
    } else if header.planar && header.photometric.n_samples() == 3 {
        let planes: Vec<u16> = numbers.collect();
        let mut samples = vec![0; planes.len()];
        for (channel, plane) in planes.chunks_exact(header.n_pixels()).enumerate() {
            let targets = samples.iter_mut().skip(channel).step_by(3);
            for (target, &value) in targets.zip(plane) {
                *target = value;
            }
        }
        samples
    } else {
        numbers.collect()
    };
    Ok(Decoded {
        samples,
        precision: header.bits_allocated.min(16),
        ybr: None,
        lossy: false,
    })
}

/// Which bits of a decoded number are the stored number.
struct Cut {
    bits: u16,
    shift: u16,
    signed: bool,
    /// Numbers that are lossy and go beyond the bits are white, not cut.
    clamped: bool,
    /// A stream of 8 bits under a header of more: spread over its range, unless all would be black.
    scaled: bool,
    bits_stored: u16,
}

impl Cut {
    fn of(decoded: &Decoded, header: &Header) -> Self {
        let (precision, bits_stored) = (decoded.precision, header.bits_stored);
        let is_wider = precision > bits_stored;
        let shift = if is_wider {
            (header.high_bit + 1 - bits_stored).min(precision - bits_stored)
        } else {
            0
        };
        Self {
            bits: precision.min(bits_stored),
            shift,
            clamped: is_wider && decoded.lossy && shift == 0 && !header.signed,
            signed: header.signed,
            scaled: precision <= 8 && bits_stored > 8,
            bits_stored,
        }
    }

    /// The stored number, moved above 0 where it is signed.
    fn number(&self, raw: u16) -> u16 {
        if self.clamped {
            return raw.min(self.white());
        }
        let unused = 16 - u32::from(self.bits);
        let top = (raw >> self.shift) << unused;
        if self.signed {
            let number = top.cast_signed() >> unused;
            let up = if self.scaled {
                self.bits_stored - self.bits
            } else {
                0
            };
            (number << up).cast_unsigned() ^ 0x8000
        } else if self.scaled {
            let white = |bits: u16| (1_u32 << bits) - 1;
            let number = u32::from(top >> unused);
            let (from, to) = (white(self.bits), white(self.bits_stored));
            ((number * to + from / 2) / from) as u16
        } else {
            top >> unused
        }
    }

    fn white(&self) -> u16 {
        u16::MAX >> (16 - self.bits)
    }

    /// Says where the compressed image has fewer bits than the file.
    fn warning(&self, precision: u16) -> Option<String> {
        let stored = self.bits_stored;
        let scaled = if self.scaled {
            format!(": scaled to {stored}")
        } else {
            String::new()
        };
        (precision < stored).then(|| {
            format!("The file says {stored} bits, its compressed image {precision}{scaled}.")
        })
    }

    /// Says where bits that are cut off hold something.
    fn doubt(&self, samples: &[u16], precision: u16) -> Option<String> {
        if precision < self.bits_stored {
            return None;
        }
        let n_below = self.shift + self.bits;
        let above = |raw: u16| u32::from(raw) >> n_below;
        let sign_bit = 1_u32 << (n_below - 1);
        let all_ones = (1_u32 << (precision - n_below)) - 1;
        let is_odd = |&raw: &u16| {
            if self.clamped {
                return u32::from(raw) > u32::from(self.white()) * 9 / 8;
            }
            let negative = self.signed && u32::from(raw) & sign_bit != 0;
            above(raw) != if negative { all_ones } else { 0 }
        };
        samples.iter().any(is_odd).then(|| {
            "Bits above Bits Stored are not empty (an overlay, or Bits Stored is wrong): cut off."
                .to_owned()
        })
    }
}

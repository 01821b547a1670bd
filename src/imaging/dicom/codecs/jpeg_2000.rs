//! JPEG 2000 and HTJ2K (ITU-T T.800, T.814), by openjp2 behind a look at what decoding will take.
//!
//! The library takes memory for every precinct and code block that the headers announce, however
//! little data there are, and fills what is missing with gray. Both are stopped here.

use jpeg2k::Image;

use super::{Decoded, check_stream, codec_error};
use crate::imaging::dicom::DicomError;
use crate::imaging::dicom::header::Header;
use crate::imaging::limits::MAX_PIXELS;

/// Start and size of a codestream; a JP2 file has boxes before it.
const SOC_SIZ: [u8; 4] = [0xFF, 0x4F, 0xFF, 0x51];
/// T.800 allows 65,535 tiles; each costs the decoder memory whatever its size.
const MAX_TILES: u64 = 4096;
/// Each takes some 500 bytes. Usual are some hundred.
const MAX_PRECINCTS: u64 = 1 << 18;
/// Each takes some 150 bytes. Usual are 4 million pixels / 1024.
const MAX_CODE_BLOCKS: u64 = 1 << 20;
/// Packets that the decoder keeps a mark of.
const MAX_PACKETS: u64 = 1 << 25;

/// Decodes a codestream, with or without the boxes of a JP2 file.
pub(super) fn decode(stream: &[u8], header: &Header) -> Result<Decoded, DicomError> {
    let damaged = |cause: &str| codec_error("JPEG 2000", cause);
    let start = stream.windows(4).position(|window| window == SOC_SIZ);
    let start = start.ok_or_else(|| damaged("it has no size header"))?;
    // Without the boxes: what is checked is what is decoded.
    let codestream = stream.get(start..).unwrap_or_default();
    let size = SizeHeader::of(codestream).ok_or_else(|| damaged("its size header breaks off"))?;
    let extent = (size.width_px, size.height_px);
    check_stream(extent, size.n_components, size.precision, header)?;
    if !size.uniform || size.n_tiles > MAX_TILES {
        return Err(damaged("it is subsampled or has too many tiles"));
    }
    if header.n_samples() as u64 > MAX_PIXELS {
        return Err(damaged("it has too many pixels for a color image"));
    }
    let style = check_bounds(codestream, &size).map_err(damaged)?;
    let image = Image::from_bytes(codestream);
    let image = image.map_err(|error| codec_error("JPEG 2000", error.to_string()))?;
    let n_channels = usize::from(size.n_components);
    let mut samples = vec![0; header.n_samples()];
    for (channel, component) in image.components().iter().enumerate() {
        if (component.width(), component.height()) != extent {
            return Err(damaged(
                "a component is not of the size that its header says",
            ));
        }
        let targets = samples.iter_mut().skip(channel).step_by(n_channels);
        for (target, &value) in targets.zip(component.data()) {
            *target = value as u16 & mask(size.precision);
        }
    }
    Ok(Decoded {
        samples,
        precision: u16::from(size.precision),
        ybr: style.has_transform.then_some(false),
        lossy: style.lossy,
    })
}

fn mask(precision: u8) -> u16 {
    u16::MAX >> 16_u8.saturating_sub(precision)
}

/// The header of the codestream (SIZ, T.800 A.5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SizeHeader {
    width_px: u32,
    height_px: u32,
    n_components: u16,
    /// Bits a sample.
    precision: u8,
    /// All components have the same depth and a sample for every pixel.
    uniform: bool,
    n_tiles: u64,
}

impl SizeHeader {
    fn of(codestream: &[u8]) -> Option<Self> {
        let siz = codestream.get(8..)?; // past the markers, Lsiz and Rsiz
        let word = |idx: usize| {
            let (&bytes, _) = siz.get(4 * idx..)?.split_first_chunk()?;
            Some(u32::from_be_bytes(bytes))
        };
        let (x1, y1, x0, y0) = (word(0)?, word(1)?, word(2)?, word(3)?);
        let (tile_width, tile_height) = (word(4)?, word(5)?);
        let (tiles_left, tiles_top) = (word(6)?, word(7)?);
        let (&n_components, rest) = siz.get(32..)?.split_first_chunk()?;
        let n_components = u16::from_be_bytes(n_components);
        let (components, _) = rest.as_chunks::<3>();
        let components = components.get(..usize::from(n_components))?;
        let [depth, ..] = *components.first()?;
        let n_across = (x1.checked_sub(tiles_left)?).div_ceil(tile_width.max(1));
        let n_down = (y1.checked_sub(tiles_top)?).div_ceil(tile_height.max(1));
        Some(Self {
            width_px: x1.checked_sub(x0)?,
            height_px: y1.checked_sub(y0)?,
            n_components,
            precision: (depth & 0x7F) + 1,
            uniform: components
                .iter()
                .all(|&component| component == [depth, 1, 1]),
            n_tiles: u64::from(n_across) * u64::from(n_down),
        })
    }
}

/// What the headers say about the numbers.
#[derive(Default)]
struct Style {
    /// The components are red, green and blue behind a transform.
    has_transform: bool,
    /// Wavelets of real numbers.
    lossy: bool,
}

/// Walks over the headers of the codestream and its tile parts.
fn check_bounds(codestream: &[u8], size: &SizeHeader) -> Result<Style, &'static str> {
    let mut found = Style::default();
    let mut n_layers = 1;
    let mut at = 2;
    let mut tile_end = None;
    loop {
        let Some(&[0xFF, marker]) = codestream.get(at..).and_then(<[u8]>::first_chunk) else {
            return Err("it breaks off within a header");
        };
        if marker == 0x93 {
            // The data of a tile part: what comes next is another, or the end.
            at = match tile_end.take() {
                Some(Some(end)) if end <= codestream.len() => end,
                Some(None) if codestream.windows(2).any(|pair| pair == [0xFF, 0xD9]) => {
                    return Ok(found);
                }
                _ => return Err("it breaks off"),
            };
            let next = codestream.get(at..).and_then(<[u8]>::first_chunk);
            if next != Some(&[0xFF, 0x90]) {
                return Ok(found);
            }
            continue;
        }
        let length = codestream.get(at + 2..).and_then(<[u8]>::first_chunk);
        let length = usize::from(u16::from_be_bytes(*length.ok_or("a header breaks off")?));
        let payload = codestream.get(at + 4..at + 2 + length);
        let payload = payload.ok_or("a header breaks off")?;
        match (marker, payload) {
            (0x51, _) if at != 2 => return Err("it has a second size header"),
            (0x90, [_, _, p3, p2, p1, p0, ..]) => {
                let n = u32::from_be_bytes([*p3, *p2, *p1, *p0]) as usize;
                tile_end = Some((n > 0).then(|| at.saturating_add(n)));
            }
            (0x52, [style, _, l1, l0, transform, coding @ ..]) => {
                found.has_transform = *transform != 0 && size.n_components >= 3;
                found.lossy = coding.get(4) == Some(&0);
                n_layers = u64::from(u16::from_be_bytes([*l1, *l0]));
                Cost::of(coding, style & 1 == 1, size)?.check(n_layers)?;
            }
            (0x53, component) => {
                let n_index = if size.n_components < 257 { 1 } else { 2 };
                let rest = component.get(n_index..).unwrap_or_default();
                let (style, coding) = rest.split_first().ok_or("a header breaks off")?;
                Cost::of(coding, style & 1 == 1, size)?.check(n_layers)?;
            }
            _ => {}
        }
        at += 2 + length;
    }
}

/// What the decoder will take memory for.
#[derive(Default)]
struct Cost {
    n_precincts: u64,
    n_code_blocks: u64,
    /// At any one resolution.
    most_precincts: u64,
    n_resolutions: u64,
    n_components: u64,
}

impl Cost {
    /// Counts by the parameters of a coding style (A.6.1), as if the film were one tile.
    fn of(coding: &[u8], own_precincts: bool, size: &SizeHeader) -> Result<Self, &'static str> {
        let [n_levels, block_width, block_height, _, _, precincts @ ..] = coding else {
            return Err("a coding style breaks off");
        };
        let (n_levels, precincts) = (*n_levels, precincts);
        let (block_width, block_height) = (block_width & 15, block_height & 15);
        if n_levels > 32 || block_width > 8 || block_height > 8 || block_width + block_height > 8 {
            return Err("a coding style is out of range");
        }
        let n_components = u64::from(size.n_components);
        let mut cost = Self {
            n_resolutions: u64::from(n_levels) + 1,
            n_components,
            ..Self::default()
        };
        for resolution in 0..=n_levels {
            let side = |pixels: u32| u64::from(pixels).div_ceil(1 << (n_levels - resolution));
            let (width, height) = (side(size.width_px), side(size.height_px));
            let exponents = match precincts.get(usize::from(resolution)) {
                Some(&both) if own_precincts => (both & 15, both >> 4),
                None if own_precincts => return Err("a coding style breaks off"),
                _ => (15, 15),
            };
            // Tiles and offsets add at most one on each side of each tile.
            let n = |pixels: u64, exponent: u8| pixels.div_ceil(1 << exponent) + 1;
            let n_precincts = n(width, exponents.0) * n(height, exponents.1);
            let within = |block: u8, precinct: u8| (block + 2).min(precinct);
            let n_blocks = n(width, within(block_width, exponents.0))
                * n(height, within(block_height, exponents.1));
            cost.most_precincts = cost.most_precincts.max(n_precincts);
            cost.n_precincts += n_precincts * n_components;
            cost.n_code_blocks += n_blocks * n_components;
        }
        Ok(cost)
    }

    fn check(&self, n_layers: u64) -> Result<(), &'static str> {
        let n_packets = (n_layers + 1)
            .saturating_mul(self.n_resolutions * self.n_components)
            .saturating_mul(self.most_precincts);
        if self.n_precincts > MAX_PRECINCTS
            || self.n_code_blocks > MAX_CODE_BLOCKS
            || n_packets > MAX_PACKETS
        {
            return Err("it has more precincts, code blocks or layers than any film needs");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: SizeHeader = SizeHeader {
        width_px: 2048,
        height_px: 2048,
        n_components: 1,
        precision: 16,
        uniform: true,
        n_tiles: 1,
    };

    fn check(coding: &[u8], own_precincts: bool, n_layers: u64) -> Result<(), &'static str> {
        Cost::of(coding, own_precincts, &SIZE)?.check(n_layers)
    }

    #[test]
    fn usual_coding_styles_pass_and_tiny_precincts_do_not() {
        assert_eq!(check(&[5, 4, 4, 0, 1], false, 12), Ok(()));
        assert_eq!(check(&[2, 4, 4, 0, 1, 0x77, 0x77, 0x88], true, 1), Ok(()));
        assert!(check(&[0, 4, 4, 0, 1, 0x00], true, 1).is_err());
        assert!(check(&[2, 0, 0, 0, 1], false, 1).is_ok());
        assert!(
            check(
                &[5, 4, 4, 0, 1, 0x77, 0x77, 0x77, 0x77, 0x77, 0x55],
                true,
                65_535
            )
            .is_err()
        );
        assert!(check(&[33, 4, 4, 0, 1], false, 1).is_err());
        assert!(check(&[5, 4, 4, 0, 1, 0x77], true, 1).is_err());
    }
}

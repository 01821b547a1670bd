//! RLE Lossless, PS3.5 Annex G. Our own 40 lines: the library's panic on a short segment.

use super::{Decoded, codec_error};
use crate::imaging::dicom::DicomError;
use crate::imaging::dicom::header::Header;

/// Decodes one frame.
pub(super) fn decode(frame: &[u8], header: &Header) -> Result<Decoded, DicomError> {
    let n_channels = usize::from(header.photometric.n_samples());
    let n_bytes = usize::from(header.bits_allocated / 8);
    let samples = samples(frame, header.n_pixels(), n_channels, n_bytes)?;
    Ok(Decoded {
        samples,
        precision: header.bits_allocated.min(16),
        ybr: None,
        lossy: false,
    })
}

/// Numbers of `n_bytes` each, of which the lowest 16 bits are kept, the channels of a pixel together.
fn samples(
    frame: &[u8],
    n_pixels: usize,
    n_channels: usize,
    n_bytes: usize,
) -> Result<Vec<u16>, DicomError> {
    let damaged = |cause: &str| codec_error("RLE", cause);
    let word = |idx: usize| -> Option<usize> {
        let (&bytes, _) = frame.get(4 * idx..)?.split_first_chunk()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    };
    let n_segments = word(0).ok_or_else(|| damaged("header breaks off"))?;
    let n_expected = n_channels * n_bytes;
    if n_segments != n_expected {
        return Err(DicomError::Stream {
            expected: format!("{n_expected} RLE segments"),
            found: n_segments.to_string(),
        });
    }
    let mut samples = vec![0; n_pixels * n_channels];
    for segment in 0..n_segments {
        let start = word(segment + 1).ok_or_else(|| damaged("header breaks off"))?;
        let end = if segment + 1 < n_segments {
            word(segment + 2).ok_or_else(|| damaged("header breaks off"))?
        } else {
            frame.len()
        };
        let packed = frame.get(start..end).filter(|_| start >= 64);
        let packed = packed.ok_or_else(|| damaged("segment is outside the frame"))?;
        let bytes = unpack(packed, n_pixels).ok_or_else(|| damaged("segment breaks off"))?;
        // Channel after channel, and of each the most significant bytes first (G.2).
        let (channel, rank) = (segment / n_bytes, n_bytes - 1 - segment % n_bytes);
        if rank > 1 {
            continue;
        }
        let targets = samples.iter_mut().skip(channel).step_by(n_channels);
        for (target, byte) in targets.zip(bytes) {
            *target |= u16::from(byte) << (8 * rank);
        }
    }
    Ok(samples)
}

/// `PackBits` (G.3.2); `None` when it ends before `n_bytes` are there.
fn unpack(mut packed: &[u8], n_bytes: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(n_bytes);
    while bytes.len() < n_bytes {
        let (&control, rest) = packed.split_first()?;
        packed = rest;
        match control {
            0..=127 => {
                let (literal, rest) = packed.split_at_checked(usize::from(control) + 1)?;
                bytes.extend_from_slice(literal);
                packed = rest;
            }
            128 => {}
            129..=255 => {
                let (&repeated, rest) = packed.split_first()?;
                bytes.resize(bytes.len() + 257 - usize::from(control), repeated);
                packed = rest;
            }
        }
    }
    bytes.truncate(n_bytes);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(segments: &[&[u8]]) -> Vec<u8> {
        let mut header = vec![segments.len() as u32];
        let mut start = 64;
        for segment in segments {
            header.push(start);
            start += segment.len() as u32;
        }
        header.resize(16, 0);
        let header = header.into_iter().flat_map(u32::to_le_bytes);
        header.chain(segments.concat()).collect()
    }

    #[test]
    fn runs_and_literals_are_unpacked_high_bytes_first() {
        // Literal of 2, run of 3 | run of 5.
        let frame = frame(&[&[1, 1, 2, 254, 3], &[252, 9]]);
        let numbers = samples(&frame, 5, 1, 2).unwrap();
        assert_eq!(numbers, [0x0109, 0x0209, 0x0309, 0x0309, 0x0309]);
        let interleaved = samples(&frame, 5, 2, 1).unwrap();
        assert_eq!(interleaved, [1, 9, 2, 9, 3, 9, 3, 9, 3, 9]);
    }

    #[test]
    fn every_truncation_is_an_error() {
        let frame = frame(&[&[1, 1, 2, 254, 3], &[252, 9]]);
        for length in 0..frame.len() {
            assert!(samples(&frame[..length], 5, 1, 2).is_err(), "{length}");
        }
        assert!(samples(&frame, 6, 1, 2).is_err());
        assert!(samples(&frame, 5, 1, 1).is_err());
    }
}

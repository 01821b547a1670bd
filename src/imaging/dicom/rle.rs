//! RLE Lossless, PS3.5 Annex G. Our own 40 lines: the library's panic on a short segment.

use super::DicomError;

/// Decodes one gray frame into little-endian samples of `n_bytes` each, 1 or 2.
pub(super) fn decode(frame: &[u8], n_pixels: usize, n_bytes: usize) -> Result<Vec<u8>, DicomError> {
    let damaged = |cause: &str| DicomError::Codec {
        codec: "RLE",
        cause: cause.to_owned(),
    };
    let word = |idx: usize| -> Option<usize> {
        let (&bytes, _) = frame.get(4 * idx..)?.split_first_chunk()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    };
    let n_segments = word(0).ok_or_else(|| damaged("header breaks off"))?;
    if n_segments != n_bytes {
        return Err(DicomError::Stream {
            expected: format!("{n_bytes} RLE segments"),
            found: n_segments.to_string(),
        });
    }
    let mut samples = vec![0; n_pixels * n_bytes];
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
        // The first segment holds the most significant bytes (G.2).
        let targets = samples
            .iter_mut()
            .skip(n_bytes - 1 - segment)
            .step_by(n_bytes);
        for (target, byte) in targets.zip(bytes) {
            *target = byte;
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
        let samples = decode(&frame, 5, 2).unwrap();
        assert_eq!(samples, [9, 1, 9, 2, 9, 3, 9, 3, 9, 3]);
    }

    #[test]
    fn every_truncation_is_an_error() {
        let frame = frame(&[&[1, 1, 2, 254, 3], &[252, 9]]);
        for length in 0..frame.len() {
            assert!(decode(&frame[..length], 5, 2).is_err(), "{length}");
        }
        assert!(decode(&frame, 6, 2).is_err());
        assert!(decode(&frame, 5, 1).is_err());
    }
}

//! JPEG (ITU-T T.81): which of its codings a stream has, and what it says about colors.

use super::{Decoded, check_stream, codec_error, jpeg_dct, jpeg_lossless};
use crate::imaging::dicom::DicomError;
use crate::imaging::dicom::header::Header;
use crate::imaging::jpeg_stream::{FrameHeader, segments};

/// Decodes a stream by what it says itself, whatever the transfer syntax.
pub(super) fn decode(stream: &[u8], header: &Header) -> Result<Decoded, DicomError> {
    let frame = FrameHeader::of(stream);
    let frame = frame.ok_or_else(|| codec_error("JPEG", "it has no frame header"))?;
    let size = (u32::from(frame.width_px), u32::from(frame.height_px));
    check_stream(size, u16::from(frame.n_components), frame.precision, header)?;
    let (codec, samples) = match frame.marker {
        0xC0..=0xC2 => ("JPEG", jpeg_dct::decode(stream)),
        0xC3 => ("JPEG lossless", jpeg_lossless::decode(stream)),
        0xF7 => return super::jpeg_ls::decode(stream, header),
        0xC9..=0xCB => ("JPEG", Err("arithmetic coding is not supported")),
        _ => ("JPEG", Err("hierarchical coding is not supported")),
    };
    // Lossless coding transforms no colors; JFIF has luma and differences only.
    let by_stream = adobe_transform(stream).map(|transform| transform != 0);
    let ybr = by_stream.or_else(|| is_jfif(stream).then_some(true));
    let ybr = ybr.filter(|_| frame.marker != 0xC3);
    Ok(Decoded {
        samples: samples.map_err(|cause| codec_error(codec, cause))?,
        precision: u16::from(frame.precision),
        ybr,
        lossy: frame.marker != 0xC3,
    })
}

/// What Adobe's marker says about the color transform.
fn adobe_transform(stream: &[u8]) -> Option<u8> {
    segments(stream).find_map(|segment| match *segment.payload {
        [
            b'A',
            b'd',
            b'o',
            b'b',
            b'e',
            _,
            _,
            _,
            _,
            _,
            _,
            transform,
            ..,
        ] if segment.marker == 0xEE => Some(transform),
        _ => None,
    })
}

fn is_jfif(stream: &[u8]) -> bool {
    segments(stream).any(|segment| segment.marker == 0xE0 && segment.payload.starts_with(b"JFIF"))
}

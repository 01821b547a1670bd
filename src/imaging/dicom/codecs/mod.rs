//! Decoders of compressed pixel data. Each gives the numbers of the stream as they are; what they
//! mean is decided elsewhere, by the header.

mod huffman;
mod idct;
mod jpeg;
mod jpeg_2000;
mod jpeg_dct;
mod jpeg_lossless;
mod jpeg_ls;
mod jpeg_ls_bits;
mod jpeg_scans;
mod jpeg_xl;
mod rle;

use super::DicomError;
use super::header::Header;
use super::syntax::Coding;

/// Numbers out of a stream.
#[derive(Debug)]
pub(super) struct Decoded {
    /// Row by row, the channels of a pixel together.
    pub(super) samples: Vec<u16>,
    /// Bits that a number may take, 1 to 16.
    pub(super) precision: u16,
    /// Whether three channels are luma and differences of color, where the stream says so.
    pub(super) ybr: Option<bool>,
    /// Numbers may lie somewhat beyond those that were coded.
    pub(super) lossy: bool,
}

/// Decodes the one frame, whose fragments are joined.
pub(super) fn decode(
    stream: &[u8],
    coding: Coding,
    header: &Header,
) -> Result<Decoded, DicomError> {
    match coding {
        Coding::Rle => rle::decode(stream, header),
        Coding::Jpeg => jpeg::decode(stream, header),
        Coding::JpegLs => jpeg_ls::decode(stream, header),
        Coding::Jpeg2000 => jpeg_2000::decode(stream, header),
        Coding::JpegXl => jpeg_xl::decode(stream, header),
        Coding::Native => super::pixels::native(stream, header),
        Coding::Deflated => inflated(stream, header),
    }
}

fn inflated(stream: &[u8], header: &Header) -> Result<Decoded, DicomError> {
    use std::io::Read as _;

    let n_expected = header.n_samples() * usize::from(header.bits_allocated / 8);
    let mut bytes = vec![];
    let mut reader = flate2::read::DeflateDecoder::new(stream).take(n_expected as u64);
    let read = reader.read_to_end(&mut bytes);
    read.map_err(|error| codec_error("deflated", error.to_string()))?;
    super::pixels::native(&bytes, header)
}

/// Refuses a stream whose size or number of channels is not the header's.
fn check_stream(
    (width_px, height_px): (u32, u32),
    n_channels: u16,
    precision: u8,
    header: &Header,
) -> Result<(), DicomError> {
    let fits = (width_px, height_px) == (header.width_px, header.height_px);
    let n_expected = header.photometric.n_samples();
    if fits && n_channels == n_expected && (2..=16).contains(&precision) {
        return Ok(());
    }
    let (width, height) = (header.width_px, header.height_px);
    Err(DicomError::Stream {
        expected: format!("{width} x {height} pixels, {n_expected} component(s), 2 to 16 bits"),
        found: format!("{width_px} x {height_px}, {n_channels}, {precision}"),
    })
}

fn codec_error(codec: &'static str, cause: impl Into<String>) -> DicomError {
    let cause = cause.into();
    DicomError::Codec { codec, cause }
}

//! JPEG XL, by jxl-oxide.

use jxl_oxide::{AllocTracker, JxlImage};

use super::{Decoded, check_stream, codec_error};
use crate::imaging::dicom::DicomError;
use crate::imaging::dicom::header::Header;

/// Most memory that the decoder may take.
const MAX_DECODER_BYTES: usize = 1 << 30;

/// Decodes a codestream or container; colors come out as red, green and blue.
pub(super) fn decode(stream: &[u8], header: &Header) -> Result<Decoded, DicomError> {
    let damaged =
        |error: Box<dyn std::error::Error + Send + Sync>| codec_error("JPEG XL", error.to_string());
    let image = JxlImage::builder()
        .alloc_tracker(AllocTracker::with_limit(MAX_DECODER_BYTES))
        .read(stream)
        .map_err(damaged)?;
    let depth = image.image_header().metadata.bit_depth.bits_per_sample();
    let precision = depth.min(u32::from(u8::MAX)) as u8;
    let n_channels = if image.pixel_format().is_grayscale() {
        1
    } else {
        3
    };
    check_stream(
        (image.width(), image.height()),
        n_channels,
        precision,
        header,
    )?;
    let frame = image.render_frame(0).map_err(damaged)?;
    let mut shares = vec![0_f32; header.n_samples()];
    let mut pixels = frame.stream_no_alpha();
    let n_found = pixels.write_to_buffer(&mut shares);
    if n_found != shares.len() {
        return Err(DicomError::PixelLength {
            n_expected: shares.len(),
            n_found,
        });
    }
    let white = ((1_u32 << precision) - 1) as f32;
    let number = |share: f32| (share * white).round().clamp(0.0, white) as u16;
    Ok(Decoded {
        samples: shares.into_iter().map(number).collect(),
        precision: u16::from(precision),
        ybr: Some(false),
        lossy: true,
    })
}

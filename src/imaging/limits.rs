//! How large a file and a picture may be.

use std::path::Path;

use super::FilmError;

/// Larger files are refused unread. An uncompressed 16-bit film of the largest detectors has 40 MB.
pub const MAX_FILE_BYTES: u64 = 256 << 20;

/// Longest side that is decoded; also the largest texture of common graphics cards.
pub const MAX_SIDE_PX: u64 = 16_384;

/// Most pixels that are decoded: 128 MiB at 16 bits. The largest detectors give 16 million.
pub const MAX_PIXELS: u64 = 64 << 20;

/// Refuses sizes that are not to be decoded; call before taking memory for pixels.
pub(super) fn check_size(width_px: u64, height_px: u64, path: &Path) -> Result<(), FilmError> {
    if size_is_allowed(width_px, height_px) {
        Ok(())
    } else {
        Err(FilmError::PictureSize {
            path: path.to_path_buf(),
            width_px,
            height_px,
        })
    }
}

fn size_is_allowed(width_px: u64, height_px: u64) -> bool {
    let sides = 1..=MAX_SIDE_PX;
    sides.contains(&width_px) && sides.contains(&height_px) && width_px * height_px <= MAX_PIXELS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bounded_by_side_and_by_area() {
        assert!(size_is_allowed(1, 1));
        assert!(size_is_allowed(16_384, 4096));
        assert!(!size_is_allowed(16_384, 4097));
        assert!(!size_is_allowed(16_385, 1));
        assert!(!size_is_allowed(0, 5));
        assert!(!size_is_allowed(u64::MAX, u64::MAX));
    }
}

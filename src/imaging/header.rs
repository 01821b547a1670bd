//! What a file says of itself, without its picture.

use std::path::Path;

use super::decode::film_bytes;
use super::sniff::{FilmFormat, head_of_length, is_named_like_picture};
use super::{FilmError, FilmRecord, Metadata, archive, dicom};

/// Bytes at the start of a file that hold patient, study and series: thumbnails and private groups may come before.
const N_RECORD_BYTES: u64 = 64 << 10;

/// The record of a DICOM film, by the first bytes of its file; `None` where they tell of none. Files that are named
/// like pictures are not looked into: of a hundred thousand of them that would take long.
pub fn film_record(path: &Path) -> Option<FilmRecord> {
    if is_named_like_picture(path) {
        return None;
    }
    let head = head_of_length(path, N_RECORD_BYTES).ok();
    let head = head.or_else(|| archive::head_bytes(path, N_RECORD_BYTES))?;
    let record = dicom::record_of_head(&head)?;
    (record != FilmRecord::default()).then_some(record)
}

/// The elements of a DICOM file; `None` for a file of another format.
pub fn dicom_metadata(path: &Path) -> Result<Option<Metadata>, FilmError> {
    let bytes = film_bytes(path)?;
    if FilmFormat::of(&bytes) != Some(FilmFormat::Dicom) {
        return Ok(None);
    }
    let contents = dicom::contents(&bytes).map_err(|cause| FilmError::Dicom {
        path: path.to_path_buf(),
        cause,
    })?;
    Ok(Some(contents))
}

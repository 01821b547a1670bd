//! Errors from decoding a file.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::dicom::DicomError;
use super::limits::{MAX_FILE_BYTES, MAX_PIXELS, MAX_SIDE_PX};
use crate::files::open_fault;

/// Errors from reading a file as a film; every text ends with the path.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum FilmError {
    #[error("{}: {}", open_fault(cause), path.display())]
    Unreadable { path: PathBuf, cause: io::Error },
    #[error("not a file but a folder: {}", path.display())]
    Folder { path: PathBuf },
    #[error("expected a regular file, got a device or pipe: {}", path.display())]
    NotRegular { path: PathBuf },
    #[error("expected an image, got an empty file: {}", path.display())]
    Empty { path: PathBuf },
    #[error("expected at most {MAX_FILE_BYTES} bytes, got {n_bytes}: {}", path.display())]
    TooLarge { path: PathBuf, n_bytes: u64 },
    #[error("expected a PNG, JPEG, TIFF, BMP or DICOM file, got {found}: {}", path.display())]
    UnknownFormat { path: PathBuf, found: String },
    #[error(
        "expected 1 to {MAX_SIDE_PX} pixels per side and at most {MAX_PIXELS} in all, \
         got {width_px} x {height_px}: {}",
        path.display()
    )]
    PictureSize {
        path: PathBuf,
        width_px: u64,
        height_px: u64,
    },
    #[error("{format} file with {found}, which is not read: {}", path.display())]
    Unsupported {
        path: PathBuf,
        format: &'static str,
        found: String,
    },
    #[error("cannot be read out of the ZIP archive: {cause}: {}", path.display())]
    Archive { path: PathBuf, cause: String },
    #[error("{format} file is damaged or not supported: {cause}: {}", path.display())]
    Damaged {
        path: PathBuf,
        format: &'static str,
        cause: String,
    },
    #[error("the decoder failed on this file ({panic_text}): {}", path.display())]
    Decoder { path: PathBuf, panic_text: String },
    #[error("{cause}: {}", path.display())]
    Dicom { path: PathBuf, cause: DicomError },
}

impl FilmError {
    /// The file that was refused.
    pub fn path(&self) -> &Path {
        match self {
            Self::Unreadable { path, .. }
            | Self::Folder { path }
            | Self::NotRegular { path }
            | Self::Empty { path }
            | Self::TooLarge { path, .. }
            | Self::UnknownFormat { path, .. }
            | Self::PictureSize { path, .. }
            | Self::Unsupported { path, .. }
            | Self::Archive { path, .. }
            | Self::Damaged { path, .. }
            | Self::Decoder { path, .. }
            | Self::Dicom { path, .. } => path,
        }
    }
}

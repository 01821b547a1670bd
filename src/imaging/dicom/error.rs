use thiserror::Error;

/// Errors from reading a DICOM file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum DicomError {
    #[error("DICOM file is damaged: {cause}")]
    Damaged { cause: String },
    #[error("expected at most {limit} sequences within each other, got more")]
    TooDeep { limit: usize },
    #[error("expected at most {limit} elements, got more")]
    TooManyElements { limit: usize },
    #[error("expected at most {limit} bytes after inflating, got more")]
    InflatesTooFar { limit: u64 },
    #[error("expected a transfer syntax that this build reads, got {name}")]
    TransferSyntax { name: String },
    #[error("expected an image, got {found}")]
    NoImage { found: String },
    #[error("expected {expected} in {attribute}, got {found}")]
    Attribute {
        attribute: &'static str,
        expected: &'static str,
        found: String,
    },
    #[error("expected a single frame, got {n_frames} frames")]
    Frames { n_frames: i64 },
    #[error("expected a gray, RGB, YBR or PALETTE COLOR image, got {found}")]
    Color { found: String },
    #[error("expected {n_expected} bytes of pixel data, got {n_found}")]
    PixelLength { n_expected: usize, n_found: usize },
    #[error("expected pixel data, got none")]
    NoPixelData,
    #[error("expected {expected} in the compressed image, got {found}")]
    Stream { expected: String, found: String },
    #[error("{codec} image is damaged or not supported: {cause}")]
    Codec { codec: &'static str, cause: String },
}

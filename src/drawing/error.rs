use thiserror::Error;

/// Errors from making a picture of a drawing.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum DrawingError {
    #[error("the drawing could not be read: {0}")]
    Svg(#[from] resvg::usvg::Error),
    #[error("not enough memory for a picture of {width} x {height} pixels")]
    Memory { width: u32, height: u32 },
    #[error("the picture could not be encoded: {0}")]
    Encode(String),
}

//! A film opened and scored: the same functions for the window, the list, `classify` and `export`.

mod error;
mod opened;
mod scored;

pub use error::ScoringError;
pub use opened::{OpenedFilm, open, open_corrected};
pub use scored::{ScoredFilm, infer, score};

//! Films with labels: tables, folders, splits by patient, undersampling, and what stands in them.
//!
//! Nothing is dropped in silence: what is missing, twice there or not believed is counted and named.

mod random;
mod table;

pub use random::SeededRandom;
pub use table::{FilmRow, FilmTable, FindingSet, MAX_LABELS, Sex, ViewPosition};

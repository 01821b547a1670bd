//! Films with labels: tables, folders, splits by patient, undersampling, and what stands in them.
//!
//! Nothing is dropped in silence: what is missing, twice there or not believed is counted and named.

mod random;
mod table;
mod columns;
mod table_csv;
mod table_cells;
mod read;
mod files;
mod boxes;
mod folder;
mod error;

pub use boxes::{BOX_FRAME_PX, FindingBox, read_boxes};
pub use columns::{ColumnMap, LabelColumns, NO_FINDING, read_header};
pub use error::DataError;
pub use folder::{DataSet, FileReport};
pub use random::SeededRandom;
pub use table::{FilmRow, FilmTable, FindingSet, MAX_LABELS, Sex, ViewPosition};
pub use table_csv::TableWarning;

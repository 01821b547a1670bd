//! Films with labels: tables, folders, splits by patient, undersampling, decoded films, batches.
//!
//! Nothing is dropped silently: missing, duplicate and implausible entries are counted and named.

mod random;
mod streams;
mod label_rules;
mod text;
mod table_file;
mod table;
mod columns;
mod table_columns;
mod path_parts;
mod parsed_row;
mod studies;
mod repeats;
mod table_csv;
mod cells;
mod files;
mod boxes;
mod folder;
mod film_names;
mod lists;
mod soft_labels;
mod split;
mod folder_lists;
mod undersample;
mod summary;
mod error;
mod cache;
mod augment;
mod loader;
#[cfg(test)]
mod samples;

pub use augment::Augmentation;
pub use boxes::{BOX_FRAME_PX, FindingBox, boxes_of_film, read_boxes};
pub use cache::{CacheError, FilmCache};
pub use columns::{ColumnMap, LabelColumns, column_like};
pub use error::DataError;
pub use folder::{DataSet, FileReport, NamedCells, row_above, table_above};
pub use folder_lists::lists_in;
pub use label_rules::{LabelRuleError, LabelRules, Readers, Uncertain};
pub use lists::{ListedFilms, read_list};
pub use loader::{Batch, EpochPlan, LabelledFilm, Loader, TrainingSet};
pub use parsed_row::TableWarning;
pub use path_parts::patient_of_path;
pub use random::SeededRandom;
pub use soft_labels::{SoftLabels, SoftSummary};
pub use split::{Leak, Split, SplitError, SplitLists, SplitRule, SplitShares};
pub use streams::Stream;
pub use summary::{AgeSummary, PartSummary, SexCounts, ViewCounts};
pub use table::{FilmRow, FilmTable, FindingSet, MAX_LABELS, Sex, ViewPosition};
pub use table_file::{TableFile, TableRow, read_header};
pub use undersample::{Undersampling, UndersamplingError, undersample};

//! Results of many films as files: chunks that several processes write side by side, and what they are merged into.
//!
//! [`FilmResult`] is a row, [`ResultFormat`] its form; [`ResultsFolder`] holds the chunks of all shards under one
//! [`Manifest`]; [`merge()`] makes one file of them. [`ParquetTable`] reads Parquet by whomever it was written.

mod error;
mod film_result;
mod format;
mod column;
mod jsonl;
mod csv_file;
mod parquet_file;
mod result_file;
mod manifest;
mod results_folder;
mod merge;

pub use column::{Cell, Column, ColumnKind};
pub use error::ResultsError;
pub use film_result::{FilmResult, InputResult};
pub use format::ResultFormat;
pub use jsonl::json_line;
pub use manifest::{FilmChanges, Manifest};
pub use merge::{MergeError, MergedFilms, merge};
pub use parquet_file::{ParquetCells, ParquetKind, ParquetTable, ParquetWriter};
pub use result_file::{ResultWriter, read_films};
pub use results_folder::{ResultsFolder, ShardSummary};

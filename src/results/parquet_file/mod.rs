//! Apache Parquet: columns with types and a footer, as pandas, `DuckDB` and Spark read them.

mod read;
mod write;
mod films;

pub(super) use films::{cells_of, kinds_of};
pub use read::ParquetTable;
pub use write::{ParquetCells, ParquetKind, ParquetWriter};

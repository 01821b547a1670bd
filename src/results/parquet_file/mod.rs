//! Apache Parquet: columns with types and a footer, as pandas, `DuckDB` and Spark read them.

mod read;
mod write;

pub use read::ParquetTable;
pub use write::ParquetWriter;

//! Files and the process: atomic writes, bounded reads, cells of CSV, paths as text, memory, free disk space.
//!
//! Knows nothing else of ours. The priority of worker threads is set by the pool of the CPU kernels,
//! which know no files.

mod csv_line;
mod path_text;
mod process;
mod read_bounded;
mod write_whole;

pub use csv_line::{csv_line, csv_text};
pub use path_text::{path_of_text, path_text};
pub use process::{free_bytes, give_large_buffers_back, peak_mib};
pub use read_bounded::{BoundedReadError, open_fault, read_bounded};
pub use write_whole::write_whole;

//! Files and the process: bounded reads, whole writes, locks, cells of CSV, paths as text, memory, free disk space.
//!
//! All reads of files that others may have made and all writes of the program are here, so that no
//! pipe is waited for, no file without end is read, and nothing is replaced that should be kept.
//! Knows nothing else of ours. The priority of worker threads is set by the pool of the CPU kernels,
//! which know no files.

mod csv_line;
mod io_reason;
mod lock;
mod path_text;
mod process;
mod read_bounded;
mod temporary;
mod writable;
mod write_whole;

pub use csv_line::{csv_line, csv_text};
pub use io_reason::io_reason;
pub use lock::Lock;
pub use path_text::{path_of_text, path_text};
pub use process::{available_memory_bytes, free_bytes, give_large_buffers_back, peak_mib};
pub use read_bounded::{
    BoundedReadError, open_fault, open_regular, read_bounded, read_end, read_text_bounded,
};
pub use temporary::{clean_once, remove_leftovers, temporary_in};
pub use writable::check_writable;
pub use write_whole::{Existing, append, write_file, write_file_by, write_whole};

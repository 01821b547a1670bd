//! NVIDIA's libraries, fetched when a GPU is asked for instead of when the program starts.
//!
//! candle calls them as if they were linked. The functions it calls are defined here by name: each
//! jumps to where its slot points, at first to one that answers "not supported". [`load`] opens the
//! libraries and points the slots at theirs. The linker finds these definitions first, so the
//! program names none of the libraries as needed and starts on any machine.
//!
//! The CUDA runtime is not among them: only candle's kernels for quantized networks use it, which
//! are linked in but never run here. Its functions refuse.

#![expect(
    unsafe_code,
    reason = "functions of C libraries opened at run time; each block says why it is sound"
)]

mod forwards;
#[cfg(feature = "cuda")]
mod runtime;

use std::ffi::{CString, c_void};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, Ordering};

use thiserror::Error;

pub use forwards::load;

/// Where a function jumps to.
type Slot = AtomicPtr<c_void>;

/// A library, its possible file names, newest first, and the functions taken from it.
struct Library {
    files: &'static [&'static str],
    functions: &'static [(&'static str, &'static Slot)],
}

/// Errors from loading the libraries.
#[derive(Debug, Error)]
pub enum CudaLibraryError {
    #[error("no NVIDIA driver or library: {file} was not found")]
    Missing { file: &'static str },
    #[error("the NVIDIA library is too old or too new: expected a function {function} in {file}")]
    Function {
        file: &'static str,
        function: &'static str,
    },
}

impl Library {
    /// Points every slot at the library's function; all of them, or none.
    ///
    /// The library stays open for the life of the program, as one that is linked does.
    fn load(&self) -> Result<(), CudaLibraryError> {
        let (file, handle) = self.open()?;
        let functions = self.functions.iter().map(|&(function, slot)| {
            let name = CString::new(function).ok();
            // SAFETY: the handle is open and never closed, the name ends in 0.
            let found = name.map(|name| unsafe { libc::dlsym(handle.as_ptr(), name.as_ptr()) });
            match found.and_then(NonNull::new) {
                Some(found) => Ok((slot, found)),
                None => Err(CudaLibraryError::Function { file, function }),
            }
        });
        for (slot, found) in functions.collect::<Result<Vec<_>, _>>()? {
            slot.store(found.as_ptr(), Ordering::Release);
        }
        Ok(())
    }

    fn open(&self) -> Result<(&'static str, NonNull<c_void>), CudaLibraryError> {
        for file in self.files {
            let Ok(name) = CString::new(*file) else {
                continue;
            };
            // SAFETY: the name ends in 0. Opening runs the library's initializers, as linking
            // with it would have.
            let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL) };
            if let Some(handle) = NonNull::new(handle) {
                return Ok((file, handle));
            }
        }
        let file = self.files.first().copied().unwrap_or_default();
        Err(CudaLibraryError::Missing { file })
    }
}

#[cfg(test)]
mod tests;

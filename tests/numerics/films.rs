//! The folder of real films that some tests need.

use std::path::PathBuf;

/// The folder that `CXR_DATA` names; `None`, said on standard error, where the variable is unset.
///
/// A folder that is named but missing is a mistake, and fails the test.
pub fn folder(test: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("CXR_DATA") else {
        eprintln!("skipped, CXR_DATA is not set: {test}");
        return None;
    };
    let folder = PathBuf::from(folder);
    assert!(
        folder.is_dir(),
        "CXR_DATA names no folder: {}",
        folder.display()
    );
    Some(folder)
}

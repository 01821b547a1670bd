//! Temporary files of this program: told by their names, and in use while they are locked.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::NamedTempFile;

const PREFIX: &str = ".thorax-";
const SUFFIX: &str = ".tmp";
/// Letters and digits between prefix and suffix.
const N_RANDOM: usize = 10;
/// Another process may remove a file between its creation and its lock; hardly twice.
const N_ATTEMPTS: usize = 8;

/// Folders that this process has looked through for leftovers.
static CLEANED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A new temporary file in `folder`, removed when dropped.
///
/// It is locked while it is open, so that [`remove_leftovers`] of another process leaves it alone.
/// The first one in a folder removes what killed processes left there.
pub fn temporary_in(folder: &Path) -> io::Result<NamedTempFile> {
    clean_once(folder);
    for _ in 0..N_ATTEMPTS {
        let file = tempfile::Builder::new()
            .prefix(PREFIX)
            .suffix(SUFFIX)
            .rand_bytes(N_RANDOM)
            .tempfile_in(folder)?;
        // Where files cannot be locked, leftovers are not removed either.
        let is_taken = matches!(file.as_file().try_lock(), Err(TryLockError::WouldBlock));
        if !is_taken && file.path().exists() {
            return Ok(file);
        }
    }
    Err(io::Error::other("temporary files are removed at once"))
}

/// Removes temporary files of this program that no process has open, as a killed one leaves them.
pub fn remove_leftovers(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if !is_file || !entry.file_name().to_str().is_some_and(is_ours) {
            continue;
        }
        let path = entry.path();
        let file = OpenOptions::new().read(true).write(true).open(&path);
        if let Ok(file) = file
            && file.try_lock().is_ok()
        {
            // Before the lock ends with the file. What cannot be removed now is there next time.
            let _ = fs::remove_file(&path);
        }
    }
}

/// [`remove_leftovers`], for the first time in this process only.
pub fn clean_once(folder: &Path) {
    let key = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mut cleaned = CLEANED.lock().unwrap_or_else(PoisonError::into_inner);
    let is_new = cleaned.insert(key);
    drop(cleaned);
    if is_new {
        remove_leftovers(folder);
    }
}

fn is_ours(name: &str) -> bool {
    let random = name
        .strip_prefix(PREFIX)
        .and_then(|rest| rest.strip_suffix(SUFFIX));
    random.is_some_and(|random| {
        random.len() == N_RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leftover_is_removed_and_a_file_in_use_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let used = temporary_in(folder.path()).unwrap();
        let (_, left) = temporary_in(folder.path()).unwrap().keep().unwrap();
        let others = [".thorax-short.tmp", "thorax-abcdefghij.tmp", ".tmpabcdef"];
        for name in others {
            fs::write(folder.path().join(name), "").unwrap();
        }
        remove_leftovers(folder.path());
        assert!(used.path().exists() && !left.exists());
        assert!(others.iter().all(|name| folder.path().join(name).exists()));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_with_the_name_of_a_leftover_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let film = folder.path().join("film.png");
        fs::write(&film, "film").unwrap();
        let link = folder.path().join(".thorax-abcdefghij.tmp");
        std::os::unix::fs::symlink(&film, &link).unwrap();
        remove_leftovers(folder.path());
        assert!(link.exists() && film.exists());
    }

    #[test]
    fn the_first_file_in_a_folder_removes_leftovers() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(".thorax-abcdefghij.tmp");
        fs::write(&left, "half").unwrap();
        temporary_in(folder.path()).unwrap();
        assert!(!left.exists());
    }
}

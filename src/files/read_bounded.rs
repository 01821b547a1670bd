use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use thiserror::Error;

/// Why a file was not read.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum BoundedReadError {
    #[error("not a file but a folder")]
    Folder,
    #[error("not a regular file")]
    NotRegular,
    #[error("{n_bytes} bytes or more")]
    TooLarge { n_bytes: u64 },
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Reads a whole regular file of at most `max_bytes`; larger files, folders, devices and pipes are
/// refused without reading them.
pub fn read_bounded(path: &Path, max_bytes: u64) -> Result<Vec<u8>, BoundedReadError> {
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(BoundedReadError::Folder);
    }
    // Opening a pipe waits for its other end, which may never come.
    if !metadata.is_file() {
        return Err(BoundedReadError::NotRegular);
    }
    let n_bytes = metadata.len();
    if n_bytes > max_bytes {
        return Err(BoundedReadError::TooLarge { n_bytes });
    }
    // The length may be wrong by now, or always (files under /proc have 0).
    let mut bytes = Vec::with_capacity(n_bytes as usize);
    let mut limited = File::open(path)?.take(max_bytes.saturating_add(1));
    limited.read_to_end(&mut bytes)?;
    let n_bytes = bytes.len() as u64;
    if n_bytes > max_bytes {
        return Err(BoundedReadError::TooLarge { n_bytes });
    }
    Ok(bytes)
}

/// Why a file could not be opened, for a message that names its path behind.
pub fn open_fault(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::IsADirectory => "not a file but a folder".to_owned(),
        _ => format!("cannot open ({error})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_at_the_limit_is_read_and_one_byte_more_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, b"four").unwrap();
        assert_eq!(read_bounded(&path, 4).unwrap(), b"four");
        let refused = read_bounded(&path, 3);
        assert!(matches!(
            refused,
            Err(BoundedReadError::TooLarge { n_bytes: 4 })
        ));
    }

    #[test]
    fn missing_files_and_folders_are_named_without_a_number_of_the_system() {
        let fault = |kind: io::ErrorKind| open_fault(&kind.into());
        assert_eq!(fault(io::ErrorKind::NotFound), "no such file");
        assert_eq!(
            fault(io::ErrorKind::IsADirectory),
            "not a file but a folder"
        );
        assert!(fault(io::ErrorKind::PermissionDenied).starts_with("cannot open ("));
    }

    #[test]
    fn folders_and_missing_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            read_bounded(folder.path(), 4),
            Err(BoundedReadError::Folder)
        ));
        assert!(matches!(
            read_bounded(&folder.path().join("none"), 4),
            Err(BoundedReadError::Io(_))
        ));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn devices_are_refused_and_a_false_length_of_zero_is_still_bounded() {
        assert!(matches!(
            read_bounded(Path::new("/dev/zero"), 4),
            Err(BoundedReadError::NotRegular)
        ));
        let status = Path::new("/proc/self/status");
        assert!(matches!(
            read_bounded(status, 4),
            Err(BoundedReadError::TooLarge { n_bytes: 5 })
        ));
        assert!(!read_bounded(status, 1 << 20).unwrap().is_empty());
    }
}

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use thiserror::Error;

use super::io_reason;

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
    #[error("{}", io_reason(.0))]
    Io(#[from] io::Error),
}

impl From<BoundedReadError> for io::Error {
    fn from(fault: BoundedReadError) -> Self {
        match fault {
            BoundedReadError::Io(error) => error,
            BoundedReadError::Folder => io::ErrorKind::IsADirectory.into(),
            fault => Self::other(fault.to_string()),
        }
    }
}

/// Opens a regular file to read; folders, devices and pipes are refused.
pub fn open_regular(path: &Path) -> Result<File, BoundedReadError> {
    // Opening a pipe waits for its other end, which may never come.
    check_regular(&fs::metadata(path)?)?;
    let file = File::open(path)?;
    // It may be another file by now.
    check_regular(&file.metadata()?)?;
    Ok(file)
}

fn check_regular(metadata: &Metadata) -> Result<(), BoundedReadError> {
    if metadata.is_dir() {
        return Err(BoundedReadError::Folder);
    }
    if !metadata.is_file() {
        return Err(BoundedReadError::NotRegular);
    }
    Ok(())
}

/// Reads a whole regular file of at most `max_bytes`; larger files, folders, devices and pipes are
/// refused without reading them.
pub fn read_bounded(path: &Path, max_bytes: u64) -> Result<Vec<u8>, BoundedReadError> {
    let file = open_regular(path)?;
    let n_bytes = file.metadata()?.len();
    if n_bytes > max_bytes {
        return Err(BoundedReadError::TooLarge { n_bytes });
    }
    // The length may be wrong by now, or always (files under /proc have 0).
    let mut bytes = Vec::with_capacity(n_bytes as usize);
    let mut limited = file.take(max_bytes.saturating_add(1));
    limited.read_to_end(&mut bytes)?;
    let n_bytes = bytes.len() as u64;
    if n_bytes > max_bytes {
        return Err(BoundedReadError::TooLarge { n_bytes });
    }
    Ok(bytes)
}

/// The same for text in UTF-8.
pub fn read_text_bounded(path: &Path, max_bytes: u64) -> Result<String, BoundedReadError> {
    let bytes = read_bounded(path, max_bytes)?;
    String::from_utf8(bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "expected text in UTF-8").into())
}

/// The last `max_bytes` of a regular file, or all of a shorter one.
pub fn read_end(path: &Path, max_bytes: u64) -> Result<Vec<u8>, BoundedReadError> {
    let mut file = open_regular(path)?;
    let n_bytes = file.metadata()?.len();
    file.seek(SeekFrom::Start(n_bytes.saturating_sub(max_bytes)))?;
    let mut bytes = Vec::new();
    file.take(max_bytes).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Why a file could not be opened, for a message that names its path behind.
pub fn open_fault(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::IsADirectory => io_reason(error),
        _ => format!("cannot open ({})", io_reason(error)),
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
        assert_eq!(
            fault(io::ErrorKind::PermissionDenied),
            "cannot open (you have no permission)"
        );
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

    #[test]
    fn the_end_of_a_long_file_is_read_and_text_must_be_utf_8() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.txt");
        fs::write(&path, b"one two \xff").unwrap();
        assert_eq!(read_end(&path, 5).unwrap(), b"two \xff");
        assert_eq!(read_end(&path, 50).unwrap().len(), 9);
        let error = io::Error::from(read_text_bounded(&path, 50).unwrap_err());
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
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

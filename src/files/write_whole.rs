use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use super::temporary::temporary_in;

/// What becomes of a file that is there where one is written. Folders, devices and pipes are kept
/// in any case.
#[derive(Clone, Copy, Debug)]
pub enum Existing {
    /// It is kept: an error. For files that the user asked for.
    Keep,
    /// It is replaced, unless it is a film, as the function tells. For those who said so.
    ReplaceUnless(fn(&Path) -> bool),
    /// It is replaced: a file of the program's own.
    Replace,
}

impl Existing {
    /// For a file that the user asked for, with or without leave to replace what is there.
    pub fn for_output(may_replace: bool, is_film: fn(&Path) -> bool) -> Self {
        if may_replace {
            Self::ReplaceUnless(is_film)
        } else {
            Self::Keep
        }
    }

    /// An error if a file at `path` would not be written as things are now: before long work.
    pub fn check(self, path: &Path) -> io::Result<()> {
        let kept = |reason| Err(io::Error::new(io::ErrorKind::AlreadyExists, reason));
        if path.is_dir() {
            return kept("a folder of this name exists");
        }
        match fs::metadata(path) {
            Ok(metadata) if !metadata.is_file() => return kept("not a regular file"),
            Ok(_) | Err(_) => {}
        }
        match self {
            Self::Keep if fs::symlink_metadata(path).is_ok() => {
                kept("a file of this name exists and is kept")
            }
            Self::ReplaceUnless(is_film) if is_film(path) => kept("a film is never replaced"),
            Self::Keep | Self::ReplaceUnless(_) | Self::Replace => Ok(()),
        }
    }
}

/// Writes a file of the program's own whole or not at all; one that is there is replaced.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_file(path, bytes, Existing::Replace)
}

/// Writes a file whole or not at all: under a temporary name in the same folder, then renamed.
///
/// A file that comes to be at `path` meanwhile is not replaced either where it is to be kept.
pub fn write_file(path: &Path, bytes: &[u8], existing: Existing) -> io::Result<()> {
    write_file_by(path, existing, |file| file.write_all(bytes))
}

/// The same for a file that is too large to be in memory: `write` writes it.
pub fn write_file_by<T, E: From<io::Error>>(
    path: &Path,
    existing: Existing,
    write: impl FnOnce(&mut File) -> Result<T, E>,
) -> Result<T, E> {
    existing.check(path)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = temporary_in(folder)?;
    let written = write(file.as_file_mut())?;
    file.as_file().sync_all()?;
    make_readable(&file)?;
    match existing {
        Existing::Keep => persist_new(file, path)?,
        Existing::ReplaceUnless(_) | Existing::Replace => {
            file.persist(path).map_err(io::Error::from)?;
        }
    }
    Ok(written)
}

/// Gives a temporary file its name if there is no such file.
fn persist_new(file: NamedTempFile, path: &Path) -> io::Result<()> {
    let Err(failed) = file.persist_noclobber(path) else {
        return Ok(());
    };
    if failed.error.kind() == io::ErrorKind::AlreadyExists {
        return Err(failed.error);
    }
    // Some disks know neither links nor a rename that keeps: an empty file takes the name first.
    File::create_new(path)?;
    failed.file.persist(path)?;
    Ok(())
}

/// Adds bytes to the end of a regular file, begun if it is missing. A link is refused: it would
/// write elsewhere.
pub fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(io::Error::other("not a regular file"));
    }
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(bytes)
}

/// Temporary files are for their owner only; what they become is an ordinary file.
#[cfg(unix)]
fn make_readable(file: &NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let permissions = fs::Permissions::from_mode(0o644);
    file.as_file().set_permissions(permissions)
}

#[cfg(not(unix))]
fn make_readable(_file: &NamedTempFile) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        write_whole(&path, b"first").unwrap();
        write_whole(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_missing_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write_whole(&folder.path().join("no/a.png"), b"x").is_err());
    }

    #[test]
    fn a_file_that_is_to_be_kept_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        write_file(&path, b"first", Existing::Keep).unwrap();
        let error = write_file(&path, b"second", Existing::Keep).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_came_after_the_check_is_kept_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let file = temporary_in(folder.path()).unwrap();
        fs::write(&path, b"other").unwrap();
        let error = persist_new(file, &path).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"other");
    }

    #[test]
    fn a_film_is_kept_where_other_files_are_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (film, table) = (folder.path().join("a.png"), folder.path().join("a.csv"));
        let existing = Existing::ReplaceUnless(|path| path.extension().is_some_and(|e| e == "png"));
        for path in [&film, &table] {
            fs::write(path, b"old").unwrap();
        }
        write_file(&table, b"new", existing).unwrap();
        assert!(write_file(&film, b"new", existing).is_err());
        assert_eq!(fs::read(&table).unwrap(), b"new");
        assert_eq!(fs::read(&film).unwrap(), b"old");
    }

    #[cfg(unix)]
    #[test]
    fn devices_are_not_replaced_and_links_are_not_written_through() {
        assert!(Existing::Replace.check(Path::new("/dev/null")).is_err());
        let folder = tempfile::tempdir().unwrap();
        let (link, elsewhere) = (folder.path().join("link"), folder.path().join("elsewhere"));
        std::os::unix::fs::symlink(&elsewhere, &link).unwrap();
        assert!(append(&link, b"line\n").is_err());
        assert!(write_file(&link, b"x", Existing::Keep).is_err());
        assert!(!elsewhere.exists());
    }
}

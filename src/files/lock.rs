use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Between two attempts to take a lock that another holds.
const TIME_BETWEEN_ATTEMPTS: Duration = Duration::from_millis(20);

/// Something that only one may use at a time, in this process and in others.
///
/// The lock is the system's lock of a file, which ends with its process, however that ends. The file
/// is removed with the lock; one that a killed process leaves locks nothing. On disks without locks
/// everyone gets one.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock whose file is `path`; `None` while another holds it.
    pub fn try_new(path: &Path) -> io::Result<Option<Self>> {
        loop {
            // A link would create a file elsewhere, and opening a pipe waits for its other end.
            if fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
                return Err(io::Error::other("expected a lock, got something else"));
            }
            let mut options = OpenOptions::new();
            let options = options.read(true).write(true).create(true).truncate(false);
            let file = options.open(path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) if is_unsupported(&error) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // The one who held it may have removed the file since it was opened.
            if is_at(&file, path)? {
                let path = path.to_owned();
                return Ok(Some(Self { file, path }));
            }
        }
    }

    /// Whether somebody holds the lock now; makes no file. Where disks know no locks, nobody does.
    pub fn is_held(path: &Path) -> io::Result<bool> {
        match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_file() => {}
            Ok(_) => return Err(io::Error::other("expected a lock, got something else")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        }
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            opened => opened?,
        };
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) if is_unsupported(&error) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
            Ok(()) => Ok(false),
        }
    }

    /// [`Lock::try_new`], waiting for up to `limit` while another holds it.
    pub fn wait(path: &Path, limit: Duration) -> io::Result<Option<Self>> {
        let started = Instant::now();
        loop {
            let lock = Self::try_new(path)?;
            if lock.is_some() || started.elapsed() >= limit {
                return Ok(lock);
            }
            std::thread::sleep(TIME_BETWEEN_ATTEMPTS);
        }
    }

    /// Replaces the content of the lock's file, which those may read who find it later.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(bytes)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Before the lock ends with the file; one that stays locks nothing.
        let _ = fs::remove_file(&self.path);
    }
}

/// Disks of a network often know no locks.
fn is_unsupported(error: &io::Error) -> bool {
    #[cfg(unix)]
    let no_locks = error.raw_os_error() == Some(libc::ENOLCK);
    #[cfg(not(unix))]
    let no_locks = false;
    error.kind() == io::ErrorKind::Unsupported || no_locks
}

/// Whether `path` names the very file that is open.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let Ok(named) = fs::symlink_metadata(path) else {
        return Ok(false);
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let open = file.metadata()?;
        Ok((open.dev(), open.ino()) == (named.dev(), named.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        Ok(named.is_file())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn one_at_a_time_holds_a_lock_and_its_file_goes_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = Lock::try_new(&path).unwrap();
        assert!(first.is_some() && Lock::try_new(&path).unwrap().is_none());
        assert!(Lock::is_held(&path).unwrap() && Lock::try_new(&path).unwrap().is_none());
        drop(first);
        assert!(!Lock::is_held(&path).unwrap() && !path.exists());
        assert!(Lock::try_new(&path).unwrap().is_some());
    }

    #[test]
    fn a_file_that_a_killed_process_left_locks_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        fs::write(&path, "what it said").unwrap();
        let mut lock = Lock::try_new(&path).unwrap().unwrap();
        lock.write(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn those_who_wait_get_it_one_after_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let n_inside = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let lock = Lock::wait(&path, Duration::from_mins(1)).unwrap();
                        assert_eq!(n_inside.fetch_add(1, Ordering::SeqCst), 0);
                        n_inside.fetch_sub(1, Ordering::SeqCst);
                        drop(lock);
                    }
                });
            }
        });
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        let (path, elsewhere) = (folder.path().join("lock"), folder.path().join("elsewhere"));
        std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
        assert!(Lock::try_new(&path).is_err());
        assert!(!elsewhere.exists());
    }
}

use std::io;
use std::path::Path;

/// Whether a file can be made in `folder` or, while it does not exist, in the folder above that it
/// would be made in; the reason if not.
///
/// A file without a name is opened for that, and is gone at once.
pub fn check_writable(folder: &Path) -> io::Result<()> {
    let absolute = std::path::absolute(folder)?;
    let Some(existing) = absolute.ancestors().find(|above| above.exists()) else {
        return Err(io::ErrorKind::NotFound.into());
    };
    if !existing.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    match tempfile::tempfile_in(existing) {
        // The folder is there: it is the system that lets nothing be made in it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = existing.display();
            Err(io::Error::other(format!("no file can be made in {folder}")))
        }
        made => made.map(drop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_folder_can_be_written_where_the_one_above_it_can() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check_writable(&folder.path().join("a/b/c")).is_ok());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn nothing_is_written_below_a_file_or_in_a_file_system_without_files() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("film.png");
        std::fs::write(&file, "").unwrap();
        let error = check_writable(&file.join("run")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotADirectory);
        if Path::new("/proc/self").exists() {
            let error = check_writable(Path::new("/proc/run")).unwrap_err();
            assert_eq!(error.to_string(), "no file can be made in /proc");
        }
    }
}

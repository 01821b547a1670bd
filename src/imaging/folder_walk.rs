use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::vec;

use super::sniff::is_passed_over;

/// The files of a folder and below, one at a time in the order of their paths.
///
/// In memory are the names in the folders from the root to the file, and links to folders: a million files in
/// one folder take some 60 MB, a million in folders of a thousand nearly nothing. Hidden files and those of
/// systems are left aside. A folder below that cannot be read is given itself. Links to folders are followed
/// last, unless what they lead to is walked anyway.
#[derive(Debug)]
pub(super) struct FolderWalk {
    /// From a root down to the folder in work.
    levels: Vec<Level>,
    /// Links to folders, followed when no folder is left.
    links: Vec<PathBuf>,
    /// Folders that a walk began at, without links in their paths.
    roots: Vec<PathBuf>,
}

/// A folder that is being walked.
#[derive(Debug)]
struct Level {
    folder: PathBuf,
    /// Without links in it.
    real: PathBuf,
    names: vec::IntoIter<(Box<OsStr>, EntryKind)>,
}

#[derive(Clone, Copy, Debug)]
enum EntryKind {
    Folder,
    File,
    /// A link, or what the folder does not tell the kind of.
    Other,
}

impl FolderWalk {
    /// Begins at `root`, which must be a folder that can be read.
    pub fn new(root: &Path) -> io::Result<Self> {
        let real = root.canonicalize()?;
        Ok(Self {
            levels: vec![Level::of(root.to_owned(), real.clone())?],
            links: Vec::new(),
            roots: vec![real],
        })
    }

    /// The next folder that a link leads to and that is not walked anyway.
    fn next_link(&mut self) -> Option<PathBuf> {
        // The last is taken first.
        self.links.sort_by(|a, b| b.cmp(a));
        while let Some(link) = self.links.pop() {
            let Ok(real) = link.canonicalize() else {
                return Some(link);
            };
            if self.roots.iter().any(|root| is_walked(&real, root)) {
                continue;
            }
            self.roots.push(real.clone());
            match Level::of(link.clone(), real) {
                Ok(level) => {
                    self.levels.push(level);
                    return None;
                }
                Err(_) => return Some(link),
            }
        }
        None
    }
}

/// Whether a walk from `root` comes upon a folder.
fn is_walked(real: &Path, root: &Path) -> bool {
    let below = real.strip_prefix(root);
    below.is_ok_and(|below| !below.iter().any(is_passed_over))
}

impl Iterator for FolderWalk {
    type Item = PathBuf;

    fn next(&mut self) -> Option<PathBuf> {
        loop {
            let Some(level) = self.levels.last_mut() else {
                if let Some(unreadable) = self.next_link() {
                    return Some(unreadable);
                }
                if self.levels.is_empty() {
                    return None;
                }
                continue;
            };
            let Some((name, kind)) = level.names.next() else {
                self.levels.pop();
                continue;
            };
            let path = level.folder.join(&*name);
            match kind {
                EntryKind::File => return Some(path),
                EntryKind::Folder => {
                    let real = level.real.join(&*name);
                    // Below a link there may be a folder that was walked before.
                    if self.roots.contains(&real) {
                        continue;
                    }
                    match Level::of(path.clone(), real) {
                        Ok(level) => self.levels.push(level),
                        // It must not cost the films beside it.
                        Err(_) => return Some(path),
                    }
                }
                EntryKind::Other => match fs::metadata(&path) {
                    Ok(metadata) if metadata.is_dir() => self.links.push(path),
                    Ok(metadata) if metadata.is_file() => return Some(path),
                    // A broken link, a pipe, a device.
                    Ok(_) | Err(_) => {}
                },
            }
        }
    }
}

impl Level {
    fn of(folder: PathBuf, real: PathBuf) -> io::Result<Self> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name();
            if is_passed_over(&name) {
                continue;
            }
            let kind = entry.file_type()?;
            let kind = if kind.is_dir() {
                EntryKind::Folder
            } else if kind.is_file() {
                EntryKind::File
            } else {
                EntryKind::Other
            };
            names.push((name.into_boxed_os_str(), kind));
        }
        names.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Ok(Self {
            folder,
            real,
            names: names.into_iter(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(root: &Path) -> Vec<String> {
        let paths = FolderWalk::new(root).unwrap();
        let below = paths.map(|path| path.strip_prefix(root).unwrap().to_owned());
        below.map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn files_come_in_the_order_of_all_paths_sorted() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a/x", "a.png", "a-b/y", "b", "a/y/z", "A", ".hidden/c"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let found: Vec<PathBuf> = FolderWalk::new(folder.path()).unwrap().collect();
        assert_eq!(found.len(), 6);
        assert!(found.is_sorted(), "{found:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_folder_above_gives_what_is_new_and_ends() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        fs::create_dir(&root).unwrap();
        fs::write(root.join("a"), "").unwrap();
        fs::write(folder.path().join("beside"), "").unwrap();
        symlink(folder.path(), root.join("up")).unwrap();
        // The root is below what the link leads to, and is not walked twice.
        assert_eq!(walked(&root), ["a", "up/beside"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_into_a_hidden_folder_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let hidden = folder.path().join(".hidden");
        fs::create_dir(&hidden).unwrap();
        fs::write(hidden.join("a"), "").unwrap();
        std::os::unix::fs::symlink(&hidden, folder.path().join("link")).unwrap();
        assert_eq!(walked(folder.path()), ["link/a"]);
    }

    #[test]
    fn a_root_that_is_no_folder_is_an_error() {
        assert!(FolderWalk::new(Path::new("/no/such/folder")).is_err());
    }
}

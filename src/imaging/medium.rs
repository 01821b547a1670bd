//! The films of a DICOMDIR: from the names that its records give to files below its folder.
//!
//! Media are written in capitals of 8 characters and mounted as the system likes: a name is found whatever its case.
//! No name leads out of the folder.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::dicom::{Directory, DirectoryImage};
use super::found_films::FoundFilms;
use super::limits::MAX_FILE_BYTES;
use crate::files::{BoundedReadError, open_fault, read_bounded};

/// The images that a DICOMDIR names and that are there, by patient, study and series; why there are none.
pub(super) fn films_of_medium(path: &Path) -> Result<FoundFilms, String> {
    let bytes = read_bounded(path, MAX_FILE_BYTES).map_err(|fault| match fault {
        BoundedReadError::Io(cause) => open_fault(&cause),
        BoundedReadError::TooLarge { n_bytes } => {
            format!("expected at most {MAX_FILE_BYTES} bytes, got {n_bytes}")
        }
        BoundedReadError::Folder | BoundedReadError::NotRegular => "not a regular file".to_owned(),
    })?;
    let directory = Directory::read(&bytes).map_err(|error| error.to_string())?;
    if directory.images.is_empty() {
        return Err("it names no image".to_owned());
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut medium = Medium::of(folder).map_err(|error| error.to_string())?;
    let mut found = FoundFilms::default();
    for name in &directory.others {
        found.pass_over(name);
    }
    if directory.broken_offsets {
        let fault = "The offsets of the DICOMDIR lead nowhere: patients and studies are read from the films.";
        found.faults.push(fault.to_owned());
    }
    found.of_medium = true;
    let n_images = directory.images.len();
    let mut listed = BTreeSet::new();
    let mut lost = Lost::default();
    for image in directory.images {
        match medium.film_of(&image) {
            Ok(film) => {
                if listed.insert(film.clone()) {
                    if !directory.broken_offsets {
                        found.records.insert(film.clone(), image.record);
                    }
                    found.films.push(film);
                }
            }
            Err(reason) => lost.count(reason, &image),
        }
    }
    let faults = lost.words(n_images);
    if found.films.is_empty() {
        return Err(faults.join("; "));
    }
    found.faults.extend(faults);
    Ok(found)
}

/// Why a record leads to no film.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Loss {
    Missing,
    Outside,
    Unnamed,
}

/// Records without a film: how many, and the first of them.
#[derive(Default)]
struct Lost(BTreeMap<Loss, (usize, String)>);

impl Lost {
    fn count(&mut self, loss: Loss, image: &DirectoryImage) {
        let first = || (0, image.file.join("/"));
        self.0.entry(loss).or_insert_with(first).0 += 1;
    }

    fn words(&self, n_images: usize) -> Vec<String> {
        let each = self.0.iter().map(|(loss, (n, first))| match loss {
            Loss::Missing => {
                format!("{n} of {n_images} images of the DICOMDIR are missing, as {first}")
            }
            Loss::Outside => format!(
                "{n} of {n_images} images of the DICOMDIR lead out of its folder and are left out, as {first}"
            ),
            Loss::Unnamed => format!("{n} of {n_images} images of the DICOMDIR name no file"),
        });
        each.collect()
    }
}

/// A folder with a DICOMDIR, and the names of what is in its folders, once they were needed.
struct Medium {
    root: PathBuf,
    /// Without links in it.
    real_root: PathBuf,
    names: BTreeMap<PathBuf, BTreeMap<String, OsString>>,
    /// Folders below the root that are within it.
    within: BTreeSet<PathBuf>,
}

impl Medium {
    fn of(folder: &Path) -> std::io::Result<Self> {
        let on_disk = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        Ok(Self {
            root: folder.to_owned(),
            real_root: on_disk.canonicalize()?,
            names: BTreeMap::new(),
            within: BTreeSet::new(),
        })
    }

    fn film_of(&mut self, image: &DirectoryImage) -> Result<PathBuf, Loss> {
        if image.file.iter().all(String::is_empty) {
            return Err(Loss::Unnamed);
        }
        let mut path = self.root.clone();
        for part in &image.file {
            if !is_plain(part) {
                return Err(Loss::Outside);
            }
            path = self.named(&path, part).ok_or(Loss::Missing)?;
        }
        let metadata = fs::metadata(&path).map_err(|_| Loss::Missing)?;
        if !self.is_within(&path) {
            return Err(Loss::Outside);
        }
        metadata.is_file().then_some(path).ok_or(Loss::Missing)
    }

    /// What is called so in a folder, or in other letters.
    fn named(&mut self, folder: &Path, name: &str) -> Option<PathBuf> {
        let exact = folder.join(name);
        if exact.symlink_metadata().is_ok() {
            return Some(exact);
        }
        let names = self.names.entry(folder.to_owned()).or_insert_with(|| {
            let on_disk = if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            };
            let entries = fs::read_dir(on_disk).into_iter().flatten().flatten();
            let names = entries.map(|entry| entry.file_name());
            names
                .map(|name| (plain_name(&name.to_string_lossy()), name))
                .collect()
        });
        Some(folder.join(names.get(&plain_name(name))?))
    }

    /// Whether links lead to nowhere else.
    fn is_within(&mut self, path: &Path) -> bool {
        let is_link = path
            .symlink_metadata()
            .is_ok_and(|metadata| metadata.is_symlink());
        let folder = path.parent().unwrap_or(Path::new(""));
        if !is_link && self.within.contains(folder) {
            return true;
        }
        let real = path.canonicalize();
        let within = real.is_ok_and(|real| real.starts_with(&self.real_root));
        if within && !is_link {
            self.within.insert(folder.to_owned());
        }
        within
    }
}

/// One name, and not a way out of a folder.
fn is_plain(part: &str) -> bool {
    let mut components = Path::new(part).components();
    let is_name = matches!(components.next(), Some(Component::Normal(name)) if name == part);
    is_name && components.next().is_none() && !part.contains(['/', '\\', ':'])
}

/// Without case, and without the version that some systems show behind the names of a disc.
fn plain_name(name: &str) -> String {
    let name = name.strip_suffix(";1").unwrap_or(name);
    name.trim_end_matches('.').to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_not_plain() {
        for name in ["IM000001", "im.dcm", "été"] {
            assert!(is_plain(name), "{name}");
        }
        for name in ["", ".", "..", "/etc", "a/b", "a/", "a\\b", "C:", "c:x"] {
            assert!(!is_plain(name), "{name}");
        }
    }

    #[test]
    fn names_of_discs_are_found_as_systems_show_them() {
        assert_eq!(plain_name("im000001.;1"), plain_name("IM000001"));
    }
}

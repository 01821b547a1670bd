use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::sniff::{begins_like_film, is_named_like_film};
use crate::files::open_fault;

/// Maximum depth of the folder search.
const MAX_DEPTH: usize = 16;

/// A path below which no films could be listed.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ListError {
    #[error("{}: {}", open_fault(cause), path.display())]
    Unreadable { path: PathBuf, cause: io::Error },
    #[error("expected films in the folder, found none: {}", path.display())]
    NoFilms { path: PathBuf },
}

/// The films at `path`: the file itself whatever it holds, or all films in a folder and below.
///
/// In folders a film is what begins like a PNG, JPEG, TIFF, BMP or DICOM file, or is named like one;
/// hidden files are left aside, the order is that of the names. Links to folders are not followed. A folder below that
/// cannot be read is listed itself: opening it then says why.
pub fn list_films(path: &Path) -> Result<Vec<PathBuf>, ListError> {
    let unreadable = |cause| ListError::Unreadable {
        path: path.to_owned(),
        cause,
    };
    if !fs::metadata(path).map_err(unreadable)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut films = Vec::new();
    collect(path, MAX_DEPTH, &mut films).map_err(unreadable)?;
    if films.is_empty() {
        let path = path.to_owned();
        return Err(ListError::NoFilms { path });
    }
    Ok(films)
}

fn collect(folder: &Path, depth: usize, films: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // Hidden files are left aside, such as those that macOS writes beside each file on a stick.
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            entries.push((entry.path(), entry.file_type()?));
        }
    }
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (path, file_type) in entries {
        if file_type.is_dir() {
            // A folder below that cannot be read must not cost the films beside it.
            if depth > 0 && collect(&path, depth - 1, films).is_err() {
                films.push(path);
            }
        } else if fs::metadata(&path).is_ok_and(|metadata| metadata.is_file()) && is_film(&path) {
            films.push(path);
        }
    }
    Ok(())
}

/// Whether a file begins or is named like a film. A file that cannot be read counts as one: opening
/// it then says why it cannot.
fn is_film(path: &Path) -> bool {
    is_named_like_film(path) || begins_like_film(path).unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn films_are_found_by_content_in_order_of_names() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("below");
        fs::create_dir(&below).unwrap();
        let png = b"\x89PNG\r\n\x1a\n and more";
        fs::write(folder.path().join("z.txt"), png).unwrap();
        fs::write(folder.path().join("labels.csv"), b"a,b").unwrap();
        fs::write(folder.path().join("._z.png"), png).unwrap();
        // Opening it says why it is no film; to leave it out would hide that.
        fs::write(folder.path().join("e.png"), b"").unwrap();
        fs::write(below.join("a.jpg"), b"\xff\xd8\xff\xe0").unwrap();
        let mut dicom = vec![0; 128];
        dicom.extend(b"DICM");
        fs::write(folder.path().join("c"), dicom).unwrap();
        // Without preamble and file meta group, as some archives export it.
        fs::write(folder.path().join("d"), b"\x08\0\x05\0CS\x0a\0ISO_IR 100").unwrap();
        let films = list_films(folder.path()).unwrap();
        let names: Vec<_> = films.iter().map(|path| path.file_name().unwrap()).collect();
        assert_eq!(names, ["a.jpg", "c", "d", "e.png", "z.txt"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_in_circles_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let film = folder.path().join("a.png");
        fs::write(&film, b"\x89PNG\r\n\x1a\n").unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("self")).unwrap();
        assert_eq!(list_films(folder.path()).unwrap(), [film]);
    }

    #[test]
    fn a_file_is_listed_whatever_it_holds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("letter.txt");
        fs::write(&path, b"dear").unwrap();
        assert_eq!(list_films(&path).unwrap(), [path]);
    }

    #[test]
    fn missing_paths_and_folders_without_films_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let empty = list_films(folder.path()).unwrap_err().to_string();
        assert!(
            empty.ends_with(&folder.path().display().to_string()),
            "{empty}"
        );
        let missing = folder.path().join("missing.png");
        let error = list_films(&missing).unwrap_err().to_string();
        assert!(error.contains("missing.png"), "{error}");
    }
}

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::archive;
use super::folder_walk::FolderWalk;
use super::found_films::{FoundFilms, PassedOver};
use super::medium::films_of_medium;
use super::sniff::{FileKind, head_of, is_dicom_directory};
use crate::files::open_fault;

/// A path below which no films could be listed.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ListError {
    #[error("{}: {}", open_fault(cause), path.display())]
    Unreadable { path: PathBuf, cause: io::Error },
    #[error("cannot open the ZIP archive ({cause}): {}", path.display())]
    Archive { path: PathBuf, cause: String },
    #[error("cannot open the DICOMDIR ({cause}): {}", path.display())]
    Directory { path: PathBuf, cause: String },
    #[error("expected a film, found a ZIP archive, which opens as a folder: name it without films beside it: {}", path.display())]
    ArchiveAmongFilms { path: PathBuf },
    #[error("expected films in the folder or ZIP archive, found none{}: {}", in_brackets(passed_over), path.display())]
    NoFilms {
        path: PathBuf,
        passed_over: PassedOver,
    },
}

/// The films at each of the paths that were named together, as [`list_films`] finds them.
///
/// Where one of them is a film, a ZIP archive beside it is an error: it was taken for a film, as by `*`.
pub fn list_named_films<P: AsRef<Path>>(
    paths: &[P],
) -> impl Iterator<Item = (&Path, Result<FoundFilms, ListError>)> {
    let has_film = has_film(paths);
    paths.iter().map(AsRef::as_ref).map(move |path| {
        if has_film && archive::is_archive(path) {
            let error = ListError::ArchiveAmongFilms {
                path: path.to_owned(),
            };
            return (path, Err(error));
        }
        (path, list_films(path))
    })
}

/// The films at `path`: the file itself whatever it holds, or all films in a folder or ZIP archive and below, or those
/// that a DICOMDIR names.
///
/// In folders a film is what begins like a PNG, JPEG, TIFF, BMP or DICOM file, or is named like one;
/// hidden files, files of the system and DICOM objects without an image are left aside, the order is that of the
/// names. A link to a folder is followed unless what it leads to is listed already. A folder below that
/// cannot be read is listed itself: opening it then says why. Archives within folders stay closed.
pub fn list_films(path: &Path) -> Result<FoundFilms, ListError> {
    let found = match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Ok(in_folder(path)?),
        Ok(metadata) if metadata.is_file() && is_dicom_directory(path) => {
            return films_of_medium(path).map_err(|cause| ListError::Directory {
                path: path.to_owned(),
                cause,
            });
        }
        Ok(_) => archive::films_in(path).unwrap_or_else(|| {
            Ok(FoundFilms {
                films: vec![path.to_owned()],
                ..FoundFilms::default()
            })
        }),
        Err(cause) => archive::films_in(path).ok_or_else(|| ListError::Unreadable {
            path: path.to_owned(),
            cause,
        })?,
    };
    let found = found.map_err(|cause| ListError::Archive {
        path: path.to_owned(),
        cause,
    })?;
    if found.films.is_empty() {
        return Err(ListError::NoFilms {
            path: path.to_owned(),
            passed_over: found.passed_over,
        });
    }
    Ok(found)
}

fn in_brackets(passed_over: &PassedOver) -> String {
    let words = passed_over.words();
    words.map_or_else(String::new, |words| format!(" ({words})"))
}

/// Whether one of the paths is a film rather than a folder or an archive.
pub(super) fn has_film<P: AsRef<Path>>(paths: &[P]) -> bool {
    let mut files = paths
        .iter()
        .map(AsRef::as_ref)
        .filter(|path| path.is_file());
    files.any(|path| !archive::is_archive(path))
}

fn in_folder(path: &Path) -> Result<FoundFilms, ListError> {
    let walk = FolderWalk::new(path).map_err(|cause| ListError::Unreadable {
        path: path.to_owned(),
        cause,
    })?;
    let mut found = FoundFilms::default();
    for path in walk {
        let kind = kind_of(&path);
        found.add(path, kind);
    }
    // Those behind links come last in the walk.
    found.films.sort();
    Ok(found)
}

/// A file that cannot be read counts as a film: opening it then says why it cannot.
pub(super) fn kind_of(path: &Path) -> FileKind {
    head_of(path).map_or(FileKind::Film, |head| FileKind::of(path, &head))
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
        let films = list_films(folder.path()).unwrap().films;
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
        assert_eq!(list_films(folder.path()).unwrap().films, [film]);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_is_a_link_is_followed_once() {
        use std::os::unix::fs::symlink;
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let png = b"\x89PNG\r\n\x1a\n";
        fs::write(elsewhere.path().join("far.png"), png).unwrap();
        let own = folder.path().join("m");
        fs::create_dir(&own).unwrap();
        fs::write(own.join("near.png"), png).unwrap();
        for link in ["b", "c"] {
            symlink(elsewhere.path(), folder.path().join(link)).unwrap();
        }
        // What is below anyway is listed where it is, though the link comes before it.
        symlink(&own, folder.path().join("a")).unwrap();
        symlink("nowhere", folder.path().join("broken.png")).unwrap();
        let films = list_films(folder.path()).unwrap().films;
        assert_eq!(
            films,
            [folder.path().join("b/far.png"), own.join("near.png")]
        );
    }

    #[test]
    fn films_in_the_depth_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let mut deep = folder.path().to_owned();
        for level in 0..40 {
            deep.push(format!("d{level}"));
        }
        fs::create_dir_all(&deep).unwrap();
        let film = deep.join("a.png");
        fs::write(&film, b"\x89PNG\r\n\x1a\n").unwrap();
        assert_eq!(list_films(folder.path()).unwrap().films, [film]);
    }

    #[test]
    fn what_is_no_film_in_any_folder_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let png = b"\x89PNG\r\n\x1a\n";
        let dicom = |class: &str| {
            let mut bytes = vec![0; 128];
            bytes.extend(b"DICM\x02\0\x02\0UI");
            bytes.extend((class.len() as u16).to_le_bytes());
            bytes.extend(class.as_bytes());
            bytes
        };
        let put = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, bytes).unwrap();
            path
        };
        put("__MACOSX/a.png", png);
        put("._a.png", png);
        put(".DS_Store", b"\0\0\0\x01Bud1");
        put("@eaDir/thumb.jpg", png);
        put("DICOMDIR", &dicom("1.2.840.10008.1.3.10"));
        put("SR0001", &dicom("1.2.840.10008.5.1.4.1.1.88.11"));
        put("PR0001.dcm", &dicom("1.2.840.10008.5.1.4.1.1.11.1"));
        let film = put("IMG001", &dicom("1.2.840.10008.5.1.4.1.1.1.1"));
        put("SR0002", &dicom("1.2.840.10008.5.1.4.1.1.88.11"));
        let found = list_films(folder.path()).unwrap();
        assert_eq!(found.films, std::slice::from_ref(&film));
        let said = "4 files without a film were passed over: a DICOMDIR, a presentation state, \
                    a structured report (2)";
        assert_eq!(found.passed_over.words().as_deref(), Some(said));
        fs::remove_file(folder.path().join("SR0002")).unwrap();
        let alone = list_films(&film).unwrap();
        assert_eq!(
            (&alone.films[..], alone.passed_over.words()),
            (&[film.clone()][..], None)
        );
        fs::remove_file(film).unwrap();
        let none = list_films(folder.path()).unwrap_err().to_string();
        assert!(
            none.contains("found none (3 files without a film were passed over"),
            "{none}"
        );
    }

    #[test]
    fn a_file_is_listed_whatever_it_holds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("letter.txt");
        fs::write(&path, b"dear").unwrap();
        assert_eq!(list_films(&path).unwrap().films, [path]);
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

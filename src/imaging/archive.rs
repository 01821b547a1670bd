//! ZIP archives as folders of films: `films.zip/a/b.dcm` is the film `a/b.dcm` within `films.zip`.
//!
//! Nothing is unpacked onto the disk; a film is inflated into memory, within the bounds that hold for files.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use zip::ZipArchive;

use super::FilmError;
use super::found_films::FoundFilms;
use super::limits::MAX_FILE_BYTES;
use super::sniff::{FileKind, N_HEAD_BYTES, is_passed_over};
use crate::files::{io_reason, open_regular};

/// Entries of an archive that is opened, at most.
const MAX_ENTRIES: usize = 100_000;
/// Bytes that are read of an archive to know its entries, at most.
const MAX_DIRECTORY_BYTES: u64 = 64 << 20;

/// The folder on the disk that a film belongs to, where its notes go, and its name there: for a film
/// in an archive the archive's folder, and a name such as `films.zip/a/b.dcm`.
pub fn place_of_film(film: &Path) -> (PathBuf, PathBuf) {
    let on_disk = split(film).map_or(film, |(archive, _)| archive);
    let folder = on_disk.parent().unwrap_or(Path::new(""));
    let name = film.strip_prefix(folder).unwrap_or(film);
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    (folder.to_path_buf(), name.to_path_buf())
}

/// The films in an archive, or below a folder in it, in order of their names; `None` for what is no archive.
pub(super) fn films_in(path: &Path) -> Option<Result<FoundFilms, String>> {
    let (archive_path, inner) = split(path).unwrap_or((path, Path::new("")));
    is_archive(archive_path).then(|| list(archive_path, inner))
}

/// Whether a file begins as a ZIP archive does.
pub(super) fn is_archive(path: &Path) -> bool {
    let mut head = [0; 4];
    let Ok(mut file) = open_regular(path) else {
        return false;
    };
    file.read_exact(&mut head).is_ok() && [*b"PK\x03\x04", *b"PK\x05\x06"].contains(&head)
}

fn list(archive_path: &Path, below: &Path) -> Result<FoundFilms, String> {
    let archive = opened(archive_path)?;
    let mut archive = lock(&archive);
    let mut found = FoundFilms::default();
    for idx in 0..archive.len() {
        let Some(name) = name_of(&archive, idx) else {
            continue;
        };
        if !name.starts_with(below) {
            continue;
        }
        let mut head = Vec::new();
        let kind = match archive.by_index(idx) {
            Ok(entry) if !entry.is_file() => FileKind::Other,
            // What is damaged is listed by its name: opening it says why.
            Ok(entry) => {
                let _ = entry.take(N_HEAD_BYTES).read_to_end(&mut head);
                FileKind::of(&name, &head)
            }
            Err(_) => FileKind::of(&name, &head),
        };
        found.add(archive_path.join(name), kind);
    }
    found.films.sort();
    found.films.dedup();
    Ok(found)
}

/// The bytes of a film in an archive; `None` where no part of the path is an archive.
pub(super) fn film_bytes(path: &Path) -> Option<Result<Vec<u8>, FilmError>> {
    let (archive_path, inner) = split(path)?;
    let archive = match opened(archive_path) {
        Ok(archive) => archive,
        Err(cause) => {
            let path = path.to_path_buf();
            return Some(Err(FilmError::Archive { path, cause }));
        }
    };
    Some(inflate(&mut lock(&archive), inner, path))
}

/// The first bytes of a film in an archive; `None` where there are none.
pub(super) fn head_bytes(path: &Path, n_bytes: u64) -> Option<Vec<u8>> {
    let (archive_path, inner) = split(path)?;
    let archive = opened(archive_path).ok()?;
    let mut archive = lock(&archive);
    let idx = archive.index_for_name(inner.to_str()?)?;
    let mut head = Vec::new();
    // Of a damaged entry what comes before the damage.
    let _ = archive
        .by_index(idx)
        .ok()?
        .take(n_bytes)
        .read_to_end(&mut head);
    Some(head)
}

fn inflate(archive: &mut Archive, inner: &Path, path: &Path) -> Result<Vec<u8>, FilmError> {
    let failed = |cause: String| FilmError::Archive {
        path: path.to_path_buf(),
        cause,
    };
    let by_hash = inner.to_str().and_then(|name| archive.index_for_name(name));
    let mut others = 0..archive.len();
    let idx = by_hash
        .filter(|&idx| name_of(archive, idx).as_deref() == Some(inner))
        .or_else(|| others.find(|&idx| name_of(archive, idx).as_deref() == Some(inner)))
        .ok_or_else(|| failed("it holds no such file".to_owned()))?;
    let entry = archive.by_index(idx);
    let entry = entry.map_err(|error| failed(error.to_string()))?;
    // What an entry says of its size is not believed.
    let mut bytes = Vec::new();
    entry
        .take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| failed(error.to_string()))?;
    let n_bytes = bytes.len() as u64;
    if n_bytes > MAX_FILE_BYTES {
        let path = path.to_path_buf();
        return Err(FilmError::TooLarge { path, n_bytes });
    }
    Ok(bytes)
}

/// The archive that a path leads into, and the rest of the path; `None` if it leads into none.
fn split(path: &Path) -> Option<(&Path, &Path)> {
    // The nearest thing that exists: a folder has no archive above it.
    let mut above = path.ancestors().skip(1);
    let (archive, metadata) = above.find_map(|above| Some((above, fs::metadata(above).ok()?)))?;
    let inner = path.strip_prefix(archive).ok()?;
    metadata.is_file().then_some((archive, inner))
}

/// The name of an entry as a path that stays within the archive; `None` for others, and for names of what is
/// no film in any folder.
fn name_of(archive: &Archive, idx: usize) -> Option<PathBuf> {
    let name = archive.by_index_data(idx).ok()?.enclosed_name()?;
    let passed_over = name.components().any(|part| match part {
        Component::Normal(part) => is_passed_over(part),
        _ => true,
    });
    (!passed_over).then_some(name)
}

type Archive = ZipArchive<BufReader<Bounded>>;

/// Archives kept open, at most; each holds its list of files in memory.
const MAX_OPEN: usize = 2;

/// An archive that is kept open, and what its file was like then.
struct Kept {
    path: PathBuf,
    state: FileState,
    archive: Arc<Mutex<Archive>>,
}

/// Length and time of a file: another one is another archive.
type FileState = (u64, Option<SystemTime>);

/// Those opened last, the newest at the end: the list of files of an archive is read once, not once a film.
static OPEN: Mutex<Vec<Kept>> = Mutex::new(Vec::new());

/// The archive at a path, kept open since it was opened before where its file is the same.
fn opened(path: &Path) -> Result<Arc<Mutex<Archive>>, String> {
    let metadata = fs::metadata(path).map_err(|error| io_reason(&error))?;
    let state = (metadata.len(), metadata.modified().ok());
    let mut open_ones = lock(&OPEN);
    let known = open_ones.iter().position(|kept| kept.path == path);
    let known = known.map(|idx| open_ones.remove(idx));
    let kept = match known.filter(|kept| kept.state == state) {
        Some(kept) => kept,
        None => Kept {
            path: path.to_owned(),
            state,
            archive: Arc::new(Mutex::new(open(path)?)),
        },
    };
    let archive = Arc::clone(&kept.archive);
    if open_ones.len() >= MAX_OPEN {
        open_ones.remove(0);
    }
    open_ones.push(kept);
    Ok(archive)
}

/// A decoder that panicked over an entry leaves the archive as it was.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn open(path: &Path) -> Result<Archive, String> {
    let file = open_regular(path).map_err(|error| error.to_string())?;
    let left = Arc::new(AtomicU64::new(MAX_DIRECTORY_BYTES));
    let bounded = Bounded {
        file,
        left: Arc::clone(&left),
    };
    let archive = ZipArchive::new(BufReader::new(bounded)).map_err(|error| error.to_string())?;
    // From here on entries are read, each with a bound of its own.
    left.store(u64::MAX, Ordering::Relaxed);
    if archive.len() > MAX_ENTRIES {
        return Err(format!(
            "expected at most {MAX_ENTRIES} files in it, got {}",
            archive.len()
        ));
    }
    Ok(archive)
}

/// A file of which only so many bytes are read: a directory of millions of entries takes memory.
struct Bounded {
    file: File,
    left: Arc<AtomicU64>,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.file.read(buffer)?;
        let left = self.left.load(Ordering::Relaxed);
        let left = left.checked_sub(n_read as u64).ok_or_else(|| {
            io::Error::other(format!(
                "its list of files is longer than {MAX_DIRECTORY_BYTES} bytes"
            ))
        })?;
        self.left.store(left, Ordering::Relaxed);
        Ok(n_read)
    }
}

impl Seek for Bounded {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.file.seek(position)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;
    use crate::imaging::samples::{encoded, gray_picture};
    use crate::imaging::{list_films, read_film};

    fn zip(folder: &Path, entries: &[(&str, &[u8])]) -> PathBuf {
        let path = folder.join("films.zip");
        let mut writer = ZipWriter::new(File::create(&path).unwrap());
        for (name, bytes) in entries {
            writer
                .start_file(*name, SimpleFileOptions::default())
                .unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap();
        path
    }

    fn png() -> Vec<u8> {
        encoded(&gray_picture(), image::ImageFormat::Png)
    }

    #[test]
    fn films_in_an_archive_are_listed_and_read_as_in_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let film = png();
        let archive = zip(
            folder.path(),
            &[
                ("b/film", &film),
                ("a.png", &film),
                ("notes.txt", b"dear"),
                ("__MACOSX/._a.png", &film),
                ("b/.hidden.png", &film),
                ("../outside.png", &film),
            ],
        );
        let films = list_films(&archive).unwrap().films;
        assert_eq!(films, [archive.join("a.png"), archive.join("b/film")]);
        assert_eq!(list_films(&archive.join("b")).unwrap().films, films[1..]);
        let whole = read_film(&films[1]).unwrap();
        assert_eq!(
            (whole.path.as_path(), whole.pixels.width_px()),
            (films[1].as_path(), 17)
        );
        let missing = read_film(&archive.join("c.png")).unwrap_err().to_string();
        assert!(missing.contains("holds no such file"), "{missing}");
        // Not even a name leads out of it.
        assert!(read_film(&archive.join("../outside.png")).is_err());
    }

    #[test]
    fn the_list_of_files_of_an_archive_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let archive = zip(folder.path(), &[("a.png", &png()), ("b.png", &png())]);
        let modified = fs::metadata(&archive).unwrap().modified().unwrap();
        let films = list_films(&archive).unwrap().films;
        // Without the record at its end, which leads to the list, it cannot be opened any more.
        let mut file = fs::OpenOptions::new().write(true).open(&archive).unwrap();
        file.seek(SeekFrom::End(-22)).unwrap();
        file.write_all(&[0; 22]).unwrap();
        file.set_modified(modified).unwrap();
        for film in &films {
            assert_eq!(read_film(film).unwrap().pixels.width_px(), 17);
        }
        // Another file of this name is another archive.
        file.set_modified(modified + std::time::Duration::from_secs(5))
            .unwrap();
        assert!(read_film(&films[0]).is_err());
    }

    #[test]
    fn no_more_than_a_few_archives_are_kept_open() {
        let folder = tempfile::tempdir().unwrap();
        for n in 0..MAX_OPEN + 2 {
            let below = folder.path().join(n.to_string());
            fs::create_dir(&below).unwrap();
            list_films(&zip(&below, &[("a.png", &png())])).unwrap();
        }
        assert!(lock(&OPEN).len() <= MAX_OPEN);
    }

    #[test]
    fn films_of_an_archive_have_their_notes_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let archive = zip(folder.path(), &[("a/b.png", &png())]);
        let (place, name) = place_of_film(&archive.join("a/b.png"));
        assert_eq!(
            (place.as_path(), name),
            (folder.path(), "films.zip/a/b.png".into())
        );
        let (place, name) = place_of_film(&folder.path().join("c.png"));
        assert_eq!((place.as_path(), name), (folder.path(), "c.png".into()));
        assert_eq!(
            place_of_film(Path::new("d.png")),
            (".".into(), "d.png".into())
        );
    }

    #[test]
    fn an_entry_that_inflates_without_end_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let zeros = vec![0; MAX_FILE_BYTES as usize + 1];
        let archive = zip(folder.path(), &[("bomb.png", &zeros)]);
        assert!(fs::metadata(&archive).unwrap().len() < 1 << 20);
        let error = read_film(&archive.join("bomb.png"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("expected at most"), "{error}");
    }

    #[test]
    fn archives_without_films_and_damaged_ones_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let archive = zip(folder.path(), &[("notes.txt", b"dear")]);
        let error = list_films(&archive).unwrap_err().to_string();
        assert!(error.contains("found none"), "{error}");
        let damaged = folder.path().join("damaged.zip");
        fs::write(&damaged, b"PK\x03\x04 and no more").unwrap();
        let error = list_films(&damaged).unwrap_err().to_string();
        assert!(
            error.contains("ZIP archive") && error.contains("damaged.zip"),
            "{error}"
        );
    }
}

//! From a path to a film: reads the file within bounds and tells its format by content.

use std::path::Path;
use std::thread;

use crate::domain::Film;
use crate::files::{BoundedReadError, read_bounded};
use crate::work::caught;

use super::limits::MAX_FILE_BYTES;
use super::sniff::{FilmFormat, described};
use super::{FilmError, archive, dicom, raster};

/// Much more than the decoders take, whose recursion is bounded.
const DECODER_STACK_BYTES: usize = 8 << 20;

/// Reads a film from a PNG, JPEG, TIFF, BMP or DICOM file; the name's extension plays no part.
pub fn read_film(path: &Path) -> Result<Film, FilmError> {
    film_from_bytes(&film_bytes(path)?, path)
}

/// Reads a film from the bytes of a file; `path` is what the film and the errors name.
pub fn film_from_bytes(bytes: &[u8], path: &Path) -> Result<Film, FilmError> {
    if bytes.is_empty() {
        let path = path.to_path_buf();
        return Err(FilmError::Empty { path });
    }
    on_decoder_thread(path, || decode(bytes, path))
}

/// Runs a decoder where its stack has a known size and a panic is an error of this film alone.
///
/// Decoders of others are given files of strangers here; a viewer must survive all of them.
fn on_decoder_thread(
    path: &Path,
    decode: impl FnOnce() -> Result<Film, FilmError> + Send,
) -> Result<Film, FilmError> {
    let path = || path.to_path_buf();
    thread::scope(|scope| {
        let decoder = thread::Builder::new()
            .name("decode film".to_owned())
            .stack_size(DECODER_STACK_BYTES)
            .spawn_scoped(scope, || caught(decode))
            .map_err(|cause| FilmError::Unreadable {
                path: path(),
                cause,
            })?;
        let decoded = decoder.join().unwrap_or_else(|_| Err(String::new()));
        decoded.unwrap_or_else(|panic_text| {
            Err(FilmError::Decoder {
                path: path(),
                panic_text,
            })
        })
    })
}

fn decode(bytes: &[u8], path: &Path) -> Result<Film, FilmError> {
    match FilmFormat::of(bytes) {
        Some(FilmFormat::Dicom) => dicom::film(bytes, path),
        Some(FilmFormat::Raster(format)) => raster::film(bytes, format, path),
        None => Err(FilmError::UnknownFormat {
            path: path.to_path_buf(),
            found: described(bytes),
        }),
    }
}

/// Reads the file's bytes; the error names the file.
pub(super) fn film_bytes(path: &Path) -> Result<Vec<u8>, FilmError> {
    let fault = match read_bounded(path, MAX_FILE_BYTES) {
        Ok(bytes) => return Ok(bytes),
        // What is no file may be a film within an archive.
        Err(BoundedReadError::Io(cause)) => match archive::film_bytes(path) {
            Some(found) => return found,
            None => BoundedReadError::Io(cause),
        },
        Err(fault) => fault,
    };
    let path = path.to_path_buf();
    Err(match fault {
        BoundedReadError::Folder => FilmError::Folder { path },
        BoundedReadError::NotRegular => FilmError::NotRegular { path },
        BoundedReadError::TooLarge { n_bytes } => FilmError::TooLarge { path, n_bytes },
        BoundedReadError::Io(cause) => FilmError::Unreadable { path, cause },
    })
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn folders_missing_files_and_empty_files_are_refused_with_their_path() {
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty.png");
        fs::write(&empty, []).unwrap();
        let cases = [
            (folder.path().to_path_buf(), "not a file but a folder"),
            (folder.path().join("none.png"), "no such file: "),
            (empty, "got an empty file"),
            (PathBuf::from("/dev/zero"), "got a device or pipe"),
        ];
        for (path, reason) in cases {
            let text = read_film(&path).unwrap_err().to_string();
            assert!(text.contains(reason), "{text}");
            assert!(text.ends_with(&path.display().to_string()), "{text}");
        }
    }

    #[test]
    fn a_panic_of_a_decoder_is_the_error_of_its_film() {
        let result = on_decoder_thread(Path::new("film.png"), || panic!("index {}", 7));
        let text = result.unwrap_err().to_string();
        assert!(text.contains("failed on this file (index 7)"), "{text}");
        assert!(text.ends_with(": film.png"), "{text}");
    }

    #[test]
    fn a_file_beyond_the_limit_is_refused_unread() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("huge.dcm");
        File::create(&path)
            .unwrap()
            .set_len(MAX_FILE_BYTES + 1)
            .unwrap();
        let text = read_film(&path).unwrap_err().to_string();
        assert!(text.contains("got 268435457"), "{text}");
    }
}

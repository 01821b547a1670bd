//! Whether a file is a film: by its first bytes, or by its name where reading would take too long.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::dicom;
use super::raster::RasterFormat;

/// First bytes that tell the format: DICOM has 128 of its own choice, then its mark.
const N_HEAD_BYTES: u64 = 132;
/// Endings of names of films.
const EXTENSIONS: [&str; 8] = ["png", "jpg", "jpeg", "tif", "tiff", "bmp", "dcm", "dicom"];

/// A format that is decoded here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FilmFormat {
    Dicom,
    Raster(RasterFormat),
}

impl FilmFormat {
    /// Told by the first 132 bytes, or fewer if the file is shorter.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        // DICOM first: its preamble is free to look like a TIFF.
        if dicom::looks_like_dicom(head) {
            return Some(Self::Dicom);
        }
        RasterFormat::of(head).map(Self::Raster)
    }
}

/// Whether the file begins like a film.
pub(super) fn begins_like_film(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    File::open(path)?
        .take(N_HEAD_BYTES)
        .read_to_end(&mut head)?;
    Ok(FilmFormat::of(&head).is_some())
}

/// Whether the file is named like a film. For listings of a hundred thousand files, which cannot
/// all be opened.
pub fn is_named_like_film(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| {
        let is_known = |known: &str| extension.eq_ignore_ascii_case(known);
        EXTENSIONS.into_iter().any(is_known)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_the_format() {
        let with_preamble = |preamble: &[u8]| {
            let mut head = preamble.to_vec();
            head.resize(128, 0);
            head.extend(b"DICM");
            head
        };
        let cases: [(&[u8], Option<FilmFormat>); 10] = [
            (&with_preamble(b""), Some(FilmFormat::Dicom)),
            (&with_preamble(b"II*\0"), Some(FilmFormat::Dicom)),
            (b"DICM\x02\0\0\0", Some(FilmFormat::Dicom)),
            (b"\x02\0\0\0UL\x04\0", Some(FilmFormat::Dicom)),
            (b"\x08\0\x05\0CS\x0a\0", Some(FilmFormat::Dicom)),
            (
                b"\xff\xd8\xff\xe0",
                Some(FilmFormat::Raster(RasterFormat::Jpeg)),
            ),
            (
                b"MM\0*\0\0\0\x08",
                Some(FilmFormat::Raster(RasterFormat::Tiff)),
            ),
            (b"BM\0\0\0\0", Some(FilmFormat::Raster(RasterFormat::Bmp))),
            (b"name,patient\n", None),
            (b"", None),
        ];
        for (head, expected) in cases {
            assert_eq!(FilmFormat::of(head), expected, "{head:?}");
        }
    }

    #[test]
    fn names_of_films_are_told_by_their_ending_in_any_case() {
        let named = |name: &str| is_named_like_film(Path::new(name));
        assert!(named("a/b.PNG") && named("x.dicom") && named("x.JpEg"));
        assert!(!named("labels.csv") && !named("png") && !named("x.gif"));
    }
}

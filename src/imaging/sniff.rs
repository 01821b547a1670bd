//! Whether a file is a film: by its first bytes, or by its name where reading would take too long.

use std::io::{self, Read as _};
use std::path::Path;

use super::dicom;
use super::raster::RasterFormat;
use crate::files::open_regular;

/// First bytes that tell the format: DICOM has 128 of its own choice, then its mark.
const N_HEAD_BYTES: u64 = 132;
/// A PNG's first chunk behind its header, of 8 + 25 bytes, has its content here.
const TEXT_AT: usize = 41;
/// The content of a text chunk of our drawings: a keyword of the standard, and our name.
const OWN_TEXT: &[u8] = b"Software\0Thorax ";
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
    Ok(FilmFormat::of(&head_of(path)?).is_some())
}

fn head_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    open_regular(path)?
        .take(N_HEAD_BYTES)
        .read_to_end(&mut head)?;
    Ok(head)
}

/// Whether a file holds a film, which no output may replace; a drawing of ours is none.
pub fn is_kept_film(path: &Path) -> bool {
    let is_ours = |head: &[u8]| {
        head.get(TEXT_AT..)
            .is_some_and(|rest| rest.starts_with(OWN_TEXT))
    };
    head_of(path).is_ok_and(|head| FilmFormat::of(&head).is_some() && !is_ours(&head))
}

/// A PNG that says that this program drew it, so that it may be replaced by another one.
pub fn own_png(png: &[u8]) -> Vec<u8> {
    let (head, rest) = png.split_at(png.len().min(TEXT_AT - 8));
    let text = [OWN_TEXT, env!("CARGO_PKG_VERSION").as_bytes()].concat();
    let chunk = [b"tEXt", text.as_slice()].concat();
    let n_bytes = (text.len() as u32).to_be_bytes();
    let checksum = crc32fast::hash(&chunk).to_be_bytes();
    [head, &n_bytes, &chunk, &checksum, rest].concat()
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
    fn a_film_is_kept_and_a_drawing_of_ours_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let mut png = io::Cursor::new(Vec::new());
        let picture = image::GrayImage::from_fn(9, 7, |x, y| image::Luma([(x * y) as u8]));
        picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
        std::fs::write(&path, png.get_ref()).unwrap();
        assert!(is_kept_film(&path));
        let own = own_png(png.get_ref());
        assert_eq!(image::load_from_memory(&own).unwrap().into_luma8(), picture);
        std::fs::write(&path, own).unwrap();
        assert!(!is_kept_film(&path));
        std::fs::write(&path, "a,b\n").unwrap();
        assert!(!is_kept_film(&path) && !is_kept_film(folder.path()));
    }

    #[test]
    fn names_of_films_are_told_by_their_ending_in_any_case() {
        let named = |name: &str| is_named_like_film(Path::new(name));
        assert!(named("a/b.PNG") && named("x.dicom") && named("x.JpEg"));
        assert!(!named("labels.csv") && !named("png") && !named("x.gif"));
    }
}

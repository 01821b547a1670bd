//! Whether a file is a film, by its first bytes or its name; and what other files are, in words.

use std::ffi::OsStr;
use std::io::{self, Read as _};
use std::path::Path;

use flate2::read::GzDecoder;

use super::dicom;
use super::raster::RasterFormat;
use crate::files::open_regular;

/// First bytes that tell the format and the kind of a DICOM object: DICOM has 128 of its own choice, then
/// its mark and a few hundred bytes about the file.
pub(super) const N_HEAD_BYTES: u64 = 4096;
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
    /// Told by the first bytes.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        // DICOM first: its preamble is free to look like a TIFF.
        if dicom::looks_like_dicom(head) {
            return Some(Self::Dicom);
        }
        RasterFormat::of(head).map(Self::Raster)
    }
}

/// The first bytes of a file.
pub(super) fn head_of(path: &Path) -> io::Result<Vec<u8>> {
    head_of_length(path, N_HEAD_BYTES)
}

/// As many of the first bytes of a file, or all.
pub(super) fn head_of_length(path: &Path, n_bytes: u64) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    open_regular(path)?.take(n_bytes).read_to_end(&mut head)?;
    Ok(head)
}

/// What a file among others is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    /// It begins or is named like a film. One that is only named so is listed: opening it says what it is.
    Film,
    /// A DICOM object without an image: which one.
    WithoutImage(&'static str),
    /// No film, and nothing that could be taken for one.
    Other,
}

impl FileKind {
    /// Told by the first bytes and the name.
    pub(super) fn of(path: &Path, head: &[u8]) -> Self {
        match object_without_image(head) {
            Some(name) => Self::WithoutImage(name),
            None if FilmFormat::of(head).is_some() || is_named_like_film(path) => Self::Film,
            None => Self::Other,
        }
    }
}

/// Whether a file or folder of this name holds no films wherever it is: hidden ones, such as those that
/// macOS writes beside each file on a stick, and those of systems and archives.
pub(super) fn is_passed_over(name: &OsStr) -> bool {
    const OF_SYSTEMS: [&str; 4] = [
        "__MACOSX",
        "@eaDir",
        "$RECYCLE.BIN",
        "System Volume Information",
    ];
    name.as_encoded_bytes().starts_with(b".") || OF_SYSTEMS.iter().any(|known| name == *known)
}

/// SOP class of a DICOMDIR.
const MEDIA_STORAGE_DIRECTORY: &str = "1.2.840.10008.1.3.10";

/// Whether a file is a directory of other DICOM files: by its SOP class, or by its name.
pub(super) fn is_dicom_directory(path: &Path) -> bool {
    let named = path
        .file_name()
        .is_some_and(|name| name.eq_ignore_ascii_case("DICOMDIR"));
    let by_class = || {
        let head = head_of(path).unwrap_or_default();
        sop_class(&head) == Some(MEDIA_STORAGE_DIRECTORY)
    };
    named || by_class()
}

/// What a DICOM object without an image is, by the SOP class in its head: as in `a structured report`.
fn object_without_image(head: &[u8]) -> Option<&'static str> {
    const STORAGE: &str = "1.2.840.10008.5.1.4.1.1.";
    let class = sop_class(head)?;
    if class == MEDIA_STORAGE_DIRECTORY {
        return Some("a DICOMDIR");
    }
    let (group, rest) = class
        .strip_prefix(STORAGE)?
        .split_once('.')
        .unwrap_or((class.strip_prefix(STORAGE)?, ""));
    Some(match (group, rest) {
        ("88", _) => "a structured report",
        ("11", _) => "a presentation state",
        ("9", _) => "a waveform",
        ("66", "" | "1" | "2" | "3" | "5" | "6") => "raw data, registrations or fiducials",
        ("67", _) => "a mapping of values",
        ("104", _) => "an encapsulated document",
        ("481", "3" | "4" | "5" | "6" | "7" | "8" | "9") => "an object of radiotherapy",
        _ => return None,
    })
}

/// The Media Storage SOP Class UID (0002,0002), or the SOP Class UID (0008,0016) where a file has no
/// meta group. Looked for, not parsed: the file may be laid out in ways that only its reader knows.
fn sop_class(head: &[u8]) -> Option<&str> {
    let head = head.get(..head.len().min(N_HEAD_BYTES as usize))?;
    // Only what is tried as DICOM: another file may hold these bytes by chance.
    (FilmFormat::of(head) == Some(FilmFormat::Dicom)).then_some(())?;
    let uid_behind = |tag: &[u8]| {
        let at = head.windows(4).position(|bytes| bytes == tag)? + 8;
        // Two bytes of length behind `UI`, or four behind the tag.
        let length = head.get(at - 4..at)?;
        let n_bytes = match *length {
            [b'U', b'I', low, high] | [low, high, 0, 0] => u16::from_le_bytes([low, high]),
            _ => return None,
        };
        let uid = std::str::from_utf8(head.get(at..at + usize::from(n_bytes))?).ok()?;
        Some(uid.trim_end_matches(['\0', ' ']))
    };
    uid_behind(b"\x02\0\x02\0").or_else(|| uid_behind(b"\x08\0\x16\0"))
}

/// Implementation class of this program's DICOM files; from a UUID, PS3.5 B.2.
pub const OWN_DICOM_UID: &str = "2.25.226917493127404583290462116303257414402";

/// Whether a file holds a film, which no output may replace; a drawing or a DICOM file of ours is none.
pub fn is_kept_film(path: &Path) -> bool {
    let is_ours = |head: &[u8]| {
        let text = head.get(TEXT_AT..).unwrap_or_default();
        let mut uids = head.windows(OWN_DICOM_UID.len());
        text.starts_with(OWN_TEXT) || uids.any(|bytes| bytes == OWN_DICOM_UID.as_bytes())
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

/// Whether the file is named like a picture that is no DICOM.
pub(super) fn is_named_like_picture(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    is_named_like_film(path) && !extension.is_some_and(|e| e.to_ascii_lowercase().starts_with('d'))
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

/// What a file is that is no film, for a message: as in `a PDF document`.
pub(super) fn described(bytes: &[u8]) -> String {
    if let Some(name) = by_mark(bytes).or_else(|| by_text(bytes)) {
        return name.to_owned();
    }
    if bytes.iter().all(|&byte| byte == 0) {
        return "a file of nothing but zeros".to_owned();
    }
    let start: Vec<_> = bytes
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("a file that starts with {}", start.join(" "))
}

/// Marks of formats and where in a file they are; longer ones before shorter ones that begin alike.
const MARKS: [(usize, &[u8], &str); 69] = [
    (0, b"%PDF", "a PDF document"),
    (0, b"%!PS", "a PostScript document"),
    (0, b"{\\rtf", "an RTF document"),
    (0, b"\xD0\xCF\x11\xE0", "a document of Microsoft Office"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"PK\x05\x06", "an empty ZIP archive"),
    (0, b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
    (0, b"Rar!\x1A\x07", "a RAR archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xFD7zXZ\0", "an xz archive"),
    (0, b"\x28\xB5\x2F\xFD", "a zstd archive"),
    (0, b"\x04\x22\x4D\x18", "an lz4 archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"\x93NUMPY", "a NumPy array (npy)"),
    (0, b"\x89HDF", "an HDF5 file"),
    (0, b"CDF\x01", "a NetCDF or MINC file"),
    (0, b"CDF\x02", "a NetCDF or MINC file"),
    (0, b"MATLAB 5.0 MAT-file", "a MATLAB file"),
    (0, b"PAR1", "a Parquet table"),
    (0, b"SQLite format 3", "an SQLite database"),
    (0, b"SIMPLE  =", "a FITS image"),
    (344, b"n+1\0", "a NIfTI volume"),
    (344, b"ni1\0", "a NIfTI volume"),
    (4, b"n+2\0", "a NIfTI volume"),
    (4, b"ni2\0", "a NIfTI volume"),
    (0, b"\x5C\x01\0\0", "a NIfTI or Analyze volume"),
    (0, b"\0\0\x01\x5C", "a NIfTI or Analyze volume"),
    (0, b"NRRD000", "an NRRD volume"),
    (0, b"ObjectType", "a MetaImage (mha, mhd)"),
    (0, b"NDims", "a MetaImage (mha, mhd)"),
    (0, b"\x80\x02", "a Python pickle, as of PyTorch"),
    (0, b"\x80\x03", "a Python pickle"),
    (0, b"\x80\x04", "a Python pickle"),
    (0, b"\x80\x05", "a Python pickle"),
    (0, b"GIF8", "a GIF image"),
    (8, b"WEBP", "a WebP image"),
    (0, b"\0\0\0\x0CjP  ", "a JPEG 2000 image (JP2)"),
    (0, b"\xFF\x4F\xFF\x51", "a JPEG 2000 stream"),
    (0, b"\0\0\0\x0CJXL ", "a JPEG XL image"),
    (0, b"\xFF\x0A", "a JPEG XL image"),
    (0, b"II\xBC", "a JPEG XR image"),
    (4, b"ftypavif", "an AVIF image"),
    (4, b"ftyphei", "a HEIC image"),
    (4, b"ftypmif1", "a HEIC image"),
    (4, b"ftyp", "a video (MP4, MOV)"),
    (8, b"AVI ", "a video (AVI)"),
    (0, b"\x1A\x45\xDF\xA3", "a video (Matroska, WebM)"),
    (0, b"8BPS", "a Photoshop image"),
    (0, b"\x76\x2F\x31\x01", "an OpenEXR image"),
    (0, b"#?RADIANCE", "a Radiance HDR image"),
    (0, b"DDS ", "a DirectDraw texture"),
    (0, b"qoif", "a QOI image"),
    (0, b"farbfeld", "a farbfeld image"),
    (0, b"BPG\xFB", "a BPG image"),
    (0, b"AT&TFORM", "a DjVu document"),
    (0, b"\0\0\x01\0", "an icon (ICO)"),
    (0, b"P1\n", "a PBM image"),
    (0, b"P2\n", "a PGM image"),
    (0, b"P3\n", "a PPM image"),
    (0, b"P4\n", "a PBM image"),
    (0, b"P5\n", "a PGM image"),
    (0, b"P6\n", "a PPM image"),
    (0, b"P7\n", "a PAM image"),
    (0, b"Pf\n", "a PFM image"),
    (
        0,
        b"\0\x05\x16\x07",
        "what macOS keeps beside a file (._ file)",
    ),
    (
        0,
        b"\0\0\0\x01Bud1",
        "what macOS keeps of a folder (.DS_Store)",
    ),
    (0, b"\x7FELF", "a program"),
    (0, b"MZ", "a program"),
    (0, b"#!", "a script"),
];

fn by_mark(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\x1F\x8B") {
        return Some(in_gzip(bytes));
    }
    let has = |at: usize, mark: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(mark));
    let found = MARKS.iter().find(|(at, mark, _)| has(*at, mark));
    found.map(|&(_, _, name)| name)
}

/// What a gzip file holds, told by its first bytes inflated.
fn in_gzip(bytes: &[u8]) -> &'static str {
    let mut head = Vec::new();
    let mut inflated = GzDecoder::new(bytes).take(N_HEAD_BYTES);
    // A file that is cut off shows what there is.
    let _ = inflated.read_to_end(&mut head);
    match by_mark_of_volume(&head) {
        Some(name) => name,
        None if head
            .get(257..)
            .is_some_and(|rest| rest.starts_with(b"ustar")) =>
        {
            "a gzip archive of a tar archive"
        }
        None if FilmFormat::of(&head).is_some() => "a film packed with gzip: unpack it",
        None => "a gzip archive",
    }
}

fn by_mark_of_volume(head: &[u8]) -> Option<&'static str> {
    let is_nifti = matches!(head, [0x5C, 1, 0, 0, ..] | [0, 0, 1, 0x5C, ..])
        || head.get(4..).is_some_and(|rest| rest.starts_with(b"n+2"));
    is_nifti.then_some("a NIfTI volume packed with gzip")
}

/// Files of text, by how they begin.
fn by_text(bytes: &[u8]) -> Option<&'static str> {
    if matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) {
        return Some("a text file (UTF-16)");
    }
    let head = bytes.get(..bytes.len().min(N_HEAD_BYTES as usize))?;
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let is_text = |byte: &u8| *byte >= b' ' || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C);
    if head.len() < 2 || !head.iter().all(is_text) {
        return None;
    }
    let start = String::from_utf8_lossy(head).trim_start().to_lowercase();
    let begins = |with: &str| start.starts_with(with);
    let is_page = begins("<!doctype html") || begins("<html") || begins("<head") || begins("<body");
    Some(if begins("version https://git-lfs.github.com/spec") {
        "a git-lfs pointer: the film itself was not downloaded (git lfs pull)"
    } else if is_page || (begins("<") && start.contains("<html")) {
        "a web page (HTML), as a download that needs a login leaves it"
    } else if begins("<svg") || (begins("<") && start.contains("<svg")) {
        "an SVG drawing"
    } else if begins("<") {
        "an XML file"
    } else if begins("{") || begins("[") {
        "a JSON file"
    } else {
        "a text file"
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
        let dicom = |uid: &str| [&[0; 128][..], b"DICM\x02\0\x12\0UI", uid.as_bytes()].concat();
        std::fs::write(&path, dicom("1.2.840")).unwrap();
        assert!(is_kept_film(&path));
        std::fs::write(&path, dicom(OWN_DICOM_UID)).unwrap();
        assert!(!is_kept_film(&path));
    }

    #[test]
    fn names_of_films_are_told_by_their_ending_in_any_case() {
        let named = |name: &str| is_named_like_film(Path::new(name));
        assert!(named("a/b.PNG") && named("x.dicom") && named("x.JpEg"));
        assert!(!named("labels.csv") && !named("png") && !named("x.gif"));
    }

    #[test]
    fn other_files_are_named_for_what_they_are() {
        let at = |offset: usize, mark: &[u8]| {
            let mut bytes = vec![1; offset];
            bytes.extend(mark);
            bytes
        };
        let gzip = |bytes: &[u8]| {
            use std::io::Write as _;
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(bytes).unwrap();
            packed.finish().unwrap()
        };
        let cases: [(Vec<u8>, &str); 17] = [
            (b"<!DOCTYPE html><html>Sign in</html>".to_vec(), "web page"),
            (b"\xEF\xBB\xBF\n <HTML><body>".to_vec(), "web page"),
            (b"<?xml version='1.0'?><html xmlns=''>".to_vec(), "web page"),
            (b"<?xml version='1.0'?><a/>".to_vec(), "XML"),
            (
                b"version https://git-lfs.github.com/spec/v1\noid".to_vec(),
                "git-lfs pointer",
            ),
            (b"\x93NUMPY\x01\0".to_vec(), "NumPy"),
            (at(344, b"n+1\0"), "NIfTI"),
            (gzip(b"\x5c\x01\0\0 and more"), "NIfTI"),
            (gzip(b"\x89PNG\r\n\x1a\n"), "a film packed with gzip"),
            (gzip(b"a,b\n1,2\n"), "a gzip archive"),
            (b"ObjectType = Image\nNDims = 2\n".to_vec(), "MetaImage"),
            (b"PK\x03\x04".to_vec(), "ZIP"),
            (b"RIFF\0\0\0\0WEBPVP8 ".to_vec(), "WebP"),
            (b"{\"a\": 1}".to_vec(), "JSON"),
            (b"patient,label\n".to_vec(), "a text file"),
            (vec![0; 600], "nothing but zeros"),
            (vec![7, 1, 2, 3, 4], "starts with 07 01 02 03"),
        ];
        for (bytes, expected) in cases {
            let found = described(&bytes);
            assert!(found.contains(expected), "{found}, not {expected}");
        }
        // A cut-off gzip file is still one.
        assert!(described(b"\x1F\x8B\x08").contains("gzip"));
    }

    #[test]
    fn objects_without_an_image_are_told_by_their_class() {
        let object = |class: &str, explicit: bool| {
            let mut head = vec![0; 128];
            head.extend(b"DICM");
            head.extend(if explicit {
                b"\x02\0\x02\0UI".as_slice()
            } else {
                b"\x08\0\x16\0".as_slice()
            });
            head.extend((class.len() as u16).to_le_bytes());
            head.extend(if explicit { b"".as_slice() } else { b"\0\0" });
            head.extend(class.as_bytes());
            head
        };
        for (class, expected) in [
            ("1.2.840.10008.1.3.10", Some("a DICOMDIR")),
            ("1.2.840.10008.5.1.4.1.1.88.11", Some("a structured report")),
            (
                "1.2.840.10008.5.1.4.1.1.11.1\0",
                Some("a presentation state"),
            ),
            ("1.2.840.10008.5.1.4.1.1.1.1", None),
            ("1.2.840.10008.5.1.4.1.1.1", None),
        ] {
            for explicit in [true, false] {
                let found = object_without_image(&object(class, explicit));
                assert_eq!(found, expected, "{class}");
            }
        }
        // The bytes of a class in a file of another kind mean nothing.
        let mut png = b"\x89PNG\r\n\x1a\n\x02\0\x02\0UI\x14\0".to_vec();
        png.extend(b"1.2.840.10008.1.3.10");
        assert_eq!(object_without_image(&png), None);
    }
}

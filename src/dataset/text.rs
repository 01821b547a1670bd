//! From a file to text: compression, encoding, byte order marks.

use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::DataError;
use crate::files::open_regular;

/// The most text that a table or list may hold, after decompression. NIH's table has 8 MB.
pub(super) const MAX_TEXT_BYTES: u64 = 1 << 30;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// How a file writes characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// The text of a file in UTF-8 or UTF-16, decompressed where it begins like gzip, without a byte
/// order mark.
pub(super) fn read_text(path: &Path) -> Result<String, DataError> {
    let bytes = read_bytes(path, MAX_TEXT_BYTES + 1)?;
    if bytes.len() as u64 > MAX_TEXT_BYTES {
        let path = path.to_owned();
        return Err(DataError::TooLarge { path });
    }
    let not_text = |before: &str| {
        let n_breaks = before.bytes().filter(|byte| *byte == b'\n').count();
        let (path, line) = (path.to_owned(), n_breaks + 1);
        DataError::NotText { path, line }
    };
    let text = match Encoding::of(&bytes) {
        Encoding::Utf8 => String::from_utf8(bytes).map_err(|error| {
            let good = error.as_bytes().get(..error.utf8_error().valid_up_to());
            not_text(&String::from_utf8_lossy(good.unwrap_or_default()))
        })?,
        encoding => {
            let mut text = String::with_capacity(bytes.len() / 2);
            for unit in char::decode_utf16(encoding.units(&bytes)) {
                text.push(unit.map_err(|_| not_text(&text))?);
            }
            text
        }
    };
    Ok(without_mark(text))
}

/// The first lines of a file, however long the rest is; what is no text is replaced.
pub(super) fn read_start(path: &Path) -> Result<String, DataError> {
    const MAX_START_BYTES: u64 = 1 << 16;
    let bytes = read_bytes(path, MAX_START_BYTES)?;
    let text = match Encoding::of(&bytes) {
        Encoding::Utf8 => String::from_utf8_lossy(&bytes).into_owned(),
        encoding => char::decode_utf16(encoding.units(&bytes))
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect(),
    };
    let mut text = without_mark(text);
    // A line that is cut short would have fewer cells.
    if bytes.len() as u64 == MAX_START_BYTES
        && let Some(last) = text.rfind(['\n', '\r'])
    {
        text.truncate(last + 1);
    }
    Ok(text)
}

fn without_mark(text: String) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

impl Encoding {
    /// By the byte order mark or, without one, by zeros in every other of the first bytes.
    fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0xff, 0xfe, ..] => Self::Utf16Le,
            [0xfe, 0xff, ..] => Self::Utf16Be,
            &[a, 0, b, 0, ..] if a > 0 && b > 0 => Self::Utf16Le,
            &[0, a, 0, b, ..] if a > 0 && b > 0 => Self::Utf16Be,
            _ => Self::Utf8,
        }
    }

    /// The 16-bit units; half a unit at the end becomes one that is no character.
    fn units(self, bytes: &[u8]) -> impl Iterator<Item = u16> {
        bytes.chunks(2).map(move |unit| match (unit, self) {
            (&[low, high], Self::Utf16Le) | (&[high, low], _) => u16::from_le_bytes([low, high]),
            _ => LONE_SURROGATE,
        })
    }
}

const LONE_SURROGATE: u16 = 0xdc00;

/// At most `max_bytes` of a regular file, after decompression.
fn read_bytes(path: &Path, max_bytes: u64) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    open(path)
        .and_then(|file| file.take(max_bytes).read_to_end(&mut bytes))
        .map_err(|cause| DataError::Unreadable {
            path: path.to_owned(),
            cause,
        })?;
    Ok(bytes)
}

fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    let mut magic = Vec::new();
    open_regular(path)?.take(2).read_to_end(&mut magic)?;
    let file = BufReader::new(open_regular(path)?);
    Ok(if magic == GZIP_MAGIC {
        Box::new(MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn written(bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        std::fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    #[test]
    fn gzip_and_byte_order_marks_are_taken_off() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all("\u{feff}a,b\n1,2\n".as_bytes()).unwrap();
        let (_folder, path) = written(&gzip.finish().unwrap());
        assert_eq!(read_text(&path).unwrap(), "a,b\n1,2\n");
        assert_eq!(read_start(&path).unwrap(), "a,b\n1,2\n");
    }

    #[test]
    fn utf_16_is_read_in_both_orders_with_and_without_a_mark() {
        let text = "a\tÄ𝄞\n1\t2\n";
        for mark in ["", "\u{feff}"] {
            let units: Vec<u16> = format!("{mark}{text}").encode_utf16().collect();
            for order in [u16::to_le_bytes, u16::to_be_bytes] {
                let bytes: Vec<u8> = units.iter().flat_map(|unit| order(*unit)).collect();
                let (_folder, path) = written(&bytes);
                assert_eq!(read_text(&path).unwrap(), text);
                assert_eq!(read_start(&path).unwrap(), text);
            }
        }
        let (_folder, path) = written(b"\xff\xfea\0\n\0b");
        let error = read_text(&path).unwrap_err().to_string();
        assert!(
            error.contains("UTF-16") && error.contains("line 2"),
            "{error}"
        );
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_line() {
        let (_folder, path) = written(b"a\nb\n\xff\n");
        let error = read_text(&path).unwrap_err().to_string();
        assert!(
            error.contains("line 3") && error.contains("list.csv"),
            "{error}"
        );
        let (_folder, path) = written(b"\x1f\x8bbroken");
        let error = read_text(&path).unwrap_err().to_string();
        assert!(error.contains("list.csv"), "{error}");
    }

    #[test]
    fn folders_and_missing_files_are_named_as_such() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display();
        let error = read_text(folder.path()).unwrap_err().to_string();
        assert_eq!(error, format!("not a file but a folder: {path}"));
        let error = read_text(&folder.path().join("no.csv")).unwrap_err();
        assert_eq!(error.to_string(), format!("no such file: {path}/no.csv"));
    }
}

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::DataError;

/// The most text that a table or list may hold, after decompression. NIH's table has 8 MB.
pub(super) const MAX_TEXT_BYTES: u64 = 1 << 30;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The text of a file, decompressed where it begins like gzip, without a byte order mark.
pub(super) fn read_text(path: &Path) -> Result<String, DataError> {
    let unreadable = |source| DataError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let mut bytes = Vec::new();
    open_text(path)
        .and_then(|text| text.take(MAX_TEXT_BYTES + 1).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_TEXT_BYTES {
        let path = path.to_owned();
        return Err(DataError::TooLarge { path });
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = error.as_bytes().get(..error.utf8_error().valid_up_to());
        let n_breaks = good.unwrap_or_default().iter().filter(|b| **b == b'\n');
        let line = n_breaks.count() + 1;
        let path = path.to_owned();
        DataError::NotText { path, line }
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

/// The first line of a file, however long the rest is; what is not UTF-8 is replaced.
pub(super) fn read_first_line(path: &Path) -> Result<String, DataError> {
    const MAX_LINE_BYTES: u64 = 1 << 16;
    let mut start = Vec::new();
    open_text(path)
        .and_then(|text| text.take(MAX_LINE_BYTES).read_to_end(&mut start))
        .map_err(|source| DataError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
    let text = String::from_utf8_lossy(&start);
    let text = text.trim_start_matches('\u{feff}');
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn open_text(path: &Path) -> io::Result<Box<dyn Read>> {
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut magic = Vec::new();
    File::open(path)?.take(2).read_to_end(&mut magic)?;
    let file = BufReader::new(File::open(path)?);
    Ok(if magic == GZIP_MAGIC {
        Box::new(MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    })
}

/// A reader of comma-separated rows; semicolons or tabs where the first line has no comma.
pub(super) fn csv_reader(text: &str) -> csv::Reader<&[u8]> {
    let first = text.lines().next().unwrap_or_default();
    let delimiter = match first {
        line if line.contains(',') => b',',
        line if line.contains(';') => b';',
        line if line.contains('\t') => b'\t',
        _ => b',',
    };
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn gzip_and_byte_order_marks_are_taken_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all("\u{feff}a,b\n1,2\n".as_bytes()).unwrap();
        std::fs::write(&path, gzip.finish().unwrap()).unwrap();
        assert_eq!(read_text(&path).unwrap(), "a,b\n1,2\n");
        assert_eq!(read_first_line(&path).unwrap(), "a,b");
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        std::fs::write(&path, b"a\nb\n\xff\n").unwrap();
        let error = read_text(&path).unwrap_err().to_string();
        assert!(
            error.contains("line 3") && error.contains("list.csv"),
            "{error}"
        );
        std::fs::write(&path, b"\x1f\x8bbroken").unwrap();
        let error = read_text(&path).unwrap_err().to_string();
        assert!(error.contains("list.csv"), "{error}");
        let error = read_text(folder.path()).unwrap_err().to_string();
        assert!(error.contains("not a regular file"), "{error}");
    }
}

use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use crate::files::{open_regular, path_of_text};

/// Bytes of a line, at most: more than any system's longest path.
const MAX_LINE_BYTES: u64 = 64 << 10;

/// Paths of films in a text, one a line, read as they are asked for.
///
/// Blank lines are passed over. A line `file:///…` is an address, as the results write paths that are no UTF-8;
/// any other line is the path itself, byte by byte.
pub struct PathList {
    lines: Box<dyn BufRead + Send>,
    /// Set where the list could not be read to its end.
    fault: Option<io::Error>,
}

impl PathList {
    /// A list in a file.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = open_regular(path)?;
        Ok(Self::new(BufReader::new(file)))
    }

    /// A list that something writes, such as standard input.
    pub fn new(lines: impl BufRead + Send + 'static) -> Self {
        Self {
            lines: Box::new(lines),
            fault: None,
        }
    }

    /// Why the list ended before its end, if it did.
    pub fn fault(&self) -> Option<&io::Error> {
        self.fault.as_ref()
    }

    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let mut bounded = (&mut self.lines).take(MAX_LINE_BYTES);
        let n_bytes = bounded.read_until(b'\n', &mut line)?;
        if n_bytes as u64 == MAX_LINE_BYTES && !line.ends_with(b"\n") {
            let text = format!("a line is longer than {MAX_LINE_BYTES} bytes");
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let length = line.iter().rposition(|byte| !is_end(byte));
        line.truncate(length.map_or(0, |last| last + 1));
        Ok((n_bytes > 0).then_some(line))
    }
}

impl Iterator for PathList {
    type Item = PathBuf;

    fn next(&mut self) -> Option<PathBuf> {
        loop {
            match self.line() {
                Ok(Some(line)) if line.is_empty() => {}
                Ok(Some(line)) => return Some(path_of_line(line)),
                Ok(None) => return None,
                Err(error) => {
                    self.fault = Some(error);
                    return None;
                }
            }
        }
    }
}

fn path_of_line(line: Vec<u8>) -> PathBuf {
    match String::from_utf8(line) {
        Ok(text) => path_of_text(&text),
        Err(error) => path_of_bytes(error.into_bytes()),
    }
}

#[cfg(unix)]
fn path_of_bytes(line: Vec<u8>) -> PathBuf {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(line).into()
}

/// Where paths are no bytes, only text is a path.
#[cfg(not(unix))]
fn path_of_bytes(line: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&line).into_owned().into()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn lines_are_paths_and_blank_ones_are_passed_over() {
        let text = "a b.png\r\n\n/c/фильм.dcm\n \nlast";
        let list: Vec<PathBuf> = PathList::new(Cursor::new(text)).collect();
        let expected = ["a b.png", "/c/фильм.dcm", " ", "last"].map(PathBuf::from);
        assert_eq!(list, expected);
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_no_text_is_read_as_bytes_or_as_an_address() {
        let lines = b"film\xe9.png\nfile:///films/film%E9.png\n";
        let list: Vec<PathBuf> = PathList::new(Cursor::new(lines)).collect();
        assert_eq!(list[0].as_os_str().as_encoded_bytes(), b"film\xe9.png");
        assert_eq!(
            list[1].as_os_str().as_encoded_bytes(),
            b"/films/film\xe9.png"
        );
    }

    #[test]
    fn a_text_without_lines_is_refused_before_it_fills_the_memory() {
        let mut list = PathList::new(BufReader::new(io::repeat(b'x')));
        assert_eq!(list.next(), None);
        assert!(list.fault().unwrap().to_string().contains("longer than"));
    }
}

use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// What a path begins with that is written as an address.
const SCHEME: &str = "file://";

/// A path as text from which [`path_of_text`] makes the same path again, for JSON and CSV.
///
/// A path of UTF-8 is written as it is. Another one is written whole, from the root, as an address with `%` and two
/// hexadecimal digits for each byte that is no plain letter (RFC 8089): `file:///films/caf%E9.png`.
pub fn path_text(path: &Path) -> Cow<'_, str> {
    if let Some(text) = path.to_str().filter(|text| !text.starts_with(SCHEME)) {
        return Cow::Borrowed(text);
    }
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut text = SCHEME.to_owned();
    for &byte in whole.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    Cow::Owned(text)
}

/// The path that [`path_text`] wrote.
pub fn path_of_text(text: &str) -> PathBuf {
    let address = text.strip_prefix(SCHEME);
    let path = address.and_then(unescaped).map(path_of_bytes);
    path.unwrap_or_else(|| PathBuf::from(text))
}

/// The bytes of an address; `None` where a `%` is not followed by two digits.
fn unescaped(address: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = address.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        bytes.push((digit()? * 16 + digit()?) as u8);
    }
    Some(bytes)
}

#[cfg(unix)]
fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(bytes).into()
}

/// Where paths are no bytes, only text comes back.
#[cfg(not(unix))]
fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn every_path_comes_back_from_its_text() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;
        let check = |bytes: &[u8], expected: &str| {
            let path = Path::new(OsStr::from_bytes(bytes));
            assert_eq!(path_text(path), expected);
            assert_eq!(path_of_text(&path_text(path)), path);
        };
        check(b"/a/latin1_\xe9 %.png", "file:///a/latin1_%E9%20%25.png");
        check("films/фильм é%20.png".as_bytes(), "films/фильм é%20.png");
        // What is no address of ours stays what it is.
        assert_eq!(path_of_text("file://%x"), Path::new("file://%x"));
        let relative = path_text(Path::new(OsStr::from_bytes(b"film\xe9"))).into_owned();
        assert!(relative.ends_with("/film%E9"), "{relative}");
    }
}

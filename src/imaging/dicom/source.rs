//! Where the data set lies in a file, how it is written, and what the file meta group says.

use std::borrow::Cow;
use std::io::Read as _;

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use flate2::read::{DeflateDecoder, ZlibDecoder};

use super::DicomError;
use super::elements::{Encoding, Object, damaged, is_known_vr};
use super::syntax::TransferSyntax;

/// Maximum size of an inflated data set.
const MAX_INFLATED_BYTES: u64 = 512 << 20;

/// Length of the preamble before `DICM`.
const N_PREAMBLE: usize = 128;

/// Whether to try these bytes as DICOM: the magic word, with or without preamble, or a bare group.
pub(in crate::imaging) fn looks_like_dicom(bytes: &[u8]) -> bool {
    meta_start(bytes).is_some()
}

/// Where the file meta group begins, or the data set where there is none.
fn meta_start(bytes: &[u8]) -> Option<usize> {
    for start in [N_PREAMBLE, 0] {
        let rest = bytes.get(start..).unwrap_or_default();
        if rest.starts_with(b"DICM") {
            return Some(start + 4);
        }
    }
    let begins_a_group = match *bytes {
        [0x02, 0, _, 0, a, b, ..] => is_known_vr([a, b]) || b == 0,
        // Group 0008, an element up to Modality, and a plausible length or representation.
        [0x08, 0, 0x00..=0x60, 0, a, b, c, d, ..] => is_known_vr([a, b]) || (c, d) == (0, 0),
        [0, 0x08, 0, 0x00..=0x60, a, b, ..] => is_known_vr([a, b]),
        _ => false,
    };
    begins_a_group.then_some(0)
}

/// The bytes of a data set with what is known about them.
pub(super) struct Source<'a> {
    bytes: Cow<'a, [u8]>,
    encoding: Encoding,
    pub(super) syntax: TransferSyntax,
    /// As the file names it, for messages.
    pub(super) syntax_uid: String,
    pub(super) warnings: Vec<String>,
}

impl<'a> Source<'a> {
    /// Finds the data set, and inflates it where it is deflated.
    pub(super) fn of(file: &'a [u8]) -> Result<Self, DicomError> {
        let start = meta_start(file).ok_or_else(|| damaged("no DICM"))?;
        let rest = file.get(start..).unwrap_or_default();
        let mut warnings = vec![];
        let (uid, rest) = file_meta(rest)?;
        let syntax = match &uid {
            Some(uid) => TransferSyntax::of(uid),
            None => TransferSyntax::IMPLICIT,
        };
        let bytes = if syntax.deflated {
            Cow::Owned(inflate(rest)?)
        } else {
            Cow::Borrowed(rest)
        };
        let encoding = syntax.encoding.seen(&bytes);
        if uid.is_some() && encoding != syntax.encoding {
            warnings.push("The data set is not written as its Transfer Syntax says.".to_owned());
        }
        Ok(Self {
            bytes,
            encoding,
            syntax,
            syntax_uid: uid.unwrap_or_default(),
            warnings,
        })
    }

    /// The bytes of the data set, and how they are written.
    pub(super) fn data_set(&self) -> (&[u8], Encoding) {
        (&self.bytes, self.encoding)
    }

    /// The file meta group; empty where there is none.
    pub(super) fn meta(file: &[u8]) -> Object<'_> {
        let start = meta_start(file).unwrap_or_default();
        let bytes = file.get(start..).unwrap_or_default();
        let last = Tag(0x0002, 0xFFFF);
        match *bytes {
            [0x02, 0, ..] => Object::parse_start(bytes, Encoding::EXPLICIT.seen(bytes), last),
            _ => Object::default(),
        }
    }

    /// Where the data set begins in the file; `None` where it was inflated.
    pub(super) fn start_in(&self, file: &[u8]) -> Option<usize> {
        let is_part = matches!(self.bytes, Cow::Borrowed(_));
        is_part.then(|| file.len() - self.bytes.len())
    }

    /// Parses the data set.
    pub(super) fn parse(&self) -> Result<Object<'_>, DicomError> {
        Object::parse(&self.bytes, self.encoding)
    }
}

/// The Transfer Syntax UID, and what lies behind the file meta group.
///
/// Its group length is often missing or wrong; the group ends where another begins.
fn file_meta(bytes: &[u8]) -> Result<(Option<String>, &[u8]), DicomError> {
    let mut uid = None;
    let mut rest = bytes;
    while let [0x02, 0, ..] = rest {
        let encoding = Encoding::EXPLICIT.seen(rest);
        let (tag, value, behind) = Object::first_element(rest, encoding)?;
        if tag == tags::TRANSFER_SYNTAX_UID && !value.is_empty() {
            let text = String::from_utf8_lossy(value);
            let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
            uid = Some(text.to_owned()).filter(|uid| !uid.is_empty());
        }
        rest = behind;
    }
    Ok((uid, rest))
}

fn inflate(deflated: &[u8]) -> Result<Vec<u8>, DicomError> {
    fn read(reader: impl std::io::Read) -> std::io::Result<Vec<u8>> {
        let mut inflated = vec![];
        reader
            .take(MAX_INFLATED_BYTES + 1)
            .read_to_end(&mut inflated)?;
        Ok(inflated)
    }
    let inflated = read(DeflateDecoder::new(deflated)).or_else(|error| {
        // Not of the standard, but written nevertheless: with a zlib header.
        let has_header = matches!(deflated, [0x78, ..]);
        let with_header = has_header.then(|| read(ZlibDecoder::new(deflated)).ok());
        with_header
            .flatten()
            .ok_or_else(|| damaged(format!("deflated data set: {error}")))
    })?;
    if inflated.len() as u64 > MAX_INFLATED_BYTES {
        let limit = MAX_INFLATED_BYTES;
        return Err(DicomError::InflatesTooFar { limit });
    }
    Ok(inflated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_meta_group_ends_where_another_group_begins() {
        let check = |bytes: &[u8], uid: Option<&str>, n_behind: usize| {
            let (found, rest) = file_meta(bytes).unwrap();
            assert_eq!((found.as_deref(), rest.len()), (uid, n_behind), "{bytes:?}");
        };
        let syntax = b"\x02\0\x10\0UI\x04\x001.2 ";
        let behind = b"\x08\0\x60\0CS\x02\0DX";
        check(&[&syntax[..], behind].concat(), Some("1.2"), 10);
        let wrong_length = b"\x02\0\0\0UL\x04\0\xFF\0\0\0";
        check(
            &[&wrong_length[..], syntax, behind].concat(),
            Some("1.2"),
            10,
        );
        check(behind, None, 10);
    }

    #[test]
    fn bare_data_sets_of_either_byte_order_are_recognized() {
        assert!(looks_like_dicom(b"\x08\0\x05\0CS\x0a\0"));
        assert!(looks_like_dicom(b"\x08\0\x08\0\x10\0\0\0"));
        assert!(looks_like_dicom(b"\0\x08\0\x05CS\0\x0a"));
        assert!(!looks_like_dicom(b"\0\0\x01\0\x01\0\x20\x20\0\0"));
    }
}

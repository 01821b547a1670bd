//! From bytes to a data set, within bounds that the parser itself does not keep.

use std::io::{Cursor, Read as _};

use dicom_dictionary_std::uids;
use dicom_object::{FileMetaTable, InMemDicomObject};
use dicom_parser::dataset::LazyDataToken;
use dicom_parser::dataset::lazy_read::LazyDataSetReader;
use dicom_transfer_syntax_registry::{
    TransferSyntax, TransferSyntaxIndex as _, TransferSyntaxRegistry,
};
use flate2::read::DeflateDecoder;

use super::DicomError;

/// Sequences within sequences; the object builder recurses and would run out of stack.
const MAX_DEPTH: usize = 24;

/// Maximum size of an inflated data set.
const MAX_INFLATED_BYTES: u64 = 512 << 20;

/// Retired from the standard, and therefore from the dictionary, but not from archives.
const EXPLICIT_VR_BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";

/// A parsed file.
pub(super) struct DataSet {
    pub(super) object: InMemDicomObject,
    /// Transfer syntax UID of the pixel data.
    pub(super) syntax_uid: String,
    /// Coding in a few words, as in `JPEG 2000`.
    pub(super) syntax_name: String,
}

/// Whether to try these bytes as DICOM: the magic word, with or without preamble, or a bare group.
pub(in crate::imaging) fn looks_like_dicom(bytes: &[u8]) -> bool {
    Layout::of(bytes).is_some()
}

/// Where things begin in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// `DICM` at this offset.
    Magic(usize),
    /// File meta group without `DICM`.
    BareMeta,
    /// No file meta group at all; `true` when value representations are spelled out.
    BareDataSet(bool),
}

impl Layout {
    fn of(bytes: &[u8]) -> Option<Self> {
        for start in [128, 0] {
            if bytes
                .get(start..)
                .is_some_and(|rest| rest.starts_with(b"DICM"))
            {
                return Some(Self::Magic(start));
            }
        }
        match *bytes {
            [0x02, 0, 0, 0, b'U', b'L', ..] => Some(Self::BareMeta),
            // Group 0008, an element up to Modality, and a plausible length or representation.
            [0x08, 0, 0x00..=0x60, 0, a, b, ..]
                if a.is_ascii_uppercase() && b.is_ascii_uppercase() =>
            {
                Some(Self::BareDataSet(true))
            }
            [0x08, 0, 0x00..=0x60, 0, _, _, 0, 0, ..] => Some(Self::BareDataSet(false)),
            _ => None,
        }
    }
}

impl DataSet {
    /// Parses all of it; truncated and over-deep files are refused.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, DicomError> {
        let layout = Layout::of(bytes).ok_or_else(|| damaged("no DICM"))?;
        let with_magic;
        let body = match layout {
            Layout::Magic(start) => bytes.get(start..).unwrap_or_default(),
            Layout::BareMeta => {
                with_magic = [b"DICM", bytes].concat();
                &with_magic
            }
            Layout::BareDataSet(is_explicit) => {
                let uid = if is_explicit {
                    uids::EXPLICIT_VR_LITTLE_ENDIAN
                } else {
                    uids::IMPLICIT_VR_LITTLE_ENDIAN
                };
                return Self::parse_body(bytes, uid, uid);
            }
        };
        if let Some(explicit) = TransferSyntaxRegistry.get(uids::EXPLICIT_VR_LITTLE_ENDIAN) {
            check_bounds(body.get(4..).unwrap_or_default(), explicit, 2)?;
        }
        let mut rest = body;
        let meta = FileMetaTable::from_reader(&mut rest).map_err(|error| damaged(chain(&error)))?;
        let uid = meta.transfer_syntax();
        if uid == uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN {
            let inflated = inflate(rest)?;
            return Self::parse_body(&inflated, uids::EXPLICIT_VR_LITTLE_ENDIAN, uid);
        }
        Self::parse_body(rest, uid, uid)
    }

    fn parse_body(bytes: &[u8], parse_as: &str, uid: &str) -> Result<Self, DicomError> {
        let unknown = || DicomError::TransferSyntax {
            name: format!("{uid:?}"),
        };
        let syntax = TransferSyntaxRegistry.get(parse_as).ok_or_else(unknown)?;
        check_bounds(bytes, syntax, u16::MAX)?;
        let object = InMemDicomObject::read_dataset_with_ts(bytes, syntax);
        Ok(Self {
            object: object.map_err(|error| damaged(chain(&error)))?,
            syntax_uid: uid.to_owned(),
            syntax_name: syntax_name(uid).unwrap_or_else(|| syntax.name().to_owned()),
        })
    }
}

/// Walks over the elements without reading their values, and counts.
///
/// The parser takes memory for whatever length an element claims, up to 4 GB, before it looks how
/// much there is; and it recurses into sequences. Both are stopped here. The file meta group is
/// walked over on its own: anything beyond `last_group` is left alone.
fn check_bounds(bytes: &[u8], syntax: &TransferSyntax, last_group: u16) -> Result<(), DicomError> {
    let tokens = LazyDataSetReader::new_with_ts(Cursor::new(bytes), syntax);
    let mut tokens = tokens.map_err(|error| damaged(chain(&error)))?;
    let mut depth = 0_usize;
    while let Some(token) = tokens.advance() {
        let token = token.map_err(|error| damaged(chain(&error)))?;
        let n_value_bytes = match &token {
            LazyDataToken::ElementHeader(header) if header.tag.group() > last_group => break,
            LazyDataToken::LazyValue { header, .. } => header.len.get().unwrap_or(u32::MAX),
            LazyDataToken::LazyItemValue { len, .. } => *len,
            LazyDataToken::SequenceStart { .. } | LazyDataToken::PixelSequenceStart => {
                depth += 1;
                0
            }
            LazyDataToken::SequenceEnd => {
                depth = depth.saturating_sub(1);
                0
            }
            _ => 0,
        };
        if depth > MAX_DEPTH {
            return Err(DicomError::TooDeep { limit: MAX_DEPTH });
        }
        if n_value_bytes as usize > bytes.len() {
            let cause = format!("a value claims {n_value_bytes} bytes, more than the file has");
            return Err(damaged(cause));
        }
        token.skip().map_err(|error| damaged(chain(&error)))?;
    }
    if depth > 0 {
        return Err(damaged("a sequence has no end"));
    }
    Ok(())
}

fn inflate(deflated: &[u8]) -> Result<Vec<u8>, DicomError> {
    let mut inflated = vec![];
    let mut reader = DeflateDecoder::new(deflated).take(MAX_INFLATED_BYTES + 1);
    reader
        .read_to_end(&mut inflated)
        .map_err(|error| damaged(error.to_string()))?;
    if inflated.len() as u64 > MAX_INFLATED_BYTES {
        let limit = MAX_INFLATED_BYTES;
        return Err(DicomError::InflatesTooFar { limit });
    }
    Ok(inflated)
}

fn syntax_name(uid: &str) -> Option<String> {
    let name = match uid {
        uids::IMPLICIT_VR_LITTLE_ENDIAN
        | uids::EXPLICIT_VR_LITTLE_ENDIAN
        | EXPLICIT_VR_BIG_ENDIAN => "uncompressed",
        uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN | uids::DEFLATED_IMAGE_FRAME_COMPRESSION => {
            "deflated"
        }
        uids::RLE_LOSSLESS => "RLE",
        uids::JPEG_BASELINE8_BIT => "JPEG baseline",
        uids::JPEG_EXTENDED12_BIT => "JPEG extended",
        uids::JPEG_LOSSLESS | uids::JPEG_LOSSLESS_SV1 => "JPEG lossless",
        uids::JPEGLS_LOSSLESS | uids::JPEGLS_NEAR_LOSSLESS => "JPEG-LS",
        uids::JPEG2000_LOSSLESS => "JPEG 2000 lossless",
        uids::JPEG2000 => "JPEG 2000",
        _ => return None,
    };
    Some(name.to_owned())
}

fn damaged(cause: impl Into<String>) -> DicomError {
    let cause = cause.into();
    DicomError::Damaged { cause }
}

/// An error with its causes in one line, lower case at the start, as ours are.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

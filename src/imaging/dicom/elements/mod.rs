//! The elements of a data set, walked once and within bounds: what is counted is what is read.
//!
//! No value is copied and no length is believed beyond the bytes that are there. Sequences of
//! defined length are counted and stepped over, and only parsed when somebody asks for their items;
//! those of undefined length are walked to find their end.

mod encoding;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use dicom_core::dictionary::{DataDictionary as _, DataDictionaryEntry as _, VirtualVr};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};

use super::DicomError;
use encoding::{LONG_VRS, SHORT_VRS};

pub(super) use encoding::{Encoding, is_known_vr};

/// Sequences within sequences that are walked.
const MAX_DEPTH: usize = 24;

/// Elements and items in one data set; films have some hundred.
const MAX_ELEMENTS: usize = 500_000;

const ITEM: Tag = Tag(0xFFFE, 0xE000);
const ITEM_END: Tag = Tag(0xFFFE, 0xE00D);
const SEQUENCE_END: Tag = Tag(0xFFFE, 0xE0DD);

/// One element; the value is a part of the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a> {
    /// As written, known or not; `None` in implicit encoding.
    pub(super) vr: Option<[u8; 2]>,
    /// For undefined lengths up to the delimiter.
    pub(super) value: &'a [u8],
    pub(super) encoding: Encoding,
    pub(super) undefined_length: bool,
}

/// A data set or an item, by tag. Of elements that come twice the first counts.
#[derive(Debug, Default)]
pub(super) struct Object<'a> {
    elements: BTreeMap<Tag, Element<'a>>,
    /// Something behind the pixel data could not be read.
    pub(super) garbage_behind: bool,
}

impl<'a> Object<'a> {
    /// Parses a data set to its end. What lies behind the pixel data need not be readable.
    pub(super) fn parse(bytes: &'a [u8], encoding: Encoding) -> Result<Self, DicomError> {
        let mut n_left = MAX_ELEMENTS;
        let mut reader = Reader::new(bytes, encoding, &mut n_left);
        let mut object = Self::default();
        while !reader.is_at_padding() {
            match reader.element(0) {
                Ok((tag, element)) => drop(object.elements.entry(tag).or_insert(element)),
                Err(_) if object.elements.contains_key(&tags::PIXEL_DATA) => {
                    object.garbage_behind = true;
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(object)
    }

    /// Parses the beginning of a data set, of which there may be no more: up to `last` or where it breaks off.
    pub(super) fn parse_start(bytes: &'a [u8], encoding: Encoding, last: Tag) -> Self {
        let mut n_left = MAX_ELEMENTS;
        let mut reader = Reader::new(bytes, encoding, &mut n_left);
        let mut object = Self::default();
        while !reader.is_at_padding() {
            match reader.element(0) {
                Ok((tag, element)) if tag <= last => {
                    object.elements.entry(tag).or_insert(element);
                }
                Ok(_) | Err(_) => break,
            }
        }
        object
    }

    /// All elements, in the order of their tags.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Tag, &Element<'a>)> {
        self.elements.iter().map(|(&tag, element)| (tag, element))
    }

    /// The first element alone, of defined length, and what lies behind it.
    pub(super) fn first_element(
        bytes: &'a [u8],
        encoding: Encoding,
    ) -> Result<(Tag, &'a [u8], &'a [u8]), DicomError> {
        let mut n_left = 1;
        let mut reader = Reader::new(bytes, encoding, &mut n_left);
        let head = reader.head()?;
        let value = reader.value(&head)?;
        Ok((head.tag, value, bytes.get(reader.at..).unwrap_or_default()))
    }

    pub(super) fn get(&self, tag: Tag) -> Option<&Element<'a>> {
        self.elements.get(&tag)
    }
}

impl<'a> Element<'a> {
    /// The items of a sequence, also of one whose VR got lost (UN).
    pub(super) fn items(&self) -> Result<Vec<Object<'a>>, DicomError> {
        let items = self.items_at()?.into_iter();
        Ok(items.map(|(_, item)| item).collect())
    }

    /// The same, each with the place of its tag in the value.
    pub(super) fn items_at(&self) -> Result<Vec<(usize, Object<'a>)>, DicomError> {
        let mut n_left = MAX_ELEMENTS;
        let mut reader = Reader::new(self.value, self.encoding, &mut n_left);
        reader.encoding = reader.encoding_of_items(self.vr);
        let mut items = vec![];
        while !reader.is_at_padding() {
            let at = reader.at;
            let head = reader.head()?;
            reader.at = head.value_at;
            match head.tag {
                ITEM => items.push((at, reader.item(head.length)?)),
                SEQUENCE_END => break,
                other => return Err(damaged(format!("expected an item, got {other}"))),
            }
        }
        Ok(items)
    }

    /// The fragments of encapsulated pixel data, without the offset table that comes first.
    pub(super) fn fragments(&self) -> Result<Vec<&'a [u8]>, DicomError> {
        let mut n_left = MAX_ELEMENTS;
        let mut reader = Reader::new(self.value, self.encoding, &mut n_left);
        let mut fragments = vec![];
        while reader.at < self.value.len() {
            let head = reader.head()?;
            let value = reader.value(&head)?;
            fragments.push(value);
        }
        // Some writers leave the offset table out; a stream says so by its first bytes.
        let has_table = fragments
            .first()
            .is_some_and(|first| !matches!(first, [0xFF, 0xD8 | 0x4F, ..]));
        if has_table {
            fragments.remove(0);
        }
        Ok(fragments)
    }
}

/// What comes before a value.
struct Head {
    tag: Tag,
    vr: Option<[u8; 2]>,
    /// `None` if undefined.
    length: Option<usize>,
    value_at: usize,
}

struct Reader<'a, 'n> {
    bytes: &'a [u8],
    at: usize,
    encoding: Encoding,
    n_left: &'n mut usize,
}

impl<'a, 'n> Reader<'a, 'n> {
    fn new(bytes: &'a [u8], encoding: Encoding, n_left: &'n mut usize) -> Self {
        Self {
            bytes,
            at: 0,
            encoding,
            n_left,
        }
    }

    /// At the end, or before nothing but zeros.
    fn is_at_padding(&self) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let head = rest.get(..8).unwrap_or(rest);
        head.iter().all(|&byte| byte == 0)
    }

    fn array<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        let (bytes, _) = self.bytes.get(at..)?.split_first_chunk()?;
        Some(*bytes)
    }

    fn tag(&self, at: usize) -> Option<Tag> {
        let group = self.array(at)?;
        let element = self.array(at + 2)?;
        Some(Tag(self.encoding.u16(group), self.encoding.u16(element)))
    }

    /// Tag, VR and length here.
    fn head(&mut self) -> Result<Head, DicomError> {
        let limit = MAX_ELEMENTS;
        let left = self.n_left.checked_sub(1);
        *self.n_left = left.ok_or(DicomError::TooManyElements { limit })?;
        let at = self.at;
        let breaks_off = || damaged("it breaks off within an element");
        let tag = self.tag(at).ok_or_else(breaks_off)?;
        let long = |at: usize| {
            let length = self.encoding.u32(self.array(at)?);
            Some((length != u32::MAX).then_some(length as usize))
        };
        let head = |vr, length, value_at| Head {
            tag,
            vr,
            length,
            value_at,
        };
        if !self.encoding.explicit || tag.group() == 0xFFFE {
            let length = long(at + 4).ok_or_else(breaks_off)?;
            return Ok(head(None, length, at + 8));
        }
        let vr = self.array(at + 4).ok_or_else(breaks_off)?;
        let short = || {
            let length = self.encoding.u16(self.array(at + 6)?);
            Some(head(Some(vr), Some(usize::from(length)), at + 8))
        };
        let with_long = || Some(head(Some(vr), long(at + 8)?, at + 12));
        if SHORT_VRS.contains(&&vr) {
            return short().ok_or_else(breaks_off);
        }
        if LONG_VRS.contains(&&vr) {
            return with_long().ok_or_else(breaks_off);
        }
        // A VR of the future has a long length (PS3.5 6.2); others may have any, or none at all.
        let reserved = self.array(at + 6) == Some([0, 0]);
        let implicit = || Some(head(None, long(at + 4)?, at + 8));
        let candidates = [
            with_long().filter(|_| reserved),
            implicit().filter(|head| head.length.is_some()),
            short(),
        ];
        let fitting = candidates
            .into_iter()
            .flatten()
            .find(|head| self.leads_on(head));
        fitting.ok_or_else(|| damaged(format!("the VR of {tag} is not known")))
    }

    /// Whether a greater tag, a delimiter or the end comes after this value.
    fn leads_on(&self, head: &Head) -> bool {
        let Some(length) = head.length else {
            return self.tag(head.value_at) == Some(ITEM);
        };
        let end = head.value_at.saturating_add(length);
        end == self.bytes.len() || self.tag(end).is_some_and(|next| next > head.tag)
    }

    /// The bytes of a value of defined length; steps behind them.
    fn value(&mut self, head: &Head) -> Result<&'a [u8], DicomError> {
        let length = head
            .length
            .ok_or_else(|| damaged("an element has no length"))?;
        let end = head.value_at.saturating_add(length);
        let value = self.bytes.get(head.value_at..end).ok_or_else(|| {
            damaged(format!(
                "a value claims {length} bytes, more than the file has"
            ))
        })?;
        self.at = end;
        Ok(value)
    }

    fn element(&mut self, depth: usize) -> Result<(Tag, Element<'a>), DicomError> {
        let head = self.head()?;
        let mut element = Element {
            vr: head.vr,
            value: &[],
            encoding: self.encoding,
            undefined_length: head.length.is_none(),
        };
        if head.length.is_some() {
            element.value = self.value(&head)?;
            check_multiple(&head, element.value.len())?;
            if is_sequence(&head) {
                self.count_items(element.value, depth + 1)?;
            }
            return Ok((head.tag, element));
        }
        self.at = head.value_at;
        let is_binary = matches!(head.vr, Some([b'O', _]));
        let end = if head.tag == tags::PIXEL_DATA || is_binary {
            self.skip_fragments()?
        } else {
            self.skip_sequence(head.vr, depth + 1)?
        };
        element.value = self.bytes.get(head.value_at..end).unwrap_or_default();
        Ok((head.tag, element))
    }

    /// Counts what a sequence of defined length holds. It is stepped over by that length: what
    /// cannot be read in it matters to those who ask for its items.
    fn count_items(&mut self, value: &'a [u8], depth: usize) -> Result<(), DicomError> {
        if depth > MAX_DEPTH {
            return Err(DicomError::TooDeep { limit: MAX_DEPTH });
        }
        let mut reader = Reader::new(value, self.encoding, &mut *self.n_left);
        let counted = loop {
            if reader.is_at_padding() {
                break Ok(());
            }
            // Items of defined length are stepped into, not over.
            match reader.tag(reader.at) {
                Some(ITEM | ITEM_END) => match reader.head() {
                    Ok(head) => reader.at = head.value_at,
                    Err(error) => break Err(error),
                },
                _ => {
                    if let Err(error) = reader.element(depth) {
                        break Err(error);
                    }
                }
            }
        };
        match counted {
            Err(error @ (DicomError::TooManyElements { .. } | DicomError::TooDeep { .. })) => {
                Err(error)
            }
            _ => Ok(()),
        }
    }

    /// Steps behind the fragments; returns where they end. The delimiter may be missing at the end.
    fn skip_fragments(&mut self) -> Result<usize, DicomError> {
        loop {
            let start = self.at;
            if self.bytes.len() - start < 8 {
                self.at = self.bytes.len();
                return Ok(start);
            }
            let head = self.head()?;
            match head.tag {
                ITEM => drop(self.value(&head)?),
                SEQUENCE_END => {
                    self.at = head.value_at;
                    return Ok(start);
                }
                other => return Err(damaged(format!("expected a fragment, got {other}"))),
            }
        }
    }

    /// Steps behind a sequence of undefined length; returns where its items end.
    fn skip_sequence(&mut self, vr: Option<[u8; 2]>, depth: usize) -> Result<usize, DicomError> {
        if depth > MAX_DEPTH {
            return Err(DicomError::TooDeep { limit: MAX_DEPTH });
        }
        let outer = self.encoding;
        self.encoding = self.encoding_of_items(vr);
        let end = loop {
            let start = self.at;
            if start == self.bytes.len() {
                return Err(damaged("a sequence has no end"));
            }
            let head = self.head()?;
            self.at = head.value_at;
            match (head.tag, head.length) {
                (ITEM, Some(_)) => drop(self.value(&head)?),
                (ITEM, None) => self.skip_item(depth)?,
                (SEQUENCE_END, _) => break start,
                (other, _) => return Err(damaged(format!("expected an item, got {other}"))),
            }
        };
        self.encoding = outer;
        Ok(end)
    }

    fn skip_item(&mut self, depth: usize) -> Result<(), DicomError> {
        while self.tag(self.at) != Some(ITEM_END) {
            self.element(depth)?;
        }
        self.at += 8;
        Ok(())
    }

    /// UN of undefined length is implicit inside (PS3.5 6.2.2); not every writer knows.
    fn encoding_of_items(&self, vr: Option<[u8; 2]>) -> Encoding {
        if vr != Some(*b"UN") {
            return self.encoding;
        }
        let first = self.bytes.get(self.at + 8..).unwrap_or_default();
        let explicit = matches!(*first, [_, _, _, _, a, b, ..] if is_known_vr([a, b]));
        Encoding {
            explicit,
            big_endian: false,
        }
    }

    /// An item, whose head is read already.
    fn item(&mut self, length: Option<usize>) -> Result<Object<'a>, DicomError> {
        let end = length.map(|length| self.at.saturating_add(length));
        if end.is_some_and(|end| end > self.bytes.len()) {
            return Err(damaged("an item is longer than its sequence"));
        }
        let whole = self.bytes;
        self.bytes = whole.get(..end.unwrap_or(whole.len())).unwrap_or_default();
        let mut object = Object::default();
        while self.at < self.bytes.len() {
            if end.is_none() && self.tag(self.at) == Some(ITEM_END) {
                self.at += 8;
                break;
            }
            let (tag, element) = self.element(0)?;
            object.elements.entry(tag).or_insert(element);
        }
        self.bytes = whole;
        Ok(object)
    }
}

/// Refuses a value of numbers that does not hold a whole number of them: the VR or the length of
/// such an element is wrong, and so may be all that follows.
fn check_multiple(head: &Head, length: usize) -> Result<(), DicomError> {
    let n_bytes = match &head.vr.unwrap_or_default() {
        b"US" | b"SS" => 2,
        b"UL" | b"SL" | b"FL" | b"AT" => 4,
        b"FD" | b"UV" | b"SV" => 8,
        _ => 1,
    };
    if length.is_multiple_of(n_bytes) {
        return Ok(());
    }
    let tag = head.tag;
    Err(damaged(format!(
        "expected a multiple of {n_bytes} bytes in {tag}, got {length}"
    )))
}

fn is_sequence(head: &Head) -> bool {
    match head.vr {
        Some(vr) => vr == *b"SQ",
        None => StandardDataDictionary
            .by_tag(head.tag)
            .is_some_and(|entry| entry.vr() == VirtualVr::Exact(VR::SQ)),
    }
}

pub(super) fn damaged(cause: impl Into<String>) -> DicomError {
    let cause = cause.into();
    DicomError::Damaged { cause }
}

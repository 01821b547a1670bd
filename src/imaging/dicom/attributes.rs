//! The one reader of attribute values: by the VR of the dictionary where the file's says nothing.
//!
//! It forgives padding, decimal commas and VRs that are missing or wrong; what still cannot be read
//! is a warning that names the attribute, not an end.

use dicom_core::dictionary::{DataDictionary as _, DataDictionaryEntry, VirtualVr};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};

use super::charset;
use super::elements::{Element, Object};

/// Reads values and collects what was wrong with them.
pub(super) struct Attributes<'a> {
    object: &'a Object<'a>,
    charset: Vec<String>,
    warnings: Vec<String>,
}

/// Whole numbers of 16 bits as they are stored.
pub(super) struct Words {
    pub(super) values: Vec<u16>,
    /// The file says SS or US; nothing where it leaves the choice open.
    pub(super) signed: Option<bool>,
}

impl<'a> Attributes<'a> {
    pub(super) fn new(object: &'a Object<'a>) -> Self {
        let mut attributes = Self {
            object,
            charset: vec![],
            warnings: vec![],
        };
        attributes.charset = attributes.texts(tags::SPECIFIC_CHARACTER_SET);
        attributes
    }

    /// Those of an item, whose text is in the character set of what it is in unless it names its own.
    pub(super) fn within(&self, item: &'a Object<'a>) -> Self {
        let mut attributes = Self::new(item);
        if attributes.charset.is_empty() {
            attributes.charset.clone_from(&self.charset);
        }
        attributes
    }

    pub(super) fn warn(&mut self, warning: String) {
        self.warnings.push(warning);
    }

    pub(super) fn into_warnings(self) -> Vec<String> {
        self.warnings
    }

    /// The first value as text without padding; `None` when missing, blank or not to be decoded.
    pub(super) fn text(&self, tag: Tag) -> Option<String> {
        self.texts(tag)
            .into_iter()
            .next()
            .filter(|text| !text.is_empty())
    }

    /// A code string: upper case, since writers do not agree on it.
    pub(super) fn code(&self, tag: Tag) -> Option<String> {
        self.text(tag).map(|text| text.to_uppercase())
    }

    /// All values as text without padding.
    pub(super) fn texts(&self, tag: Tag) -> Vec<String> {
        let element = self.object.get(tag);
        let decoded = element.and_then(|element| charset::decode(element.value, &self.charset));
        let decoded = decoded.unwrap_or_default();
        if is_blank(&decoded) {
            return vec![];
        }
        decoded
            .split('\\')
            .map(|text| trimmed(text).to_owned())
            .collect()
    }

    /// The VR that a value is read by, and the value for people to read; binary values as their length.
    pub(super) fn shown(&self, tag: Tag) -> (VR, String) {
        const MOST_NUMBERS: usize = 64;
        let Some(element) = self.object.get(tag) else {
            return (VR::UN, String::new());
        };
        let vr = vr_of(tag, element);
        let n_bytes = element.value.len();
        let length = || format!("{n_bytes} bytes");
        let is_plain = || {
            let text = element.value.trim_ascii_end();
            text.iter()
                .all(|&byte| byte.is_ascii_graphic() || byte == b' ')
        };
        let text = match vr {
            VR::OB | VR::OD | VR::OF | VR::OL | VR::OV | VR::OW => length(),
            VR::UN if !is_plain() => length(),
            VR::AT => {
                let (pairs, _) = element.value.as_chunks::<4>();
                let tags = pairs.iter().take(MOST_NUMBERS).map(|&[a, b, c, d]| {
                    let (group, number) = ([a, b], [c, d]);
                    let encoding = element.encoding;
                    Tag(encoding.u16(group), encoding.u16(number)).to_string()
                });
                tags.collect::<Vec<_>>().join("\\")
            }
            VR::US | VR::SS | VR::UL | VR::SL | VR::FL | VR::FD | VR::UV | VR::SV => {
                let numbers = numbers_of(tag, element).unwrap_or_default();
                let shown = numbers.iter().take(MOST_NUMBERS).map(ToString::to_string);
                let shown = shown.collect::<Vec<_>>().join("\\");
                match numbers.len() {
                    0 if n_bytes > 0 => length(),
                    n if n > MOST_NUMBERS => format!("{shown}… ({n} values)"),
                    _ => shown,
                }
            }
            _ => {
                let text = self.texts(tag).join("\\");
                let is_readable =
                    !text.is_empty() || element.value.iter().all(|&byte| byte <= b' ');
                if is_readable { text } else { length() }
            }
        };
        (vr, text)
    }

    /// All values as finite numbers; none, and a warning, when one is not.
    pub(super) fn numbers(&mut self, tag: Tag, name: &str) -> Vec<f64> {
        match self.object.get(tag).map(|element| numbers_of(tag, element)) {
            None => vec![],
            Some(Ok(values)) => values,
            Some(Err(found)) => {
                self.warn(format!(
                    "{name} is ignored: expected numbers, got {found:?}."
                ));
                vec![]
            }
        }
    }

    /// The first value as a whole number; `None` when missing or blank, `Err` when it is none.
    pub(super) fn integer(&self, tag: Tag) -> Option<Result<i64, String>> {
        let first = match numbers_of(tag, self.object.get(tag)?) {
            Ok(values) => *values.first()?,
            Err(found) => return Some(Err(found)),
        };
        if first.fract() == 0.0 && first.abs() < 1e15 {
            Some(Ok(first as i64))
        } else {
            Some(Err(first.to_string()))
        }
    }

    /// Numbers of 16 bits, whose sign may be open.
    pub(super) fn words(&self, tag: Tag) -> Option<Words> {
        let element = self.object.get(tag)?;
        let signed = match element.vr {
            Some([b'S', b'S']) => Some(true),
            Some([b'U', b'S']) => Some(false),
            _ => None,
        };
        let values = words_of(element);
        Some(Words { values, signed })
    }

    /// The bytes of a value, with every pair in the order low, high.
    pub(super) fn little_endian(&self, tag: Tag) -> Option<Vec<u8>> {
        let element = self.object.get(tag)?;
        if !element.encoding.big_endian {
            return Some(element.value.to_vec());
        }
        Some(
            words_of(element)
                .into_iter()
                .flat_map(u16::to_le_bytes)
                .collect(),
        )
    }

    pub(super) fn element(&self, tag: Tag) -> Option<&'a Element<'a>> {
        self.object.get(tag)
    }

    /// The items of a sequence; none when it is missing, none and a warning when it is damaged.
    pub(super) fn items(&mut self, tag: Tag, name: &str) -> Vec<Object<'a>> {
        match self.object.get(tag).map(Element::items) {
            None => vec![],
            Some(Ok(items)) => items,
            Some(Err(error)) => {
                self.warn(format!("{name} is ignored: {error}."));
                vec![]
            }
        }
    }
}

fn words_of(element: &Element<'_>) -> Vec<u16> {
    let (words, _) = element.value.as_chunks::<2>();
    words
        .iter()
        .map(|&word| element.encoding.u16(word))
        .collect()
}

/// The VR by which a value is read: the file's, unless it says nothing about numbers or text.
fn vr_of(tag: Tag, element: &Element<'_>) -> VR {
    let written = element.vr.and_then(VR::from_binary);
    match written {
        Some(vr) if !matches!(vr, VR::UN | VR::OB | VR::OW | VR::SQ) => vr,
        _ => StandardDataDictionary
            .by_tag(tag)
            .map_or(VirtualVr::Exact(VR::UN), DataDictionaryEntry::vr)
            .relaxed(),
    }
}

/// Finite numbers, or the text that is none.
fn numbers_of(tag: Tag, element: &Element<'_>) -> Result<Vec<f64>, String> {
    fn each<const N: usize>(element: &Element<'_>, number: impl Fn([u8; N]) -> f64) -> Vec<f64> {
        let (chunks, _) = element.value.as_chunks::<N>();
        let ordered = |mut bytes: [u8; N]| {
            if element.encoding.big_endian {
                bytes.reverse();
            }
            bytes
        };
        chunks.iter().map(|&bytes| number(ordered(bytes))).collect()
    }
    let values = match vr_of(tag, element) {
        VR::US => each(element, |bytes| f64::from(u16::from_le_bytes(bytes))),
        VR::SS => each(element, |bytes| f64::from(i16::from_le_bytes(bytes))),
        VR::UL => each(element, |bytes| f64::from(u32::from_le_bytes(bytes))),
        VR::SL => each(element, |bytes| f64::from(i32::from_le_bytes(bytes))),
        VR::FL => each(element, |bytes| f64::from(f32::from_le_bytes(bytes))),
        VR::FD => each(element, f64::from_le_bytes),
        VR::UV => each(element, |bytes| u64::from_le_bytes(bytes) as f64),
        VR::SV => each(element, |bytes| i64::from_le_bytes(bytes) as f64),
        _ => return numbers_in_text(&String::from_utf8_lossy(element.value)),
    };
    let is_whole = !values.is_empty() || element.value.is_empty();
    if is_whole && values.iter().all(|value| value.is_finite()) {
        Ok(values)
    } else {
        Err(format!("{} bytes", element.value.len()))
    }
}

/// Decimal strings: in them a comma can only be the decimal sign.
fn numbers_in_text(text: &str) -> Result<Vec<f64>, String> {
    if is_blank(text) {
        return Ok(vec![]);
    }
    let number = |part: &str| {
        let number = trimmed(part).replace(',', ".").parse::<f64>();
        number.ok().filter(|number| number.is_finite())
    };
    let listed = text.trim_end_matches(|c: char| c == '\\' || c.is_whitespace() || c == '\0');
    let numbers: Option<Vec<f64>> = listed.split('\\').map(number).collect();
    numbers.ok_or_else(|| trimmed(text).to_owned())
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c.is_control())
}

fn is_blank(text: &str) -> bool {
    trimmed(text).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::dicom::elements::Encoding;

    fn numbers(vr: Option<[u8; 2]>, value: &[u8], big_endian: bool) -> Result<Vec<f64>, String> {
        let element = Element {
            vr,
            value,
            encoding: Encoding {
                explicit: vr.is_some(),
                big_endian,
            },
            undefined_length: false,
        };
        numbers_of(tags::ROWS, &element)
    }

    #[test]
    fn numbers_are_read_by_the_file_s_vr_or_else_by_the_dictionary_s() {
        for vr in [Some(*b"US"), Some(*b"UN"), Some(*b"OB"), Some(*b"??"), None] {
            assert_eq!(numbers(vr, &[1, 2], false), Ok(vec![513.0]), "{vr:?}");
        }
        assert_eq!(numbers(Some(*b"US"), &[1, 2], true), Ok(vec![258.0]));
        assert_eq!(numbers(Some(*b"SS"), &[0xFF, 0xFF], false), Ok(vec![-1.0]));
        let float = 1.5_f32.to_le_bytes();
        assert_eq!(numbers(Some(*b"FL"), &float, false), Ok(vec![1.5]));
        assert_eq!(numbers(Some(*b"IS"), b"513 ", false), Ok(vec![513.0]));
        assert_eq!(numbers(Some(*b"US"), &[], false), Ok(vec![]));
        assert!(numbers(Some(*b"US"), &[1], false).is_err());
    }

    #[test]
    fn decimal_strings_may_have_commas_signs_and_any_padding() {
        let check = |text: &str, expected: &[f64]| {
            assert_eq!(numbers_in_text(text).unwrap(), expected, "{text:?}");
        };
        check("1500,5\\-2 ", &[1500.5, -2.0]);
        check("+1.0E+03\0", &[1000.0]);
        check(" \t7\0\0", &[7.0]);
        check("", &[]);
        check("\0\0", &[]);
        for text in ["NaN", "1\\x", "1,2,3", "inf"] {
            assert_eq!(numbers_in_text(text), Err(text.to_owned()));
        }
    }
}

//! Attribute values out of a data set, forgiving: what cannot be read is a warning, not an end.

use dicom_core::Tag;
use dicom_object::InMemDicomObject;
use dicom_object::mem::InMemElement;

/// Reads values and collects what was wrong with them.
pub(super) struct Attributes<'a> {
    object: &'a InMemDicomObject,
    warnings: Vec<String>,
}

impl<'a> Attributes<'a> {
    pub(super) fn new(object: &'a InMemDicomObject) -> Self {
        Self {
            object,
            warnings: vec![],
        }
    }

    pub(super) fn warn(&mut self, warning: String) {
        self.warnings.push(warning);
    }

    pub(super) fn into_warnings(self) -> Vec<String> {
        self.warnings
    }

    /// The first value as text without padding; `None` when missing or blank.
    pub(super) fn text(&self, tag: Tag) -> Option<String> {
        self.texts(tag)
            .into_iter()
            .next()
            .filter(|text| !text.is_empty())
    }

    /// All values as text without padding.
    pub(super) fn texts(&self, tag: Tag) -> Vec<String> {
        let values = self
            .object
            .get(tag)
            .and_then(|element| element.to_multi_str().ok());
        let padding = |c: char| c.is_whitespace() || c == '\0';
        let values = values.unwrap_or_default();
        values
            .iter()
            .map(|text| text.trim_matches(padding).to_owned())
            .collect()
    }

    /// All values as finite numbers; none, and a warning, when one is not.
    pub(super) fn numbers(&mut self, tag: Tag, name: &str) -> Vec<f64> {
        let Some(element) = self.object.get(tag).filter(|element| !is_blank(element)) else {
            return vec![];
        };
        match element.to_multi_float64() {
            Ok(values) if values.iter().all(|value| value.is_finite()) => values,
            _ => {
                self.warn(format!(
                    "{name} is ignored: expected numbers, got something else."
                ));
                vec![]
            }
        }
    }

    /// The first value as a whole number; `None` when missing or blank, `Err` when it is none.
    pub(super) fn integer(&self, tag: Tag) -> Option<Result<i64, String>> {
        let element = self.object.get(tag).filter(|element| !is_blank(element))?;
        let unreadable = || self.text(tag).unwrap_or_else(|| "no number".to_owned());
        Some(element.to_int().map_err(|_| unreadable()))
    }

    /// The items of a sequence; none when it is missing.
    pub(super) fn items(&self, tag: Tag) -> &'a [InMemDicomObject] {
        self.object
            .get(tag)
            .and_then(InMemElement::items)
            .unwrap_or_default()
    }
}

fn is_blank(element: &InMemElement) -> bool {
    let text = element.to_str();
    text.is_ok_and(|text| {
        text.trim_matches(|c: char| c.is_whitespace() || c == '\0')
            .is_empty()
    })
}

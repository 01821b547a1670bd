//! All elements of a file, for people to read.

use dicom_core::dictionary::{DataDictionary as _, DataDictionaryEntry as _};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};

use super::DicomError;
use super::attributes::Attributes;
use super::elements::{Object, is_known_vr};
use super::source::Source;
use crate::imaging::{Metadata, MetadataRow};

/// Sequences within sequences that are unfolded.
const MAX_DEPTH: usize = 8;

/// Elements that name the patient or others, or lead to them: PS3.15 E.1, without the identifiers that the list of
/// films shows. Names of people (PN) and private elements are among them whatever they are called.
/// Retired ones, which old files have, are written as numbers.
const IDENTIFYING: [Tag; 33] = [
    tags::ACCESSION_NUMBER,
    tags::INSTITUTION_NAME,
    tags::INSTITUTION_ADDRESS,
    tags::INSTITUTIONAL_DEPARTMENT_NAME,
    tags::REFERRING_PHYSICIAN_ADDRESS,
    tags::REFERRING_PHYSICIAN_TELEPHONE_NUMBERS,
    tags::PERSON_ADDRESS,
    tags::PERSON_TELEPHONE_NUMBERS,
    tags::PERSON_IDENTIFICATION_CODE_SEQUENCE,
    tags::STATION_NAME,
    tags::PATIENT_BIRTH_DATE,
    tags::PATIENT_BIRTH_TIME,
    tags::PATIENT_INSURANCE_PLAN_CODE_SEQUENCE,
    Tag(0x0010, 0x1000),
    tags::OTHER_PATIENT_I_DS_SEQUENCE,
    tags::PATIENT_ADDRESS,
    tags::MILITARY_RANK,
    tags::BRANCH_OF_SERVICE,
    Tag(0x0010, 0x1090),
    tags::COUNTRY_OF_RESIDENCE,
    tags::REGION_OF_RESIDENCE,
    tags::PATIENT_TELEPHONE_NUMBERS,
    Tag(0x0010, 0x2160),
    tags::OCCUPATION,
    tags::ADDITIONAL_PATIENT_HISTORY,
    tags::PATIENT_RELIGIOUS_PREFERENCE,
    tags::PATIENT_COMMENTS,
    tags::RESPONSIBLE_ORGANIZATION,
    tags::IMAGE_COMMENTS,
    tags::ADMISSION_ID,
    tags::CURRENT_PATIENT_LOCATION,
    tags::PATIENT_INSTITUTION_RESIDENCE,
    tags::REQUESTING_SERVICE,
];

/// All elements of a DICOM file, in their order, as far as it can be read; those of items below their sequence.
pub(in crate::imaging) fn contents(bytes: &[u8]) -> Result<Metadata, DicomError> {
    let mut contents = Contents::default();
    let meta = Source::meta(bytes);
    contents.take(&Attributes::new(&meta), &meta, 0, false);
    let source = Source::of(bytes)?;
    let (data_set, encoding) = source.data_set();
    let object = Object::parse_start(data_set, encoding, Tag(0xFFFF, 0xFFFF));
    contents.take(&Attributes::new(&object), &object, 0, false);
    Ok(contents.0)
}

#[derive(Default)]
struct Contents(Metadata);

impl Contents {
    fn take(
        &mut self,
        attributes: &Attributes<'_>,
        object: &Object<'_>,
        depth: usize,
        hidden: bool,
    ) {
        for (tag, element) in object.iter() {
            let (vr, value) = attributes.shown(tag);
            let is_sequence = element.vr == Some(*b"SQ") || vr == VR::SQ;
            let items = if is_sequence {
                element.items().unwrap_or_default()
            } else {
                vec![]
            };
            let value = match (is_sequence, items.len()) {
                (false, _) => value,
                (true, 1) => "1 item".to_owned(),
                (true, n) => format!("{n} items"),
            };
            let hidden = hidden || identifies(tag, vr);
            self.0.add(MetadataRow {
                depth,
                tag: tag.to_string(),
                name: name_of(tag),
                // The file's own, where it has one.
                vr: match element.vr {
                    Some(written) if is_known_vr(written) => {
                        String::from_utf8_lossy(&written).into_owned()
                    }
                    _ if is_sequence => "SQ".to_owned(),
                    _ => vr.to_string().to_owned(),
                },
                value,
                identifies: hidden && !is_sequence,
            });
            if self.0.is_full() || depth == MAX_DEPTH {
                continue;
            }
            for (number, item) in items.iter().enumerate() {
                self.0.add(MetadataRow::item(depth + 1, number + 1));
                self.take(&attributes.within(item), item, depth + 2, hidden);
            }
        }
    }
}

/// The keyword of the dictionary.
fn name_of(tag: Tag) -> String {
    if tag.group() % 2 == 1 {
        return "Private".to_owned();
    }
    let entry = StandardDataDictionary.by_tag(tag);
    entry.map_or_else(|| "Unknown".to_owned(), |entry| entry.alias().to_owned())
}

/// Whether a value may say who somebody is. Nobody knows what private elements hold.
fn identifies(tag: Tag, vr: VR) -> bool {
    vr == VR::PN || tag.group() % 2 == 1 || IDENTIFYING.contains(&tag)
}

#[cfg(test)]
mod tests {
    use dicom_core::DataElement;
    use dicom_core::value::{C, DataSetSequence};
    use dicom_dictionary_std::uids;
    use dicom_object::InMemDicomObject;

    use super::*;
    use crate::imaging::samples::{dx, element, file};

    fn lines() -> Vec<(usize, String, String, bool)> {
        let item = InMemDicomObject::from_element_iter([
            element(tags::CODE_MEANING, VR::LO, "Röntgen"),
            element(tags::PERSON_NAME, VR::PN, "Doe^Jane"),
        ]);
        let mut object = dx(2, 1);
        for element in [
            element(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192"),
            element(tags::PATIENT_BIRTH_DATE, VR::DA, "19530102"),
            element(tags::PATIENT_ID, VR::LO, "13"),
            element(Tag(0x0009, 0x1001), VR::LO, "who knows"),
            DataElement::new(
                tags::PROCEDURE_CODE_SEQUENCE,
                VR::SQ,
                DataSetSequence::from(vec![item]),
            ),
            element(
                tags::PIXEL_DATA,
                VR::OB,
                dicom_core::PrimitiveValue::U8(C::from_slice(&[7, 9])),
            ),
        ] {
            object.put(element);
        }
        let bytes = file(object, uids::EXPLICIT_VR_LITTLE_ENDIAN);
        let contents = contents(&bytes).unwrap();
        let lines = contents.rows().iter();
        lines
            .map(|row| {
                let words = format!("{} {}", row.tag, row.name);
                let value = format!("{} {}", row.vr, row.value);
                (row.depth, words, value, row.identifies)
            })
            .collect()
    }

    #[test]
    fn all_elements_are_listed_with_those_of_items_below_their_sequence() {
        let lines = lines();
        let has = |depth, words: &str, value: &str, identifies| {
            let line = (depth, words.to_owned(), value.to_owned(), identifies);
            assert!(lines.contains(&line), "{line:?} in {lines:#?}");
        };
        has(
            0,
            "(0002,0010) TransferSyntaxUID",
            "UI 1.2.840.10008.1.2.1",
            false,
        );
        has(0, "(0028,0010) Rows", "US 1", false);
        has(0, "(0008,1032) ProcedureCodeSequence", "SQ 1 item", false);
        has(1, " Item 1", " ", false);
        // The character set is that of the data set around the item.
        has(2, "(0008,0104) CodeMeaning", "LO Röntgen", false);
        has(0, "(7FE0,0010) PixelData", "OB 2 bytes", false);
        has(0, "(0010,0020) PatientID", "LO 13", false);
    }

    #[test]
    fn what_may_say_who_somebody_is_is_marked() {
        let marked: Vec<String> = lines()
            .into_iter()
            .filter(|(.., identifies)| *identifies)
            .map(|(_, words, ..)| words)
            .collect();
        let expected = [
            "(0040,A123) PersonName",
            "(0009,1001) Private",
            "(0010,0030) PatientBirthDate",
        ];
        assert_eq!(marked, expected);
    }

    #[test]
    fn a_file_that_breaks_off_is_listed_as_far_as_it_goes() {
        let bytes = file(dx(2, 1), uids::EXPLICIT_VR_LITTLE_ENDIAN);
        let whole = contents(&bytes).unwrap().rows().len();
        let cut = contents(&bytes[..bytes.len() - 3]).unwrap().rows().len();
        assert_eq!(cut, whole - 1);
        assert!(contents(b"dear reader").is_err());
    }
}

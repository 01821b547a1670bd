//! Whose film it is and when it was taken: patient, study and series.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::attributes::Attributes;
use super::elements::Object;
use super::source::Source;
use crate::domain::{PatientAge, PatientSex, StudyDate, StudyInfo, StudyTime, Visit};
use crate::imaging::FilmRecord;

/// What comes behind the attributes of patient, study and series.
const LAST: Tag = Tag(0x0020, 0xFFFF);

/// Study and series of a picture.
pub(super) fn study_info(attributes: &Attributes<'_>) -> StudyInfo {
    let date = attributes.text(tags::STUDY_DATE);
    let time = attributes.text(tags::STUDY_TIME);
    let number = |tag| attributes.integer(tag).and_then(Result::ok);
    StudyInfo {
        date: date.and_then(|date| StudyDate::of_dicom(&date)),
        time: time.and_then(|time| StudyTime::of_dicom(&time)),
        accession: attributes.text(tags::ACCESSION_NUMBER),
        description: attributes.text(tags::STUDY_DESCRIPTION),
        series_description: attributes.text(tags::SERIES_DESCRIPTION),
        study_uid: attributes.text(tags::STUDY_INSTANCE_UID),
        series_uid: attributes.text(tags::SERIES_INSTANCE_UID),
        instance_uid: attributes.text(tags::SOP_INSTANCE_UID),
        series_number: number(tags::SERIES_NUMBER),
        instance_number: number(tags::INSTANCE_NUMBER),
    }
}

/// The patient's sex and age.
pub(super) fn person(attributes: &Attributes<'_>) -> (Option<PatientSex>, Option<PatientAge>) {
    let sex = attributes.text(tags::PATIENT_SEX);
    let age = attributes.text(tags::PATIENT_AGE);
    (
        sex.and_then(|sex| PatientSex::of_dicom(&sex)),
        age.and_then(|age| PatientAge::of_dicom(&age)),
    )
}

/// What a data set, or a record of a directory, says of patient and study.
pub(super) fn record_of(attributes: &Attributes<'_>) -> FilmRecord {
    let study = study_info(attributes);
    let (sex, age) = person(attributes);
    FilmRecord {
        patient_id: attributes.text(tags::PATIENT_ID),
        visit: Visit {
            sex,
            age,
            view: attributes.code(tags::VIEW_POSITION).map(Into::into),
            follow_up: None,
            study: (study != StudyInfo::default()).then(|| Box::new(study)),
        },
    }
}

/// The same of the first bytes of a file, as far as they go; `None` where they are no DICOM.
pub(in crate::imaging) fn record_of_head(head: &[u8]) -> Option<FilmRecord> {
    let source = Source::of(head).ok()?;
    let object = source.parse_start(LAST);
    Some(record_of(&Attributes::new(&object)))
}

impl Source<'_> {
    /// The beginning of the data set, up to `last`.
    fn parse_start(&self, last: Tag) -> Object<'_> {
        let (bytes, encoding) = self.data_set();
        Object::parse_start(bytes, encoding, last)
    }
}

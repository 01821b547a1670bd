use std::io;
use std::path::PathBuf;

use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::FilmExport;
use crate::domain::{StudyDate, StudyTime};
use crate::explain::FilmImageError;
use crate::files::io_reason;
use crate::imaging::OWN_DICOM_UID;

/// Errors from an export.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ExportError {
    #[error("exports never replace a film: {path}")]
    Original { path: PathBuf },
    #[error("cannot write ({}): {path}", io_reason(source))]
    Write { path: PathBuf, source: io::Error },
    #[error("the DICOM file could not be encoded: {0}")]
    Dicom(String),
    #[error(transparent)]
    Image(#[from] FilmImageError),
    #[error("expected {expected} bytes of an image, got {got}")]
    Picture { expected: usize, got: usize },
}

/// Makes UIDs that no other file has: `2.25.` and a UUID, PS3.5 B.2.
#[derive(Debug)]
pub struct FreshUid {
    seed: [u8; 32],
    n_made: u64,
}

impl FreshUid {
    /// Of this film, at this time, by this process.
    pub fn of(export: &FilmExport<'_>) -> Self {
        let mut hash = Sha256::new();
        hash.update(export.film.path.as_os_str().as_encoded_bytes());
        hash.update(export.model.to_string());
        hash.update(export.created.to_rfc3339());
        hash.update(std::process::id().to_le_bytes());
        // Films exported within one tick of the clock.
        let ticks = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        hash.update(ticks.map_or(0, |time| time.as_nanos()).to_le_bytes());
        Self {
            seed: hash.finalize().into(),
            n_made: 0,
        }
    }

    /// The next one.
    pub fn next_uid(&mut self) -> String {
        self.n_made += 1;
        let mut hash = Sha256::new();
        hash.update(self.seed);
        hash.update(self.n_made.to_le_bytes());
        let digest: [u8; 32] = hash.finalize().into();
        let mut uuid = [0; 16];
        uuid.iter_mut()
            .zip(digest)
            .for_each(|(to, from)| *to = from);
        // A random UUID says so in these bits, RFC 9562 5.4.
        let [.., version, _, variant, _, _, _, _, _, _, _] = &mut uuid;
        *version = (*version & 0x0F) | 0x40;
        *variant = (*variant & 0x3F) | 0x80;
        format!("2.25.{}", u128::from_be_bytes(uuid))
    }
}

/// One attribute.
pub(super) fn put(
    object: &mut InMemDicomObject,
    tag: Tag,
    vr: VR,
    value: impl Into<PrimitiveValue>,
) {
    object.put(DataElement::new(tag, vr, value.into()));
}

/// One attribute without a value: required, and not known.
pub(super) fn put_empty(object: &mut InMemDicomObject, tag: Tag, vr: VR) {
    object.put(DataElement::new(tag, vr, PrimitiveValue::Empty));
}

/// One required attribute, empty where its value is not known.
fn put_known(object: &mut InMemDicomObject, tag: Tag, vr: VR, value: Option<String>) {
    match value {
        Some(value) => put(object, tag, vr, value),
        None => put_empty(object, tag, vr),
    }
}

/// One sequence.
pub(super) fn put_items(object: &mut InMemDicomObject, tag: Tag, items: Vec<InMemDicomObject>) {
    object.put(DataElement::new(tag, VR::SQ, DataSetSequence::from(items)));
}

/// A code with its scheme and meaning, PS3.3 8.8.
pub(super) fn code(value: &str, scheme: &str, meaning: &str) -> InMemDicomObject {
    let mut item = InMemDicomObject::new_empty();
    put(&mut item, tags::CODE_VALUE, VR::SH, value);
    put(&mut item, tags::CODING_SCHEME_DESIGNATOR, VR::SH, scheme);
    put(&mut item, tags::CODE_MEANING, VR::LO, cut(meaning, 64));
    item
}

/// Truncates to the number of characters that a VR allows.
pub(super) fn cut(text: &str, n_chars: usize) -> String {
    // A backslash would part the value into several.
    let plain = text.replace('\\', "/");
    plain.chars().take(n_chars).collect()
}

/// The common attributes of our files: patient, study, series and program.
///
/// The patient's name is never written; their number and the study only where the film has them.
pub(super) fn common(
    export: &FilmExport<'_>,
    modality: &str,
    description: &str,
    series_number: &str,
    uids: &mut FreshUid,
) -> InMemDicomObject {
    let mut object = InMemDicomObject::new_empty();
    let o = &mut object;
    let created = export.created;
    let (date, time) = (
        created.format("%Y%m%d").to_string(),
        created.format("%H%M%S").to_string(),
    );
    // Named only where it is needed: some readers complain of any but the default.
    if !is_plain(export) {
        put(o, tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192");
    }
    put(o, tags::INSTANCE_CREATION_DATE, VR::DA, date.as_str());
    put(o, tags::INSTANCE_CREATION_TIME, VR::TM, time.as_str());
    put(o, tags::SOP_INSTANCE_UID, VR::UI, uids.next_uid());
    put(o, tags::CONTENT_DATE, VR::DA, date.as_str());
    put(o, tags::CONTENT_TIME, VR::TM, time.as_str());
    put(o, tags::MODALITY, VR::CS, modality);
    put(o, tags::MANUFACTURER, VR::LO, "Thorax");
    put(o, tags::MANUFACTURER_MODEL_NAME, VR::LO, "Thorax");
    put(
        o,
        tags::SOFTWARE_VERSIONS,
        VR::LO,
        env!("CARGO_PKG_VERSION"),
    );
    put(o, tags::SERIES_DESCRIPTION, VR::LO, cut(description, 64));
    put_empty(o, tags::PATIENT_NAME, VR::PN);
    let info = &export.film.info;
    let patient_id = info.patient_id.as_ref().map(|id| cut(id, 64));
    put_known(o, tags::PATIENT_ID, VR::LO, patient_id);
    put_empty(o, tags::PATIENT_BIRTH_DATE, VR::DA);
    let sex = info.patient_sex.map(|sex| sex.letter().to_owned());
    put_known(o, tags::PATIENT_SEX, VR::CS, sex);
    let identity = export.film.info.dicom.as_ref();
    match identity {
        Some(identity) => put(
            o,
            tags::STUDY_INSTANCE_UID,
            VR::UI,
            identity.study_uid.as_str(),
        ),
        None => put(o, tags::STUDY_INSTANCE_UID, VR::UI, uids.next_uid()),
    }
    put(o, tags::SERIES_INSTANCE_UID, VR::UI, uids.next_uid());
    let study = &info.study;
    put_known(
        o,
        tags::STUDY_DATE,
        VR::DA,
        study.date.map(StudyDate::to_dicom),
    );
    put_known(
        o,
        tags::STUDY_TIME,
        VR::TM,
        study.time.map(StudyTime::to_dicom),
    );
    let accession = study.accession.as_ref().map(|number| cut(number, 16));
    put_known(o, tags::ACCESSION_NUMBER, VR::SH, accession);
    put_empty(o, tags::REFERRING_PHYSICIAN_NAME, VR::PN);
    put_empty(o, tags::STUDY_ID, VR::SH);
    put(o, tags::SERIES_NUMBER, VR::IS, series_number);
    put(o, tags::INSTANCE_NUMBER, VR::IS, "1");
    object
}

/// Whether all words are in DICOM's default repertoire.
fn is_plain(export: &FilmExport<'_>) -> bool {
    let mut thresholds = export.thresholds.values().iter();
    let info = &export.film.info;
    let words = [&info.patient_id, &info.study.accession];
    export.model.to_string().is_ascii()
        && export.input_text().is_ascii()
        && words.into_iter().flatten().all(|words| words.is_ascii())
        && export.scores.labels().iter().all(str::is_ascii)
        && thresholds.all(|threshold| threshold.origin().words().is_ascii())
}

/// The bytes of a file with this data set, explicit VR, little endian.
pub(super) fn file_bytes(
    mut object: InMemDicomObject,
    sop_class_uid: &str,
) -> Result<Vec<u8>, ExportError> {
    put(&mut object, tags::SOP_CLASS_UID, VR::UI, sop_class_uid);
    let dicom = |error: &dyn ToString| ExportError::Dicom(error.to_string());
    let uid = object
        .element(tags::SOP_INSTANCE_UID)
        .map_err(|error| dicom(&error))?;
    let uid = uid.to_str().map_err(|error| dicom(&error))?.into_owned();
    let meta = FileMetaTableBuilder::new()
        .transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN)
        .media_storage_sop_class_uid(sop_class_uid)
        .media_storage_sop_instance_uid(uid)
        .implementation_class_uid(OWN_DICOM_UID)
        .implementation_version_name("THORAX");
    let mut bytes = Vec::new();
    object
        .with_meta(meta)
        .map_err(|error| dicom(&error))?
        .write_all(&mut bytes)
        .map_err(|error| dicom(&error))?;
    Ok(bytes)
}

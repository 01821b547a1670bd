use dicom_core::{PrimitiveValue, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::InMemDicomObject;

use super::dicom_file::{code, common, cut, file_bytes, put, put_items};
use super::{ExportError, FilmExport, FreshUid};
use crate::domain::NOTICE;

/// The coding scheme of what DICOM has no words for; private ones begin with 99.
const OURS: &str = "99THORAX";

/// Scores as a DICOM Enhanced SR (PS3.3 A.35.2): measurements, not findings.
///
/// One container a label with its score, threshold, the side that the score is on and, where the
/// model is calibrated, the risk. Never complete, never verified: nobody has read it.
pub fn structured_report(export: &FilmExport<'_>) -> Result<Vec<u8>, ExportError> {
    let mut uids = FreshUid::of(export);
    let mut object = common(
        export,
        "SR",
        "Network scores of a chest film",
        "9102",
        &mut uids,
    );
    let o = &mut object;
    put(o, tags::COMPLETION_FLAG, VR::CS, "PARTIAL");
    put(o, tags::VERIFICATION_FLAG, VR::CS, "UNVERIFIED");
    put_empty_items(o, tags::REFERENCED_PERFORMED_PROCEDURE_STEP_SEQUENCE);
    put_empty_items(o, tags::PERFORMED_PROCEDURE_CODE_SEQUENCE);
    let mut scheme = InMemDicomObject::new_empty();
    put(&mut scheme, tags::CODING_SCHEME_DESIGNATOR, VR::SH, OURS);
    put(
        &mut scheme,
        tags::CODING_SCHEME_NAME,
        VR::ST,
        "Thorax, private",
    );
    put_items(o, tags::CODING_SCHEME_IDENTIFICATION_SEQUENCE, vec![scheme]);
    put(o, tags::VALUE_TYPE, VR::CS, "CONTAINER");
    put(o, tags::CONTINUITY_OF_CONTENT, VR::CS, "SEPARATE");
    let title = code("scores", OURS, "Network scores of a chest film");
    put_items(o, tags::CONCEPT_NAME_CODE_SEQUENCE, vec![title]);
    let mut content = context(&mut uids);
    content.push(text("notice", "Notice", NOTICE));
    content.push(text("model", "Model", &export.model.to_string()));
    content.push(text("input", "Remarks on the input", &export.input_text()));
    content.push(text(
        "scale",
        "Scale of the scores",
        "Scores rank films; they are not probabilities. That nothing is above its threshold does \
         not mean that the film is normal.",
    ));
    if let Some(image) = source_image(export) {
        content.push(image);
        put_items(
            o,
            tags::CURRENT_REQUESTED_PROCEDURE_EVIDENCE_SEQUENCE,
            evidence(export),
        );
    }
    let n_labels = export.scores.values().len();
    content.extend((0..n_labels).filter_map(|finding_idx| label(export, finding_idx)));
    put_items(o, tags::CONTENT_SEQUENCE, content);
    file_bytes(object, uids::ENHANCED_SR_STORAGE)
}

fn put_empty_items(object: &mut InMemDicomObject, tag: dicom_core::Tag) {
    put_items(object, tag, vec![]);
}

/// Language and observer: a device, not a person (PS3.16 TID 1204, TID 1002).
fn context(uids: &mut FreshUid) -> Vec<InMemDicomObject> {
    let english = code("en", "RFC5646", "English");
    let language = ("121049", "Language of Content Item and Descendants");
    let device = code("121007", "DCM", "Device");
    let mut uid = item(
        "HAS OBS CONTEXT",
        "UIDREF",
        code("121012", "DCM", "Device Observer UID"),
    );
    put(&mut uid, tags::UID, VR::UI, uids.next_uid());
    let mut name = item(
        "HAS OBS CONTEXT",
        "TEXT",
        code("121013", "DCM", "Device Observer Name"),
    );
    let version = format!("Thorax {}", env!("CARGO_PKG_VERSION"));
    put(&mut name, tags::TEXT_VALUE, VR::UT, version);
    vec![
        coded(
            "HAS CONCEPT MOD",
            code(language.0, "DCM", language.1),
            english,
        ),
        coded(
            "HAS OBS CONTEXT",
            code("121005", "DCM", "Observer Type"),
            device,
        ),
        uid,
        name,
    ]
}

/// All that is said of one label.
fn label(export: &FilmExport<'_>, finding_idx: usize) -> Option<InMemDicomObject> {
    let name = export.scores.labels().get(finding_idx)?;
    let score = export.scores.get(finding_idx)?;
    let threshold = export.thresholds.get(finding_idx)?;
    // A code value has 16 characters; labels from elsewhere may be longer, their meaning says all.
    let concept = code(
        &cut(&format!("label{finding_idx}"), 16),
        OURS,
        &name.replace('_', " "),
    );
    let mut container = item("CONTAINS", "CONTAINER", concept);
    put(
        &mut container,
        tags::CONTINUITY_OF_CONTENT,
        VR::CS,
        "SEPARATE",
    );
    let side = if export.is_above(finding_idx) {
        code("above", OURS, "At or above threshold")
    } else {
        code("below", OURS, "Below threshold")
    };
    let mut content = vec![
        number("score", "Score", f64::from(score.get())),
        number("threshold", "Threshold", threshold.value()),
        coded(
            "CONTAINS",
            code("side", OURS, "Side of the threshold"),
            side,
        ),
    ];
    let chosen_by = threshold.origin().words();
    content.push(text("chosen_by", "Threshold chosen by", &chosen_by));
    if let Some(risk) = export.risks.get(finding_idx).copied().flatten() {
        content.push(number("risk", "Calibrated risk", risk));
    }
    put_items(&mut container, tags::CONTENT_SEQUENCE, content);
    Some(container)
}

fn item(relation: &str, value_type: &str, concept: InMemDicomObject) -> InMemDicomObject {
    let mut item = InMemDicomObject::new_empty();
    put(&mut item, tags::RELATIONSHIP_TYPE, VR::CS, relation);
    put(&mut item, tags::VALUE_TYPE, VR::CS, value_type);
    put_items(&mut item, tags::CONCEPT_NAME_CODE_SEQUENCE, vec![concept]);
    item
}

fn text(concept: &str, meaning: &str, words: &str) -> InMemDicomObject {
    let mut item = item("CONTAINS", "TEXT", code(concept, OURS, meaning));
    put(&mut item, tags::TEXT_VALUE, VR::UT, words);
    item
}

fn coded(relation: &str, concept: InMemDicomObject, value: InMemDicomObject) -> InMemDicomObject {
    let mut item = item(relation, "CODE", concept);
    put_items(&mut item, tags::CONCEPT_CODE_SEQUENCE, vec![value]);
    item
}

/// A number without a unit: UCUM's `1`.
fn number(concept: &str, meaning: &str, value: f64) -> InMemDicomObject {
    let mut measured = InMemDicomObject::new_empty();
    let unit = code("1", "UCUM", "no units");
    put_items(
        &mut measured,
        tags::MEASUREMENT_UNITS_CODE_SEQUENCE,
        vec![unit],
    );
    let value = PrimitiveValue::from(decimal_string(value));
    put(&mut measured, tags::NUMERIC_VALUE, VR::DS, value);
    let mut item = item("CONTAINS", "NUM", code(concept, OURS, meaning));
    put_items(&mut item, tags::MEASURED_VALUE_SEQUENCE, vec![measured]);
    item
}

/// A number as tables write it, where that fits the 16 characters of a decimal string.
fn decimal_string(value: f64) -> String {
    let text = (value as f32).to_string();
    if f64::from(value as f32) == value && text.len() <= 16 {
        text
    } else {
        format!("{value:.8}")
    }
}

/// The film, where it is DICOM and says which one it is.
fn source_image(export: &FilmExport<'_>) -> Option<InMemDicomObject> {
    export.film.info.dicom.as_ref()?;
    let mut image = item(
        "CONTAINS",
        "IMAGE",
        code("121112", "DCM", "Source of Measurement"),
    );
    put_items(&mut image, tags::REFERENCED_SOP_SEQUENCE, reference(export));
    Some(image)
}

fn reference(export: &FilmExport<'_>) -> Vec<InMemDicomObject> {
    let Some(identity) = &export.film.info.dicom else {
        return vec![];
    };
    let mut item = InMemDicomObject::new_empty();
    let (class, instance) = (&identity.sop_class_uid, &identity.sop_instance_uid);
    put(
        &mut item,
        tags::REFERENCED_SOP_CLASS_UID,
        VR::UI,
        class.as_str(),
    );
    put(
        &mut item,
        tags::REFERENCED_SOP_INSTANCE_UID,
        VR::UI,
        instance.as_str(),
    );
    vec![item]
}

/// Study and series of what is referred to (PS3.3 C.17.2).
fn evidence(export: &FilmExport<'_>) -> Vec<InMemDicomObject> {
    let Some(identity) = &export.film.info.dicom else {
        return vec![];
    };
    let mut series = InMemDicomObject::new_empty();
    put(
        &mut series,
        tags::SERIES_INSTANCE_UID,
        VR::UI,
        identity.series_uid.as_str(),
    );
    put_items(
        &mut series,
        tags::REFERENCED_SOP_SEQUENCE,
        reference(export),
    );
    let mut study = InMemDicomObject::new_empty();
    put(
        &mut study,
        tags::STUDY_INSTANCE_UID,
        VR::UI,
        identity.study_uid.as_str(),
    );
    put_items(&mut study, tags::REFERENCED_SERIES_SEQUENCE, vec![series]);
    vec![study]
}

use dicom_core::value::{C, PrimitiveValue};
use dicom_core::{DataElement, VR};
use dicom_dictionary_std::{tags, uids};
use image::RgbImage;

use super::dicom_file::{common, cut, file_bytes, put, put_empty, put_items};
use super::{ExportError, FilmExport, FreshUid};
use crate::domain::NOTICE;

/// An image as a DICOM Secondary Capture (PS3.3 A.8.1): color, 8 bits, uncompressed.
///
/// The notice and the model are declared as burned-in annotations, as they are in our images, and are in
/// the image comments too. `description` says what the image shows.
pub fn secondary_capture(
    export: &FilmExport<'_>,
    picture: &RgbImage,
    description: &str,
) -> Result<Vec<u8>, ExportError> {
    let mut uids = FreshUid::of(export);
    let mut object = common(export, "OT", description, "9101", &mut uids);
    let o = &mut object;
    put(o, tags::CONVERSION_TYPE, VR::CS, "WSD");
    put(
        o,
        tags::IMAGE_TYPE,
        VR::CS,
        PrimitiveValue::Strs(C::from_vec(vec![
            "DERIVED".to_owned(),
            "SECONDARY".to_owned(),
        ])),
    );
    put_empty(o, tags::PATIENT_ORIENTATION, VR::CS);
    put_empty(o, tags::LATERALITY, VR::CS);
    put(o, tags::BURNED_IN_ANNOTATION, VR::CS, "YES");
    let comment = format!(
        "{NOTICE} Model {}. Input: {}",
        export.model,
        export.input_text()
    );
    put(o, tags::IMAGE_COMMENTS, VR::LT, cut(&comment, 1024));
    let derivation = format!("{description}, by a network. {NOTICE}");
    put(
        o,
        tags::DERIVATION_DESCRIPTION,
        VR::ST,
        cut(&derivation, 1024),
    );
    if let Some(identity) = &export.film.info.dicom {
        let mut item = dicom_object::InMemDicomObject::new_empty();
        let class = identity.sop_class_uid.as_str();
        put(&mut item, tags::REFERENCED_SOP_CLASS_UID, VR::UI, class);
        let instance = identity.sop_instance_uid.as_str();
        put(
            &mut item,
            tags::REFERENCED_SOP_INSTANCE_UID,
            VR::UI,
            instance,
        );
        put_items(o, tags::SOURCE_IMAGE_SEQUENCE, vec![item]);
    }
    let (width, height) = picture.dimensions();
    let side = |side: u32| u16::try_from(side).ok();
    let got = picture.as_raw().len();
    let (Some(columns), Some(rows)) = (side(width), side(height)) else {
        let expected = usize::from(u16::MAX).pow(2);
        return Err(ExportError::Picture { expected, got });
    };
    put(o, tags::SAMPLES_PER_PIXEL, VR::US, 3_u16);
    put(o, tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "RGB");
    put(o, tags::PLANAR_CONFIGURATION, VR::US, 0_u16);
    put(o, tags::ROWS, VR::US, rows);
    put(o, tags::COLUMNS, VR::US, columns);
    put(o, tags::BITS_ALLOCATED, VR::US, 8_u16);
    put(o, tags::BITS_STORED, VR::US, 8_u16);
    put(o, tags::HIGH_BIT, VR::US, 7_u16);
    put(o, tags::PIXEL_REPRESENTATION, VR::US, 0_u16);
    let mut pixels = picture.as_raw().clone();
    if pixels.len() % 2 == 1 {
        pixels.push(0);
    }
    let pixels = PrimitiveValue::U8(C::from_vec(pixels));
    o.put(DataElement::new(tags::PIXEL_DATA, VR::OB, pixels));
    file_bytes(object, uids::SECONDARY_CAPTURE_IMAGE_STORAGE)
}

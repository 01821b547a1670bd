//! Small files for tests, made on the spot.

use std::io::Cursor;
use std::path::Path;

use dicom_core::value::{C, PixelFragmentSequence};
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use image::{DynamicImage, GrayImage, ImageFormat};

use super::{FilmError, film_from_bytes};
use crate::domain::{Contrast, Film, FilmInfo, ModalityMap, NamedWindow, Pixels, Voi, Window};

/// Reads a film as `folder/film`.
pub(super) fn read(bytes: &[u8]) -> Result<Film, FilmError> {
    film_from_bytes(bytes, Path::new("folder/film"))
}

/// Why `read` refuses; the text must end with the path.
pub(super) fn refusal(bytes: &[u8]) -> String {
    let text = read(bytes).unwrap_err().to_string();
    assert!(text.ends_with(": folder/film"), "{text}");
    text
}

/// 17 x 11 pixels.
pub(super) fn gray_picture() -> DynamicImage {
    GrayImage::from_fn(17, 11, |x, y| image::Luma([(x * 13 + y * 7) as u8])).into()
}

/// A picture as a file.
pub(super) fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(vec![]);
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// One attribute.
pub(super) fn element(
    tag: Tag,
    vr: VR,
    value: impl Into<PrimitiveValue>,
) -> DataElement<InMemDicomObject> {
    DataElement::new(tag, vr, value.into())
}

/// An 8-bit DX data set without pixel data.
pub(super) fn dx(width_px: u16, height_px: u16) -> InMemDicomObject {
    InMemDicomObject::from_element_iter([
        element(tags::MODALITY, VR::CS, "DX"),
        element(tags::SAMPLES_PER_PIXEL, VR::US, 1_u16),
        element(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2"),
        element(tags::ROWS, VR::US, height_px),
        element(tags::COLUMNS, VR::US, width_px),
        element(tags::BITS_ALLOCATED, VR::US, 8_u16),
        element(tags::BITS_STORED, VR::US, 8_u16),
        element(tags::HIGH_BIT, VR::US, 7_u16),
        element(tags::PIXEL_REPRESENTATION, VR::US, 0_u16),
    ])
}

/// A whole DICOM file.
pub(super) fn file(object: InMemDicomObject, syntax: &str) -> Vec<u8> {
    let meta = FileMetaTableBuilder::new()
        .transfer_syntax(syntax)
        .media_storage_sop_class_uid(uids::DIGITAL_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION)
        .media_storage_sop_instance_uid("1.2.3");
    let mut bytes = vec![];
    object
        .with_meta(meta)
        .unwrap()
        .write_all(&mut bytes)
        .unwrap();
    bytes
}

/// `gray_picture` as a DICOM file.
pub(super) fn native_dicom(syntax: &str) -> Vec<u8> {
    let mut object = dx(17, 11);
    let pixels = PrimitiveValue::U8(C::from_vec(gray_picture().into_luma8().into_raw()));
    object.put(DataElement::new(tags::PIXEL_DATA, VR::OB, pixels));
    file(object, syntax)
}

/// `gray_picture` as JPEG in a data set that claims another size.
pub(super) fn jpeg_dicom(width_px: u16, height_px: u16) -> Vec<u8> {
    let mut object = dx(width_px, height_px);
    let stream = encoded(&gray_picture(), ImageFormat::Jpeg);
    let fragments = PixelFragmentSequence::new_fragments(C::from_vec(vec![stream]));
    object.put(DataElement::new(tags::PIXEL_DATA, VR::OB, fragments));
    file(object, uids::JPEG_BASELINE8_BIT)
}

/// A film of 16 bits with these values under its full range.
pub(super) fn gray_film(values: Vec<u16>, width_px: usize) -> Film {
    let height_px = values.len() / width_px;
    let pixels = Pixels::new(width_px, height_px, values, 0).unwrap();
    Film {
        path: Path::new("folder/film").to_owned(),
        info: FilmInfo::default(),
        pixels,
        modality: ModalityMap::IDENTITY,
        default_window: NamedWindow {
            name: "Full range".to_owned(),
            voi: Voi::Window(Window::spanning(0.0, 65_535.0)),
        },
        other_windows: vec![],
        inverted: false,
        steps: vec![],
        warnings: vec![],
        doubts: vec![],
        contrast: Contrast::File,
    }
}

//! What the standard says, on data sets of a few pixels.

use dicom_core::value::{C, DataSetSequence};
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::InMemDicomObject;

use crate::domain::{Film, SpacingSource};
use crate::imaging::samples::{dx, element, file, read, refusal};

type Elements = Vec<DataElement<InMemDicomObject>>;

const BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";

/// One row of 16-bit numbers, of which 12 bits count unless `elements` say otherwise.
fn bytes(values: &[u16], elements: Elements, syntax: &str) -> Vec<u8> {
    let mut object = dx(values.len() as u16, 1);
    let shorts = [
        (tags::BITS_ALLOCATED, 16_u16),
        (tags::BITS_STORED, 12),
        (tags::HIGH_BIT, 11),
    ];
    for (tag, value) in shorts {
        object.put(element(tag, VR::US, value));
    }
    let pixels = PrimitiveValue::U16(C::from_slice(values));
    object.put(DataElement::new(tags::PIXEL_DATA, VR::OW, pixels));
    for element in elements {
        object.put(element);
    }
    file(object, syntax)
}

fn film(values: &[u16], elements: Elements) -> Film {
    read(&bytes(values, elements, uids::EXPLICIT_VR_LITTLE_ENDIAN)).unwrap()
}

fn refused(elements: Elements) -> String {
    refusal(&bytes(&[0, 1], elements, uids::EXPLICIT_VR_LITTLE_ENDIAN))
}

fn text(tag: Tag, vr: VR, value: &str) -> DataElement<InMemDicomObject> {
    element(tag, vr, value)
}

fn window(center: &str, width: &str) -> Elements {
    vec![
        text(tags::WINDOW_CENTER, VR::DS, center),
        text(tags::WINDOW_WIDTH, VR::DS, width),
    ]
}

/// A LUT sequence of one item whose entries have 8 bits.
fn table(sequence: Tag, first: u16, entries: &[u16]) -> DataElement<InMemDicomObject> {
    let descriptor = PrimitiveValue::U16(C::from_slice(&[entries.len() as u16, first, 8]));
    let item = InMemDicomObject::from_element_iter([
        element(tags::LUT_DESCRIPTOR, VR::US, descriptor),
        element(
            tags::LUT_DATA,
            VR::OW,
            PrimitiveValue::U16(C::from_slice(entries)),
        ),
    ]);
    DataElement::new(sequence, VR::SQ, DataSetSequence::from(vec![item]))
}

#[test]
fn every_byte_order_and_representation_gives_the_same_numbers() {
    let values = [0, 1, 256, 4095];
    for syntax in [
        uids::EXPLICIT_VR_LITTLE_ENDIAN,
        uids::IMPLICIT_VR_LITTLE_ENDIAN,
        uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
        BIG_ENDIAN,
    ] {
        let film = read(&bytes(&values, vec![], syntax)).unwrap();
        assert_eq!(film.pixels.values(), values, "{syntax}");
    }
}

#[test]
fn bits_beyond_those_stored_are_cut_off() {
    // Overlays of old hide in the upper bits.
    assert_eq!(film(&[0xF001, 0x0FFF], vec![]).pixels.values(), [1, 0xFFF]);
    let high_bit = element(tags::HIGH_BIT, VR::US, 15_u16);
    assert_eq!(
        film(&[0x001F, 0xFFF0], vec![high_bit]).pixels.values(),
        [1, 0xFFF]
    );
}

#[test]
fn signed_numbers_keep_their_sign() {
    let signed = element(tags::PIXEL_REPRESENTATION, VR::US, 1_u16);
    let film = film(&[0x0800, 0x0FFF, 0, 0x07FF], vec![signed]);
    let stored = film.pixels.values().iter();
    let stored: Vec<_> = stored
        .map(|&value| i32::from(value) + film.pixels.offset())
        .collect();
    assert_eq!(stored, [-2048, -1, 0, 2047]);
    assert_eq!(film.gray_8bit(), [0, 127, 128, 255]);
}

#[test]
fn without_a_window_the_values_present_span_all_grays_but_for_padding() {
    assert_eq!(film(&[100, 200, 300], vec![]).gray_8bit(), [0, 128, 255]);
    let padding = element(tags::PIXEL_PADDING_VALUE, VR::US, 0_u16);
    assert_eq!(film(&[0, 100, 300], vec![padding]).gray_8bit(), [0, 0, 255]);
    assert_eq!(film(&[7, 7], vec![]).gray_8bit().len(), 2);
}

#[test]
fn the_first_window_is_the_default_and_the_others_are_offered_by_name() {
    let mut elements = window("2048\\100", "4096\\51");
    let names = PrimitiveValue::Strs(C::from_vec(vec!["NORMAL".into(), "HARD".into()]));
    elements.push(element(
        tags::WINDOW_CENTER_WIDTH_EXPLANATION,
        VR::LO,
        names,
    ));
    let film = film(&[0, 100, 4095], elements);
    assert_eq!(film.default_window.name, "NORMAL");
    assert_eq!(film.gray_8bit(), [0, 6, 255]);
    let others: Vec<_> = film
        .other_windows
        .iter()
        .map(|window| window.name.as_str())
        .collect();
    assert_eq!(others, ["HARD", "Full range"]);
}

#[test]
fn the_window_s_function_is_followed_and_impossible_windows_are_warned_of() {
    let gray_of = |function: &str| {
        let mut elements = window("100", "200");
        elements.push(text(tags::VOILUT_FUNCTION, VR::CS, function));
        film(&[50, 100, 200], elements).gray_8bit()
    };
    assert_eq!(gray_of("LINEAR_EXACT"), [64, 128, 255]);
    assert_eq!(gray_of("SIGMOID"), [69, 128, 225]);
    assert_eq!(gray_of("LINEAR"), [64, 128, 255]);
    let film = film(&[0, 10], window("5", "0"));
    assert_eq!(film.default_window.name, "Full range");
    assert!(
        film.warnings[0].contains("Window 1 is ignored"),
        "{:?}",
        film.warnings
    );
}

#[test]
fn slope_and_intercept_come_before_the_window() {
    let mut elements = window("-100", "200");
    elements.push(text(tags::RESCALE_SLOPE, VR::DS, "-2"));
    elements.push(text(tags::RESCALE_INTERCEPT, VR::DS, "0"));
    elements.push(text(tags::VOILUT_FUNCTION, VR::CS, "LINEAR_EXACT"));
    assert_eq!(film(&[0, 50, 100], elements).gray_8bit(), [255, 128, 0]);
}

#[test]
fn tables_are_looked_up_and_a_voi_table_goes_before_a_window() {
    let modality = table(tags::MODALITY_LUT_SEQUENCE, 10, &[0, 100, 200]);
    assert_eq!(
        film(&[10, 11, 12], vec![modality]).gray_8bit(),
        [0, 128, 255]
    );
    let mut elements = window("2048", "4096");
    elements.push(table(tags::VOILUT_SEQUENCE, 1, &[0, 51, 255]));
    let film = film(&[0, 1, 2, 3, 4095], elements);
    assert_eq!(film.gray_8bit(), [0, 0, 51, 255, 255]);
    assert_eq!(film.other_windows[0].name, "Window 1");
}

#[test]
fn photometric_interpretation_and_shape_invert_once_together() {
    let check = |photometric: &str, shape: Option<&str>, inverted: bool| {
        let mut elements = vec![text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, photometric)];
        elements.extend(shape.map(|shape| text(tags::PRESENTATION_LUT_SHAPE, VR::CS, shape)));
        let film = film(&[0, 4095], elements);
        let expected = if inverted { [255, 0] } else { [0, 255] };
        assert_eq!(film.gray_8bit(), expected, "{photometric} {shape:?}");
    };
    check("MONOCHROME2", None, false);
    check("MONOCHROME2", Some("IDENTITY"), false);
    check("MONOCHROME2", Some("INVERSE"), true);
    check("MONOCHROME1", None, true);
    check("MONOCHROME1", Some("INVERSE"), true);
    check("MONOCHROME1", Some("IDENTITY"), true);
}

#[test]
fn other_modalities_color_and_films_of_many_frames_are_refused_by_name() {
    let modality = refused(vec![text(tags::MODALITY, VR::CS, "MR")]);
    assert!(modality.contains("got modality MR"), "{modality}");
    let color = refused(vec![text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "RGB")]);
    assert!(color.contains("got RGB"), "{color}");
    let frames = refused(vec![text(tags::NUMBER_OF_FRAMES, VR::IS, "12")]);
    assert!(frames.contains("got 12 frames"), "{frames}");
    let bits = refused(vec![element(tags::BITS_ALLOCATED, VR::US, 32_u16)]);
    assert!(
        bits.contains("expected 8 or 16 in Bits Allocated, got 32"),
        "{bits}"
    );
    let rows = refused(vec![element(tags::ROWS, VR::US, 5_u16)]);
    assert!(
        rows.contains("expected 20 bytes of pixel data, got 4"),
        "{rows}"
    );
}

#[test]
fn spacing_says_where_it_comes_from() {
    let imager = || text(tags::IMAGER_PIXEL_SPACING, VR::DS, "0.2\\0.1");
    let spacing = film(&[0, 1], vec![imager()]).info.spacing.unwrap();
    assert_eq!(spacing.source, SpacingSource::ImagerPixelSpacing);
    assert!(spacing.row_mm > spacing.column_mm);
    let calibrated = text(tags::PIXEL_SPACING, VR::DS, "0.15\\0.15");
    let spacing = film(&[0, 1], vec![imager(), calibrated])
        .info
        .spacing
        .unwrap();
    assert_eq!(spacing.source, SpacingSource::PixelSpacing);
    assert_eq!(film(&[0, 1], vec![]).info.spacing, None);
}

//! What the standard says, on data sets of a few pixels.

use dicom_core::value::{C, DataSetSequence};
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::InMemDicomObject;

use crate::domain::{Contrast, Film, SpacingSource};
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
    table_of_bits(sequence, [entries.len() as u16, first, 8], entries)
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

/// 999 values from 1000, then a hot pixel.
fn with_a_hot_pixel() -> Vec<u16> {
    (1000..1999).chain([4095]).collect()
}

#[test]
fn without_a_window_a_hot_pixel_does_not_choose_the_contrast_and_steps_and_doubts_say_so() {
    let hot = film(&with_a_hot_pixel(), vec![]);
    let grays = hot.gray_8bit();
    assert_eq!((grays[0], grays[998], grays[999]), (0, 255, 255));
    assert_eq!(hot.contrast, Contrast::Chosen);
    let said = "ontrast chosen from the film's own gray values, 1000 to 1998 \
                (beyond: 1 px, 0.100 %): the file names no window";
    assert!(
        hot.steps.iter().any(|step| step.contains(said)),
        "{:?}",
        hot.steps
    );
    assert_eq!(hot.doubts, [format!("C{said}.")]);
    assert_eq!(hot.other_windows[0].name, "Full range");
    // Without outliers nothing is left out; that there is no window is a note.
    let plain = film(&with_a_hot_pixel()[..999], vec![]);
    assert_eq!((plain.contrast, plain.doubts.len()), (Contrast::File, 0));
    assert!(warns_of(&plain, "names no window"));
    // What the file declares is kept, outliers or not.
    let declared = film(&with_a_hot_pixel(), window("2048", "4096"));
    assert_eq!(
        (declared.contrast, declared.gray_8bit()[999]),
        (Contrast::File, 255)
    );
    assert_eq!(declared.gray_8bit()[0], 62);
    assert!(declared.doubts.is_empty() && !warns_of(&declared, "names no window"));
}

#[test]
fn a_film_of_8_bits_without_a_window_keeps_its_full_range() {
    let values: Vec<u16> = (100..160).chain([255]).collect();
    let elements = vec![
        element(tags::BITS_STORED, VR::US, 8_u16),
        element(tags::HIGH_BIT, VR::US, 7_u16),
    ];
    let film = film(&values, elements);
    assert_eq!(
        (film.contrast, film.default_window.name.as_str()),
        (Contrast::File, "Full range")
    );
    assert_eq!((film.gray_8bit()[0], film.gray_8bit()[59]), (0, 97));
    assert!(film.doubts.is_empty() && !warns_of(&film, "names no window"));
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
fn unknown_colors_and_films_of_many_frames_are_refused_by_name() {
    let color = refused(vec![text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "HSV")]);
    assert!(color.contains("got HSV"), "{color}");
    let frames = refused(vec![text(tags::NUMBER_OF_FRAMES, VR::IS, "12")]);
    assert!(frames.contains("got 12 frames"), "{frames}");
    let bits = refused(vec![element(tags::BITS_ALLOCATED, VR::US, 24_u16)]);
    assert!(
        bits.contains("expected 8, 16 or 32 in Bits Allocated, got 24"),
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

/// A LUT sequence of one item, with entries of `bits` bits and the first value as it is stored.
fn table_of_bits(
    sequence: Tag,
    descriptor: [u16; 3],
    entries: &[u16],
) -> DataElement<InMemDicomObject> {
    let descriptor = PrimitiveValue::U16(C::from_slice(&descriptor));
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

fn warns_of(film: &Film, words: &str) -> bool {
    film.warnings.iter().any(|warning| warning.contains(words))
}

#[test]
fn a_voi_table_of_fewer_bits_than_declared_is_stretched_and_said() {
    let voi = table_of_bits(tags::VOILUT_SEQUENCE, [3, 0, 16], &[0, 2048, 4095]);
    let dark = film(&[0, 1, 2], vec![voi]);
    assert_eq!(dark.gray_8bit(), [0, 128, 255]);
    assert!(
        warns_of(&dark, "VOI LUT 1 is declared with 16 bits"),
        "{:?}",
        dark.warnings
    );
    let voi = table_of_bits(tags::VOILUT_SEQUENCE, [3, 0, 12], &[0, 2048, 4095]);
    let usual = film(&[0, 1, 2], vec![voi]);
    assert_eq!(usual.gray_8bit(), [0, 128, 255]);
    assert!(!warns_of(&usual, "VOI LUT"), "{:?}", usual.warnings);
}

#[test]
fn a_table_that_ends_early_repeats_its_last_entry_and_says_so() {
    let voi = table_of_bits(tags::VOILUT_SEQUENCE, [4, 0, 12], &[0, 2000, 4095]);
    let short = film(&[0, 1, 2, 3], vec![voi]);
    assert_eq!(short.gray_8bit(), [0, 125, 255, 255]);
    assert!(
        warns_of(&short, "has 3 entries, not 4"),
        "{:?}",
        short.warnings
    );
}

#[test]
fn the_first_mapped_number_is_negative_where_the_intercept_makes_it_so() {
    let elements = vec![
        text(tags::RESCALE_SLOPE, VR::DS, "1"),
        text(tags::RESCALE_INTERCEPT, VR::DS, "-1024"),
        // -1024, as implicit VR or a US has it.
        table_of_bits(tags::VOILUT_SEQUENCE, [3, 64_512, 8], &[0, 51, 255]),
    ];
    for syntax in [
        uids::EXPLICIT_VR_LITTLE_ENDIAN,
        uids::IMPLICIT_VR_LITTLE_ENDIAN,
    ] {
        let film = read(&bytes(&[0, 1, 2], elements.clone(), syntax)).unwrap();
        assert_eq!(film.gray_8bit(), [0, 51, 255], "{syntax}");
    }
}

#[test]
fn padding_has_the_sign_of_the_pixels_and_may_be_a_range() {
    let range = vec![
        element(tags::PIXEL_PADDING_VALUE, VR::US, 0_u16),
        element(tags::PIXEL_PADDING_RANGE_LIMIT, VR::US, 10_u16),
    ];
    let padded = film(&[0, 5, 10, 100, 200], range);
    assert_eq!(padded.gray_8bit(), [0, 0, 0, 0, 255]);
    let signed = vec![
        element(tags::PIXEL_REPRESENTATION, VR::US, 1_u16),
        element(tags::BITS_STORED, VR::US, 16_u16),
        element(tags::HIGH_BIT, VR::US, 15_u16),
        // -2000 in a VR without a sign.
        element(tags::PIXEL_PADDING_VALUE, VR::US, 63_536_u16),
    ];
    let film = film(&[63_536, 0, 100], signed);
    assert_eq!(film.gray_8bit(), [0, 0, 255]);
}

#[test]
fn decimal_commas_are_read_and_attributes_that_cannot_be_read_are_named() {
    let comma = film(&[0, 1500, 2000], window("1500,0", "1000,0"));
    assert_eq!(comma.default_window.name, "Window 1");
    assert_eq!(comma.gray_8bit(), [0, 128, 255]);
    let film = film(&[0, 1500], window("much", "1000"));
    assert!(
        warns_of(
            &film,
            "Window Center is ignored: expected numbers, got \"much\""
        ),
        "{:?}",
        film.warnings
    );
}

#[test]
fn another_modality_is_shown_but_ruled_out() {
    use crate::domain::RuledOut;
    let film = film(&[0, 1], vec![text(tags::MODALITY, VR::CS, "ct")]);
    let reason = "Modality is CT: no projection radiograph.".to_owned();
    assert_eq!(film.info.ruled_out, Some(RuledOut::Modality(reason)));
}

#[test]
fn views_from_the_side_are_ruled_out_whoever_says_so() {
    use crate::domain::RuledOut;
    let code = |value: &str, meaning: &str| {
        let item = InMemDicomObject::from_element_iter([
            text(tags::CODE_VALUE, VR::SH, value),
            text(tags::CODE_MEANING, VR::LO, meaning),
        ]);
        DataElement::new(
            tags::VIEW_CODE_SEQUENCE,
            VR::SQ,
            DataSetSequence::from(vec![item]),
        )
    };
    for (lateral, source) in [
        (
            text(tags::VIEW_POSITION, VR::CS, "ll"),
            "View Position (LL)",
        ),
        (
            text(tags::VIEW_POSITION, VR::CS, "LAT"),
            "View Position (LAT)",
        ),
        (code("399067008", "x"), "View Code Sequence (x)"),
        (
            code("1", "left lateral"),
            "View Code Sequence (left lateral)",
        ),
        (
            text(tags::PATIENT_ORIENTATION, VR::CS, "A\\F"),
            "Patient Orientation (A\\F)",
        ),
        (
            text(tags::SERIES_DESCRIPTION, VR::LO, "Thorax lat."),
            "Series Description (Thorax lat.)",
        ),
    ] {
        let found = film(&[0, 1], vec![lateral]).info.ruled_out;
        let reason = format!("Lateral view by the file's {source}.");
        assert_eq!(found, Some(RuledOut::View(reason)));
    }
    let contradiction = vec![
        text(tags::VIEW_POSITION, VR::CS, "PA"),
        text(tags::SERIES_DESCRIPTION, VR::LO, "LATERAL"),
    ];
    let film = film(&[0, 1], contradiction);
    assert_eq!(film.info.ruled_out, None);
    assert!(warns_of(&film, "contradicts itself"), "{:?}", film.warnings);
}

#[test]
fn a_mirrored_film_is_fed_upright_and_the_steps_say_so() {
    let film = film(
        &[1, 2, 3],
        vec![text(tags::PATIENT_ORIENTATION, VR::CS, "R\\F")],
    );
    assert_eq!(film.pixels.values(), [3, 2, 1]);
    let step = "mirrored left to right: Patient Orientation is R\\F";
    assert!(
        film.steps.iter().any(|found| found == step),
        "{:?}",
        film.steps
    );
    let orientation = film.info.patient_orientation.unwrap();
    assert_eq!(
        (&*orientation.columns_towards, &*orientation.rows_towards),
        ("L", "F")
    );
}

#[test]
fn raw_detector_values_and_other_body_parts_are_warned_of() {
    let doubts = |tag, value| film(&[0, 1], vec![text(tag, VR::CS, value)]).doubts;
    let raw = doubts(tags::PRESENTATION_INTENT_TYPE, "FOR PROCESSING");
    assert!(raw[0].contains("FOR PROCESSING"), "{raw:?}");
    let burned_in = doubts(tags::BURNED_IN_ANNOTATION, "YES");
    assert!(
        burned_in[0].contains("burned into its picture"),
        "{burned_in:?}"
    );
    assert!(doubts(tags::BURNED_IN_ANNOTATION, "NO").is_empty());
    let part = |part: &str| film(&[0, 1], vec![text(tags::BODY_PART_EXAMINED, VR::CS, part)]);
    assert!(!warns_of(&part("TORAX"), "Body part"));
    assert!(warns_of(&part("SKULL"), "Body part is SKULL"));
}

#[test]
fn files_without_a_picture_are_refused_by_what_they_are() {
    let refused = |elements: Elements| {
        let mut object = InMemDicomObject::new_empty();
        for element in elements {
            object.put(element);
        }
        refusal(&file(object, uids::EXPLICIT_VR_LITTLE_ENDIAN))
    };
    let report = refused(vec![text(tags::MODALITY, VR::CS, "SR")]);
    assert!(
        report.contains("a structured report (modality SR)"),
        "{report}"
    );
    let records = DataSetSequence::from(Vec::<InMemDicomObject>::new());
    let records = DataElement::new(tags::DIRECTORY_RECORD_SEQUENCE, VR::SQ, records);
    let directory = refused(vec![records]);
    assert!(directory.contains("a DICOMDIR"), "{directory}");
}

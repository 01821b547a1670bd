//! DICOM: from the bytes of a file to a film with its gray mappings.
//!
//! `source` finds the data set in the file, `elements` walks over it within bounds, `attributes` is
//! the one reader of values. `header` says what the picture is, `view` how it was taken, `pixels`
//! takes the raw stored numbers from the `codecs`, `gray` reads the look-up tables and windows. `study` reads whose
//! film it is and when it was taken, `contents` all elements for people to read, `directory` a DICOMDIR.

mod attributes;
mod body_part;
mod charset;
mod codecs;
mod color;
mod contents;
mod directory;
#[cfg(test)]
mod directory_tests;
mod elements;
mod error;
mod gray;
mod header;
mod look_up;
mod pixels;
#[cfg(test)]
mod reference_tests;
mod source;
mod study;
mod syntax;
#[cfg(test)]
mod tests;
mod view;

use std::path::Path;

use dicom_dictionary_std::tags;

use crate::domain::{
    DicomIdentity, Film, FilmInfo, PatientOrientation, PixelSpacing, Pixels, RuledOut,
    SpacingSource,
};

use super::FilmError;
use super::contrast::choose_within_range;
use super::limits::check_size;
use super::polarity::Polarity;
use attributes::Attributes;
use header::{Header, Photometric, Subject};
use pixels::Stored;
use source::Source;
use view::View;

pub(super) use contents::contents;
pub(super) use directory::{Directory, DirectoryImage};
pub use error::DicomError;
pub(super) use source::looks_like_dicom;
pub(super) use study::record_of_head;

/// Reads a film from the bytes of a DICOM file.
pub(super) fn film(bytes: &[u8], path: &Path) -> Result<Film, FilmError> {
    let refused = |cause| FilmError::Dicom {
        path: path.to_path_buf(),
        cause,
    };
    let source = Source::of(bytes).map_err(refused)?;
    let object = source.parse().map_err(refused)?;
    let mut attributes = Attributes::new(&object);
    check_has_picture(&attributes).map_err(refused)?;
    let header = Header::read(&mut attributes).map_err(refused)?;
    check_size(
        u64::from(header.width_px),
        u64::from(header.height_px),
        path,
    )?;
    let stored = pixels::decode(&attributes, &source, &header).map_err(refused)?;
    let modality = gray::modality_map(&mut attributes, &header, &stored);
    let windows = gray::windows(&mut attributes, &header, &modality, &stored);
    let view = View::read(&mut attributes);
    let mut steps = vec![format!(
        "DICOM, {} decoded at {} bits",
        source.syntax.name, stored.bits
    )];
    if stored.from_color {
        steps.push("red, green and blue weighted 0.299, 0.587, 0.114 into gray".to_owned());
    } else {
        steps.push(gray::describe_modality(&modality));
    }
    steps.push(windows.described);
    let white = stored.white();
    let info = film_info(&mut attributes, &source, &header, &stored, view);
    let mut warnings = source.warnings.clone();
    if object.garbage_behind {
        let warning = "What lies behind the pixel data cannot be read and is ignored.";
        warnings.push(warning.to_owned());
    }
    warnings.extend(attributes.into_warnings());
    warnings.extend(header.warnings.iter().cloned());
    warnings.extend(stored.warnings);
    let mut film = Film {
        path: path.to_path_buf(),
        info,
        pixels: stored.pixels,
        modality,
        default_window: windows.default,
        other_windows: windows.others,
        inverted: header.inverted_because.is_some(),
        steps,
        warnings,
        doubts: header
            .doubts
            .iter()
            .cloned()
            .chain(stored.doubts)
            .chain(windows.doubt)
            .collect(),
        contrast: windows.contrast,
    };
    if stored.from_color && stored.bits > 8 {
        choose_within_range(&mut film, [0.0, white]);
    }
    if header.subject == Subject::MaybeChest {
        turn_upright(&mut film);
    }
    settle_polarity(&mut film, &header);
    Ok(film)
}

/// Files without a picture are refused by what they are.
fn check_has_picture(attributes: &Attributes<'_>) -> Result<(), DicomError> {
    if attributes.element(tags::PIXEL_DATA).is_some() {
        return Ok(());
    }
    let has = |tag| attributes.element(tag).is_some();
    let modality = attributes.code(tags::MODALITY);
    let found = if has(tags::DIRECTORY_RECORD_SEQUENCE) {
        "a DICOMDIR (directory of other files)".to_owned()
    } else if has(tags::FLOAT_PIXEL_DATA) || has(tags::DOUBLE_FLOAT_PIXEL_DATA) {
        "floating-point pixel data".to_owned()
    } else {
        match modality.as_deref() {
            Some("SR") => "a structured report (modality SR)".to_owned(),
            Some("PR") => "a presentation state (modality PR)".to_owned(),
            Some("KO") => "a selection of other files (modality KO)".to_owned(),
            Some("DOC") => "a document (modality DOC)".to_owned(),
            // A picture that is cut off before its pixels; what else is wrong with it comes first.
            Some(_) if has(tags::ROWS) => return Ok(()),
            Some(other) => format!("a file without one (modality {other})"),
            None => return Err(DicomError::NoPixelData),
        }
    };
    Err(DicomError::NoImage { found })
}

/// Moves the pixels as Patient Orientation says, so that the patient's left is at the right.
fn turn_upright(film: &mut Film) {
    let Some(orientation) = &mut film.info.patient_orientation else {
        return;
    };
    let Some(turn) = view::Turn::of(orientation) else {
        return;
    };
    let (values, width_px) = turn.apply(film.pixels.values(), film.pixels.width_px());
    let height_px = values.len() / width_px.max(1);
    let Ok(turned) = Pixels::new(width_px, height_px, values, film.pixels.offset()) else {
        return;
    };
    film.pixels = turned;
    film.steps.push(format!(
        "{}: Patient Orientation is {}\\{}",
        turn.describe(),
        orientation.columns_towards,
        orientation.rows_towards
    ));
    *orientation = PatientOrientation {
        columns_towards: "L".to_owned(),
        rows_towards: "F".to_owned(),
    };
    if turn.transposed
        && let Some(spacing) = &mut film.info.spacing
    {
        std::mem::swap(&mut spacing.row_mm, &mut spacing.column_mm);
    }
}

/// Inverts once where the file says so, unless a chest film then has bright air.
///
/// The file is overruled only where it claims MONOCHROME1; others are shown as they say.
fn settle_polarity(film: &mut Film, header: &Header) {
    let may_be_wrong = film.inverted && header.photometric == Photometric::Monochrome1;
    let may_be_chest = header.subject == Subject::MaybeChest;
    if may_be_wrong && may_be_chest && Polarity::of_film(film).is_inverted() {
        film.inverted = false;
        film.steps
            .push("not inverted: MONOCHROME1 is overruled".to_owned());
        film.warnings.push(
            "The file says MONOCHROME1 (low values are white), but its pixels are not inverted: \
             shown with dark air, against the file."
                .to_owned(),
        );
    } else if let Some(because) = header.inverted_because {
        film.steps.push(format!("inverted once ({because})"));
    }
}

fn film_info(
    attributes: &mut Attributes<'_>,
    source: &Source<'_>,
    header: &Header,
    stored: &Stored,
    view: View,
) -> FilmInfo {
    let laterality = attributes.text(tags::IMAGE_LATERALITY);
    let (patient_sex, patient_age) = study::person(attributes);
    let ruled_out = if header.subject == Subject::OtherModality {
        let modality = header.modality.clone().unwrap_or_default();
        Some(RuledOut::Modality(format!(
            "Modality is {modality}: no projection radiograph."
        )))
    } else {
        view.not_frontal.map(RuledOut::View)
    };
    FilmInfo {
        format: format!("DICOM, {}", source.syntax.name),
        bits: if stored.from_color {
            stored.bits
        } else {
            header.bits_stored
        },
        colored: stored.colored,
        modality: header.modality.clone(),
        view_position: view.position,
        patient_orientation: view.orientation,
        laterality: laterality.or_else(|| attributes.text(tags::LATERALITY)),
        body_part: header.body_part.clone(),
        ruled_out,
        spacing: spacing(attributes),
        dicom: identity(attributes),
        study: study::study_info(attributes),
        patient_id: attributes.text(tags::PATIENT_ID),
        patient_sex,
        patient_age,
        patient_name: attributes.text(tags::PATIENT_NAME),
    }
}

/// All four identifiers, or none: an incomplete reference to an image is of no use.
fn identity(attributes: &Attributes<'_>) -> Option<DicomIdentity> {
    let uid = |tag| {
        let text = attributes.text(tag)?;
        let plain = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
        (plain && text.len() <= 64).then_some(text)
    };
    Some(DicomIdentity {
        sop_class_uid: uid(tags::SOP_CLASS_UID)?,
        sop_instance_uid: uid(tags::SOP_INSTANCE_UID)?,
        series_uid: uid(tags::SERIES_INSTANCE_UID)?,
        study_uid: uid(tags::STUDY_INSTANCE_UID)?,
    })
}

fn spacing(attributes: &mut Attributes<'_>) -> Option<PixelSpacing> {
    let sources = [
        (
            tags::PIXEL_SPACING,
            "Pixel Spacing",
            SpacingSource::PixelSpacing,
        ),
        (
            tags::IMAGER_PIXEL_SPACING,
            "Imager Pixel Spacing",
            SpacingSource::ImagerPixelSpacing,
        ),
    ];
    for (tag, name, source) in sources {
        match *attributes.numbers(tag, name) {
            [] => {}
            [row_mm, column_mm] if row_mm > 0.0 && column_mm > 0.0 => {
                return Some(PixelSpacing {
                    row_mm,
                    column_mm,
                    source,
                });
            }
            ref values => attributes.warn(format!(
                "{name} is ignored: expected two lengths above 0, got {values:?}."
            )),
        }
    }
    None
}

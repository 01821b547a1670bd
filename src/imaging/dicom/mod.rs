//! DICOM: from the bytes of a file to a film with its gray mappings.
//!
//! `data_set` parses within bounds, `header` says what the picture is and refuses what is no chest
//! film, `pixels` takes the raw stored numbers from the codecs, `gray` reads the look-up tables and
//! windows. The codecs' own gray pipelines are not used.

mod attributes;
mod data_set;
mod error;
mod gray;
mod header;
mod huffman;
mod j2k_stream;
mod jpeg_sequential;
mod pixels;
mod rle;
#[cfg(test)]
mod tests;

use std::path::Path;

use dicom_dictionary_std::tags;

use crate::domain::{
    DicomIdentity, Film, FilmInfo, PatientOrientation, PixelSpacing, SpacingSource,
};

use super::FilmError;
use super::limits::check_size;
use super::polarity::Polarity;
use attributes::Attributes;
use data_set::DataSet;
use header::{Header, Photometric};

pub(super) use data_set::looks_like_dicom;
pub use error::DicomError;

/// Reads a film from the bytes of a DICOM file.
pub(super) fn film(bytes: &[u8], path: &Path) -> Result<Film, FilmError> {
    let refused = |cause| FilmError::Dicom {
        path: path.to_path_buf(),
        cause,
    };
    let data_set = DataSet::parse(bytes).map_err(refused)?;
    let mut attributes = Attributes::new(&data_set.object);
    let header = Header::read(&mut attributes).map_err(refused)?;
    check_size(
        u64::from(header.width_px),
        u64::from(header.height_px),
        path,
    )?;
    let stored = pixels::decode(&data_set, &header).map_err(refused)?;
    let modality = gray::modality_map(&mut attributes, &header);
    let windows = gray::windows(&mut attributes, &header, &modality, &stored.pixels);
    let info = film_info(&mut attributes, &data_set, &header);

    let mut steps = vec![format!(
        "DICOM, {} decoded at {} bits",
        data_set.syntax_name, stored.bits
    )];
    steps.push(gray::describe_modality(&modality));
    steps.push(format!("gray by {}", windows.described));
    let mut warnings = attributes.into_warnings();
    warnings.extend(header.warnings.iter().cloned());
    warnings.extend(stored.warnings);
    let mut film = Film {
        path: path.to_path_buf(),
        info,
        pixels: stored.pixels,
        modality,
        default_window: windows.default,
        other_windows: windows.others,
        inverted: header.inverted,
        steps,
        warnings,
    };
    settle_polarity(&mut film, &header);
    Ok(film)
}

/// Inverts once where the file says so, unless a chest film then has bright air.
///
/// The file is overruled only where it claims MONOCHROME1; others are shown as they say.
fn settle_polarity(film: &mut Film, header: &Header) {
    let may_be_wrong = header.inverted && header.photometric == Photometric::Monochrome1;
    if may_be_wrong && header.may_be_chest && Polarity::of_film(film).is_inverted() {
        film.inverted = false;
        film.steps
            .push("not inverted: MONOCHROME1 is overruled".to_owned());
        film.warnings.push(
            "The file says MONOCHROME1 (low values are white), but its pixels are not inverted: \
             shown with dark air, against the file."
                .to_owned(),
        );
    } else if header.inverted {
        film.steps
            .push(format!("inverted once ({})", header.inverted_because));
    }
}

fn film_info(attributes: &mut Attributes<'_>, data_set: &DataSet, header: &Header) -> FilmInfo {
    let laterality = attributes.text(tags::IMAGE_LATERALITY);
    FilmInfo {
        format: format!("DICOM, {}", data_set.syntax_name),
        bits: header.bits_stored,
        colored: false,
        modality: header.modality.clone(),
        view_position: attributes.text(tags::VIEW_POSITION),
        patient_orientation: patient_orientation(attributes),
        laterality: laterality.or_else(|| attributes.text(tags::LATERALITY)),
        body_part: header.body_part.clone(),
        spacing: spacing(attributes),
        dicom: identity(attributes),
        patient_id: attributes.text(tags::PATIENT_ID),
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

fn patient_orientation(attributes: &mut Attributes<'_>) -> Option<PatientOrientation> {
    let texts = attributes.texts(tags::PATIENT_ORIENTATION);
    let [columns, rows] = texts.as_slice() else {
        return None;
    };
    let known = |side: &str| {
        let side = side.trim();
        let letters = side.chars().all(|letter| "LRAPHF".contains(letter));
        (letters && !side.is_empty()).then(|| side.to_owned())
    };
    Some(PatientOrientation {
        columns_towards: known(columns)?,
        rows_towards: known(rows)?,
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

//! The image description: size, bits, polarity, and whether it can be a chest film.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::DicomError;
use super::attributes::Attributes;

/// Projection radiographs of the kind that the network was trained on.
const FILMS: [&str; 4] = ["CR", "DX", "RG", "DR"];

/// Projections of another kind, or of unknown kind: shown with a warning.
const OTHER_PROJECTIONS: [&str; 7] = ["RF", "XA", "MG", "IO", "PX", "OT", "SC"];

/// The end of the gray scale that low values map to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Photometric {
    /// Low is white.
    Monochrome1,
    /// Low is black.
    Monochrome2,
}

/// The checked description of the picture.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) width_px: u32,
    pub(super) height_px: u32,
    /// 8 or 16.
    pub(super) bits_allocated: u16,
    /// In 1..=`bits_allocated`.
    pub(super) bits_stored: u16,
    /// In `bits_stored - 1..bits_allocated`.
    pub(super) high_bit: u16,
    pub(super) signed: bool,
    pub(super) photometric: Photometric,
    /// Low modality values are to be white.
    pub(super) inverted: bool,
    pub(super) inverted_because: &'static str,
    pub(super) modality: Option<String>,
    pub(super) body_part: Option<String>,
    /// The body part says chest, ribs, or nothing.
    pub(super) may_be_chest: bool,
    pub(super) warnings: Vec<String>,
}

impl Header {
    pub(super) fn read(attributes: &mut Attributes<'_>) -> Result<Self, DicomError> {
        let mut warnings = vec![];
        let modality = modality(attributes, &mut warnings)?;
        let (body_part, may_be_chest) = body_part(attributes, &mut warnings);
        let photometric = photometric(attributes, &mut warnings)?;
        if let Some(Ok(n_frames)) = attributes.integer(tags::NUMBER_OF_FRAMES)
            && n_frames > 1
        {
            return Err(DicomError::Frames { n_frames });
        }
        let (inverted, inverted_because) = inversion(attributes, photometric, &mut warnings);
        let width_px = within(
            attributes,
            tags::COLUMNS,
            "Columns",
            "1 to 65535",
            1..=65_535,
            None,
        )?;
        let height_px = within(
            attributes,
            tags::ROWS,
            "Rows",
            "1 to 65535",
            1..=65_535,
            None,
        )?;
        let allocated = "8 or 16";
        let bits_allocated = within(
            attributes,
            tags::BITS_ALLOCATED,
            "Bits Allocated",
            allocated,
            8..=16,
            None,
        )?;
        if bits_allocated != 8 && bits_allocated != 16 {
            return Err(attribute(
                "Bits Allocated",
                allocated,
                bits_allocated.to_string(),
            ));
        }
        let stored = "1 to Bits Allocated";
        let bits = 1..=bits_allocated;
        let bits_stored = within(
            attributes,
            tags::BITS_STORED,
            "Bits Stored",
            stored,
            bits,
            Some(bits_allocated),
        )?;
        let high = bits_stored - 1..=bits_allocated - 1;
        let high_bit = within(
            attributes,
            tags::HIGH_BIT,
            "High Bit",
            "Bits Stored - 1 to Bits Allocated - 1",
            high,
            Some(bits_stored - 1),
        )?;
        let representation = within(
            attributes,
            tags::PIXEL_REPRESENTATION,
            "Pixel Representation",
            "0 or 1",
            0..=1,
            Some(0),
        )?;
        Ok(Self {
            width_px,
            height_px,
            bits_allocated: bits_allocated as u16,
            bits_stored: bits_stored as u16,
            high_bit: high_bit as u16,
            signed: representation == 1,
            photometric,
            inverted,
            inverted_because,
            modality,
            body_part,
            may_be_chest,
            warnings,
        })
    }

    pub(super) fn n_pixels(&self) -> usize {
        self.width_px as usize * self.height_px as usize
    }
}

fn attribute(attribute: &'static str, expected: &'static str, found: String) -> DicomError {
    DicomError::Attribute {
        attribute,
        expected,
        found,
    }
}

fn within(
    attributes: &Attributes<'_>,
    tag: Tag,
    name: &'static str,
    expected: &'static str,
    range: std::ops::RangeInclusive<u32>,
    default: Option<u32>,
) -> Result<u32, DicomError> {
    let refused = |found| attribute(name, expected, found);
    match (attributes.integer(tag), default) {
        (Some(Ok(value)), _) => u32::try_from(value)
            .ok()
            .filter(|value| range.contains(value))
            .ok_or_else(|| refused(value.to_string())),
        (Some(Err(text)), _) => Err(refused(text)),
        (None, Some(default)) => Ok(default),
        (None, None) => Err(refused("nothing".to_owned())),
    }
}

fn modality(
    attributes: &Attributes<'_>,
    warnings: &mut Vec<String>,
) -> Result<Option<String>, DicomError> {
    let Some(modality) = attributes.text(tags::MODALITY) else {
        warnings.push("The file has no modality: it may not be a radiograph.".to_owned());
        return Ok(None);
    };
    if OTHER_PROJECTIONS.contains(&modality.as_str()) {
        warnings.push(format!(
            "Modality is {modality}: the network was trained on chest radiographs (CR, DX)."
        ));
    } else if !FILMS.contains(&modality.as_str()) {
        return Err(DicomError::Modality { found: modality });
    }
    Ok(Some(modality))
}

fn body_part(attributes: &Attributes<'_>, warnings: &mut Vec<String>) -> (Option<String>, bool) {
    let Some(body_part) = attributes.text(tags::BODY_PART_EXAMINED) else {
        return (None, true);
    };
    let upper = body_part.to_ascii_uppercase();
    let is_chest = ["CHEST", "THORAX", "LUNG"]
        .iter()
        .any(|word| upper.contains(word));
    if !is_chest {
        warnings.push(format!(
            "Body part is {body_part}, not CHEST: scores are meaningless on other films"
        ));
    }
    (Some(body_part), is_chest || upper.contains("RIB"))
}

fn photometric(
    attributes: &Attributes<'_>,
    warnings: &mut Vec<String>,
) -> Result<Photometric, DicomError> {
    let found = attributes.text(tags::PHOTOMETRIC_INTERPRETATION);
    let n_samples = attributes.integer(tags::SAMPLES_PER_PIXEL);
    let photometric = match found.as_deref() {
        Some("MONOCHROME1") => Photometric::Monochrome1,
        Some("MONOCHROME2") => Photometric::Monochrome2,
        Some(other) => {
            let found = other.to_owned();
            return Err(DicomError::Color { found });
        }
        None => {
            warnings.push(
                "Photometric Interpretation is missing: low values are taken as black.".to_owned(),
            );
            Photometric::Monochrome2
        }
    };
    match n_samples {
        None | Some(Ok(1)) => Ok(photometric),
        Some(Ok(n)) => Err(DicomError::Color {
            found: format!("{n} samples per pixel"),
        }),
        Some(Err(text)) => Err(attribute("Samples per Pixel", "1", text)),
    }
}

/// One decision from two attributes, PS3.3 C.7.6.3.1.2 and C.11.6.1.2.
///
/// MONOCHROME1 and a shape of INVERSE say the same thing (DX requires both together), so they never
/// add up. INVERSE alone inverts. MONOCHROME1 with IDENTITY contradicts itself; the photometric
/// interpretation, which every picture has, is followed then.
fn inversion(
    attributes: &Attributes<'_>,
    photometric: Photometric,
    warnings: &mut Vec<String>,
) -> (bool, &'static str) {
    let shape = attributes.text(tags::PRESENTATION_LUT_SHAPE);
    match (photometric, shape.as_deref()) {
        (Photometric::Monochrome1, Some("IDENTITY")) => {
            warnings.push(
                "The file contradicts itself: MONOCHROME1 with a Presentation LUT Shape of \
                 IDENTITY. MONOCHROME1 is followed."
                    .to_owned(),
            );
            (true, "MONOCHROME1")
        }
        (Photometric::Monochrome1, Some("INVERSE")) => {
            (true, "MONOCHROME1, Presentation LUT Shape INVERSE")
        }
        (Photometric::Monochrome1, _) => (true, "MONOCHROME1"),
        (Photometric::Monochrome2, Some("INVERSE")) => (true, "Presentation LUT Shape INVERSE"),
        (Photometric::Monochrome2, _) => (false, ""),
    }
}

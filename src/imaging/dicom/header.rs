//! The image description: size, bits, polarity, and whether it can be a chest film.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::DicomError;
use super::attributes::Attributes;
use super::body_part::is_chest;

/// Projection radiographs of the kind that the network was trained on.
const FILMS: [&str; 4] = ["CR", "DX", "RG", "DR"];

/// Projections of another kind, or of unknown kind: scored with a warning.
const OTHER_PROJECTIONS: [&str; 7] = ["RF", "XA", "MG", "IO", "PX", "OT", "SC"];

/// What the numbers of a pixel mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Photometric {
    /// Low is white.
    Monochrome1,
    /// Low is black.
    Monochrome2,
    /// Red, green and blue.
    Rgb,
    /// Luma and two differences of color.
    Ybr {
        /// One pair of differences for two pixels, in plain pixel data.
        halved: bool,
    },
    /// Indices into three tables.
    Palette,
}

impl Photometric {
    /// Numbers a pixel.
    pub(super) fn n_samples(self) -> u16 {
        match self {
            Self::Monochrome1 | Self::Monochrome2 | Self::Palette => 1,
            Self::Rgb | Self::Ybr { .. } => 3,
        }
    }
}

/// What the picture may show, by the file's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// The body part says chest, ribs, or nothing.
    MaybeChest,
    /// A radiograph of something else.
    OtherPart,
    /// Made by something else than a radiograph: shown, but not scored.
    OtherModality,
}

/// The checked description of the picture.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) width_px: u32,
    pub(super) height_px: u32,
    /// 8, 16 or 32.
    pub(super) bits_allocated: u16,
    /// In 1..=16 and at most `bits_allocated`.
    pub(super) bits_stored: u16,
    /// In `bits_stored - 1..bits_allocated`.
    pub(super) high_bit: u16,
    pub(super) signed: bool,
    pub(super) photometric: Photometric,
    /// Channels one after the other, in plain pixel data.
    pub(super) planar: bool,
    /// Why low modality values are to be white, where they are.
    pub(super) inverted_because: Option<&'static str>,
    pub(super) modality: Option<String>,
    pub(super) body_part: Option<String>,
    pub(super) subject: Subject,
    pub(super) warnings: Vec<String>,
    /// What makes scores doubtful.
    pub(super) doubts: Vec<String>,
}

impl Header {
    pub(super) fn read(attributes: &mut Attributes<'_>) -> Result<Self, DicomError> {
        let mut warnings = vec![];
        let (modality, other_modality) = modality(attributes, &mut warnings);
        let (body_part, may_be_chest) = body_part(attributes, &mut warnings);
        let subject = match (other_modality, may_be_chest) {
            (true, _) => Subject::OtherModality,
            (false, true) => Subject::MaybeChest,
            (false, false) => Subject::OtherPart,
        };
        let photometric = photometric(attributes, &mut warnings)?;
        if let Some(Ok(n_frames)) = attributes.integer(tags::NUMBER_OF_FRAMES)
            && n_frames > 1
        {
            return Err(DicomError::Frames { n_frames });
        }
        let inverted_because = inversion(attributes, photometric, &mut warnings);
        let side = |tag, name| {
            Field {
                tag,
                name,
                expected: "1 to 65535",
            }
            .within(attributes, 1..=65_535, None)
        };
        let width_px = side(tags::COLUMNS, "Columns")?;
        let height_px = side(tags::ROWS, "Rows")?;
        let allocated = Field {
            tag: tags::BITS_ALLOCATED,
            name: "Bits Allocated",
            expected: "8, 16 or 32",
        };
        let bits_allocated = allocated.within(attributes, 8..=32, None)?;
        if ![8, 16, 32].contains(&bits_allocated) {
            return Err(allocated.refused(bits_allocated.to_string()));
        }
        let stored = Field {
            tag: tags::BITS_STORED,
            name: "Bits Stored",
            expected: "1 to Bits Allocated, at most 16",
        };
        let bits = 1..=bits_allocated.min(16);
        let bits_stored = stored.within(attributes, bits, Some(bits_allocated))?;
        let high = Field {
            tag: tags::HIGH_BIT,
            name: "High Bit",
            expected: "Bits Stored - 1 to Bits Allocated - 1",
        };
        let high_bits = bits_stored - 1..=bits_allocated - 1;
        let high_bit = high.within(attributes, high_bits, Some(bits_stored - 1))?;
        let flag = |tag, name| {
            Field {
                tag,
                name,
                expected: "0 or 1",
            }
            .within(attributes, 0..=1, Some(0))
        };
        let representation = flag(tags::PIXEL_REPRESENTATION, "Pixel Representation")?;
        let planar = flag(tags::PLANAR_CONFIGURATION, "Planar Configuration")?;
        Ok(Self {
            width_px,
            height_px,
            bits_allocated: bits_allocated as u16,
            bits_stored: bits_stored as u16,
            high_bit: high_bit as u16,
            signed: representation == 1,
            photometric,
            planar: planar == 1,
            inverted_because,
            modality,
            body_part,
            subject,
            warnings,
            doubts: for_processing(attributes)
                .into_iter()
                .chain(burned_in(attributes))
                .collect(),
        })
    }

    pub(super) fn n_pixels(&self) -> usize {
        self.width_px as usize * self.height_px as usize
    }

    /// The numbers that a stored pixel may have.
    pub(super) fn stored_range(&self) -> (f64, f64) {
        let n = f64::from(1_u32 << self.bits_stored);
        if self.signed {
            (-n / 2.0, n / 2.0 - 1.0)
        } else {
            (0.0, n - 1.0)
        }
    }

    /// Pixels times channels.
    pub(super) fn n_samples(&self) -> usize {
        self.n_pixels() * usize::from(self.photometric.n_samples())
    }
}

/// An attribute with the numbers it may take.
struct Field {
    tag: Tag,
    name: &'static str,
    expected: &'static str,
}

impl Field {
    fn refused(&self, found: String) -> DicomError {
        DicomError::Attribute {
            attribute: self.name,
            expected: self.expected,
            found,
        }
    }

    fn within(
        &self,
        attributes: &Attributes<'_>,
        range: std::ops::RangeInclusive<u32>,
        default: Option<u32>,
    ) -> Result<u32, DicomError> {
        match (attributes.integer(self.tag), default) {
            (Some(Ok(value)), _) => u32::try_from(value)
                .ok()
                .filter(|value| range.contains(value))
                .ok_or_else(|| self.refused(value.to_string())),
            (Some(Err(text)), _) => Err(self.refused(text)),
            (None, Some(default)) => Ok(default),
            (None, None) => Err(self.refused("nothing".to_owned())),
        }
    }
}

/// The modality, and whether it makes something else than radiographs.
fn modality(attributes: &Attributes<'_>, warnings: &mut Vec<String>) -> (Option<String>, bool) {
    let Some(modality) = attributes.code(tags::MODALITY) else {
        warnings.push("The file has no modality: it may not be a radiograph.".to_owned());
        return (None, false);
    };
    let other = !FILMS.contains(&modality.as_str());
    if other && OTHER_PROJECTIONS.contains(&modality.as_str()) {
        warnings.push(format!(
            "Modality is {modality}: the network was trained on chest radiographs (CR, DX)."
        ));
        return (Some(modality), false);
    }
    (Some(modality), other)
}

fn body_part(
    attributes: &mut Attributes<'_>,
    warnings: &mut Vec<String>,
) -> (Option<String>, bool) {
    let named = attributes.text(tags::BODY_PART_EXAMINED);
    let Some(body_part) = named.or_else(|| anatomic_region(attributes)) else {
        return (None, true);
    };
    let is_chest = is_chest(&body_part);
    if !is_chest {
        warnings.push(format!(
            "Body part is {body_part}, not CHEST: scores are meaningless on other films"
        ));
    }
    let may_be_chest = is_chest || body_part.to_uppercase().contains("RIB");
    (Some(body_part), may_be_chest)
}

fn anatomic_region(attributes: &mut Attributes<'_>) -> Option<String> {
    let items = attributes.items(tags::ANATOMIC_REGION_SEQUENCE, "Anatomic Region Sequence");
    Attributes::new(items.first()?).text(tags::CODE_MEANING)
}

/// Raw values of the detector look unlike anything that the network was trained on.
fn for_processing(attributes: &Attributes<'_>) -> Option<String> {
    let intent = attributes.code(tags::PRESENTATION_INTENT_TYPE);
    let class = attributes.text(tags::SOP_CLASS_UID);
    // Those of digital X-ray come in pairs: the second of each is for processing (PS3.4 B.5).
    let by_class = class.is_some_and(|uid| {
        uid.strip_prefix("1.2.840.10008.5.1.4.1.1.1.")
            .is_some_and(|rest| matches!(rest, "1.1" | "2.1" | "3.1"))
    });
    let is_raw =
        by_class || intent.is_some_and(|intent| intent.replace('_', " ") == "FOR PROCESSING");
    is_raw.then(|| {
        "The film is FOR PROCESSING: raw detector values, not made for reading.".to_owned()
    })
}

/// The network takes letters and arrows for parts of the patient.
fn burned_in(attributes: &Attributes<'_>) -> Option<String> {
    let burned_in = attributes.code(tags::BURNED_IN_ANNOTATION);
    (burned_in.as_deref() == Some("YES")).then(|| {
        "The file says that annotations are burned into its picture: they may move its scores."
            .to_owned()
    })
}

fn photometric(
    attributes: &Attributes<'_>,
    warnings: &mut Vec<String>,
) -> Result<Photometric, DicomError> {
    let found = attributes.code(tags::PHOTOMETRIC_INTERPRETATION);
    let found = found.map(|text| text.replace([' ', '-'], "_"));
    let n_samples = Field {
        tag: tags::SAMPLES_PER_PIXEL,
        name: "Samples per Pixel",
        expected: "1 or 3",
    };
    let n_samples = n_samples.within(attributes, 1..=4, Some(0))?;
    let photometric = match found.as_deref() {
        Some("MONOCHROME1" | "MONOCHROME_1") => Photometric::Monochrome1,
        Some("MONOCHROME2" | "MONOCHROME_2") => Photometric::Monochrome2,
        Some("RGB") => Photometric::Rgb,
        Some("YBR_FULL_422") => Photometric::Ybr { halved: true },
        Some("YBR_FULL" | "YBR_RCT" | "YBR_ICT") => Photometric::Ybr { halved: false },
        Some("PALETTE_COLOR") => Photometric::Palette,
        Some(other) => {
            let found = other.to_owned();
            return Err(DicomError::Color { found });
        }
        None if n_samples == 3 => Photometric::Rgb,
        None => {
            warnings.push(
                "Photometric Interpretation is missing: low values are taken as black.".to_owned(),
            );
            Photometric::Monochrome2
        }
    };
    if n_samples != 0 && n_samples != u32::from(photometric.n_samples()) {
        let found = format!("{n_samples} samples per pixel");
        return Err(DicomError::Color { found });
    }
    Ok(photometric)
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
) -> Option<&'static str> {
    let shape = attributes.code(tags::PRESENTATION_LUT_SHAPE);
    match (photometric, shape.as_deref()) {
        (Photometric::Monochrome1, Some("IDENTITY")) => {
            warnings.push(
                "The file contradicts itself: MONOCHROME1 with a Presentation LUT Shape of \
                 IDENTITY. MONOCHROME1 is followed."
                    .to_owned(),
            );
            Some("MONOCHROME1")
        }
        (Photometric::Monochrome1, Some("INVERSE")) => {
            Some("MONOCHROME1, Presentation LUT Shape INVERSE")
        }
        (Photometric::Monochrome1, _) => Some("MONOCHROME1"),
        (Photometric::Monochrome2, Some("INVERSE")) => Some("Presentation LUT Shape INVERSE"),
        // Shapes are for gray pictures.
        (
            Photometric::Monochrome2
            | Photometric::Rgb
            | Photometric::Ybr { .. }
            | Photometric::Palette,
            _,
        ) => None,
    }
}

use std::borrow::Cow;
use std::path::PathBuf;

use thiserror::Error;

use super::{Display, GrayChoice, NamedWindow, PatientAge, PatientSex, StudyInfo, Voi};

/// One gray image at full depth, with the mapping from its stored numbers to gray.
///
/// `stored -> modality value (ModalityMap) -> gray in [0, 1] (Voi) -> inverted if so marked`.
#[derive(Clone, Debug)]
pub struct Film {
    /// Where it was read from.
    pub path: PathBuf,
    /// Acquisition metadata of the file.
    pub info: FilmInfo,
    /// The stored numbers, row by row.
    pub pixels: Pixels,
    /// From stored numbers to modality values.
    pub modality: ModalityMap,
    /// The mapping that the file asks for, or that was chosen where it asks for none or the user set it aside;
    /// what the network is fed passes through this one.
    pub default_window: NamedWindow,
    /// Further mappings that the file offers.
    pub other_windows: Vec<NamedWindow>,
    /// Low modality values are white (MONOCHROME1, or a presentation LUT shape of INVERSE).
    pub inverted: bool,
    /// The processing steps of the pixels, in order, as text.
    pub steps: Vec<String>,
    /// What the file has that could not be used, or was overruled; a sentence each.
    pub warnings: Vec<String>,
    /// What makes its scores doubtful, whatever it looks like; a sentence each.
    pub doubts: Vec<String>,
    /// Who chose `default_window`.
    pub contrast: Contrast,
}

/// Who chose the gray mapping that the network is fed through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Contrast {
    /// The file: a window, a table, or the range of its format.
    #[default]
    File,
    /// The program, by the film's gray values: the file says nothing of it.
    Chosen,
    /// The user, who set aside what the file says: by the film's gray values.
    Auto,
}

impl Film {
    /// The gray of every possible stored number under `voi`.
    pub fn gray_table(&self, voi: &Voi) -> GrayTable {
        let (offset, used) = (self.pixels.offset(), self.pixels.max_value());
        GrayTable::of(&self.modality, offset, used, voi, self.inverted)
    }

    /// The gray mapping for `choice`.
    pub fn shown_voi<'a>(&'a self, choice: &'a GrayChoice) -> Cow<'a, Voi> {
        match choice {
            GrayChoice::File => Cow::Borrowed(&self.default_window.voi),
            GrayChoice::Preset(_, voi) => Cow::Borrowed(voi),
            GrayChoice::Dragged(window) => Cow::Owned(Voi::Window(*window)),
        }
    }

    /// The gray of every possible stored number as the user wants to see it.
    pub fn shown_table(&self, display: &Display) -> GrayTable {
        let (offset, used) = (self.pixels.offset(), self.pixels.max_value());
        let voi = self.shown_voi(&display.gray);
        let inverted = self.inverted != display.inverted;
        GrayTable::of(&self.modality, offset, used, &voi, inverted)
    }

    /// The 8-bit picture under the file's own window, row by row: what preprocessing starts from.
    ///
    /// The display's window never comes in here. 16-bit films are reduced to 256 grays by this
    /// table, rounding to nearest; an 8-bit PNG or JPEG passes unchanged.
    pub fn gray_8bit(&self) -> Vec<u8> {
        let table = self.gray_table(&self.default_window.voi);
        let values = self.pixels.values().iter();
        values.map(|&value| table.gray(value)).collect()
    }
}

/// Stored numbers of one gray picture, row by row, at least one pixel.
///
/// A stored number is `value + offset`: the offset is 0, or -32768 for signed pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Pixels {
    width_px: usize,
    height_px: usize,
    values: Vec<u16>,
    max_value: u16,
    offset: i32,
}

/// Inconsistent numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("expected {width_px} x {height_px} pixels, got {n_values} values")]
#[expect(missing_docs, reason = "the message says it")]
pub struct PixelsError {
    pub width_px: usize,
    pub height_px: usize,
    pub n_values: usize,
}

impl Pixels {
    /// Takes `width_px * height_px` values, row by row, and what to add for the stored number.
    pub fn new(
        width_px: usize,
        height_px: usize,
        values: Vec<u16>,
        offset: i32,
    ) -> Result<Self, PixelsError> {
        let n_expected = width_px.checked_mul(height_px);
        if values.is_empty() || n_expected != Some(values.len()) {
            return Err(PixelsError {
                width_px,
                height_px,
                n_values: values.len(),
            });
        }
        Ok(Self {
            width_px,
            height_px,
            max_value: values.iter().copied().fold(0, u16::max),
            values,
            offset,
        })
    }

    /// At least 1.
    pub fn width_px(&self) -> usize {
        self.width_px
    }

    /// At least 1.
    pub fn height_px(&self) -> usize {
        self.height_px
    }

    /// Row by row from the top left; the stored number less `offset`.
    pub fn values(&self) -> &[u16] {
        &self.values
    }

    /// Offset from a value to the stored number.
    pub fn offset(&self) -> i32 {
        self.offset
    }

    /// The largest of the values.
    pub fn max_value(&self) -> u16 {
        self.max_value
    }
}

/// From stored numbers to modality values, after DICOM PS3.3 C.11.1.
#[derive(Clone, Debug, PartialEq)]
pub enum ModalityMap {
    /// `slope * stored + intercept`; the slope may be negative.
    Linear {
        /// Rescale Slope, 1 for pictures that are not DICOM.
        slope: f64,
        /// Rescale Intercept, 0 for pictures that are not DICOM.
        intercept: f64,
    },
    /// The Modality LUT Sequence: `entries[stored - first]`, ends repeated.
    Table {
        /// The stored number that the first entry belongs to.
        first: i32,
        /// At least one.
        entries: Vec<u16>,
    },
}

impl ModalityMap {
    /// Modality values are the stored numbers.
    pub const IDENTITY: Self = Self::Linear {
        slope: 1.0,
        intercept: 0.0,
    };

    /// Smallest and largest modality value of the stored numbers from `low` to `high`.
    pub fn range(&self, (low, high): (f64, f64)) -> (f64, f64) {
        match self {
            Self::Linear { slope, intercept } => {
                let (a, b) = (slope * low + intercept, slope * high + intercept);
                (a.min(b), a.max(b))
            }
            Self::Table { entries, .. } => {
                let (least, most) = (entries.iter().min(), entries.iter().max());
                let number = |entry: Option<&u16>| entry.copied().map(f64::from);
                (
                    number(least).unwrap_or_default(),
                    number(most).unwrap_or_default(),
                )
            }
        }
    }

    /// The modality value of a stored number.
    pub fn apply(&self, stored: i32) -> f64 {
        match self {
            Self::Linear { slope, intercept } => slope * f64::from(stored) + intercept,
            Self::Table { first, entries } => {
                let last = entries.len().saturating_sub(1);
                let idx = usize::try_from(stored.saturating_sub(*first)).unwrap_or(0);
                f64::from(entries.get(idx.min(last)).copied().unwrap_or_default())
            }
        }
    }
}

/// Acquisition metadata of a file; `None` for missing attributes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FilmInfo {
    /// File format, as in `PNG` or `DICOM, JPEG 2000`.
    pub format: String,
    /// Red, green and blue of the file differ somewhere.
    pub colored: bool,
    /// Bits stored a pixel, as the file says.
    pub bits: u16,
    /// DICOM modality, as in `DX`.
    pub modality: Option<String>,
    /// `PA`, `AP`, `LL` and so on.
    pub view_position: Option<String>,
    /// Which way rows and columns run in the patient.
    pub patient_orientation: Option<PatientOrientation>,
    /// `L`, `R` or the value of the file.
    pub laterality: Option<String>,
    /// Body part examined.
    pub body_part: Option<String>,
    /// What in the file's own words rules it out as a frontal chest radiograph.
    pub ruled_out: Option<RuledOut>,
    /// Distance of pixel centers, with the attribute that it comes from.
    pub spacing: Option<PixelSpacing>,
    /// Which picture of which study it is, where it is DICOM and says so.
    pub dicom: Option<DicomIdentity>,
    /// Study and series.
    pub study: StudyInfo,
    /// Pseudonym or hospital number.
    pub patient_id: Option<String>,
    /// The patient's sex.
    pub patient_sex: Option<PatientSex>,
    /// The patient's age at the time of the study.
    pub patient_age: Option<PatientAge>,
    /// Shown only when the user asks for it, never exported.
    pub patient_name: Option<String>,
}

/// Why a file is no frontal chest radiograph by its own words, as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuledOut {
    /// The view is lateral or oblique.
    View(String),
    /// It was made by another modality.
    Modality(String),
}

/// The unique identifiers of a DICOM picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DicomIdentity {
    /// What kind of picture.
    pub sop_class_uid: String,
    /// Which picture.
    pub sop_instance_uid: String,
    /// Its series.
    pub series_uid: String,
    /// Its study.
    pub study_uid: String,
}

/// Patient Orientation (0020,0020): letters L, R, A, P, H, F, one or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatientOrientation {
    /// Where in the patient the columns lead, from left to right.
    pub columns_towards: String,
    /// Where in the patient the rows lead, from top to bottom.
    pub rows_towards: String,
}

impl PatientOrientation {
    /// Left for right, head for foot and so on, letter by letter, after DICOM PS3.3 C.7.6.1.1.1.
    pub fn opposite(side: &str) -> String {
        let turned = |letter: char| match letter {
            'L' => 'R',
            'R' => 'L',
            'A' => 'P',
            'P' => 'A',
            'H' => 'F',
            'F' => 'H',
            other => other,
        };
        side.chars().map(turned).collect()
    }
}

/// Distance of pixel centers in millimetres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PixelSpacing {
    /// Between rows, above 0.
    pub row_mm: f64,
    /// Between columns, above 0.
    pub column_mm: f64,
    /// Which attribute said so.
    pub source: SpacingSource,
}

impl PixelSpacing {
    /// The one distance in both directions; `None` where they differ by more than a hundredth.
    pub fn mean_mm(self) -> Option<f32> {
        let mean = f64::midpoint(self.row_mm, self.column_mm);
        let differ = (self.row_mm - self.column_mm).abs() > 0.01 * mean;
        (!differ).then_some(mean as f32)
    }
}

/// Where a pixel spacing comes from, which decides what lengths measured with it mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpacingSource {
    /// Pixel Spacing (0028,0030): calibrated, or in the patient.
    PixelSpacing,
    /// Imager Pixel Spacing (0018,1164): at the detector, larger than in the patient.
    ImagerPixelSpacing,
}

/// The 8-bit gray of each of the 65,536 possible values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrayTable(Vec<u8>);

impl GrayTable {
    /// Stored numbers `0..=used` plus `offset`, to modality values, to gray, inverted if so asked.
    pub fn of(modality: &ModalityMap, offset: i32, used: u16, voi: &Voi, inverted: bool) -> Self {
        let gray_of = |value: u16| {
            let gray = voi.apply(modality.apply(i32::from(value) + offset));
            let gray = if inverted { 1.0 - gray } else { gray };
            (gray * 255.0).round() as u8
        };
        let mut grays: Vec<u8> = (0..=used).map(gray_of).collect();
        let last = grays.last().copied().unwrap_or_default();
        grays.resize(usize::from(u16::MAX) + 1, last);
        Self(grays)
    }

    /// 0 is black, 255 is white.
    pub fn gray(&self, value: u16) -> u8 {
        self.0.get(usize::from(value)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{VoiFunction, Window};

    fn film(values: Vec<u16>, window: Window) -> Film {
        Film {
            path: PathBuf::from("film.png"),
            info: FilmInfo::default(),
            pixels: Pixels::new(values.len(), 1, values, 0).unwrap(),
            modality: ModalityMap::IDENTITY,
            default_window: NamedWindow {
                name: "Full range".to_owned(),
                voi: Voi::Window(window),
            },
            other_windows: vec![],
            inverted: false,
            steps: vec![],
            warnings: vec![],
            doubts: vec![],
            contrast: Contrast::File,
        }
    }

    #[test]
    fn eight_bit_films_pass_unchanged() {
        let radiograph = film((0..=255).collect(), Window::spanning(0.0, 255.0));
        let grays: Vec<u8> = (0..=255).collect();
        assert_eq!(radiograph.gray_8bit(), grays);
    }

    #[test]
    fn sixteen_bit_films_are_divided_by_257_and_rounded() {
        let values = vec![0, 128, 129, 257, 32_768, 65_535];
        let radiograph = film(values, Window::spanning(0.0, 65_535.0));
        assert_eq!(radiograph.gray_8bit(), [0, 0, 1, 1, 128, 255]);
    }

    #[test]
    fn inversion_turns_black_into_white() {
        let mut radiograph = film(vec![0, 100, 255], Window::spanning(0.0, 255.0));
        radiograph.inverted = true;
        assert_eq!(radiograph.gray_8bit(), [255, 155, 0]);
    }

    #[test]
    fn signed_pixels_and_a_negative_slope_keep_their_meaning() {
        let window = Window::new(0.0, 200.0, VoiFunction::LinearExact).unwrap();
        let mut radiograph = film(vec![0], window);
        let values = vec![32_768 - 100, 32_768, 32_768 + 100];
        radiograph.pixels = Pixels::new(3, 1, values, -32_768).unwrap();
        radiograph.modality = ModalityMap::Linear {
            slope: -1.0,
            intercept: 0.0,
        };
        assert_eq!(radiograph.gray_8bit(), [255, 128, 0]);
    }

    #[test]
    fn a_picture_needs_as_many_values_as_pixels() {
        assert!(Pixels::new(2, 2, vec![0; 3], 0).is_err());
        assert!(Pixels::new(0, 0, vec![], 0).is_err());
        assert!(Pixels::new(usize::MAX, 2, vec![0; 2], 0).is_err());
    }

    #[test]
    fn the_other_end_of_a_side_is_its_opposite() {
        let opposite = PatientOrientation::opposite;
        assert_eq!(opposite("L"), "R");
        assert_eq!(opposite("FR"), "HL");
        assert_eq!(opposite("A"), "P");
    }
}

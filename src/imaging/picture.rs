use std::path::Path;

use image::metadata::Orientation;
use image::{DynamicImage, ImageBuffer, Luma};

use super::FilmError;
use super::contrast::choose_within_range;
use crate::domain::{Contrast, Film, FilmInfo, ModalityMap, NamedWindow, Pixels, Voi, Window};

/// A decoded picture that is not DICOM, on its way to a film.
pub(super) struct Picture {
    pub(super) format: &'static str,
    pub(super) width_px: usize,
    pub(super) height_px: usize,
    /// Row by row as in the file, before it is turned.
    pub(super) values: Vec<u16>,
    /// Significant bits of a stored number, as the file says.
    pub(super) bits: u16,
    pub(super) modality: ModalityMap,
    /// The modality values that are black and white.
    pub(super) range: [f64; 2],
    /// Low values are white.
    pub(super) inverted: bool,
    /// Red, green and blue differ somewhere.
    pub(super) colored: bool,
    pub(super) orientation: Orientation,
    pub(super) steps: Vec<String>,
    pub(super) warnings: Vec<String>,
}

impl Picture {
    /// Turns it upright as the file says. The contrast of a film of more than 8 bits that uses a small part of
    /// their range is chosen by its gray values.
    pub(super) fn into_film(mut self, path: &Path) -> Result<Film, FilmError> {
        self.turn();
        let damaged = |cause: String| FilmError::Damaged {
            path: path.to_path_buf(),
            format: self.format,
            cause,
        };
        let pixels = Pixels::new(self.width_px, self.height_px, self.values, 0);
        let pixels = pixels.map_err(|error| damaged(error.to_string()))?;
        let [black, white] = self.range;
        let mut film = Film {
            path: path.to_path_buf(),
            info: FilmInfo {
                format: self.format.to_owned(),
                bits: self.bits,
                colored: self.colored,
                ..FilmInfo::default()
            },
            pixels,
            modality: self.modality,
            default_window: NamedWindow {
                name: "Full range".to_owned(),
                voi: Voi::Window(Window::spanning(black, white)),
            },
            other_windows: vec![],
            inverted: self.inverted,
            steps: self.steps,
            warnings: self.warnings,
            doubts: vec![],
            contrast: Contrast::File,
        };
        if self.bits > 8 {
            choose_within_range(&mut film, self.range);
        }
        Ok(film)
    }

    fn turn(&mut self) {
        if self.orientation == Orientation::NoTransforms {
            return;
        }
        let (width, height) = (self.width_px as u32, self.height_px as u32);
        let values = std::mem::take(&mut self.values);
        // Too few values are refused when they become pixels.
        let Some(buffer) = ImageBuffer::<Luma<u16>, _>::from_raw(width, height, values) else {
            return;
        };
        let mut turned = DynamicImage::ImageLuma16(buffer);
        turned.apply_orientation(self.orientation);
        self.width_px = turned.width() as usize;
        self.height_px = turned.height() as usize;
        self.values = turned.into_luma16().into_raw();
        let how = match self.orientation {
            Orientation::NoTransforms => return,
            Orientation::Rotate90 => "turned by 90° clockwise",
            Orientation::Rotate180 => "turned by 180°",
            Orientation::Rotate270 => "turned by 90° counterclockwise",
            Orientation::FlipHorizontal => "mirrored left to right",
            Orientation::FlipVertical => "mirrored top to bottom",
            Orientation::Rotate90FlipH => "turned by 90° clockwise, then mirrored left to right",
            Orientation::Rotate270FlipH => {
                "turned by 90° counterclockwise, then mirrored left to right"
            }
        };
        let number = self.orientation.to_exif();
        self.steps
            .push(format!("{how}, as the file says (orientation {number})"));
    }
}

/// Most memory that a decoder may take: 16-bit RGBA at the largest allowed size, and working space.
pub(super) const MAX_DECODER_BYTES: u64 = 640 << 20;

/// PIL's `convert("L")`: ITU-R 601-2 luma in 16-bit fixed point.
pub(super) fn luma(red: u16, green: u16, blue: u16) -> u16 {
    let sum = u32::from(red) * 19_595 + u32::from(green) * 38_470 + u32::from(blue) * 7_471;
    ((sum + 0x8000) >> 16) as u16
}

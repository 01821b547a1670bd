use std::path::Path;
use std::sync::OnceLock;

use crate::dataset::{FindingBox, boxes_of_film};
use crate::domain::{Contrast, Correction, Film, GrayChoice, Remedy, Size, Voi, Window};
use crate::imaging::{
    BodyMask, Concerns, FilmError, GrayCounts, GrayPicture, Pyramid, correct, has_auto_window,
    read_film,
};

/// A decoded film with what follows from it alone.
#[derive(Debug)]
pub struct OpenedFilm {
    /// The film at full depth.
    pub film: Film,
    /// What to know before its scores are believed.
    pub concerns: Concerns,
    /// What the user changed before it was looked at.
    pub correction: Correction,
    /// Whether an auto window is offered: the file's leaves the film without contrast, and another would not.
    pub auto_window_offered: bool,
    picture: GrayPicture,
    body: OnceLock<Option<BodyMask>>,
    screen: OnceLock<ScreenCopies>,
}

/// What only the screen needs.
#[derive(Debug)]
struct ScreenCopies {
    pyramid: Pyramid,
    counts: GrayCounts,
    boxes: Vec<FindingBox>,
}

/// Reads a film and looks at it.
pub fn open(path: &Path) -> Result<OpenedFilm, FilmError> {
    open_corrected(path, Correction::default())
}

/// Reads a film, changes it as the user wants it, and looks at the result.
pub fn open_corrected(path: &Path, correction: Correction) -> Result<OpenedFilm, FilmError> {
    let mut film = read_film(path)?;
    correct(&mut film, correction);
    Ok(OpenedFilm {
        correction,
        ..OpenedFilm::new(film)
    })
}

impl OpenedFilm {
    /// Makes the film's 8-bit picture, once for all that is derived from it, and looks at both.
    pub fn new(film: Film) -> Self {
        let picture = GrayPicture::of_film(&film);
        let concerns = Concerns::of(&film, &picture);
        let by_file = film.contrast == Contrast::File;
        Self {
            correction: Correction::default(),
            auto_window_offered: by_file && concerns.lack_contrast() && has_auto_window(&film),
            concerns,
            picture,
            film,
            body: OnceLock::new(),
            screen: OnceLock::new(),
        }
    }

    /// What may make the film's scores worth showing, the likeliest first.
    pub fn remedies(&self) -> Vec<Remedy> {
        let auto_window = self.auto_window_offered.then_some(Remedy::AutoWindow);
        self.concerns.remedies().chain(auto_window).collect()
    }

    /// The film as 8-bit gray under the file's own window: where the network's input comes from.
    pub fn picture(&self) -> &GrayPicture {
        &self.picture
    }

    /// Where the body is on the film, looked for once; `None` where no outline is found.
    pub fn body(&self) -> Option<&BodyMask> {
        let body = self.body.get_or_init(|| BodyMask::of(&self.picture));
        body.as_ref()
    }

    /// Makes what the screen needs and looks for boxes beside the file, unless that is done.
    ///
    /// For the thread of a job: a frame must not wait for it.
    pub fn prepare_for_screen(&self) {
        self.screen();
    }

    /// Smaller copies of the film.
    pub fn pyramid(&self) -> &Pyramid {
        &self.screen().pyramid
    }

    /// How often each part of the film's range occurs, and the windows that follow.
    pub fn counts(&self) -> &GrayCounts {
        &self.screen().counts
    }

    /// Radiologists' boxes of the film, if a list of them is in a folder above it.
    pub fn boxes(&self) -> &[FindingBox] {
        &self.screen().boxes
    }

    /// Bytes of its pixels and their copies.
    pub fn n_bytes(&self) -> usize {
        let pyramid = self
            .screen
            .get()
            .map_or(0, |copies| copies.pyramid.n_bytes());
        size_of_val(self.film.pixels.values()) + size_of_val(self.picture.values()) + pyramid
    }

    /// Extent in film pixels.
    pub fn size(&self) -> Size {
        Size {
            width: self.film.pixels.width_px() as f32,
            height: self.film.pixels.height_px() as f32,
        }
    }

    /// The gray mappings on offer: the first five have keys.
    pub fn presets(&self) -> Vec<(String, GrayChoice)> {
        let made = |name: &str, window: Window| {
            let choice = GrayChoice::Preset(name.to_owned(), Voi::Window(window));
            (name.to_owned(), choice)
        };
        let counts = self.counts();
        let mut presets = vec![
            (
                format!("From the file: {}", self.film.default_window.name),
                GrayChoice::File,
            ),
            made("Auto", counts.auto()),
            made("Lungs", counts.lungs()),
            made("Mediastinum and bone", counts.mediastinum()),
            made("Full range", counts.full()),
        ];
        presets.extend(self.film.other_windows.iter().map(|named| {
            let choice = GrayChoice::Preset(named.name.clone(), named.voi.clone());
            (named.name.clone(), choice)
        }));
        presets
    }

    /// Window center and width under a choice; of a table, those of the film's range.
    pub fn window_of(&self, choice: &GrayChoice) -> Window {
        match &*self.film.shown_voi(choice) {
            Voi::Window(window) => *window,
            Voi::Table { .. } => self.counts().full(),
        }
    }

    fn screen(&self) -> &ScreenCopies {
        self.screen.get_or_init(|| ScreenCopies {
            pyramid: Pyramid::of(&self.film.pixels),
            counts: GrayCounts::of(&self.film),
            // They are in places of the film as it is in its file.
            boxes: match self.correction.quarter_turns {
                0 => boxes_of_film(&self.film.path),
                _ => Vec::new(),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_screens_copies_are_made_when_asked_for_and_once() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/phantom.png");
        let opened = open(Path::new(path)).unwrap();
        let n_pixels = opened.picture().values().len();
        assert_eq!(opened.n_bytes(), 3 * n_pixels, "16 bits and 8 bits a pixel");
        opened.prepare_for_screen();
        let pyramid: *const Pyramid = opened.pyramid();
        assert_eq!(opened.n_bytes(), 3 * n_pixels + opened.pyramid().n_bytes());
        assert!(std::ptr::eq(pyramid, opened.pyramid()));
    }
}

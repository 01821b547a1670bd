//! Whether a film is fit to be fed to a network of chest films: fine, doubtful or refused, and why.
//!
//! Thresholds were chosen on the validation list of real films; `docs/input-checks.md` has the error
//! rates on the test list and on images that are not films.

mod appearance;
#[cfg(test)]
mod tests;

use crate::domain::Film;

use super::{GrayPicture, Interpolation, Polarity};
use appearance::{Appearance, Likeness};

/// How fit a film is, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InputLevel {
    /// No problem found.
    Fine,
    /// Its scores may mean little.
    Doubtful,
    /// Its scores mean nothing.
    Refused,
}

impl InputLevel {
    /// Name in exports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Doubtful => "doubtful",
            Self::Refused => "refused",
        }
    }
}

/// The kind of an input problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConcernKind {
    /// Red, green and blue differ.
    NotGray,
    /// Air is bright.
    Inverted,
    /// From the side, or turned.
    LateralOrRotated,
    /// A part of a chest.
    Cropped,
    /// Fewer pixels than the network takes.
    TooSmall,
    /// Much of it is black or white.
    Clipped,
    /// It does not look like a chest film.
    NotChest,
}

/// One problem of a film as input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputConcern {
    /// Its kind.
    pub kind: ConcernKind,
    /// Its severity; never [`InputLevel::Fine`].
    pub level: InputLevel,
    /// The reason, as text.
    pub reason: String,
}

/// All problems of a film as input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InputCheck {
    concerns: Vec<InputConcern>,
}

/// Sides below this hold too little of a chest.
const LEAST_SIDE_PX: usize = 64;
/// Sides below this are enlarged for the network.
const FULL_SIDE_PX: usize = 128;
/// Shares of black and of white pixels beyond which a film is doubtful: more than any of 1,910
/// training and validation films has (0.39 and 0.022).
const MOST_BLACK: f64 = 0.45;
const MOST_WHITE: f64 = 0.1;
/// Share of both beyond which nothing is left to see.
const MOST_CLIPPED: f64 = 0.8;
/// Views from the side, as DICOM's View Position has them.
const LATERAL: [&str; 4] = ["LL", "RL", "LLD", "RLD"];
/// Side of the picture that shares are counted on.
const COUNTED_SIDE_PX: usize = 256;

impl InputCheck {
    /// Looks at a film under its own window, as the network does.
    pub fn of(film: &Film) -> Self {
        let mut check = Self::default();
        check.look_at_file(film);
        let picture = GrayPicture::of_film(film);
        let (width_px, height_px) = (picture.width_px(), picture.height_px());
        check.look_at_size(width_px.min(height_px));
        let small = picture.within(COUNTED_SIDE_PX);
        check.look_at_grays(&small);
        let polarity = Polarity::of_gray(small.values(), small.width_px());
        let side = Appearance::SIDE;
        let tiny = small.resized(side, side, Interpolation::Area);
        match Appearance::of(tiny.values()) {
            Some(appearance) => check.look_at_appearance(polarity, appearance),
            None => check.note(
                ConcernKind::NotChest,
                InputLevel::Refused,
                "The film is uniform.",
            ),
        }
        check
    }

    /// The problems of the film as input.
    pub fn concerns(&self) -> &[InputConcern] {
        &self.concerns
    }

    /// The worst of them.
    pub fn level(&self) -> InputLevel {
        let levels = self.concerns.iter().map(|concern| concern.level);
        levels.max().unwrap_or(InputLevel::Fine)
    }

    /// In one line: the level and its reasons.
    pub fn summary(&self) -> String {
        let reasons: Vec<&str> = self.concerns.iter().map(|c| c.reason.as_str()).collect();
        if reasons.is_empty() {
            return self.level().name().to_owned();
        }
        format!("{}: {}", self.level().name(), reasons.join(" "))
    }

    fn note(&mut self, kind: ConcernKind, level: InputLevel, reason: impl Into<String>) {
        self.concerns.push(InputConcern {
            kind,
            level,
            reason: reason.into(),
        });
    }

    fn look_at_file(&mut self, film: &Film) {
        if film.info.colored {
            let reason = "This is a color image. A film is gray.";
            self.note(ConcernKind::NotGray, InputLevel::Doubtful, reason);
        }
        let view = film.info.view_position.as_deref().unwrap_or_default();
        if LATERAL.contains(&view) || view.contains("LATERAL") {
            let reason = format!("Lateral view by the file's View Position ({view}).");
            self.note(ConcernKind::LateralOrRotated, InputLevel::Refused, reason);
        }
    }

    fn look_at_size(&mut self, side_px: usize) {
        let level = if side_px < LEAST_SIDE_PX {
            InputLevel::Refused
        } else if side_px < FULL_SIDE_PX {
            InputLevel::Doubtful
        } else {
            return;
        };
        let reason = format!("Too small: the shorter side has {side_px} pixels.");
        self.note(ConcernKind::TooSmall, level, reason);
    }

    fn look_at_grays(&mut self, picture: &GrayPicture) {
        let n = picture.values().len() as f64;
        let share = |is: fn(u8) -> bool| {
            let values = picture.values().iter();
            values.filter(|&&gray| is(gray)).count() as f64 / n
        };
        let (black, white) = (share(|gray| gray <= 1), share(|gray| gray >= 254));
        let level = if black + white >= MOST_CLIPPED {
            InputLevel::Refused
        } else if black > MOST_BLACK || white > MOST_WHITE {
            InputLevel::Doubtful
        } else {
            return;
        };
        let (black, white) = (black * 100.0, white * 100.0);
        let reason =
            format!("Unusual exposure: {black:.0} % of the film is black, {white:.0} % is white.");
        self.note(ConcernKind::Clipped, level, reason);
    }

    fn look_at_appearance(&mut self, polarity: Polarity, appearance: Appearance) {
        let inverted = polarity.is_inverted();
        let level = appearance.level();
        if level == InputLevel::Fine {
            if inverted {
                let reason = "Looks inverted: air is bright.";
                self.note(ConcernKind::Inverted, InputLevel::Doubtful, reason);
            }
            return;
        }
        let (kind, words) = match appearance.likeness() {
            _ if inverted => (ConcernKind::Inverted, "Looks inverted: air is bright"),
            Likeness::Inverted => (ConcernKind::Inverted, "Looks inverted: air is bright"),
            Likeness::Turned90 => (
                ConcernKind::LateralOrRotated,
                "Looks rotated clockwise by 90°",
            ),
            Likeness::Turned180 => (ConcernKind::LateralOrRotated, "Looks rotated by 180°"),
            Likeness::Turned270 => (
                ConcernKind::LateralOrRotated,
                "Looks rotated counterclockwise by 90°",
            ),
            Likeness::Cropped => (ConcernKind::Cropped, "Looks like part of a chest film"),
            Likeness::Upright | Likeness::NoFilm if level == InputLevel::Refused => {
                (ConcernKind::NotChest, "Not a frontal chest film")
            }
            Likeness::Upright | Likeness::NoFilm => {
                (ConcernKind::NotChest, "Looks unlike a frontal chest film")
            }
        };
        self.note(kind, level, format!("{words}."));
    }
}

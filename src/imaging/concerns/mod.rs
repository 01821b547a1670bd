//! What to know about a film before its scores are believed: one list, made when it is opened.
//!
//! Thresholds were chosen on the validation list of real films; `docs/input-checks.md` has the error
//! rates on the test list and on images that are not films.

mod appearance;
#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use crate::domain::{Film, Remedy, RuledOut};

use super::{GrayPicture, Interpolation, Polarity};
use appearance::{Appearance, Likeness};

/// How much a concern matters, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; says nothing against the scores.
    Note,
    /// The film's scores may mean little.
    Warning,
    /// The film's scores mean nothing.
    Refusal,
}

/// The kind of a concern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConcernKind {
    /// What the file has that could not be used or was overruled, or that makes its scores doubtful.
    File,
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
    /// It lies within a few of the grays that there are.
    LowContrast,
    /// It does not look like a chest film.
    NotChest,
}

/// One thing to know about a film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concern {
    /// Its kind.
    pub kind: ConcernKind,
    /// How much it matters.
    pub severity: Severity,
    /// The concern as a sentence.
    pub text: String,
    /// What may help.
    pub remedy: Option<Remedy>,
}

/// All that is to be known about a film as input; no sentence is said twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Concerns(Vec<Concern>);

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
/// Grays between the 1st and the 99th percentile below which a film is doubtful, and below which
/// nothing is left to see. None of NIH's 2,266 films here has fewer than 97; one bright marker or a
/// few hot pixels do not count.
const LEAST_CONTRAST: usize = 75;
const LEAST_CONTRAST_TO_SEE: usize = 20;
/// Side of the picture that shares are counted on.
const COUNTED_SIDE_PX: usize = 256;

/// How often each of the 256 grays occurs.
struct GrayTally([usize; 256]);

impl GrayTally {
    fn of(picture: &GrayPicture) -> Self {
        let mut counts = [0; 256];
        for gray in picture.values() {
            if let Some(count) = counts.get_mut(usize::from(*gray)) {
                *count += 1;
            }
        }
        Self(counts)
    }

    fn n(&self) -> usize {
        self.0.iter().sum()
    }

    /// Fraction of pixels in a range of grays, in `[0, 1]`.
    fn share_in(&self, grays: RangeInclusive<usize>) -> f64 {
        let counts = self.0.get(grays).unwrap_or_default();
        counts.iter().sum::<usize>() as f64 / self.n() as f64
    }

    /// The least gray that at least this fraction of pixels does not exceed.
    fn percentile(&self, fraction: f64) -> usize {
        let wanted = fraction * self.n() as f64;
        let mut n_seen = 0;
        let reached = self.0.iter().position(|count| {
            n_seen += count;
            n_seen as f64 >= wanted
        });
        reached.unwrap_or(255)
    }
}

impl Concerns {
    /// Looks at a film and its [`GrayPicture`], which is what the network sees.
    pub fn of(film: &Film, picture: &GrayPicture) -> Self {
        let mut concerns = Self::default();
        concerns.look_at_file(film);
        let (width_px, height_px) = (picture.width_px(), picture.height_px());
        concerns.look_at_size(width_px.min(height_px));
        let small = picture.within(COUNTED_SIDE_PX);
        let counts = GrayTally::of(&small);
        concerns.look_at_exposure(&counts);
        concerns.look_at_contrast(&counts);
        let side = Appearance::SIDE;
        let tiny = small.resized(side, side, Interpolation::Area);
        match Appearance::of(tiny.values()) {
            Some(appearance) => {
                concerns.look_at_appearance(Polarity::of_picture(picture), appearance);
            }
            None => concerns.add(
                ConcernKind::NotChest,
                Severity::Refusal,
                "The film is uniform.",
            ),
        }
        concerns
    }

    /// All of them: what the file says first, what the picture looks like last.
    pub fn all(&self) -> &[Concern] {
        &self.0
    }

    /// Sentences that say nothing against the scores.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        self.of_severity(|severity| severity == Severity::Note)
    }

    /// Sentences that make the film doubtful or refused.
    pub fn reasons(&self) -> impl Iterator<Item = &str> {
        self.of_severity(|severity| severity > Severity::Note)
    }

    /// What may help against the reasons.
    pub fn remedies(&self) -> impl Iterator<Item = Remedy> {
        self.0.iter().filter_map(|concern| concern.remedy)
    }

    /// Whether nothing speaks against the film's scores.
    pub fn is_fine(&self) -> bool {
        self.worst() == Severity::Note
    }

    /// Whether the film has too little contrast under its window, or too much of it is black or white.
    pub fn lack_contrast(&self) -> bool {
        let of_contrast = [ConcernKind::LowContrast, ConcernKind::Clipped];
        self.0
            .iter()
            .any(|concern| of_contrast.contains(&concern.kind))
    }

    /// Whether the film's scores mean nothing.
    pub fn is_refused(&self) -> bool {
        self.worst() == Severity::Refusal
    }

    /// `fine`, `doubtful` or `refused`, as in exports.
    pub fn verdict(&self) -> &'static str {
        match self.worst() {
            Severity::Note => "fine",
            Severity::Warning => "doubtful",
            Severity::Refusal => "refused",
        }
    }

    /// In one line: the verdict and its reasons.
    pub fn summary(&self) -> String {
        let reasons: Vec<&str> = self.reasons().collect();
        if reasons.is_empty() {
            return self.verdict().to_owned();
        }
        format!("{}: {}", self.verdict(), reasons.join(" "))
    }

    /// The highest severity; that of a note where there is no concern at all.
    fn worst(&self) -> Severity {
        let severities = self.0.iter().map(|concern| concern.severity);
        severities.max().unwrap_or(Severity::Note)
    }

    fn of_severity(&self, is: impl Fn(Severity) -> bool) -> impl Iterator<Item = &str> {
        let concerns = self.0.iter().filter(move |concern| is(concern.severity));
        concerns.map(|concern| concern.text.as_str())
    }

    fn add(&mut self, kind: ConcernKind, severity: Severity, text: impl Into<String>) {
        self.0.push(Concern {
            kind,
            severity,
            text: text.into(),
            remedy: None,
        });
    }

    /// Says what may help against the concern added last.
    fn with_remedy(&mut self, remedy: Remedy) {
        if let Some(concern) = self.0.last_mut() {
            concern.remedy = Some(remedy);
        }
    }

    fn look_at_file(&mut self, film: &Film) {
        for warning in &film.warnings {
            self.add(ConcernKind::File, Severity::Note, warning);
        }
        for doubt in &film.doubts {
            self.add(ConcernKind::File, Severity::Warning, doubt);
        }
        if film.info.colored {
            let text = "This is a color image: red, green and blue differ. A film is gray.";
            self.add(ConcernKind::NotGray, Severity::Warning, text);
        }
        let (kind, text) = match &film.info.ruled_out {
            Some(RuledOut::View(text)) => (ConcernKind::LateralOrRotated, text),
            Some(RuledOut::Modality(text)) => (ConcernKind::NotChest, text),
            None => return,
        };
        self.add(kind, Severity::Refusal, text);
    }

    fn look_at_size(&mut self, side_px: usize) {
        let severity = if side_px < LEAST_SIDE_PX {
            Severity::Refusal
        } else if side_px < FULL_SIDE_PX {
            Severity::Warning
        } else {
            return;
        };
        let text = format!("Too small: the shorter side has {side_px} pixels.");
        self.add(ConcernKind::TooSmall, severity, text);
    }

    fn look_at_exposure(&mut self, grays: &GrayTally) {
        let (black, white) = (grays.share_in(0..=1), grays.share_in(254..=255));
        let severity = if black + white >= MOST_CLIPPED {
            Severity::Refusal
        } else if black > MOST_BLACK || white > MOST_WHITE {
            Severity::Warning
        } else {
            return;
        };
        let (black, white) = (black * 100.0, white * 100.0);
        let text =
            format!("Unusual exposure: {black:.0} % of the film is black, {white:.0} % is white.");
        self.add(ConcernKind::Clipped, severity, text);
    }

    /// Looks at the grays themselves: appearance is judged of a picture that is standardized, in which
    /// a nearly black film looks like any other.
    fn look_at_contrast(&mut self, grays: &GrayTally) {
        let contrast = grays.percentile(0.99) - grays.percentile(0.01);
        let severity = if contrast < LEAST_CONTRAST_TO_SEE {
            Severity::Refusal
        } else if contrast < LEAST_CONTRAST {
            Severity::Warning
        } else {
            return;
        };
        let text = format!(
            "Low contrast: the film lies within {} of 256 grays.",
            contrast + 1
        );
        self.add(ConcernKind::LowContrast, severity, text);
    }

    fn look_at_appearance(&mut self, polarity: Polarity, appearance: Appearance) {
        let severity = appearance.severity();
        if polarity.is_inverted() {
            let text =
                "Looks inverted: air is bright. The file does not say so; nothing was changed.";
            let severity = severity.max(Severity::Warning);
            self.add(ConcernKind::Inverted, severity, text);
            return self.with_remedy(Remedy::Invert);
        }
        if severity == Severity::Note {
            return;
        }
        let refused = severity == Severity::Refusal;
        let (kind, text) = match appearance.likeness() {
            Likeness::Inverted => (ConcernKind::Inverted, "Looks inverted: air is bright."),
            Likeness::Turned90 => (
                ConcernKind::LateralOrRotated,
                "Looks rotated clockwise by 90°.",
            ),
            Likeness::Turned180 => (ConcernKind::LateralOrRotated, "Looks rotated by 180°."),
            Likeness::Turned270 => (
                ConcernKind::LateralOrRotated,
                "Looks rotated counterclockwise by 90°.",
            ),
            Likeness::Cropped => (ConcernKind::Cropped, "Looks like part of a chest film."),
            Likeness::Upright | Likeness::NoFilm if refused => {
                (ConcernKind::NotChest, "Not a frontal chest film.")
            }
            Likeness::Upright | Likeness::NoFilm => {
                (ConcernKind::NotChest, "Looks unlike a frontal chest film.")
            }
        };
        self.add(kind, severity, text);
        if let Some(remedy) = appearance.likeness().remedy() {
            self.with_remedy(remedy);
        }
    }
}

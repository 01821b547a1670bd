//! Contrast where a file says nothing of it, or nothing of use: from the film's own gray values.

use std::ops::RangeInclusive;

use crate::domain::{Contrast, Film, ModalityMap, NamedWindow, Pixels, Voi, Window};

/// Shares of the film's pixels below its lower and its upper gray values: what lies further out, such as a marker,
/// does not choose the contrast.
const INNER: [f64; 2] = [0.02, 0.98];
/// Values up to this part of the distance between the two beyond them are the film's, too.
const REACH: f64 = 0.75;
/// A value at an end is a border or padding where it holds at least this share of the pixels, and so many times
/// what a value holds on average.
const BORDER_SHARE: f64 = 0.02;
const BORDER_TIMES: f64 = 8.0;
/// Share of the pixels that are no border, at least: below, nothing is left to choose by.
const LEAST_FILM: f64 = 0.1;
/// Share of a file's range that a film uses at least, unless the file says otherwise.
const LEAST_USE: f64 = 0.5;

/// Black and white, chosen by how often values occur and not by the least and the largest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ChosenContrast {
    low: f64,
    high: f64,
    n_beyond: u64,
    n_pixels: u64,
}

impl ChosenContrast {
    /// Of modality values and how often each occurs, from the least to the largest; `None` without any.
    pub(super) fn of(counts: &[(f64, u32)]) -> Option<Self> {
        let film = without_borders(counts);
        let [inner_low, inner_high] = INNER;
        let (from, to) = (percentile(film, inner_low)?, percentile(film, inner_high)?);
        let reach = REACH * (to - from);
        let used = |&&(value, _): &&(f64, u32)| (from - reach..=to + reach).contains(&value);
        let (low, high) = (
            counts.iter().find(used)?.0,
            counts.iter().rev().find(used)?.0,
        );
        Some(Self::between(counts, low, high))
    }

    fn between(counts: &[(f64, u32)], low: f64, high: f64) -> Self {
        let beyond = counts
            .iter()
            .filter(|(value, _)| !(low..=high).contains(value));
        Self {
            low,
            high,
            n_beyond: beyond.map(|&(_, n)| u64::from(n)).sum(),
            n_pixels: total(counts),
        }
    }

    /// The range of fewer bits where the film uses most of it, as 0 to 4095 where a picture of 16 bits has 12.
    fn of_fewer_bits(self, counts: &[(f64, u32)]) -> Option<Self> {
        let mut whites = (8..16).map(|n_bits| f64::from(n_bits).exp2() - 1.0);
        let white = whites.find(|&white| self.high <= white)?;
        (!self.is_small_part_of([0.0, white])).then(|| Self::between(counts, 0.0, white))
    }

    /// The window that spreads the chosen values over all grays.
    pub(super) fn window(&self) -> Window {
        Window::spanning(self.low, self.high)
    }

    pub(super) fn named(&self) -> NamedWindow {
        NamedWindow {
            name: "Auto".to_owned(),
            voi: Voi::Window(self.window()),
        }
    }

    /// What is chosen and why, as a sentence.
    pub(super) fn doubt(&self, because: &str) -> String {
        format!("Contrast {}: {because}.", self.choice())
    }

    /// Whether some values are beyond black and white.
    pub(super) fn leaves_out(&self) -> bool {
        self.n_beyond > 0
    }

    /// Whether it is a small part of the range that the file has.
    fn is_small_part_of(&self, [black, white]: [f64; 2]) -> bool {
        self.high - self.low < LEAST_USE * (white - black)
    }

    /// In words, without a period.
    pub(super) fn described(&self) -> String {
        format!("contrast {}", self.choice())
    }

    fn choice(&self) -> String {
        let beyond = if self.n_beyond == 0 {
            String::new()
        } else {
            let share = self.n_beyond as f64 / self.n_pixels as f64 * 100.0;
            format!(" (beyond: {} px, {share:.3} %)", self.n_beyond)
        };
        format!(
            "chosen from the film's own gray values, {} to {}{beyond}",
            rounded(self.low),
            rounded(self.high)
        )
    }
}

/// Up to four decimals: pixels may be parts of one.
fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

/// Chooses the contrast of a film of more than 8 bits whose file has a range and no window, where the film uses a
/// small part of it.
pub(super) fn choose_within_range(film: &mut Film, range: [f64; 2]) {
    let counts = modality_counts(&film.pixels, &film.modality, None);
    let chosen = ChosenContrast::of(&counts).filter(|chosen| chosen.is_small_part_of(range));
    let Some(chosen) = chosen else {
        return;
    };
    let chosen = chosen.of_fewer_bits(&counts).unwrap_or(chosen);
    let [black, white] = range.map(rounded);
    let because = format!("the file's range is {black} to {white}");
    set_aside(film, chosen, Contrast::Chosen, &because);
}

/// Chooses the contrast though the file has a window, which is set aside; a film for which that changes nothing
/// is left as it is. Steps and doubts of the film name it.
pub(super) fn use_auto_window(film: &mut Film) {
    let Some(chosen) = auto_window(film) else {
        return;
    };
    let because = format!(
        "the file's window ({}) was set aside by the user",
        film.default_window.name
    );
    set_aside(film, chosen, Contrast::Auto, &because);
}

/// Whether an auto window would change a film.
pub fn has_auto_window(film: &Film) -> bool {
    auto_window(film).is_some()
}

fn auto_window(film: &Film) -> Option<ChosenContrast> {
    let counts = modality_counts(&film.pixels, &film.modality, None);
    let chosen = ChosenContrast::of(&counts)?;
    (film.default_window.voi != Voi::Window(chosen.window())).then_some(chosen)
}

fn set_aside(film: &mut Film, chosen: ChosenContrast, contrast: Contrast, because: &str) {
    let declared = std::mem::replace(&mut film.default_window, chosen.named());
    film.other_windows.insert(0, declared);
    film.contrast = contrast;
    film.doubts.push(chosen.doubt(because));
    film.steps
        .push(format!("{}: {because}", chosen.described()));
}

/// Modality values of pixels and how often each occurs, from the least to the largest. Stored numbers that are
/// padding are left out, unless all are.
pub(super) fn modality_counts(
    pixels: &Pixels,
    modality: &ModalityMap,
    padding: Option<&RangeInclusive<i64>>,
) -> Vec<(f64, u32)> {
    let mut counts = vec![0_u32; usize::from(pixels.max_value()) + 1];
    for &value in pixels.values() {
        if let Some(count) = counts.get_mut(usize::from(value)) {
            *count += 1;
        }
    }
    let found: Vec<(i32, u32)> = (pixels.offset()..)
        .zip(counts)
        .filter(|&(_, n)| n > 0)
        .collect();
    let is_padding = |&&(stored, _): &&(i32, u32)| {
        padding.is_some_and(|padding| padding.contains(&i64::from(stored)))
    };
    let all_padding = found.iter().all(|entry| is_padding(&entry));
    let kept = found
        .iter()
        .filter(|entry| all_padding || !is_padding(entry));
    let mut values: Vec<(f64, u32)> = kept
        .map(|&(stored, n)| (modality.apply(stored), n))
        .collect();
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    values
}

fn total(counts: &[(f64, u32)]) -> u64 {
    counts.iter().map(|&(_, n)| u64::from(n)).sum()
}

/// The values without those at the ends that hold a border.
fn without_borders(counts: &[(f64, u32)]) -> &[(f64, u32)] {
    let least = LEAST_FILM * total(counts) as f64;
    let mut film = counts;
    while let Some(within) = within_border(film).filter(|film| total(film) as f64 >= least) {
        film = within;
    }
    film
}

/// The values before a border at the upper end, or behind one at the lower end; `None` without a border.
fn within_border(film: &[(f64, u32)]) -> Option<&[(f64, u32)]> {
    let n_pixels = total(film) as f64;
    let least = n_pixels * BORDER_SHARE.max(BORDER_TIMES / film.len() as f64);
    let is_border = |idx: usize| film.get(idx).is_some_and(|&(_, n)| f64::from(n) >= least);
    let from_end = share_reached(film.iter().rev(), BORDER_SHARE * n_pixels)?;
    let upper = film.len() - 1 - from_end;
    if is_border(upper) {
        return film.get(..upper);
    }
    let lower = share_reached(film.iter(), BORDER_SHARE * n_pixels)?;
    film.get(lower + 1..).filter(|_| is_border(lower))
}

/// The first value at which so many pixels are passed.
fn share_reached<'a>(values: impl Iterator<Item = &'a (f64, u32)>, n_wanted: f64) -> Option<usize> {
    let mut n_seen = 0.0;
    let mut values = values;
    values.position(|&(_, n)| {
        n_seen += f64::from(n);
        n_seen >= n_wanted
    })
}

/// The least value that this share of the pixels does not exceed.
fn percentile(counts: &[(f64, u32)], share: f64) -> Option<f64> {
    let idx = share_reached(counts.iter(), share * total(counts) as f64)?;
    counts.get(idx).map(|&(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::VoiFunction;
    use crate::imaging::samples::{encoded, gray_film, read};

    /// `n_each` pixels of each value.
    fn counts(values: RangeInclusive<u16>, n_each: u32) -> Vec<(f64, u32)> {
        values.map(|value| (f64::from(value), n_each)).collect()
    }

    fn chosen(counts: &[(f64, u32)]) -> (f64, f64, u64) {
        let chosen = ChosenContrast::of(counts).unwrap();
        (chosen.low, chosen.high, chosen.n_beyond)
    }

    #[test]
    fn neither_hot_pixels_nor_markers_nor_borders_choose_the_contrast() {
        let film = counts(1000..=1999, 10);
        assert_eq!(chosen(&film), (1000.0, 1999.0, 0));
        for (value, n) in [(65_535.0, 2), (9000.0, 150), (4095.0, 4000)] {
            let with_outlier = [&film[..], &[(value, n)]].concat();
            assert_eq!(
                chosen(&with_outlier),
                (1000.0, 1999.0, u64::from(n)),
                "{value}"
            );
        }
        let in_a_border = [&[(0.0, 5000)], &film[..], &[(4095.0, 3000), (65_535.0, 2)]].concat();
        assert_eq!(chosen(&in_a_border), (1000.0, 1999.0, 8002));
    }

    #[test]
    fn what_is_near_the_film_s_values_is_the_film_s() {
        // Black of 8 bits that fills the corners, and a few bright pixels of bone.
        let mut film = counts(0..=255, 40);
        film[0].1 = 3000;
        for value in &mut film[200..] {
            value.1 = 1;
        }
        assert_eq!(chosen(&film), (0.0, 255.0, 0));
        assert_eq!(ChosenContrast::of(&[]), None);
        assert_eq!(chosen(&[(7.0, 64)]), (7.0, 7.0, 0));
    }

    #[test]
    fn a_16_bit_picture_of_12_bit_values_is_spread_over_all_grays_and_says_so() {
        let image = image::ImageBuffer::from_fn(64, 64, |x, y| {
            let hot = (x, y) == (0, 0);
            image::Luma([if hot { 65_535 } else { (y * 64 + x) as u16 }])
        });
        let png = encoded(&image.into(), image::ImageFormat::Png);
        let film = read(&png).unwrap();
        assert_eq!(film.contrast, Contrast::Chosen);
        let grays = film.gray_8bit();
        assert_eq!(
            (grays[0], grays[1], grays[2048], grays[4095]),
            (255, 0, 128, 255)
        );
        let said = "0 to 4095 (beyond: 1 px, 0.024 %): the file's range is 0 to 65535";
        assert!(film.doubts[0].contains(said), "{:?}", film.doubts);
        assert!(
            film.steps.iter().any(|step| step.contains(said)),
            "{:?}",
            film.steps
        );
    }

    #[test]
    fn a_16_bit_picture_with_a_narrow_range_far_from_black_is_spread_from_its_own_least_value() {
        let mut film = gray_film((30_000..30_900).collect(), 30);
        choose_within_range(&mut film, [0.0, 65_535.0]);
        let grays = film.gray_8bit();
        assert_eq!((grays[0], grays[899]), (0, 255));
        assert!(film.steps[0].contains("gray values, 30000 to 30899: "));
    }

    #[test]
    fn a_16_bit_picture_that_uses_most_of_its_range_stays_as_it_is() {
        let values: Vec<u16> = (0..4096).map(|value| value * 9).collect();
        let mut film = gray_film(values, 64);
        let before = film.gray_8bit();
        choose_within_range(&mut film, [0.0, 65_535.0]);
        assert_eq!((film.gray_8bit(), film.contrast), (before, Contrast::File));
        assert!(film.doubts.is_empty() && film.steps.is_empty());
    }

    #[test]
    fn a_window_is_set_aside_by_the_user_only_in_words() {
        let mut film = gray_film((0..4096).collect(), 64);
        let window = Window::new(60_000.0, 100.0, VoiFunction::Linear).unwrap();
        film.default_window.voi = Voi::Window(window);
        assert!(film.gray_8bit().iter().all(|&gray| gray == 0));
        use_auto_window(&mut film);
        assert_eq!((film.gray_8bit()[0], film.gray_8bit()[4095]), (0, 255));
        assert_eq!(
            (film.contrast, film.other_windows.len()),
            (Contrast::Auto, 1)
        );
        let said = "the file's window (Full range) was set aside by the user";
        assert!(film.doubts[0].contains(said) && film.steps[0].contains(said));
        // Once more changes nothing.
        use_auto_window(&mut film);
        assert_eq!((film.doubts.len(), film.other_windows.len()), (1, 1));
    }
}

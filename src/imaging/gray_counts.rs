use super::contrast::{ChosenContrast, modality_counts};
use super::gray_bins::{GrayBin, gray_bins};
use crate::domain::{Film, Window};

/// How often each part of a film's range of modality values occurs.
#[derive(Clone, Debug, PartialEq)]
pub struct GrayCounts {
    /// The smallest modality value on the film.
    pub low: f64,
    /// The largest.
    pub high: f64,
    /// Bins of its gray levels, in order.
    pub bins: Vec<GrayBin>,
    /// Low values are shown white by the file's wish.
    low_is_white: bool,
    percentiles: [f64; 3],
    auto: Window,
}

/// Shares of pixels at or below the percentiles that windows are made from.
const SHARES: [f64; 3] = [0.005, 0.5, 0.995];

impl GrayCounts {
    /// Most bins.
    pub const MAX_BINS: usize = 256;

    /// Counts all pixels of a film.
    pub fn of(film: &Film) -> Self {
        let found = modality_counts(&film.pixels, &film.modality, None);
        let low = found.first().map_or(0.0, |&(value, _)| value);
        let high = found.last().map_or(0.0, |&(value, _)| value);
        let n_pixels = film.pixels.values().len() as f64;
        Self {
            low,
            high,
            bins: gray_bins(&found, Self::MAX_BINS),
            low_is_white: film.inverted,
            auto: ChosenContrast::of(&found).map_or(Window::spanning(low, high), |c| c.window()),
            percentiles: SHARES.map(|share| percentile(&found, share * n_pixels)),
        }
    }

    /// From the beginning of the first bin to the end of the last.
    pub fn bounds(&self) -> (f64, f64) {
        let low = self.bins.first().map_or(self.low, |bin| bin.low);
        let high = self.bins.last().map_or(self.high, |bin| bin.high);
        (low, high)
    }

    /// The range from the smallest to the largest value, at least of width 1.
    pub fn full(&self) -> Window {
        Window::spanning(self.low, self.high)
    }

    /// All gray values of the film but outliers and borders, as where a file names no window.
    pub fn auto(&self) -> Window {
        self.auto
    }

    /// The darker half: structure within the lungs.
    pub fn lungs(&self) -> Window {
        let [lowest, median, highest] = self.percentiles;
        if self.low_is_white {
            Window::spanning(median, highest)
        } else {
            Window::spanning(lowest, median)
        }
    }

    /// The brighter half: heart, mediastinum, bone and the structures behind them.
    pub fn mediastinum(&self) -> Window {
        let [lowest, median, highest] = self.percentiles;
        if self.low_is_white {
            Window::spanning(lowest, median)
        } else {
            Window::spanning(median, highest)
        }
    }
}

/// The first value with more than `n_below` pixels up to it.
fn percentile(found: &[(f64, u32)], n_below: f64) -> f64 {
    let mut n_seen = 0.0;
    for &(value, n) in found {
        n_seen += f64::from(n);
        if n_seen > n_below {
            return value;
        }
    }
    found.last().map_or(0.0, |&(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::samples;

    #[test]
    fn every_pixel_is_counted_and_the_auto_window_leaves_out_outliers() {
        let mut values: Vec<u16> = (1..=1000).collect();
        values.extend([60_000, 0]);
        let counts = GrayCounts::of(&samples::gray_film(values, 1002));
        assert_eq!(
            counts.bins.iter().map(|bin| bin.n_pixels).sum::<u32>(),
            1002
        );
        assert_eq!((counts.low, counts.high), (0.0, 60_000.0));
        assert_eq!(counts.auto(), Window::spanning(0.0, 1000.0));
    }

    #[test]
    fn bins_are_the_films_own_levels_and_windows_stay_those_of_its_values() {
        let values: Vec<u16> = (0..4096_u16).map(|place| place / 16 * 16).collect();
        let counts = GrayCounts::of(&samples::gray_film(values, 64));
        assert_eq!(counts.bins.len(), 256);
        let even = counts.bins.iter().all(|bin| bin.n_pixels == 16);
        assert!(even, "a film of even grays has even bins");
        assert_eq!(counts.bounds(), (-8.0, 4088.0));
        assert_eq!(counts.full(), Window::spanning(0.0, 4080.0));
    }

    #[test]
    fn lungs_are_the_dark_half_whichever_end_is_white() {
        let mut film = samples::gray_film((0..1000).collect(), 1000);
        let lungs = GrayCounts::of(&film).lungs();
        assert!(lungs.center() < 300.0);
        film.inverted = true;
        let counts = GrayCounts::of(&film);
        assert!(counts.lungs().center() > 700.0);
        assert!(counts.mediastinum().center() < 300.0);
    }

    #[test]
    fn a_flat_film_has_windows_of_a_width() {
        let counts = GrayCounts::of(&samples::gray_film(vec![7; 64], 8));
        for window in [counts.full(), counts.auto(), counts.lungs()] {
            assert!(window.width() >= 1.0);
        }
    }
}

/// Gaps on each side of a level that say how far apart levels are there.
const N_NEIGHBORS: usize = 8;
/// A gap of more than this many usual gaps is one: the film has no pixel there.
const MOST_OF_USUAL_GAP: f64 = 2.5;

/// Neighboring gray levels of a film, and how many pixels have them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GrayBin {
    /// Where it begins, in modality values: between its first level and the one before.
    pub low: f64,
    /// Where it ends: between its last level and the next.
    pub high: f64,
    /// Pixels of its levels.
    pub n_pixels: u32,
    /// Levels, at least 1.
    pub n_levels: u32,
}

impl GrayBin {
    /// Pixels of one of its levels, on average. Bins of more levels are not higher for it.
    pub fn pixels_per_level(&self) -> f64 {
        f64::from(self.n_pixels) / f64::from(self.n_levels)
    }
}

/// Bins of whole levels, in order, at most `max_bins`; `found` has the levels with their pixels, ascending.
///
/// A film of 200 levels has 200 bins, and each reaches half the way to its neighbors. Parts of equal width would leave
/// every fifth of them empty, and every second on a film that was stretched: a comb that is not in the film.
pub fn gray_bins(found: &[(f64, u32)], max_bins: usize) -> Vec<GrayBin> {
    // Two stored numbers can be one gray by a table of the file.
    let mut levels: Vec<(f64, u32)> = Vec::with_capacity(found.len());
    for &(value, n_pixels) in found {
        match levels.last_mut().filter(|last| last.0 == value) {
            Some(last) => last.1 += n_pixels,
            None => levels.push((value, n_pixels)),
        }
    }
    let found = levels.as_slice();
    let (Some(&(first, _)), Some(&(last, _))) = (found.first(), found.last()) else {
        return Vec::new();
    };
    let edges = edges(found);
    let whole = found.len() <= max_bins;
    let part_of = |value: f64| {
        let share = (value - first) / (last - first);
        ((share * max_bins as f64) as usize).min(max_bins.saturating_sub(1))
    };
    let mut bins: Vec<GrayBin> = Vec::new();
    let mut part = None;
    for (&(value, n_pixels), (low, high)) in found.iter().zip(edges) {
        let joins = !whole && part == Some(part_of(value));
        match bins.last_mut().filter(|_| joins) {
            Some(bin) => {
                bin.high = high;
                bin.n_pixels += n_pixels;
                bin.n_levels += 1;
            }
            None => bins.push(GrayBin {
                low,
                high,
                n_pixels,
                n_levels: 1,
            }),
        }
        part = (!whole).then(|| part_of(value));
    }
    bins
}

/// Where each level begins and ends: half the way to its neighbors, or half a usual gap where they are far.
fn edges(found: &[(f64, u32)]) -> Vec<(f64, f64)> {
    let values: Vec<f64> = found.iter().map(|&(value, _)| value).collect();
    let gaps: Vec<f64> = values
        .iter()
        .zip(values.iter().skip(1))
        .map(|(value, next)| next - value)
        .collect();
    let usual: Vec<f64> = (0..values.len()).map(|idx| usual_gap(&gaps, idx)).collect();
    // Half of the way over a gap, seen from a level beside it.
    let reach = |gap: Option<&f64>, usual: f64, usual_beyond: f64| match gap {
        Some(&gap) if gap <= MOST_OF_USUAL_GAP * usual.max(usual_beyond) => gap / 2.0,
        // Two levels that are far apart never overlap: their gap is wider than the usual ones.
        Some(_) | None => usual / 2.0,
    };
    let at = |idx: Option<usize>| idx.and_then(|idx| usual.get(idx)).copied().unwrap_or(0.0);
    values
        .iter()
        .zip(&usual)
        .enumerate()
        .map(|(idx, (&value, &usual))| {
            let before = idx.checked_sub(1);
            let below = reach(before.and_then(|gap| gaps.get(gap)), usual, at(before));
            let above = reach(gaps.get(idx), usual, at(Some(idx + 1)));
            (value - below, value + above)
        })
        .collect()
}

/// The median of the gaps around a level; 1 on a film of one level.
fn usual_gap(gaps: &[f64], idx: usize) -> f64 {
    let around = idx.saturating_sub(N_NEIGHBORS)..(idx + N_NEIGHBORS).min(gaps.len());
    let mut around = gaps.get(around).unwrap_or_default().to_vec();
    around.sort_by(f64::total_cmp);
    // The lower one of two in the middle: beside an outlier the usual gap is the small one.
    let middle = around.len().saturating_sub(1) / 2;
    around.get(middle).copied().unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pixels with a smooth distribution over levels, mapped to values by `value_of`.
    fn film(n_levels: u32, value_of: impl Fn(u32) -> f64) -> Vec<f64> {
        let mut pixels = Vec::new();
        for level in 0..n_levels {
            let x = f64::from(level) / f64::from(n_levels);
            let n = (200.0 * (x * std::f64::consts::PI).sin()) as usize + 5;
            pixels.extend(std::iter::repeat_n(value_of(level), n));
        }
        pixels
    }

    fn counted(pixels: &[f64]) -> Vec<(f64, u32)> {
        let mut sorted = pixels.to_vec();
        sorted.sort_by(f64::total_cmp);
        let mut found: Vec<(f64, u32)> = Vec::new();
        for value in sorted {
            match found.last_mut().filter(|last| last.0 == value) {
                Some(last) => last.1 += 1,
                None => found.push((value, 1)),
            }
        }
        found
    }

    /// Bins hold what counting pixel by pixel between their ends gives, and each pixel is in one.
    fn check(what: &str, pixels: &[f64], max_bins: usize) -> Vec<GrayBin> {
        let bins = gray_bins(&counted(pixels), max_bins);
        let n_all: u32 = bins.iter().map(|bin| bin.n_pixels).sum();
        assert_eq!(n_all as usize, pixels.len(), "{what}");
        assert!(bins.len() <= max_bins, "{what}: {}", bins.len());
        for bin in &bins {
            let within = |value: &&f64| (bin.low..bin.high).contains(*value);
            let inside: Vec<f64> = pixels.iter().filter(within).copied().collect();
            assert_eq!(inside.len(), bin.n_pixels as usize, "{what}: {bin:?}");
            assert_eq!(counted(&inside).len(), bin.n_levels as usize, "{what}");
        }
        let apart = bins.windows(2).all(|pair| pair[0].high <= pair[1].low);
        assert!(apart, "{what}: bins overlap");
        bins
    }

    fn has_no_gap(bins: &[GrayBin]) -> bool {
        let touch = |pair: &[GrayBin]| (pair[0].high - pair[1].low).abs() < 1e-6;
        bins.windows(2).all(touch)
    }

    #[test]
    fn films_of_few_levels_have_no_comb() {
        for (what, pixels) in [
            ("8 bits, part of the range", film(200, f64::from)),
            ("12 bits of 256 levels", film(256, |l| f64::from(l * 16))),
            (
                "8 bits, stretched",
                film(100, |l| (f64::from(l) * 255.0 / 99.0).round()),
            ),
            (
                "16 bits by a curve",
                film(256, |l| (f64::from(l) / 255.0).powf(2.2) * 65_535.0),
            ),
            (
                "a rescale below zero",
                film(180, |l| f64::from(l) * 0.25 - 1024.0),
            ),
        ] {
            let bins = check(what, &pixels, 256);
            assert!(has_no_gap(&bins), "{what}");
            assert!(bins.iter().all(|bin| bin.n_levels == 1), "{what}");
        }
    }

    #[test]
    fn films_of_many_levels_have_neither_comb_nor_ripple() {
        for n_levels in [257, 300, 1000, 4095] {
            let pixels = film(n_levels, f64::from);
            let bins = check(&n_levels.to_string(), &pixels, 256);
            assert!(has_no_gap(&bins), "{n_levels}");
            // Parts of equal width hold two levels here and one there, half as many pixels again and again.
            let heights: Vec<f64> = bins.iter().map(GrayBin::pixels_per_level).collect();
            let steps = heights.windows(2).map(|pair| (pair[1] - pair[0]).abs());
            let largest = steps.fold(0.0, f64::max);
            assert!(largest < 8.0, "{n_levels}: {largest}");
        }
    }

    #[test]
    fn a_gap_that_is_in_the_film_stays() {
        let mut pixels = film(200, f64::from);
        pixels.extend([60_000.0; 3]);
        let bins = check("a marker", &pixels, 256);
        assert!(!has_no_gap(&bins));
        let [.., before, marker] = bins.as_slice() else {
            panic!("{bins:?}");
        };
        assert!(before.high < 210.0 && marker.low > 59_000.0, "{marker:?}");
    }

    #[test]
    fn a_film_of_one_level_has_one_bin_around_it() {
        let bins = check("flat", &[7.0; 64], 256);
        assert_eq!((bins[0].low, bins[0].high), (6.5, 7.5));
        assert_eq!(gray_bins(&[], 256), []);
        let twice = gray_bins(&[(1.0, 2), (1.0, 3), (2.0, 4)], 256);
        assert_eq!(
            (twice.len(), twice[0].n_pixels, twice[0].n_levels),
            (2, 5, 1)
        );
    }
}

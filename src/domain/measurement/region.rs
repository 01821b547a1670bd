use std::ops::Range;

use super::Point;
use crate::domain::{Film, ModalityMap};

/// Gray values of the pixels whose centers are within a rectangle.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionStats {
    /// How many pixels, at least 1.
    pub n_pixels: u64,
    /// The stored numbers.
    pub stored: GrayStats,
    /// The modality values, where the file rescales.
    pub modality: Option<GrayStats>,
}

/// Mean, deviation and range of gray values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GrayStats {
    /// The mean.
    pub mean: f64,
    /// The standard deviation of these pixels: the root of their mean squared distance from the mean.
    pub deviation: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl RegionStats {
    /// Of the rectangle between two corners; `None` where it holds no pixel's center.
    pub fn of(film: &Film, [a, b]: [Point; 2]) -> Option<Self> {
        let pixels = &film.pixels;
        let columns = within(a.x, b.x, pixels.width_px());
        let rows = within(a.y, b.y, pixels.height_px());
        let n_pixels = (columns.len() * rows.len()) as u64;
        if n_pixels == 0 {
            return None;
        }
        let rows = pixels
            .values()
            .chunks(pixels.width_px())
            .skip(rows.start)
            .take(rows.len())
            .filter_map(|row| row.get(columns.clone()));
        let raw = raw_stats(rows.clone(), n_pixels);
        let stored = raw.shifted(f64::from(pixels.offset()));
        let rescales = film.modality != ModalityMap::IDENTITY;
        let modality = rescales.then(|| match &film.modality {
            ModalityMap::Linear { slope, intercept } => stored.scaled(*slope, *intercept),
            map @ ModalityMap::Table { .. } => {
                let value_of = |&value: &u16| map.apply(i32::from(value) + pixels.offset());
                let values = || rows.clone().flatten().map(value_of);
                GrayStats::of_values(values, n_pixels)
            }
        });
        Some(Self {
            n_pixels,
            stored,
            modality,
        })
    }

    /// Mean and deviation, range and number of pixels, a line each; modality values where the file rescales.
    pub fn text(&self) -> String {
        let stats = |name: &str, stats: &GrayStats| {
            format!(
                "{name} {:.1} ± {:.1} SD, {:.0} to {:.0}",
                stats.mean, stats.deviation, stats.min, stats.max
            )
        };
        let mut lines = vec![stats("mean", &self.stored)];
        lines.extend(
            self.modality
                .as_ref()
                .map(|values| stats("modality", values)),
        );
        lines.push(format!("n {} px", self.n_pixels));
        lines.join("\n")
    }
}

/// The pixels whose centers are between two coordinates.
fn within(a: f32, b: f32, n_pixels: usize) -> Range<usize> {
    let first_from = |edge: f32| (edge - 0.5).ceil().clamp(0.0, n_pixels as f32) as usize;
    first_from(a.min(b))..first_from(a.max(b))
}

/// In whole numbers, so that no rounding depends on the order: 2^32 pixels of 16 bits fit.
fn raw_stats<'a>(rows: impl Iterator<Item = &'a [u16]>, n_pixels: u64) -> GrayStats {
    let (mut sum, mut squares, mut min, mut max) = (0_u64, 0_u64, u16::MAX, 0);
    for row in rows {
        for &value in row {
            let wide = u64::from(value);
            (sum, squares) = (sum + wide, squares + wide * wide);
            (min, max) = (min.min(value), max.max(value));
        }
    }
    let n = n_pixels as f64;
    let spread = u128::from(n_pixels) * u128::from(squares) - u128::from(sum) * u128::from(sum);
    GrayStats {
        mean: sum as f64 / n,
        deviation: (spread as f64).sqrt() / n,
        min: f64::from(min),
        max: f64::from(max),
    }
}

impl GrayStats {
    fn shifted(self, by: f64) -> Self {
        self.scaled(1.0, by)
    }

    fn scaled(self, slope: f64, intercept: f64) -> Self {
        let (a, b) = (slope * self.min + intercept, slope * self.max + intercept);
        Self {
            mean: slope * self.mean + intercept,
            deviation: slope.abs() * self.deviation,
            min: a.min(b),
            max: a.max(b),
        }
    }

    fn of_values<I: Iterator<Item = f64>>(values: impl Fn() -> I, n_pixels: u64) -> Self {
        let n = n_pixels as f64;
        let mean = values().sum::<f64>() / n;
        let variance = values().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
        Self {
            mean,
            deviation: variance.sqrt(),
            min: values().fold(f64::INFINITY, f64::min),
            max: values().fold(f64::NEG_INFINITY, f64::max),
        }
    }
}
